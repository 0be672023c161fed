"""A resident asks from a phone, the desk answers from the procedure's text, the resident sees it and says that it helped."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from models import Role
from tests.e2e.conftest import Server
from tests.factories import make_procedure, make_unit, make_user

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module", autouse=True)
def ward(server: Server) -> None:
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        make_user(session, unit=ward, role=Role.STAFF, username="mai", display_name="Lò Thị Mai")
        make_procedure(session, unit=ward, name="Đăng ký tạm trú", documents="Tờ khai mẫu CT01", also_called=["giấy ở trọ"])


def test_a_question_from_a_phone_is_answered_from_the_procedure(
    server: Server, browser: Browser, signed_in: Callable[..., Page]
) -> None:
    simple = browser.new_context(
        base_url=server.url, viewport={"width": 390, "height": 844}, locale="vi-VN", java_script_enabled=False
    )
    phone = simple.new_page()
    phone.goto("/ask")
    phone.get_by_label("Viết điều cần hỏi, cần báo").fill("Làm giấy ở trọ cần gì ạ?")
    phone.get_by_role("button", name="Gửi phường").click()
    expect(phone.get_by_text("Phường đã nhận")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

    desk = signed_in("mai", viewport={"width": 1280, "height": 900}, locale="vi-VN")
    desk.goto("/inbox")
    desk.get_by_role("link", name="Làm giấy ở trọ cần gì ạ?").click()
    desk.get_by_label("Bắt đầu từ").click()
    desk.get_by_role("option", name="Đăng ký tạm trú").click()
    expect(desk.get_by_label("Trả lời", exact=True)).to_have_value(re.compile("CT01"))
    desk.get_by_role("button", name="Gửi trả lời").click()
    expect(desk.get_by_text("Đã trả lời 1 người.")).to_be_visible()

    phone.reload()
    expect(phone.get_by_text("Tờ khai mẫu CT01")).to_be_visible()
    phone.get_by_role("button", name="Được rồi, cảm ơn").click()
    expect(phone.get_by_text("Việc này đã xong")).to_be_visible()
    simple.close()
