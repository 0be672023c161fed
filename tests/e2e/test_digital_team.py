"""A duty swap between two phones, seen on the roster; help noted for the household whose card a member’s phone scanned."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from core import clock
from models import HelpOutcome, Household, Role, SupportVisit, TeamMember, Unit
from services import duty_patterns, household_cards, team_members
from services.access import TERMINAL
from services.duty_patterns import PatternForm
from services.team_members import MemberValues, token_of
from tests.e2e.conftest import Server
from tests.factories import make_household, make_procedure, make_unit, make_user
from tests.web.day import PHONE

pytestmark = pytest.mark.e2e


@dataclass
class Team:
    """A ward with a desk, two members, a household and its card."""

    desk: str
    minh: str
    an: str
    home: Household
    card: str


@pytest.fixture
def team(server: Server) -> Team:
    with server.session() as session:
        ward = make_unit(session, name="Phường Bắc Kạn")
        place: Unit = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu")
        desk = make_user(session, unit=ward, role=Role.STAFF)
        home = make_household(session, unit=place, head_name="Nông Thị Lan")
        make_procedure(session, unit=ward, name="Đăng ký tạm trú")
        minh, an = (
            team_members.add(session, actor=TERMINAL, values=MemberValues(name, ward.id)) for name in ("Hà Thị Minh", "Lý Văn An")
        )
        post = duty_patterns.add_post(session, actor=TERMINAL, unit_id=ward.id, name="Bộ phận Một cửa")
        tomorrow = (clock.today().weekday() + 1) % 7
        form = PatternForm(post.id, (tomorrow,), time(7, 30), time(11, 30), member_ids=(minh.id,))
        duty_patterns.add(session, actor=TERMINAL, form=form)
        [printed] = household_cards.issue(session, actor=TERMINAL, household_ids=[home.id])
        return Team(desk.username, token_of(minh, "page"), token_of(an, "page"), home, printed.cards[0].url.rpartition("/")[2])


@pytest.fixture
def pocket(server: Server, someone: Callable[..., Page]) -> Callable[[], Page]:
    """Phones of a common size, without script: an old one must do."""
    return lambda: someone(
        base_url=server.url, viewport={"width": 390, "height": 844}, user_agent=PHONE, is_mobile=True, has_touch=True,
        locale="vi-VN", java_script_enabled=False,
    )  # fmt: skip


def test_a_swap_is_asked_agreed_and_stands_on_the_roster(
    team: Team, server: Server, pocket: Callable[[], Page], signed_in: Callable[..., Page]
) -> None:  # fmt: skip
    minh, an = pocket(), pocket()
    minh.goto(f"/d/{team.minh}/duty")
    minh.get_by_role("link", name="Nhờ trực thay").first.click()
    minh.get_by_label("Lý Văn An").check()
    minh.get_by_role("button", name="Chọn người này").click()
    minh.get_by_role("button", name="Nhờ Lý Văn An").click()
    expect(minh.get_by_text("Đang chờ Lý Văn An trả lời")).to_be_visible()

    an.goto(f"/d/{team.an}")
    expect(an.get_by_text("Hà Thị Minh nhờ trực thay")).to_be_visible()
    an.get_by_role("button", name="Tôi trực thay").click()
    expect(an.get_by_text("Đã nhận ca")).to_be_visible()

    desk = signed_in(team.desk)
    desk.goto(f"/roster?tuan={clock.today() + timedelta(days=1)}")
    expect(desk.get_by_text("Lý Văn An", exact=True).first).to_be_visible()


def test_a_support_visit_is_noted_for_the_household_whose_card_is_scanned(
    team: Team, server: Server, pocket: Callable[[], Page]
) -> None:  # fmt: skip
    phone = pocket()
    phone.goto(f"/d/{team.minh}")
    phone.goto(f"/h/{team.card}")
    phone.get_by_role("link", name="Ghi lượt hỗ trợ cho hộ này").click()
    expect(phone.get_by_text("Hộ ông/bà Nông T. L.")).to_be_visible()
    phone.get_by_role("link", name="Đăng ký tạm trú").click()
    phone.get_by_label("Lần đầu người ấy làm trực tuyến").check()
    phone.get_by_role("button", name="Làm xong").click()
    expect(phone.get_by_text("Đã ghi lượt hỗ trợ.")).to_be_visible()

    with server.session() as session:
        visit, member = session.exec(
            select(SupportVisit, TeamMember).join(TeamMember).where(SupportVisit.household_id == team.home.id)
        ).one()
    assert (visit.outcome, visit.is_first_online, member.name) == (HelpOutcome.DONE, True, "Hà Thị Minh")
