"""Printed codes on screen: what hangs where, moved without a new print, made."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from adapters.codes import QrCodes
from core import clock
from core.settings import settings
from models import LinkTrouble, Purpose, Role, ShortLink, Unit, User
from services import link_details, link_making, links, ports
from services.ports import Label, Ports, SheetHead
from services.print_layouts import Layout
from tests.factories import make_link, make_procedure, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Offered, Visit, words


class FakePaper:
    """A printer that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], str, str]] = []

    def qr_sheet(self, labels: Sequence[Label], *, layout: Layout, head: SheetHead) -> tuple[bytes, int]:
        self.asked.append(([label.title for label in labels], layout, head.unit_name))
        return b"%PDF-", 1


@pytest.fixture
def paper(promises: FakeEngine) -> FakePaper:
    """Real codes on screen, and a printer with a memory."""
    nothing: Any = Nothing()
    made: Any = FakePaper()
    ports.provide(Ports(sheets=nothing, paper=made, codes=QrCodes(), engine=promises, tables=nothing))
    return made  # type: ignore[no-any-return]


def make_clerk(session: Session, **overrides: Any) -> User:
    return make_user(session, unit=make_unit(session, name="Phường Bắc Kạn"), role=Role.STAFF, **overrides)


def pressed(at: AppTest, key: str) -> AppTest:
    at.button(key=key).click()
    return at.run()


def link_of(session: Session, link: ShortLink) -> ShortLink:
    session.expire_all()
    return session.exec(select(ShortLink).where(ShortLink.id == link.id)).one()


def test_the_codes_are_read_once_a_run_with_what_is_wrong_and_when_they_were_checked(
    session: Session, visit: Visit, paper: FakePaper, asked: list[str]
) -> None:  # fmt: skip
    clerk = make_clerk(session)
    make_link(session, unit_id=clerk.unit_id, trouble=LinkTrouble.EMPTY, failed_visits=3, last_checked_at=clock.now())
    asked.clear()

    at = visit("links", user=clerk)

    assert sum(statement.startswith("SELECT shortlink.") for statement in asked) == 1
    assert "Trang tới cần xem" in words(at)
    assert "kiểm tra lần cuối" in words(at)


def test_a_ward_without_codes_is_told_what_they_are_for(session: Session, visit: Visit, paper: FakePaper) -> None:
    at = visit("links", user=make_clerk(session))

    assert "Chưa có mã nào" in words(at)


