"""Taking a list of households away, as it stands on the screen: kept in the audit, numbers as the screen shows them."""

from sqlmodel import Session

from services import audit, proofs
from services.access import Actor
from services.household_search import SORTED_MOST, Filters, HouseholdRow, search


def take(session: Session, *, actor: Actor, filters: Filters) -> list[HouseholdRow]:
    """Every household the filters find, in their order, at most twenty thousand. The words searched for are not kept.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed: the actor sees figures only.
    """
    proofs.require(actor)
    found = search(session, actor=actor, filters=filters, size=SORTED_MOST, most=SORTED_MOST)
    audit.record(
        session, actor=actor, action="household.exported", subject_kind="unit", subject_id=filters.unit_id or actor.unit_id or "",
        households=len(found.rows),
    )  # fmt: skip
    return found.rows
