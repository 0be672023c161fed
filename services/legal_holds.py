"""What must be kept for a matter of law: while a hold stands, nothing of the household is erased."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from models import LegalHold
from services import access, audit
from services.access import Actor, May
from services.household_writes import one, only

LINE_MAX = 200


def standing(session: Session, *, household_ids: Iterable[UUID]) -> LegalHold | None:
    """The first hold that stands on one of these households, for services that have checked who asks."""
    wanted = select(LegalHold).where(col(LegalHold.household_id).in_(list(household_ids)), col(LegalHold.ended_at).is_(None))
    return session.exec(wanted.order_by(col(LegalHold.created_at))).first()


def require_none(session: Session, *, household_ids: Iterable[UUID]) -> None:
    """Refuse to erase what is held.

    Raises:
        Invalid: a hold stands; which paper demands it.
    """
    if hold := standing(session, household_ids=household_ids):
        raise Invalid(
            N_("Dữ liệu hộ này đang phải giữ theo {document} từ {day:%d/%m/%Y}. Khi hết phải giữ mới xóa được."),
            document=hold.document, day=clock.local(hold.created_at).date(),
        )  # fmt: skip


def begin(session: Session, *, actor: Actor, household_id: UUID, document: str) -> LegalHold:
    """Keep everything of a household until the hold ends. Held already, that one stands.

    Raises:
        Invalid: no paper is named. NotAllowed: the actor does not decide. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    home, _unit = only(session, one(actor, household_id).with_for_update())
    words = clean(document)
    if not words or len(words) > LINE_MAX:
        raise Invalid(N_("Xin ghi số, ngày của văn bản yêu cầu giữ dữ liệu."), field="document")
    if there := standing(session, household_ids=[home.id]):
        return there
    made = LegalHold(household_id=home.id, document=words, by_id=actor.id)
    session.add(made)
    session.flush()
    audit.record(session, actor=actor, action="legal_hold.begun", subject_kind="household", subject_id=home.id, document=words)
    return made


def end(session: Session, *, actor: Actor, household_id: UUID) -> None:
    """The matter is over. Ended already, nothing changes.

    Raises:
        NotAllowed, NotFound: as `begin`.
    """
    access.require(actor, May.DECIDE_PRIVACY)
    home, _unit = only(session, one(actor, household_id))
    if there := standing(session, household_ids=[home.id]):
        there.ended_at = clock.now()
        session.add(there)
        audit.record(session, actor=actor, action="legal_hold.ended", subject_kind="household", subject_id=home.id)
