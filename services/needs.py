"""A household's needs are seen where a task needs them, by who says which; each look is kept and lasts ten minutes."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import AuditEvent, Need
from services import access, audit
from services.access import Actor, May

LASTS = timedelta(minutes=10)
SEEN = "household.needs_seen"


class Why(StrEnum):
    """What the needs are looked at for."""

    DOOR = "door"
    PAPERS = "papers"
    RELIEF = "relief"
    RECORD = "record"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "door": N_("gõ cửa báo tin"),
            "papers": N_("hỗ trợ thủ tục"),
            "relief": N_("cứu trợ khẩn cấp"),
            "record": N_("cập nhật hồ sơ"),
        }[self]


def keep(session: Session, *, actor: Actor, why: Why, household_id: UUID | None = None, needs: tuple[Need, ...] = ()) -> None:
    """Keep that a household's needs (or all households of the actor, by these needs) are looked at, and what for.

    The caller has seen to it that the household is in the actor's sight.

    Raises:
        NotAllowed: the actor sees figures only.
    """
    access.require(actor, May.SEE_PEOPLE)
    kind, subject = ("household", str(household_id)) if household_id else ("unit", str(actor.unit_id or ""))
    asked = {"needs": [need.value for need in needs]} if needs else {}
    audit.record(session, actor=actor, action=SEEN, subject_kind=kind, subject_id=subject, why=why.value, **asked)


def has_looked(session: Session, *, actor: Actor, household_id: UUID | None = None) -> bool:
    """Whether the actor has said within ten minutes what the needs of a household (a list of them) are looked at for."""
    kind, subject = ("household", str(household_id)) if household_id else ("unit", str(actor.unit_id or ""))
    query = select(AuditEvent.id).where(
        AuditEvent.subject_kind == kind, AuditEvent.subject_id == subject, AuditEvent.action == SEEN,
        AuditEvent.actor_id == actor.id, col(AuditEvent.created_at) > clock.now() - LASTS,
    )  # fmt: skip
    return session.exec(query.limit(1)).first() is not None


def require_look(session: Session, *, actor: Actor, household_id: UUID | None = None) -> None:
    """Refuse to tell or to change needs that the actor has not asked for.

    Raises:
        Invalid: nothing was said within ten minutes.
    """
    if not has_looked(session, actor=actor, household_id=household_id):
        raise Invalid(N_("Xin bấm “Xem nhu cầu hỗ trợ” và chọn lý do trước."), field="needs")
