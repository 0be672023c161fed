"""A resident asks from a phone, the desk answers from the procedure's text, the resident sees it and says that it helped."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models import Role, User
from services import access, public_answers
from tests.e2e.conftest import Server
from tests.e2e.pace import choose, opened, settled
from tests.factories import make_procedure, make_unit, make_user

pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module", autouse=True)
def ward(server: Server) -> None:
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        make_user(session, unit=ward, role=Role.STAFF, username="mai", display_name="Lò Thị Mai")
        clerk = access.actor_of(session, session.exec(select(User).where(User.username == "mai")).one())
        public_answers.publish(session, actor=clerk, question="Bao giờ thu gom rác?", answer="Thứ Ba, trước 7 giờ sáng.")
        make_procedure(session, unit=ward, name="Đăng ký tạm trú", documents="Tờ khai mẫu CT01", also_called=["giấy ở trọ"])


def test_a_question_from_a_phone_is_answered_from_the_procedure(
    server: Server, someone: Callable[..., Page], signed_in: Callable[..., Page]
) -> None:
    phone = someone(base_url=server.url, viewport=PHONE, locale="vi-VN", java_script_enabled=False)
    phone.goto("/ask")
    phone.get_by_label("Viết điều cần hỏi, cần báo").fill("Làm giấy ở trọ cần gì ạ?")
    phone.get_by_role("button", name="Gửi phường").click()
    expect(phone.get_by_text("Phường đã nhận")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

    desk = signed_in("mai", viewport={"width": 1280, "height": 900}, locale="vi-VN")
    opened(desk, "/inbox").get_by_role("link", name="Làm giấy ở trọ cần gì ạ?").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Làm giấy ở trọ cần gì ạ?")
    choose(desk, "Bắt đầu từ", "Đăng ký tạm trú")
    expect(desk.get_by_label("Trả lời", exact=True)).to_have_value(re.compile("CT01"))
    settled(desk).get_by_role("button", name="Gửi trả lời").click()
    expect(desk.get_by_text("Đã trả lời 1 người.")).to_be_visible()
    expect(desk.get_by_label("Trả lời", exact=True).first).to_have_value("")  # pressed again, nothing goes twice

    phone.reload()
    expect(phone.get_by_text("Tờ khai mẫu CT01")).to_be_visible()
    phone.get_by_role("button", name="Được rồi, cảm ơn").click()
    expect(phone.get_by_text("Việc này đã xong")).to_be_visible()


def test_an_answer_that_stands_is_offered_while_somebody_types_and_is_enough(
    server: Server, someone: Callable[..., Page]
) -> None:  # fmt: skip
    phone = someone(base_url=server.url, viewport=PHONE, locale="vi-VN")
    phone.goto("/ask")
    phone.get_by_label("Viết điều cần hỏi, cần báo").fill("cho hỏi lịch thu gom rác")
    expect(phone.get_by_role("status")).to_have_text(re.compile("1 câu gần giống"))

    phone.get_by_text("Bao giờ thu gom rác?").first.click()
    expect(phone.get_by_text("Thứ Ba, trước 7 giờ sáng.")).to_be_visible()
    phone.get_by_role("button", name="Được rồi, không cần hỏi nữa").click()

    expect(phone.get_by_text("đã giúp được")).to_be_visible()
