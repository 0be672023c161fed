"""A leader's whole evening on an old phone: open the link, tick twelve households, add one; the ward sees coverage rise."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from sqlmodel import Session, select

from models import Membership, MembershipSource, Proposal, Role, User
from services import rollups, tick_lists
from services.access import actor_of
from tests.e2e.conftest import Server
from tests.factories import make_group, make_household, make_membership, make_unit, make_user
from tests.web.day import PHONE

pytestmark = pytest.mark.e2e

HOUSEHOLDS, INSIDE, TICKED = 40, 20, 12
DESK: ViewportSize = {"width": 1280, "height": 900}
SMALL: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Evening:
    """The address in the leader's pocket, and the group as the ward opens it."""

    address: str
    group: str
    outside: list[str]


def arrange(session: Session, url: str) -> Evening:
    """A group of forty households, half of them in the chat."""
    ward = make_unit(session, name="Phường Bắc Kạn")
    unit = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu", area="Sông Cầu")
    make_user(session, unit=ward, role=Role.OFFICIAL, username="tu", display_name="Đào Minh Tú")
    leader = make_user(session, unit=unit, role=Role.LEAD, username="minh", display_name="Hà Thị Minh")
    group = make_group(session, unit=unit, leader_id=leader.id, join_url="https://zalo.me/g/abc123")
    homes = [
        make_household(session, unit=unit, head_name=f"Ma Văn {n:02}", address=f"Số {n}", people=4)
        for n in range(1, HOUSEHOLDS + 1)
    ]
    for home in homes[:INSIDE]:
        make_membership(session, household=home, group=group)
    rollups.refresh(session, unit_ids=[unit.id])
    made = tick_lists.make(session, actor=actor_of(session, leader), group_id=group.id)
    session.commit()
    address = f"{url}/tick/{made.url.rsplit('/', 1)[1]}"
    return Evening(address, f"/group?id={group.id}", [home.head_name for home in homes[INSIDE : INSIDE + TICKED]])


def test_a_leader_ticks_twelve_adds_one_and_the_ward_sees_it(
    server: Server, someone: Callable[..., Page], signed_in: Callable[..., Page]
) -> None:
    with server.session() as session:
        evening = arrange(session, server.url)
    ward = signed_in("tu", viewport=DESK)
    ward.goto(evening.group)
    expect(ward.locator(".cn-figs .v").first).to_have_text(re.compile(rf"^{INSIDE}\s*/ {HOUSEHOLDS} hộ$"))
    page = someone(user_agent=PHONE, locale="vi-VN", viewport=SMALL, java_script_enabled=False)

    page.goto(evening.address)
    expect(page.get_by_role("heading", level=1)).to_have_text("Hộ nào đã vào nhóm?")
    page.get_by_role("button", name="Chỉ xem 20 hộ ngoài nhóm").click()
    for name in evening.outside:
        page.get_by_label(name, exact=False).and_(page.locator("[type=checkbox]")).check()
    page.get_by_role("spinbutton", name=re.compile(rf"Số người trong nhóm\s+{evening.outside[0]}")).fill("3")
    page.get_by_role("button", name="Ghi lại").click()
    expect(page.get_by_role("status")).to_contain_text("12 hộ vào nhóm")
    expect(page.get_by_text("32 / 40 hộ đã vào nhóm")).to_be_visible()
    page.get_by_text("Thêm hộ chưa có trong danh sách").click()
    page.get_by_label("Họ tên chủ hộ").fill("Chu Thị Cúc")
    page.get_by_label("Địa chỉ").fill("Số 41")
    page.get_by_role("button", name="Ghi thêm hộ này").click()
    expect(page.get_by_role("status")).to_contain_text("Hộ ghi thêm đã gửi phường xem")

    ward.reload()
    expect(ward.locator(".cn-figs .v").first).to_have_text(re.compile(rf"^{INSIDE + TICKED}\s*/ {HOUSEHOLDS} hộ$"))
    with server.session() as session:
        stays = session.exec(select(Membership).where(Membership.source == MembershipSource.LEADER)).all()
        assert max(stay.people for stay in stays) == 3
        proposal, leader = session.exec(select(Proposal)).one(), session.exec(select(User).where(User.username == "minh")).one()
        assert (proposal.words["head_name"], proposal.proposed_by_id) == ("Chu Thị Cúc", leader.id)
