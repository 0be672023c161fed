from datetime import date, timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from core import clock
from models import (
    Announcement,
    AnnouncementStatus,
    Audience,
    Channel,
    Delivery,
    DeliveryStatus,
    Group,
    Relay,
    Role,
    ShortLink,
    Unit,
    Urgency,
)
from services import announcements, due, plans, relays, reminders, sending
from services.access import TERMINAL
from tests.factories import (
    NOON,
    make_account,
    make_actor,
    make_announcement,
    make_group,
    make_household,
    make_membership,
    make_unit,
    make_user,
)
from tests.fakes import FakeEngine


@pytest.fixture
def ward(session: Session) -> Unit:
    """Two residential groups with chats: three of four households in the first, one of one in the second; one moved out."""
    ward = make_unit(session)
    first, second = make_unit(session, parent=ward, code="A1"), make_unit(session, parent=ward, code="A2")
    one, two = make_group(session, unit=first, name="Một"), make_group(session, unit=second, name="Hai")
    for _ in range(3):
        make_membership(session, household=make_household(session, unit=first), group=one)
    make_household(session, unit=first)
    make_membership(session, household=make_household(session, unit=second), group=two)
    make_household(session, unit=second, left_on=date(2021, 1, 1))
    return ward


@pytest.fixture
def sent(session: Session, ward: Unit) -> Announcement:
    announcement = make_announcement(session, unit=ward)
    sending.send(session, announcement=announcement)
    session.commit()
    return announcement


def test_sending_writes_one_delivery_relay_and_link_for_each_chat_group(session: Session, sent: Announcement) -> None:
    ledger = session.exec(select(Delivery)).all()
    found = session.exec(select(Relay, ShortLink).join(ShortLink, ShortLink.id == Relay.link_id)).all()  # type: ignore[arg-type]

    assert [(row.channel, row.status, row.cost) for row in ledger] == [("relay", "queued", 0)] * 2
    assert sorted(relay.households for relay, _ in found) == [1, 3]
    assert len({link.slug for _, link in found}) == len({relay.token for relay, _ in found}) == 2
    assert all(link.group_id == relay.group_id for relay, link in found)
    assert (sent.status, sent.households) == (AnnouncementStatus.SENT, 5)
    assert sent.leaders_token


def test_sending_twice_changes_nothing(session: Session, sent: Announcement) -> None:
    sending.send(session, announcement=sent)

    assert len(session.exec(select(Delivery)).all()) == 2


def test_the_plan_gives_every_household_exactly_one_path(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward)

    plan = plans.of_audience(session, audience=announcement_audience(session, announcement))

    assert (plan.households, plan.relay, plan.door, plan.cost) == (5, 4, 1, 0)
    assert plan.paths["relay"] + plan.paths["door"] == plan.households


def announcement_audience(session: Session, announcement: Announcement) -> list[Audience]:
    return list(session.exec(select(Audience).where(Audience.announcement_id == announcement.id)))


def test_a_household_in_two_chats_is_planned_once(session: Session, ward: Unit) -> None:
    place = make_unit(session, parent=ward)
    household = make_household(session, unit=place)
    for name in ("Ngõ 4", "Ngõ 8"):
        make_membership(session, household=household, group=make_group(session, unit=place, name=name))
    announcement = make_announcement(session, unit=ward, units=[place])

    plan = plans.of_audience(session, audience=announcement_audience(session, announcement))

    assert (plan.households, plan.relay, plan.door) == (1, 1, 0)


def test_without_the_relay_channel_everyone_gets_a_knock(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward)

    plan = plans.of_audience(session, audience=announcement_audience(session, announcement), channels=[Channel.ZNS])

    assert (plan.relay, plan.door) == (0, 5)


def test_an_audience_by_need_holds_only_those_households(session: Session, ward: Unit) -> None:
    place = make_unit(session, parent=ward)
    make_household(session, unit=place, needs=["elderly_alone"])
    make_household(session, unit=place, needs=["disabled"])
    audience = [Audience(announcement_id=ward.id, unit_id=place.id, needs=["elderly_alone", "no_phone"])]

    plan = plans.of_audience(session, audience=audience)

    assert plan.households == 1


@pytest.mark.parametrize(
    ("urgency", "deadline_hours", "minutes"),
    [
        ("emergency", 2, 15),
        ("very_urgent", 2, 30),
        ("urgent", 3, 60),
        ("normal", 3, 180),
        ("normal", 100, 1140),
        ("emergency", 0.1, 6),
    ],
)
def test_leaders_are_due_by_urgency_but_never_after_the_deadline(
    session: Session, ward: Unit, urgency: str, deadline_hours: float, minutes: int
) -> None:
    announcement = make_announcement(
        session, unit=ward, urgency=Urgency(urgency), must_reach_by=NOON + timedelta(hours=deadline_hours)
    )

    assert sending.due_at(announcement, NOON) == NOON + timedelta(minutes=minutes)


def test_reminders_at_half_and_at_three_quarters_and_overdue_at_the_end_are_promised_once(
    session: Session, ward: Unit, promises: FakeEngine
) -> None:
    with time_machine.travel(NOON, tick=False):
        announcement = make_announcement(session, unit=ward, urgency=Urgency.URGENT, must_reach_by=NOON + timedelta(hours=9))
        sending.send(session, announcement=announcement)

    assert {p.work: p.at for p in promises.promises.values()} == {
        "remind": NOON + timedelta(minutes=30),
        "remind_again": NOON + timedelta(minutes=45),
        "escalate": NOON + timedelta(minutes=60),
    }


