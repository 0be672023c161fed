"""One place of a period's facts: what charts that do not name places show of it once it was picked in one that does."""

from dataclasses import replace

from sqlmodel import Session

from core.errors import NotFound
from models import UnitKind
from services import access, period_facts, period_sources, units
from services.access import Actor, May
from services.period_days import months_up_to
from services.period_facts import PeriodFacts

FOLLOW = ("months", "phone_months", "moves", "heat")  # these charts show it alone
NAMING = ("coverage", "phones", "multiples", "relays")  # these name each place; all others go on showing everything


def of(session: Session, *, actor: Actor, facts: PeriodFacts, name: str) -> PeriodFacts:
    """The facts with the months and the hours of the place of that name alone; as they were, where it has none of its own.

    Raises:
        NotAllowed: a leader.
    """
    access.require(actor, May.SEE_FIGURES)
    code = next((one.unit_code for one in facts.places if one.name == name), "")
    since, until = facts.days
    try:
        unit = units.by_code(session, actor=actor, code=code, on=until)
    except NotFound:  # a name from an address, or a row of what hangs under no ward
        return facts
    if unit.kind not in (UnitKind.RESIDENTIAL, UnitKind.COMMUNE):
        return facts
    return replace(
        facts, months=period_facts.months_of(session, actor=actor, unit_id=unit.id, periods=months_up_to(until)),
        opens=period_sources.opens_grid(session, path=unit.path, since=since, until=until),
    )  # fmt: skip
