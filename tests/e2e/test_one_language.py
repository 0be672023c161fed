"""A screen has one language: the reader's, whatever the browser's is, also in what Streamlit says by itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from models import Role
from tests.e2e.conftest import Server
from tests.e2e.pace import opened
from tests.factories import make_unit, make_user

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module", autouse=True)
def people(server: Server) -> None:
    """Two who write, in two languages."""
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        make_user(session, unit=ward, role=Role.STAFF, username="an", language="vi")
        make_user(session, unit=ward, role=Role.STAFF, username="ann", language="en")


def calendar(page: Page) -> Locator:
    opened(page, "/compose").get_by_test_id("stDateInput").first.get_by_role("button").click()
    return page.get_by_role("dialog")


def test_a_vietnamese_reader_meets_no_english_in_an_english_browser(signed_in: Callable[..., Page]) -> None:
    page = signed_in("an", locale="en-US")

    shown = calendar(page)

    expect(shown).to_contain_text("Tháng 1")
    expect(page.get_by_role("button", name="Tháng sau").first).to_be_visible()


def test_an_english_reader_meets_english_in_a_vietnamese_browser(signed_in: Callable[..., Page]) -> None:
    page = signed_in("ann", locale="vi-VN")
    page.goto("/account")
    expect(page.locator("html[lang=en]")).to_be_attached()

    shown = calendar(page)

    expect(shown).to_contain_text("January")
    expect(page.get_by_role("button", name="Next month").first).to_be_visible()


def test_a_lost_connection_is_told_to_who_sits_at_the_screen(server: Server, signed_in: Callable[..., Page]) -> None:
    page = signed_in("an", locale="en-US")
    page.goto("/account")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)

    server.stop()
    told = page.get_by_role("dialog")
    expect(told).to_contain_text("Chưa nối được với máy chủ của phường")
    words = told.inner_text()
    server.start()

    assert "Mất kết nối" in words
    assert "streamlit" not in words.lower()
    expect(told).to_have_count(0)
