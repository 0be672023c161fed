"""Places at an event: whoever asks first has one, the rest wait their turn, and there are never more people than places."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete
from sqlmodel import Session, col, select

from core.db import transaction
from core.errors import Invalid, NotAllowed, NotFound
from models import (
    Announcement,
    AnnouncementStatus,
    AsksFor,
    Attendance,
    AuditEvent,
    Group,
    How,
    Reach,
    Role,
    ShortLink,
    Unit,
)
from services import announcements, attendance, attendance_figures, attendance_places, household_cards, reach, sending
from services.access import Actor
from services.attendance import Own, Stand
from services.attendance_figures import Figures
from services.attendance_places import Party
from tests.databases import examples
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_membership, make_unit

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, short_name="Tổ 7")


@pytest.fixture
def group(session: Session, unit: Unit) -> Group:
    group = make_group(session, unit=unit, name="Bà con Tổ 7")
    make_membership(session, household=make_household(session, unit=unit, head_name="Hà Văn Lâm"), group=group)
    return group


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


def sent(session: Session, ward: Unit, *, places: int | None = 5, **of_it: Any) -> Announcement:
    announcement = make_announcement(session, unit=ward, asks_for=AsksFor.ATTENDANCE, places=places, **of_it)
    sending.send(session, announcement=announcement)
    session.commit()
    return announcement


@pytest.fixture
def event(session: Session, ward: Unit, group: Group) -> Announcement:
    """Five places."""
    return sent(session, ward)


def slug_of(session: Session, event: Announcement) -> str:
    wanted = select(ShortLink.slug).where(ShortLink.announcement_id == event.id, col(ShortLink.group_id).is_not(None))
    return session.exec(wanted).one()


def says(session: Session, event: Announcement, visitor: str, people: int, name: str = "") -> None:
    how = How.ATTENDING if people else How.CONFIRMED
    announcements.answer(session, slug=slug_of(session, event), visitor=visitor, how=how, people=people, name=name)
    session.flush()


def own(session: Session, event: Announcement, visitor: str) -> Own | None:
    page = announcements.for_slug(session, slug=slug_of(session, event), visitor=visitor)
    return page.stand.own if page.stand else None


def turns(session: Session, event: Announcement, *visitors: str) -> list[int | None]:
    """By phone: 0 with a place, else the number in the queue; None where it does not come."""
    found = [own(session, event, visitor) for visitor in visitors]
    return [one.turn if one else None for one in found]


# ---- places and turns


def test_who_asks_while_places_last_has_one_and_the_rest_wait_in_turn(session: Session, event: Announcement) -> None:
    for visitor, people in (("a", 3), ("b", 2), ("c", 1), ("d", 2)):
        says(session, event, visitor, people)

    assert turns(session, event, "a", "b", "c", "d") == [0, 0, 1, 2]


def test_people_are_counted_and_not_answers(session: Session, event: Announcement) -> None:
    says(session, event, "a", 4)
    says(session, event, "b", 2)

    assert turns(session, event, "a", "b") == [0, 1]


def test_nobody_smaller_passes_a_party_that_waits_for_more_places(session: Session, event: Announcement) -> None:
    for visitor, people in (("a", 4), ("large", 3), ("small", 1)):
        says(session, event, visitor, people)

    assert turns(session, event, "large", "small") == [1, 2]


def test_taking_back_moves_the_next_up_in_turn(session: Session, event: Announcement) -> None:
    for visitor, people in (("a", 3), ("b", 2), ("c", 2), ("d", 1), ("e", 1)):
        says(session, event, visitor, people)

    announcements.take_back(session, slug=slug_of(session, event), visitor="a")

    assert turns(session, event, "a", "b", "c", "d", "e") == [None, 0, 0, 0, 1]


def test_coming_with_fewer_frees_places_and_not_coming_all(session: Session, event: Announcement) -> None:
    for visitor, people in (("a", 3), ("b", 2), ("c", 1), ("d", 2)):
        says(session, event, visitor, people)

    says(session, event, "a", 2)
    fewer = turns(session, event, "c", "d")
    says(session, event, "b", 0)

    assert fewer == [0, 1]
    assert turns(session, event, "b", "d") == [None, 0]


def test_another_number_keeps_the_turn(session: Session, event: Announcement) -> None:
    for visitor, people in (("a", 5), ("b", 2), ("c", 2)):
        says(session, event, visitor, people)

    says(session, event, "b", 4)

    assert turns(session, event, "b", "c") == [1, 2]


def test_the_same_answer_again_changes_nothing(session: Session, event: Announcement) -> None:
    says(session, event, "a", 2)
    before = own(session, event, "a")

    says(session, event, "a", 2)

    assert own(session, event, "a") == before
    assert len(session.exec(select(Attendance)).all()) == 1


def test_more_than_are_left_is_refused_and_the_places_one_has_stay(session: Session, event: Announcement) -> None:
    says(session, event, "a", 3)
    says(session, event, "b", 1)
    session.commit()

    with pytest.raises(Invalid, match=r"chỉ còn 1 chỗ trống\. Gia đình vẫn giữ 3 chỗ"):
        says(session, event, "a", 5)
    session.rollback()

    kept = own(session, event, "a")
    assert kept
    assert (kept.people, kept.turn) == (3, 0)


def test_more_than_there_are_places_in_all_is_refused(session: Session, event: Announcement) -> None:
    with pytest.raises(Invalid, match="Cả buổi chỉ có 5 chỗ"):
        says(session, event, "a", 6)
    session.rollback()

    assert session.exec(select(Reach)).all() == []


@pytest.mark.parametrize("people", [-1, 21])
def test_a_number_of_people_that_cannot_be_is_refused(session: Session, event: Announcement, people: int) -> None:
    with pytest.raises(Invalid):
        says(session, event, "a", people)

    assert session.exec(select(Attendance)).all() == []


def test_without_a_number_of_places_everybody_has_one(session: Session, ward: Unit, group: Group) -> None:
    event = sent(session, ward, places=None)

    for visitor in "abc":
        says(session, event, visitor, 20)

    assert turns(session, event, "a", "b", "c") == [0, 0, 0]


def test_where_nobody_was_asked_to_come_an_answer_takes_no_place(session: Session, ward: Unit, group: Group) -> None:
    announcement = make_announcement(session, unit=ward, asks_for=AsksFor.CONFIRMATION)
    sending.send(session, announcement=announcement)
    session.commit()

    says(session, announcement, "a", 2)

    assert session.exec(select(Attendance)).all() == []
    assert session.exec(select(Reach.people)).one() == 2


def test_the_phone_is_told_what_is_left_before_it_answers(session: Session, event: Announcement) -> None:
    says(session, event, "a", 3)
    free = announcements.for_slug(session, slug=slug_of(session, event), visitor="b").stand
    says(session, event, "c", 3)
    full = announcements.for_slug(session, slug=slug_of(session, event), visitor="b").stand

    assert free == Stand(places=5, left=2, waiting=0, own=None)
    assert full == Stand(places=5, left=0, waiting=1, own=None)


def test_said_again_to_whoever_was_missed_it_is_the_same_event(session: Session, ward: Unit, event: Announcement) -> None:
    again = sent(session, ward, places=None, follows_id=event.id)
    says(session, event, "a", 4)

    says(session, again, "b", 2)

    assert turns(session, again, "b") == [1]
    assert attendance_places.taken(session, event.id) == 4


@pytest.mark.parametrize("change", [{"status": AnnouncementStatus.CANCELLED}, {"expires_at": NOON - timedelta(minutes=1)}])
def test_called_off_or_over_it_takes_nobody_and_shows_nothing_of_anybody(
    session: Session, event: Announcement, change: dict[str, object]
) -> None:
    says(session, event, "a", 2)
    for name, value in change.items():
        setattr(event, name, value)
    session.add(event)
    session.commit()

    with pytest.raises(Invalid, match="hết hiệu lực"):
        says(session, event, "b", 1)
    session.rollback()

    assert announcements.for_slug(session, slug=slug_of(session, event), visitor="a").stand is None


# ---- who it is


def test_a_phone_may_leave_a_name_and_a_household_is_known_by_its_own(
    session: Session, event: Announcement, unit: Unit, staff: Actor
) -> None:
    tie_phone(session, unit, staff, "tied", head_name="Đỗ Thị Hiên")

    says(session, event, "loose", 1, name="  chị   Lan ")
    says(session, event, "tied", 2, name="ai đó")

    rows = attendance_figures.parties(session, actor=staff, announcement_id=event.id)
    assert [(row.name, row.people) for row in rows] == [("chị Lan", 1), ("Đỗ Thị Hiên", 2)]


def test_a_name_that_is_too_long_is_refused(session: Session, event: Announcement) -> None:
    with pytest.raises(Invalid, match="Tên dài quá 40 chữ"):
        says(session, event, "a", 1, name="x" * 41)


def test_a_phone_that_is_tied_after_its_answer_answered_for_its_household(
    session: Session, event: Announcement, unit: Unit, staff: Actor
) -> None:
    says(session, event, "mine", 2)
    home = tie_phone(session, unit, staff, "mine")

    says(session, event, "mine", 3)

    row = session.exec(select(Attendance)).one()
    assert (row.household_id, row.people) == (home, 3)


def test_two_phones_of_a_household_hold_one_partys_places(
    session: Session, event: Announcement, unit: Unit, staff: Actor
) -> None:
    home = tie_phone(session, unit, staff, "first")
    says(session, event, "first", 2)
    says(session, event, "second", 3)
    says(session, event, "third", 2)

    tie_phone(session, unit, staff, "second", household_id=home)

    assert [(row.household_id, row.people) for row in session.exec(select(Attendance)).all()] == [(home, 2), (None, 2)]
    assert turns(session, event, "first", "second", "third") == [0, 0, 0]


def tie_phone(
    session: Session, unit: Unit, staff: Actor, visitor: str, *, household_id: UUID | None = None, head_name: str = "Lý A Sáng"
) -> UUID:
    home_id = household_id or make_household(session, unit=unit, head_name=head_name).id
    [printed] = household_cards.issue(session, actor=staff, household_ids=[home_id])
    household_cards.tie(session, token=printed.cards[0].url.rsplit("/", 1)[1], visitor=visitor)
    session.flush()
    return home_id


# ---- by the ward


def test_the_ward_puts_down_a_household_that_telephoned_and_it_is_known_to_have_been_told(
    session: Session, event: Announcement, unit: Unit, group: Group, staff: Actor
) -> None:
    home = make_household(session, unit=unit, head_name="Nông Văn Tài")
    make_membership(session, household=home, group=group)

    attendance.enter(session, actor=staff, announcement_id=event.id, household_id=home.id, people=2)
    attendance.enter(session, actor=staff, announcement_id=event.id, household_id=home.id, people=3)

    told = session.exec(select(Reach)).one()
    assert (told.household_id, told.how, told.people, told.told_by) == (home.id, How.ATTENDING, 3, staff.id)
    [row] = attendance_figures.parties(session, actor=staff, announcement_id=event.id)
    assert (row.name, row.people, row.turn) == ("Nông Văn Tài", 3, 0)
    assert reach.board(session, actor=staff, announcement_id=event.id).known == 1


def test_a_name_without_a_household_has_a_place_and_tells_nothing_of_reach(
    session: Session, event: Announcement, staff: Actor
) -> None:
    for name in ("bác Tư", "bác Tư"):
        attendance.enter(session, actor=staff, announcement_id=event.id, name=name, people=1)

    assert [row.name for row in attendance_figures.parties(session, actor=staff, announcement_id=event.id)] == ["bác Tư"] * 2
    assert session.exec(select(Reach)).all() == []


@pytest.mark.parametrize(("name", "people"), [("", 2), ("  ", 2), ("bác Tư", 0), ("bác Tư", 21), ("bác Tư", 6), ("x" * 41, 1)])
def test_what_cannot_be_put_down_is_refused(session: Session, event: Announcement, staff: Actor, name: str, people: int) -> None:
    with pytest.raises(Invalid):
        attendance.enter(session, actor=staff, announcement_id=event.id, name=name, people=people)

    assert session.exec(select(Attendance)).all() == []


def test_a_household_of_another_ward_cannot_be_put_down(session: Session, event: Announcement) -> None:
    elsewhere = make_unit(session)
    stranger = make_household(session, unit=make_unit(session, parent=elsewhere))
    above = make_actor(session, unit=make_unit(session), role=Role.STAFF)

    with pytest.raises(NotFound):
        attendance.enter(session, actor=above, announcement_id=event.id, household_id=stranger.id, people=1)


def test_a_leader_and_a_viewer_put_nobody_down(session: Session, ward: Unit, event: Announcement) -> None:
    for role in (Role.LEAD, Role.VIEWER):
        actor = make_actor(session, unit=ward, role=role)
        with pytest.raises(NotAllowed):
            attendance.enter(session, actor=actor, announcement_id=event.id, name="x", people=1)
        with pytest.raises(NotAllowed):
            attendance.change_places(session, actor=actor, announcement_id=event.id, places=9)
        with pytest.raises(NotAllowed):
            attendance_figures.take(session, actor=actor, announcement_id=event.id)


def test_the_ward_takes_one_off_the_list_and_the_next_moves_up(session: Session, event: Announcement, staff: Actor) -> None:
    row = attendance.enter(session, actor=staff, announcement_id=event.id, name="bác Tư", people=4)
    says(session, event, "a", 2)

    attendance.change(session, actor=staff, attendance_id=row.id, people=0)

    assert turns(session, event, "a") == [0]


def test_more_places_move_the_queue_up_and_are_in_the_audit(session: Session, event: Announcement, staff: Actor) -> None:
    for visitor, people in (("a", 5), ("b", 2), ("c", 4)):
        says(session, event, visitor, people)

    moved = attendance.change_places(session, actor=staff, announcement_id=event.id, places=8)

    assert (moved, turns(session, event, "b", "c")) == (2, [0, 1])
    kept = session.exec(select(AuditEvent).where(AuditEvent.action == "attendance.places_changed")).one()
    assert kept.details == {"was": 5, "places": 8, "moved_up": 2}


def test_no_end_of_places_lets_everybody_in(session: Session, event: Announcement, staff: Actor) -> None:
    for visitor in "abc":
        says(session, event, visitor, 5)

    attendance.change_places(session, actor=staff, announcement_id=event.id, places=None)

    assert turns(session, event, "a", "b", "c") == [0, 0, 0]


def test_fewer_places_than_people_who_have_one_are_refused(session: Session, event: Announcement, staff: Actor) -> None:
    says(session, event, "a", 4)

    with pytest.raises(Invalid, match="Đã có 4 người được báo là có chỗ") as refusal:
        attendance.change_places(session, actor=staff, announcement_id=event.id, places=3)

    assert refusal.value.details["field"] == "places"
    attendance.change_places(session, actor=staff, announcement_id=event.id, places=4)


def test_a_party_larger_than_the_places_that_are_left_holds_up_nobody(
    session: Session, event: Announcement, staff: Actor
) -> None:
    for visitor, people in (("a", 2), ("b", 4), ("c", 1)):
        says(session, event, visitor, people)

    attendance.change_places(session, actor=staff, announcement_id=event.id, places=3)

    assert turns(session, event, "a", "b", "c") == [0, 1, 0]


@pytest.mark.parametrize("places", [0, -1, 100_001])
def test_a_number_of_places_that_cannot_be_is_refused(session: Session, event: Announcement, staff: Actor, places: int) -> None:
    with pytest.raises(Invalid):
        attendance.change_places(session, actor=staff, announcement_id=event.id, places=places)


# ---- how many


def test_the_board_says_how_many_come_from_which_group(session: Session, event: Announcement, group: Group, staff: Actor) -> None:
    says(session, event, "a", 3)
    says(session, event, "b", 2)
    attendance.enter(session, actor=staff, announcement_id=event.id, name="bác Tư", people=1)

    seen = attendance_figures.coming(session, actor=staff, announcement_id=event.id)

    assert seen
    assert [(one.name, one.figures) for one in seen.groups] == [
        ("Bà con Tổ 7", Figures(placed=5)), ("", Figures(waiting=1)),
    ]  # fmt: skip
    assert seen.total == Figures(placed=5, waiting=1, arrived=0)


def test_taking_the_list_away_is_in_the_audit(session: Session, event: Announcement, staff: Actor) -> None:
    says(session, event, "a", 3)

    rows = attendance_figures.take(session, actor=staff, announcement_id=event.id)

    assert len(rows) == 1
    assert session.exec(select(AuditEvent.action).order_by(col(AuditEvent.sequence).desc())).first() == "attendance.exported"


def test_the_first_screen_knows_the_events_of_the_day(session: Session, ward: Unit, group: Group, staff: Actor) -> None:
    today = sent(session, ward, facts={"when": "thứ Ba 24/11, 14 giờ"})
    sent(session, ward, facts={"when": "thứ Tư 25/11, 14 giờ"})
    says(session, today, "a", 2)

    [found] = attendance_figures.on_day(session, actor=staff, day=date(2026, 11, 24))

    assert (found.announcement.id, found.figures) == (today.id, Figures(placed=2))


def test_an_event_of_two_days_is_there_on_both(session: Session, ward: Unit, group: Group, staff: Actor) -> None:
    event = sent(session, ward, facts={"when": "7h30-11h30 ngày 25 và 26/11"})

    found = [attendance_figures.on_day(session, actor=staff, day=date(2026, 11, day)) for day in (24, 25, 26, 27)]

    assert [[one.announcement.id for one in day] for day in found] == [[], [event.id], [event.id], []]


# ---- at once


def test_two_hundred_answers_at_once_never_take_more_places_than_there_are(
    engine: Engine, session: Session, ward: Unit, group: Group
) -> None:
    event = sent(session, ward, places=97)
    slug = slug_of(session, event)
    session.commit()

    def answer(n: int) -> None:
        with transaction() as own_session:
            announcements.answer(own_session, slug=slug, visitor=f"phone-{n}", how=How.ATTENDING, people=1 + n % 4)

    def change_mind(n: int) -> None:
        with transaction() as own_session:
            if n % 2:
                announcements.take_back(own_session, slug=slug, visitor=f"phone-{n}")
            else:
                announcements.answer(own_session, slug=slug, visitor=f"phone-{n}", how=How.ATTENDING, people=1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(answer, range(200)))
        first = places_held(session, event)
        list(pool.map(change_mind, range(0, 200, 3)))

    assert 97 - 3 <= first <= 97
    assert 97 - 3 <= places_held(session, event) <= 97
    assert len(session.exec(select(Attendance)).all()) == 200 - len([n for n in range(0, 200, 3) if n % 2])


def places_held(session: Session, event: Announcement) -> int:
    session.rollback()
    held = attendance_places.taken(session, event.id)
    session.rollback()
    return held


Step = tuple[str, int, int]


@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["come", "drop", "places"]), st.integers(0, 5), st.integers(1, 6)), max_size=30))
def test_whatever_is_answered_the_places_are_those_of_a_plain_walk(
    session: Session, event: Announcement, steps: list[Step]
) -> None:
    session.execute(delete(Attendance))
    event.places = 5
    session.add(event)
    session.flush()
    walk = Walk(5)

    for what, who, people in steps:
        taken_before = dict(walk.placed)
        try:
            act(session, event, what, who, people)
        except Invalid:
            assert walk.placed == taken_before
            continue
        walk.step(what, who, people)
        assert attendance_places.taken(session, event.id) <= (event.places or 0)

    rows = session.exec(select(Attendance)).all()
    assert {int(row.visitor or 0): row.people for row in rows if row.has_place} == walk.placed
    waiting = attendance_places.queue(session, event.id)
    assert [(int(row.visitor or 0), row.people) for row in waiting] == walk.queue
    session.rollback()


def act(session: Session, event: Announcement, what: str, who: int, people: int) -> None:
    party = Party(visitor=str(who))
    if what == "places":
        if people < attendance_places.taken(session, event.id):
            raise Invalid("x")
        event.places = people
        session.add(event)
        session.flush()
        attendance_places.move_up(session, event=event)
    else:
        attendance_places.answered(session, announcement=event, party=party, people=people if what == "come" else 0)


class Walk:
    """The rule told again in plain lists."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.placed: dict[int, int] = {}
        self.queue: list[tuple[int, int]] = []

    def step(self, what: str, who: int, people: int) -> None:
        waiting = dict(self.queue)
        if what == "places":
            self.places = people
        elif what == "drop":
            self.placed.pop(who, None)
            self.queue = [one for one in self.queue if one[0] != who]
        elif who in self.placed:
            self.placed[who] = people
        elif who in waiting:
            self.queue = [(one, people if one == who else count) for one, count in self.queue]
        else:
            self.queue.append((who, people))
        for one, count in list(self.queue):
            if count > self.places:
                continue
            if sum(self.placed.values()) + count > self.places:
                break
            self.queue.remove((one, count))
            self.placed[one] = count
