"""The first screen calls out what wants mending, each with the way to the list of just these."""

from datetime import timedelta
from urllib.parse import urlencode

from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from models import AccountState, Channel, Proposal, ProposalKind, Role, Unit, User
from services import rollups
from services.inquiries import Box
from tests.factories import make_account, make_group, make_household, make_inquiry, make_membership, make_unit, make_user
from tests.pages.conftest import Visit, words


def ways(at: AppTest) -> list[tuple[str, str]]:
    return [(link.proto.page, link.proto.query_string) for link in at.get("page_link")]


def test_each_kind_is_a_count_with_the_way_to_its_list(session: Session, visit: Visit, unit: Unit, official: User) -> None:
    make_group(session, unit=unit)
    make_group(session, unit=unit, leader_id=official.id)
    home = make_household(session, unit=unit)
    session.add(Proposal(kind=ProposalKind.LEFT, unit_id=unit.id, household_id=home.id))
    session.commit()

    at = visit("today", user=official)

    drawn = words(at)
    for line in ("1 đề nghị của tổ trưởng đang chờ", "1 nhóm chưa có người phụ trách", "2 nhóm chưa có đường dẫn vào nhóm"):
        assert line in drawn
    assert [page for page, _query in ways(at)].count("cascade") == 3
    assert ("proposals", "") in ways(at)


def test_a_ward_in_order_calls_nothing_out(visit: Visit, official: User) -> None:
    at = visit("today", user=official)

    assert "Không có việc nào đang chờ" in words(at)
    assert "cascade" not in [page for page, _query in ways(at)]


def test_groups_below_target_are_counted_with_the_households_they_miss(
    session: Session, visit: Visit, ward: Unit, unit: Unit, official: User
) -> None:
    ward.target_percent = 85
    full = make_unit(session, parent=ward, short_name="Tổ 1, Sông Cầu")
    for place, joined, all_ in ((unit, 1, 3), (full, 1, 1)):
        group = make_group(session, unit=place)
        homes = [make_household(session, unit=place) for _ in range(all_)]
        for home in homes[:joined]:
            make_membership(session, household=home, group=group)
    rollups.refresh(session, unit_ids=[unit.id, full.id])
    session.commit()

    at = visit("today", user=official)

    shown = words(at).replace("\xa0", " ")
    assert "1 tổ dưới mục tiêu 85 %" in shown
    assert "2 hộ chưa ở trong nhóm nào của tổ." in shown
    assert ("groups", "") in ways(at)


def test_an_account_that_is_not_let_in_is_told_with_the_way_to_its_mending(
    session: Session, visit: Visit, ward: Unit, official: User
) -> None:
    admin = make_user(session, unit=ward, role=Role.ADMIN)
    broken = make_account(session, unit=ward, channel=Channel.ZNS, state=AccountState.BROKEN, message="Token đã hết hạn.")
    session.commit()

    of_official, of_admin = visit("today", user=official), visit("today", user=admin)

    for at in (of_official, of_admin):
        assert "chưa gửi được: 0 tin đang chờ" in words(at)
        assert "Token đã hết hạn." in words(at)
    assert "Nhờ quản trị viên sửa" in words(of_official)
    assert ("channel", f"id={broken.id}") in ways(of_admin)


def test_questions_that_wait_lead_to_the_inbox_and_late_ones_to_theirs(
    session: Session, visit: Visit, ward: Unit, official: User
) -> None:
    asked = make_inquiry(session, unit=ward)
    first = visit("today", user=official)

    asked.due_at = asked.created_at - timedelta(hours=1)
    session.add(asked)
    session.commit()
    later = visit("today", user=official)

    assert "1 câu hỏi chờ trả lời" in words(first)
    assert ("inbox", urlencode({"ngan": Box.WAITING.value})) in ways(first)
    assert "1 câu đã quá hạn." in words(later)
    assert ("inbox", urlencode({"ngan": Box.LATE.value})) in ways(later)
