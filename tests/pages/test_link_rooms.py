"""Codes by the hundred on screen: made, moved and taken back, hung and taken down, counted."""

from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from adapters.codes import QrCodes
from models import LinkTrouble, Poster, Role, ScanHour, ShortLink, Unit, User
from services import ports, posters
from services.access import actor_of
from services.ports import Ports
from tests.factories import NOON, make_link, make_procedure, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words

OLD, NEW = "https://dichvucong.gov.vn/old", "https://dichvucong.gov.vn/new"


@pytest.fixture(autouse=True)
def _outside(promises: FakeEngine) -> None:
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=QrCodes(), engine=promises, tables=nothing))


@pytest.fixture
def clerk(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


def pressed(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click()
    return at.run()


def targets(session: Session) -> set[str | None]:
    session.expire_all()
    return set(session.exec(select(ShortLink.target_url)).all())


@pytest.mark.parametrize("page", ["new_links", "move_links", "posters", "scans"])
@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_others_are_told_that_it_is_not_for_them(session: Session, visit: Visit, page: str, role: Role) -> None:
    at = visit(page, user=make_user(session, unit=make_unit(session), role=role))

    assert [error.value for error in at.error] == ["Tài khoản của ông/bà không có quyền xem trang này."]


@pytest.mark.parametrize(
    ("page", "said"),
    [("new_links", "Chưa có thủ tục nào"), ("move_links", "Chưa có mã nào"), ("posters", "Chưa ghi tờ nào"),
     ("scans", "Chưa có mã nào")],
)  # fmt: skip
def test_an_empty_room_says_what_it_is_for(visit: Visit, clerk: User, page: str, said: str) -> None:
    assert said in words(visit(page, user=clerk))


def test_codes_that_lead_to_one_page_are_moved_by_one_press_and_back_by_one(
    session: Session, visit: Visit, ward: Unit, clerk: User
) -> None:
    for _ in range(3):
        make_link(session, unit_id=ward.id, target_url=OLD)
    at = visit("move_links", user=clerk)

    at.text_input(key="mv_to_url").set_value(NEW).run()
    pressed(at, "Đổi 3 mã")
    moved = targets(session)
    session.rollback()
    pressed(at, "Quay lại")

    assert moved == {NEW}
    assert targets(session) == {OLD}


def test_every_group_gets_a_code_for_the_procedures_chosen(
    session: Session, visit: Visit, ward: Unit, unit: Unit, clerk: User
) -> None:
    one = make_procedure(session, unit=ward, code="1.004194", name="Đăng ký tạm trú")
    at = visit("new_links", user=clerk)

    at.multiselect(key="nl_procedures").set_value([one.id]).run()
    shown = words(at)
    pressed(at, "Làm 1 mã")

    assert "1 mã, chưa ghi gì cả" in shown
    made = session.exec(select(ShortLink)).one()
    assert (made.title, made.unit_id, made.target_url) == ("Đăng ký tạm trú", unit.id, "/p/1.004194")
    assert "Đã làm 1 mã" in words(at)


@pytest.mark.usefixtures("files")
def test_a_list_is_read_on_trial_before_codes_are_made(session: Session, visit: Visit, clerk: User) -> None:
    at = visit("new_links", user=clerk)
    at.segmented_control(key="cach").set_value("sheet").run()
    rows = "Tên,Nơi treo,Đường dẫn\nCổng,Bảng tin,dichvucong.gov.vn\nXấu,Chợ,javascript:alert(1)\n"

    at.file_uploader(key="nl_file").upload("ma.csv", rows.encode(), "text/csv").run()
    tried = words(at), session.exec(select(ShortLink)).all()
    session.rollback()
    pressed(at, "Làm 1 mã")

    assert ("1 mã, chưa ghi gì cả" in tried[0], "1 dòng chưa đúng" in tried[0], tried[1]) == (True, True, [])
    assert [(one.title, one.place) for one in session.exec(select(ShortLink))] == [("Cổng", "Bảng tin")]


def test_a_sheet_is_noted_and_the_one_it_replaces_is_ticked_off(session: Session, visit: Visit, ward: Unit, clerk: User) -> None:
    link = make_link(session, unit_id=ward.id, title="Khai sinh", place="Một cửa")
    posters.hang(session, actor=actor_of(session, clerk), link_id=link.id)
    session.commit()
    at = visit("posters", user=clerk)

    at.multiselect(key="po_links").set_value([link.id]).run()
    at.selectbox(key="po_replaces").set_value(1).run()
    pressed(at, "Ghi 1 tờ")
    at.selectbox(key="po_by").set_value(clerk.id).run()
    pressed(at, "Giao gỡ 1 tờ")
    shown = words(at)
    pressed(at, "Đã gỡ")

    assert "Tờ số 1: Một cửa" in shown
    assert f"tờ số 2 đã thay, {clerk.display_name} gỡ" in shown
    session.expire_all()
    assert [(one.number, one.down_at is not None) for one in session.exec(select(Poster).order_by("number"))] == [
        (1, True), (2, False),
    ]  # fmt: skip
    session.rollback()

    pressed(at, "Ghi nhầm, vẫn còn treo")
    assert "Tờ số 1: Một cửa" in words(at)


def test_sheets_of_many_codes_are_noted_at_once_at_their_places(session: Session, visit: Visit, ward: Unit, clerk: User) -> None:
    codes = [make_link(session, unit_id=ward.id, place=f"Nhà văn hóa tổ {number}") for number in (1, 2)]
    at = visit("posters", user=clerk)

    at.multiselect(key="po_links").set_value([code.id for code in codes]).run()
    pressed(at, "Ghi 2 tờ")

    assert {one.place for one in session.exec(select(Poster))} == {"Nhà văn hóa tổ 1", "Nhà văn hóa tổ 2"}


def test_scans_are_shown_by_place_and_silent_codes_by_name(session: Session, visit: Visit, ward: Unit, clerk: User) -> None:
    busy = make_link(session, unit_id=ward.id, title="Khai sinh", place="Một cửa")
    make_link(session, unit_id=ward.id, title="Mã im", place="Chợ", created_at=NOON.replace(month=9))
    session.add(ScanHour(link_id=busy.id, hour=NOON, scans=7, first_scans=4))
    session.commit()

    shown = words(visit("scans", user=clerk))

    assert shown.index("Một cửa") < shown.index("Chợ")
    assert "Mã im</a>" in shown
    assert "3 lượt quét lại" in shown


def test_a_dead_target_is_said_with_what_the_site_names_instead(session: Session, visit: Visit, ward: Unit, clerk: User) -> None:
    link = make_link(
        session, unit_id=ward.id, target_url=OLD, trouble=LinkTrouble.EMPTY, failed_visits=2, last_status=200, replaced_by=NEW,
        title="Khai sinh",
    )  # fmt: skip

    one, first = words(visit("link", user=clerk, ma=link.slug)), words(visit("today", user=clerk))

    assert "Trang tới mở được nhưng ghi là không tìm thấy" in one
    assert f"Trang ấy tự báo: {NEW}" in one
    assert f"Trang ấy báo địa chỉ mới: {NEW}" in first


def test_all_codes_of_a_page_that_moved_for_good_follow_it_by_one_press(
    session: Session, visit: Visit, ward: Unit, clerk: User
) -> None:
    for _ in range(2):
        make_link(session, unit_id=ward.id, target_url=OLD, trouble=LinkTrouble.STATUS, last_status=404, replaced_by=NEW)
    make_link(session, unit_id=ward.id, target_url="https://zalo.me/x", replaced_by="https://elsewhere.example.com/")
    at = visit("links", user=clerk)

    shown = words(at)
    pressed(at, "Đổi sang địa chỉ mới")

    assert "2 mã dẫn tới dichvucong.gov.vn" in shown
    assert [button.label for button in at.button if "địa chỉ mới" in button.label] == []
    assert targets(session) == {NEW, "https://zalo.me/x"}


def test_a_name_is_given_to_a_code_once(session: Session, visit: Visit, ward: Unit, clerk: User) -> None:
    link = make_link(session, unit_id=ward.id)
    at = visit("link", user=clerk, ma=link.slug)

    at.text_input(key="l_name").set_value("Khai-Sinh").run()
    at.button(key="l_name_ok").click()
    at.run()

    session.expire_all()
    assert session.exec(select(ShortLink)).one().vanity == "khai-sinh"
    assert "Tên riêng: khai-sinh" in words(at)
