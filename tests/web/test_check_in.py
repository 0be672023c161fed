"""Coming to an event, from the answer on a resident's phone to the phone at the door."""

import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from adapters.codes import QrCodes
from core.db import reading
from models import AnnouncementStatus, Attendance, Reach
from services import attendance, check_in, household_cards, ports
from tests.factories import make_actor, make_household
from tests.web.day import Day, Outline, make_day, phone

LARGEST_PAGE = 20_000
SCRIPT = "<img src=x onerror=alert(1)>\"'"


@pytest.fixture
def event(session: Session, clock: Traveller) -> Day:
    """Four places, and codes can be drawn."""
    day = make_day(session, places=4)
    ports.provide(replace(ports.ports(), codes=QrCodes()))
    return day


@pytest.fixture
def door(session: Session, event: Day) -> str:
    """The path of the page at the door."""
    made = check_in.make(session, actor=make_actor(session, unit=event.ward), announcement_id=event.announcement.id)
    session.commit()
    return made.url.removeprefix("http://ward.test")


def comes(event: Day, people: int, **more: str) -> TestClient:
    client = phone()
    client.get(event.page)
    client.post(event.page, data={"do": "answer", "people": str(people), **more})
    return client


def attending() -> list[Attendance]:
    with reading() as session:
        return list(session.exec(select(Attendance).order_by(Attendance.asked_at, Attendance.id)))  # type: ignore[arg-type]


def code_in(page: str) -> str:
    found = re.search(r"</?b>([2-9a-z]{6})</b>", page) or re.search(r"<b>([2-9a-z]{6})</b>", page)
    assert found
    return found[1]


def test_a_press_for_a_code_that_nobody_has_is_answered_by_a_sentence(event: Day, door: str) -> None:
    for code in ("None", "\0", "zzzzzz"):
        answer = phone().post(door, data={"do": "neither", "code": code})

        assert answer.status_code == 422
        assert "Câu trả lời không đúng" in answer.text


# ---- on the resident's phone


def test_who_has_a_place_is_told_so_with_a_code_to_show_at_the_door(event: Day) -> None:
    client = comes(event, 2)

    page = client.get(event.page).text

    assert "Có chỗ: 2 người" in page
    assert code_in(page) == attending()[0].code
    assert Outline(page).all("img", src=f"{event.page}/code.png")


def test_who_waits_is_told_the_turn_and_moves_up_when_another_takes_back(event: Day) -> None:
    first, second = comes(event, 3), comes(event, 2)
    waits = second.get(event.page).text

    first.post(event.page, data={"do": "take_back"})

    assert "Đang chờ, thứ 1" in waits
    assert "Có chỗ: 2 người" in second.get(event.page).text


def test_the_question_says_what_is_left_and_counts_exactly(event: Day) -> None:
    before = phone().get(event.page).text
    comes(event, 4)
    after = phone().get(event.page).text

    assert "Còn 4 / 4 chỗ." in before
    assert {found["value"] for found in Outline(before).all("input", type="radio")} == {"0", "1", "2", "3", "4"}
    assert "Đã đủ 4 chỗ." in after
    assert "Báo bây giờ thì chờ, thứ 1." in after


def test_a_larger_number_is_written_and_more_than_all_places_is_refused(session: Session, event: Day) -> None:
    larger = make_day(session, places=30)

    client = comes(larger, 1, many="7")
    refused = client.post(larger.page, data={"do": "answer", "many": "31"})

    assert "Có chỗ: 7 người" in client.get(larger.page).text
    assert Outline(client.get(f"{larger.page}?change=1").text).all("input", id="many", value="7")
    assert (refused.status_code, [row.people for row in attending()]) == (422, [7])
    assert "Xin ghi một số từ 0 đến 20" in refused.text


@pytest.mark.parametrize("many", ["0", "21", "-1", "x", "1e1", "³", "7" * 400])
def test_a_number_that_cannot_be_is_refused_and_writes_nothing(event: Day, many: str) -> None:
    client = phone()
    client.get(event.page)

    client.post(event.page, data={"do": "answer", "many": many})

    assert attending() == []


