"""Counts that follow a few households: equal to a recount whatever happened, and written with the change or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import Session, col, delete, select

from core.db import transaction
from models import Group, GroupKind, Household, HouseholdPast, Membership, PastCause, Unit, UnitDay, UnitKind, UnitTotal
from services import figures, following, rollups
from services.access import TERMINAL
from tests.databases import examples
from tests.factories import make_group, make_household, make_membership, make_unit

MAY = date(2026, 5, 1)
LAST = 16


def day(number: int) -> date:
    return MAY + timedelta(days=number)


@pytest.fixture
def street(session: Session) -> list[Unit]:
    """Two units of a ward below a province; the second one is there for a few days only."""
    province = make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh")
    ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, subtype="phuong")
    return [make_unit(session, parent=ward), make_unit(session, parent=ward, valid_from=day(3), valid_to=day(12))]


@pytest.fixture
def home(session: Session, street: list[Unit]) -> Household:
    home = make_household(session, unit=street[0], people=4, smartphones=1, arrived_on=day(0))
    rollups.refresh(session, unit_ids=[home.unit_id])
    return home


def joined(session: Session, unit_id: object) -> list[tuple[date, int, int]]:
    rows = session.exec(select(UnitDay).where(UnitDay.unit_id == unit_id).order_by(col(UnitDay.day)))
    return [(row.day, row.joined, row.people_joined) for row in rows]


def test_a_household_that_joins_is_added_to_its_unit_its_ward_and_its_province(
    session: Session, street: list[Unit], home: Household
) -> None:
    with following.changes(session, household_ids=[home.id]):
        make_membership(session, household=home, group=make_group(session, unit=street[0]), people=2, joined_on=day(3))

    assert joined(session, home.unit_id) == [(day(0), 0, 0), (day(3), 1, 2)]
    totals = session.exec(select(UnitTotal.joined).where(UnitTotal.day == day(3))).all()
    assert totals == [1, 1]


def test_joining_on_a_day_long_past_raises_every_day_since(session: Session, street: list[Unit], home: Household) -> None:
    group = make_group(session, unit=street[0])
    for number in range(5, 9):
        make_membership(
            session, household=make_household(session, unit=street[0], arrived_on=day(0)), group=group, joined_on=day(number)
        )
    rollups.refresh(session, unit_ids=[home.unit_id])

    with following.changes(session, household_ids=[home.id]):
        make_membership(session, household=home, group=group, joined_on=day(2), left_on=day(7))

    assert [row[:2] for row in joined(session, home.unit_id)] == [
        (day(0), 0), (day(2), 1), (day(5), 2), (day(6), 3), (day(8), 4),
    ]  # fmt: skip
    assert rollups.differing(session)[1] == []


def test_a_row_that_says_nothing_new_any_more_goes(session: Session, street: list[Unit], home: Household) -> None:
    with following.changes(session, household_ids=[home.id]):
        spell = make_membership(session, household=home, group=make_group(session, unit=street[0]), joined_on=day(3))

    with following.changes(session, household_ids=[home.id]):
        spell.left_on = day(3)
        session.add(spell)

    assert joined(session, home.unit_id) == [(day(0), 0, 0)]


def test_a_household_that_came_to_another_unit_is_no_matter_of_following(
    session: Session, street: list[Unit], home: Household
) -> None:
    with pytest.raises(ValueError, match="another unit"), following.changes(session, household_ids=[home.id]):
        home.unit_id = street[1].id


def test_it_asks_as_little_whatever_the_number_of_households(session: Session, engine: Engine, street: list[Unit]) -> None:
    group = make_group(session, unit=street[0])
    homes = [make_household(session, unit=street[0], arrived_on=day(0)) for _ in range(12)]
    rollups.refresh(session, unit_ids=[street[0].id])
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    counts = []
    for some in (homes[:1], homes[1:]):
        before = len(asked)
        with following.changes(session, household_ids=[one.id for one in some]):
            session.add_all([Membership(household_id=one.id, group_id=group.id, joined_on=day(1)) for one in some])
        counts.append(len(asked) - before)

    assert counts[1] <= counts[0] + 2  # there are later rows to raise by now


class Gone(Exception):
    """The process is, as far as this transaction goes."""


@contextmanager
def dies_at(engine: Engine, statement: int) -> Iterator[list[int]]:
    """Whoever sends the statement of that number is gone with it."""
    sent: list[int] = [0]

    def count(*_args: Any) -> None:
        sent[0] += 1
        if sent[0] == statement:
            raise Gone

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", count)


def test_whoever_dies_at_any_statement_has_written_the_change_and_its_count_or_neither(
    session: Session, engine: Engine, street: list[Unit], home: Household
) -> None:
    home_id, group_id = home.id, make_group(session, unit=street[0]).id
    session.commit()
    outcomes = []
    for statement in range(1, 40):
        with (
            dies_at(engine, statement) as sent, suppress(Gone), transaction() as own,
            following.changes(own, household_ids=[home_id]),
        ):  # fmt: skip
            own.add(Membership(household_id=home_id, group_id=group_id, joined_on=day(1)))
        session.rollback()
        assert rollups.differing(session)[1] == []
        outcomes.append(figures.coverage(session, actor=TERMINAL, on=day(2)).total.joined)
        session.rollback()
        if sent[0] < statement:
            break

    assert outcomes[-1] == 1  # nobody died any more
    assert set(outcomes[:-1]) == {0}
    assert len(outcomes) > 4


# What happens: to which of four households, what, on which day, with how many people, together with the next one or not.
STEP = st.tuples(
    st.integers(0, 3), st.sampled_from(["joins", "joins", "leaves", "recounted", "corrected", "closes", "undone"]),
    st.integers(0, LAST), st.integers(1, 4), st.integers(0, 2),
)  # fmt: skip


@settings(
    max_examples=examples(36), deadline=None, phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(steps=st.lists(STEP, min_size=1, max_size=12), moved=st.integers(1, 9))
def test_what_follows_is_a_recount_after_any_sequence_of_events(
    session: Session, street: list[Unit], steps: list[tuple[int, str, int, int, int]], moved: int
) -> None:
    for table in (Membership, Group, HouseholdPast, Household, UnitDay, UnitTotal):
        session.exec(delete(table))
    kinds = [GroupKind.HOUSEHOLD, GroupKind.HOUSEHOLD, GroupKind.ASSOCIATION]
    groups = [make_group(session, unit=street[0], kind=kind) for kind in kinds]
    homes = [make_household(session, unit=street[n % 2], people=5, smartphones=n, arrived_on=day(n)) for n in range(3)]
    homes.append(came_from(session, street, moved))
    rollups.refresh(session, unit_ids=[unit.id for unit in street])

    for number, act, on, people, which in steps:
        if act == "closes":
            groups[which].closed_on = day(on)
            session.add(groups[which])
            rollups.refresh(session, unit_ids=[unit.id for unit in street], since=None)
            continue
        pair = {homes[number].id, homes[(number + people) % 4].id}
        with following.changes(session, household_ids=pair):
            happens(session, homes[number], groups[which], act, on, people)

    assert rollups.differing(session)[1] == []
    for number in (0, 4, 9, LAST):
        counted = figures.coverage_from_rows(session, actor=TERMINAL, on=day(number))
        assert figures.coverage(session, actor=TERMINAL, on=day(number)) == counted


def came_from(session: Session, street: list[Unit], moved: int) -> Household:
    """One that lived in the first unit until a day, and in the other since."""
    home = make_household(session, unit=street[1], people=3, smartphones=2, arrived_on=day(moved))
    session.add(
        HouseholdPast(
            household_id=home.id, unit_id=street[0].id, code=home.code, head_name=home.head_name, address=home.address,
            people=2, smartphones=1, started_on=day(0), ended_on=day(moved), cause=PastCause.MOVED,
        )
    )  # fmt: skip
    return home


def happens(session: Session, home: Household, group: Group, act: str, on: int, people: int) -> None:
    spells = session.exec(select(Membership).where(Membership.household_id == home.id, Membership.group_id == group.id)).all()
    if act == "joins" and all(one.left_on and one.left_on <= day(on) for one in spells):
        make_membership(session, household=home, group=group, people=people, joined_on=day(on))
    elif act == "leaves":
        for spell in spells:
            spell.left_on = spell.left_on or max(day(on), spell.joined_on)
    elif act == "undone":
        for spell in spells[-1:]:
            session.delete(spell)
    elif act == "recounted":
        for spell in spells[-1:]:
            spell.people = people
    else:
        home.people, home.smartphones = people + 1, people
        home.left_on = max(day(on), home.arrived_on)
    session.flush()
