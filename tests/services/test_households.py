"""Households: sight, search, forms, joining and leaving."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound, Refusal
from models import AuditEvent, Group, GroupKind, Household, MembershipSource, Need, Role, Unit
from services import figures, households, needs, rollups
from services.access import TERMINAL, Actor
from services.households import Filters, HouseholdValues
from services.needs import Why
from tests.factories import NOON, make_actor, make_group, make_household, make_membership, make_unit, make_user

TODAY = date(2026, 11, 24)
pytestmark = pytest.mark.usefixtures("_noon")


@pytest.fixture
def _noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, code="01843", name="Phường Bắc Kạn")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, name="Tổ dân phố 13", short_name="Tổ 13")


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


@pytest.fixture
def group(session: Session, unit: Unit) -> Group:
    return make_group(session, unit=unit, name="Bà con tổ 13")


def register(session: Session, actor: Actor, unit: Unit, head_name: str = "Nguyễn Văn An", **values: Any) -> Household:
    return households.add(session, actor=actor, unit_id=unit.id, values=HouseholdValues(head_name, **values))


def names(session: Session, actor: Actor, **filters: Any) -> list[str]:
    return [row.head_name for row in households.search(session, actor=actor, filters=Filters(**filters)).rows]


def counts(session: Session, unit: Unit, on: date = TODAY) -> tuple[int, int, int, int]:
    total = figures.coverage(session, actor=TERMINAL, unit_id=unit.id, on=on).total
    return total.households, total.joined, total.people, total.people_joined


# What a form may say


def test_a_household_is_registered_as_the_form_says(session: Session, staff: Actor, unit: Unit) -> None:
    household = register(
        session, staff, unit, "  Nguyễn  Văn An ", code="A7", address="Số 12, ngõ 3", phone="0912.345.678", people=4,
        smartphones=2, needs=(Need.DISABLED, Need.ELDERLY_ALONE),
    )  # fmt: skip

    assert (household.head_name, household.code, household.phone) == ("Nguyễn Văn An", "A7", "+84912345678")
    assert (household.people, household.smartphones, household.arrived_on) == (4, 2, TODAY)
    assert household.needs == ["elderly_alone", "disabled"]
    assert household.search == "nguyen van an so 12 ngo 3 a7 0912345678 8765432190"
    assert counts(session, unit) == (1, 0, 4, 0)


def test_without_a_code_the_household_gets_the_next_free_number(session: Session, staff: Actor, unit: Unit) -> None:
    make_household(session, unit=unit, code="2")
    make_household(session, unit=unit, code="003")

    assert [register(session, staff, unit).code for _ in range(2)] == ["004", "005"]


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"head_name": " "}, "head_name", "Xin ghi họ tên chủ hộ"),
        ({"head_name": "019099001234 An"}, "head_name", "căn cước"),
        ({"phone": "12345"}, "phone", "“12345” không phải số điện thoại"),
        ({"people": 100}, "people", "từ 0 đến 99"),
        ({"people": -1}, "people", "từ 0 đến 99"),
        ({"people": 2, "smartphones": 3}, "smartphones", "từ 0 đến số nhân khẩu"),
        ({"smartphones": -1}, "smartphones", "từ 0 đến số nhân khẩu"),
        ({"code": "07"}, "code", "Mã hộ 7 ở Tổ 13 đã là của hộ Lê Thị Bình"),
        ({"arrived_on": TODAY + timedelta(days=1)}, "arrived_on", "không được sau hôm nay"),
    ],
)
def test_a_value_that_cannot_be_right_is_refused_and_named(
    session: Session, staff: Actor, unit: Unit, values: dict[str, Any], field: str, sentence: str
) -> None:
    make_household(session, unit=unit, code="7", head_name="Lê Thị Bình")

    with pytest.raises(Invalid, match=sentence) as refused:
        register(session, staff, unit, **values)

    assert refused.value.details["field"] == field
    assert len(session.exec(select(Household)).all()) == 1


def test_equal_codes_in_two_units_are_two_households(session: Session, staff: Actor, ward: Unit, unit: Unit) -> None:
    make_household(session, unit=make_unit(session, parent=ward), code="7")

    assert register(session, staff, unit, code="7").code == "7"


def test_households_live_in_residential_units_that_exist(session: Session, staff: Actor, ward: Unit) -> None:
    gone = make_unit(session, parent=ward, valid_to=TODAY)

    for place in (ward, gone):
        with pytest.raises(Invalid, match="một tổ dân phố hoặc thôn đang hoạt động"):
            register(session, staff, place)


def test_a_change_is_kept_searched_and_counted_for_the_past_too(session: Session, staff: Actor, unit: Unit) -> None:
    household = register(session, staff, unit, people=4, arrived_on=date(2026, 3, 1))

    households.change(
        session, actor=staff, household_id=household.id,
        values=replace(households.values_of(household), head_name="Trần Thị Bé", people=5),
    )  # fmt: skip

    assert names(session, staff, words="be") == ["Trần Thị Bé"]
    assert counts(session, unit, on=date(2026, 3, 1)) == (1, 0, 5, 0)


def test_an_earlier_arrival_is_counted_from_then(session: Session, staff: Actor, unit: Unit) -> None:
    household = register(session, staff, unit, people=4, arrived_on=date(2026, 3, 1))

    households.change(
        session, actor=staff, household_id=household.id,
        values=replace(households.values_of(household), arrived_on=date(2026, 1, 1)),
    )  # fmt: skip

    assert counts(session, unit, on=date(2026, 1, 1))[0] == 1


def test_a_refused_change_leaves_the_household_as_it_was(session: Session, staff: Actor, unit: Unit) -> None:
    household = register(session, staff, unit, code="1")
    register(session, staff, unit, code="2")

    with pytest.raises(Invalid):
        households.change(
            session, actor=staff, household_id=household.id,
            values=replace(households.values_of(household), head_name="Lê Văn Ba", code="2"),
        )  # fmt: skip

    assert (household.head_name, household.code) == ("Nguyễn Văn An", "1")


def test_saving_a_form_unchanged_writes_nothing(session: Session, staff: Actor, unit: Unit) -> None:
    household = register(session, staff, unit, phone="0912345678", needs=(Need.DOOR,))
    before = len(session.exec(select(AuditEvent)).all())

    households.change(session, actor=staff, household_id=household.id, values=households.values_of(household))

    assert len(session.exec(select(AuditEvent)).all()) == before


# Joining and leaving


def test_joining_and_leaving_are_counted_from_their_days(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = register(session, staff, unit, people=4, arrived_on=date(2026, 1, 1))

    households.join(
        session, actor=staff, household_id=household.id, group_id=group.id, people=2, on=date(2026, 3, 1),
        source=MembershipSource.SELF,
    )  # fmt: skip
    membership = households.leave(session, actor=staff, household_id=household.id, group_id=group.id, on=date(2026, 5, 1))

    assert membership.source is MembershipSource.SELF
    assert [counts(session, unit, on=day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 5, 1))] == [
        (1, 0, 4, 0), (1, 1, 4, 2), (1, 0, 4, 0),
    ]  # fmt: skip


def test_a_household_joins_on_the_day_it_is_ticked(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = make_household(session, unit=unit)

    membership = households.join(session, actor=staff, household_id=household.id, group_id=group.id)

    assert (membership.joined_on, membership.people, membership.source) == (TODAY, 1, MembershipSource.LEADER)


def test_a_household_cannot_join_twice(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = make_household(session, unit=unit)
    households.join(session, actor=staff, household_id=household.id, group_id=group.id)

    with pytest.raises(Invalid, match="Hộ này đã ở trong nhóm Bà con tổ 13 rồi"):
        households.join(session, actor=staff, household_id=household.id, group_id=group.id)


def test_a_household_may_join_again_the_day_it_left_but_not_before(
    session: Session, staff: Actor, unit: Unit, group: Group
) -> None:
    household = make_household(session, unit=unit)
    make_membership(session, household=household, group=group, joined_on=date(2026, 3, 1), left_on=date(2026, 5, 1))

    with pytest.raises(Invalid, match="đã ở trong nhóm tới ngày 01/05/2026"):
        households.join(session, actor=staff, household_id=household.id, group_id=group.id, on=date(2026, 4, 30))

    assert (
        households.join(session, actor=staff, household_id=household.id, group_id=group.id, on=date(2026, 5, 1)).left_on is None
    )


@pytest.mark.parametrize("people", [0, 100])
def test_a_membership_has_one_to_ninety_nine_people(
    session: Session, staff: Actor, unit: Unit, group: Group, people: int
) -> None:
    household = make_household(session, unit=unit)

    with pytest.raises(Invalid, match="từ 1 đến 99"):
        households.join(session, actor=staff, household_id=household.id, group_id=group.id, people=people)


def test_nobody_joins_or_leaves_in_the_future(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = make_household(session, unit=unit)
    tomorrow = TODAY + timedelta(days=1)

    with pytest.raises(Invalid, match="vào nhóm không được sau hôm nay"):
        households.join(session, actor=staff, household_id=household.id, group_id=group.id, on=tomorrow)
    households.join(session, actor=staff, household_id=household.id, group_id=group.id)
    with pytest.raises(Invalid, match="ra khỏi nhóm không được sau hôm nay"):
        households.leave(session, actor=staff, household_id=household.id, group_id=group.id, on=tomorrow)


def test_a_closed_group_takes_nobody(session: Session, staff: Actor, unit: Unit) -> None:
    closed = make_group(session, unit=unit, name="Nhóm cũ", closed_on=date(2026, 6, 1))
    household = make_household(session, unit=unit)

    with pytest.raises(Invalid, match="Nhóm Nhóm cũ đã đóng ngày 01/06/2026"):
        households.join(session, actor=staff, household_id=household.id, group_id=closed.id)


def test_a_household_joins_only_while_it_lives_here(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = make_household(session, unit=unit, arrived_on=date(2026, 3, 1), left_on=date(2026, 9, 1))

    for day in (date(2026, 2, 28), date(2026, 9, 1)):
        with pytest.raises(Invalid, match="hộ này không ở đây"):
            households.join(session, actor=staff, household_id=household.id, group_id=group.id, on=day)


def test_leaving_needs_a_membership_and_a_day_after_joining(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = make_household(session, unit=unit)
    with pytest.raises(Invalid, match="không ở trong nhóm Bà con tổ 13"):
        households.leave(session, actor=staff, household_id=household.id, group_id=group.id)
    households.join(session, actor=staff, household_id=household.id, group_id=group.id, on=date(2026, 3, 1))

    with pytest.raises(Invalid, match="trước ngày vào \\(01/03/2026\\)"):
        households.leave(session, actor=staff, household_id=household.id, group_id=group.id, on=date(2026, 2, 28))


def test_moving_away_ends_every_membership(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = make_household(session, unit=unit, people=4)
    other = make_group(session, unit=unit, kind=GroupKind.ASSOCIATION)
    for each in (group, other):
        make_membership(session, household=household, group=each)
    rollups.refresh(session, unit_ids=[unit.id])

    households.end(session, actor=staff, household_id=household.id, on=date(2026, 11, 1))

    card = households.get(session, actor=staff, household_id=household.id)
    assert [stay.membership.left_on for stay in card.stays] == [date(2026, 11, 1)] * 2
    assert (counts(session, unit, on=date(2026, 10, 31)), counts(session, unit)) == ((1, 1, 4, 2), (0, 0, 0, 0))
    assert rollups.repair(session) == []


def test_a_membership_younger_than_a_backdated_move_never_was(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = make_household(session, unit=unit)
    membership = households.join(session, actor=staff, household_id=household.id, group_id=group.id)

    households.end(session, actor=staff, household_id=household.id, on=date(2026, 11, 1))

    assert (membership.joined_on, membership.left_on) == (TODAY, TODAY)
    assert counts(session, unit)[1] == 0


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(date(2026, 11, 25), "không được sau hôm nay"), (date(2019, 12, 31), r"trước ngày hộ đến \(01/01/2020\)")],
)
def test_the_day_of_moving_away_must_be_right(session: Session, staff: Actor, unit: Unit, day: date, sentence: str) -> None:
    household = make_household(session, unit=unit)

    with pytest.raises(Invalid, match=sentence):
        households.end(session, actor=staff, household_id=household.id, on=day)


def test_a_move_can_be_taken_back_once(session: Session, staff: Actor, unit: Unit) -> None:
    household = make_household(session, unit=unit)
    households.end(session, actor=staff, household_id=household.id, on=date(2026, 6, 1))
    with pytest.raises(Invalid, match="đã chuyển đi ngày 01/06/2026"):
        households.end(session, actor=staff, household_id=household.id)

    households.reopen(session, actor=staff, household_id=household.id)

    assert counts(session, unit, on=date(2026, 6, 1))[0] == 1
    with pytest.raises(Invalid, match="vẫn đang ở đây"):
        households.reopen(session, actor=staff, household_id=household.id)


def test_the_card_shows_every_group_ever_the_open_first(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = make_household(session, unit=unit)
    old = make_group(session, unit=unit, name="Nhóm cũ")
    make_membership(session, household=household, group=old, joined_on=date(2025, 1, 1), left_on=date(2026, 1, 1))
    make_membership(session, household=household, group=group, joined_on=date(2024, 1, 1))

    card = households.get(session, actor=staff, household_id=household.id)

    assert (card.household.id, card.unit.id) == (household.id, unit.id)
    assert [stay.group.name for stay in card.stays] == ["Bà con tổ 13", "Nhóm cũ"]


# Who may


WRITES: dict[str, dict[str, Any]] = {
    "get": {},
    "change": {"values": HouseholdValues("Ai đó")},
    "end": {},
    "reopen": {},
    "join": {"group_id": None},
    "leave": {"group_id": None},
}


@pytest.mark.parametrize("name", WRITES)
def test_a_viewer_never_sees_a_household(session: Session, ward: Unit, unit: Unit, group: Group, name: str) -> None:
    viewer = make_actor(session, unit=ward, role=Role.VIEWER)
    household = make_household(session, unit=unit)

    with pytest.raises(NotAllowed):
        getattr(households, name)(session, actor=viewer, household_id=household.id, **filled(WRITES[name], group))
    with pytest.raises(NotAllowed):
        households.search(session, actor=viewer)
    with pytest.raises(NotAllowed):
        register(session, viewer, unit)


@pytest.mark.parametrize("name", WRITES)
def test_what_lies_outside_ones_units_is_not_found(session: Session, unit: Unit, group: Group, name: str) -> None:
    stranger = make_actor(session, unit=make_unit(session))
    household = make_household(session, unit=unit)

    with pytest.raises(NotFound):
        getattr(households, name)(session, actor=stranger, household_id=household.id, **filled(WRITES[name], group))
    with pytest.raises(NotFound):
        register(session, stranger, unit)
    with pytest.raises(NotFound):
        households.search(session, actor=stranger, filters=Filters(unit_id=unit.id))
    assert names(session, stranger) == []


def filled(arguments: dict[str, Any], group: Group) -> dict[str, Any]:
    return {name: group.id if name == "group_id" else value for name, value in arguments.items()}


def test_a_leader_sees_the_own_unit_and_the_units_whose_group_is_led(session: Session, ward: Unit, unit: Unit) -> None:
    led, other = make_unit(session, parent=ward), make_unit(session, parent=ward)
    user = make_user(session, unit=unit, role=Role.LEAD)
    make_group(session, unit=led, leader_id=user.id)
    make_group(session, unit=other, leader_id=user.id, kind=GroupKind.ASSOCIATION)
    make_group(session, unit=other, leader_id=user.id, closed_on=TODAY)
    for place, name in ((unit, "Ở tổ mình"), (led, "Ở tổ phụ trách"), (other, "Ở tổ khác")):
        make_household(session, unit=place, head_name=name)
    leader = make_actor_of(session, user, unit)

    assert sorted(names(session, leader)) == ["Ở tổ mình", "Ở tổ phụ trách"]
    with pytest.raises(NotAllowed):
        register(session, leader, led)  # proposed, by services.proposals


def make_actor_of(session: Session, user: Any, unit: Unit) -> Actor:
    return Actor(user.id, user.username, user.display_name, user.role, unit.id, unit.path)


def test_a_leader_ticks_households_of_the_led_group_in_a_unit_elsewhere(session: Session, ward: Unit, unit: Unit) -> None:
    led, far = make_unit(session, parent=ward), make_unit(session, parent=ward)
    user = make_user(session, unit=unit, role=Role.LEAD)
    leader = make_actor_of(session, user, unit)
    group, foreign = make_group(session, unit=led, leader_id=user.id), make_group(session, unit=far)
    household = make_household(session, unit=led)

    households.join(session, actor=leader, household_id=household.id, group_id=group.id)

    assert counts(session, led)[1] == 1
    with pytest.raises(NotFound, match="Không tìm thấy nhóm"):
        households.join(session, actor=leader, household_id=household.id, group_id=foreign.id)


def test_the_audit_tells_what_was_done_without_numbers_or_names(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = register(session, staff, unit, phone="0912345678", needs=(Need.DISABLED,))
    values = replace(households.values_of(household), phone="0987654321", head_name="Lê Văn Ba")
    households.change(session, actor=staff, household_id=household.id, values=values)
    households.join(session, actor=staff, household_id=household.id, group_id=group.id)
    households.leave(session, actor=staff, household_id=household.id, group_id=group.id)
    households.end(session, actor=staff, household_id=household.id)
    households.reopen(session, actor=staff, household_id=household.id)

    events = session.exec(select(AuditEvent).order_by(AuditEvent.sequence)).all()  # type: ignore[arg-type]
    assert [event.action for event in events] == [
        "household.added", "household.changed", "household.joined", "household.left", "household.ended", "household.reopened",
    ]  # fmt: skip
    assert events[1].details == {"fields": ["head_name", "phone"], "version": 2}
    told = json.dumps([event.details for event in events])
    assert not any(secret in told for secret in ("912345678", "987654321", "disabled", "Nguy"))


# Searching


@pytest.mark.parametrize(
    "words",
    [
        "nguyen", "NGUYỄN", "van nguyen", "Nguyễn Văn Đỗ", "ngõ 3", "12/3", "s-07",
        "0912 345 678", "345678", "678", "45.678", "3456", "+84 912 345 678", "84912345678",
    ],
)  # fmt: skip
def test_a_household_is_found_by_any_part_of_what_is_known(session: Session, staff: Actor, unit: Unit, words: str) -> None:
    register(session, staff, unit, "Nguyễn Văn Đỗ", code="S-07", address="Số 12/3, ngõ 3", phone="0912345678")
    register(session, staff, unit, "Lê Thị Bình", code="X", address="Số 9", phone="0987000111")

    assert names(session, staff, words=words) == ["Nguyễn Văn Đỗ"]


@pytest.mark.parametrize("words", ["Bình%", "_binh_", "bình *", '"binh"', "'binh'", "-binh", "binh:*", "binh & le", "(le|binh"])
def test_signs_part_words_and_mean_nothing_else(session: Session, staff: Actor, unit: Unit, words: str) -> None:
    register(session, staff, unit, "Nguyễn Văn An")
    register(session, staff, unit, "Lê Thị Bình")

    assert names(session, staff, words=words) == ["Lê Thị Bình"]


@pytest.mark.parametrize("words", ["%", "_", "***", '""', "&|!", "\\"])
def test_signs_alone_find_nothing(session: Session, staff: Actor, unit: Unit, words: str) -> None:
    register(session, staff, unit, "Lê Thị Bình")

    assert names(session, staff, words=words) == []


@pytest.mark.parametrize("words", ["hoagn lan", "Hoàn Thị Lan", "hoangg lan", "lan hpang"])
def test_one_slip_in_a_word_of_four_letters_is_forgiven(session: Session, staff: Actor, unit: Unit, words: str) -> None:
    register(session, staff, unit, "Hoàng Thị Lan")
    register(session, staff, unit, "Lê Thị Bình")

    assert names(session, staff, words=words) == ["Hoàng Thị Lan"]


@pytest.mark.parametrize("words", ["hoang tih lan", "hongaa lan", "lan 0912345679"])
def test_short_words_numbers_and_two_slips_are_not_guessed(session: Session, staff: Actor, unit: Unit, words: str) -> None:
    register(session, staff, unit, "Hoàng Thị Lan", phone="0912345678")

    assert names(session, staff, words=words) == []


def test_what_is_as_typed_comes_alone_and_whole_words_come_first(session: Session, staff: Actor, unit: Unit) -> None:
    register(session, staff, unit, "Hoàng Thị Lanh", phone="0912345678")
    register(session, staff, unit, "Hoàng Thị Lan", phone="0912345679", people=2, smartphones=2)
    register(session, staff, unit, "Hoàng Thị Lam")

    assert names(session, staff, words="hoang lan") == ["Hoàng Thị Lan", "Hoàng Thị Lanh"]


def test_a_household_that_was_changed_is_found_by_what_it_is_now(session: Session, staff: Actor, unit: Unit) -> None:
    household = register(session, staff, unit, "Hoàng Thị Lan", phone="0912345678")

    households.change(
        session, actor=staff, household_id=household.id, values=HouseholdValues("Nguyễn Thị Hoa", phone="0987654321")
    )

    assert names(session, staff, words="lan") == names(session, staff, words="345678") == []
    assert names(session, staff, words="hoa") == names(session, staff, words="4321") == ["Nguyễn Thị Hoa"]


def test_a_list_is_narrowed_by_unit_group_phone_and_needs(session: Session, staff: Actor, ward: Unit, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    joined = make_household(session, unit=unit, head_name="Trong nhóm", phone="+84912345678")
    make_membership(session, household=joined, group=group)
    gone = make_household(session, unit=unit, head_name="Đã ra", phone="+84912345679", needs=["disabled"])
    make_membership(session, household=gone, group=group, left_on=TODAY)
    union = make_household(session, unit=unit, head_name="Chỉ đoàn thể", needs=["no_phone", "door"])
    make_membership(session, household=union, group=make_group(session, unit=unit, kind=GroupKind.ASSOCIATION))
    make_household(session, unit=make_unit(session, parent=ward), head_name="Tổ khác", phone="+84912345670")
    make_household(session, unit=unit, head_name="Chuyển đi", left_on=TODAY)

    def found(**filters: Any) -> list[str]:
        return sorted(names(session, staff, **filters))

    assert found() == ["Chỉ đoàn thể", "Trong nhóm", "Tổ khác", "Đã ra"]
    assert found(unit_id=unit.id) == ["Chỉ đoàn thể", "Trong nhóm", "Đã ra"]
    assert found(is_joined=False) == ["Chỉ đoàn thể", "Tổ khác", "Đã ra"]
    assert found(is_joined=True) == ["Trong nhóm"]
    assert found(without_phone=True) == ["Chỉ đoàn thể"]
    with pytest.raises(Invalid, match="chọn lý do trước"):
        found(needs=(Need.DISABLED, Need.DOOR))
    needs.keep(session, actor=staff, why=Why.DOOR, needs=(Need.DISABLED, Need.DOOR))
    assert found(needs=(Need.DISABLED, Need.DOOR)) == ["Chỉ đoàn thể", "Đã ra"]
    assert found(has_left=True) == ["Chuyển đi"]


def test_hard_to_reach_stand_first(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    phone = {"phone": "+84912345678", "smartphones": 1}
    easy = make_household(session, unit=unit, head_name="5 Dễ", **phone)
    dumb = make_household(session, unit=unit, head_name="4 Máy cũ", phone="+84912345679", smartphones=0)
    needy = make_household(session, unit=unit, head_name="3 Neo đơn", needs=["elderly_alone"], **phone)
    mute = make_household(session, unit=unit, head_name="2 Không máy", phone=None)
    make_household(session, unit=unit, head_name="1 Ngoài nhóm", **phone)
    for household in (easy, dumb, needy, mute):
        make_membership(session, household=household, group=group)

    assert names(session, staff) == ["1 Ngoài nhóm", "2 Không máy", "3 Neo đơn", "4 Máy cũ", "5 Dễ"]


def test_names_stand_as_in_vietnamese_lists(session: Session, staff: Actor, unit: Unit) -> None:
    for name in (
        "Đỗ Văn Đạt",
        "Lê Thị Bình",
        "Nguyễn Văn Ánh",
        "Trần Văn An",
        "Nguyễn Thị An",
        "Nguyễn Văn An",
        "Hà Ân",
        "Lò Dũng",
    ):
        make_household(session, unit=unit, head_name=name)

    assert names(session, staff, order="name") == [
        "Nguyễn Thị An", "Nguyễn Văn An", "Trần Văn An", "Nguyễn Văn Ánh", "Hà Ân", "Lê Thị Bình", "Lò Dũng", "Đỗ Văn Đạt",
    ]  # fmt: skip


@pytest.mark.parametrize("order", ["name", "hard_to_reach"])
def test_words_with_marks_find_what_has_these_marks_first(session: Session, staff: Actor, unit: Unit, order: str) -> None:
    for name in ("Hoàng Văn An", "Hoàng Văn Án", "Hoàng Văn Ân"):
        register(session, staff, unit, name)

    assert names(session, staff, words="văn ân", order=order) == ["Hoàng Văn Ân", "Hoàng Văn An", "Hoàng Văn Án"]


@pytest.mark.parametrize("order", ["name", "hard_to_reach"])
def test_pages_hold_everyone_once(session: Session, staff: Actor, unit: Unit, order: Any) -> None:
    for number in range(7):
        make_household(session, unit=unit, head_name=f"Nguyễn Văn {number}", search="")

    pages = [
        households.search(session, actor=staff, filters=Filters(order=order), page=page, size=3) for page in (1, 2, 3)
    ]  # fmt: skip

    assert [len(page.rows) for page in pages] == [3, 3, 1]
    assert len({row.id for page in pages for row in page.rows}) == 7
    assert (pages[0].total, pages[0].pages) == (7, 3)


def test_a_page_beyond_the_last_is_the_last(session: Session, staff: Actor, unit: Unit) -> None:
    make_household(session, unit=unit)

    page = households.search(session, actor=staff, page=9)
    nothing = households.search(session, actor=staff, filters=Filters(words="không ai"), page=-1)

    assert (page.page, len(page.rows)) == (1, 1)
    assert (nothing.page, nothing.pages, nothing.rows) == (1, 1, [])


def test_a_row_tells_how_many_people_are_in_groups(session: Session, staff: Actor, unit: Unit, group: Group) -> None:
    household = make_household(session, unit=unit)
    make_membership(session, household=household, group=group, people=2)
    make_membership(session, household=household, group=make_group(session, unit=unit), people=3)

    [anywhere] = households.search(session, actor=staff).rows
    [here] = households.search(session, actor=staff, filters=Filters(group_id=group.id)).rows

    assert (anywhere.joined, anywhere.people_joined, anywhere.unit_label) == (True, 5, "Tổ 13")
    assert here.people_joined == 2


@pytest.mark.parametrize("order", ["name", "hard_to_reach"])
def test_a_search_asks_as_often_for_many_as_for_one(
    session: Session, engine: Engine, staff: Actor, unit: Unit, order: Any
) -> None:
    make_household(session, unit=unit)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def queries() -> int:
        session.expire_all()
        asked.clear()
        households.search(session, actor=staff, filters=Filters(order=order, unit_id=unit.id))
        return len(asked)

    before = queries()
    for _ in range(5):
        make_household(session, unit=unit)

    assert queries() == before


def test_every_refusal_says_its_sentence_in_full(session: Session, staff: Actor, unit: Unit) -> None:
    with pytest.raises(Refusal) as refused:
        register(session, staff, unit, phone="không có")

    assert str(refused.value) == "“không có” không phải số điện thoại. Ví dụ đúng: 0912 345 678."
