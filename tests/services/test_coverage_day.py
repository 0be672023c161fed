"""Coverage on any day: by place, group and need, each number by hand; what observers miss; a fixed number of queries."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from core.errors import Invalid, NotAllowed, NotFound
from models import Group, GroupKind, Need, Role, Unit
from services import coverage_day, rollups
from services.access import TERMINAL
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit

pytestmark = pytest.mark.usefixtures("noon")

TODAY = date(2026, 11, 24)
LATELY = TODAY - timedelta(days=10)


def settle(session: Session, ward: Unit, name: str, households: int, *, joined: int = 0, needs: int = 0) -> Group:
    """So many in the group since ten days ago; the first ones have a need."""
    unit = make_unit(session, parent=ward, short_name=name)
    group = make_group(session, unit=unit, name=f"Bà con {name}")
    for place in range(households):
        home = make_household(session, unit=unit, needs=[Need.DISABLED.value] if place < needs else [])
        if place < joined:
            make_membership(session, household=home, group=group, joined_on=LATELY)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    return group


def test_groups_and_needs_are_counted_on_the_day_itself(session: Session, ward: Unit) -> None:
    settle(session, ward, "Tổ 1", 6, joined=4, needs=5)
    settle(session, ward, "Tổ 2", 2)
    make_group(session, unit=ward, name="Hội Phụ nữ", kind=GroupKind.ASSOCIATION)
    make_group(session, unit=ward, name="Đã đóng", closed_on=TODAY)
    make_group(session, unit=ward, name="Tổ trưởng", kind=GroupKind.LEADERS)

    now = coverage_day.of(session, actor=TERMINAL, unit_id=ward.id)
    then = coverage_day.of(session, actor=TERMINAL, unit_id=ward.id, on=LATELY - timedelta(days=1))

    assert [(one.name, one.joined, one.households) for one in now.groups or []] == [
        ("Bà con Tổ 1", 4, 6), ("Bà con Tổ 2", 0, 2), ("Hội Phụ nữ", 0, 8),
    ]  # fmt: skip
    assert [(one.need, one.households, one.joined) for one in now.needs or []] == [(Need.DISABLED, 5, 4)]
    assert [(one.households, one.joined) for one in then.needs or []] == [(5, 0)]
    assert [one.joined for one in then.groups or []] == [0, 0, 0, 0]  # one was not closed yet


@pytest.mark.parametrize(("span", "points"), [(30, 31), (90, 31), (365, 53)])
def test_the_trend_ends_on_the_day(session: Session, ward: Unit, span: int, points: int) -> None:
    settle(session, ward, "Tổ 1", 4, joined=1)

    seen = coverage_day.of(session, actor=TERMINAL, unit_id=ward.id, span=span)

    assert (len(seen.trend), seen.trend[-1][0], seen.trend[-1][1].joined, seen.trend[0][1].joined) == (points, TODAY, 1, 0)


def test_places_without_households_neither_reach_nor_miss_the_target(session: Session, ward: Unit) -> None:
    settle(session, ward, "Tổ 1", 10, joined=9)
    settle(session, ward, "Tổ 2", 10, joined=8)
    settle(session, ward, "Tổ 3", 0)

    seen = coverage_day.of(session, actor=TERMINAL, unit_id=ward.id)

    assert (seen.reaching, len(seen.counted), seen.table.total.coverage) == (1, 2, 17 / 20)


def test_an_observer_sees_needs_of_a_whole_ward_only_and_no_small_count(session: Session, ward: Unit) -> None:
    """S65."""
    settle(session, ward, "Tổ 1", 9, joined=6, needs=6)
    small = settle(session, ward, "Tổ 2", 4, joined=1)
    third = settle(session, ward, "Tổ 3", 30, joined=3)
    viewer = make_actor(session, unit=ward, role=Role.VIEWER)

    whole = coverage_day.of(session, actor=viewer, unit_id=ward.id)
    alone = coverage_day.of(session, actor=viewer, unit_id=small.unit_id)
    large = coverage_day.of(session, actor=viewer, unit_id=third.unit_id)

    assert [row.unit_name for row in whole.table.rows] == ["Tổ 3"]  # Tổ 1 would give Tổ 2 away
    assert [one.joined for one in whole.groups or []] == [None, None, None]
    assert [one.households for one in whole.needs or []] == [6]
    assert (alone.table.total.households, alone.trend, alone.changes, alone.groups) == (0, [], None, None)
    assert (large.table.total.households, large.needs) == (30, None)


def test_it_takes_the_same_few_queries_for_any_number_of_households(engine: Engine, session: Session, ward: Unit) -> None:
    asked: list[str] = []
    counts = []
    for households in (2, 9):
        settle(session, ward, f"Tổ {households}", households, joined=2, needs=2)
        asked.clear()
        event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]), once=False)
        coverage_day.of(session, actor=TERMINAL, unit_id=ward.id)
        counts.append(len(set(asked)))

    assert counts[0] == counts[1] <= 14


def test_the_first_day_is_that_of_the_first_household(session: Session, ward: Unit) -> None:
    actor = make_actor(session, unit=ward)
    empty = coverage_day.first_day(session, actor=actor)
    settle(session, ward, "Tổ 1", 1)

    assert (empty, coverage_day.first_day(session, actor=actor)) == (TODAY, date(2020, 1, 1))


def test_days_to_come_other_spans_and_other_units_are_refused(session: Session, ward: Unit) -> None:
    actor = make_actor(session, unit=ward)

    with pytest.raises(Invalid):
        coverage_day.of(session, actor=actor, on=TODAY + timedelta(days=1))
    with pytest.raises(Invalid):
        coverage_day.of(session, actor=actor, span=7)
    with pytest.raises(NotFound):
        coverage_day.of(session, actor=actor, unit_id=make_unit(session).id)
    with pytest.raises(NotAllowed):
        coverage_day.of(session, actor=make_actor(session, unit=ward, role=Role.LEAD))
