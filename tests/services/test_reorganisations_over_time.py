"""Whatever is merged, divided and moved on whichever days: each unit's households on each day, against a model of a page."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from core.ids import new_id
from models import Unit, UnitChangeLink
from services import figures, presence, rollups
from services.access import TERMINAL
from services.reorganisations import Draft, Part, Rule
from tests.databases import examples
from tests.factories import NOON, make_group, make_household, make_membership
from tests.services.reorganising import MERGE, SPLIT, TRANSFER, carried, make_ward, tier

FIRST, DAYS = date(2026, 6, 1), 60
Life = tuple[int, int, int | None]  # which group, first day, last day
Step = tuple[str, int, int, int]  # what, days after the last one, two choices

LIVES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.none() | st.integers(1, 30)), min_size=1, max_size=8)
STEPS = st.lists(
    st.tuples(st.sampled_from(["merge", "into", "split", "move"]), st.integers(1, 9), st.integers(0, 99), st.integers(0, 99)),
    min_size=1, max_size=5,
)  # fmt: skip


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


class Model:
    """Who lives where from which day on; nothing else."""

    def __init__(self, lives: list[Life]) -> None:
        self.spans = [(first, DAYS + 1 if length is None else first + length) for _, first, length in lives]
        self.homes: list[list[tuple[int, str]]] = [[(0, str(group))] for group, _, _ in lives]

    def home(self, household: int, on: int) -> str:
        return [unit for since, unit in self.homes[household] if since <= on][-1]

    def send(self, old: str, on: int, new: list[str]) -> None:
        for household, homes in enumerate(self.homes):
            if homes[-1][1] == old and self.spans[household][1] > on:
                homes.append((on, new[household % len(new)]))

    def counts(self, on: int) -> Counter[str]:
        here = [household for household, (first, last) in enumerate(self.spans) if first <= on < last]
        return Counter(self.home(household, on) for household in here)


@pytest.fixture(autouse=True)
def _today() -> "object":
    with time_machine.travel(NOON, tick=False):
        yield


def drafted(step: Step, on: int, standing: dict[str, Unit], wards: list[Unit]) -> tuple[Draft, list[str], list[str]]:
    """A step as a plan, with the names of the units that end and of those that they become."""
    what, _, one, other = step
    here = [name for name, unit in standing.items() if unit.parent_id == wards[one % 2].id] or list(standing)
    old = here[one % len(here)]
    peers = [name for name in here if name != old]
    new = new_id().hex[-9:]
    if what == "split" or (what != "move" and not peers):
        codes = ",".join(f"{place}" for place in range(1, 20, 2))
        parts = (Part(f"Tổ {new}", new), Part(f"Tổ {new} B", f"{new}B"))
        return Draft(SPLIT, day(on), (standing[old].id,), parts, rules=(Rule(1, "codes", codes),)), [old], [new, f"{new}B"]
    if what == "move":
        ward = next(ward for ward in wards if ward.id != standing[old].parent_id)
        return Draft(TRANSFER, day(on), (standing[old].id,), ward_id=ward.id), [old], [new]
    peer = peers[other % len(peers)]
    if what == "into":
        return Draft(MERGE, day(on), (standing[old].id,), (Part(unit_id=standing[peer].id),)), [old], [peer]
    return Draft(MERGE, day(on), (standing[old].id, standing[peer].id), (Part(f"Tổ {new}", new),)), [old, peer], [new]


def neighbours(session: Session) -> Iterator[tuple[Any, Any]]:
    """The stays of each household in their order, two by two."""
    stays = presence.spells().subquery().c
    fields = sa_select(stays.household_id, stays.started_on, stays.ended_on)
    rows = session.execute(fields.order_by(stays.household_id, stays.started_on)).all()
    return ((one, other) for one, other in pairwise(rows) if one.household_id == other.household_id)


@settings(
    max_examples=examples(25), deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(lives=LIVES, steps=STEPS)
def test_each_days_households_are_those_of_the_model(session: Session, lives: list[Life], steps: list[Step]) -> None:
    wards = [make_ward(session, new_id().hex[-5:], f"Phường {new_id().hex[-4:]}") for _ in range(2)]
    standing = {str(number): tier(session, wards[number % 2], number, homes=0) for number in range(4)}
    chats = {name: make_group(session, unit=unit) for name, unit in standing.items()}
    for place, (group, first, length) in enumerate(lives):
        left_on = None if length is None else day(first + length)
        household = make_household(
            session, unit=standing[str(group)], code=str(place), arrived_on=day(first), left_on=left_on
        )  # fmt: skip
        make_membership(session, household=household, group=chats[str(group)], joined_on=day(first), left_on=left_on)
    rollups.refresh(session, unit_ids=[unit.id for unit in standing.values()])
    session.commit()
    model, named, on = Model(lives), dict(standing), 0

    for step in steps:
        on += step[1]
        draft, old, new = drafted(step, on, standing, wards)
        carried(session, draft)
        for name in old:
            model.send(name, on, new)
            links = session.exec(
                select(UnitChangeLink.new_unit_id)
                .where(UnitChangeLink.old_unit_id == standing.pop(name).id).order_by(col(UnitChangeLink.created_at))
            ).all()  # fmt: skip
        standing |= {name: session.get_one(Unit, id_) for name, id_ in zip(new, links, strict=True)}
        named |= standing

    assert all(earlier.ended_on == later.started_on for earlier, later in neighbours(session))
    for number in range(0, DAYS, 3):
        wanted = model.counts(number)
        found = [figures.coverage(session, actor=TERMINAL, unit_id=ward.id, on=day(number)) for ward in wards]
        by_id = {row.unit_id: row.households for table in found for row in table.rows}
        assert sum(table.total.households for table in found) == sum(wanted.values())
        assert {name: count for name, unit in named.items() if (count := by_id.get(unit.id, 0))} == dict(wanted)
        assert found == [
            figures.coverage_from_rows(session, actor=TERMINAL, unit_id=ward.id, on=day(number)) for ward in wards
        ]  # fmt: skip
    session.commit()
