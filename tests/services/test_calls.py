"""Whom the ward telephones: who was reminded without an account, who cannot, who is late; until somebody says it is done."""

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, col, select, update
from time_machine import Traveller

from core.errors import NotAllowed, NotFound
from models import Announcement, Channel, ChannelAccount, Delivery, DeliveryStatus, Group, ReachRules, Relay, Role, Unit, Urgency
from services import calls, passing_on, relay_addresses, relays, reminders, sending
from services.access import Actor
from services.calls import Why
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_membership, make_unit, make_user


@pytest.fixture
def clock(session: Session) -> Traveller:  # type: ignore[misc]
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def group(session: Session, ward: Unit) -> Group:
    place = make_unit(session, parent=ward, short_name="Tổ 13")
    leader = make_user(session, unit=place, role=Role.LEAD, display_name="Hà Thị Minh", phone="+84912345678")
    deputy = make_user(session, unit=place, role=Role.LEAD, display_name="Nông Văn Hải", phone="+84987654321")
    group = make_group(session, unit=place, leader_id=leader.id, deputy_id=deputy.id)
    make_membership(session, household=make_household(session, unit=place), group=group)
    return group


@pytest.fixture
def sent(session: Session, ward: Unit, group: Group, clock: Traveller) -> Announcement:
    made = make_announcement(session, unit=ward, urgency=Urgency.URGENT)
    sending.send(session, announcement=made)
    session.commit()
    return made


@pytest.fixture
def relay(session: Session, sent: Announcement) -> Relay:
    return session.exec(select(Relay)).one()


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, display_name="Lò Thị Mai")


def make_late(session: Session, sent: Announcement, clock: Traveller) -> None:
    clock.shift(timedelta(hours=1, minutes=5))
    reminders.escalate(session, announcement_id=sent.id)
    session.flush()


def test_nobody_is_called_while_there_is_time(session: Session, relay: Relay, staff: Actor) -> None:
    assert calls.to_make(session, actor=staff, limit=5).all == 0


def test_a_reminder_without_an_account_is_a_call_to_make(
    session: Session, sent: Announcement, relay: Relay, staff: Actor, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=30))
    reminders.remind(session, announcement_id=sent.id)

    [call] = calls.to_make(session, actor=staff, limit=5).rows

    assert (call.why, call.since, call.unit_label, call.households) == (Why.REMINDER, NOON + timedelta(minutes=30), "Tổ 13", 1)
    assert call.leader
    assert (call.leader.name, call.leader.phone) == ("Hà Thị Minh", "+84912345678")
    assert call.deputy is None


def test_a_reminder_that_left_by_an_account_needs_no_call(
    session: Session, ward: Unit, sent: Announcement, staff: Actor, clock: Traveller
) -> None:
    session.add(ChannelAccount(unit_id=ward.id, channel=Channel.SMS, price=500))
    session.flush()
    clock.shift(timedelta(minutes=30))
    reminders.remind(session, announcement_id=sent.id)

    assert calls.to_make(session, actor=staff, limit=5).all == 0


@pytest.mark.parametrize("status", [DeliveryStatus.REJECTED, DeliveryStatus.CANCELLED, DeliveryStatus.UNKNOWN])
def test_a_reminder_that_did_not_arrive_is_a_call(
    session: Session, ward: Unit, sent: Announcement, staff: Actor, clock: Traveller, status: DeliveryStatus
) -> None:
    session.add(ChannelAccount(unit_id=ward.id, channel=Channel.SMS, price=500))
    session.flush()
    clock.shift(timedelta(minutes=30))
    reminders.remind(session, announcement_id=sent.id)
    session.exec(update(Delivery).where(col(Delivery.channel) == Channel.SMS).values(status=status))

    [call] = calls.to_make(session, actor=staff, limit=5).rows

    assert call.why is Why.REMINDER


