"""Reorganising on screen: an official plans, sees what moves, decides, confirms by count; who else may not."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core import clock
from models import JoinRequest, Reorganisation, ReorganisationStatus, Role, Unit, User
from services import reorganisations as plans
from services.access import TERMINAL
from tests.factories import make_user
from tests.pages.conftest import Visit
from tests.services.reorganising import chat_of, make_ward, merge, tier


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_ward(session, "01843", "Phường Bắc Kạn")


def plan_of(session: Session) -> Reorganisation:
    session.expire_all()
    found = session.exec(select(Reorganisation)).one()
    session.commit()  # a reader that stays would hold the page's writes up
    return found


def planned(session: Session, *old: Unit, on: date | None = None) -> Reorganisation:
    kept = plans.plan(session, actor=TERMINAL, draft=merge(*old, on=on or clock.today()))
    session.commit()
    return kept


def shown(at: AppTest) -> str:
    return " ".join(element.proto.body for element in at.get("html"))


def test_an_empty_list_says_what_it_is_for(visit: Visit, official: User) -> None:
    at = visit("reorganise", user=official)

    assert "Chưa có lần sắp xếp nào" in shown(at)


def test_an_official_merges_two_groups_from_a_plan_to_its_end(
    session: Session, visit: Visit, ward: Unit, official: User
) -> None:  # fmt: skip
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    at = visit("reorganise", user=official, moi="gop")
    at.date_input(key="r_day").set_value(clock.today())
    at.multiselect(key="r_gop_old").set_value([four.id, five.id])
    at.text_input(key="r_name_0").set_value("Tổ dân phố 45").run()
    assert "6<small>hộ</small>" in shown(at)

    at.button(key="r_save").click().run()
    kept = plan_of(session)
    assert (kept.status, kept.steps["parts"][0]["code"]) == (ReorganisationStatus.PLANNED, "01843-T45")

    at = visit("reorganise", user=official, id=str(kept.id))
    assert "Tổ dân phố 4, Tổ dân phố 5 → Tổ dân phố 45" in at.title[0].value
    assert at.button(key="r_carry").disabled
    at.text_input(key="r_typed").set_value("6").run()
    at.button(key="r_carry").click().run()

    assert plan_of(session).status is ReorganisationStatus.DONE
    session.refresh(four)
    assert four.valid_to == clock.today()


def test_what_hangs_on_a_unit_is_decided_one_by_one(session: Session, visit: Visit, ward: Unit, official: User) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    kept, small = planned(session, four, five), chat_of(session, four)
    session.commit()
    at = visit("reorganise", user=official, id=str(kept.id))
    box = at.selectbox(key=f"r_d_group:{small.id}")
    assert box.options == ["sang Tổ dân phố Mới", "gộp vào Bà con tổ 5", "đóng nhóm"]

    box.select_index(2)
    at.button(key="r_decide").click().run()

    assert plan_of(session).steps["decisions"][f"group:{small.id}"]["fate"] == "ended"


def test_what_waits_is_counted_before_and_after(session: Session, visit: Visit, ward: Unit, official: User) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5, homes=5)
    small = chat_of(session, four)
    session.add(JoinRequest(group_id=small.id, name="Hoàng Thị Mỷ"))
    session.commit()
    kept = planned(session, four, five)
    at = visit("reorganise", user=official, id=str(kept.id))
    assert "Yêu cầu vào nhóm chờ trả lời" in shown(at)
    assert "đóng lại, trả lời là không nhận" not in shown(at)
    at.selectbox(key=f"r_d_group:{small.id}").select_index(2)
    at.button(key="r_decide").click().run()
    at = visit("reorganise", user=official, id=str(kept.id))
    assert "đóng lại, trả lời là không nhận" in shown(at)

    at.text_input(key="r_typed").set_value("8").run()
    at.button(key="r_carry").click().run()

    assert "Yêu cầu vào nhóm đóng lại" in shown(visit("reorganise", user=official, id=str(kept.id)))


def test_a_division_shows_how_many_go_where(session: Session, visit: Visit, ward: Unit, official: User) -> None:
    old = tier(session, ward, 4, homes=5)
    at = visit("reorganise", user=official, moi="tach")
    at.date_input(key="r_day").set_value(clock.today())
    at.selectbox(key="r_old").set_value(old.id).run()
    for place, name in enumerate(("Tổ dân phố 4A", "Tổ dân phố 4B")):
        at.text_input(key=f"r_name_{place}").set_value(name)
        at.text_input(key=f"r_code_{place}").set_value(f"S{place}")
    at.text_input(key="r_codes_1").set_value("1-2; 99")
    at.text_input(key="r_address_0").set_value("ngõ lạ").run()

    assert "Không hộ nào khớp: ngõ lạ" in shown(at)
    at.button(key="r_save").click().run()

    assert [rule["words"] for rule in plan_of(session).steps["rules"]] == ["ngõ lạ", "1-2; 99"]


def test_what_cannot_be_right_is_told_under_its_field_and_nothing_is_kept(
    session: Session, visit: Visit, ward: Unit, official: User
) -> None:  # fmt: skip
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    at = visit("reorganise", user=official, moi="gop")
    at.multiselect(key="r_gop_old").set_value([four.id])
    at.text_input(key="r_name_0").set_value("Tổ dân phố 45").run()

    assert [error.value for error in at.error] == ["Chọn ít nhất hai đơn vị để gộp, hoặc chọn đơn vị giữ lại."]

    at.multiselect(key="r_gop_old").set_value([four.id, five.id])
    at.text_input(key="r_code_0").set_value(ward.code).run()

    assert [error.value for error in at.error] == ["Mã 01843 đang là của Phường Bắc Kạn."]
    assert session.exec(select(Reorganisation)).all() == []


def test_a_plan_of_a_later_day_waits_and_may_be_dropped(session: Session, visit: Visit, ward: Unit, official: User) -> None:
    kept = planned(session, tier(session, ward, 4), tier(session, ward, 5), on=clock.today() + timedelta(days=3))
    at = visit("reorganise", user=official, id=str(kept.id))
    assert "Rạng sáng ngày đó hệ thống tự thực hiện" in shown(at)
    assert not [button for button in at.button if button.key == "r_carry"]

    at.button(key="r_drop").click().run()

    assert plan_of(session).status is ReorganisationStatus.DROPPED


def test_a_plan_that_cannot_be_right_any_more_says_why(session: Session, visit: Visit, ward: Unit, official: User) -> None:
    four, five = tier(session, ward, 4), tier(session, ward, 5)
    kept = planned(session, four, five)
    four.valid_to = date(2026, 1, 1)
    session.add(four)
    session.commit()

    at = visit("reorganise", user=official, id=str(kept.id))

    assert [error.value for error in at.error] == ["Tổ dân phố 4 đã kết thúc từ ngày 01/01/2026."]
    assert "không thực hiện được nữa" in shown(at)


def test_a_province_finds_a_ward_by_its_old_name(session: Session, visit: Visit, ward: Unit) -> None:
    other = make_ward(session, "01840", "Phường Đức Xuân")
    four = tier(session, ward, 4)
    province = session.get_one(Unit, ward.parent_id)
    at = visit("reorganise", user=make_user(session, unit=province, role=Role.OFFICIAL), moi="chuyen")
    at.text_input(key="r_chuyen_ward_words").set_value("phung chi kien").run()
    at.date_input(key="r_day").set_value(clock.today())
    at.multiselect(key="r_chuyen_old").set_value([four.id])
    at.text_input(key="r_to_words").set_value("duc xuan").run()

    at.button(key="r_save").click().run()

    assert plan_of(session).steps["ward"] == str(other.id)


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.VIEWER])
def test_others_do_not_see_the_page(session: Session, visit: Visit, ward: Unit, role: Role) -> None:
    at = visit("reorganise", user=make_user(session, unit=ward, role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


def test_a_plan_elsewhere_is_not_found(session: Session, visit: Visit, ward: Unit) -> None:
    kept = planned(session, tier(session, ward, 4), tier(session, ward, 5))
    stranger = make_user(session, unit=make_ward(session, "01840", "Phường Đức Xuân"), role=Role.OFFICIAL)

    at = visit("reorganise", user=stranger, id=str(kept.id))

    assert [error.value for error in at.error] == ["Không tìm thấy lần sắp xếp này."]
