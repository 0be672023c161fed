"""Coming to an event, on two phones: the resident's, and the one at the door that scans it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import Session

from adapters.codes import QrCodes
from core import clock
from services import check_in, ports
from tests.e2e.test_phone_pages import (  # noqa: F401  # fixtures of the same phones
    LONG_TITLE,
    browser_context_args,
    too_small,
    url,
    width_of,
)
from tests.factories import make_actor
from tests.web.day import PHONE, Day, make_day

pytestmark = pytest.mark.e2e
SMALL: dict[str, Any] = {"user_agent": PHONE, "locale": "vi-VN", "viewport": {"width": 320, "height": 568}}


@pytest.fixture
def event(session: Session, url: str) -> Day:  # noqa: F811
    """Four places."""
    day = make_day(session, sent_at=clock.now(), places=4, title=LONG_TITLE)
    ports.provide(replace(ports.ports(), codes=QrCodes()))
    return day


@pytest.fixture
def door(session: Session, event: Day) -> str:
    made = check_in.make(session, actor=make_actor(session, unit=event.ward), announcement_id=event.announcement.id)
    session.commit()
    return made.url


def answered(page: Page, address: str, people: int, name: str = "") -> str:
    """The code of a phone that says how many come."""
    page.goto(address)
    page.locator(f'input[name=people][value="{people}"]').check()
    page.get_by_label("Tên người đi").fill(name)
    page.get_by_role("button", name="Tôi đã nắm thông tin").click()
    return page.locator(".ticket b").inner_text()


def faults_of(page: Page) -> list[Any]:
    """What axe finds, what is wider than the phone, what is too small for a thumb."""
    found: list[Any] = [(one["id"], [node["html"] for node in one["nodes"]]) for one in Axe().run(page).response["violations"]]
    if width_of(page) > page.viewport_size["width"]:  # type: ignore[index]
        found.append(("wide", width_of(page)))
    return found + too_small(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_resident_gets_a_place_shows_the_code_and_is_let_in_once(
    someone: Callable[..., Page],
    url: str,  # noqa: F811
    event: Day,
    door: str,
    scheme: Any,
) -> None:
    resident, keeper = (someone(**SMALL, color_scheme=scheme) for _ in range(2))
    keeper.goto(door)
    faults = {"door": faults_of(keeper)}

    code = answered(resident, url + event.page, 2, "chị Lan")
    expect(resident.get_by_text("Có chỗ: 2 người")).to_be_visible()
    drawn = resident.locator(".ticket img")
    expect(drawn).to_have_js_property("complete", value=True)
    faults["place"] = faults_of(resident)
    assert drawn.evaluate("one => one.naturalWidth") > 100

    keeper.goto(f"{url}{event.page}/in/{code}")  # as its camera does
    expect(keeper.get_by_role("heading", level=1)).to_have_text("chị L.")
    faults["guest"] = faults_of(keeper)
    keeper.get_by_role("button", name="Đã vào").click()
    expect(keeper.get_by_role("status")).to_contain_text("Đã vào: 2 người")
    faults["in"] = faults_of(keeper)
    keeper.goto(f"{url}{event.page}/in/{code}")
    expect(keeper.get_by_role("status")).to_contain_text("Đã vào từ")
    faults["again"] = faults_of(keeper)
    keeper.get_by_role("button", name="Hoàn tác").click()
    expect(keeper.get_by_text("2 người, có chỗ")).to_be_visible()

    assert faults == {name: [] for name in faults}


def test_who_waits_is_found_by_name_and_let_in_on_a_free_place(
    someone: Callable[..., Page],
    url: str,  # noqa: F811
    event: Day,
    door: str,
) -> None:
    first, second, keeper = (someone(user_agent=PHONE, locale="vi-VN") for _ in range(3))
    answered(first, url + event.page, 3)
    answered(second, url + event.page, 2, "Lan Anh")
    expect(second.get_by_text("Đang chờ, thứ 1")).to_be_visible()

    keeper.goto(door)
    keeper.get_by_label("Mã vào cửa, hoặc tên").fill("lan")
    keeper.get_by_role("button", name="Tìm").click()
    faults = {"names": faults_of(keeper), "waits": faults_of(second)}
    keeper.get_by_role("link", name="Lan A.").click()
    faults["waiting guest"] = faults_of(keeper)
    keeper.get_by_label("Mấy người vào").fill("1")
    keeper.get_by_role("button", name="Cho vào").click()

    expect(keeper.get_by_role("status")).to_contain_text("Đã vào: 1 người")
    assert faults == {name: [] for name in faults}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_correction_shows_the_place_again_and_a_leader_counts_the_chat(
    someone: Callable[..., Page],
    session: Session,
    url: str,  # noqa: F811
    event: Day,
    scheme: Any,
) -> None:
    resident, leader = (someone(**SMALL, color_scheme=scheme) for _ in range(2))
    answered(resident, url + event.page, 2)
    correction = make_day(session, sent_at=clock.now(), ward=event.ward, places=4, corrects_id=event.announcement.id)
    ports.provide(replace(ports.ports(), codes=QrCodes()))

    resident.goto(url + correction.page)
    expect(resident.get_by_text("Có chỗ: 2 người")).to_be_visible()
    faults = {"kept": faults_of(resident)}
    leader.goto(url + event.relay_page + "/coming")
    faults["asked"] = faults_of(leader)
    leader.get_by_label("Tính cả người báo miệng").fill("12")
    leader.get_by_role("button", name="Báo cho phường").click()
    expect(leader.get_by_role("status")).to_contain_text("Đã báo phường: 12 người")
    faults["counted"] = faults_of(leader)

    assert faults == {name: [] for name in faults}
