"""Paper in a real browser: a sheet is looked at, made by the worker and taken away; its code is read; a phone shows all rooms."""

from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from core import clock
from models import AnnouncementStatus
from tests.adapters.test_paper import codes_on
from tests.e2e.conftest import LONG_PATIENCE, Server
from tests.e2e.pace import settled
from tests.factories import make_announcement, make_link, make_unit, make_user

pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module", autouse=True)
def notice(server: Server) -> str:
    """A ward with a code, a notice that was sent, and a worker beside the pages; the notice's id."""
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        make_user(session, unit=ward, username="mai")
        make_link(session, unit_id=ward.id, slug="4vk5dmx", title="Đăng ký tạm trú", place="Nhà văn hóa Tổ 7")
        item = make_announcement(
            session, unit=ward, title="Họp tổ dân phố", status=AnnouncementStatus.SENT, sent_at=clock.now(),
            facts={"when": f"19 giờ 30 ngày {clock.today():%d/%m/%Y}", "where": "Nhà văn hóa"},
        )  # fmt: skip
        item_id = str(item.id)
    server.settings["CAUNOI_EMBEDDED_WORKER"] = "true"
    server.restart()
    return item_id


def test_a_sheet_is_made_beside_the_pages_and_taken_away(server: Server, signed_in: Callable[..., Page], tmp_path: Path) -> None:
    page = signed_in("mai")
    page.goto("/print_studio?ma=4vk5dmx&kho=8")
    expect(page.get_by_role("img", name="Trang đầu của tờ in")).to_be_visible()
    settled(page).get_by_text("Vẫn làm tờ in để xem thử").click()

    page.get_by_role("button", name="Làm tờ in").click()
    made = page.get_by_role("button", name="Tải (1 trang)")
    expect(made).to_be_visible(timeout=LONG_PATIENCE)
    settled(page)
    with page.expect_download() as taken:
        made.click()
    file = tmp_path / "sheet.pdf"
    taken.value.save_as(file)

    picture = pypdfium2.PdfDocument(file)[0].render(scale=150 / 72, grayscale=True).to_pil()
    assert [code.text for code in codes_on(picture)] == [f"{server.url}/q/4vk5dmx"]


@pytest.mark.parametrize(
    ("path", "picture"),
    [
        ("/print_studio?ma=4vk5dmx&kho=tent", "Trang đầu của tờ in"), ("/official_paper?id={id}", "Trang đầu của văn bản"),
        ("/bulletin?thang={month}", "Bảng tin tháng"),
    ],
)  # fmt: skip
def test_a_phone_shows_the_paper_and_scrolls_down_only(
    signed_in: Callable[..., Page], notice: str, path: str, picture: str
) -> None:
    page = signed_in("mai", viewport=PHONE)

    page.goto(path.format(id=notice, month=f"{clock.today():%m/%Y}"))
    expect(page.get_by_role("img", name=picture)).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
