"""Whether the audit is still whole: looked at every night, and told where people look."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from core import sealed
from core.files import write_whole
from core.settings import settings
from models import AuditEvent
from services import access, audit
from services.access import TERMINAL, Actor, May
from services.audit import Walk

CHECKED = "audit.verified"
OWNER = "audit"


@dataclass(frozen=True)
class Verdict:
    """What the last nightly look found: how many rows, the first broken one (None: whole), when."""

    rows: int
    broken: int | None
    at: datetime


def verify(session: Session) -> Walk:
    """Walk the chain, as far as this machine has seen it at least.

    How far it once came is remembered beside the database, sealed with the app key: whoever may write the database only can
    neither shorten the chain nor write it anew unseen. A restored backup is older than that: `forget` after one.
    """
    return audit.walk(session, reached=_reached())


def note(session: Session, found: Walk) -> Verdict:
    """Write down what a walk found: the row itself carries the chain on. A whole chain is what later ones are measured by."""
    event = audit.record(session, actor=TERMINAL, action=CHECKED, rows=found.rows, broken=found.broken)
    if found.broken is None:
        keep = {"rows": str(found.rows), "hash": found.last_hash}
        write_whole(_anchor(), sealed.seal(keep, owner=OWNER).encode())
    return Verdict(found.rows, found.broken, event.created_at)


def verdict(session: Session, *, actor: Actor) -> Verdict | None:
    """What the last nightly look found; None before the first.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.SEE_AUDIT)
    query = select(AuditEvent).where(AuditEvent.action == CHECKED).order_by(col(AuditEvent.sequence).desc()).limit(1)
    event = session.exec(query).first()
    return Verdict(event.details["rows"], event.details["broken"], event.created_at) if event else None


def forget() -> None:
    """The chain has rightly become another one, by a restored backup."""
    _anchor().unlink(missing_ok=True)


def _anchor() -> Path:
    return settings().data_dir / "audit.seen"


def _reached() -> tuple[int, str] | None:
    try:
        kept = sealed.unseal(_anchor().read_text(), owner=OWNER)
    except (FileNotFoundError, sealed.Unreadable, UnicodeDecodeError):
        return None  # never looked, or with an app key that is gone
    return int(kept["rows"]), kept["hash"]
