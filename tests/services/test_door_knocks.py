"""What a knock writes: told households count once, in whatever order and however often ticks arrive, and can be taken back."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.one_way import asked
from models import (
    AnnouncementStatus,
    AuditEvent,
    Device,
    DoorKnock,
    DoorOutcome,
    How,
    PhoneTie,
    Proposal,
    Purpose,
    Reach,
    Role,
    Scan,
    ShortLink,
)
from services import door_closing, door_knocks, door_lists, known_openings, proposals, reach
from tests.factories import LONG_AGO, make_actor, make_household, make_unit
from tests.services.street import knock, make_street

pytestmark = pytest.mark.usefixtures("noon")
TOLD, AWAY, MOVED, REFUSED = DoorOutcome.TOLD, DoorOutcome.NOT_HOME, DoorOutcome.MOVED, DoorOutcome.REFUSED


def test_told_counts_and_taking_it_back_counts_it_out(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2")

    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, TOLD)])
    told, counted = street.reached("Số 1"), street.counted
    board = reach.board(session, actor=street.clerk, announcement_id=street.announcement.id)
    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, None)])

    assert told is not None
    assert (told.how, told.told_by, told.group_id, counted, board.known) == (How.DOOR, street.leader.id, None, 1, 1)
    assert (street.reached("Số 1"), street.counted) == (None, 0)
    assert [line.is_open for line in door_lists.lines_of(session, street.list())] == [True, True]


def test_a_tick_sent_twice_counts_once(session: Session) -> None:
    street = make_street(session, "Số 1")
    ticks = [knock(1, TOLD, "same-key"), knock(1, TOLD, "same-key")]

    first = door_knocks.by_phone(session, token=street.token, knocks=ticks)
    again = door_knocks.by_phone(session, token=street.token, knocks=ticks)

    assert first.kept == again.kept == ["same-key", "same-key"]
    assert len(session.exec(select(DoorKnock)).all()) == 1
    assert street.counted == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_later_knock_stands_in_whatever_order_they_arrive(session: Session, order: tuple[int, ...]) -> None:
    street = make_street(session, "Số 1", sent_at=None)
    street.announcement.sent_at = clock.now() - timedelta(hours=1)
    session.add(street.announcement)
    session.commit()
    made = [
        knock(1, outcome, f"key-{n}-here", clock.now() - timedelta(minutes=30 - n))
        for n, outcome in enumerate((AWAY, None, TOLD))
    ]

    for place in order:
        door_knocks.by_phone(session, token=street.token, knocks=[made[place]])

    line = door_lists.lines_of(session, street.list())[0]
    assert (line.outcome, street.counted) == (TOLD, 1)


def test_a_wrong_tick_holds_up_no_other(session: Session) -> None:
    street = make_street(session, "Số 1")

    taken = door_knocks.by_phone(session, token=street.token, knocks=[knock(7, TOLD), knock(1, TOLD, "…"), knock(1, TOLD)])

    assert taken.kept == ["key-1-told"]
    assert set(taken.refused) == {"key-7-told", "…"}
    assert "7" in str(taken.refused["key-7-told"])
    assert street.counted == 1


def test_the_same_key_on_another_list_is_another_tick(session: Session) -> None:
    """Whoever holds one address cannot use up the keys of another."""
    here, there = make_street(session, "Số 1"), make_street(session, "Số 1")

    for street in (here, there):
        door_knocks.by_phone(session, token=street.token, knocks=[knock(1, TOLD, "same-key")])

    assert (here.counted, there.counted) == (1, 1)


def test_a_phone_whose_clock_is_wrong_says_no_time_to_come_or_before_the_sending(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2")
    day = timedelta(days=400)

    ticks = [knock(1, TOLD, at=clock.now() + day), knock(2, TOLD, at=clock.now() - day)]
    door_knocks.by_phone(session, token=street.token, knocks=ticks)

    assert {line.knocked_at for line in door_lists.lines_of(session, street.list())} == {clock.now()}


def test_ticks_made_in_time_are_taken_for_two_days_after_the_end(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2")
    listed, token = street.list(), street.token
    listed.expires_at = clock.now() - timedelta(days=1)
    session.add(listed)
    session.flush()

    taken = door_knocks.by_phone(session, token=token, knocks=[knock(1, TOLD)])
    listed.expires_at = clock.now() - timedelta(days=2)
    session.flush()

    assert taken.kept
    with pytest.raises(NotFound):
        door_knocks.by_phone(session, token=token, knocks=[knock(2, TOLD)])


def test_what_was_told_before_a_withdrawal_is_kept(session: Session) -> None:
    """The ward must know whom the old words reached."""
    street = make_street(session, "Số 1")
    street.announcement.status = AnnouncementStatus.CANCELLED
    session.add(street.announcement)
    session.flush()

    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, TOLD)])

    assert street.counted == 1


def test_moved_is_proposed_to_the_ward_and_forgotten_when_taken_back(session: Session) -> None:
    street = make_street(session, "Số 1")

    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, MOVED)])
    waiting = proposals.waiting(session, actor=street.clerk)
    door_knocks.from_paper(session, actor=street.clerk, list_id=street.list().id, knocks=[knock(1, AWAY)])

    assert [(one.household and one.household.address, one.by) for one in waiting] == [("Số 1", "Hà Thị Minh")]
    assert proposals.waiting(session, actor=street.clerk) == []


def test_moved_of_a_household_the_ward_has_ended_is_only_a_reason(session: Session) -> None:
    street = make_street(session, "Số 1")
    home = street.homes["Số 1"]
    home.left_on = clock.today()
    session.add(home)
    session.flush()

    taken = door_knocks.by_phone(session, token=street.token, knocks=[knock(1, MOVED)])

    assert taken.kept == ["key-1-moved"]
    assert session.exec(select(Proposal)).all() == []


def test_an_own_answer_outlives_a_tick_taken_back(session: Session) -> None:
    street = make_street(session, "Số 1")
    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, TOLD)])
    row = street.reached("Số 1")
    assert row is not None
    row.how = How.CONFIRMED
    session.add(row)
    session.flush()

    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, None)])

    assert street.reached("Số 1") is not None
    assert street.counted == 1


def test_a_phone_that_opened_the_page_outlives_a_tick_taken_back(session: Session) -> None:
    street = make_street(session, "Số 1")
    home = street.homes["Số 1"]
    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, TOLD)])
    link = ShortLink(slug="abc23", purpose=Purpose.ANNOUNCEMENT, title="", announcement_id=street.announcement.id)
    session.add_all([link, PhoneTie(visitor="v", household_id=home.id, consent="2026-11")])
    session.flush()
    scan = Scan(link_id=link.id, visitor="v", at=clock.now(), device=Device.PHONE, is_first=True)
    session.add(scan)
    session.flush()
    known_openings.note(session, opened=asked(session, known_openings.by_ties(first_id=scan.id, last_id=scan.id))[0])

    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, None)])

    row = street.reached("Số 1")
    assert row is not None
    assert (row.how, street.counted) == (How.OPENED, 1)


# ---- paper


def test_paper_is_taken_whole_or_not_at_all(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2")

    with pytest.raises(Invalid, match="số 9"):
        door_knocks.from_paper(
            session, actor=street.clerk, list_id=street.list().id, knocks=[knock(1, TOLD), knock(9, TOLD)]
        )  # fmt: skip
    session.rollback()

    assert street.counted == 0


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_paper_is_for_the_wards_staff(session: Session, role: Role) -> None:
    street = make_street(session, "Số 1")

    with pytest.raises(NotAllowed):
        door_knocks.from_paper(
            session, actor=make_actor(session, unit=street.ward, role=role), list_id=street.list().id, knocks=[knock(1, TOLD)]
        )  # fmt: skip
    with pytest.raises(NotFound):
        door_knocks.from_paper(
            session, actor=make_actor(session, unit=make_unit(session)), list_id=street.list().id, knocks=[knock(1, TOLD)]
        )  # fmt: skip


# ---- the terminal


def test_told_by_code_also_of_households_on_no_list(session: Session) -> None:
    street = make_street(session, "Số 1", in_chat=("Số 2",))
    codes = [street.homes["Số 1"].code, street.homes["Số 2"].code]
    ask: dict[str, Any] = {"actor": street.clerk, "announcement_id": street.announcement.id}

    told = [door_knocks.told(session, codes=codes, **ask) for _ in range(2)]

    assert told == [2, 0]
    assert street.counted == 2


def test_told_refuses_a_code_outside_the_audience_and_writes_nothing(session: Session) -> None:
    street = make_street(session, "Số 1")
    other = make_household(session, unit=make_unit(session))

    with pytest.raises(Invalid, match=other.code):
        door_knocks.told(
            session, actor=street.clerk, announcement_id=street.announcement.id, codes=[street.homes["Số 1"].code, other.code]
        )  # fmt: skip

    assert street.counted == 0


def test_a_code_of_two_households_asks_for_more_and_an_id_is_enough(session: Session) -> None:
    street = make_street(session, "Số 1")
    home = street.homes["Số 1"]
    make_household(session, unit=make_unit(session, parent=street.ward), code=home.code)
    ask: dict[str, Any] = {"actor": street.clerk, "announcement_id": street.announcement.id}

    with pytest.raises(Invalid, match="2 hộ"):
        door_knocks.told(session, codes=[home.code], **ask)

    assert door_knocks.told(session, codes=[str(home.id)], **ask) == 1


# ---- a number to call


def test_a_number_is_shown_on_a_press_that_is_kept(session: Session) -> None:
    """S48, S60."""
    street = make_street(session, "Số 1")

    assert door_knocks.number_to_call(session, token=street.token, number=1) == ("Ma Văn 00", "+84912345678")

    event = session.exec(select(AuditEvent).where(AuditEvent.action == "door.phone_seen")).one()
    assert event.actor_name == "Hà Thị Minh"
    assert "912345678" not in str(event.details)


def test_numbers_of_a_day_have_an_end(session: Session) -> None:
    street = make_street(session, "Số 1")
    for _ in range(door_knocks.MOST_CALLS):
        door_knocks.number_to_call(session, token=street.token, number=1)

    with pytest.raises(Invalid, match="20 số"):
        door_knocks.number_to_call(session, token=street.token, number=1)


def test_no_number_of_a_household_that_is_told_otherwise(session: Session) -> None:
    street = make_street(session, "Số 1")
    session.add(
        Reach(announcement_id=street.announcement.id, household_id=street.homes["Số 1"].id, how=How.PHONE, told_at=clock.now())
    )
    session.flush()

    with pytest.raises(NotFound):
        door_knocks.number_to_call(session, token=street.token, number=1)


# ---- the loop closes


def test_each_household_is_counted_in_one_place(session: Session) -> None:
    addresses = [f"Số {n}" for n in range(1, 7)]
    street = make_street(session, *addresses, in_chat=("Số 7", "Số 8", "Số 9"))
    ticks = [knock(1, TOLD), knock(2, AWAY), knock(3, MOVED), knock(4, REFUSED)]
    door_knocks.by_phone(session, token=street.token, knocks=ticks)
    known: dict[str, Any] = {"announcement_id": street.announcement.id, "how": How.CONFIRMED, "told_at": clock.now()}
    session.add(Reach(household_id=street.homes["Số 5"].id, **known))
    session.add(Reach(visitor="somebody of the chat", group_id=street.group.id, **known))
    session.commit()

    total, unit = door_closing.closing(session, actor=street.clerk, announcement_id=street.announcement.id)

    assert (unit.households, unit.by_path, unit.at_door) == (9, 2, 1)
    assert (unit.not_home, unit.moved, unit.refused, unit.to_knock, unit.unknown) == (1, 1, 1, 1, 2)
    assert (unit.is_closed, total.households, total.unit_id, unit.unit_label) == (False, 9, None, "Tổ 13")
    assert door_closing.waiting(session, actor=street.clerk) == 1


def test_it_is_closed_when_each_is_told_or_has_a_reason(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2")

    door_knocks.by_phone(session, token=street.token, knocks=[knock(1, TOLD), knock(2, AWAY)])

    total = door_closing.closing(session, actor=street.clerk, announcement_id=street.announcement.id)[0]
    assert (total.is_closed, total.told, total.reasons) == (True, 1, 1)


def test_who_waits_is_counted_of_what_is_under_way_in_sight(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2")
    make_street(session, "Số 1", expires_at=clock.now() - timedelta(minutes=1))

    assert door_closing.waiting(session, actor=street.clerk) == 2
    assert door_closing.waiting(session, actor=make_actor(session, unit=make_unit(session))) == 0
    street.announcement.status = AnnouncementStatus.CANCELLED
    session.add(street.announcement)
    session.flush()
    assert door_closing.waiting(session, actor=street.clerk) == 0


def test_who_came_after_it_was_sent_is_no_hole(session: Session) -> None:
    street = make_street(session, "Số 1")
    make_household(session, unit=street.unit, arrived_on=LONG_AGO, left_on=clock.today())

    assert door_closing.closing(session, actor=street.clerk, announcement_id=street.announcement.id)[0].households == 1
