"""Saying on the group's page which household comes: a known number and an unknown one look alike, to the eye and to the clock."""

import time
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core.db import reading
from models import Group, Household, JoinRequest, Membership, MembershipSource, PhoneTie, Unit
from services import household_cards, links, rollups
from tests.factories import make_actor, make_household, make_membership
from tests.web.day import Outline, make_led_group, make_ward, phone
from web.join import PRESS_SECONDS

LARGEST_PAGE = 20_000
KNOWN, UNKNOWN = "0987 654 321", "0912 000 111"
FORM = {"do": "ask", "name": "Chu Thị Cúc", "address": "Số 5", "people": "2"}
SCRIPT = "<img src=x onerror=alert(1)>\"'"


class Gate:
    """A group's page, and a household whose number the ward has."""

    def __init__(self, session: Session, **of_group: object) -> None:
        self.session = session
        self.ward: Unit = make_ward(session)
        self.unit, self.leader, self.group = make_led_group(session, self.ward)
        for name, value in ({"join_url": "https://zalo.me/g/abcdef"} | of_group).items():
            setattr(self.group, name, value)
        session.add(self.group)
        self.household = make_household(session, unit=self.unit, head_name="Bế Thị Nghệ", phone="+84987654321")
        self.page = f"/j/{links.join_link(session, group_id=self.group.id).slug}"
        session.commit()

    def ask(self, client: TestClient, **fields: str) -> str:
        """Look at the page, send the form; the page it leads to."""
        client.get(self.page)
        answer = client.post(self.page, data=FORM | fields)
        assert answer.status_code == 303, answer.text
        return str(client.get(answer.headers["location"]).text)

    def stays(self) -> list[tuple[Any, int, MembershipSource]]:
        with reading() as look:
            rows = look.exec(select(Membership)).all()
        return [(row.household_id, row.people, row.source) for row in rows]

    def waiting(self) -> list[JoinRequest]:
        with reading() as look:
            return list(look.exec(select(JoinRequest).where(JoinRequest.answered_at == None)))  # noqa: E711


@pytest.fixture
def gate(session: Session, clock: Traveller) -> Gate:
    return Gate(session)


def test_a_number_of_the_unit_joins_its_household_at_once_and_once(gate: Gate) -> None:
    client = phone()

    gate.ask(client, phone=KNOWN)
    html = gate.ask(client, phone="+84987654321", people="4")

    assert gate.stays() == [(gate.household.id, 2, MembershipSource.SELF)]
    assert gate.waiting() == []
    assert [button["href"] for button in Outline(html).main_buttons] == ["https://zalo.me/g/abcdef"]


def test_a_second_number_of_the_household_will_do(session: Session, gate: Gate) -> None:
    gate.household.other_phones = ["+84912000111"]
    session.add(gate.household)
    session.commit()

    gate.ask(phone(), phone=UNKNOWN)

    assert [stay[0] for stay in gate.stays()] == [gate.household.id]


def test_any_other_number_waits_for_the_leader(gate: Gate) -> None:
    gate.ask(phone(), phone=UNKNOWN)

    assert gate.stays() == []
    assert [(one.group_id, one.name, one.phone, one.address, one.people) for one in gate.waiting()] == [
        (gate.group.id, "Chu Thị Cúc", "+84912000111", "Số 5", 2)
    ]


def test_a_number_of_another_unit_or_of_two_households_waits_too(session: Session, gate: Gate) -> None:
    other, _, _ = make_led_group(session, gate.ward, short_name="Tổ 14, Sông Cầu")
    make_household(session, unit=other, phone="+84912000111")
    make_household(session, unit=gate.unit, phone="+84987654321")

    gate.ask(phone(), phone=UNKNOWN)
    gate.ask(phone(), phone=KNOWN)

    assert gate.stays() == []
    assert len(gate.waiting()) == 2


def test_a_stranger_cannot_see_whether_a_number_is_known(gate: Gate) -> None:
    """The words, the page afterwards, the page of the next day, the cookies and the headers are the same."""
    for _ in range(8):
        make_membership(gate.session, household=make_household(gate.session, unit=gate.unit), group=gate.group)
    known, unknown = phone(), phone()
    before = phone().get(gate.page).text

    pages = [gate.ask(known, phone=KNOWN), gate.ask(unknown, phone=UNKNOWN)]
    later = [known.get(gate.page).text, unknown.get(gate.page).text]

    assert pages[0] == pages[1]
    assert "Đã ghi. Tổ trưởng sẽ xác nhận nếu cần." in pages[0]
    assert later == [before, before]  # the count of households too


def test_both_answers_take_the_same_time(gate: Gate) -> None:
    took = []
    for number in (KNOWN, UNKNOWN):
        client = phone()
        client.get(gate.page)
        started = time.perf_counter()
        client.post(gate.page, data=FORM | {"phone": number})
        took.append(time.perf_counter() - started)

    assert min(took) >= PRESS_SECONDS


def test_who_joins_is_counted_when_the_month_is_over(session: Session, gate: Gate, clock: Traveller) -> None:
    for n in range(16):
        home = make_household(session, unit=gate.unit)
        if n < 8:
            make_membership(session, household=home, group=gate.group)
    rollups.refresh(session, unit_ids=[gate.unit.id])
    session.commit()
    gate.ask(phone(), phone=KNOWN)

    now = phone().get(gate.page).text
    clock.shift(timedelta(days=7))
    then = phone().get(gate.page).text

    assert "Khoảng 45 % số hộ" in now.replace("\u00a0", " ")  # 8 of 17
    assert "Khoảng 55 % số hộ" in then.replace("\u00a0", " ")
    assert gate.stays()[-1][0] == gate.household.id