def test_more_than_there_are_places_is_refused_in_a_sentence_and_nothing_is_kept(event: Day) -> None:
    client = phone()
    client.get(event.page)

    answer = client.post(event.page, data={"do": "answer", "many": "5"})

    assert answer.status_code == 422
    assert "Cả buổi chỉ có 4 chỗ" in answer.text
    with reading() as session:
        assert session.exec(select(Reach)).all() == []


def test_a_name_is_asked_of_nobody_but_may_be_left(event: Day) -> None:
    client = comes(event, 1, name=SCRIPT[:40])

    changing = client.get(f"{event.page}?change=1").text

    assert attending()[0].name == SCRIPT[:40].strip()
    assert "<img src=x" not in changing
    assert "required" not in Outline(changing).all("input", id="name")[0]


def test_the_picture_is_read_as_the_address_that_leads_to_the_announcement(event: Day) -> None:
    client = comes(event, 2)

    answer = client.get(f"{event.page}/code.png")

    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/png", "no-store")
    [read] = zxingcpp.read_barcodes(Image.open(BytesIO(answer.content)))
    assert read.text == f"http://ward.test{event.page}/in/{attending()[0].code}"
    followed = client.get(read.text)
    assert (followed.status_code, followed.headers["location"]) == (303, event.page)
    assert attending()[0].arrived == 0


def test_another_phone_sees_neither_code_nor_picture(event: Day) -> None:
    comes(event, 2)

    other = phone()

    assert attending()[0].code not in other.get(event.page).text
    assert other.get(f"{event.page}/code.png").status_code == 404


@pytest.mark.parametrize("how", ["over", "called off"])
def test_after_its_end_nothing_personal_is_shown(session: Session, event: Day, clock: Traveller, how: str) -> None:
    client = comes(event, 2, name="chị Lan")
    if how == "over":
        clock.shift(timedelta(days=2))
    else:
        event.announcement.status = AnnouncementStatus.CANCELLED
        session.add(event.announcement)
        session.commit()

    page = client.get(event.page)

    assert page.status_code == 200
    assert attending()[0].code not in page.text
    assert "chị Lan" not in page.text
    assert client.get(f"{event.page}/code.png").status_code == 404


def test_on_a_correction_the_places_are_kept_and_can_be_changed(session: Session, event: Day) -> None:
    client = comes(event, 2)
    correction = make_day(session, ward=event.ward, places=4, corrects_id=event.announcement.id)
    ports.provide(replace(ports.ports(), codes=QrCodes()))

    page = client.get(correction.page).text
    picture = client.get(f"{correction.page}/code.png")
    client.post(correction.page, data={"do": "answer", "people": "3"})

    assert "Có chỗ: 2 người" in page
    assert "Gia đình đã báo ở thông báo trước" in page
    assert Outline(page).all("input", value="2", checked="")
    assert picture.status_code == 200
    assert "Gia đình đã báo ở thông báo trước" not in client.get(correction.page).text
    assert [row.people for row in attending()] == [3]


def test_a_tied_phone_comes_as_its_household_and_is_asked_no_name(session: Session, event: Day) -> None:
    home = make_household(session, unit=event.unit, head_name="Đỗ Thị Hiên")
    actor = make_actor(session, unit=event.ward)
    [printed] = household_cards.issue(session, actor=actor, household_ids=[home.id])
    session.commit()
    client = phone()
    client.get(printed.cards[0].url)
    client.post(printed.cards[0].url, data={"do": "tie"})
    client.get(event.page)

    asked = client.get(event.page).text
    client.post(event.page, data={"do": "answer", "people": "2"})

    assert not Outline(asked).all("input", id="name")
    assert [row.household_id for row in attending()] == [home.id]


# ---- at the door


