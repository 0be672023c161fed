"""Reminders at half and three quarters, then the deputy and the ward: once, by day, while it helps, by the accounts there are."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, select
from time_machine import Traveller

from core import clock as house_clock
from models import (
    AccountState,
    Announcement,
    Channel,
    ChannelAccount,
    Delivery,
    Group,
    ReachRules,
    RecipientKind,
    Relay,
    Role,
    Unit,
    Urgency,
    User,
)
from services import due, passing_on, relays, reminders, sending
from tests.factories import NOON, make_announcement, make_group, make_unit, make_user

MINUTE = timedelta(minutes=1)
EVENING = NOON + timedelta(hours=7)  # 19 giờ in Bắc Kạn


@pytest.fixture
def clock(session: Session) -> Iterator[Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def deputy(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.LEAD, phone="+84987654321")


@pytest.fixture
def group(session: Session, ward: Unit, deputy: User) -> Group:
    place = make_unit(session, parent=ward)
    leader = make_user(session, unit=place, role=Role.LEAD, phone="+84912345678")
    return make_group(session, unit=place, leader_id=leader.id, deputy_id=deputy.id)


def send(session: Session, ward: Unit, *, urgency: Urgency = Urgency.URGENT, hours: float = 8) -> tuple[Announcement, Relay]:
    """Sent now, with so many hours until its deadline."""
    made = make_announcement(session, unit=ward, urgency=urgency, must_reach_by=house_clock.now() + timedelta(hours=hours))
    sending.send(session, announcement=made)
    session.commit()
    return made, session.exec(select(Relay).where(Relay.announcement_id == made.id)).one()


def open_account(session: Session, ward: Unit, channel: Channel = Channel.SMS, **of_it: object) -> None:
    session.add(ChannelAccount(unit_id=ward.id, channel=channel, price=500, **of_it))  # type: ignore[arg-type]
    session.commit()


def messages(session: Session) -> list[tuple[Channel, RecipientKind, str]]:
    found = session.exec(select(Delivery).where(Delivery.channel != Channel.RELAY).order_by(Delivery.idempotency_key))
    return [(one.channel, one.recipient_kind, one.recipient_id) for one in found]


@pytest.mark.parametrize(
    ("sent_at", "urgency", "expected"),
    [
        (NOON, Urgency.URGENT, {"remind": 30, "remind_again": 45}),
        (NOON, Urgency.EMERGENCY, {"remind": 7.5, "remind_again": 11.25}),
        # from 19 until 7 in the morning: half falls on one at night, three quarters on four; at seven the time is over,
        # so that the two hours of the evening are what is left
        (EVENING, Urgency.NORMAL, {"remind": 60, "remind_again": 90}),
        # from 20:30 until 8:30: both fall into the night, and seven in the morning is one reminder
        (EVENING + 90 * MINUTE, Urgency.NORMAL, {"remind": 630}),
        (EVENING + 4 * 60 * MINUTE, Urgency.EMERGENCY, {"remind": 7.5, "remind_again": 11.25}),
    ],
)
def test_reminders_keep_out_of_the_night_and_never_come_when_the_time_is_over(
    session: Session, ward: Unit, sent_at: datetime, urgency: Urgency, expected: dict[str, float]
) -> None:
    made = make_announcement(session, unit=ward, urgency=urgency, must_reach_by=sent_at + timedelta(days=2))

    times = sending.reminder_times(made, sent_at=sent_at, due=sending.due_at(made, sent_at))

    assert times == {step: sent_at + minutes * MINUTE for step, minutes in expected.items()}


def test_a_deadline_before_the_morning_is_reminded_of_in_the_evening_and_never_at_night(session: Session, ward: Unit) -> None:
    sent_at = EVENING + 60 * MINUTE  # 20 giờ
    made = make_announcement(session, unit=ward, must_reach_by=sent_at + timedelta(hours=10, minutes=30))

    times = sending.reminder_times(made, sent_at=sent_at, due=sending.due_at(made, sent_at))
    at_night = sending.reminder_times(made, sent_at=sent_at + timedelta(hours=2), due=sent_at + timedelta(hours=10))

    assert times == {"remind": sent_at + 30 * MINUTE, "remind_again": sent_at + 45 * MINUTE}
    assert at_night == {}


def test_the_second_reminder_is_a_mark_of_its_own(session: Session, ward: Unit, group: Group, clock: Traveller) -> None:
    made, relay = send(session, ward)
    clock.shift(30 * MINUTE)
    reminders.remind(session, announcement_id=made.id)
    clock.shift(15 * MINUTE)

    assert reminders.remind(session, announcement_id=made.id, step="remind_again") == 1
    assert reminders.remind(session, announcement_id=made.id, step="remind_again") == 0

    assert (relay.reminded, relay.reminded_again) == (NOON + 30 * MINUTE, NOON + 45 * MINUTE)
    assert messages(session) == []  # without an account the ward telephones


def test_who_took_a_post_back_late_is_reminded_once(session: Session, ward: Unit, group: Group, clock: Traveller) -> None:
    made, relay = send(session, ward)
    relays.post(session, token=relay.token)
    clock.shift(50 * MINUTE)
    relays.undo(session, token=relay.token)
    session.commit()

    found = due.announcements(session)
    done = [due.do(session, piece) for piece in found]
    session.commit()

    assert [(piece.work, piece.announcement_id) for piece in found] == [("remind_again", made.id)]
    assert (done, relay.reminded, due.announcements(session)) == ([1], NOON + 50 * MINUTE, [])


def test_a_second_reminder_that_died_with_its_process_is_made_up_for(
    session: Session, ward: Unit, group: Group, clock: Traveller
) -> None:
    made, _relay = send(session, ward)
    reminders.remind(session, announcement_id=made.id)
    session.commit()
    clock.shift(46 * MINUTE)

    [piece] = due.announcements(session)

    assert (piece.work, due.do(session, piece)) == ("remind_again", 1)
    assert due.announcements(session) == []


def test_at_night_nobody_is_reminded_even_by_a_promise_that_comes_late(
    session: Session, ward: Unit, group: Group, clock: Traveller
) -> None:
    clock.move_to(EVENING + 90 * MINUTE)  # 20:30
    made, relay = send(session, ward, urgency=Urgency.NORMAL, hours=20)
    clock.move_to(EVENING + timedelta(hours=8))

    at_night = reminders.remind(session, announcement_id=made.id), due.announcements(session)
    clock.move_to(EVENING + timedelta(hours=12, minutes=2))
    [piece] = due.announcements(session)

    assert (at_night, relay.reminded) == ((0, []), None)
    assert (piece.work, due.do(session, piece)) == ("remind", 1)


def test_in_an_emergency_the_night_is_no_reason_to_wait(session: Session, ward: Unit, group: Group, clock: Traveller) -> None:
    clock.move_to(EVENING + timedelta(hours=8))
    made, _relay = send(session, ward, urgency=Urgency.EMERGENCY)

    assert reminders.remind(session, announcement_id=made.id) == 1


def test_when_the_time_is_over_nobody_is_reminded(session: Session, ward: Unit, group: Group, clock: Traveller) -> None:
    made, _relay = send(session, ward)
    clock.shift(61 * MINUTE)

    assert reminders.remind(session, announcement_id=made.id) == 0


@pytest.mark.parametrize("end", ["closed", "corrected", "expired"])
def test_what_is_over_reminds_and_escalates_nobody(
    session: Session, ward: Unit, group: Group, clock: Traveller, end: str
) -> None:
    made, _relay = send(session, ward)
    if end == "closed":
        group.closed_on = NOON.date()
    elif end == "corrected":
        sending.send(session, announcement=make_announcement(session, unit=ward, corrects_id=made.id))
    else:
        made.expires_at = NOON + 10 * MINUTE
    session.commit()
    clock.shift(90 * MINUTE)

    assert reminders.remind(session, announcement_id=made.id) == 0
    assert reminders.escalate(session, announcement_id=made.id) == 0
    assert [piece for piece in due.announcements(session) if piece.announcement_id == made.id] == []


def test_by_an_account_a_message_leaves_once_to_whoever_has_the_work(
    session: Session, ward: Unit, group: Group, clock: Traveller
) -> None:
    open_account(session, ward)
    made, relay = send(session, ward)
    reminders.remind(session, announcement_id=made.id)
    passing_on.pass_on(session, token=relay.token)

    reminders.remind(session, announcement_id=made.id, step="remind_again")
    relay.reminded = None  # as if the first had died between ledger and mark
    reminders.remind(session, announcement_id=made.id)

    assert messages(session) == [
        (Channel.SMS, RecipientKind.PHONE, "+84912345678"),
        (Channel.SMS, RecipientKind.PHONE, "+84987654321"),
    ]


def test_the_bot_goes_before_sms_and_what_is_paused_not_at_all(
    session: Session, ward: Unit, group: Group, clock: Traveller
) -> None:
    open_account(session, ward)
    open_account(session, ward, Channel.ZALO_BOT)
    session.get_one(User, group.leader_id).bot_chat_id = "6c7b"
    first, _relay = send(session, ward)
    reminders.remind(session, announcement_id=first.id)
    by_bot = messages(session)
    for account in session.exec(select(ChannelAccount)):
        account.state = AccountState.PAUSED
    session.commit()
    second, _relay = send(session, ward)

    reminders.remind(session, announcement_id=second.id)

    assert by_bot == [(Channel.ZALO_BOT, RecipientKind.FOLLOWER, "6c7b")]
    assert messages(session) == by_bot


def test_who_has_not_written_to_the_bot_is_reminded_by_sms(session: Session, ward: Unit, group: Group, clock: Traveller) -> None:
    open_account(session, ward)
    open_account(session, ward, Channel.ZALO_BOT)
    made, _relay = send(session, ward)

    reminders.remind(session, announcement_id=made.id)

    assert [channel for channel, _kind, _to in messages(session)] == [Channel.SMS]


def test_when_it_is_late_the_deputy_is_asked_and_the_people_on_duty_are_told_once(
    session: Session, ward: Unit, group: Group, clock: Traveller
) -> None:
    open_account(session, ward)
    session.add(ReachRules(unit_id=ward.id, duty=[{"name": "Trực ban", "phone": "+84977000111"}]))
    made, relay = send(session, ward)
    clock.shift(60 * MINUTE)

    counts = [reminders.escalate(session, announcement_id=made.id) for _ in range(2)]

    assert counts == [1, 0]
    assert relay.escalated_at == NOON + 60 * MINUTE
    assert relays.work_for_token(session, token=relay.deputy_token or "").part == "deputy"
    assert messages(session) == [
        (Channel.SMS, RecipientKind.PHONE, "+84977000111"),
        (Channel.SMS, RecipientKind.PHONE, "+84987654321"),
    ]


def test_past_the_deadline_it_is_marked_and_nobody_is_rung(session: Session, ward: Unit, group: Group, clock: Traveller) -> None:
    open_account(session, ward)
    made, relay = send(session, ward, hours=0.5)
    clock.shift(30 * MINUTE)

    reminders.escalate(session, announcement_id=made.id)

    assert relay.escalated_at
    assert relay.deputy_token
    assert messages(session) == []


def test_the_deputy_who_was_asked_before_keeps_the_address(session: Session, ward: Unit, group: Group, clock: Traveller) -> None:
    made, relay = send(session, ward)
    passing_on.pass_on(session, token=relay.token)
    before = relay.deputy_token
    clock.shift(60 * MINUTE)

    reminders.escalate(session, announcement_id=made.id)

    assert relay.deputy_token == before
