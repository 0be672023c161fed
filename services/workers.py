"""Who does durable work: each process says every few seconds that it is there, and for how long it may be silent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from core import clock
from core.db import upsert
from core.ids import new_id
from models import Batch, Model, Worker

EVERY = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=45)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class AtWork:
    """A process, and what it has in its hands."""

    name: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    batches: int
    is_silent: bool


def here(session: Session, *, name: str, host: str, pid: int, started_at: datetime) -> timedelta:
    """Say that a process is there; what has been silent for a day is forgotten.

    Returns how far its clock was set back since it said so last; nothing where it was not.
    """
    now = clock.now()
    last = session.exec(select(Worker.seen_at).where(Worker.name == name, Worker.host == host)).first()
    row: dict[str, Any] = {
        "id": new_id(), "created_at": now, "name": name, "host": host, "pid": pid, "started_at": started_at, "seen_at": now,
    }  # fmt: skip
    upsert(
        session, Model.metadata.tables["worker"], [row], key=["name"], replace=["host", "pid", "started_at", "seen_at"]
    )  # fmt: skip
    session.execute(delete(Worker).where(col(Worker.seen_at) < now - FORGOTTEN_AFTER))
    return max(last - now, timedelta(0)) if last else timedelta(0)


def gone(session: Session, *, name: str, pid: int) -> None:
    """A process stops as it should; one of the same name that came after it stays."""
    session.execute(delete(Worker).where(col(Worker.name) == name, col(Worker.pid) == pid))


def at_work(session: Session) -> Sequence[AtWork]:
    """Every process that was there today, the silent ones first. For whoever minds the machines; two queries."""
    held = dict(
        session.exec(
            select(Batch.owner, func.count())
            .where(col(Batch.ended_at).is_(None), col(Batch.lease_until).is_not(None))
            .group_by(col(Batch.owner))
        ).all()
    )
    found = session.exec(select(Worker).order_by(col(Worker.seen_at), col(Worker.name))).all()
    before = clock.now() - SILENT_AFTER
    return [
        AtWork(
            one.name, one.host, one.pid, one.started_at, one.seen_at,
            sum(n for owner, n in held.items() if owner == one.name or owner.startswith(f"{one.name}:")), one.seen_at < before,
        ) for one in found
    ]  # fmt: skip
