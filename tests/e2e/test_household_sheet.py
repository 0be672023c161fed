"""The sheet of households in a real browser: typed into the cell, written, taken back; nothing scrolls sideways on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models import Household
from services import rollups
from tests.e2e.conftest import Server
from tests.e2e.pace import opened, settled
from tests.factories import make_household, make_unit, make_user

pytestmark = pytest.mark.e2e

PHONE = {"width": 390, "height": 844}
HEAD, LINE, CODE = 38, 35, 105  # pixels of the table: its head, a row, its first column


def names(server: Server) -> list[str]:
    with server.session() as session:
        return list(session.exec(select(Household.head_name).order_by(Household.code)))


def test_a_cell_is_typed_written_and_taken_back(server: Server, signed_in: Callable[..., Page]) -> None:
    with server.session() as session:
        ward = make_unit(session)
        unit = make_unit(session, parent=ward, short_name="Tổ 13")
        make_user(session, unit=ward, username="mai")
        for code, name in (("001", "Bế Văn An"), ("002", "Ma Văn Hùng")):
            make_household(session, unit=unit, code=code, head_name=name)
        rollups.refresh(session, unit_ids=[unit.id])
    page = signed_in("mai", viewport=PHONE)
    opened(page, "/household_sheet")
    table = page.get_by_test_id("stDataFrame")
    expect(table.locator("canvas").first).to_be_visible()
    settled(page)

    table.click(position={"x": CODE + 40, "y": HEAD + LINE + LINE // 2})
    page.keyboard.press("Enter")
    editor = page.locator(".gdg-input, .gdg-growing-entry textarea, #portal textarea, #portal input").first
    expect(editor).to_be_visible()
    editor.fill("Ma Văn Hưng")
    page.keyboard.press("Enter")
    expect(editor).to_have_count(0)
    settled(page).get_by_role("button", name="Ghi các ô đã sửa").click()
    expect(page.get_by_text("Đã ghi 1 hộ.")).to_be_visible()
    written = names(server)
    width = page.evaluate("document.documentElement.scrollWidth")
    settled(page).get_by_role("button", name="Quay lại lần ghi vừa rồi").click()
    expect(page.get_by_text("Đã quay lại 1 hộ như trước lần ghi.")).to_be_visible()

    assert written == ["Bế Văn An", "Ma Văn Hưng"]
    assert names(server) == ["Bế Văn An", "Ma Văn Hùng"]
    assert width == PHONE["width"]