def test_the_door_lets_in_by_code_and_a_second_time_says_since_when(event: Day, door: str, clock: Traveller) -> None:
    comes(event, 2)
    code = attending()[0].code
    client = phone()

    found = client.post(door, data={"do": "find", "q": f" {code.upper()} "})
    asked = client.get(found.headers["location"]).text
    let_in = client.post(door, data={"do": "in", "code": code, "people": "2"})
    first = client.get(let_in.headers["location"]).text
    clock.shift(timedelta(minutes=5))
    again = client.post(door, data={"do": "in", "code": code, "people": "2"})
    second = client.get(again.headers["location"]).text

    assert (found.status_code, found.headers["location"]) == (303, f"{door}?code={code}")
    assert "2 người, có chỗ" in asked
    assert "Đã vào: 2 người" in first
    assert "Đã vào từ 12\u00a0giờ, 2 người" in second
    assert "Đã vào 2 / 2 người có chỗ" in second


def test_letting_in_is_undone(event: Day, door: str) -> None:
    comes(event, 2)
    code = attending()[0].code
    client = phone()
    client.post(door, data={"do": "in", "code": code, "people": "2"})

    back = client.post(door, data={"do": "back", "code": code})

    assert back.status_code == 303
    assert attending()[0].arrived == 0
    assert "2 người, có chỗ" in client.get(back.headers["location"]).text


def test_looking_lets_nobody_in_whatever_the_address_says(event: Day, door: str) -> None:
    comes(event, 2)
    code = attending()[0].code

    for query in (f"?code={code}", f"?code={code}&do=in&people=2", f"?code={code}&done=1"):
        assert phone().get(f"{door}{query}").status_code == 200

    assert attending()[0].arrived == 0


def test_a_code_scanned_by_the_doors_own_phone_opens_its_line_there(event: Day, door: str) -> None:
    comes(event, 2)
    code = attending()[0].code
    client = phone()
    client.get(door)

    scanned = client.get(f"{event.page}/in/{code}")

    assert (scanned.status_code, scanned.headers["location"]) == (303, f"{door}?code={code}")
    assert attending()[0].arrived == 0