def test_one_request_a_phone_and_group_with_the_newest_words(gate: Gate) -> None:
    client = phone()

    gate.ask(client, phone=UNKNOWN)
    gate.ask(client, phone=UNKNOWN, name="Chu Văn Tư")
    gate.ask(client, phone=KNOWN)

    assert gate.waiting() == []  # the last one was known, and answers the phone's own request
    assert [stay[0] for stay in gate.stays()] == [gate.household.id]


def test_a_phone_asks_five_times_then_is_told_to_wait(gate: Gate) -> None:
    """S22."""
    client = phone()
    client.get(gate.page)

    answers = [client.post(gate.page, data=FORM | {"phone": f"0912 000 11{n}"}).status_code for n in range(7)]

    assert answers == [303] * 5 + [429] * 2
    assert len(gate.waiting()) == 1


def test_a_group_keeps_at_most_a_hundred_requests_and_says_the_same(session: Session, gate: Gate) -> None:
    """S22."""
    session.add_all([JoinRequest(group_id=gate.group.id, name="x") for _ in range(100)])
    session.commit()

    html = gate.ask(phone(), phone=UNKNOWN)

    assert "Đã ghi" in html
    assert len(gate.waiting()) == 100


def test_a_phone_that_was_never_here_says_nothing(gate: Gate) -> None:
    answer = phone().post(gate.page, data=FORM | {"phone": KNOWN})

    assert (answer.status_code, answer.headers["location"]) == (303, gate.page)
    assert gate.stays() == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("phone", "", "Xin ghi số điện thoại"), ("phone", "0123", "Xin ghi số điện thoại"),
        ("phone", "+1 202 555 0142", "Xin ghi số điện thoại"), ("name", "", "Xin ghi họ tên chủ hộ"),
        ("name", "A" * 3000, "Dài quá"), ("address", "A" * 3000, "Dài quá"), ("people", "0", "Xin ghi một số từ 1 đến 99"),
        ("people", "-1", "Xin ghi một số từ 1 đến 99"), ("people", "999", "Xin ghi một số từ 1 đến 99"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_said_at_the_field_and_nothing_is_written(gate: Gate, field: str, value: str, said: str) -> None:
    client = phone()
    client.get(gate.page)

    answer = client.post(gate.page, data=FORM | {"phone": UNKNOWN} | {field: value})

    assert answer.status_code == 422
    assert said in answer.text
    outline = Outline(answer.text)
    assert [one["name"] for one in outline.all("input") if "aria-invalid" in one] == [field]
    assert outline.all("details")[0].get("open") is not None
    assert (gate.stays(), gate.waiting()) == ([], [])


def test_a_closed_group_takes_nobody_in(session: Session, gate: Gate) -> None:
    group = session.get_one(Group, gate.group.id)
    group.started_on = group.closed_on = gate.household.arrived_on
    session.add(group)
    session.commit()
    client = phone()
    client.get("/h/none")
    client.get(gate.page)

    answer = client.post(gate.page, data=FORM | {"phone": KNOWN})

    assert answer.status_code in (303, 404)
    assert gate.stays() == []
    assert 'name="phone"' not in client.get(gate.page).text


def test_a_press_from_another_site_is_refused(gate: Gate) -> None:
    """S26."""
    client = phone()
    client.get(gate.page)

    answer = client.post(gate.page, data=FORM | {"phone": KNOWN}, headers={"origin": "https://evil.example"})

    assert answer.status_code == 403
    assert gate.stays() == []


def test_marks_of_html_stay_text_and_the_page_stays_under_20_kb(gate: Gate) -> None:
    """S01."""
    client = phone()
    client.get(gate.page)

    answer = client.post(gate.page, data={"phone": SCRIPT, "name": SCRIPT, "address": SCRIPT, "people": "1"})

    assert "<img" not in answer.text
    assert len(answer.content) < LARGEST_PAGE


# ---- by the household card


def tied(gate: Gate, household: Household) -> TestClient:
    """A phone whose owner has tied it to a household."""
    clerk = make_actor(gate.session, unit=gate.ward)
    printed = household_cards.issue(gate.session, actor=clerk, household_ids=[household.id])
    gate.session.commit()
    client, card = phone(), printed[0].cards[0].url.removeprefix("http://ward.test")
    client.get(card)
    client.post(card, data={"do": "tie"})
    with reading() as look:
        assert look.exec(select(PhoneTie)).one()
    return client


def test_a_tied_phone_joins_by_one_tap(gate: Gate) -> None:
    client = tied(gate, gate.household)

    offered = client.get(gate.page).text
    client.post(gate.page, data={"do": "mine"})
    client.post(gate.page, data={"do": "mine"})

    assert "Ghi hộ Bế T. N. vào nhóm" in offered
    assert gate.stays() == [(gate.household.id, 1, MembershipSource.SELF)]
    assert "Phường đã ghi hộ Bế T. N. trong nhóm" in client.get(gate.page).text


def test_the_card_of_another_unit_waits_for_the_leaders_yes(session: Session, gate: Gate) -> None:
    other, _, _ = make_led_group(session, gate.ward, short_name="Tổ 14, Sông Cầu")
    client = tied(gate, make_household(session, unit=other, head_name="Người Mới Đến"))

    client.get(gate.page)
    for _ in range(2):
        client.post(gate.page, data={"do": "mine"})

    assert gate.stays() == []
    assert [one.name for one in gate.waiting()] == ["Người Mới Đến"]
