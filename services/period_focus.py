"""Some places of a period's facts: what charts that do not name places show of them once they were picked in one that does."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date
from uuid import UUID

from sqlmodel import Session

from core.errors import NotFound
from models import Unit, UnitKind
from services import access, period_facts, period_sources, place_reach, units
from services.access import Actor, May
from services.period_days import months_up_to
from services.period_facts import MonthLine, PeriodFacts

MOST = 5  # places at once: each is asked for by itself
ADDED = [one.name for one in fields(MonthLine) if one.name not in ("first", "minutes", "minutes_run")]
IN_CHATS = "curves"  # of the chats of the places: who lives in none has no group whose link could be opened
# These charts show the chosen places alone; the second, for who may see counts of a handful; the third, a single one.
_FOLLOW, _FOLLOW_IN_SMALL, _FOLLOW_ONE = (
    ("months", "phone_months", "moves", "heat"), (IN_CHATS, "paths"), ("relay_months",),
)  # fmt: skip
NAMING = ("coverage", "phones", "multiples", "relays")  # these name each place; all others go on showing everything


def shows_alone(name: str, chosen: Sequence[str], *, actor: Actor) -> bool:
    """Whether a chart shows the chosen places alone: the median of several is no sum of theirs."""
    if name in _FOLLOW_IN_SMALL:
        return access.may(actor, May.SEE_SMALL_COUNTS)
    return name in _FOLLOW or (name in _FOLLOW_ONE and len(chosen) == 1)


def of(session: Session, *, actor: Actor, facts: PeriodFacts, names: Sequence[str]) -> PeriodFacts:
    """The facts with the months, hours, announcements and paths of the places of these names alone, added up; as they were, where
    these have none. Announcements and paths stay as they were for who may not see counts of a handful.

    Raises:
        NotAllowed: a leader.
    """
    access.require(actor, May.SEE_FIGURES)
    since, until = facts.days
    found = [unit for one in facts.places if one.name in names and (unit := _unit(session, actor, one.unit_code, until))]
    if not found:
        return facts
    months = [
        period_facts.months_of(session, actor=actor, unit_id=unit.id, periods=months_up_to(until)) for unit in found
    ]  # fmt: skip
    opens = [period_sources.opens_grid(session, path=unit.path, since=since, until=until) for unit in found]
    facts = replace(
        facts, months=[_together(some) for some in zip(*months, strict=True)],
        opens=[[sum(cells) for cells in zip(*rows, strict=True)] for rows in zip(*opens, strict=True)],
    )  # fmt: skip
    return _as_told(session, facts, [unit.path for unit in found]) if access.may(actor, May.SEE_SMALL_COUNTS) else facts


def _as_told(session: Session, facts: PeriodFacts, paths: Sequence[str]) -> PeriodFacts:
    """How announcements went there; what mostly happens is known of the whole only."""
    ids = [UUID(one.id) for one in reversed(facts.said)]
    flows = period_sources.flows(session, announcement_ids=ids, within=paths)
    said = place_reach.of(session, said=facts.said, within=paths)
    return replace(facts, said=said, flows=flows, paths=period_sources.paths(flows), usual=[], usual_of=None)


def _unit(session: Session, actor: Actor, code: str, on: date) -> Unit | None:
    try:
        unit = units.by_code(session, actor=actor, code=code, on=on)
    except NotFound:  # a row of what hangs under no ward
        return None
    return unit if unit.kind in (UnitKind.RESIDENTIAL, UnitKind.COMMUNE) else None


def _together(some: Sequence[MonthLine]) -> MonthLine:
    """A month of some places; the median of several is no sum of theirs."""
    one_of_them = some[0] if len(some) == 1 else replace(some[0], minutes=None, minutes_run=False)
    return replace(one_of_them, **{name: sum(getattr(one, name) for one in some) for name in ADDED})
