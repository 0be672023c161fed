"""The screens of personal data: registers, requests, retention, breaches; empty, full, and for whoever may not decide."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from core import clock
from models import (
    Breach,
    BreachField,
    Consent,
    Extra,
    Household,
    IdentityCheck,
    ProcessingPurpose,
    Processor,
    RequestKind,
    RequestStatus,
    Role,
    SubjectRequest,
    Unit,
    User,
)
from services import subject_erasure
from services.access import actor_of
from services.privacy_purposes import USUAL, take_usual
from tests.factories import make_unit, make_user
from tests.pages.conftest import Visit, words
from tests.services.subject_life import NAME, TYPED, settle

pytestmark = pytest.mark.usefixtures("noon")
PAGES = ("personal_data", "purposes", "processors", "retention", "subject_requests", "breaches")


@pytest.fixture
def home(session: Session, ward: Unit) -> Household:
    return settle(session, unit=make_unit(session, parent=ward, short_name="Tổ 13"), ward=ward)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_says_what_it_is_for_while_nothing_is_there(visit: Visit, official: User, page: str) -> None:
    at = visit(page, user=official)

    assert not at.exception
    assert len(words(at)) > 100


def test_the_record_begins_with_the_usual_lines_and_takes_another(session: Session, visit: Visit, official: User) -> None:
    visit("purposes", user=official).button(key="pp_usual").click().run()
    assert len(session.exec(select(ProcessingPurpose)).all()) == len(USUAL)

    at = visit("purposes", user=official)
    at.text_input(key="pp_name_new").set_value("Xét tặng Gia đình văn hóa")
    at.text_area(key="pp_fields_new").set_value("họ tên chủ hộ")
    at.button(key="pp_save_new").click().run()

    assert at.text_input(key="pp_name_new").value == ""  # a second press writes it once
    assert "Xét tặng Gia đình văn hóa" in words(visit("purposes", user=official))


def test_staff_read_the_registers_and_decide_nothing(session: Session, visit: Visit, ward: Unit) -> None:
    staff = make_user(session, unit=ward, role=Role.STAFF)

    assert [one.key for one in visit("purposes", user=staff).button if str(one.key).startswith("pp_")] == []
    assert "không có quyền" in visit("breaches", user=staff).error[0].value


def test_a_request_goes_its_way_from_the_desk_to_the_letter(
    session: Session, visit: Visit, official: User, home: Household
) -> None:
    at = visit("subject_requests", user=official)
    at.selectbox(key="sr_kind").set_value(RequestKind.ERASE)
    at.text_input(key="sr_by").set_value("Lường Văn Con")
    at.button(key="sr_save").click().run()
    request = session.exec(select(SubjectRequest)).one()
    assert "trả lời tiếp nhận trước hết" in words(visit("subject_requests", user=official)).replace("\xa0", " ")
    assert "yêu cầu về dữ liệu cá nhân" in words(visit("today", user=official))

    at = visit("subject_request", user=official, id=str(request.id))
    at.text_input(key="sr_find").set_value(TYPED).run()
    at.radio(key="sr_home").set_value(home.id).run()
    at.selectbox(key="sr_identity").set_value(IdentityCheck.PAPERS)
    at.button(key="sr_check").click().run()
    at = visit("subject_request", user=official, id=str(request.id))
    at.checkbox(key="sr_sure").set_value(True).run()
    at.button(key="sr_erase").click().run()
    at = visit("subject_request", user=official, id=str(request.id))
    at.text_area(key="sr_outcome").set_value("Đã xóa ngày 24/11")
    at.button(key="sr_done").click().run()
    at = visit("subject_request", user=official, id=str(request.id))
    at.number_input(key="sr_no").set_value(12)
    at.button(key="sr_no_save").click().run()

    assert "số 12, ngày" in words(visit("subject_request", user=official, id=str(request.id))).lower()
    session.expire_all()
    assert session.get_one(SubjectRequest, request.id).status is RequestStatus.DONE
    assert session.get_one(Household, home.id).head_name == subject_erasure.NAME
    assert "Đã xong" in words(visit("subject_requests", user=official))


def test_what_a_household_says_is_written_down_on_its_page(
    session: Session, visit: Visit, official: User, home: Household
) -> None:
    at = visit("household", user=official, id=str(home.id))
    at.selectbox(key="cs_extra").set_value(Extra.SURVEYS)
    at.radio(key="cs_given").set_value(False)
    at.text_input(key="cs_by").set_value(NAME)
    at.button(key="cs_save").click().run()

    said = session.exec(select(Consent)).one()
    assert (said.extra, said.is_given, said.recorded_by_id) == (Extra.SURVEYS, False, official.id)
    assert "bản lời 2026-11" in words(visit("household", user=official, id=str(home.id)))


def test_a_breach_has_its_clock_its_households_and_its_drafts(
    session: Session, visit: Visit, official: User, ward: Unit, home: Household
) -> None:
    at = visit("breaches", user=official)
    at.selectbox(key="br_which_new_unit").set_value(str(home.unit_id))
    at.text_input(key="br_title_new").set_value("Gửi nhầm danh sách lên nhóm")
    at.multiselect(key="br_fields_new").set_value([BreachField.NAMES, BreachField.PHONES])
    at.button(key="br_save_new").click().run()
    breach = session.exec(select(Breach)).one()
    assert (breach.households, breach.people) == (1, 4)

    page = visit("breach", user=official, id=str(breach.id))
    assert not page.exception
    assert "Lường T. Q." in words(page)
    assert TYPED not in words(page)
    assert "Hạn 72 giờ" in words(visit("today", user=official))
    page.number_input(key="br_number_1").set_value(12)
    page.button(key="br_number_1_save").click().run()
    assert "số 12, ngày " in words(page)
    page.text_area(key=f"br_done_{breach.id.hex}").set_value("Đã xóa tệp")
    page.button(key=f"br_save_{breach.id.hex}").click().run()
    page.number_input(key="br_number_2").set_value(15)
    page.button(key="br_number_2_save").click().run()
    assert "số 15, ngày " in words(page)
    assert "thông báo bổ sung số 15, ngày " in words(visit("breaches", user=official))
    page.button(key="br_told").click().run()
    session.expire_all()
    assert session.get_one(Breach, breach.id).authority_told_at is not None


def test_days_are_changed_within_bounds_and_tonight_is_told(
    session: Session, visit: Visit, official: User, home: Household
) -> None:
    home.arrived_on = home.left_on = clock.today() - timedelta(days=2000)
    session.add(home)
    session.commit()

    assert "hộ đã chuyển đi" in words(visit("retention", user=official))
    at = visit("retention", user=official)
    at.selectbox(key="rt_which").set_value("scans").run()
    at.number_input(key="rt_days_scans").set_value(30)
    at.button(key="rt_save").click().run()

    assert "30" in words(visit("retention", user=official))


def test_who_outside_gets_data_is_written_down(session: Session, visit: Visit, official: User, ward: Unit) -> None:
    take_usual(session, actor=actor_of(session, official), ward_id=ward.id)
    session.commit()
    at = visit("processors", user=official)
    at.text_input(key="pr_name").set_value("Kho sao lưu")
    at.text_input(key="pr_country").set_value("sg")
    at.button(key="pr_save").click().run()

    assert at.text_input(key="pr_name").value == ""
    assert session.exec(select(Processor.country)).one() == "SG"
    assert "nước ngoài: SG" in words(visit("processors", user=official))
    assert "1 ở nước ngoài" in words(visit("personal_data", user=official))
