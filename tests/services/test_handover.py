"""A leader hands the group over: history stays, old ways in end, and two who do it at once do not overwrite each other."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from core.sealed_addresses import Address
from models import (
    AnnouncementStatus,
    Channel,
    Delivery,
    DoorList,
    Group,
    GroupKind,
    LeaderDevice,
    Part,
    RecipientKind,
    Relay,
    Role,
    Term,
    Unit,
    User,
)
from services import door_numbers, group_leaders, groups, handover, relay_addresses, terms, tick_lists
from services.access import Actor
from services.handover import Handover
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_link, make_unit, make_user

pytestmark = pytest.mark.usefixtures("noon")

TODAY, BEGUN = NOON.date(), date(2024, 5, 1)


@dataclass
class Place:
    """A unit with its group, who leads it, and who might."""

    ward: Unit
    unit: Unit
    group: Group
    leader: User
    other: User
    clerk: Actor


@pytest.fixture
def place(session: Session) -> Place:
    ward = make_unit(session)
    unit = make_unit(session, parent=ward)
    leader, other = (make_user(session, unit=unit, role=Role.LEAD, display_name=name) for name in ("Bế Thị Lan", "Ma Văn Hùng"))
    group = make_group(session, unit=unit, leader_id=leader.id, started_on=BEGUN)
    return Place(ward, unit, group, leader, other, make_actor(session, unit=ward))


def relay_of(session: Session, place: Place) -> Relay:
    item = make_announcement(session, unit=place.ward, status=AnnouncementStatus.SENT, sent_at=NOON)
    delivery = Delivery(
        announcement_id=item.id, channel=Channel.RELAY, recipient_kind=RecipientKind.GROUP, recipient_id="",
        idempotency_key=make_link(session).slug,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    relay = Relay(
        delivery_id=delivery.id, announcement_id=item.id, group_id=place.group.id, link_id=make_link(session).id,
        token_expires_at=NOON + timedelta(days=1),
    )  # fmt: skip
    session.add(relay)
    session.commit()
    return relay


def test_who_led_before_stays_in_the_history_with_the_days(session: Session, place: Place) -> None:
    day = date(2026, 11, 1)

    group_leaders.set_leader(session, actor=place.clerk, group_id=place.group.id, leader_id=place.other.id, on=day)

    told = [(one.name, one.started_on, one.ended_on) for one in terms.history(session, actor=place.clerk, group=place.group)]
    assert told == [("Ma Văn Hùng", day, None), ("Bế Thị Lan", BEGUN, day)]


def test_a_leader_without_a_term_on_paper_has_led_since_the_group_began(session: Session, place: Place) -> None:
    [spell] = terms.history(session, actor=place.clerk, group=place.group)

    assert (spell.name, spell.part, spell.started_on, spell.ended_on) == ("Bế Thị Lan", Part.LEADER, BEGUN, None)
    assert session.exec(select(Term)).all() == []


@pytest.mark.parametrize(
    ("day", "sentence"),
    [(TODAY + timedelta(days=1), "không được sau hôm nay"), (BEGUN - timedelta(days=1), r"trước ngày lập nhóm \(01/05/2024\)")],
)
def test_the_day_must_be_right(session: Session, place: Place, day: date, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        group_leaders.set_leader(session, actor=place.clerk, group_id=place.group.id, leader_id=None, on=day)

    assert refused.value.details["field"] == "on"


def test_a_handover_before_the_present_term_began_is_refused(session: Session, place: Place) -> None:
    group_leaders.set_leader(
        session, actor=place.clerk, group_id=place.group.id, leader_id=place.other.id, on=date(2026, 11, 1)
    )  # fmt: skip

    with pytest.raises(Invalid, match="nhận từ ngày 01/11/2026"):
        group_leaders.set_leader(session, actor=place.clerk, group_id=place.group.id, leader_id=None, on=date(2026, 10, 31))


def test_leader_and_deputy_are_two_people_and_change_places(session: Session, place: Place) -> None:
    with pytest.raises(Invalid, match="người khác"):
        group_leaders.set_deputy(session, actor=place.clerk, group_id=place.group.id, deputy_id=place.leader.id)
    group_leaders.set_deputy(session, actor=place.clerk, group_id=place.group.id, deputy_id=place.other.id)

    handover.carry_out(
        session, actor=place.clerk, group_id=place.group.id,
        handover=Handover(before_id=place.leader.id, leader_id=place.other.id, deputy_id=place.leader.id),
    )  # fmt: skip

    assert (place.group.leader_id, place.group.deputy_id) == (place.other.id, place.leader.id)
    lasting = session.exec(select(Term.part, Term.user_id).where(Term.ended_on == None)).all()  # noqa: E711
    assert set(lasting) == {(Part.LEADER, place.other.id), (Part.DEPUTY, place.leader.id)}


def test_every_way_in_of_the_old_leader_ends_and_is_counted_before(session: Session, place: Place) -> None:
    phone = LeaderDevice(token_hash="x", group_id=place.group.id, leader_id=place.leader.id, last_seen_at=NOON)
    session.add(phone)
    ticking = tick_lists.make(session, actor=place.clerk, group_id=place.group.id)
    relay = relay_of(session, place)
    old = relay.token
    make_household(session, unit=place.unit)
    item = make_announcement(session, unit=place.ward, status=AnnouncementStatus.SENT, sent_at=NOON)
    door_numbers.prepare(session, announcement=item)
    session.commit()
    told = handover.would_revoke(session, actor=place.clerk, group_id=place.group.id)

    handover.carry_out(
        session, actor=place.clerk, group_id=place.group.id,
        handover=Handover(before_id=place.leader.id, leader_id=place.other.id),
    )  # fmt: skip

    assert (told.phones, told.tick_lists, told.relays, told.doors, told.all) == (1, 1, 1, 1, 4)
    assert session.exec(select(DoorList.issue, DoorList.user_id)).all() == [(2, place.other.id)]
    session.refresh(phone)
    assert phone.revoked_at == NOON
    with pytest.raises(NotFound):
        tick_lists.opened(session, token=ticking.url.rsplit("/", 1)[1])
    assert relay.token != old
    assert relay_addresses.kind_of(session, token=relay.token) == "relay"
    with pytest.raises(NotFound, match="đã bàn giao cho người phụ trách mới"):
        relay_addresses.kind_of(session, token=old)
    with pytest.raises(NotFound, match="không có"):
        relay_addresses.kind_of(session, token=Address("relay", place.group.id).token)
    assert handover.would_revoke(session, actor=place.clerk, group_id=place.group.id).all == 2  # the new leader's


def test_a_newcomer_gets_an_account_of_the_unit_by_name_and_number(session: Session, place: Place) -> None:
    given = Handover(before_id=place.leader.id, name=" Chu  Thị Cúc ", phone="0987 654 321")

    group = handover.carry_out(session, actor=place.clerk, group_id=place.group.id, handover=given)

    made = session.get_one(User, group.leader_id)
    assert (made.display_name, made.phone, made.role, made.unit_id) == (
        "Chu Thị Cúc", "+84987654321", Role.LEAD, place.unit.id,
    )  # fmt: skip
    with pytest.raises(Invalid, match="là của Chu Thị Cúc"):
        handover.carry_out(
            session, actor=place.clerk, group_id=place.group.id,
            handover=Handover(before_id=made.id, name="Người khác", phone="0987654321"),
        )  # fmt: skip


@pytest.mark.parametrize(("name", "phone", "field"), [("", "0987654321", "name"), ("Chu Thị Cúc", "12", "phone")])
def test_a_newcomer_needs_a_name_and_a_right_number(session: Session, place: Place, name: str, phone: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        handover.carry_out(
            session, actor=place.clerk, group_id=place.group.id,
            handover=Handover(before_id=place.leader.id, name=name, phone=phone),
        )  # fmt: skip

    assert refused.value.details["field"] == field


def test_of_two_who_name_a_leader_at_once_one_is_told(session: Session, place: Place) -> None:
    seen = place.leader.id
    handover.carry_out(
        session, actor=place.clerk, group_id=place.group.id, handover=Handover(before_id=seen, leader_id=place.other.id)
    )  # fmt: skip

    with pytest.raises(Invalid, match="vừa ghi Ma Văn Hùng là người phụ trách"):
        handover.carry_out(session, actor=place.clerk, group_id=place.group.id, handover=Handover(before_id=seen))

    assert place.group.leader_id == place.other.id


def test_the_account_of_who_goes_is_locked_only_where_no_group_is_left(session: Session, place: Place) -> None:
    second = make_group(session, unit=place.unit, leader_id=place.leader.id)
    for group, is_active in ((place.group, True), (second, False)):
        handover.carry_out(
            session, actor=place.clerk, group_id=group.id,
            handover=Handover(before_id=place.leader.id, leader_id=place.other.id, locks_account=True),
        )  # fmt: skip

        assert session.get_one(User, place.leader.id).is_active is is_active


def test_whoever_cannot_lead_is_refused_at_the_deputy_too(session: Session, place: Place) -> None:
    for user in (
        make_user(session, unit=place.ward, role=Role.VIEWER), make_user(session, unit=place.unit, is_active=False),
        make_user(session, unit=make_unit(session)),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            group_leaders.set_deputy(session, actor=place.clerk, group_id=place.group.id, deputy_id=user.id)
        assert refused.value.details["field"] == "deputy_id"


def test_only_the_ward_hands_over_and_only_its_own(session: Session, place: Place) -> None:
    given = Handover(before_id=place.leader.id)
    lead = make_actor(session, unit=place.unit, role=Role.LEAD)
    stranger = make_actor(session, unit=make_unit(session))

    for actor, refusal in ((lead, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            handover.carry_out(session, actor=actor, group_id=place.group.id, handover=given)
        with pytest.raises(refusal):
            handover.would_revoke(session, actor=actor, group_id=place.group.id)


def test_a_group_that_feeds_others_closes_only_when_they_are_fed_from_elsewhere(session: Session, place: Place) -> None:
    top = make_group(session, unit=place.ward, kind=GroupKind.LEADERS)
    middle = make_group(session, unit=place.ward, kind=GroupKind.SECTOR, parent_id=top.id)
    place.group.parent_id = middle.id

    with pytest.raises(Invalid, match="đang chuyển tin cho 1 nhóm"):
        groups.close(session, actor=place.clerk, group_id=middle.id)
    groups.close(session, actor=place.clerk, group_id=middle.id, hands_on=True)

    assert place.group.parent_id == top.id


def test_closing_ends_the_terms(session: Session, place: Place) -> None:
    groups.close(session, actor=place.clerk, group_id=place.group.id)

    assert [(term.started_on, term.ended_on) for term in session.exec(select(Term))] == [(BEGUN, TODAY)]
