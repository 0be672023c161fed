"""Who sees a household's telephone number, and when: leaders call their own households; others open a number by a click
that is kept in the audit.
"""

from uuid import UUID

from sqlmodel import Session

from core import phones
from services import audit, households
from services.access import Actor, May, may


def sees_numbers(actor: Actor) -> bool:
    """Whether numbers stand open on this person's lists: to call is what a leader has the list for."""
    return may(actor, May.SEE_NUMBERS)


def shown(actor: Actor, phone: str | None) -> str:
    """A number as a list shows it to this person; "" for none."""
    return phones.show(phone) if sees_numbers(actor) else phones.masked(phone)


def reveal(session: Session, *, actor: Actor, household_id: UUID) -> str | None:
    """The whole number of a household (E.164); that it was looked at is kept, the number is not.

    Raises:
        NotAllowed: the actor sees figures only.
        NotFound: it does not exist, or lies outside the actor's sight.
    """
    card = households.get(session, actor=actor, household_id=household_id)
    audit.record(
        session, actor=actor, action="household.phone_seen", subject_kind="household", subject_id=card.household.id
    )  # fmt: skip
    return card.household.phone
