"""What a resident's page says about the ward that speaks."""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core import phones
from models import Unit, UnitChangeLink, UnitKind, UnitTotal
from services import access

SUCCESSIONS = 10  # one after the other that are followed


@dataclass(frozen=True)
class WardCard:
    """The ward as its residents know it."""

    name: str
    province_name: str
    phone: str  # E.164, "" where none
    shown_phone: str
    address: str
    office_hours: str
    is_training: bool = False  # nothing it says is meant: its pages say so


def card_of(session: Session, *, unit: Unit) -> WardCard:
    """The card of the ward a unit belongs to."""
    ward = access.commune_of(session, unit)
    province = session.get(Unit, ward.parent_id) if ward.parent_id else None
    return WardCard(
        name=ward.name, province_name=province.name if province else "", phone=ward.phone or "",
        shown_phone=phones.show(ward.phone), address=ward.address, office_hours=ward.office_hours,
        is_training=ward.is_training or bool(province and province.is_training),
    )  # fmt: skip


def by_code(session: Session, *, code: str) -> list[Unit]:
    """The wards a printed code of a ward means now: the one that has it, else those into which the last that had it went."""
    had = select(Unit).where(Unit.code == code, Unit.kind == UnitKind.COMMUNE).order_by(col(Unit.valid_to).desc().nulls_first())
    found = list(session.exec(had.limit(1)))
    for _ in range(SUCCESSIONS):
        ended = [one.id for one in found if one.valid_to is not None]
        if not ended:
            break
        heirs = select(Unit).join(UnitChangeLink, col(UnitChangeLink.new_unit_id) == Unit.id)
        later = session.exec(heirs.where(col(UnitChangeLink.old_unit_id).in_(ended)).distinct()).all()
        found = [one for one in found if one.valid_to is None] + list(later)
    return [one for one in found if one.valid_to is None]


def of_unit(session: Session, *, unit_id: UUID) -> WardCard | None:
    """The card of the ward a unit belongs to, by the unit's id; None where there is no such unit."""
    unit = session.get(Unit, unit_id)
    return card_of(session, unit=unit) if unit else None


def here(session: Session) -> WardCard | None:
    """The ward of this installation, for pages that belong to no announcement; None where several share it."""
    found = session.exec(select(Unit).where(Unit.kind == UnitKind.COMMUNE, col(Unit.valid_to).is_(None)).limit(2)).all()
    return card_of(session, unit=found[0]) if len(found) == 1 else None


def meant(session: Session, *, among: SelectOfScalar[UUID], code: str = "") -> UUID | None:
    """The ward a public page is about, of some: the one with a code, else the only one; None where there is none, or several."""
    wanted = select(Unit.id).where(col(Unit.id).in_(among), col(Unit.valid_to).is_(None))
    if code:
        wanted = wanted.where(Unit.code == code)
    found = session.exec(wanted.limit(2)).all()
    return found[0] if len(found) == 1 else None


def inhabited(session: Session) -> list[Unit]:
    """Wards with households, by name: several may share an installation. For what is everybody's, and for the calendar."""
    wanted = select(Unit).where(col(Unit.id).in_(with_households()), col(Unit.valid_to).is_(None))
    return list(session.exec(wanted.order_by(Unit.name, Unit.code)))


def with_households() -> SelectOfScalar[UUID]:
    """The ids of wards with households, to look `among`; each is asked for one row, not for those of all its days."""
    lived = select(UnitTotal.id).where(UnitTotal.unit_id == Unit.id, UnitTotal.households > 0).correlate(Unit)
    return select(Unit.id).where(Unit.kind == UnitKind.COMMUNE, lived.exists())
