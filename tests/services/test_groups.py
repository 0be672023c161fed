"""Groups: listing, leaders, closing, and one group's overview."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from core.ids import new_id
from models import AuditEvent, Channel, Group, GroupKind, LeaderDevice, Membership, Role, Unit
from services import figures, group_leaders, groups, rollups
from services.access import TERMINAL, Actor, actor_of
from services.groups import GroupValues
from tests.factories import NOON, make_actor, make_group, make_household, make_membership, make_unit, make_user

TODAY = date(2026, 11, 24)
pytestmark = pytest.mark.usefixtures("_noon")


@pytest.fixture
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, code="01843", name="Phường Bắc Kạn")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, code="SC13", name="Tổ 13", area="Sông Cầu")


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


def values(**overrides: Any) -> GroupValues:
    return GroupValues(**({"name": "Bà con tổ 13", "kind": GroupKind.HOUSEHOLD} | overrides))


def joined(session: Session, unit: Unit, on: date = TODAY) -> int:
    return figures.coverage(session, actor=TERMINAL, unit_id=unit.id, on=on).total.joined


# Listing


def test_a_list_counts_open_memberships_today(session: Session, staff: Actor, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD, display_name="Hoàng Thị Mai")
    group = make_group(
        session, unit=unit, name="Bà con", leader_id=leader.id, join_url="https://zalo.me/g/abc", channel=Channel.RELAY
    )
    for people in (2, 3):
        make_membership(session, household=make_household(session, unit=unit), group=group, people=people)
    make_membership(session, household=make_household(session, unit=unit), group=group, left_on=TODAY)
    make_membership(session, household=make_household(session, unit=unit, left_on=TODAY), group=group)
    make_group(session, unit=unit, name="Nhóm trống")

    row, empty = groups.listing(session, actor=staff)

    assert (row.name, row.unit_code, row.leader, row.join_url) == ("Bà con", "SC13", "Hoàng Thị Mai", "https://zalo.me/g/abc")
    assert (row.households, row.people) == (2, 5)
    assert (empty.name, empty.leader, empty.households, empty.people) == ("Nhóm trống", "", 0, 0)


def test_a_list_stands_by_area_and_number_without_closed_groups(session: Session, staff: Actor, ward: Unit, unit: Unit) -> None:
    ninth = make_unit(session, parent=ward, name="Tổ 9", area="Sông Cầu")
    first = make_unit(session, parent=ward, name="Tổ 1", area="Xuất Hóa")
    for place in (unit, first, ninth):
        make_group(session, unit=place, name=place.name)
    make_group(session, unit=ninth, name="Đã đóng", closed_on=TODAY)

    assert [row.name for row in groups.listing(session, actor=staff)] == ["Tổ 9", "Tổ 13", "Tổ 1"]
    assert [row.name for row in groups.listing(session, actor=staff, unit_id=ninth.id)] == ["Tổ 9"]
    assert len(groups.listing(session, actor=staff, with_closed=True)) == 4


def test_what_lies_outside_ones_units_is_not_listed(session: Session, unit: Unit) -> None:
    stranger = make_actor(session, unit=make_unit(session))
    group = make_group(session, unit=unit)

    assert groups.listing(session, actor=stranger) == []
    for ask in (groups.get, groups.group_overview):
        with pytest.raises(NotFound):
            ask(session, actor=stranger, group_id=group.id)
    with pytest.raises(NotFound):
        groups.listing(session, actor=stranger, unit_id=unit.id)


def test_a_leader_sees_the_led_groups_wherever_they_are(session: Session, ward: Unit, unit: Unit) -> None:
    elsewhere = make_unit(session, parent=ward)
    user = make_user(session, unit=unit, role=Role.LEAD)
    leader = actor_of(session, user)
    led = make_group(session, unit=elsewhere, leader_id=user.id, name="Phụ trách")
    make_group(session, unit=elsewhere, name="Của người khác")
    own = make_group(session, unit=unit, name="Đoàn thể", kind=GroupKind.ASSOCIATION, leader_id=user.id)
    make_group(session, unit=unit, leader_id=user.id, closed_on=TODAY)

    assert {row.name for row in groups.listing(session, actor=leader)} == {"Phụ trách", "Đoàn thể"}
    assert [group.id for group in groups.led_by(session, actor=leader)] == [led.id, own.id]
    assert groups.get(session, actor=leader, group_id=led.id).id == led.id
    assert groups.led_by(session, actor=TERMINAL) == []


def test_a_viewer_sees_counts_but_nobodys_name(session: Session, ward: Unit, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD)
    group = make_group(session, unit=unit, leader_id=leader.id)
    make_membership(session, household=make_household(session, unit=unit), group=group)
    rollups.refresh(session, unit_ids=[unit.id])
    viewer = make_actor(session, unit=ward, role=Role.VIEWER)

    [row] = groups.listing(session, actor=viewer)
    overview = groups.group_overview(session, actor=viewer, group_id=group.id)

    assert (row.households, row.leader) == (1, "")
    assert (overview.leader, overview.households.rows, overview.coverage.joined) == ("", [], 1)


def test_a_list_asks_as_often_for_many_groups_as_for_one(session: Session, engine: Engine, staff: Actor, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def queries() -> int:
        session.expire_all()
        asked.clear()
        groups.listing(session, actor=staff, unit_id=unit.id)
        groups.group_overview(session, actor=staff, group_id=group.id)
        return len(asked)

    before = queries()
    for _ in range(4):
        make_membership(session, household=make_household(session, unit=unit), group=make_group(session, unit=unit))

    assert queries() == before


# One group


def test_the_overview_shows_who_is_in_and_two_years_of_growth(session: Session, staff: Actor, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD, display_name="Hoàng Thị Mai")
    group = make_group(session, unit=unit, leader_id=leader.id)
    inside = make_household(session, unit=unit, head_name="Trong nhóm", people=4)
    make_household(session, unit=unit, head_name="Ngoài nhóm", people=3)
    elsewhere = make_household(session, unit=unit, head_name="Nhóm khác", people=1)
    make_membership(session, household=inside, group=group, joined_on=date(2026, 10, 31))
    make_membership(session, household=elsewhere, group=make_group(session, unit=unit), joined_on=date(2026, 11, 2))
    rollups.refresh(session, unit_ids=[unit.id])

    overview = groups.group_overview(session, actor=staff, group_id=group.id, size=2)

    assert (overview.group.id, overview.unit.id, overview.leader) == (group.id, unit.id, "Hoàng Thị Mai")
    assert (overview.coverage.joined, overview.coverage.households) == (2, 3)
    assert (overview.households.total, len(overview.households.rows)) == (3, 2)
    last = groups.group_overview(session, actor=staff, group_id=group.id, page=2, size=2).households.rows
    assert [(row.head_name, row.joined) for row in [*overview.households.rows, *last]] == [
        ("Ngoài nhóm", False), ("Nhóm khác", False), ("Trong nhóm", True),
    ]  # fmt: skip
    assert len(overview.growth) == 24
    assert [(day, row.joined) for day, _, row in overview.growth][-3:] == [
        (date(2026, 9, 30), 0), (date(2026, 10, 31), 1), (TODAY, 2),
    ]  # fmt: skip
    assert overview.growth[0][0] == date(2024, 12, 31)


def test_a_leader_sees_the_households_of_the_led_group_though_it_is_elsewhere(session: Session, ward: Unit, unit: Unit) -> None:
    elsewhere = make_unit(session, parent=ward)
    user = make_user(session, unit=unit, role=Role.LEAD)
    group = make_group(session, unit=elsewhere, leader_id=user.id)
    make_household(session, unit=elsewhere, head_name="Lê Thị Bình")
    rollups.refresh(session, unit_ids=[elsewhere.id])

    overview = groups.group_overview(session, actor=actor_of(session, user), group_id=group.id)

    assert [row.head_name for row in overview.households.rows] == ["Lê Thị Bình"]
    assert overview.coverage.households == 1


# Creating and changing


def test_a_group_is_created_as_the_form_says(session: Session, staff: Actor, ward: Unit, unit: Unit) -> None:
    leaders = groups.create(session, actor=staff, unit_id=ward.id, values=values(name="Tổ trưởng", kind=GroupKind.LEADERS))

    group = groups.create(
        session, actor=staff, unit_id=unit.id,
        values=values(name=" Bà con  13 ", parent_id=leaders.id, join_url=" https://zalo.me/g/a ", started_on=date(2024, 5, 1)),
    )  # fmt: skip

    assert (group.name, group.unit_id, group.parent_id) == ("Bà con 13", unit.id, leaders.id)
    assert (group.join_url, group.channel, group.started_on) == ("https://zalo.me/g/a", Channel.RELAY, date(2024, 5, 1))
    assert [made.action for made in session.exec(select(AuditEvent))] == ["group.created", "group.created"]


def test_an_address_without_https_is_completed(session: Session, staff: Actor, unit: Unit) -> None:
    group = groups.create(session, actor=staff, unit_id=unit.id, values=values(join_url="zalo.me/g/abc"))

    assert group.join_url == "https://zalo.me/g/abc"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "http://zalo.me/g/abc", "https://user:pass@zalo.me/g/abc", "https://localhost/x",
        "https://192.168.1.1/", "https://zalo.me\\@evil.example/", "ftp://zalo.me/",
    ],
)  # fmt: skip
def test_only_a_public_https_address_is_a_way_into_a_group(session: Session, staff: Actor, unit: Unit, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        groups.create(session, actor=staff, unit_id=unit.id, values=values(join_url=url))

    assert refused.value.details["field"] == "join_url"
    assert session.exec(select(Group)).all() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"), ({"name": "a" * 121}, "name"), ({"started_on": TODAY + timedelta(days=1)}, "started_on"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_right_is_named(
    session: Session, staff: Actor, unit: Unit, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        groups.create(session, actor=staff, unit_id=unit.id, values=values(**change))

    assert refused.value.details["field"] == field


def test_a_group_is_fed_from_above_by_an_open_group_never_in_a_circle(
    session: Session, staff: Actor, ward: Unit, unit: Unit
) -> None:
    top = make_group(session, unit=ward, kind=GroupKind.LEADERS)
    below = make_group(session, unit=ward, parent_id=top.id)
    beside = make_group(session, unit=make_unit(session, parent=ward))
    closed = make_group(session, unit=ward, closed_on=TODAY)

    for parent, sentence in ((beside, "không thể chuyển tin"), (closed, "không thể chuyển tin")):
        with pytest.raises(Invalid, match=sentence):
            groups.create(session, actor=staff, unit_id=unit.id, values=values(parent_id=parent.id))
    for parent in (below, top):
        with pytest.raises(Invalid, match="chuyển tin vòng"):
            groups.change(session, actor=staff, group_id=top.id, values=values(parent_id=parent.id))
    with pytest.raises(NotFound):
        groups.create(session, actor=staff, unit_id=unit.id, values=values(parent_id=new_id()))


def test_a_group_that_becomes_one_for_households_counts_from_its_days(session: Session, staff: Actor, unit: Unit) -> None:
    group = make_group(session, unit=unit, kind=GroupKind.ASSOCIATION)
    make_membership(session, household=make_household(session, unit=unit), group=group, joined_on=date(2026, 3, 1))
    rollups.refresh(session, unit_ids=[unit.id])

    groups.change(session, actor=staff, group_id=group.id, values=values())

    assert (joined(session, unit, date(2026, 2, 28)), joined(session, unit, date(2026, 3, 1))) == (0, 1)
    assert rollups.repair(session) == []


def test_saving_a_group_unchanged_writes_nothing(session: Session, staff: Actor, unit: Unit) -> None:
    group = groups.create(session, actor=staff, unit_id=unit.id, values=values())

    groups.change(session, actor=staff, group_id=group.id, values=values())

    assert len(session.exec(select(AuditEvent)).all()) == 1


# Closing


def test_closing_ends_the_memberships_that_day(session: Session, staff: Actor, ward: Unit, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    neighbour = make_unit(session, parent=ward)
    stays = make_membership(session, household=make_household(session, unit=unit), group=group, joined_on=date(2026, 3, 1))
    young = make_membership(session, household=make_household(session, unit=neighbour), group=group, joined_on=TODAY)
    gone = make_membership(session, household=make_household(session, unit=unit), group=group, left_on=date(2026, 2, 1))
    rollups.refresh(session, unit_ids=[unit.id, neighbour.id])

    groups.close(session, actor=staff, group_id=group.id, on=date(2026, 11, 1))

    for membership in (stays, young, gone):
        session.refresh(membership)
    assert [membership.left_on for membership in (stays, young, gone)] == [date(2026, 11, 1), TODAY, date(2026, 2, 1)]
    assert (joined(session, unit, date(2026, 10, 31)), joined(session, unit), joined(session, neighbour)) == (1, 0, 0)
    assert rollups.repair(session) == []
    with pytest.raises(Invalid, match="đã đóng ngày 01/11/2026"):
        groups.close(session, actor=staff, group_id=group.id)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(TODAY + timedelta(days=1), "không được sau hôm nay"), (date(2024, 4, 30), r"trước ngày lập nhóm \(01/05/2024\)")],
)
def test_the_day_of_closing_must_be_right(session: Session, staff: Actor, unit: Unit, day: date, sentence: str) -> None:
    group = make_group(session, unit=unit, started_on=date(2024, 5, 1))

    with pytest.raises(Invalid, match=sentence):
        groups.close(session, actor=staff, group_id=group.id, on=day)


def test_a_closed_group_cannot_have_begun_later(session: Session, staff: Actor, unit: Unit) -> None:
    group = make_group(session, unit=unit, closed_on=date(2026, 6, 1))

    with pytest.raises(Invalid, match="trước ngày lập"):
        groups.change(session, actor=staff, group_id=group.id, values=values(started_on=date(2026, 6, 2)))


# Leaders


def phone_of(session: Session, group: Group, user_id: Any) -> LeaderDevice:
    device = LeaderDevice(token_hash=new_id().hex, group_id=group.id, leader_id=user_id, last_seen_at=NOON)
    session.add(device)
    session.commit()
    return device


def test_a_new_leader_means_the_old_ones_phones_are_forgotten(session: Session, staff: Actor, ward: Unit, unit: Unit) -> None:
    old, new = (make_user(session, unit=place, role=Role.LEAD) for place in (unit, ward))
    group, other = make_group(session, unit=unit, leader_id=old.id), make_group(session, unit=unit, leader_id=old.id)
    phone, elsewhere = phone_of(session, group, old.id), phone_of(session, other, old.id)

    group_leaders.set_leader(session, actor=staff, group_id=group.id, leader_id=new.id)

    session.refresh(phone)
    session.refresh(elsewhere)
    assert group.leader_id == new.id
    assert (phone.revoked_at, elsewhere.revoked_at) == (NOON, None)


def test_naming_the_same_leader_again_changes_nothing(session: Session, staff: Actor, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD)
    group = make_group(session, unit=unit, leader_id=leader.id)
    phone = phone_of(session, group, leader.id)

    group_leaders.set_leader(session, actor=staff, group_id=group.id, leader_id=leader.id)

    session.refresh(phone)
    assert phone.revoked_at is None


def test_a_group_may_be_without_a_leader(session: Session, staff: Actor, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD)
    group = make_group(session, unit=unit, leader_id=leader.id)
    phone = phone_of(session, group, leader.id)

    group_leaders.set_leader(session, actor=staff, group_id=group.id, leader_id=None)

    session.refresh(phone)
    assert (group.leader_id, phone.revoked_at) == (None, NOON)


def test_closing_a_group_forgets_its_leaders_phones(session: Session, staff: Actor, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD)
    group = make_group(session, unit=unit, leader_id=leader.id)
    phone = phone_of(session, group, leader.id)

    groups.close(session, actor=staff, group_id=group.id)

    session.refresh(phone)
    assert phone.revoked_at == NOON
    with pytest.raises(Invalid, match="đã đóng"):
        group_leaders.set_leader(session, actor=staff, group_id=group.id, leader_id=None)


def test_a_leader_must_be_active_and_of_the_unit_or_above(session: Session, staff: Actor, ward: Unit, unit: Unit) -> None:
    group = make_group(session, unit=unit)
    beside = make_user(session, unit=make_unit(session, parent=ward), role=Role.LEAD)
    gone = make_user(session, unit=unit, role=Role.LEAD, is_active=False)
    viewer = make_user(session, unit=ward, role=Role.VIEWER)

    for user_id, sentence in (
        (beside.id, "ở Tổ 13 hoặc cấp trên"), (new_id(), "ở Tổ 13 hoặc cấp trên"),
        (gone.id, "không thể phụ trách"), (viewer.id, "không thể phụ trách"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=sentence):
            group_leaders.set_leader(session, actor=staff, group_id=group.id, leader_id=user_id)
    assert group.leader_id is None


# Who may


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_leaders_and_viewers_change_no_groups(session: Session, ward: Unit, unit: Unit, role: Role) -> None:
    actor = make_actor(session, unit=ward, role=role)
    group = make_group(session, unit=unit)

    acts: list[Callable[[], object]] = [
        lambda: groups.create(session, actor=actor, unit_id=unit.id, values=values()),
        lambda: groups.change(session, actor=actor, group_id=group.id, values=values()),
        lambda: groups.close(session, actor=actor, group_id=group.id),
        lambda: group_leaders.set_leader(session, actor=actor, group_id=group.id, leader_id=None),
    ]

    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_groups_outside_ones_units_cannot_be_changed(session: Session, unit: Unit) -> None:
    stranger = replace(make_actor(session, unit=make_unit(session)), role=Role.ADMIN)
    group = make_group(session, unit=unit)

    acts: list[Callable[[], object]] = [
        lambda: groups.create(session, actor=stranger, unit_id=unit.id, values=values()),
        lambda: groups.change(session, actor=stranger, group_id=group.id, values=values()),
        lambda: groups.close(session, actor=stranger, group_id=group.id),
        lambda: group_leaders.set_leader(session, actor=stranger, group_id=group.id, leader_id=None),
    ]

    for act in acts:
        with pytest.raises(NotFound):
            act()
    assert session.exec(select(Membership)).all() == []


def test_whoever_leads_an_association_of_the_ward_sees_its_group_but_no_household(session: Session) -> None:
    ward = make_unit(session)
    place = make_unit(session, parent=ward)
    make_household(session, unit=place)
    user = make_user(session, unit=make_unit(session, parent=ward), role=Role.LEAD)
    women = make_group(session, unit=ward, kind=GroupKind.ASSOCIATION, leader_id=user.id)

    seen = groups.group_overview(session, actor=actor_of(session, user), group_id=women.id)

    assert (seen.group.id, seen.households.rows, seen.households.total) == (women.id, [], 0)
