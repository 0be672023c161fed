"""The leader's first screen: what to post, how far the group reaches, who is missing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from adapters.codes import QrCodes
from core import clock
from models import Group, GroupKind, Household, JoinRequest, Membership, Role, TickList, Unit, User
from services import ports, rollups
from services.ports import Ports
from tests.factories import make_group, make_household, make_membership, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words
from tests.web.day import TITLE, Day, make_day

PHONE = "+84912345678"


def provide_codes() -> None:
    """Real codes on screen."""
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=QrCodes(), engine=FakeEngine(), tables=nothing))


@pytest.fixture(autouse=True)
def _codes(promises: FakeEngine) -> None:
    provide_codes()


def make_late_day(session: Session) -> tuple[Day, User]:
    """An announcement that the signed-in leader should have posted 42 minutes ago."""
    day = make_day(session, sent_at=clock.now())
    provide_codes()
    day.relay.due_at = clock.now() - timedelta(minutes=42)
    session.add(day.relay)
    session.commit()
    return day, day.leader


@pytest.fixture
def leader(session: Session, unit: Unit) -> User:
    return make_user(session, unit=unit, role=Role.LEAD, display_name="Hà Thị Minh")


@pytest.fixture
def group(session: Session, unit: Unit, leader: User) -> Group:
    return make_group(session, unit=unit, leader_id=leader.id)


def settle(session: Session, *, unit: Unit, head_name: str, group: Group | None = None, **overrides: Any) -> Household:
    """A household that figures count."""
    made = make_household(session, unit=unit, head_name=head_name, **overrides)
    if group:
        make_membership(session, household=made, group=group)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    return made


def names(at: AppTest) -> list[str]:
    """The names that open a household."""
    return [link.proto.label for link in at.get("page_link") if link.proto.page == "household"]


def test_a_leader_begins_with_the_own_group(session: Session, visit: Visit, unit: Unit, leader: User, group: Group) -> None:
    settle(session, unit=unit, head_name="Ma Văn Hùng", group=group)
    settle(session, unit=unit, head_name="Chu Thị Cúc", phone=PHONE)

    at = visit("home", user=leader)

    assert [title.value for title in at.title] == ["Tổ 13, Sông Cầu"]
    assert "1<small>/ 2 hộ</small>" in words(at)
    assert names(at) == ["Chu Thị Cúc"]
    assert f'href="tel:{PHONE}"' in words(at)
    assert [link.proto.query_string for link in at.get("page_link") if link.proto.page == "households"] == [f"to={unit.code}"]


def test_a_tick_moves_the_figure(session: Session, visit: Visit, unit: Unit, leader: User, group: Group) -> None:
    household = settle(session, unit=unit, head_name="Chu Thị Cúc", people=2)
    at = visit("my_group", user=leader)

    at.button(key=f"in_{household.id.hex}").click().run()
    at.pills(key=f"people_{household.id.hex}").set_value(2).run()

    assert "1<small>/ 1 hộ</small>" in words(at)
    assert "Không còn hộ nào ngoài nhóm" in words(at)
    assert [(stay.group_id, stay.people) for stay in session.exec(select(Membership))] == [(group.id, 2)]


def test_what_waits_to_be_posted_stands_first_and_goes_when_it_is_posted(session: Session, visit: Visit) -> None:
    day, leader = make_late_day(session)

    waiting = visit("my_group", user=leader)
    day.relay.posted_at = clock.now()
    session.add(day.relay)
    session.commit()
    posted = visit("my_group", user=leader)

    assert TITLE in words(waiting)
    assert "quá 42\u00a0phút" in words(waiting)
    assert [link.proto.url for link in waiting.get("link_button")] == [f"http://ward.test/r/{day.relay.token}"]
    assert TITLE not in words(posted)
    assert "Không có tin nào chờ đăng" in words(posted)
    assert [error.value for at in (waiting, posted) for error in at.error] == []


def test_a_leader_of_two_groups_chooses(session: Session, visit: Visit, ward: Unit, leader: User, group: Group) -> None:
    other = make_unit(session, parent=ward, short_name="Tổ 14, Sông Cầu")
    second = make_group(session, unit=other, name="Bà con Tổ 14", leader_id=leader.id)
    settle(session, unit=other, head_name="Chu Thị Cúc")
    at = visit("my_group", user=leader)
    assert [title.value for title in at.title] == ["Tổ 13, Sông Cầu"]

    at.selectbox(key="nhom").set_value(str(second.id)).run()

    assert [title.value for title in at.title] == ["Tổ 14, Sông Cầu"]
    assert names(at) == ["Chu Thị Cúc"]
    assert at.query_params["nhom"] == str(second.id)
    [sent] = visit("my_group", user=leader, nhom=str(second.id)).title
    [nonsense] = visit("my_group", user=leader, nhom="Bà con Tổ 14").title
    assert (sent.value, nonsense.value) == ("Tổ 14, Sông Cầu", "Tổ 13, Sông Cầu")


def test_a_leader_without_a_group_is_told_whom_to_ask(visit: Visit, leader: User) -> None:
    assert "Chưa có nhóm nào ghi tên ông/bà" in words(visit("my_group", user=leader))


def test_households_of_other_units_are_not_listed(session: Session, visit: Visit, ward: Unit, leader: User, group: Group) -> None:
    settle(session, unit=make_unit(session, parent=ward), head_name="Người Tổ Khác")

    at = visit("my_group", user=leader)

    assert names(at) == []


def test_whoever_leads_an_association_sees_no_list(session: Session, visit: Visit, ward: Unit, unit: Unit) -> None:
    lead = make_user(session, unit=unit, role=Role.LEAD)
    make_group(session, unit=ward, name="Hội Phụ nữ", kind=GroupKind.ASSOCIATION, leader_id=lead.id)
    settle(session, unit=make_unit(session, parent=ward), head_name="Người Tổ Khác")

    at = visit("my_group", user=lead)

    assert [title.value for title in at.title] == ["Hội Phụ nữ"]
    assert names(at) == []


def test_a_viewer_has_no_group(session: Session, visit: Visit, ward: Unit) -> None:
    at = visit("my_group", user=make_user(session, unit=ward, role=Role.VIEWER))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_a_name_never_becomes_a_tag(session: Session, visit: Visit, unit: Unit, leader: User, group: Group) -> None:
    """S01."""
    settle(session, unit=unit, head_name="<b>Hùng</b>", address="<img src=x onerror=alert(1)>")

    at = visit("my_group", user=leader)

    assert "<img" not in words(at)
    assert names(at) == ["\\<b\\>Hùng\\</b\\>"]


def test_the_address_for_the_phone_is_made_once_asked_for_and_can_be_closed(
    session: Session, visit: Visit, leader: User, group: Group
) -> None:
    at = visit("my_group", user=leader)

    at.button(key="tick_make").click().run()
    address = at.code[0].value
    at.button(key="tick_revoke").click().run()

    assert address.startswith("http://ward.test/tick/")
    assert [one.value for one in at.code] == []
    assert session.exec(select(TickList)).one().revoked_at is not None


def test_who_asks_to_come_in_is_answered_with_the_household_or_a_reason(
    session: Session, visit: Visit, unit: Unit, leader: User, group: Group
) -> None:
    household = settle(session, unit=unit, head_name="Chu Thị Cúc")
    settle(session, unit=unit, head_name="Bế Văn An")
    for name in ("Cúc", "Người Lạ"):
        session.add(JoinRequest(group_id=group.id, name=name, phone="+84987654321", people=2))
    session.commit()
    at = visit("my_group", user=leader)
    first, second = session.exec(select(JoinRequest).order_by(JoinRequest.created_at)).all()  # type: ignore[arg-type]
    session.commit()
    assert "2 nhà xin vào nhóm" in words(at)

    at.button(key=f"ask_yes_{first.id.hex}").click().run()
    at.button(key=f"ask_no_{second.id.hex}").click().run()

    assert "nhà xin vào nhóm" not in words(at)
    assert [stay.household_id for stay in session.exec(select(Membership))] == [household.id]
    session.expire_all()
    assert [one.is_accepted for one in (first, second)] == [True, False]