def test_only_leaders_who_have_not_posted_are_reminded_and_only_once(session: Session, sent: Announcement) -> None:
    first, second = session.exec(select(Relay)).all()
    relays.post(session, token=first.token)

    assert reminders.remind(session, announcement_id=sent.id) == 1
    assert reminders.remind(session, announcement_id=sent.id) == 0

    session.refresh(first)
    session.refresh(second)
    assert (first.reminded, second.reminded is None) == (None, False)


def test_overdue_is_marked_once_and_not_for_a_cancelled_one(session: Session, sent: Announcement) -> None:
    assert reminders.escalate(session, announcement_id=sent.id) == 2
    assert reminders.escalate(session, announcement_id=sent.id) == 0


def test_a_cancelled_announcement_reminds_nobody(session: Session, sent: Announcement) -> None:
    sending.cancel(session, actor=TERMINAL, announcement=sent)
    session.flush()

    assert reminders.remind(session, announcement_id=sent.id) == 0


def test_cancelling_stops_what_nobody_posted_yet(session: Session, ward: Unit, sent: Announcement) -> None:
    relays.post(session, token=session.exec(select(Relay)).all()[0].token)
    session.flush()

    stopped = announcements.cancel(session, actor=make_actor(session, unit=ward, role=Role.OFFICIAL), announcement_id=sent.id)

    assert (stopped.cancelled, stopped.already_sent) == (1, 1)
    assert sorted(session.exec(select(Delivery.status)).all()) == [DeliveryStatus.CANCELLED, DeliveryStatus.SENT]


def test_what_reminded_leaders_does_not_count_as_sent_when_it_is_withdrawn(session: Session, ward: Unit) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_BOT)
    for group in session.exec(select(Group)):
        group.leader_id = make_user(session, unit=ward, role=Role.LEAD, bot_chat_id="6c7b").id
        session.add(group)
    with time_machine.travel(NOON, tick=False):
        made = make_announcement(session, unit=ward, urgency=Urgency.URGENT, must_reach_by=NOON + timedelta(hours=9))
        sending.send(session, announcement=made)
        relays.post(session, token=session.exec(select(Relay)).all()[0].token)
        reminders.remind(session, announcement_id=made.id)
        for row in session.exec(select(Delivery).where(Delivery.channel == Channel.ZALO_BOT)):
            row.status = DeliveryStatus.SENT
            session.add(row)

        stopped = sending.cancel(session, actor=TERMINAL, announcement=made)

    assert len(session.exec(select(Delivery)).all()) == 3
    assert (stopped.cancelled, stopped.already_sent) == (1, 1)


def test_a_scheduled_one_is_sent_at_its_hour_and_not_before(session: Session, ward: Unit) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        announcement = make_announcement(session, unit=ward, send_at=NOON + timedelta(hours=1))
        sending.schedule(session, announcement=announcement)
        session.commit()

        assert not sending.send_scheduled(session, announcement_id=announcement.id)
        traveller.shift(timedelta(hours=1))
        assert sending.send_scheduled(session, announcement_id=announcement.id)
        assert not sending.send_scheduled(session, announcement_id=announcement.id)

    assert announcement.sent_at == NOON + timedelta(hours=1)


def test_a_machine_that_slept_past_the_expiry_does_not_send(session: Session, ward: Unit) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        announcement = make_announcement(
            session, unit=ward, send_at=NOON + timedelta(hours=1), expires_at=NOON + timedelta(days=1)
        )
        sending.schedule(session, announcement=announcement)
        session.commit()
        traveller.shift(timedelta(days=2))

        assert not sending.send_scheduled(session, announcement_id=announcement.id)

    assert announcement.status is AnnouncementStatus.CANCELLED


def test_the_sweep_finds_what_a_dead_process_left(session: Session, ward: Unit) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        late = make_announcement(session, unit=ward, send_at=NOON + timedelta(minutes=1))
        sending.schedule(session, announcement=late)
        running = make_announcement(session, unit=ward, urgency=Urgency.EMERGENCY)
        sending.send(session, announcement=running)
        session.commit()
        traveller.shift(timedelta(minutes=20))

        found = due.announcements(session)
        done = [due.do(session, piece) for piece in found]
        session.commit()

        assert [(piece.work, piece.announcement_id) for piece in found] == [("send", late.id), ("escalate", running.id)]
        assert done == [1, 2]
        assert due.announcements(session) == []


def test_one_that_was_just_due_is_left_to_its_promise(session: Session, ward: Unit) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        announcement = make_announcement(session, unit=ward, send_at=clock.now() + timedelta(minutes=1))
        sending.schedule(session, announcement=announcement)
        session.commit()
        traveller.shift(timedelta(minutes=1, seconds=10))

        assert due.announcements(session) == []


@pytest.mark.parametrize(
    ("hours_after_noon", "expected"), [(8, 8), (9, 19), (12, 19), (18.9, 19), (19, 19), (20, 20)]
)  # noon in Bắc Kạn: 9 hours later it is 21, 19 hours later 7 in the morning
def test_nobody_is_asked_to_post_at_night(hours_after_noon: float, expected: float) -> None:
    assert sending.after_the_night(NOON + timedelta(hours=hours_after_noon)) == NOON + timedelta(hours=expected)


def test_an_emergency_is_due_at_night_too(session: Session, ward: Unit) -> None:
    night = NOON + timedelta(hours=12)
    announcement = make_announcement(session, unit=ward, urgency=Urgency.EMERGENCY, must_reach_by=None, expires_at=None)

    assert sending.due_at(announcement, night) == night + timedelta(minutes=15)
