"""The first screen calls out what wants mending, each with the way to the list of just these."""

from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from models import Proposal, ProposalKind, Unit, User
from tests.factories import make_group, make_household
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