def test_who_is_late_is_called_with_the_deputy_and_the_people_on_duty(
    session: Session, ward: Unit, sent: Announcement, relay: Relay, staff: Actor, clock: Traveller
) -> None:
    session.add(ReachRules(unit_id=ward.id, duty=[{"name": "Trực ban", "phone": "+842093812345"}]))
    make_late(session, sent, clock)

    seen = calls.to_make(session, actor=staff, limit=5)

    [call] = seen.rows
    assert (call.why, call.deputy and call.deputy.name) == (Why.OVERDUE, "Nông Văn Hải")
    assert call.deputy
    assert call.deputy.url == relay_addresses.url_of(relay.deputy_token or "")
    assert [(one.name, one.phone) for one in seen.duty] == [("Trực ban", "+842093812345")]


def test_called_takes_it_off_until_something_new_comes_up(
    session: Session, sent: Announcement, relay: Relay, staff: Actor, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=30))
    reminders.remind(session, announcement_id=sent.id)
    calls.called(session, actor=staff, relay_id=relay.id)
    after = calls.to_make(session, actor=staff, limit=5).all
    on_board = calls.of_announcement(session, actor=staff, announcement_id=sent.id).rows

    clock.shift(timedelta(minutes=10))
    passing_on.pass_on(session, token=relay.token)
    session.flush()

    assert after == 0
    assert [(one.called_by, one.called_at) for one in on_board] == [("Lò Thị Mai", NOON + timedelta(minutes=30))]
    assert [one.why for one in calls.to_make(session, actor=staff, limit=5).rows] == [Why.PASSED_ON]


def test_the_first_who_called_stays_and_a_mistake_is_taken_back(
    session: Session, ward: Unit, sent: Announcement, relay: Relay, staff: Actor, clock: Traveller
) -> None:
    make_late(session, sent, clock)
    other = make_actor(session, unit=ward)
    calls.called(session, actor=staff, relay_id=relay.id)

    calls.called(session, actor=other, relay_id=relay.id)
    first = relay.called_by_id
    calls.called(session, actor=other, relay_id=relay.id, is_called=False)

    assert first == staff.id
    assert (relay.called_at, relay.called_by_id) == (None, None)


@pytest.mark.parametrize("end", ["posted", "withdrawn", "closed", "expired", "corrected"])
def test_what_is_over_is_nobodys_call(
    session: Session, ward: Unit, group: Group, sent: Announcement, relay: Relay, staff: Actor, clock: Traveller, end: str
) -> None:
    make_late(session, sent, clock)
    if end == "posted":
        relays.post(session, token=relay.token)
    elif end == "withdrawn":
        sending.cancel(session, actor=staff, announcement=sent)
    elif end == "closed":
        group.closed_on = NOON.date()
    elif end == "expired":
        clock.shift(timedelta(days=8))
    else:
        correction = make_announcement(session, unit=ward, corrects_id=sent.id)
        sending.send(session, announcement=correction)
    session.flush()

    assert [one.announcement_id for one in calls.to_make(session, actor=staff, limit=5).rows] == []


def test_the_most_urgent_stand_first_and_the_rest_is_counted(
    session: Session, ward: Unit, group: Group, sent: Announcement, staff: Actor, clock: Traveller
) -> None:
    pressing = make_announcement(session, unit=ward, urgency=Urgency.EMERGENCY)
    sending.send(session, announcement=pressing)
    make_late(session, sent, clock)
    reminders.escalate(session, announcement_id=pressing.id)
    session.flush()

    seen = calls.to_make(session, actor=staff, limit=1)

    assert ([one.announcement_id for one in seen.rows], seen.all) == ([pressing.id], 2)


def test_another_ward_neither_sees_nor_calls(session: Session, sent: Announcement, relay: Relay, clock: Traveller) -> None:
    make_late(session, sent, clock)
    elsewhere = make_unit(session)
    stranger, viewer = make_actor(session, unit=elsewhere), make_actor(session, unit=elsewhere, role=Role.VIEWER)

    assert calls.to_make(session, actor=stranger, limit=5).all == 0
    assert calls.of_announcement(session, actor=stranger, announcement_id=sent.id).rows == []
    with pytest.raises(NotFound):
        calls.called(session, actor=stranger, relay_id=relay.id)
    with pytest.raises(NotAllowed):
        calls.to_make(session, actor=viewer, limit=5)
    with pytest.raises(NotAllowed):
        calls.called(session, actor=viewer, relay_id=relay.id)
