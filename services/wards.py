"""What a resident's page says about the ward that speaks."""

from dataclasses import dataclass

from sqlmodel import Session

from core import phones
from models import Unit
from services import access


@dataclass(frozen=True)
class WardCard:
    """The ward as its residents know it."""

    name: str
    province_name: str
    phone: str  # E.164, "" where none
    shown_phone: str
    address: str
    office_hours: str


def card_of(session: Session, *, unit: Unit) -> WardCard:
    """The card of the ward a unit belongs to."""
    ward = access.commune_of(session, unit)
    province = session.get(Unit, ward.parent_id) if ward.parent_id else None
    return WardCard(
        name=ward.name, province_name=province.name if province else "", phone=ward.phone or "",
        shown_phone=phones.show(ward.phone), address=ward.address, office_hours=ward.office_hours,
    )  # fmt: skip
