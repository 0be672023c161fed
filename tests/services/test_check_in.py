"""The door of an event: who is let in, once, never more than there are places; and an address that ends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from core.db import transaction
from core.errors import Invalid, NotAllowed, NotFound
from models import Announcement, AnnouncementStatus, AsksFor, Attendance, CheckInPass, Role, Unit
from services import attendance, attendance_figures, attendance_places, check_in, retention, sending
from services.access import Actor
from services.attendance_figures import Figures
from services.attendance_places import Party
from tests.factories import NOON, make_actor, make_announcement, make_household, make_unit

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


def sent(session: Session, ward: Unit, **of_it: Any) -> Announcement:
    make_household(session, unit=make_unit(session, parent=ward))  # somebody to be told
    announcement = make_announcement(session, unit=ward, asks_for=AsksFor.ATTENDANCE, **of_it)
    sending.send(session, announcement=announcement)
    session.commit()
    return announcement


@pytest.fixture
def event(session: Session, ward: Unit) -> Announcement:
    """Five places."""
    return sent(session, ward, places=5)


@pytest.fixture
def token(session: Session, staff: Actor, event: Announcement) -> str:
    return address(session, staff, event)


def address(session: Session, staff: Actor, event: Announcement) -> str:
    made = check_in.make(session, actor=staff, announcement_id=event.id)
    session.commit()
    return made.url.rsplit("/", 1)[1]


def comes(session: Session, event: Announcement, visitor: str, people: int, name: str = "") -> str:
    """The code of a party that has asked."""
    party = Party(visitor=visitor, name=name)
    row = attendance_places.answered(session, announcement=event, party=party, people=people)
    assert row
    session.commit()
    return row.code


# ---- the address


def test_the_address_is_secret_and_only_its_hash_is_kept(session: Session, token: str) -> None:
    kept = session.exec(select(CheckInPass)).one()

    assert len(token) >= 22
    assert token not in str(kept.model_dump())


@pytest.mark.parametrize("how", ["unknown", "revoked", "over", "called off"])
def test_an_address_that_opens_nothing_any_more_says_one_sentence(
    session: Session, staff: Actor, event: Announcement, token: str, how: str
) -> None:
    tried, after = token, timedelta(0)
    if how == "unknown":
        tried = "x" * 32
    elif how == "revoked":
        assert check_in.revoke_all(session, actor=staff, announcement_id=event.id) == 1
    elif how == "over":
        after = timedelta(days=8)
    else:
        event.status = AnnouncementStatus.CANCELLED
        session.add(event)
    session.flush()

    with time_machine.travel(NOON + after, tick=False), pytest.raises(NotFound, match="không có, hoặc đã hết hạn"):
        check_in.opened(session, token=tried)


def test_addresses_are_made_and_counted_by_staff_of_the_ward_only(
    session: Session, ward: Unit, event: Announcement, staff: Actor, token: str
) -> None:
    stranger = make_actor(session, unit=make_unit(session))
    leader = make_actor(session, unit=ward, role=Role.LEAD)

    with pytest.raises(NotFound):
        check_in.make(session, actor=stranger, announcement_id=event.id)
    with pytest.raises(NotAllowed):
        check_in.make(session, actor=leader, announcement_id=event.id)
    assert check_in.open_count(session, actor=staff, announcement_id=event.id) == 1


def test_what_asks_nobody_to_come_or_is_over_has_no_door(session: Session, ward: Unit, staff: Actor) -> None:
    asks_nothing = make_announcement(session, unit=ward, asks_for=AsksFor.CONFIRMATION, sent_at=NOON)
    over = sent(session, ward, expires_at=NOON + timedelta(hours=1))

    with pytest.raises(NotFound):
        check_in.make(session, actor=staff, announcement_id=asks_nothing.id)
    with time_machine.travel(NOON + timedelta(hours=2), tick=False), pytest.raises(Invalid, match="hết hiệu lực"):
        check_in.make(session, actor=staff, announcement_id=over.id)


# ---- letting in


def test_a_party_with_a_place_is_let_in_once(session: Session, event: Announcement, token: str) -> None:
    code = comes(session, event, "a", 2)

    first = check_in.let_in(session, token=token, code=code.upper(), people=2)
    second = check_in.let_in(session, token=token, code=code, people=1)

    seen = check_in.guest(session, token=token, code=code)
    assert (first, second) == (True, False)
    assert (seen.arrived, seen.arrived_at) == (2, NOON)
    assert check_in.figures(session, token=token) == Figures(placed=2, waiting=0, arrived=2)


def test_letting_in_can_be_undone_and_the_place_stays(session: Session, event: Announcement, token: str) -> None:
    code = comes(session, event, "a", 2)
    check_in.let_in(session, token=token, code=code, people=2)

    for _ in range(2):
        check_in.put_back(session, token=token, code=code)

    assert check_in.figures(session, token=token) == Figures(placed=2, waiting=0, arrived=0)
    assert check_in.let_in(session, token=token, code=code, people=1)


def test_fewer_may_come_than_said_and_more_while_places_last(session: Session, event: Announcement, token: str) -> None:
    few, many = comes(session, event, "a", 2), comes(session, event, "b", 1)

    check_in.let_in(session, token=token, code=few, people=1)
    check_in.let_in(session, token=token, code=many, people=3)

    assert check_in.figures(session, token=token) == Figures(placed=5, waiting=0, arrived=4)


def test_more_than_places_are_left_is_refused(session: Session, event: Announcement, token: str) -> None:
    code = comes(session, event, "a", 2)
    comes(session, event, "b", 2)

    with pytest.raises(Invalid, match="Thiếu 1 chỗ"):
        check_in.let_in(session, token=token, code=code, people=4)


def test_a_party_of_the_queue_comes_in_while_places_stay_free(session: Session, event: Announcement, token: str) -> None:
    comes(session, event, "a", 4)
    waiting, small = comes(session, event, "b", 2), comes(session, event, "c", 1)

    with pytest.raises(Invalid, match="Thiếu 1 chỗ"):
        check_in.let_in(session, token=token, code=waiting, people=2)
    check_in.let_in(session, token=token, code=small, people=1)

    assert check_in.figures(session, token=token) == Figures(placed=5, waiting=2, arrived=1)


def test_places_of_those_who_asked_last_and_are_not_here_may_be_taken_over(
    session: Session, event: Announcement, token: str
) -> None:
    here, early, late = (comes(session, event, visitor, people) for visitor, people in (("a", 2), ("b", 1), ("c", 2)))
    waiting = comes(session, event, "d", 2)
    check_in.let_in(session, token=token, code=here, people=2)

    check_in.let_in(session, token=token, code=waiting, people=2, takes_over=True)

    turns = [check_in.guest(session, token=token, code=code).turn for code in (here, early, late, waiting)]
    assert turns == [0, 0, 1, 0]
    assert attendance_places.taken(session, event.id) == 5


def test_nobodys_place_is_taken_over_who_is_in_already(session: Session, event: Announcement, token: str) -> None:
    here, waiting = comes(session, event, "a", 5), comes(session, event, "b", 1)
    check_in.let_in(session, token=token, code=here, people=5)

    with pytest.raises(Invalid, match="Thiếu 1 chỗ"):
        check_in.let_in(session, token=token, code=waiting, people=1, takes_over=True)


@pytest.mark.parametrize("people", [0, -1, 21])
def test_a_number_that_cannot_be_is_refused_at_the_door(session: Session, event: Announcement, token: str, people: int) -> None:
    code = comes(session, event, "a", 2)

    with pytest.raises(Invalid, match="từ 1 đến 20"):
        check_in.let_in(session, token=token, code=code, people=people)


def test_a_code_of_another_event_or_of_none_is_refused(session: Session, ward: Unit, event: Announcement, token: str) -> None:
    other = comes(session, sent(session, ward, places=5), "a", 1)

    for code in (other, "abc", "", "' OR 1=1"):
        with pytest.raises(Invalid, match="không có mã đó"):
            check_in.guest(session, token=token, code=code)


def test_who_is_in_changes_the_answer_no_more(session: Session, event: Announcement, token: str) -> None:
    code = comes(session, event, "a", 2)
    check_in.let_in(session, token=token, code=code, people=2)

    for people in (0, 3):
        with pytest.raises(Invalid, match="đã vào cửa"):
            attendance_places.answered(session, announcement=event, party=Party(visitor="a"), people=people)


def test_who_comes_without_a_code_is_found_by_name_and_shown_masked(
    session: Session, ward: Unit, event: Announcement, staff: Actor, token: str
) -> None:
    home = make_household(session, unit=make_unit(session, parent=ward, short_name="Tổ 7"), head_name="Đỗ Thị Hiên")
    attendance.enter(session, actor=staff, announcement_id=event.id, household_id=home.id, people=2)
    comes(session, event, "a", 1, name="chị Lan")

    assert [(row.name, row.place) for row in check_in.named(session, token=token, words="do hien")] == [("Đỗ T. H.", "Tổ 7")]
    assert check_in.named(session, token=token, words="Hà") == []
    with pytest.raises(Invalid, match="gõ mã"):
        check_in.named(session, token=token, words="  ")


def test_a_correction_goes_on_with_the_same_places_and_its_own_number_of_them(
    session: Session, ward: Unit, event: Announcement, staff: Actor
) -> None:
    code, waiting = comes(session, event, "a", 4), comes(session, event, "b", 3)
    corrected = sent(session, ward, places=7, corrects_id=event.id, facts={"when": "thứ Năm 26/11"})

    door = address(session, staff, corrected)

    assert [check_in.guest(session, token=door, code=one).turn for one in (code, waiting)] == [0, 0]
    [today] = attendance_figures.on_day(session, actor=staff, day=date(2026, 11, 26))
    assert (today.announcement.id, today.figures.placed) == (corrected.id, 7)


def test_a_correction_never_has_fewer_places_than_people_who_have_one(session: Session, ward: Unit, event: Announcement) -> None:
    comes(session, event, "a", 4)

    sent(session, ward, places=2, corrects_id=event.id)

    session.refresh(event)
    assert event.places == 4


def test_names_that_were_left_are_forgotten_a_week_after_the_end(session: Session, event: Announcement, staff: Actor) -> None:
    comes(session, event, "a", 2, name="chị Lan")
    attendance.enter(session, actor=staff, announcement_id=event.id, name="bác Tư", people=1)
    session.commit()

    counts = []
    for days in (13, 15, 15):
        with time_machine.travel(NOON + timedelta(days=days), tick=False), transaction() as own:
            counts.append(retention.forget(own, kind="guests"))

    session.expire_all()
    assert counts == [0, 2, 0]
    assert [(row.name, row.visitor, row.people) for row in session.exec(select(Attendance))] == [("–", None, 2), ("–", None, 1)]


def test_two_at_the_door_let_one_code_in_once_and_never_more_than_there_are_places(
    session: Session, event: Announcement, token: str
) -> None:
    codes = [comes(session, event, str(n), 1 + n % 2) for n in range(12)]

    def enter(code: str) -> bool:
        try:
            with transaction() as own:
                return check_in.let_in(own, token=token, code=code, people=2, takes_over=True)
        except Invalid:
            return False

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(enter, [*codes, *codes]))

    session.expire_all()
    rows = session.exec(select(Attendance)).all()
    assert sum(done) == sum(row.arrived > 0 for row in rows) == 2
    assert sum(row.people for row in rows if row.has_place) <= 5
    assert all(row.has_place for row in rows if row.arrived)
