"""A leader's door list on the phone: presses of a plain form, ticks that come later, what it never shows."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.responses import Response
from time_machine import Traveller

from core import clock as clocks
from models import AnnouncementStatus, AuditEvent, DoorKnock, How, Need, Reach, Relay
from services import door_page
from services.access import actor_of
from tests.factories import make_announcement
from tests.services.street import Street, make_street
from tests.web.day import Outline, phone

LARGEST_PAGE = 20_000
SCRIPT = "<img src=x onerror=alert(1)>\"'"

pytestmark = pytest.mark.usefixtures("clock")


def page_of(street: Street) -> str:
    return f"/door/{street.token}"


def mark_in(html: str) -> str:
    found = re.search(r'name="mark" value="(\w+)"', html)
    assert found
    return found[1]


def press(street: Street, button: str, html: str = "") -> Any:
    html = html or phone().get(page_of(street)).text
    return phone().post(page_of(street), data={"mark": mark_in(html), "here": "1", "k": button})


def send(street: Street, *ticks: str) -> Any:
    return phone().post(page_of(street), data={"knocks": ";".join(ticks)})


def ms(minutes: int = 0) -> int:
    return round((clocks.now() - timedelta(minutes=minutes)).timestamp() * 1000)


def test_the_page_asks_for_the_doors_in_the_order_of_a_walk(session: Session) -> None:
    street = make_street(session, "Số 12, ngõ 4", "Số 3, ngõ 4")

    answer = phone().get(page_of(street))

    assert answer.status_code == 200
    assert "<h1>2 hộ cần báo tận nơi</h1>" in answer.text
    assert answer.text.index("Số 3, ngõ 4") < answer.text.index("Số 12, ngõ 4")
    assert "0 / 2" in answer.text
    assert len(Outline(answer.text).main_buttons) == 1


def test_of_a_household_it_shows_no_need_and_three_digits(session: Session) -> None:
    """S48."""
    street = make_street(session, "Số 1")
    home = street.homes["Số 1"]
    home.needs = [Need.ELDERLY_ALONE, Need.DISABLED]
    session.add(home)
    session.commit()

    html = phone().get(page_of(street)).text

    assert "…678" in html
    assert "912345" not in html
    assert "già" not in html
    assert "tel:+8491" not in html


def test_names_and_addresses_are_only_words(session: Session) -> None:
    """S01."""
    street = make_street(session, SCRIPT)

    html = phone().get(page_of(street)).text

    assert "<img" not in html
    assert "&lt;img" in html


@pytest.mark.parametrize(
    ("button", "words"),
    [("told", "Đã báo 12"), ("not_home", "Vắng nhà 12"), ("moved", "Đã chuyển đi 12"), ("refused", "Không nhận tin 12")],
)
def test_a_press_is_entered_and_can_be_undone(session: Session, button: str, words: str) -> None:
    street = make_street(session, "Số 1")

    entered = press(street, f"1.{button}")
    after = phone().get(page_of(street)).text
    press(street, "1.undo", after)

    assert (entered.status_code, entered.headers["location"]) == (303, f"{page_of(street)}?page=1#h1")
    assert words in after
    assert "1 hộ cần báo tận nơi" in phone().get(page_of(street)).text
    assert street.counted == 0


def test_one_press_sent_twice_is_one_knock(session: Session) -> None:
    street = make_street(session, "Số 1")
    html = phone().get(page_of(street)).text

    for _ in range(2):
        press(street, "1.told", html)

    assert len(session.exec(select(DoorKnock)).all()) == 1
    assert street.counted == 1


def test_the_other_answers_are_one_link_away_without_a_script(session: Session) -> None:
    street = make_street(session, "Số 1")
    closed = Outline(phone().get(page_of(street)).text.split("<template")[0])
    opened = Outline(phone().get(f"{page_of(street)}?page=1&o=1").text.split("<template")[0])

    assert not closed.all("button", value="1.moved")
    assert opened.all("button", value="1.moved")
    assert opened.all("button", value="1.refused")


@pytest.mark.parametrize("button", ["", "1", "x.told", "1.dance", "9.told", "1.call; drop"])
def test_a_press_that_makes_no_sense_writes_nothing(session: Session, button: str) -> None:
    street = make_street(session, "Số 1")

    answer = press(street, button)

    assert answer.status_code in (303, 422)
    assert session.exec(select(DoorKnock)).all() == []


# ---- ticks that were kept in the phone


def test_several_ticks_are_taken_at_once_and_each_is_answered(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2", "Số 3")

    answer = send(street, f"aaaaaa.1.told.{ms()}", f"bbbbbb.2.not_home.{ms()}", f"cccccc.9.told.{ms()}")

    said = answer.json()
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert said["kept"] == ["aaaaaa", "bbbbbb"]
    assert list(said["refused"]) == ["cccccc"]
    assert said["lines"]["1"][0] == "told"
    assert (said["told"], said["total"]) == (1, 3)


def test_ticks_sent_again_after_a_lost_answer_count_once(session: Session) -> None:
    street = make_street(session, "Số 1")

    for _ in range(3):
        assert send(street, f"aaaaaa.1.told.{ms()}").json()["kept"] == ["aaaaaa"]

    assert street.counted == 1


def test_the_later_tick_stands_when_they_arrive_in_the_wrong_order(session: Session, clock: Traveller) -> None:
    street = make_street(session, "Số 1")
    clock.shift(timedelta(hours=1))

    send(street, f"bbbbbb.1.told.{ms(10)}")
    said = send(street, f"aaaaaa.1.not_home.{ms(20)}").json()

    assert said["lines"]["1"][0] == "told"
    assert street.counted == 1


@pytest.mark.parametrize("text", ["", ";;;", "a.1.told.1", "aaaaaa.1.told", "aaaaaa.1.told.999999999999999", "\x00", "x" * 7000])
def test_broken_ticks_break_nothing(session: Session, text: str) -> None:
    street = make_street(session, "Số 1")

    answer = phone().post(page_of(street), data={"knocks": text})

    assert answer.status_code == 200
    assert set(json.loads(answer.text)) == {"kept", "refused", "lines", "told", "total"}


def test_a_foreign_page_sends_no_ticks(session: Session) -> None:
    """S26."""
    street = make_street(session, "Số 1")

    answer = phone(origin="https://evil.example").post(page_of(street), data={"knocks": f"aaaaaa.1.told.{ms()}"})

    assert answer.status_code == 403
    assert street.counted == 0


# ---- households that are told otherwise, announcements that are over


def test_a_household_told_meanwhile_is_named_no_more(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2")
    home = street.homes["Số 1"]
    session.add(Reach(announcement_id=street.announcement.id, household_id=home.id, how=How.CONFIRMED, told_at=clocks.now()))
    session.commit()

    html = phone().get(page_of(street)).text

    assert home.head_name not in html
    assert "1 hộ cần báo tận nơi" in html
    assert "1 hộ đã biết tin qua đường khác" in html


def _withdrawn(street: Street) -> None:
    street.announcement.status = AnnouncementStatus.CANCELLED
    street.session.add(street.announcement)
    street.session.commit()


def _corrected(street: Street) -> None:
    make_announcement(
        street.session, unit=street.ward, corrects_id=street.announcement.id, status=AnnouncementStatus.SENT,
        title="Dời sang thứ Bảy", sent_at=clocks.now(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("happens", "words"), [(_withdrawn, "Phường đã thu hồi thông báo này"), (_corrected, "Dời sang thứ Bảy")]
)
def test_nobody_is_asked_to_tell_what_no_longer_holds(session: Session, happens: Callable[[Street], None], words: str) -> None:
    street = make_street(session, "Số 1")
    happens(street)

    html = phone().get(page_of(street)).text

    assert words in html
    assert not Outline(html.split("<template")[0]).all("button", value="1.told")


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_that_leads_nowhere_says_whom_to_ask(session: Session, method: str) -> None:
    street = make_street(session, "Số 1")
    listed, path = street.list(), page_of(street)
    listed.revoked_at = clocks.now()
    session.add(listed)
    session.commit()

    more = {"data": {"k": "1.told", "mark": "abcdefgh"}} if method == "post" else {}
    answers: list[Response] = [getattr(phone(), method)(address, **more) for address in (path, "/door/nothing")]

    assert [answer.status_code for answer in answers] == [404, 404]


# ---- a number to call


def test_a_number_is_shown_by_a_press_and_kept_in_the_audit(session: Session) -> None:
    """S48, S53: never in an address."""
    street = make_street(session, "Số 1")

    answer = press(street, "1.call")

    assert 'href="tel:+84912345678"' in answer.text
    assert session.exec(select(AuditEvent.action).where(AuditEvent.action == "door.phone_seen")).all() == ["door.phone_seen"]


# ---- what it weighs and lets in


def test_it_stays_small_whatever_the_names_and_loses_nobody(session: Session) -> None:
    addresses = [f"Số nhà {n}/45/12 ngõ 8 đường Nông Văn Quang, gần trạm biến áp cũ" for n in range(45)]
    street = make_street(session, *addresses, body="Mời bà con đến Trạm Y tế. " * 40)
    for home in street.homes.values():
        home.head_name = "Nguyễn-Phạm Thị Hoàng Bảo Thiên Kim Ngọc Trâm Anh Quỳnh Như"
        session.add(home)
    session.commit()
    first = phone().get(page_of(street)).text
    turns = [int(n) for n in re.findall(r'class="btn" href="\?page=(\d+)"', first)]

    drawn = [phone().get(f"{page_of(street)}?page={n}").text for n in turns]

    assert max(len(html.encode()) for html in drawn) < LARGEST_PAGE
    assert sum(html.count("<li class=sheet") for html in drawn) == 45
    assert {html.count("<li class=sheet") for html in [phone().get(f"{page_of(street)}?page=99").text]} == {
        drawn[-1].count("<li class=sheet")
    }


def test_twenty_households_of_usual_names_are_one_page(session: Session) -> None:
    """What is loaded is what works without a connection."""
    street = make_street(session, *[f"Số {n}, ngõ 4, Nông Văn Quang" for n in range(20)])

    html = phone().get(page_of(street)).text

    assert html.count("<li class=sheet") == 20
    assert len(html.encode()) < LARGEST_PAGE


def test_its_script_may_talk_to_this_site_alone(session: Session) -> None:
    """S25."""
    street = make_street(session, "Số 1")

    headers = phone().get(page_of(street)).headers

    assert "connect-src 'self'" in headers["content-security-policy"]
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


# ---- the way to it


def test_whoever_posted_sees_the_way_to_the_doors(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2")
    relay = session.exec(select(Relay).where(Relay.announcement_id == street.announcement.id)).one()
    session.commit()
    before = phone().get(f"/r/{relay.token}").text
    phone().post(f"/r/{relay.token}", data={"do": "posted"})

    after = phone().get(f"/r/{relay.token}").text
    send(street, f"aaaaaa.1.told.{ms()}", f"bbbbbb.2.refused.{ms()}")

    assert "/door/" not in before
    assert f"/door/{street.token}" in after
    assert "2 hộ cần báo tận nơi" in after
    assert "/door/" not in phone().get(f"/r/{relay.token}").text


def test_a_signed_in_leader_finds_the_own_lists(session: Session) -> None:
    street = make_street(session, "Số 1")
    other = make_street(session, "Số 1")

    mine = door_page.mine(session, actor=actor_of(session, street.leader))

    assert [(one.still_open, one.url) for one in mine] == [(1, f"http://ward.test/door/{street.token}")]
    assert other.token not in mine[0].url
