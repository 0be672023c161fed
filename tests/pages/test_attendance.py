"""The board of an event: how many come, whoever telephoned, the number of places, the door; and composing one."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from adapters.codes import QrCodes
from core import clock
from models import Announcement, AsksFor, Attendance, CheckInPass, Group, Unit, User
from services import attendance_places, check_in, ports, sending
from services.attendance_places import Party
from tests.factories import make_announcement, make_group, make_household, make_membership
from tests.pages.conftest import Visit, opened, words


@pytest.fixture
def group(session: Session, unit: Unit) -> Group:
    group = make_group(session, unit=unit, name="Bà con Tổ 13")
    make_membership(session, household=make_household(session, unit=unit, head_name="Đỗ Thị Hiên"), group=group)
    return group


@pytest.fixture
def event(session: Session, ward: Unit, group: Group) -> Announcement:
    """Five places, today; three people have one, four wait."""
    ports.provide(replace(ports.ports(), codes=QrCodes()))
    when = f"ngày {clock.today():%d/%m/%Y}, 19 giờ"
    event = make_announcement(session, unit=ward, asks_for=AsksFor.ATTENDANCE, places=5, facts={"when": when})
    sending.send(session, announcement=event)
    for visitor, people in (("a", 3), ("b", 4)):
        party = Party(visitor=visitor, group_id=group.id)
        attendance_places.answered(session, announcement=event, party=party, people=people)
    session.commit()
    return event


def rows_of(session: Session) -> list[tuple[str, int, bool]]:
    session.rollback()
    found = session.exec(select(Attendance).order_by(Attendance.asked_at, Attendance.id))  # type: ignore[arg-type]
    rows = [(row.name, row.people, row.has_place) for row in found]
    session.rollback()
    return rows


def button(at: AppTest, key: str) -> Any:
    return at.button(key=key)


def test_the_board_says_how_many_come_and_from_where(visit: Visit, official: User, event: Announcement) -> None:
    at = visit("announcement", user=official, id=str(event.id))

    assert not at.exception
    said = words(at)
    for expected in ("Ai sẽ đến", "/ 5 chỗ", "còn 2 chỗ", "Đang chờ", "Bà con Tổ 13", "/ 3 người có chỗ"):
        assert expected in said


def test_an_announcement_that_asks_nobody_to_come_says_nothing_of_it(
    session: Session, visit: Visit, official: User, ward: Unit, group: Group
) -> None:
    plain = make_announcement(session, unit=ward)
    sending.send(session, announcement=plain)
    session.commit()

    assert "Ai sẽ đến" not in words(visit("announcement", user=official, id=str(plain.id)))


def test_a_household_that_telephoned_is_put_down(
    session: Session, visit: Visit, official: User, event: Announcement, group: Group
) -> None:
    at = opened(visit("announcement", user=official, id=str(event.id)), "a_enter")

    at.text_input(key="a_words").set_value("hien").run()
    at.number_input(key="a_people").set_value(2)
    button(at, "a_enter_ok").click().run()

    assert not at.exception
    assert rows_of(session) == [("", 3, True), ("", 4, False), ("", 2, False)]


def test_a_name_is_put_down_where_no_household_is_meant(
    session: Session, visit: Visit, official: User, event: Announcement
) -> None:
    at = opened(visit("announcement", user=official, id=str(event.id)), "a_enter")

    at.text_input(key="a_words").set_value("bác Tư chợ").run()
    button(at, "a_enter_ok").click().run()

    assert ("bác Tư chợ", 1, False) in rows_of(session)


def test_more_places_are_given_and_fewer_than_taken_are_refused_beside_the_field(
    session: Session, visit: Visit, official: User, event: Announcement
) -> None:
    at = opened(visit("announcement", user=official, id=str(event.id)), "a_list")

    at.number_input(key="a_places").set_value(2)
    button(at, "a_places_ok").click().run()
    refused = [error.value for error in at.error]
    at.number_input(key="a_places").set_value(7)
    button(at, "a_places_ok").click().run()

    assert refused == ["Đã có 3 người được báo là có chỗ, nên số chỗ không thấp hơn 3."]
    assert [has_place for _, _, has_place in rows_of(session)] == [True, True]


def test_one_of_the_list_is_taken_off_and_the_next_moves_up(
    session: Session, visit: Visit, official: User, event: Announcement
) -> None:
    at = opened(visit("announcement", user=official, id=str(event.id)), "a_list")
    first = session.exec(select(Attendance.id).where(Attendance.visitor == "a")).one()
    session.rollback()

    at.selectbox(key="a_row").set_value(first).run()
    at.number_input(key=f"a_count_{first}").set_value(0)
    button(at, "a_change").click().run()

    assert rows_of(session) == [("", 4, True)]


def test_the_doors_address_is_shown_once_with_its_code_and_revoked(
    session: Session, visit: Visit, official: User, event: Announcement
) -> None:
    at = opened(visit("announcement", user=official, id=str(event.id)), "a_door")

    button(at, "a_pass").click().run()
    [address] = [code.value for code in at.code if "/check-in/" in code.value]
    opens = check_in.opened(session, token=address.rsplit("/", 1)[1]).event.id
    session.rollback()
    later = opened(visit("announcement", user=official, id=str(event.id)), "a_door")
    button(later, "a_revoke").click().run()

    assert opens == event.id
    assert not any("/check-in/" in code.value for code in later.code)
    assert session.exec(select(CheckInPass.revoked_at)).one() is not None


def test_the_list_is_taken_on_paper_and_as_a_table(visit: Visit, official: User, event: Announcement) -> None:
    at = opened(visit("announcement", user=official, id=str(event.id)), "a_door")

    labels = [one.proto.label for one in at.get("download_button")]

    assert labels == ["Danh sách ở cửa để in (PDF)", "Tải danh sách (Excel)"]


def test_the_first_screen_shows_the_event_of_the_day(visit: Visit, official: User, event: Announcement) -> None:
    said = words(visit("today", user=official))

    assert "Buổi hôm nay" in said
    assert "3 người có chỗ, 4 đang chờ, 0 đã vào" in said


def test_the_number_of_places_is_asked_where_attendance_is(session: Session, visit: Visit, official: User, group: Group) -> None:
    at = visit("compose", user=official)
    asked_before = [box.key for box in at.number_input]

    at.selectbox(key="c_asks").set_value(AsksFor.ATTENDANCE).run()
    at.text_input(key="c_title").set_value("Khám sàng lọc")
    at.text_area(key="c_body").set_value("Sáng mai, tại Trạm Y tế.")
    at.number_input(key="c_places").set_value(60)
    button(at, "c_save").click().run()

    assert "c_places" not in asked_before
    assert session.exec(select(Announcement.places)).one() == 60


def test_places_of_a_draft_are_shown_again(session: Session, visit: Visit, official: User, ward: Unit, group: Group) -> None:
    draft = make_announcement(session, unit=ward, asks_for=AsksFor.ATTENDANCE, places=60, author_id=official.id)

    at = visit("compose", user=official, id=str(draft.id))

    assert at.number_input(key="c_places").value == 60
