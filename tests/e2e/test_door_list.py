"""A leader in the middle of a door list loses the connection: ticks go on, come back later, and each counts once."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlmodel import Session, col, select

from core.settings import settings
from models import DoorKnock, DoorLine, DoorOutcome
from services import door_lists
from tests.e2e.conftest import Server
from tests.services.street import Street, make_street
from tests.web.day import PHONE

pytestmark = pytest.mark.e2e

SMALL: ViewportSize = {"width": 390, "height": 844}
DOORS = 6


@pytest.fixture
def street(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Street]:
    """Six doors of an announcement just sent, in the server's database."""
    monkeypatch.setenv("CAUNOI_PUBLIC_URL", server.url)
    settings.cache_clear()
    with server.session() as session:
        yield make_street(session, *[f"Số {n}, ngõ 4, Nông Văn Quang" for n in range(1, DOORS + 1)])


@pytest.fixture
def pocket(browser: Browser) -> Iterator[BrowserContext]:
    """A phone of a common size."""
    context = browser.new_context(viewport=SMALL, user_agent=PHONE, is_mobile=True, has_touch=True, locale="vi-VN")
    yield context
    context.close()


def opened(pocket: BrowserContext, server: Server, street: Street) -> Page:
    page = pocket.new_page()
    page.goto(f"{server.url}/door/{street.token}")
    return page


def line(page: Page, number: int) -> Any:
    return page.locator(f"#h{number}")


def outcomes(session: Session, street: Street) -> dict[int, DoorOutcome | None]:
    found = {one.number: one.outcome for one in door_lists.lines_of(session, street.list())}
    session.commit()
    return found


def test_ticks_made_without_a_connection_come_back_each_once(server: Server, pocket: BrowserContext, street: Street) -> None:
    page = opened(pocket, server, street)
    line(page, 1).get_by_role("button", name="Đã báo").click()
    expect(line(page, 1)).to_contain_text("Đã báo")
    expect(page.locator("#held")).to_be_hidden()

    pocket.set_offline(True)
    line(page, 2).get_by_role("button", name="Đã báo").click()
    line(page, 3).get_by_role("button", name="Vắng nhà").click()
    line(page, 4).get_by_role("button", name="Đã báo").click()
    line(page, 4).get_by_role("button", name="Sửa").click()
    line(page, 5).get_by_role("link", name="Khác").click()
    line(page, 5).get_by_role("button", name="Đã chuyển đi").click()
    expect(page.locator("#held")).to_contain_text("Đang mất mạng")
    expect(page.locator("#held")).to_contain_text("4 hộ")
    expect(line(page, 2)).to_contain_text("Đã báo, chờ gửi")
    expect(page.locator("#tally")).to_have_text("2 / 6")
    assert street.counted == 1
    street.session.commit()

    pocket.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#held")).to_be_hidden()

    expect(page.locator("#tally")).to_have_text("2 / 6")
    assert outcomes(street.session, street) == {
        1: DoorOutcome.TOLD, 2: DoorOutcome.TOLD, 3: DoorOutcome.NOT_HOME, 4: None, 5: DoorOutcome.MOVED, 6: None,
    }  # fmt: skip
    assert street.counted == 2
    own = select(DoorKnock.key).join(DoorLine, col(DoorLine.id) == DoorKnock.door_line_id)
    keys = street.session.exec(own.where(DoorLine.door_list_id == street.list().id)).all()
    assert len(keys) == len(set(keys)) == 6


def test_ticks_outlive_the_page_and_the_answer_that_was_lost(server: Server, pocket: BrowserContext, street: Street) -> None:
    """The server has taken the tick, its answer got lost; the page was closed. The tick is sent again, and counts once."""
    page = opened(pocket, server, street)

    def lose(route: Any) -> None:
        route.fetch()  # it arrives
        route.abort()  # its answer does not

    page.route("**/door/*", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
    line(page, 1).get_by_role("button", name="Đã báo").click()
    expect(line(page, 1)).to_contain_text("chờ gửi")
    page.close(run_before_unload=False)
    again = opened(pocket, server, street)

    expect(again.locator("#held")).to_be_hidden()
    expect(line(again, 1)).to_contain_text("Đã báo")
    assert street.counted == 1
    own = select(DoorKnock).join(DoorLine, col(DoorLine.id) == DoorKnock.door_line_id)
    assert len(street.session.exec(own.where(DoorLine.door_list_id == street.list().id)).all()) == 1


def test_without_a_script_the_page_is_a_plain_form(server: Server, browser: Browser, street: Street) -> None:
    context = browser.new_context(viewport=SMALL, user_agent=PHONE, java_script_enabled=False, locale="vi-VN")
    page = opened(context, server, street)

    line(page, 1).get_by_role("button", name="Đã báo").click()
    line(page, 2).get_by_role("link", name="Khác").click()
    line(page, 2).get_by_role("button", name="Không nhận tin").click()

    expect(line(page, 1)).to_contain_text("Đã báo")
    expect(line(page, 2)).to_contain_text("Không nhận tin")
    assert street.counted == 1
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(server: Server, browser: Browser, street: Street, scheme: Any) -> None:
    context = browser.new_context(viewport=SMALL, user_agent=PHONE, color_scheme=scheme, locale="vi-VN", bypass_csp=True)
    page = opened(context, server, street)
    line(page, 1).get_by_role("button", name="Đã báo").click()
    line(page, 2).get_by_role("link", name="Khác").click()

    found = [(one["id"], one["nodes"][0]["html"]) for one in Axe().run(page).response["violations"]]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    context.close()
