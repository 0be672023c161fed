"""A refused message brings its household to the list of doors, while there is time."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from models import Announcement, Channel, Delivery, DeliveryStatus, DoorLine, Household, How, Role, Unit, Urgency
from services import announcements, door_lists, due, failed_paths, known_openings, receipts, sending
from services.access import TERMINAL
from services.due import Piece
from services.told import Told
from tests.factories import (
    NOON,
    make_account,
    make_announcement,
    make_group,
    make_household,
    make_membership,
    make_unit,
    make_user,
)

REJECTED, SENT = DeliveryStatus.REJECTED, DeliveryStatus.SENT


@pytest.fixture(autouse=True)
def _still(clock: Traveller) -> None:
    """Noon."""


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_unit(session)
    make_account(session, unit=ward, channel=Channel.SMS, price=500)
    return ward


@pytest.fixture
def place(session: Session, ward: Unit) -> Unit:
    place = make_unit(session, parent=ward)
    leader = make_user(session, unit=place, role=Role.LEAD)
    make_group(session, unit=place, leader_id=leader.id)
    return place


def sent(session: Session, ward: Unit, urgency: Urgency = Urgency.NORMAL) -> Announcement:
    item = make_announcement(session, unit=ward, must_reach_by=NOON + timedelta(hours=5), urgency=urgency)
    sending.send(session, announcement=item)
    session.commit()
    return item


def came_back(session: Session, item: Announcement, phone: str, channel: Channel = Channel.SMS) -> None:
    row = session.exec(
        select(Delivery).where(Delivery.announcement_id == item.id, Delivery.recipient_id == phone, Delivery.channel == channel)
    ).one()
    row.status = REJECTED
    session.commit()


def doors(session: Session) -> set[UUID]:
    return set(session.exec(select(DoorLine.household_id)))


def swept(session: Session) -> int:
    done = sum(due.do(session, piece) for piece in due.announcements(session) if piece.work == "doors")
    session.commit()
    return done


def test_a_refused_message_brings_its_household_to_the_doors_and_no_other(session: Session, ward: Unit, place: Unit) -> None:
    wrong, right = (make_household(session, unit=place, phone=f"+8491200000{n}") for n in range(2))
    item = sent(session, ward)
    before = doors(session)
    came_back(session, item, "+84912000000")

    done = swept(session)

    assert before == set()
    assert (done, doors(session)) == (1, {wrong.id})
    assert right.id not in doors(session)
    [listed] = door_lists.of_announcement(session, actor=TERMINAL, announcement_id=item.id)
    assert (listed.households, listed.still_open, bool(listed.url)) == (1, 1, True)


def test_a_second_sweep_adds_nothing(session: Session, ward: Unit, place: Unit) -> None:
    make_household(session, unit=place, phone="+84912000000")
    item = sent(session, ward)
    came_back(session, item, "+84912000000")
    swept(session)

    assert swept(session) == 0
    assert len(doors(session)) == 1


def test_households_that_share_the_telephone_come_all(session: Session, ward: Unit, place: Unit) -> None:
    homes = [make_household(session, unit=place, phone="+84912000000") for _ in range(2)]
    item = sent(session, ward)
    came_back(session, item, "+84912000000")

    swept(session)

    assert doors(session) == {home.id for home in homes}


def test_a_number_mended_since_is_still_a_message_that_did_not_arrive(session: Session, ward: Unit, place: Unit) -> None:
    home = make_household(session, unit=place, phone="+84912000000")
    item = sent(session, ward)
    came_back(session, item, "+84912000000")
    home.phone = "+84912000009"
    session.commit()

    swept(session)

    assert doors(session) == {home.id}


def test_who_is_told_by_another_path_is_left_alone(session: Session, ward: Unit, place: Unit) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA)
    both = make_household(session, unit=place, phone="+84912000000", zalo_user_id="77")
    item = sent(session, ward, Urgency.EMERGENCY)
    came_back(session, item, "+84912000000")
    first = swept(session)
    came_back(session, item, "77", Channel.ZALO_OA)

    second = swept(session)

    assert (first, second) == (0, 1)
    assert doors(session) == {both.id}


def test_who_is_in_a_chat_is_not_knocked_at_for_a_refused_second_message(session: Session, ward: Unit, place: Unit) -> None:
    group = make_group(session, unit=place)
    home = make_household(session, unit=place, phone="+84912000000")
    make_membership(session, household=home, group=group)
    item = sent(session, ward, Urgency.EMERGENCY)
    came_back(session, item, "+84912000000")

    assert swept(session) == 0


def test_who_is_known_to_be_told_needs_no_knock(session: Session, ward: Unit, place: Unit) -> None:
    home = make_household(session, unit=place, phone="+84912000000")
    item = sent(session, ward)
    came_back(session, item, "+84912000000")
    told = known_openings.tell_at_door(session, announcement_id=item.id, household_id=home.id, at=NOON, by=None)

    assert (told.how, swept(session)) == (How.DOOR, 0)


def test_when_the_time_is_over_nobody_is_sent_to_a_door(session: Session, ward: Unit, place: Unit, clock: Traveller) -> None:
    make_household(session, unit=place, phone="+84912000000")
    item = sent(session, ward)
    came_back(session, item, "+84912000000")
    clock.shift(timedelta(hours=5))

    assert due.announcements(session) == [piece for piece in due.announcements(session) if piece.work != "doors"]
    assert failed_paths.to_the_doors(session, announcement_id=item.id) == 0


@pytest.mark.parametrize(("days", "knocks"), [(13, 1), (15, 0)])
def test_what_has_neither_deadline_nor_end_sends_people_to_doors_for_a_fortnight(
    session: Session, ward: Unit, place: Unit, clock: Traveller, days: int, knocks: int
) -> None:
    make_household(session, unit=place, phone="+84912000000")
    item = make_announcement(session, unit=ward, must_reach_by=None, expires_at=None)
    sending.send(session, announcement=item)
    session.commit()
    came_back(session, item, "+84912000000")
    clock.shift(timedelta(days=days))

    found = failed_paths.to_look_at(session, now=NOON + timedelta(days=days))

    assert (len(found), failed_paths.to_the_doors(session, announcement_id=item.id)) == (knocks, knocks)


def test_what_is_withdrawn_sends_nobody_to_a_door(session: Session, ward: Unit, place: Unit) -> None:
    make_household(session, unit=place, phone="+84912000000")
    item = sent(session, ward)
    came_back(session, item, "+84912000000")
    announcements.cancel(session, actor=TERMINAL, announcement_id=item.id)

    assert swept(session) == 0
    assert due.do(session, Piece("doors", item.id)) == 0


def test_a_receipt_that_says_no_is_enough(session: Session, ward: Unit, place: Unit) -> None:
    home: Household = make_household(session, unit=place, phone="+84912000000")
    item = sent(session, ward)
    row = session.exec(select(Delivery).where(Delivery.announcement_id == item.id, Delivery.channel == Channel.SMS)).one()
    row.status = SENT
    session.commit()
    receipts.keep(
        session, provider="sms",
        told=[Told(name="sms_failed", digest="d1", at=NOON, status=REJECTED, delivery_key=row.id.hex)],
    )  # fmt: skip
    receipts.work_off(session)
    session.commit()

    swept(session)

    assert doors(session) == {home.id}
