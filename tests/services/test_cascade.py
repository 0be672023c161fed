"""The cascade: who feeds whom without circles, what is wrong with a group by one definition, moves that can be taken back."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import event
from sqlmodel import Session

from core.errors import Invalid, NotAllowed, NotFound
from models import AnnouncementStatus, Channel, Delivery, Group, GroupKind, ReachCount, RecipientKind, Relay, Role, Unit
from services import cascade, group_leaders, groups, rollups
from services.access import Actor
from services.cascade import Trouble
from tests.factories import (
    NOON,
    make_actor,
    make_announcement,
    make_group,
    make_household,
    make_link,
    make_membership,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.usefixtures("noon")

TODAY = NOON.date()
OLD = TODAY - timedelta(days=400)


@dataclass
class Place:
    """A ward with its leaders' group and the group of one unit."""

    ward: Unit
    unit: Unit
    top: Group
    group: Group
    clerk: Actor


@pytest.fixture
def place(session: Session) -> Place:
    ward = make_unit(session)
    unit = make_unit(session, parent=ward)
    chair, leader = make_user(session, unit=ward, role=Role.OFFICIAL), make_user(session, unit=unit, role=Role.LEAD)
    top = make_group(session, unit=ward, kind=GroupKind.LEADERS, name="Tổ trưởng", leader_id=chair.id)
    group = make_group(
        session, unit=unit, parent_id=top.id, leader_id=leader.id, join_url="https://zalo.me/g/a", started_on=TODAY
    )  # fmt: skip
    return Place(ward, unit, top, group, make_actor(session, unit=ward))