def test_the_doors_cookie_is_for_this_phone_alone(event: Day, door: str) -> None:
    cookie = phone().get(door).headers["set-cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/a" in cookie


@pytest.mark.parametrize("value", ["x" * 32, "../../../etc/passwd", "a\r\nb", ""])
def test_a_made_up_door_cookie_leads_to_the_announcement(event: Day, value: str) -> None:
    scanned = phone().get(f"{event.page}/in/abcdef", headers={"cookie": f"cn_door={value}".encode("latin-1")})

    assert scanned.headers["location"] == event.page


def test_a_scanner_that_types_the_whole_address_finds_the_party(event: Day, door: str) -> None:
    comes(event, 1)
    code = attending()[0].code

    found = phone().post(door, data={"do": "find", "q": f"http://ward.test{event.page}/in/{code}"})

    assert found.headers["location"] == f"{door}?code={code}"


def test_who_has_no_code_is_found_by_name_and_no_name_stands_in_an_address(session: Session, event: Day, door: str) -> None:
    home = make_household(session, unit=event.unit, head_name="Đỗ Thị Hiên")
    actor = make_actor(session, unit=event.ward)
    attendance.enter(session, actor=actor, announcement_id=event.announcement.id, household_id=home.id, people=2)
    session.commit()

    found = phone().post(door, data={"do": "find", "q": "hien"})

    assert found.status_code == 200
    assert "Đỗ\u00a0T.\u00a0H." in found.text
    assert "Đỗ Thị Hiên" not in found.text
    assert Outline(found.text).all("a", href=f"{door}?code={attending()[0].code}")


@pytest.mark.parametrize("typed", ["zzzzzz", "' OR 1=1 --", SCRIPT, "%", "x" * 5000])
def test_what_nobody_has_is_answered_calmly(event: Day, door: str, typed: str) -> None:
    comes(event, 1)

    answer = phone().post(door, data={"do": "find", "q": typed})

    assert answer.status_code in (200, 422)
    assert "<img src=x" not in answer.text
    assert "Không ai báo tên này" in answer.text


def test_a_code_that_is_none_is_refused_in_a_sentence(event: Day, door: str) -> None:
    for answer in (
        phone().get(f"{door}?code=zzzzzz"),
        phone().get(f"{door}?code={SCRIPT}"),
        phone().post(door, data={"do": "in", "code": "zzzzzz", "people": "1"}),
    ):
        assert answer.status_code == 422
        assert "Buổi này không có mã đó" in answer.text
        assert "<img src=x" not in answer.text


@pytest.mark.parametrize("people", ["0", "21", "", "x", "³"])
def test_a_number_of_people_that_cannot_be_is_refused_at_the_door(event: Day, door: str, people: str) -> None:
    comes(event, 2)

    answer = phone().post(door, data={"do": "in", "code": attending()[0].code, "people": people})

    assert answer.status_code == 422
    assert "Xin ghi một số từ 1 đến 20" in answer.text
    assert attending()[0].arrived == 0


def test_an_unknown_press_is_refused(event: Day, door: str) -> None:
    assert phone().post(door, data={"do": "drop"}).status_code == 422


def test_who_waits_comes_in_on_the_places_of_those_who_are_not_here(event: Day, door: str) -> None:
    comes(event, 3)
    comes(event, 2)
    waiting = attending()[1].code
    client = phone()

    asked = client.get(f"{door}?code={waiting}").text
    refused = client.post(door, data={"do": "in", "code": waiting, "people": "2"})
    taken = client.post(door, data={"do": "over", "code": waiting, "people": "2"})

    assert "2 người, đang chờ, thứ 1" in asked
    assert [found["value"] for found in Outline(asked).main_buttons] == ["over"]
    assert (refused.status_code, taken.status_code) == (422, 303)
    assert [(row.has_place, row.arrived) for row in attending()] == [(False, 0), (True, 2)]


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_press_of_another_site_is_refused_at_the_door(event: Day, door: str, headers: dict[str, str]) -> None:
    comes(event, 2)

    answer = phone().post(door, data={"do": "in", "code": attending()[0].code, "people": "2"}, headers=headers)

    assert (answer.status_code, attending()[0].arrived) == (403, 0)


def test_an_address_that_opens_nothing_is_not_found_for_looking_and_pressing(event: Day) -> None:
    path = f"/check-in/{'x' * 32}"

    answers = [phone().get(path), phone().post(path, data={"do": "find", "q": "a"})]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "set-cookie" not in answers[0].headers


def test_every_page_of_the_door_is_small_has_one_filled_button_and_uses_known_classes(event: Day, door: str) -> None:
    comes(event, 3, name="Nguyễn Hoàng Bảo Thiên Kim Ngọc Trâm A")
    comes(event, 2)
    first, second = (row.code for row in attending())
    client = phone()
    pages: list[Any] = [client.get(door), client.get(f"{door}?code={first}"), client.get(f"{door}?code={second}")]
    pages.append(client.post(door, data={"do": "find", "q": "nguyen"}))
    client.post(door, data={"do": "in", "code": first, "people": "3"})
    pages += [client.get(f"{door}?code={first}"), client.get(f"{door}?code={first}&done=1"), client.get(f"{door}?code={second}")]

    assert max(len(page.content) for page in pages) < LARGEST_PAGE
    assert [len(Outline(page.text).main_buttons) for page in pages] == [1] * len(pages)
    assert all("no-store" in page.headers["cache-control"] for page in pages)


def test_the_residents_page_stays_small_with_its_code(session: Session, event: Day) -> None:
    long = make_day(session, places=4, title="Nghiêng " * 18)
    client = comes(long, 2)

    pages = [client.get(long.page), client.get(f"{long.page}?change=1"), phone().get(long.page)]

    assert max(len(page.content) for page in pages) < LARGEST_PAGE
