"""The ward's own settings on screen: who may set them, what is refused, where they take effect."""

from typing import Any

import pytest
from sqlmodel import Session, select

from adapters.codes import QrCodes
from adapters.documents import SiftedDocuments
from core.db import transaction
from models import AccountState, Channel, Need, Role, Unit, UnitKind
from services import emblems, ports, reach_rules
from services.access import TERMINAL
from services.ports import Ports
from services.reach_rules import Duty, RulesForm
from tests.factories import make_account, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words
from tests.papers import photo


def fresh(session: Session, ward: Unit) -> Unit:
    session.expire_all()
    found = session.exec(select(Unit).where(Unit.id == ward.id)).one()
    session.commit()  # a reader that stays would hold the page's writes up
    return found


def test_an_official_sets_what_the_ward_decides(session: Session, visit: Visit) -> None:
    ward = make_unit(session, phone="+842093870123")
    at = visit("our_ward", user=make_user(session, unit=ward, role=Role.OFFICIAL))
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
    at = visit("our_ward", user=make_user(session, unit=ward, role=Role.ADMIN))

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
    at = visit("our_ward", user=make_user(session, unit=province, role=Role.ADMIN), xa=other.code)

    at.text_input(key=f"{other.id.hex}_address").set_value("Số 7")
    at.button(key="w_save").click().run()

    assert (fresh(session, one).address, fresh(session, other).address) == ("", "Số 7")
    assert at.query_params["xa"] == other.code, "and stays with it after the write"
    assert at.text_input(key=f"{other.id.hex}_address").value == "Số 7"


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.VIEWER])
def test_others_do_not_see_the_settings(session: Session, visit: Visit, role: Role) -> None:
    at = visit("our_ward", user=make_user(session, unit=make_unit(session), role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]
    assert not at.number_input


def test_an_official_sets_how_households_are_told(session: Session, visit: Visit) -> None:
    ward = make_unit(session)
    at = visit("our_ward", user=make_user(session, unit=ward, role=Role.OFFICIAL))
    key = ward.id.hex

    at.multiselect(key=f"{key}_order").set_value([Channel.ZNS, Channel.RELAY])
    at.number_input(key=f"{key}_budget").set_value(200_000)
    at.multiselect(key=f"{key}_print").set_value([Need.ELDERLY_ALONE])
    at.text_area(key=f"{key}_duty").set_value("Hà Thị Minh, 0912 345 678")
    at.button(key=f"{key}_rules_save").click().run()

    rules = reach_rules.of(session, ward=ward)
    session.commit()
    assert (rules.order, rules.budget, rules.print_for) == ((Channel.ZNS, Channel.RELAY), 200_000, (Need.ELDERLY_ALONE,))
    assert rules.duty == (Duty("Hà Thị Minh", "+84912345678"),)
    assert [news.value for news in at.success] == ["Đã ghi quy tắc đưa tin."]
    at.number_input(key=f"{key}_budget").set_value(100_000)
    at.button(key=f"{key}_rules_save").click().run()
    assert reach_rules.of(session, ward=ward).budget == 100_000


def test_a_line_of_the_duty_list_without_a_number_is_refused_at_its_field(session: Session, visit: Visit) -> None:
    ward = make_unit(session)
    at = visit("our_ward", user=make_user(session, unit=ward, role=Role.OFFICIAL))
    key = ward.id.hex

    at.text_area(key=f"{key}_duty").set_value("Hà Thị Minh, 0912 345 678\nTrực ban")
    at.button(key=f"{key}_rules_save").click().run()

    assert [error.value for error in at.error] == ["Dòng 2 của danh sách trực chưa đúng. Viết như: Hà Thị Minh, 0912 345 678."]
    assert at.text_area(key=f"{key}_duty").value == "Hà Thị Minh, 0912 345 678\nTrực ban"


def test_rules_that_someone_else_changed_meanwhile_are_not_written_over(session: Session, visit: Visit) -> None:
    ward = make_unit(session)
    at = visit("our_ward", user=make_user(session, unit=ward, role=Role.OFFICIAL))
    key = ward.id.hex
    with transaction() as other:
        values = RulesForm(budget=50_000)
        reach_rules.change(other, actor=TERMINAL, unit_id=ward.id, version=0, values=values)

    at.number_input(key=f"{key}_budget").set_value(200_000)
    for _ in range(2):
        at.button(key=f"{key}_rules_save").click().run()

    assert [error.value for error in at.error] == [
        "Người khác vừa đổi quy tắc này. Hãy tải lại trang để xem bản mới rồi sửa tiếp."
    ]
    assert reach_rules.of(session, ward=ward).budget == 50_000


def test_the_page_says_which_paths_have_an_account(session: Session, visit: Visit) -> None:
    ward = make_unit(session)
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    make_account(session, unit=ward, channel=Channel.SMS, price=500, state=AccountState.PAUSED)

    shown = words(visit("our_ward", user=make_user(session, unit=ward, role=Role.OFFICIAL)))

    rows = {name: row for row in shown.split("<tr>")[1:] for name in ("ZNS", "SMS", "Tài khoản Zalo") if name in row}
    assert ("đang dùng" in rows["ZNS"], "300" in rows["ZNS"]) == (True, True)
    assert "tạm dừng" in rows["SMS"]
    assert "chưa có tài khoản" in rows["Tài khoản Zalo"]


def test_an_emblem_is_brought_looked_at_and_given_back(session: Session, visit: Visit, promises: FakeEngine) -> None:
    nothing: Any = Nothing()
    ports.provide(
        Ports(sheets=nothing, paper=nothing, codes=QrCodes(), engine=promises, tables=nothing, documents=SiftedDocuments())
    )
    ward = make_unit(session)
    at = visit("our_ward", user=make_user(session, unit=ward, role=Role.OFFICIAL))

    at.file_uploader[0].upload("bieu-tuong.png", photo("PNG", size=(200, 200)))
    at.color_picker(key=f"{ward.id.hex}_emblem_colour").set_value("#7a1f1f")
    next(button for button in at.button if button.label == "Ghi biểu tượng").click()
    at.run()

    own = emblems.of_ward(session, ward_id=ward.id)
    session.commit()
    assert own is not None
    assert own.colour == "#7a1f1f"
    at.button(key=f"{ward.id.hex}_emblem_back").click().run()
    session.expire_all()
    assert emblems.of_ward(session, ward_id=ward.id) is None
