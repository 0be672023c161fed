"""Training mode of a ward: everything works, nothing leaves, and every page says so."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import Session, col, select

from core.errors import Invalid
from core.i18n import N_
from models import Unit, UnitKind, lineage
from services import access, audit
from services.access import Actor, May
from services.wards import WardCard

HELD_BACK = N_("Chế độ tập huấn: không gửi ra ngoài.")  # what the ledger says of a row that did not leave
MARK = "[TẬP HUẤN, không phải tin thật]"  # in the language of the text it stands before, the ward's
_LEVELS = (UnitKind.COMMUNE, UnitKind.PROVINCE)


def is_on(session: Session, *, unit: Unit) -> bool:
    """Whether a unit, or any above it, is in training: then nothing of it may leave. One indexed query."""
    return bool(session.scalar(select(exists().where(col(Unit.id).in_(lineage(unit.path)), col(Unit.is_training)))))


def is_on_at(session: Session, *, unit_id: UUID) -> bool:
    """As `is_on`, of a unit by its key; False of one that does not exist."""
    unit = session.get(Unit, unit_id)
    return unit is not None and is_on(session, unit=unit)


def names(session: Session, *, actor: Actor) -> list[str]:
    """The units in training that the actor stands in, or that lie in their sight: what a band on their pages names."""
    above = lineage(actor.unit_path)
    mine = access.path_range(actor.unit_path) | col(Unit.id).in_(above)
    return list(session.exec(select(Unit.name).where(col(Unit.is_training), mine).order_by(col(Unit.code))))


def switch(session: Session, *, actor: Actor, unit_id: UUID, is_on: bool) -> Unit:
    """Begin or end the training of a ward, or of a province with all its wards. Saying it twice is no error.

    What was held back meanwhile stays unsent when it ends.

    Raises:
        Invalid: the unit is no ward, commune or province. NotAllowed: the actor is neither admin nor official.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_WARD)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    if unit.kind not in _LEVELS:
        raise Invalid(N_("Tập huấn bật cho cả phường, xã hoặc tỉnh, không cho riêng {unit}."), unit=unit.label)
    if unit.is_training != is_on:
        unit.is_training = is_on
        session.add(unit)
        action = "training.begun" if is_on else "training.ended"
        audit.record(session, actor=actor, action=action, subject_kind="unit", subject_id=unit.id)
    return unit


def marked(text: str, ward: WardCard) -> str:
    """A text that a person may carry out of the house: in training it says itself that it is no news."""
    return f"{MARK}\n{text}" if ward.is_training else text


def listed(found: Sequence[str], *, most: int = 3) -> str:
    """The names as a band says them; of many the first few and how many more."""
    return ", ".join(found) if len(found) <= most else f"{', '.join(found[:most])} (+{len(found) - most})"