def relay_in(session: Session, place: Place, group: Group, *, posted: date | None) -> Relay:
    item = make_announcement(session, unit=place.ward, status=AnnouncementStatus.SENT, sent_at=NOON - timedelta(days=300))
    delivery = Delivery(
        announcement_id=item.id, channel=Channel.RELAY, recipient_kind=RecipientKind.GROUP, recipient_id="",
        idempotency_key=make_link(session).slug,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    relay = Relay(
        delivery_id=delivery.id, announcement_id=item.id, group_id=group.id, link_id=make_link(session).id,
        token_expires_at=NOON, posted_at=NOON - (TODAY - posted) if posted else None,
    )  # fmt: skip
    session.add(relay)
    session.commit()
    return relay


def of(session: Session, place: Place, group: Group) -> frozenset[Trouble]:
    return next(one.troubles for one in cascade.of(session, actor=place.clerk).all() if one.row.id == group.id)


def test_each_group_stands_under_the_one_that_feeds_it(session: Session, place: Place) -> None:
    beside = make_group(session, unit=place.ward, kind=GroupKind.ASSOCIATION, name="Hội Phụ nữ")
    inner = make_group(session, unit=place.ward, kind=GroupKind.INTERNAL, name="Nội bộ")

    seen = cascade.of(session, actor=place.clerk)

    assert [node.row.id for node in seen.roots] == [place.top.id, inner.id, beside.id]
    assert [node.row.id for node in seen.roots[0].below] == [place.group.id]
    assert [node.row.id for node in seen.all()] == [place.top.id, place.group.id, inner.id, beside.id]


def test_a_node_tells_the_deputy_the_last_post_and_the_coverage_of_its_unit(session: Session, place: Place) -> None:
    deputy = make_user(session, unit=place.unit, role=Role.LEAD, display_name="Ma Văn Hùng")
    group_leaders.set_deputy(session, actor=place.clerk, group_id=place.group.id, deputy_id=deputy.id)
    make_membership(session, household=make_household(session, unit=place.unit), group=place.group)
    make_household(session, unit=place.unit)
    rollups.refresh(session, unit_ids=[place.unit.id])
    for day in (date(2026, 9, 1), date(2026, 10, 2)):
        relay_in(session, place, place.group, posted=day)

    [top] = cascade.of(session, actor=place.clerk).roots
    [node] = top.below

    assert (node.deputy, node.posted_on) == ("Ma Văn Hùng", date(2026, 10, 2))
    assert node.coverage is not None
    assert (node.coverage.joined, node.coverage.households) == (1, 2)
    assert (top.coverage, top.posted_on) == (None, None)


def test_those_in_trouble_stand_first_then_the_least_covered(session: Session, place: Place) -> None:
    full, empty, lost = (make_unit(session, parent=place.ward) for _ in range(3))
    chats = [make_group(session, unit=unit, parent_id=place.top.id) for unit in (full, empty, lost)]
    for unit, chat, inside in zip((full, empty, lost), chats, (True, False, True), strict=True):
        home = make_household(session, unit=unit)
        if inside:
            make_membership(session, household=home, group=chat)
        if unit is not lost:
            chat.leader_id, chat.join_url, chat.started_on = place.top.leader_id, f"https://zalo.me/g/{unit.code}", TODAY
            chat.leader_id = make_user(session, unit=unit, role=Role.LEAD).id
    rollups.refresh(session, unit_ids=[full.id, empty.id, lost.id])
    session.commit()

    [top] = cascade.of(session, actor=place.clerk).roots

    in_order = [node.row.id for node in top.below]
    assert in_order[:2] == [chats[2].id, chats[1].id]
    assert set(in_order[2:]) == {chats[0].id, place.group.id}  # nothing is left to do in either


def test_a_group_needs_a_leader_and_one_for_residents_a_way_in(session: Session, place: Place) -> None:
    bare = make_group(session, unit=place.unit, started_on=TODAY)
    page = make_group(session, unit=place.ward, kind=GroupKind.FANPAGE, channel=Channel.FACEBOOK)
    inner = make_group(session, unit=place.ward, kind=GroupKind.INTERNAL)

    assert of(session, place, bare) == {Trouble.NO_LEADER, Trouble.NO_LINK}
    assert of(session, place, inner) == {Trouble.NO_LEADER}
    assert of(session, place, page) == of(session, place, place.group) == of(session, place, place.top) == frozenset()


def test_whoever_holds_two_open_groups_of_households_holds_both_in_trouble(session: Session, place: Place) -> None:
    second = make_group(
        session, unit=place.unit, leader_id=place.group.leader_id, join_url="https://zalo.me/g/b", started_on=TODAY
    )  # fmt: skip
    make_group(session, unit=place.ward, kind=GroupKind.SECTOR, leader_id=place.group.leader_id)

    assert of(session, place, place.group) == of(session, place, second) == {Trouble.TWO_GROUPS}

    groups.close(session, actor=place.clerk, group_id=second.id)
    assert of(session, place, place.group) == frozenset()


@pytest.mark.parametrize(("days", "is_silent"), [(60, True), (59, False)])
@pytest.mark.parametrize("sign", ["posted", "opened", "joined", "left", "started"])
def test_a_group_is_silent_when_nothing_happened_for_sixty_days(
    session: Session, place: Place, sign: str, days: int, *, is_silent: bool
) -> None:
    day = TODAY - timedelta(days=days)
    place.group.started_on = OLD
    if sign == "posted":
        relay_in(session, place, place.group, posted=day)
    if sign == "opened":
        relay = relay_in(session, place, place.group, posted=None)
        at = NOON - timedelta(days=days)
        session.add(ReachCount(announcement_id=relay.announcement_id, group_id=place.group.id, at=at, opens=1))
    if sign == "joined":
        make_membership(session, household=make_household(session, unit=place.unit), group=place.group, joined_on=day)
    if sign == "left":
        home = make_household(session, unit=place.unit)
        make_membership(session, household=home, group=place.group, joined_on=OLD, left_on=day)
    if sign == "started":
        place.group.started_on = day
    session.commit()

    assert (Trouble.SILENT in of(session, place, place.group)) is is_silent


def test_the_counts_are_those_of_the_tree(session: Session, place: Place) -> None:
    make_group(session, unit=place.unit)
    make_group(session, unit=place.unit, leader_id=place.group.leader_id, closed_on=TODAY)
    make_group(session, unit=make_unit(session))

    counts = cascade.trouble_counts(session, actor=place.clerk)

    told = [one for node in cascade.of(session, actor=place.clerk).all() for one in node.troubles]
    assert counts == {one: told.count(one) for one in set(told)}
    assert counts == {Trouble.NO_LEADER: 1, Trouble.NO_LINK: 1, Trouble.SILENT: 1}


def test_nothing_wrong_is_nothing_counted(session: Session, place: Place) -> None:
    assert cascade.trouble_counts(session, actor=place.clerk) == {}


def test_more_groups_ask_no_more_of_the_database(session: Session, place: Place) -> None:
    def asked() -> int:
        said: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            said.append(statement)

        session.commit()
        event.listen(session.get_bind(), "before_cursor_execute", note)
        cascade.of(session, actor=place.clerk)
        cascade.trouble_counts(session, actor=place.clerk)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(said)

    few = asked()
    for _ in range(5):
        make_group(session, unit=place.unit, parent_id=place.group.id)

    assert asked() == few


def test_groups_move_under_another_and_back_again(session: Session, place: Place) -> None:
    sector = make_group(session, unit=place.ward, kind=GroupKind.SECTOR, name="Công nghệ số")

    moved = cascade.move(session, actor=place.clerk, group_ids=[place.group.id, sector.id], parent_id=sector.parent_id)
    assert (moved, place.group.parent_id) == (1, None)
    last = cascade.last_move(session, actor=place.clerk)
    assert last is not None
    assert last.names == [place.group.name]
    assert cascade.take_back(session, actor=place.clerk) == 1

    assert place.group.parent_id == place.top.id
    assert cascade.last_move(session, actor=place.clerk) is None


def test_a_circle_is_refused_and_nothing_moved(session: Session, place: Place) -> None:
    middle = make_group(session, unit=place.ward, kind=GroupKind.SECTOR, parent_id=place.top.id)

    for parent in (middle, place.top):
        with pytest.raises(Invalid, match="vòng") as refused:
            cascade.move(session, actor=place.clerk, group_ids=[place.top.id], parent_id=parent.id)
        assert refused.value.details["field"] == "parent_id"

    assert place.top.parent_id is None


def test_a_ward_is_not_fed_by_the_group_of_one_of_its_units(session: Session, place: Place) -> None:
    with pytest.raises(Invalid, match="không thể chuyển tin") as refused:
        cascade.move(session, actor=place.clerk, group_ids=[place.top.id], parent_id=place.group.id)

    assert refused.value.details["field"] == "parent_id"


def test_a_closed_group_stays_where_it_is(session: Session, place: Place) -> None:
    groups.close(session, actor=place.clerk, group_id=place.group.id)

    for ids, sentence in (([place.group.id], "đã đóng"), ([], "chọn nhóm")):
        with pytest.raises(Invalid, match=sentence) as refused:
            cascade.move(session, actor=place.clerk, group_ids=ids, parent_id=None)
        assert refused.value.details["field"] == "group_ids"


def test_a_move_is_not_taken_back_after_another_or_after_a_day(session: Session, place: Place) -> None:
    cascade.move(session, actor=place.clerk, group_ids=[place.group.id], parent_id=None)
    other = make_actor(session, unit=place.ward)
    assert cascade.last_move(session, actor=other) is None
    with time_machine.travel(NOON + timedelta(days=1), tick=False), pytest.raises(Invalid, match="Không còn lần chuyển"):
        cascade.take_back(session, actor=place.clerk)

    groups.change(session, actor=other, group_id=place.group.id, values=groups.values_of(place.group))
    place.group.parent_id = make_group(session, unit=place.ward, kind=GroupKind.SECTOR).id
    with pytest.raises(Invalid, match="đã được sửa sau đó"):
        cascade.take_back(session, actor=place.clerk)


def test_a_group_is_fed_by_open_chats_of_its_unit_and_above(session: Session, place: Place) -> None:
    make_group(session, unit=make_unit(session, parent=place.ward), name="Tổ khác")
    make_group(session, unit=place.ward, kind=GroupKind.FANPAGE, channel=Channel.FACEBOOK)
    make_group(session, unit=place.ward, kind=GroupKind.SECTOR, closed_on=TODAY)

    found = cascade.feeders(session, actor=place.clerk, unit_id=place.unit.id, but=place.group.id)

    assert found == {place.top.id: "Tổ trưởng"}


def test_only_staff_see_and_move_and_only_their_own(session: Session, place: Place) -> None:
    lead = make_actor(session, unit=place.unit, role=Role.LEAD)
    for act in (cascade.of, cascade.trouble_counts, cascade.take_back):
        with pytest.raises(NotAllowed):
            act(session, actor=lead)
    with pytest.raises(NotAllowed):
        cascade.move(session, actor=lead, group_ids=[place.group.id], parent_id=None)

    stranger = make_actor(session, unit=make_unit(session))
    with pytest.raises(NotFound):
        cascade.move(session, actor=stranger, group_ids=[place.group.id], parent_id=None)
    assert cascade.of(session, actor=stranger).roots == []
