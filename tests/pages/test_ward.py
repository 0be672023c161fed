"""The ward's own settings on screen: who may set them, what is refused, where they take effect."""

import pytest
from sqlmodel import Session, select

from models import Role, Unit, UnitKind
from tests.factories import make_unit, make_user
from tests.pages.conftest import Visit


def fresh(session: Session, ward: Unit) -> Unit:
    session.expire_all()
    found = session.exec(select(Unit).where(Unit.id == ward.id)).one()
    session.commit()  # a reader that stays would hold the page's writes up
    return found


def test_an_official_sets_what_the_ward_decides(session: Session, visit: Visit) -> None:
    ward = make_unit(session, phone="+842093870123")
    at = visit("ward", user=make_user(session, unit=ward, role=Role.OFFICIAL))
    key = ward.id.hex
    assert at.text_input(key=f"{key}_phone").value == "0209 387 0123"

    at.text_input(key=f"{key}_phone").set_value("0209 3870 124")
    at.text_input(key=f"{key}_address").set_value("Số 7, đường Trường Chinh")
    at.text_input(key=f"{key}_hours").set_value("7 giờ 30 đến 17 giờ")
    at.number_input(key=f"{key}_target").set_value(95)
    at.toggle(key=f"{key}_alone").set_value(True)
    at.button(key="w_save").click().run()

    found = fresh(session, ward)
    assert (found.phone, found.address, found.office_hours) == (
        "+842093870124", "Số 7, đường Trường Chinh", "7 giờ 30 đến 17 giờ",
    )  # fmt: skip
    assert (found.target_percent, found.allows_self_approval) == (95, True)


def test_a_wrong_telephone_is_refused_at_its_field_and_nothing_is_lost(session: Session, visit: Visit) -> None:
    ward = make_unit(session, address="Số 1")
    at = visit("ward", user=make_user(session, unit=ward, role=Role.ADMIN))

    at.text_input(key=f"{ward.id.hex}_phone").set_value("12")
    at.text_input(key=f"{ward.id.hex}_address").set_value("Số 7")
    at.button(key="w_save").click().run()

    assert [error.value for error in at.error] == ["“12” không phải số điện thoại. Ví dụ đúng: 0912 345 678."]
    assert at.text_input(key=f"{ward.id.hex}_address").value == "Số 7"
    assert fresh(session, ward).address == "Số 1"


def test_a_province_chooses_one_of_its_wards(session: Session, visit: Visit) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    one, other = (
        make_unit(session, parent=province, kind=UnitKind.COMMUNE, name=name) for name in ("Phường Bắc Kạn", "Phường Đức Xuân")
    )  # fmt: skip
    at = visit("ward", user=make_user(session, unit=province, role=Role.ADMIN), xa="Phường Đức Xuân")

    at.text_input(key=f"{other.id.hex}_address").set_value("Số 7")
    at.button(key="w_save").click().run()

    assert (fresh(session, one).address, fresh(session, other).address) == ("", "Số 7")


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.VIEWER])
def test_others_do_not_see_the_settings(session: Session, visit: Visit, role: Role) -> None:
    at = visit("ward", user=make_user(session, unit=make_unit(session), role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]
    assert not at.number_input
