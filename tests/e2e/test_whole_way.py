"""One announcement crosses the house: sign in, import a list, compose, a second person approves, a leader relays from a
phone, residents open and confirm, and the board shows it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect
from sqlmodel import Session, select

from models import Announcement, Group, Household, Relay, Role, ShortLink, User
from services.passwords import hash_password
from tests.e2e.conftest import Server
from tests.e2e.pace import choose, opened, settled
from tests.factories import make_unit, make_user

pytestmark = pytest.mark.e2e
PASSWORD = "cau noi qua song"
DESK = {"width": 1280, "height": 900}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "locale": "vi-VN",
    "user_agent": "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
}


@pytest.fixture(scope="module")
def ward(server: Server) -> None:
    """A ward with one residential group and its leader; an author, an approver."""
    with server.session() as session:
        province = make_unit(session, kind="province", code="19", name="Tỉnh Thái Nguyên")
        ward = make_unit(session, code="01843", name="Phường Bắc Kạn", parent_id=province.id)
        ward.path = f"{province.path}{ward.id}/"
        session.add(ward)
        session.commit()
        place = make_unit(
            session, parent=ward, code="01843-SC13", name="Tổ dân phố 13", short_name="Tổ 13, Sông Cầu", area="Sông Cầu"
        )
        password = hash_password(PASSWORD)
        make_user(session, unit=ward, role=Role.STAFF, username="mai", display_name="Lò Thị Mai", password_hash=password)
        make_user(session, unit=ward, role=Role.OFFICIAL, username="tu", display_name="Đào Minh Tú", password_hash=password)
        make_user(session, unit=place, role=Role.LEAD, username="to13", display_name="Hà Thị Minh", phone="+84912345678")


@pytest.fixture
def ward_list(tmp_path: Path) -> Path:
    """A list as a ward keeps it: a title, a header, a lost zero, a blank row, a total."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows: list[list[Any]] = [
        ["DANH SÁCH HỘ GIA ĐÌNH PHƯỜNG BẮC KẠN"],
        [],
        ["STT", "Họ và tên chủ hộ", "Tổ dân phố", "Điện thoại", "Số khẩu", "Trong nhóm Zalo"],
        [1, "Hoàng Văn An", "Tổ 13", 912000001, 4, "x"],
        [2, "Nông Thị Bình", "TDP số 13", "0912 000 002", 3, "x"],
        [3, "Triệu Văn Chính", "Tổ 13", None, 2, None],
        [],
        ["", "Tổng cộng", "", "", 9, ""],
    ]
    for row in rows:
        sheet.append(row)
    path = tmp_path / "danh sách.xlsx"
    book.save(path)
    return path


def sign_in(page: Page, username: str) -> None:
    opened(page, "/")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu").first.fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hôm nay")
    settled(page)


def one(session: Session, kind: type[Any]) -> Any:
    return session.exec(select(kind)).one()


def test_an_announcement_crosses_the_house(
    server: Server, ward: None, ward_list: Path, someone: Callable[..., Page]
) -> None:  # fmt: skip
    desk = someone(base_url=server.url, viewport=DESK)
    sign_in(desk, "mai")

    # The ward's list goes in.
    opened(desk, "/import_households")
    desk.locator('input[type="file"]').set_input_files(ward_list)
    expect(desk.get_by_text("Hoàng Văn An").first).to_be_attached()
    settled(desk).get_by_role("button", name="Xem thử kết quả").click()
    expect(desk.get_by_text("Chưa ghi được")).to_be_visible()
    choose(desk, "Danh sách này dùng để làm gì")
    expect(desk.get_by_text("Chưa ghi được")).to_have_count(0)
    settled(desk).get_by_role("button", name="Ghi 3 hộ").click()
    expect(desk.get_by_text("Đã ghi 3 hộ vào sổ").first).to_be_visible()
    with server.session() as session:
        assert len(session.exec(select(Household)).all()) == 3
        group = one(session, Group)
        group.leader_id = session.exec(select(User.id).where(User.username == "to13")).one()
        session.add(group)

    # An announcement is written and submitted.
    opened(desk, "/compose")
    desk.get_by_label("Tiêu đề").fill("Tổng vệ sinh sáng thứ Bảy")
    desk.get_by_label(re.compile("Nội dung đầy đủ")).fill("Mỗi nhà một người, mang chổi.")
    desk.get_by_role("textbox", name=re.compile("Lời nhắn ngắn")).click()
    expect(desk.get_by_text("Kính gửi bà con Tổ 13, Sông Cầu.").first).to_be_visible()
    settled(desk).get_by_role("button", name="Trình duyệt").click()
    expect(desk.get_by_text("Đã trình duyệt").first).to_be_visible()
    expect(desk.get_by_role("button", name=re.compile("^Duyệt"))).to_have_count(0)

    # A second person reads exactly that and approves.
    chief = someone(base_url=server.url, viewport=DESK)
    sign_in(chief, "tu")
    chief.get_by_role("link", name="Duyệt").first.click()
    approve = chief.get_by_role("button", name="Duyệt và gửi tới 3 hộ")
    expect(approve).to_be_visible()
    settled(chief)
    approve.click()
    expect(chief.get_by_text("Đã giao cho 1 tổ trưởng").first).to_be_visible()
    expect(chief.get_by_text("0 / 1 tổ", exact=False).or_(chief.get_by_text("/ 1 tổ")).first).to_be_visible()

    # The leader relays from a phone, by the leaders' common link and the last four digits.
    with server.session() as session:
        token = one(session, Announcement).leaders_token
    leader = someone(base_url=server.url, **PHONE)
    leader.goto(f"/r/{token}")
    leader.get_by_text("Tổ 13", exact=True).click()
    leader.get_by_role("button", name="Tiếp tục").click()
    leader.locator("input:not([type=hidden])").last.fill("5678")
    leader.get_by_role("button").last.click()
    expect(leader.get_by_role("heading", level=1)).to_contain_text("Xin đăng")
    leader.get_by_role("button", name="Tôi đã đăng").click()
    expect(leader.get_by_text("Hoàn tác").first).to_be_visible()

    # Two residents open their group's link and confirm.
    with server.session() as session:
        relay = one(session, Relay)
        slug = session.get_one(ShortLink, relay.link_id).slug
        assert relay.posted_at
    for _ in range(2):
        resident = someone(base_url=server.url, **PHONE)
        resident.goto(f"/a/{slug}")
        expect(resident.get_by_role("heading", level=1)).to_have_text("Tổng vệ sinh sáng thứ Bảy")
        resident.get_by_role("button", name="Tôi đã nắm thông tin").click()
        expect(resident.get_by_text("Đã ghi nhận").first).to_be_visible()

    # The board shows it without a reload.
    expect(chief.get_by_text("mở trên 2 máy").first).to_be_visible()
    expect(chief.get_by_text("2 / 2", exact=False).first).to_be_visible()
    expect(chief.get_by_text("biết chắc").filter(has_text="2").first).to_be_visible()
