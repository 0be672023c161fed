"""The plan behind its numbers, while one writes and while one approves."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlmodel import Session, select

from core.errors import NotAllowed
from models import Announcement, AnnouncementStatus, AuditEvent, Channel, Group, GroupKind, Household, Unit, User
from services import sessions
from services.needs import Why
from services.plan_list import Source
from tests.factories import (
    LONG_AGO,
    make_account,
    make_announcement,
    make_group,
    make_household,
    make_membership,
    make_rules,
    make_unit,
    make_user,
)
from tests.pages.conftest import Visit, words
from ui.planned import _workbook


@pytest.fixture
def homes(session: Session, ward: Unit, unit: Unit) -> list[Household]:
    """One in the chat, one with a telephone, one with nothing, who is alone."""
    group: Group = make_group(session, unit=unit)
    inside = make_household(session, unit=unit, head_name="Hà Thị Minh")
    make_membership(session, household=inside, group=group)
    phone = make_household(session, unit=unit, head_name="Lý Văn Páo", phone="+84912345678")
    alone = make_household(session, unit=unit, head_name="Nông Thị Lan", needs=["elderly_alone"])
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    return [inside, phone, alone]


def test_who_approves_sees_each_path_with_its_cost_and_the_households_behind_it(
    session: Session, visit: Visit, ward: Unit, homes: list[Household], official: User
) -> None:
    item = make_announcement(session, unit=ward, status=AnnouncementStatus.IN_REVIEW)
    at = visit("review", user=official, id=str(item.id))
    assert "Lý Văn Páo" not in words(at)

    at.session_state["plan"] = True
    at.run()
    rows = {row.split("<")[0]: row for row in words(at).split('<td class="">')[1:]}
    assert "300" in rows["Tin ZNS tới số điện thoại"]
    at.session_state["plan_path"] = Channel.ZNS
    at.run()

    assert not at.exception
    assert "Lý Văn Páo" in words(at)
    assert "0912 345 678" not in words(at)
    assert "Hà Thị Minh" not in words(at)


def test_who_composes_sees_the_same_before_anything_is_written(
    session: Session, visit: Visit, ward: Unit, homes: list[Household], official: User
) -> None:
    at = visit("compose", user=official)

    at.session_state["plan"] = True
    at.session_state["plan_path"] = Channel.DOOR
    at.run()

    assert not at.exception
    assert "Nông Thị Lan" in words(at)
    assert "Lý Văn Páo" not in words(at)


def test_the_list_of_paper_asks_what_for(
    session: Session, visit: Visit, ward: Unit, homes: list[Household], official: User
) -> None:
    make_rules(session, unit=ward, print_for=["elderly_alone"])
    item = make_announcement(session, unit=ward, status=AnnouncementStatus.IN_REVIEW)
    at = visit("review", user=official, id=str(item.id))

    at.session_state["plan"] = True
    at.session_state["plan_path"] = Channel.PRINT
    at.run()
    assert "Nông Thị Lan" not in words(at)
    at.radio(key="hs_needs_why").set_value(Why.DOOR).run()
    at.button(key="hs_needs_see").click().run()

    assert "Nông Thị Lan" in words(at)


def test_a_list_taken_away_is_a_workbook_and_is_kept(
    session: Session, ward: Unit, homes: list[Household], official: User, files: None
) -> None:
    item = make_announcement(session, unit=ward)
    ticket = sessions.issue_ticket(session, user_id=official.id)
    cookie = sessions.redeem(session, ticket=ticket, device="Firefox, Linux") or ""
    session.commit()

    book = _workbook(Source(announcement_id=item.id), Channel.ZNS, cookie, "vi")

    shared = ZipFile(BytesIO(book)).read("xl/sharedStrings.xml").decode()
    assert "Lý Văn Páo" in shared
    assert "Nông Thị Lan" not in shared
    assert [event.details["households"] for event in session.exec(select(AuditEvent)) if event.action == "plan.exported"] == [1]


def test_a_list_is_not_made_for_a_visit_that_has_ended(session: Session, ward: Unit, homes: list[Household]) -> None:
    session.commit()

    with pytest.raises(NotAllowed):
        _workbook(Source(unit_ids=(ward.id,)), Channel.DOOR, "no such visit", "vi")


def test_a_stranger_to_the_ward_finds_no_list(session: Session, visit: Visit, ward: Unit) -> None:
    item = make_announcement(session, unit=ward, status=AnnouncementStatus.IN_REVIEW)
    at = visit("review", user=make_user(session, unit=make_unit(session)), id=str(item.id))

    assert not [one for one in at.expander if "Từng hộ" in one.label]


def test_groups_told_as_well_are_chosen_while_writing_and_named_while_approving(
    session: Session, visit: Visit, ward: Unit, homes: list[Household], official: User
) -> None:
    sector = make_group(session, unit=ward, kind=GroupKind.SECTOR, name="Hội Phụ nữ phường")
    at = visit("compose", user=official)

    at.text_input(key="c_title").set_value("Khám sàng lọc")
    at.text_area(key="c_body").set_value("Sáng mai, tại Trạm Y tế.")
    at.multiselect(key="c_also").set_value([sector.id])
    at.button(key="c_save").click().run()

    [item] = session.exec(select(Announcement)).all()
    session.commit()
    assert item.also_groups == [str(sector.id)]
    assert "Hội Phụ nữ phường" in words(visit("review", user=official, id=str(item.id)))
    assert visit("compose", user=official, id=str(item.id)).multiselect(key="c_also").value == [sector.id]


def test_a_group_that_closed_is_no_longer_offered_nor_kept(
    session: Session, visit: Visit, ward: Unit, homes: list[Household], official: User
) -> None:
    closed, other = (make_group(session, unit=ward, kind=GroupKind.ASSOCIATION, name=name) for name in ("Cũ", "Mới"))
    item = make_announcement(session, unit=ward, also_groups=[str(closed.id), str(other.id)])
    closed.closed_on = LONG_AGO
    session.add(closed)
    session.commit()

    at = visit("compose", user=official, id=str(item.id))

    assert not at.exception
    assert at.multiselect(key="c_also").value == [other.id]
