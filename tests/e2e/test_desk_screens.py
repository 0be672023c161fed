"""The desk's screens in a real browser: on a phone by day, on a desk in the dark; read by axe, nothing sideways, no error."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlmodel import select

from core import clock
from models import AnnouncementStatus, Poster, Relay, Role, Urgency
from services import link_watch, ports, rollups, sending
from services.ports import LinkVisit, Ports
from tests.adapters.test_paper import codes_on
from tests.e2e.conftest import LONG_PATIENCE, Server
from tests.e2e.pace import choose, opened, settled
from tests.factories import (
    make_announcement,
    make_group,
    make_household,
    make_link,
    make_membership,
    make_procedure,
    make_unit,
    make_user,
)  # fmt: skip
from tests.fakes import FakeEngine, Nothing

pytestmark = pytest.mark.e2e

# What Streamlit itself draws and no setting changes.
KNOWN = {"aria-allowed-role", "empty-table-header", "presentation-role-conflict"}
OURS = {"exclude": [["[data-testid=stSidebarNavItems]"]]}  # on a phone Streamlit draws its menu there, with list rules of its own
PLACES = [(390, 844, "light"), (1280, 900, "dark")]
SCREENS = [
    "today", "announcements", "compose", "review", "announcement", "links", "link", "new_link", "participation", "our_ward",
    "person", "posters", "scans", "procedure", "charts", "questions", "figures", "reports", "compare",
]  # fmt: skip
LONG = "Tiếp nhận và trả kết quả đăng ký khai sinh, thường trú, cấp thẻ bảo hiểm y tế cho trẻ dưới sáu tuổi"


@pytest.fixture(scope="module", autouse=True)
def addresses(server: Server) -> dict[str, str]:
    """Two groups, one late and one with time left; an announcement sent, one in review; a link that works and a broken one."""
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=FakeEngine(), tables=nothing))
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        make_user(session, unit=ward, role=Role.OFFICIAL, username="tu", display_name="Đào Minh Tú")
        clerk = make_user(session, unit=ward, username="mai", display_name="Lò Thị Mai")
        make_user(session, unit=ward, role=Role.ADMIN, username="an", display_name="Nguyễn Văn An")
        for name in ("Tổ 13, Sông Cầu", "Thôn Nà Bản, Dương Quang"):
            unit = make_unit(session, parent=ward, short_name=name, area=name.split(", ")[1])
            leader = make_user(session, unit=unit, role=Role.LEAD, display_name="Nguyễn-Phạm Thị Hoàng Bảo Thiên Kim Ngọc")
            group = make_group(session, unit=unit, leader_id=leader.id, join_url="https://zalo.me/g/abc123")
            for place in range(6):
                home = make_household(session, unit=unit, phone="+84912345678", smartphones=2)
                if place < 3:
                    make_membership(session, household=home, group=group)
            rollups.refresh(session, unit_ids=[unit.id])
        sent = make_announcement(
            session, unit=ward, title=LONG, urgency=Urgency.URGENT, author_id=clerk.id,
        )  # fmt: skip
        sending.send(session, announcement=sent)
        late = session.exec(select(Relay)).first()
        assert late
        late.due_at = clock.now() - timedelta(minutes=42)
        waits = make_announcement(session, unit=ward, title=LONG, author_id=clerk.id, status=AnnouncementStatus.IN_REVIEW)
        link = make_link(session, unit_id=ward.id, title=LONG, place="Cửa Một cửa", scans=12)
        make_link(session, unit_id=ward.id, title=LONG, place="Nhà văn hóa tổ 13", last_status=404)
        birth = make_procedure(
            session, unit=ward, code="1.001193", name="Đăng ký khai sinh", documents="Giấy chứng sinh", steps=["Đăng nhập", LONG]
        )
        session.add(Poster(unit_id=ward.id, number=1, link_id=link.id, place=LONG, down_since=clock.now()))
        session.commit()
        named = {
            "review": f"/review?id={waits.id}", "announcement": f"/announcement?id={sent.id}", "link": f"/link?ma={link.slug}",
            "person": f"/person?id={clerk.id}", "procedure": f"/procedure?ma={birth.code}",
        }  # fmt: skip
        return {name: f"/{name}" for name in SCREENS} | named


def fits_and_can_be_read(page: Page, address: str, *, width: int) -> None:
    """A screen stands whole and quiet, in its width, with nothing in the way of whoever cannot see it."""
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))

    opened(page, address)

    expect(page.get_by_test_id("stException")).to_have_count(0)
    found = {
        one["id"]: one["nodes"][0]["html"]
        for one in Axe().run(page, context=OURS).response["violations"]
        if one["id"] not in KNOWN
    }
    assert (found, broken) == ({}, [])
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "height", "scheme"), PLACES, ids=["phone", "desk"])
@pytest.mark.parametrize("name", SCREENS)
def test_a_desk_screen_fits_and_can_be_read_by_everyone(
    signed_in: Callable[..., Page], addresses: dict[str, str], name: str, width: int, height: int, scheme: str
) -> None:
    page = signed_in(
        "an" if name == "person" else "tu", color_scheme=scheme, viewport={"width": width, "height": height}
    )  # fmt: skip
    fits_and_can_be_read(page, addresses[name], width=width)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    assert page.url.split("?")[0].endswith(f"/{name}")


def test_a_place_clicked_in_one_chart_stands_out_in_the_others_and_in_the_address(signed_in: Callable[..., Page]) -> None:
    page = opened(signed_in("tu"), "/charts")
    dots = page.locator(".vega-embed g.mark-symbol.role-mark path")
    assert {one.get_attribute("opacity") for one in dots.all()} == {"1"}

    page.locator(".vega-embed g.mark-rect.role-mark path").first.click()
    chosen = page.get_by_text("Đang chọn")

    expect(chosen).to_contain_text("3 / 6 hộ trong nhóm")
    settled(page)
    assert "noi=" in page.url
    assert sorted(one.get_attribute("opacity") or "" for one in dots.all()) == ["0.25", "1"]

    page.get_by_role("button", name="Bỏ chọn").click()
    settled(page)
    expect(chosen).to_have_count(0)
    assert "noi=" not in page.url


PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36"
PORTAL, MOVED = "https://dichvucong.gov.vn/khai-sinh", "https://dichvucong.gov.vn/khai-sinh-moi"


def test_a_poster_outlives_its_target(signed_in: Callable[..., Page], server: Server, someone: Callable[..., Page]) -> None:
    """Made for a procedure, printed, scanned, counted; its target dies, Today warns, it is moved, and it is scanned again."""
    server.settings["CAUNOI_EMBEDDED_WORKER"] = "true"  # sheets are made beside the pages
    server.restart()
    desk = signed_in("tu")
    page = someone(user_agent=PHONE, locale="vi-VN")

    address = printed_for(desk, "Đăng ký khai sinh")
    page.goto(address)
    expect(page.get_by_text("Giấy chứng sinh")).to_be_visible()
    desk.goto(f"/link?ma={address.rpartition('/')[2]}")
    expect(desk.locator(".cn-facts")).to_contain_text("Lượt quét từ đầu1")

    moved(desk, PORTAL)
    with server.session() as session:
        link_watch.write(session, visits=[LinkVisit(PORTAL, "status", 404, replaced_by=MOVED)])
    desk.goto("/today")
    expect(desk.get_by_text("Mã QR hỏng: Đăng ký khai sinh")).to_be_visible()
    expect(desk.get_by_text(f"Trang ấy báo địa chỉ mới: {MOVED}")).to_be_visible()
    assert page.goto(address).status == 410  # type: ignore[union-attr]

    opened(desk, "/links").get_by_role("button", name="Đổi sang địa chỉ mới").click()
    expect(desk.get_by_text("Đã đổi 1 mã")).to_be_visible()

    again = page.context.request.get(address, max_redirects=0)
    assert (again.status, again.headers["location"]) == (302, MOVED)


def printed_for(desk: Page, procedure: str) -> str:
    """Make a code for a procedure, print it as a poster, and read what the paper says."""
    choose(opened(desk, "/new_link"), "Thủ tục", procedure)
    desk.get_by_label("Nơi treo").fill("Cổng chợ")
    desk.get_by_role("button", name="Làm mã").click()
    expect(desk.get_by_text("Đã làm mã")).to_be_visible()
    desk.goto(f"/print_studio?{desk.url.partition('?')[2]}&kho=1")
    expect(desk.get_by_role("img", name="Trang đầu của tờ in")).to_be_visible()
    settled(desk).get_by_text("Vẫn làm tờ in để xem thử").click()
    desk.get_by_role("button", name="Làm tờ in").click()
    made = desk.get_by_role("button", name="Tải (1 trang)")
    expect(made).to_be_visible(timeout=LONG_PATIENCE)
    settled(desk)
    with desk.expect_download() as taken:
        made.click()
    sheet = pypdfium2.PdfDocument(taken.value.path())[0].render(scale=150 / 72).to_pil()
    [code] = codes_on(sheet)
    return str(code.text)


def moved(desk: Page, target: str) -> None:
    """Let the code that is looked at lead elsewhere."""
    settled(desk).get_by_label("Đường dẫn tới").fill(target)
    expect(desk.get_by_text("Mã sẽ dẫn tới")).to_be_visible()
    settled(desk)
    desk.get_by_role("button", name="Đổi đường dẫn", exact=True).click()
    expect(desk.get_by_text("Đã đổi. Từ giờ mã dẫn tới")).to_be_visible()