def test_the_list_names_the_broken_code_first_and_leads_to_its_mending(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    make_link(session, unit_id=clerk.unit_id, title="Đăng ký tạm trú", place="Tổ 5", scans=9)
    make_link(session, unit_id=clerk.unit_id, title="Đăng ký khai sinh", place="Một cửa", last_status=404)
    make_link(session, unit_id=make_unit(session).id, title="Mã nơi khác")

    shown = words(visit("links", user=clerk))

    assert "Mã QR hỏng: Đăng ký khai sinh" in shown
    assert "Một cửa: trang tới trả lời 404" in shown
    assert shown.index("Đăng ký khai sinh</a>") < shown.index("Đăng ký tạm trú</a>")
    assert "Mã nơi khác" not in shown


def test_names_of_codes_never_become_tags(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    make_link(session, unit_id=clerk.unit_id, title="<img src=x onerror=alert(1)>", place="**đậm**")

    at = visit("links", user=clerk)

    assert "<img src=x" not in words(at)
    assert "&lt;img src=x" in words(at)


@pytest.mark.parametrize("page", ["links", "link", "new_link"])
@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_others_are_told_that_it_is_not_for_them(session: Session, visit: Visit, page: str, role: Role) -> None:
    at = visit(page, user=make_user(session, unit=make_unit(session), role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_a_code_of_another_ward_cannot_be_opened(session: Session, visit: Visit, paper: FakePaper) -> None:
    foreign = make_link(session, unit_id=make_unit(session).id, title="Mã nơi khác")

    at = visit("link", user=make_clerk(session), ma=foreign.slug)

    assert "Không tìm thấy mã" in at.error[0].value
    assert "Mã nơi khác" not in words(at)


def test_a_code_moves_to_a_trusted_page_and_back(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    link = make_link(session, unit_id=clerk.unit_id, target_url="https://dichvucong.gov.vn/a")
    at = visit("link", user=clerk, ma=link.slug)

    at.text_input[0].set_value("https://DichVuCong.gov.vn/b").run()
    pressed(at, "move")

    assert link_of(session, link).target_url == "https://dichvucong.gov.vn/b"
    session.rollback()
    pressed(at, "undo")
    assert link_of(session, link).target_url == "https://dichvucong.gov.vn/a"


def test_a_page_nobody_vouches_for_needs_a_second_look(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    link = make_link(session, unit_id=clerk.unit_id)
    at = visit("link", user=clerk, ma=link.slug)

    at.text_input[0].set_value("https://baobackan.vn/tin").run()
    is_held = at.button(key="move").disabled
    at.checkbox[0].check().run()
    pressed(at, "move")

    assert is_held
    assert link_of(session, link).target_url == "https://baobackan.vn/tin"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://dichvucong.gov.vn/", "https://dichvucong.gov.vn.evil.com/"])
def test_an_address_that_may_not_be_linked_to_is_refused_where_it_is_typed(
    session: Session, visit: Visit, paper: FakePaper, url: str
) -> None:
    clerk = make_clerk(session)
    link = make_link(session, unit_id=clerk.unit_id)
    at = visit("link", user=clerk, ma=link.slug)

    at.text_input[0].set_value(url).run()

    assert len(at.error) == 1
    assert at.button(key="move").disabled


def test_a_code_is_switched_off(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    link = make_link(session, unit_id=clerk.unit_id)

    pressed(visit("link", user=clerk, ma=link.slug), "switch_ok")

    assert link_of(session, link).is_active is False


def test_a_code_is_made(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    at = visit("new_link", user=clerk)

    at.text_input(key="l_title").set_value("Đăng ký khai sinh")
    at.text_input(key="l_place").set_value("Cửa Một cửa")
    at.text_input(key="l_new_url").set_value("https://dichvucong.gov.vn/x").run()
    pressed(at, "l_make")

    made = session.exec(select(ShortLink)).one()
    assert (made.title, made.place, made.target_url, made.unit_id) == (
        "Đăng ký khai sinh", "Cửa Một cửa", "https://dichvucong.gov.vn/x", clerk.unit_id,
    )  # fmt: skip
    assert made.title in at.success[0].value


def test_one_code_leads_to_all_procedures_until_a_day(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    make_procedure(session, unit=session.get_one(Unit, clerk.unit_id), code="1.004194")
    at = visit("new_link", user=clerk)

    at.selectbox(key="l_procedure").set_value("whole").run()
    at.date_input(key="l_last").set_value(clock.today()).run()
    pressed(at, "l_make")

    made = session.exec(select(ShortLink)).one()
    assert (made.target_url, made.title) == ("/p", "Thủ tục của phường")
    assert link_details.last_day_of(made) == clock.today()


@pytest.mark.parametrize(
    ("page", "purpose", "title"),
    [("/privacy", Purpose.URL, "Phường giữ gì của bà con"), ("/ask", Purpose.ASK, "Hỏi phường")],
)
def test_a_page_of_ours_that_everybody_may_read_has_a_ready_code(
    session: Session, visit: Visit, paper: FakePaper, page: str, purpose: Purpose, title: str
) -> None:
    clerk = make_clerk(session)

    pressed(visit("new_link", user=clerk, trang=page), "l_make")
    make_unit(session, code="01840")  # a second ward in this house

    made = session.exec(select(ShortLink)).one()
    assert (made.target_url, made.title, made.purpose) == (page, title, purpose)
    assert links.target_of(made) == settings().public_url + page
    among_two = link_making.public_pages(session, unit=session.get_one(Unit, clerk.unit_id))
    assert list(among_two.values()) == list(links.PUBLIC_PAGES.values())
    ward = session.get_one(Unit, clerk.unit_id)
    assert list(among_two) == [f"{path}?xa={ward.code}" for path in links.PUBLIC_PAGES]


def test_a_code_in_use_leads_to_the_print_studio(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    hung, off = make_link(session, unit_id=clerk.unit_id), make_link(session, unit_id=clerk.unit_id, is_active=False)

    leads = [
        [one.proto.query_string for one in visit("links", user=clerk, ma=link.slug).get("page_link")
         if one.proto.label == "In mã này"]
        for link in (hung, off)
    ]  # fmt: skip

    assert leads == [[f"ma={hung.slug}"], []]


def test_the_first_screen_and_this_one_count_codes_in_the_same_words(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    make_link(session, unit_id=clerk.unit_id, title="Khai sinh", last_status=404)
    make_link(session, unit_id=clerk.unit_id)
    make_link(session, unit_id=clerk.unit_id, is_active=False)

    first, here = words(visit("today", user=clerk)), words(visit("links", user=clerk))

    for shown in (first, here):
        assert 'Mã QR còn dùng</dt><dd class="v">1<small>/ 3 mã</small>' in shown
        assert "1 mã hỏng" in shown
        assert "Mã QR hỏng: Khai sinh" in shown


def test_codes_are_looked_for_without_marks_and_the_search_lies_in_the_address(
    session: Session, visit: Visit, paper: FakePaper
) -> None:
    clerk = make_clerk(session)
    make_link(session, unit_id=clerk.unit_id, title="Đăng ký khai sinh", place="Một cửa")
    make_link(session, unit_id=clerk.unit_id, title="Lịch tiêm chủng", place="Trạm Y tế")

    at = visit("links", user=clerk, tim="tram y te")

    assert at.text_input(key="tim").value == "tram y te"
    assert "Lịch tiêm chủng</a>" in words(at)
    assert "Đăng ký khai sinh</a>" not in words(at)
    assert at.selectbox(key="chosen").options == ["Lịch tiêm chủng (Trạm Y tế)"]


def test_a_search_without_an_answer_says_what_to_try(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    make_link(session, unit_id=clerk.unit_id, title="Đăng ký khai sinh")

    at = visit("links", user=clerk, tim="giấy phép")

    assert "Không có mã nào khớp" in words(at)
    assert "Chưa có mã nào" not in words(at)


def test_an_address_without_https_is_completed_and_said(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    link = make_link(session, unit_id=clerk.unit_id)
    at = visit("link", user=clerk, ma=link.slug)

    at.text_input[0].set_value("dichvucong.gov.vn/b").run()
    said = words(at)
    pressed(at, "move")

    assert "Đã thêm https:// vào trước: https://dichvucong.gov.vn/b" in said
    assert link_of(session, link).target_url == "https://dichvucong.gov.vn/b"


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A house at an address that only this machine opens."""
    monkeypatch.setenv("CAUNOI_PUBLIC_URL", "http://localhost:8501")
    settings.cache_clear()


@pytest.mark.usefixtures("unreachable")
def test_dead_codes_are_warned_of_wherever_they_are_taken(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    link = make_link(session, unit_id=clerk.unit_id)

    for at in (visit("links", user=clerk), visit("link", user=clerk, ma=link.slug)):
        assert "http://localhost:8501 chỉ mở được trên máy này" in words(at)
        assert "CAUNOI_PUBLIC_URL" in words(at)


def test_a_house_with_a_true_address_is_not_warned(session: Session, visit: Visit, paper: FakePaper) -> None:
    clerk = make_clerk(session)
    make_link(session, unit_id=clerk.unit_id)

    at = visit("links", user=clerk)

    assert "chỉ mở được trên máy này" not in words(at)


def test_a_code_is_taken_away_as_a_picture_and_as_a_drawing(
    session: Session, visit: Visit, paper: FakePaper, offered: list[Offered]
) -> None:
    clerk = make_clerk(session)
    link = make_link(session, unit_id=clerk.unit_id)
    url = links.public_url(link)

    at = visit("link", user=clerk, ma=link.slug)

    assert [button.proto.label for button in at.get("download_button")] == ["PNG", "SVG"]
    assert [(one.name, one.kind, one.content) for one in offered] == [
        (f"ma-{link.slug}-tron.png", "image/png", QrCodes().png(url)),
        (f"ma-{link.slug}-tron.svg", "image/svg+xml", QrCodes().svg(url)),
    ]
