"""Units: finding, listing, importing and creating them, and a ward's settings."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Role, Unit, UnitKind
from services import unit_lists, units
from services.access import TERMINAL
from services.ports import Cell, Sheet
from services.units import WardSettings
from tests.factories import NOON, make_actor, make_unit

MERGED = date(2025, 7, 1)


def make_province(session: Session, **overrides: Any) -> Unit:
    return make_unit(session, kind=UnitKind.PROVINCE, subtype="tinh", **({"code": "19", "name": "Tỉnh Thái Nguyên"} | overrides))


def listed(session: Session, *rows: dict[str, Any]) -> units.UnitImport:
    return units.import_units(session, actor=TERMINAL, rows=[{"row": place, **row} for place, row in enumerate(rows, start=2)])


PROVINCE = {"code": "19", "name": "Tỉnh Thái Nguyên", "kind": "province"}
WARD = {"code": "01843", "name": "Phường Bắc Kạn", "kind": "commune", "parent_code": "19"}
GROUP = {"code": "01843-SC13", "name": "Tổ dân phố 13", "kind": "residential", "parent_code": "01843"}


# Finding


def test_a_code_means_the_unit_that_had_it_on_the_day(session: Session) -> None:
    old = make_unit(session, code="01843", name="Phường Phùng Chí Kiên", valid_to=MERGED)
    new = make_unit(session, code="01843", name="Phường Bắc Kạn", valid_from=MERGED)

    assert units.by_code(session, actor=TERMINAL, code="01843", on=date(2025, 6, 30)).id == old.id
    assert units.by_code(session, actor=TERMINAL, code="01843", on=MERGED).id == new.id
    assert units.by_code(session, actor=TERMINAL, code=" 01843 ").id == new.id


def test_an_id_or_a_code_without_its_zeros_will_do(session: Session) -> None:
    province, ward = make_province(session, code="04"), make_unit(session, code="01843")

    assert units.by_code(session, actor=TERMINAL, code=str(ward.id)).id == ward.id
    assert units.by_code(session, actor=TERMINAL, code="1843").id == ward.id
    assert units.by_code(session, actor=TERMINAL, code="4").id == province.id


def test_a_code_elsewhere_is_not_found(session: Session) -> None:
    ward = make_unit(session, code="01843")
    stranger = make_actor(session, unit=make_unit(session), role=Role.ADMIN)

    for code in ("01843", str(ward.id), "nothing"):
        with pytest.raises(NotFound):
            units.by_code(session, actor=stranger, code=code)


@time_machine.travel(NOON, tick=False)
def test_a_unit_that_begins_tomorrow_is_not_there_today(session: Session) -> None:
    ward = make_unit(session)
    make_unit(session, parent=ward, code="new", valid_from=date(2026, 11, 25))

    with pytest.raises(NotFound, match="Không có đơn vị mã new"):
        units.by_code(session, actor=TERMINAL, code="new")
    assert units.children(session, actor=TERMINAL, unit_id=ward.id) == []
    assert units.residential(session, actor=TERMINAL) == []
    assert [unit.code for unit in units.residential(session, actor=TERMINAL, on=date(2026, 11, 25))] == ["new"]


def test_units_are_listed_by_area_then_by_number(session: Session) -> None:
    ward = make_unit(session)
    for area, name in (("Xuất Hóa", "Tổ 1"), ("Đức Xuân", "Tổ 2"), ("Sông Cầu", "Tổ 10"), ("Sông Cầu", "Tổ 9")):
        make_unit(session, parent=ward, area=area, name=name)
    make_unit(session, parent=ward, kind=UnitKind.ASSOCIATION, name="Hội Phụ nữ")

    listed = units.residential(session, actor=TERMINAL, unit_id=ward.id)
    below = units.children(session, actor=TERMINAL, unit_id=ward.id)

    assert [unit.name for unit in listed] == ["Tổ 2", "Tổ 9", "Tổ 10", "Tổ 1"]
    assert [unit.name for unit in below] == ["Hội Phụ nữ", "Tổ 2", "Tổ 9", "Tổ 10", "Tổ 1"]


def test_listing_stays_within_ones_sight(session: Session) -> None:
    own, other = make_unit(session), make_unit(session)
    make_unit(session, parent=own, name="Của mình")
    make_unit(session, parent=other, name="Của người")
    staff = make_actor(session, unit=own)

    assert [unit.name for unit in units.residential(session, actor=staff)] == ["Của mình"]
    for ask in (units.residential, units.children):
        with pytest.raises(NotFound):
            ask(session, actor=staff, unit_id=other.id)


def test_the_ward_one_works_in(session: Session) -> None:
    province = make_province(session)
    ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE)
    group = make_unit(session, parent=ward)
    make_unit(session, parent=province, kind=UnitKind.COMMUNE, name="Phường trống")

    for actor in (make_actor(session, unit=group), make_actor(session, unit=ward), make_actor(session, unit=province), TERMINAL):
        assert units.commune_for(session, actor=actor).id == ward.id


def test_someone_further_up_works_in_the_first_ward_that_has_units(session: Session) -> None:
    with pytest.raises(NotFound, match="Chưa có phường, xã nào"):
        units.commune_for(session, actor=TERMINAL)
    make_unit(session, code="1", name="Không có tổ")
    for code in ("3", "2"):
        make_unit(session, parent=make_unit(session, code=code))

    assert units.commune_for(session, actor=TERMINAL).code == "2"


# Importing


def test_a_list_is_written_whatever_its_order_and_known_again(session: Session) -> None:
    first = listed(session, GROUP, WARD, PROVINCE)
    second = listed(session, GROUP, WARD, PROVINCE)

    group = units.by_code(session, actor=TERMINAL, code="01843-SC13")
    ward, province = (units.by_code(session, actor=TERMINAL, code=code) for code in ("01843", "19"))
    assert (first.rows, first.created, first.rejected) == (3, 3, [])
    assert (second.created, second.updated, second.unchanged) == (0, 0, 3)
    assert group.path == f"{province.id}/{ward.id}/{group.id}/"
    assert (group.kind, group.subtype, group.parent_id) == (UnitKind.RESIDENTIAL, "to_dan_pho", ward.id)


def test_codes_get_back_the_zeros_a_spreadsheet_took(session: Session) -> None:
    done = listed(
        session,
        {"code": 4.0, "name": "Tỉnh Cao Bằng", "kind": "tỉnh"},
        {"code": "1843", "name": "Phường Bắc Kạn", "kind": "phường", "parent_code": "4"},
        {"code": "7", "name": "Thôn Nà Pèn", "kind": "", "parent_code": 1843},
    )

    found = {unit.code: unit for unit in session.exec(select(Unit))}
    assert done.rejected == []
    assert set(found) == {"04", "01843", "7"}
    assert found["01843"].parent_id == found["04"].id
    assert (found["7"].parent_id, found["7"].subtype) == (found["01843"].id, "thon")


@pytest.mark.parametrize(
    ("change", "column", "sentence"),
    [
        ({"code": ""}, "code", "Thiếu mã đơn vị"),
        ({"code": "018430", "kind": "xã"}, "code", "dài quá 5 ký tự"),
        ({"code": "123", "kind": "tỉnh"}, "code", "dài quá 2 ký tự"),
        ({"name": " "}, "name", "Thiếu tên đơn vị"),
        ({"name": "a" * 201}, "name", "Dài quá 200 chữ"),
        ({"kind": "huyện"}, "kind", "Không rõ cấp của đơn vị"),
        ({"kind": "", "name": "Vô danh"}, "kind", "Không rõ cấp của đơn vị"),
        ({"parent_code": "99999"}, "parent_code", "Không có đơn vị cấp trên mã 99999"),
        ({"parent_code": ""}, "parent_code", "Thiếu mã đơn vị cấp trên"),
        ({"parent_code": "19"}, "parent_code", "Tỉnh Thái Nguyên không thể là cấp trên của Tổ dân phố 13"),
        ({"code": "01843"}, "code", "Mã này đã có ở dòng 3"),
        ({"code": "01843-SC13", "parent_code": "01843-SC13"}, "parent_code", "Không có đơn vị cấp trên mã 01843-SC13"),
        ({"valid_from": "mai"}, "valid_from", "không phải ngày"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused_alone(
    session: Session, change: dict[str, Any], column: str, sentence: str
) -> None:
    done = listed(session, PROVINCE, WARD, GROUP | change)

    assert (done.rows, done.created) == (3, 2)
    [refused] = done.rejected
    assert (refused.row, refused.column) == (4, column)
    assert sentence in refused.reason("vi")


def test_a_code_of_another_level_is_refused(session: Session) -> None:
    listed(session, PROVINCE, WARD)

    done = listed(session, GROUP | {"code": "01843"})

    [refused] = done.rejected
    assert (refused.column, refused.value) == ("kind", "residential")
    assert refused.reason("vi") == "Mã 01843 đã là một đơn vị cấp khác: Phường Bắc Kạn."


def test_a_code_may_come_back_after_its_unit_ended(session: Session) -> None:
    make_unit(session, code="01843", name="Phường Phùng Chí Kiên", valid_from=date(2000, 1, 1), valid_to=MERGED)

    done = listed(session, PROVINCE, WARD | {"valid_from": "2025-07-01"})
    same_day = listed(session, WARD | {"code": "01840", "valid_from": "01/07/2025"}, {**WARD, "name": "Phường Bắc Kạn mới"})

    assert (done.created, done.rejected) == (2, [])
    assert (same_day.created, same_day.updated) == (1, 1)


def test_a_day_on_which_a_code_began_before_is_not_taken_twice(session: Session) -> None:
    make_unit(session, code="01843", valid_from=MERGED, valid_to=date(2026, 1, 1))

    done = listed(session, PROVINCE, WARD | {"valid_from": "2025-07-01"})

    assert [refused.column for refused in done.rejected] == ["code"]


def test_a_unit_takes_its_name_and_moves_with_all_below_it(session: Session) -> None:
    listed(session, PROVINCE, WARD, GROUP, PROVINCE | {"code": "06", "name": "Tỉnh Bắc Kạn"})

    done = listed(session, WARD | {"parent_code": "6", "name": "Phường Bắc Kạn (mới)"})

    group, ward, province = (units.by_code(session, actor=TERMINAL, code=code) for code in ("01843-SC13", "01843", "06"))
    session.refresh(group)
    assert (done.updated, ward.name, ward.parent_id) == (1, "Phường Bắc Kạn (mới)", province.id)
    assert group.path == f"{province.id}/{ward.id}/{group.id}/"


@pytest.mark.parametrize("cell", [MERGED, datetime(2025, 7, 1, 0, 0), "2025-07-01", "01/07/2025"])  # noqa: DTZ001
def test_a_day_may_be_a_cell_or_a_text(session: Session, cell: Any) -> None:
    listed(session, PROVINCE | {"valid_from": cell})

    assert units.by_code(session, actor=TERMINAL, code="19").valid_from == MERGED


def test_what_a_list_leaves_blank_stays(session: Session) -> None:
    listed(session, PROVINCE, WARD, GROUP | {"area": "Sông Cầu", "short_name": "Tổ 13, Sông Cầu"})

    done = listed(session, GROUP | {"parent_code": ""})

    group = units.by_code(session, actor=TERMINAL, code="01843-SC13")
    assert (done.unchanged, group.area, group.short_name) == (1, "Sông Cầu", "Tổ 13, Sông Cầu")


def test_an_admin_of_a_ward_imports_below_it_only(session: Session) -> None:
    listed(session, PROVINCE, WARD, WARD | {"code": "01840", "name": "Phường Đức Xuân"})
    admin = make_actor(session, unit=units.by_code(session, actor=TERMINAL, code="01843"), role=Role.ADMIN)

    done = units.import_units(
        session, actor=admin,
        rows=[GROUP, GROUP | {"code": "x", "parent_code": "01840"}, PROVINCE | {"code": "77"}, WARD | {"code": "01840"}],
    )  # fmt: skip

    assert done.created == 1
    assert [(refused.row, refused.column) for refused in done.rejected] == [(2, "parent_code"), (3, "parent_code"), (4, "code")]


def test_only_admins_import(session: Session) -> None:
    official = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)

    with pytest.raises(NotAllowed):
        units.import_units(session, actor=official, rows=[PROVINCE])


def test_an_import_is_audited_by_its_counts(session: Session) -> None:
    listed(session, PROVINCE, WARD | {"parent_code": "77"})

    [event] = session.exec(select(AuditEvent)).all()
    assert (event.action, event.details) == ("unit.imported", {"created": 1, "updated": 0, "unchanged": 0, "rejected": 1})


def test_the_countrys_own_list_is_imported_whole(session: Session) -> None:
    lines = (Path(__file__).parents[2] / "data" / "units.csv").read_text(encoding="utf-8").splitlines()
    table = unit_lists.read(Sheet("units", [list[Cell](line.split(",")) for line in lines]))

    done = units.import_units(session, actor=TERMINAL, rows=table.rows)

    ward = units.by_code(session, actor=TERMINAL, code="01843")
    assert (done.rows, done.created, done.rejected) == (len(lines) - 1, len(lines) - 1, [])
    assert (ward.name, ward.subtype, ward.valid_from) == ("Phường Bắc Kạn", "phuong", MERGED)


@pytest.mark.parametrize(
    "header",
    [
        ["code", "name", "kind", "parent_code"],
        ["Mã", "Tên đơn vị", "Cấp", "Mã cấp trên"],
        ["MA DON VI", "Tên", "Loại", "Trực thuộc"],
    ],
)
def test_headers_are_known_in_both_languages_below_a_title(header: list[Cell]) -> None:
    table = unit_lists.read(Sheet("s", [["DANH SÁCH ĐƠN VỊ"], [], header, ["01", "Hà Nội", "tỉnh", ""], ["", None], ["02", "X"]]))

    assert table.columns == dict(zip(("code", "name", "kind", "parent_code"), header, strict=True))
    assert [row["row"] for row in table.rows] == [4, 6]
    assert table.rows[0]["name"] == "Hà Nội"


def test_a_table_without_codes_and_names_is_no_list_of_units() -> None:
    with pytest.raises(Invalid, match="hàng tiêu đề có cột mã và cột tên"):
        unit_lists.read(Sheet("s", [["Họ tên", "Điện thoại"], ["An", "0912345678"]]))


# Settings


def test_a_ward_sets_its_own_rules(session: Session) -> None:
    ward = make_unit(session)
    official = make_actor(session, unit=ward, role=Role.OFFICIAL)

    units.change_settings(
        session, actor=official, unit_id=ward.id,
        values=WardSettings(95, "0209 3870 123", "Số 7", "7 giờ 30 đến 17 giờ", allows_self_approval=True),
    )  # fmt: skip

    assert (ward.target_percent, ward.phone, ward.allows_self_approval) == (95, "+842093870123", True)
    [event] = session.exec(select(AuditEvent)).all()
    assert event.action == "unit.settings_changed"
    assert "phone" in event.details["fields"]
    assert "3870123" not in str(event.details)
    assert event.details["allows_self_approval"] is True


@pytest.mark.parametrize(
    ("values", "field"),
    [(WardSettings(101), "target_percent"), (WardSettings(-1), "target_percent"), (WardSettings(phone="12"), "phone")],
)
def test_settings_that_cannot_be_right_are_refused(session: Session, values: WardSettings, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        units.change_settings(session, actor=TERMINAL, unit_id=make_unit(session).id, values=values)

    assert refused.value.details["field"] == field


def test_staff_and_strangers_do_not_set_a_wards_rules(session: Session) -> None:
    ward = make_unit(session)

    with pytest.raises(NotAllowed):
        units.change_settings(session, actor=make_actor(session, unit=ward), unit_id=ward.id, values=WardSettings())
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)
    with pytest.raises(NotFound):
        units.change_settings(session, actor=stranger, unit_id=ward.id, values=WardSettings())
