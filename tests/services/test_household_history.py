"""Households over time: from a day otherwise, elsewhere, two, one; how it was; and the last of it taken back."""

from collections.abc import Callable
from datetime import date, timedelta
from operator import itemgetter
from typing import Any

import pytest
from sqlmodel import Session, col, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Group, GroupKind, Household, HouseholdPast, Membership, Role, Unit
from services import figures, household_history, households, rollups
from services.access import Actor
from services.household_history import FromDay, MomentKind
from services.household_values import HouseholdValues
from tests.factories import LONG_AGO, make_actor, make_group, make_household, make_membership, make_unit

pytestmark = pytest.mark.usefixtures("noon")

TODAY, DAY = date(2026, 11, 24), date(2026, 10, 1)
EVE = DAY - timedelta(days=1)


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def old(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 13")


@pytest.fixture
def new(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 2")


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, display_name="Chu Thị Cúc")


@pytest.fixture
def group(session: Session, old: Unit) -> Group:
    return make_group(session, unit=old, name="Bà con tổ 13")


@pytest.fixture
def home(session: Session, old: Unit, group: Group) -> Household:
    made = make_household(session, unit=old, code="7", head_name="Hoàng Văn An", people=5, smartphones=3)
    make_membership(session, household=made, group=group)
    rollups.refresh(session, unit_ids=[old.id])
    session.commit()
    return made


def counts(session: Session, actor: Actor, unit: Unit, on: date) -> tuple[int, int, int, int]:
    total = figures.coverage(session, actor=actor, unit_id=unit.id, on=on).total
    return total.households, total.joined, total.people, total.people_joined


def stays(session: Session, household: Household) -> list[tuple[date, date | None, int]]:
    query = select(Membership).where(Membership.household_id == household.id).order_by(col(Membership.joined_on))
    return [(one.joined_on, one.left_on, one.people) for one in session.exec(query)]


# What happens from a day on


def test_a_household_that_moves_keeps_its_id_and_leaves_the_old_units_group(
    session: Session, staff: Actor, old: Unit, new: Unit, home: Household
) -> None:
    union = make_group(session, unit=old, kind=GroupKind.ASSOCIATION)
    make_membership(session, household=home, group=union, people=1)

    household_history.move(session, actor=staff, household_id=home.id, unit_id=new.id, on=DAY)

    assert (home.unit_id, home.arrived_on, home.code, home.version) == (new.id, DAY, "7", 2)
    assert sorted(stays(session, home), key=itemgetter(2)) == [(LONG_AGO, None, 1), (LONG_AGO, DAY, 2)]
    assert [counts(session, staff, unit, on) for unit in (old, new) for on in (EVE, DAY)] == [
        (1, 1, 5, 2), (0, 0, 0, 0), (0, 0, 0, 0), (1, 0, 5, 0),
    ]  # fmt: skip
    assert rollups.repair(session) == []


def test_a_code_that_the_new_unit_has_already_gives_way_to_a_free_one(
    session: Session, staff: Actor, new: Unit, home: Household
) -> None:
    make_household(session, unit=new, code="07")

    household_history.move(session, actor=staff, household_id=home.id, unit_id=new.id, on=DAY)

    assert home.code == "002"


def test_a_change_from_a_day_leaves_earlier_days_as_they_were(session: Session, staff: Actor, old: Unit, home: Household) -> None:
    household_history.change_from(
        session, actor=staff, household_id=home.id, values=FromDay("Hoàng Thị Bé", "Số 9", 3, 1), on=DAY
    )  # fmt: skip

    assert [counts(session, staff, old, on)[2] for on in (EVE, DAY)] == [5, 3]
    before, after = (household_history.as_of(session, actor=staff, household_id=home.id, on=on) for on in (EVE, DAY))
    assert (before.head_name, before.people, before.groups) == ("Hoàng Văn An", 5, (("Bà con tổ 13", 2),))
    assert (after.head_name, after.address, after.people) == ("Hoàng Thị Bé", "Số 9", 3)


def test_a_split_off_household_counts_from_its_day_and_is_in_no_group(
    session: Session, staff: Actor, old: Unit, home: Household
) -> None:
    [made] = household_history.split(
        session, actor=staff, household_id=home.id, parts=[HouseholdValues("Hoàng Văn Con", people=2, smartphones=2)], on=DAY
    )  # fmt: skip

    assert (made.split_from_id, made.arrived_on, made.code, home.people, home.smartphones) == (home.id, DAY, "002", 3, 1)
    assert [counts(session, staff, old, on) for on in (EVE, DAY)] == [(1, 1, 5, 2), (2, 1, 5, 2)]


def test_a_merged_household_ends_and_its_people_and_groups_go_on_in_the_other(
    session: Session, staff: Actor, old: Unit, home: Household
) -> None:
    into = make_household(session, unit=old, people=1)
    rollups.refresh(session, unit_ids=[old.id])

    household_history.merge(session, actor=staff, household_id=home.id, into_id=into.id, on=DAY)

    assert (home.left_on, home.merged_into_id, into.people, into.smartphones) == (DAY, into.id, 6, 3)
    assert (stays(session, home), stays(session, into)) == ([(LONG_AGO, DAY, 2)], [(DAY, None, 2)])
    assert [counts(session, staff, old, on) for on in (EVE, DAY)] == [(2, 1, 6, 2), (1, 1, 6, 2)]
    with pytest.raises(Invalid, match="đã nhập vào hộ khác"):
        households.reopen(session, actor=staff, household_id=home.id)


def test_a_membership_that_began_after_a_backdated_move_never_was(
    session: Session, staff: Actor, old: Unit, new: Unit, home: Household, group: Group
) -> None:
    households.leave(session, actor=staff, household_id=home.id, group_id=group.id, on=date(2026, 9, 1))
    households.join(session, actor=staff, household_id=home.id, group_id=group.id, on=date(2026, 11, 1))

    household_history.move(session, actor=staff, household_id=home.id, unit_id=new.id, on=DAY)

    assert stays(session, home)[1] == (date(2026, 11, 1), date(2026, 11, 1), 1)
    assert counts(session, staff, new, TODAY) == (1, 0, 5, 0)


# Taken back

Act = Callable[[Session, Actor, Household, Unit], Any]
ACTS: dict[str, Act] = {
    "moved": lambda session, actor, home, new: household_history.move(
        session, actor=actor, household_id=home.id, unit_id=new.id, on=DAY
    ),
    "changed_from": lambda session, actor, home, _new: household_history.change_from(
        session, actor=actor, household_id=home.id, values=FromDay("Lê Thị Bé", "Số 9", 2, 0), on=DAY
    ),
    "split": lambda session, actor, home, _new: household_history.split(
        session, actor=actor, household_id=home.id, parts=[HouseholdValues("Hoàng Văn Con", people=2)], on=DAY
    ),
    "merged": lambda session, actor, home, _new: household_history.merge(
        session, actor=actor, household_id=home.id, into_id=make_household(session, unit=_unit(session, home)).id, on=DAY
    ),
    "ended": lambda session, actor, home, _new: households.end(session, actor=actor, household_id=home.id, on=DAY),
}  # fmt: skip


def _unit(session: Session, home: Household) -> Unit:
    return session.get_one(Unit, home.unit_id)


@pytest.mark.parametrize("name", ACTS)
def test_what_is_taken_back_never_counted(
    session: Session, staff: Actor, old: Unit, new: Unit, home: Household, name: str
) -> None:
    ACTS[name](session, staff, home, new)
    rollups.refresh(session, unit_ids=[old.id])

    undone = household_history.undo_last(session, actor=staff, household_id=home.id)

    assert undone.action == f"household.{name}"
    assert (home.unit_id, home.head_name, home.people, home.arrived_on, home.left_on) == (
        old.id, "Hoàng Văn An", 5, LONG_AGO, None,
    )  # fmt: skip
    assert (stays(session, home), session.exec(select(HouseholdPast)).all()) == ([(LONG_AGO, None, 2)], [])
    others = 4 if name == "merged" else 0  # people of the household it had gone into, which is again as it was
    assert counts(session, staff, old, TODAY) == (1 + bool(others), 1, 5 + others, 2)
    assert rollups.repair(session) == []


def test_two_things_are_taken_back_one_after_the_other(session: Session, staff: Actor, new: Unit, home: Household) -> None:
    ACTS["changed_from"](session, staff, home, new)
    household_history.move(session, actor=staff, household_id=home.id, unit_id=new.id, on=date(2026, 11, 1))

    actions = [household_history.undo_last(session, actor=staff, household_id=home.id).action for _ in range(2)]

    assert actions == ["household.moved", "household.changed_from"]
    assert household_history.last_act(session, actor=staff, household_id=home.id) is None
    with pytest.raises(Invalid, match="Không có việc nào"):
        household_history.undo_last(session, actor=staff, household_id=home.id)


def test_what_something_later_depends_on_is_not_taken_back(
    session: Session, staff: Actor, new: Unit, home: Household, group: Group
) -> None:
    [made] = ACTS["split"](session, staff, home, new)
    households.join(session, actor=staff, household_id=made.id, group_id=group.id)

    with pytest.raises(Invalid, match="hộ kia đã có thay đổi sau đó"):
        household_history.undo_last(session, actor=staff, household_id=home.id)
    assert household_history.last_act(session, actor=staff, household_id=home.id) is None


def test_a_write_from_elsewhere_stands_between(session: Session, staff: Actor, new: Unit, home: Household) -> None:
    ACTS["moved"](session, staff, home, new)
    home.version += 1  # as an import does
    session.add(home)

    assert household_history.last_act(session, actor=staff, household_id=home.id) is None


def test_a_split_is_taken_back_from_either_household(session: Session, staff: Actor, new: Unit, home: Household) -> None:
    [made] = ACTS["split"](session, staff, home, new)

    household_history.undo_last(session, actor=staff, household_id=made.id)

    assert (home.people, made.left_on) == (5, made.arrived_on)
    with pytest.raises(Invalid, match="đã được quay lại"):  # its people are the first one's again
        households.reopen(session, actor=staff, household_id=made.id)


# What cannot be right


def test_a_write_on_what_was_not_seen_is_refused_with_what_changed(
    session: Session, staff: Actor, new: Unit, home: Household
) -> None:
    seen = home.version
    households.change(
        session, actor=staff, household_id=home.id, values=HouseholdValues("Hoàng Văn An", code="7", people=4, smartphones=3)
    )  # fmt: skip

    with pytest.raises(Invalid, match=r"Chu Thị Cúc sửa hộ \(số người\)") as refused:
        household_history.move(session, actor=staff, household_id=home.id, unit_id=new.id, on=DAY, version=seen)

    assert refused.value.details["field"] == "version"
    assert home.unit_id != new.id


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(TODAY + timedelta(days=1), "không được sau hôm nay"), (LONG_AGO, "bắt đầu từ ngày 01/01/2020. Xin chọn một ngày sau đó")],
)
def test_the_day_must_be_one_after_the_last_change(
    session: Session, staff: Actor, new: Unit, home: Household, day: date, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        household_history.move(session, actor=staff, household_id=home.id, unit_id=new.id, on=day)

    assert refused.value.details["field"] == "on"


def test_nobody_moves_into_a_closed_unit_or_a_ward(session: Session, staff: Actor, ward: Unit, home: Household) -> None:
    closed = make_unit(session, parent=ward, valid_to=TODAY)

    for unit in (closed, ward):
        with pytest.raises(Invalid, match="không phải tổ, thôn đang hoạt động"):
            household_history.move(session, actor=staff, household_id=home.id, unit_id=unit.id, on=DAY)
    assert session.exec(select(HouseholdPast)).all() == []


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([], "ít nhất 1 người"),
        ([HouseholdValues("Con", people=0)], "ít nhất 1 người"),
        ([HouseholdValues("Con", people=-3)], "ít nhất 1 người"),
        ([HouseholdValues("Con", people=2), HouseholdValues("Cháu", people=3)], "không còn ai ở lại"),
    ],
)
def test_somebody_goes_and_somebody_stays(
    session: Session, staff: Actor, home: Household, parts: list[HouseholdValues], sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        household_history.split(session, actor=staff, household_id=home.id, parts=parts, on=DAY)

    assert len(session.exec(select(Household)).all()) == 1


def test_a_merge_in_a_circle_is_refused(session: Session, staff: Actor, old: Unit, home: Household) -> None:
    into = make_household(session, unit=old)
    household_history.merge(session, actor=staff, household_id=home.id, into_id=into.id, on=DAY)

    with pytest.raises(Invalid, match="không còn ở đây"):
        household_history.merge(session, actor=staff, household_id=into.id, into_id=home.id, on=TODAY)
    with pytest.raises(Invalid, match="chính nó"):
        household_history.merge(session, actor=staff, household_id=into.id, into_id=into.id, on=TODAY)


def test_a_first_day_is_not_corrected_into_the_past(session: Session, staff: Actor, new: Unit, home: Household) -> None:
    household_history.move(session, actor=staff, household_id=home.id, unit_id=new.id, on=DAY)

    with pytest.raises(Invalid, match="là ngày hộ có thay đổi") as refused:
        households.change(
            session, actor=staff, household_id=home.id, values=HouseholdValues("Hoàng Văn An", arrived_on=EVE)
        )  # fmt: skip

    assert refused.value.details["field"] == "arrived_on"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"head_name": "An " * 3334}, "head_name"),
        ({"phone": "+44 20 7946 0958"}, "phone"),
        ({"phone": "+1 202 555 0147"}, "phone"),
        ({"people": -1}, "people"),
        ({"people": 10**9}, "people"),
        ({"address": "x" * 10_000}, "address"),
    ],
)
def test_bad_input_is_named_at_its_field_and_nothing_is_written(
    session: Session, staff: Actor, old: Unit, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        households.add(
            session, actor=staff, unit_id=old.id, values=HouseholdValues(**({"head_name": "Hoàng Văn An"} | values))
        )  # fmt: skip

    assert refused.value.details["field"] == field
    assert (session.exec(select(Household)).all(), session.exec(select(AuditEvent)).all()) == ([], [])


# Who may, and what is told


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
@pytest.mark.parametrize("name", [name for name in ACTS if name != "ended"])
def test_only_staff_write_what_happens_from_a_day(
    session: Session, old: Unit, new: Unit, home: Household, name: str, role: Role
) -> None:
    actor = make_actor(session, unit=old, role=role)

    with pytest.raises(NotAllowed):
        ACTS[name](session, actor, home, new)


def test_another_wards_staff_finds_nothing(session: Session, new: Unit, home: Household) -> None:
    stranger = make_actor(session, unit=make_unit(session))

    for write in ("moved", "changed_from", "split"):
        with pytest.raises(NotFound):
            ACTS[write](session, stranger, home, new)
    for look in (household_history.timeline, household_history.last_act):
        with pytest.raises(NotFound):
            look(session, actor=stranger, household_id=home.id)
    with pytest.raises(NotFound):
        household_history.as_of(session, actor=stranger, household_id=home.id, on=DAY)


def test_nobody_moves_a_household_out_of_sight(session: Session, staff: Actor, home: Household) -> None:
    far = make_unit(session, parent=make_unit(session))

    with pytest.raises(NotFound):
        household_history.move(session, actor=staff, household_id=home.id, unit_id=far.id, on=DAY)


def test_the_timeline_tells_what_happened_in_order_and_by_whom(
    session: Session, staff: Actor, new: Unit, home: Household
) -> None:
    ACTS["changed_from"](session, staff, home, new)
    household_history.move(session, actor=staff, household_id=home.id, unit_id=new.id, on=date(2026, 11, 1))
    households.end(session, actor=staff, household_id=home.id)

    moments = household_history.timeline(session, actor=staff, household_id=home.id)

    assert [(one.on, one.kind, one.what, one.by) for one in moments] == [
        (TODAY, MomentKind.LEFT, "", "Chu Thị Cúc"),
        (date(2026, 11, 1), MomentKind.LEFT_GROUP, "Bà con tổ 13", ""),
        (date(2026, 11, 1), MomentKind.MOVED, "Tổ 2", "Chu Thị Cúc"),
        (DAY, MomentKind.COUNTED, "5 → 2", "Chu Thị Cúc"),
        (DAY, MomentKind.CHANGED, "Lê Thị Bé, Số 9", "Chu Thị Cúc"),
        (LONG_AGO, MomentKind.JOINED, "Bà con tổ 13", ""),
        (LONG_AGO, MomentKind.ARRIVED, "Tổ 13", ""),
    ]  # fmt: skip


def test_a_household_is_not_there_before_it_came(session: Session, staff: Actor, home: Household) -> None:
    then = household_history.as_of(session, actor=staff, household_id=home.id, on=LONG_AGO - timedelta(days=1))

    assert then.is_present is False
