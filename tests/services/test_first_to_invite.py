"""Whom to invite first: by hand, and against every other list of the same length."""

from itertools import combinations
from uuid import UUID

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from models import GroupKind, Household, Role, Unit
from services import rollups
from services.access import TERMINAL
from services.first_to_invite import first_to_invite
from tests.factories import NOON, make_actor, make_group, make_household, make_membership, make_unit

pytestmark = pytest.mark.usefixtures("noon")


def settle(session: Session, ward: Unit, name: str, households: int, *, joined: int, target: int = 90) -> list[Household]:
    """The households outside the group of a new unit."""
    unit = make_unit(session, parent=ward, short_name=name, target_percent=target)
    group = make_group(session, unit=unit)
    homes = [make_household(session, unit=unit, code=f"{place:03d}") for place in range(households)]
    for home in homes[:joined]:
        make_membership(session, household=home, group=group)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    return homes[joined:]


def test_units_nearest_to_their_target_come_first(session: Session, ward: Unit) -> None:
    far = settle(session, ward, "Tổ 1", 10, joined=5)  # lacks 4
    near = settle(session, ward, "Tổ 2", 10, joined=8)  # lacks 1
    settle(session, ward, "Tổ 3", 10, joined=9)  # there

    found = first_to_invite(session, actor=TERMINAL, unit_id=ward.id, most=3)

    assert [row.id for row in found.rows] == [near[0].id, far[0].id, far[1].id]
    assert [(goal.unit_label, goal.missing, goal.invited, goal.is_reached) for goal in found.goals] == [
        ("Tổ 2", 1, 1, True), ("Tổ 1", 4, 2, False),
    ]  # fmt: skip
    assert found.reached == 1


def test_within_a_unit_those_easiest_to_invite_come_first(session: Session, ward: Unit) -> None:
    first, second, third = settle(session, ward, "Tổ 1", 3, joined=0, target=100)
    second.phone, third.phone, third.smartphones = "+84912345678", "+84912345679", 2
    session.add_all([second, third])
    session.commit()

    found = first_to_invite(session, actor=TERMINAL, unit_id=ward.id)

    assert [row.id for row in found.rows] == [third.id, second.id, first.id]


def test_who_left_who_is_in_and_units_without_a_group_are_passed_over(session: Session, ward: Unit) -> None:
    outside = settle(session, ward, "Tổ 1", 4, joined=1, target=100)
    outside[0].left_on = NOON.date()
    session.add(outside[0])
    alone = make_unit(session, parent=ward, short_name="Tổ 2")
    make_household(session, unit=alone)
    late = make_unit(session, parent=ward, short_name="Tổ 3")
    make_household(session, unit=late)
    make_group(session, unit=late, closed_on=NOON.date())
    make_group(session, unit=alone, kind=GroupKind.ASSOCIATION)
    session.flush()
    rollups.refresh(session, unit_ids=[outside[0].unit_id, alone.id, late.id])
    session.commit()

    found = first_to_invite(session, actor=TERMINAL, unit_id=ward.id)

    assert {row.id for row in found.rows} == {one.id for one in outside[1:]}


@pytest.mark.parametrize(
    ("sizes", "most"),
    [
        ([(4, 1, 75), (3, 2, 100), (2, 0, 50)], 2),
        ([(4, 1, 75), (3, 2, 100), (2, 0, 50)], 3),
        ([(5, 2, 90), (4, 3, 80), (1, 0, 1)], 3),
        ([(3, 0, 67), (3, 0, 34), (3, 3, 90)], 4),
        ([(6, 5, 90)], 4),
        ([(2, 0, 0), (2, 1, 51)], 1),
    ],
)  # fmt: skip
def test_no_other_list_of_that_length_brings_more_units_to_their_target(
    session: Session, ward: Unit, sizes: list[tuple[int, int, int]], most: int
) -> None:
    outside = [
        (place, home.id) for place, (households, joined, target) in enumerate(sizes)
        for home in settle(session, ward, f"Tổ {place}", households, joined=joined, target=target)
    ]  # fmt: skip

    def there(chosen: set[tuple[int, UUID]]) -> int:
        joining = [sum(one[0] == place for one in chosen) for place in range(len(sizes))]
        return sum((sizes[p][1] + joining[p]) * 100 >= sizes[p][2] * sizes[p][0] for p in range(len(sizes)))

    found = first_to_invite(session, actor=TERMINAL, unit_id=ward.id, most=most)

    ours = {one for one in outside if one[1] in {row.id for row in found.rows}}
    best = max(there(set(some)) for size in range(most + 1) for some in combinations(outside, size))
    assert len(ours) <= most
    assert there(ours) == best
    assert found.reached == best - there(set())


def test_it_takes_the_same_few_queries_for_any_number_of_households(engine: Engine, session: Session, ward: Unit) -> None:
    for place in range(6):
        settle(session, ward, f"Tổ {place}", 9, joined=place)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    found = first_to_invite(session, actor=TERMINAL, unit_id=ward.id)

    assert len(found.rows) == 20
    assert len(asked) <= 5


def test_only_who_sees_people_is_told(session: Session, ward: Unit) -> None:
    settle(session, ward, "Tổ 1", 3, joined=0)
    viewer = make_actor(session, unit=ward, role=Role.VIEWER)
    other = make_actor(session, unit=make_unit(session))

    with pytest.raises(NotAllowed):
        first_to_invite(session, actor=viewer)
    with pytest.raises(NotFound):
        first_to_invite(session, actor=other, unit_id=ward.id)
