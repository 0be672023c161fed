"""A leader says in one number how many of the chat come."""

import pytest
from sqlmodel import Session, select

from core.db import reading
from models import AsksFor, Relay
from tests.web.day import Day, Outline, make_day, phone


def counted() -> int | None:
    with reading() as session:
        return session.exec(select(Relay.attending)).one()


def page_of(day: Day) -> str:
    return f"{day.relay_page}/coming"


def test_a_leader_says_a_number_and_the_same_again_is_one(day: Day) -> None:
    client = phone()

    answers = [client.post(page_of(day), data={"people": "12"}) for _ in range(2)]

    page = client.get(page_of(day)).text
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [(303, page_of(day))] * 2
    assert counted() == 12
    assert "Đã báo phường: 12 người" in page
    assert Outline(page).all("input", id="people", value="12")


def test_nothing_written_takes_it_back(day: Day) -> None:
    client = phone()
    client.post(page_of(day), data={"people": "12"})

    client.post(page_of(day), data={"people": " "})

    assert counted() is None


@pytest.mark.parametrize("typed", ["x", "-3", "3.5", "99999", "³", "<b>"])
def test_what_is_no_number_is_refused_beside_the_field(day: Day, typed: str) -> None:
    answer = phone().post(page_of(day), data={"people": typed})

    assert answer.status_code == 422
    assert "Xin ghi một số từ 0 đến 2000" in answer.text
    assert "<b>" not in answer.text.split("<main")[1].split("<dl")[0].replace("<b>Xin ghi", "")
    assert counted() is None


def test_the_page_is_offered_once_it_is_posted_and_only_where_attendance_is_asked(session: Session, day: Day) -> None:
    other = make_day(session, asks_for=AsksFor.CONFIRMATION)
    client = phone()
    for one in (day, other):
        client.post(one.relay_page, data={"do": "posted"})

    assert f'href="{page_of(day)}"' in client.get(day.relay_page).text
    assert "/coming" not in client.get(other.relay_page).text
    assert client.get(page_of(other)).status_code == 404


def test_the_page_has_one_filled_button_and_takes_no_press_of_another_site(day: Day) -> None:
    page = phone().get(page_of(day)).text
    foreign = phone().post(page_of(day), data={"people": "3"}, headers={"origin": "https://evil.example"})

    assert len(Outline(page).main_buttons) == 1
    assert len(page.encode()) < 20_000
    assert (foreign.status_code, counted()) == (403, None)
