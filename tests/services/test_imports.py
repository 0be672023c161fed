"""Import of households: what goes in, what is refused and why, what the same list does a second time."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Group, GroupKind, Household, Membership, MembershipSource, Model, Role, Unit, UnitDay, UnitKind
from services import imports
from services.access import TERMINAL
from services.import_rows import Spot
from services.imports import ImportResult
from services.ports import Cell, Sheet
from services.privacy_purposes import USUAL
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit
from tests.services.bac_kan import group_of, make_bac_kan

HEADER = [
    "STT",
    "Mã hộ",
    "Họ và tên chủ hộ",
    "Tổ",
    "Địa chỉ",
    "Điện thoại",
    "Số khẩu",
    "Điện thoại thông minh",
    "Trong nhóm Zalo",
]
AN: list[Cell] = [1, "H01", "Hoàng Văn An", "Tổ 12", "Số 5", 912345678.0, 4.0, 2.0, "x"]
BINH: list[Cell] = [2, "H02", "Nông Thị Bình", "TDP số 12", "Số 6", "0987654321", "3 khẩu", 1.0, ""]


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


def sheet(*rows: Sequence[Cell], header: Sequence[Cell] = HEADER) -> Sheet:
    return Sheet(name="Hộ", rows=[list(header), *map(list, rows)])


def imported(
    session: Session, unit: Unit, *rows: Sequence[Cell], header: Sequence[Cell] = HEADER, **options: Any
) -> ImportResult:
    result = imports.run(session, actor=TERMINAL, unit_id=unit.id, sheet=sheet(*rows, header=header), **options)
    session.commit()
    session.expire_all()
    return result


def households(session: Session) -> list[Household]:
    return list(session.exec(select(Household).order_by(col(Household.head_name), col(Household.code))))


def everything(session: Session) -> dict[str, list[Any]]:
    """Every row of every table."""
    return {table.name: sorted(map(str, session.execute(table.select()))) for table in Model.metadata.sorted_tables}


def counts(result: ImportResult) -> tuple[int, int, int, int, int]:
    return result.rows, result.created, result.updated, result.unchanged, len(result.rejected)


# What goes in


def test_a_row_becomes_a_household_of_its_unit(session: Session, ward: Unit) -> None:
    result = imported(session, ward, AN, BINH)

    assert counts(result) == (2, 2, 0, 0, 0)
    an, binh = households(session)
    assert (an.unit_id, an.code, an.head_name, an.address) == (group_of(session, "SC12").id, "H01", "Hoàng Văn An", "Số 5")
    assert (an.phone, an.other_phones, an.people, an.smartphones, an.needs) == ("+84912345678", [], 4, 2, [])
    assert (an.arrived_on, an.left_on, an.search) == (clock.today(), None, "hoang van an so 5 h01 0912345678 8765432190")
    assert (binh.phone, binh.people, binh.smartphones) == ("+84987654321", 3, 1)


def test_the_answer_names_the_columns_by_their_headers(session: Session, ward: Unit) -> None:
    result = imported(session, ward, [*AN, "Tày", 1970], header=[*HEADER, "Dân tộc", "Năm sinh"])

    assert result.columns == {
        "code": "Mã hộ", "head_name": "Họ và tên chủ hộ", "unit": "Tổ", "address": "Địa chỉ", "phone": "Điện thoại",
        "people": "Số khẩu", "smartphones": "Điện thoại thông minh", "group": "Trong nhóm Zalo",
    }  # fmt: skip
    assert result.dropped == ("Dân tộc", "Năm sinh")


def test_what_is_never_held_is_nowhere_in_the_database(session: Session, ward: Unit) -> None:
    imported(session, ward, [*AN, "Sán Chay", "019093001234"], header=[*HEADER, "Dân tộc", "Số CCCD"])

    rows = str(everything(session))
    assert "Hoàng Văn An" in rows
    assert "Sán Chay" not in rows
    assert "019093001234" not in rows


def test_of_several_phones_the_first_mobile_is_the_phone_and_the_others_are_kept(session: Session, ward: Unit) -> None:
    row = [*AN[:5], "0209 3870 123; 0912345678 / 0987654321", *AN[6:]]

    imported(session, ward, row)

    assert (households(session)[0].phone, households(session)[0].other_phones) == (
        "+84912345678",
        ["+842093870123", "+84987654321"],
    )


def test_a_household_is_at_least_one_person_and_as_many_as_the_list_shows(session: Session, ward: Unit) -> None:
    header = ["Họ tên", "Tổ", "Smartphone", "Số người trong nhóm Zalo"]

    imported(session, ward, ["An", 12, "", ""], ["Bình", 12, 3, ""], ["Cúc", 12, "", 2], header=header)

    assert [household.people for household in households(session)] == [1, 3, 2]


def test_ticks_of_need_are_kept_in_either_language(session: Session, ward: Unit) -> None:
    header = ["head_name", "unit", "door", "Người già sống một mình", "disabled", "Không có điện thoại"]

    imported(session, ward, ["An", "01843-SC12", "x", "✓", "không", ""], header=header)

    assert households(session)[0].needs == ["door", "elderly_alone"]


def test_in_a_list_of_persons_members_are_counted_not_made_households(session: Session, ward: Unit) -> None:
    rows = [["An", "Chủ hộ", 12], ["Bình", "Vợ", 12], ["Cúc", "Con", 12], ["Dũng", "Chủ hộ", 12], ["Én", "con", 12]]

    result = imported(session, ward, *rows, header=["Họ và tên", "Quan hệ với chủ hộ", "Tổ"])

    assert counts(result)[:2] == (2, 2)
    assert [(household.head_name, household.people) for household in households(session)] == [("An", 3), ("Dũng", 2)]


def test_all_rows_of_a_list_for_one_unit_are_of_it(session: Session, ward: Unit) -> None:
    group = group_of(session, "SC13")

    result = imported(
        session, group, ["An", ""], ["Bình", "Tổ 13"], ["Cúc", "Phường Bắc Kạn"], ["Dũng", "Tổ 12"], header=["Họ tên", "Tổ"]
    )

    assert {household.unit_id for household in households(session)} == {group.id}
    assert [(one.row, one.column, one.value) for one in result.rejected] == [(5, "Tổ", "Tổ 12")]


def test_a_province_takes_lists_of_its_wards(session: Session, ward: Unit) -> None:
    province = session.get_one(Unit, ward.parent_id)

    assert counts(imported(session, province, AN)) == (1, 1, 0, 0, 0)


def test_rows_without_a_code_get_the_next_free_number_of_their_unit(session: Session, ward: Unit) -> None:
    group = group_of(session, "SC12")
    make_household(session, unit=group, code="2")
    header = ["Mã hộ", "Họ tên", "Tổ"]

    imported(session, ward, ["", "An", 12], ["004", "Bình", 12], ["", "Cúc", 12], ["", "Dũng", "Tổ 4"], header=header)

    codes = {household.head_name: household.code for household in households(session) if household.code != "2"}
    assert codes == {"An": "003", "Bình": "004", "Cúc": "005", "Dũng": "001"}


# The same once more


def test_the_same_list_twice_changes_nothing(session: Session, ward: Unit) -> None:
    no_code, no_phone = [3, "", "Lý Thị Cúc", 12, "", "0912345670", 2, "", "x"], [4, "", "Lý Thị Cúc", 12, "Số 8", "", 2, "", ""]
    twins = [[5, "", "Ma Văn Dũng", 12, "", "", "", "", ""], [6, "", "Ma Văn Dũng", 12, "", "", "", "", "x"]]
    bad = [7, "H07", "", 12, "", "", "", "", ""]
    rows = [AN, BINH, no_code, no_phone, *twins, bad]
    first = imported(session, ward, *rows)
    before = everything(session)

    second = imported(session, ward, *rows)

    assert counts(first) == (7, 6, 0, 0, 1)
    assert counts(second) == (7, 0, 0, 6, 1)
    assert second.joined == second.groups == 0
    assert everything(session) == before


def test_a_blank_leaves_what_is_stored_and_a_value_replaces_it(session: Session, ward: Unit) -> None:
    imported(session, ward, AN)

    result = imported(session, ward, [1, "H01", "Hoàng Thị An", "Tổ 12", "", "", 5.0, "", ""])

    an = households(session)[0]
    assert counts(result) == (1, 0, 1, 0, 0)
    assert (an.head_name, an.people) == ("Hoàng Thị An", 5)
    assert (an.address, an.phone, an.smartphones) == ("Số 5", "+84912345678", 2)
    assert an.search == "hoang thi an so 5 h01 0912345678 8765432190"


def test_fewer_people_are_never_fewer_than_the_smartphones(session: Session, ward: Unit) -> None:
    imported(session, ward, [1, "H01", "An", 12, "", "", 4, 4, ""])

    imported(session, ward, [1, "H01", "An", 12, "", "", 2, "", ""])

    assert (households(session)[0].people, households(session)[0].smartphones) == (2, 2)


def test_a_need_goes_only_when_the_list_says_no(session: Session, ward: Unit) -> None:
    header = ["Mã hộ", "Họ tên", "Tổ", "Khuyết tật", "Già neo đơn"]
    imported(session, ward, ["1", "An", 12, "x", "x"], header=header)

    imported(session, ward, ["1", "An", 12, "", "không"], header=header)

    assert households(session)[0].needs == ["disabled"]


# Which household a row means


@pytest.mark.parametrize(("stored", "listed"), [("H01", "h01"), ("0012", 12.0), ("12", "0012"), ("H01", " H01 ")])
def test_a_household_is_known_by_its_code_in_the_unit(session: Session, ward: Unit, stored: str, listed: Cell) -> None:
    make_household(session, unit=group_of(session, "SC12"), code=stored, head_name="Người cũ")

    result = imported(session, ward, [1, listed, "Người mới", 12, "", "", "", "", ""])

    assert counts(result) == (1, 0, 1, 0, 0)
    assert [(household.code, household.head_name) for household in households(session)] == [(stored, "Người mới")]


def test_the_same_code_in_another_unit_is_another_household(session: Session, ward: Unit) -> None:
    make_household(session, unit=group_of(session, "SC13"), code="H01", head_name="Hoàng Văn An", phone="+84912345678")

    assert counts(imported(session, ward, AN)) == (1, 1, 0, 0, 0)


def test_without_a_code_unit_name_and_phone_together_are_the_household(session: Session, ward: Unit) -> None:
    make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="Hoàng Văn An", phone="+84912345678", people=1)

    result = imported(session, ward, [1, "", "HOÀNG VĂN AN", 12, "", "0912.345.678", 3, "", ""])

    assert counts(result) == (1, 0, 1, 0, 0)
    assert [(household.code, household.people) for household in households(session)] == [("H01", 3)]


def test_a_household_that_was_numbered_by_us_takes_the_code_of_a_later_list(session: Session, ward: Unit) -> None:
    first, later = ([1, code, "Hoàng Văn An", 12, "", "0912345678", people, "", ""] for code, people in (("", 3), ("A7", 4)))
    imported(session, ward, first)
    [stood] = households(session)

    result = imported(session, ward, later)

    assert counts(result) == (1, 0, 1, 0, 0)
    [household] = households(session)
    assert (household.id, household.code, household.people) == (stood.id, "A7", 4)
    assert "a7" in household.search
    assert counts(imported(session, ward, later)) == (1, 0, 0, 1, 0)


def test_another_code_is_another_household_where_the_list_has_both(session: Session, ward: Unit) -> None:
    make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="Hoàng Văn An", phone="+84912345678")

    result = imported(
        session, ward, [1, "H02", "Hoàng Văn An", 12, "", "0912345678", "", "", ""],
        [2, "H01", "Hoàng Văn An", 12, "", "0912345678", "", "", ""],
    )  # fmt: skip

    assert counts(result) == (2, 1, 0, 1, 0)
    assert sorted(household.code for household in households(session)) == ["H01", "H02"]


def test_a_new_code_decides_nothing_where_several_could_be_meant(session: Session, ward: Unit) -> None:
    for code in ("H01", "H02"):
        make_household(session, unit=group_of(session, "SC12"), code=code, head_name="Hoàng Văn An", phone="+84912345678")

    assert counts(imported(session, ward, [1, "H03", "Hoàng Văn An", 12, "", "0912345678", "", "", ""])) == (1, 1, 0, 0, 0)


@pytest.mark.parametrize(
    "row",
    [
        [1, "", "Hoàng Văn An", 12, "", "", "", "", ""],  # the name alone
        [1, "", "Hoàng Văn Ân", 12, "", "0912345678", "", "", ""],  # another name
        [1, "", "Hoàng Văn An", 12, "", "0987654321", "", "", ""],  # another phone
        [1, "", "Hoàng Văn An", "Thôn 3", "", "0912345678", "", "", ""],  # another unit
    ],
)
def test_a_name_or_a_phone_alone_is_no_household(session: Session, ward: Unit, row: list[Cell]) -> None:
    make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="Hoàng Văn An", phone="+84912345678")

    assert counts(imported(session, ward, row)) == (1, 1, 0, 0, 0)
    assert len(households(session)) == 2


def test_a_household_without_phone_is_another_when_the_line_differs(session: Session, ward: Unit) -> None:
    line = [1, "", "Ma Văn Dũng", 12, "Số 5", "", 4, "", ""]
    imported(session, ward, line)

    result = imported(session, ward, [1, "", "Ma Văn Dũng", 12, "Số 9", "", 4, "", ""], line)

    assert counts(result) == (2, 1, 0, 1, 0)


def test_a_number_known_as_second_becomes_the_first_and_none_is_lost(session: Session, ward: Unit) -> None:
    make_household(
        session, unit=group_of(session, "SC12"), code="H01", head_name="Hoàng Văn An", phone="+84987654321",
        other_phones=["+84912345678"],
    )  # fmt: skip

    imported(session, ward, AN)

    assert (households(session)[0].phone, households(session)[0].other_phones) == ("+84912345678", ["+84987654321"])


def test_several_households_of_one_name_and_phone_are_not_guessed(session: Session, ward: Unit) -> None:
    for code in ("H01", "H02"):
        make_household(session, unit=group_of(session, "SC12"), code=code, head_name="Hoàng Văn An", phone="+84912345678")

    result = imported(session, ward, [1, "", "Hoàng Văn An", 12, "", "0912345678", "", "", ""])

    assert [one.reason("vi") for one in result.rejected] == ["Có 2 hộ cùng tên và số điện thoại. Ghi thêm mã hộ."]


# What is refused


@pytest.mark.parametrize(
    ("place", "value", "column", "words"),
    [
        (2, "", "Họ và tên chủ hộ", "Thiếu họ tên"),
        (2, 123.0, "Họ và tên chủ hộ", "không phải họ tên"),
        (3, "Tổ 99", "Tổ", "không có “Tổ 99”"),
        (3, "Tổ 13", "Tổ", "ở nhiều nơi: Tổ 13, Phùng Chí Kiên; Tổ 13, Sông Cầu"),
        (3, "", "Tổ", "Thiếu tổ"),
        (4, "CCCD 019093001234", "Địa chỉ", "căn cước"),
        (5, "09123", "Điện thoại", "không phải số điện thoại"),
        (5, "0912345678; 12", "Điện thoại", "không phải số điện thoại"),
        (6, -1.0, "Số khẩu", "không phải số người"),
        (6, 1000.0, "Số khẩu", "lớn bất thường"),
        (6, "nhiều", "Số khẩu", "không phải số người"),
        (7, 9.0, "Điện thoại thông minh", "Nhiều hơn số nhân khẩu"),
        (8, "hỏi lại", "Trong nhóm Zalo", "Ghi x nếu có"),
        (8, 9.0, "Trong nhóm Zalo", "Nhiều hơn số nhân khẩu"),
        (1, "019093001234", "Mã hộ", "căn cước"),
    ],
)
def test_a_row_is_refused_whole_with_its_number_column_and_reason(
    session: Session, ward: Unit, place: int, value: Cell, column: str, words: str
) -> None:
    bad = [*AN[:place], value, *AN[place + 1 :]]

    result = imported(session, ward, BINH, bad)

    assert counts(result) == (2, 1, 0, 0, 1)
    refused = result.rejected[0]
    assert (refused.row, refused.column) == (3, column)
    assert words in refused.reason("vi")
    assert [household.head_name for household in households(session)] == ["Nông Thị Bình"]


@pytest.mark.parametrize(("first", "second"), [("H01", "H01"), ("H01", "h01"), ("12", "0012"), (12.0, "12")])
def test_a_code_used_twice_in_a_unit_is_refused_the_second_time(session: Session, ward: Unit, first: Cell, second: Cell) -> None:
    result = imported(session, ward, [1, first, "An", 12], [2, second, "Bình", 12], [3, second, "Cúc", "Tổ 5 Sông Cầu"])

    assert [household.head_name for household in households(session)] == ["An", "Cúc"]
    assert [(one.row, one.column, one.reason("vi")) for one in result.rejected] == [(3, "Mã hộ", "Mã hộ này đã dùng ở dòng 2.")]


def test_a_code_stays_used_when_its_first_row_is_refused(session: Session, ward: Unit) -> None:
    result = imported(session, ward, [1, "H01", "An", 12, "", "09123"], [2, "H01", "Bình", 12])

    assert [one.row for one in result.rejected] == [2, 3]


def test_a_household_that_has_left_is_not_brought_back(session: Session, ward: Unit) -> None:
    yesterday = clock.today() - timedelta(days=1)
    make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="Đã chuyển đi", left_on=yesterday)

    result = imported(session, ward, AN)

    assert "đã chuyển đi" in result.rejected[0].reason("vi")
    assert households(session)[0].left_on == yesterday


def test_strict_writes_nothing_if_any_row_is_bad(session: Session, ward: Unit) -> None:
    before = everything(session)

    refused = imported(session, ward, AN, [2, "H02", "", 12], strict=True)

    assert (refused.committed, counts(refused)) == (False, (2, 1, 0, 0, 1))
    assert everything(session) == before
    assert imported(session, ward, AN, strict=True).committed


def test_a_dry_run_tells_the_same_and_writes_nothing(session: Session, ward: Unit) -> None:
    imported(session, ward, AN)
    rows = [[*AN[:6], 5.0, *AN[7:]], BINH, [3, "H03", "", 12]]
    before = everything(session)

    dry = imported(session, ward, *rows, dry_run=True)
    unchanged = everything(session)
    real = imported(session, ward, *rows)

    assert unchanged == before
    assert (dry.committed, real.committed) == (False, True)
    assert counts(dry) == counts(real) == (3, 1, 1, 0, 1)
    assert (dry.joined, dry.groups) == (real.joined, real.groups)


def test_an_import_that_dies_halfway_leaves_nothing(session: Session, ward: Unit) -> None:
    before = everything(session)

    def die(done: int, total: int) -> None:
        if done > total // 2:
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        imported(session, ward, *([i, f"H{i}", f"Hộ {i} An", 12] for i in range(2_500)), progress=die)
    session.rollback()

    assert everything(session) == before


# Chat groups


def test_a_household_group_is_made_where_the_list_says_who_is_in_it(session: Session, ward: Unit) -> None:
    leaders = make_group(session, unit=ward, kind=GroupKind.LEADERS, name="Tổ trưởng")

    result = imported(session, ward, AN, BINH)

    assert (result.joined, result.groups) == (1, 1)
    group = session.exec(select(Group).where(Group.kind == GroupKind.HOUSEHOLD)).one()
    assert (group.unit_id, group.name, group.channel, group.parent_id) == (
        group_of(session, "SC12").id, "Bà con Tổ 12, Sông Cầu", "relay", leaders.id,
    )  # fmt: skip
    membership = session.exec(select(Membership)).one()
    an = households(session)[0]
    assert (membership.household_id, membership.group_id, membership.people) == (an.id, group.id, 1)
    assert (membership.joined_on, membership.left_on, membership.source) == (clock.today(), None, MembershipSource.IMPORT)


def test_no_group_is_made_where_nobody_is_in_one(session: Session, ward: Unit) -> None:
    imported(session, ward, BINH)

    assert session.exec(select(Group)).all() == []


def test_the_group_a_unit_has_is_used(session: Session, ward: Unit) -> None:
    unit = group_of(session, "SC12")
    make_group(session, unit=unit, closed_on=date(2026, 1, 1), started_on=date(2025, 1, 1))
    oldest, _newer = make_group(session, unit=unit), make_group(session, unit=unit)

    result = imported(session, ward, AN)

    assert result.groups == 0
    assert session.exec(select(Membership)).one().group_id == oldest.id


def test_who_is_in_some_household_group_already_stays_there(session: Session, ward: Unit) -> None:
    an = make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="Hoàng Văn An")
    elsewhere = make_membership(session, household=an, group=make_group(session, unit=ward), people=2)

    result = imported(session, ward, AN)

    assert (result.joined, result.groups) == (0, 0)
    assert [(one.id, one.people) for one in session.exec(select(Membership))] == [(elsewhere.id, 2)]


@pytest.mark.parametrize("tick", ["", "không", "chưa", 0.0])
def test_no_list_takes_a_household_out_of_its_group(session: Session, ward: Unit, tick: Cell) -> None:
    imported(session, ward, AN)

    result = imported(session, ward, [*AN[:8], tick])

    assert counts(result) == (1, 0, 0, 1, 0)
    assert session.exec(select(Membership)).one().left_on is None


def test_a_household_that_left_the_group_joins_anew(session: Session, ward: Unit) -> None:
    imported(session, ward, AN)
    membership = session.exec(select(Membership)).one()
    membership.left_on = clock.today()
    session.commit()

    result = imported(session, ward, AN)

    assert (counts(result), result.joined) == ((1, 0, 1, 0, 0), 1)
    assert len(session.exec(select(Membership)).all()) == 2


def test_people_in_the_group_are_counted_and_counted_anew(session: Session, ward: Unit) -> None:
    imported(session, ward, [*AN[:8], 2.0])
    was = session.exec(select(Membership)).one().people

    ticked = imported(session, ward, [*AN[:8], 1.0])
    still = session.exec(select(Membership)).one().people
    counted = imported(session, ward, [*AN[:8], 3.0])

    assert (was, still, session.exec(select(Membership)).one().people) == (2, 2, 3)
    assert (counts(ticked), counts(counted)) == ((1, 0, 0, 1, 0), (1, 0, 1, 0, 0))


# What else happens


def test_the_daily_counts_follow(session: Session, ward: Unit) -> None:
    imported(session, ward, AN, BINH)

    day = session.exec(select(UnitDay).where(UnitDay.unit_id == group_of(session, "SC12").id)).one()
    assert (day.day, day.households, day.joined, day.people_joined, day.people, day.smartphones) == (clock.today(), 2, 1, 1, 7, 3)


def test_one_line_of_audit_without_numbers_or_names(session: Session, ward: Unit) -> None:
    actor = make_actor(session, unit=ward, role=Role.STAFF)

    result = imports.run(session, actor=actor, unit_id=ward.id, sheet=sheet(AN, BINH, [3, "H03", ""]))

    event = session.exec(select(AuditEvent)).one()
    assert (event.actor_id, event.action, event.subject_id) == (actor.id, "household.import", str(ward.id))
    counted = {"rows": 3, "created": 2, "updated": 0, "joined": 1, "rejected": 1}
    assert event.details == counted | {"change_set_id": str(result.change_set_id), "purpose": USUAL[0].name}


def test_progress_is_told_to_the_end(session: Session, ward: Unit) -> None:
    told: list[tuple[int, int]] = []
    rows = [[i, f"H{i}", f"Hộ {i} An", 12] for i in range(4_500)]

    result = imported(session, ward, *rows, progress=lambda done, total: told.append((done, total)))

    assert (result.created, session.execute(text("SELECT count(*) FROM household")).scalar()) == (4_500, 4_500)
    assert told == sorted(told)
    assert {total for _done, total in told} == {9_002}
    assert told[-1][0] >= 9_000


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_leaders_and_viewers_import_nothing(session: Session, ward: Unit, role: Role) -> None:
    with pytest.raises(NotAllowed):
        imports.run(session, actor=make_actor(session, unit=ward, role=role), unit_id=ward.id, sheet=sheet(AN))


def test_another_ward_is_not_found(session: Session, ward: Unit) -> None:
    stranger = make_actor(session, unit=make_unit(session), role=Role.ADMIN)

    with pytest.raises(NotFound):
        imports.run(session, actor=stranger, unit_id=ward.id, sheet=sheet(AN))


def test_only_places_have_households(session: Session, ward: Unit) -> None:
    office = make_unit(session, parent=ward, kind=UnitKind.OFFICE)

    with pytest.raises(Invalid, match="Chỉ nhập được hộ dân"):
        imported(session, office, AN)
    with pytest.raises(Invalid, match="chưa có tổ dân phố"):
        imported(session, make_unit(session), AN)


@pytest.mark.parametrize("rows", [[["chỉ có chữ"]], [["a", "b"], ["c", "d"]], []])
def test_what_is_no_list_is_refused(session: Session, ward: Unit, rows: list[list[Cell]]) -> None:
    with pytest.raises(Invalid, match="Không thấy dòng tiêu đề"):
        imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="x", rows=rows))


def test_a_list_without_names_is_refused_with_its_columns(session: Session, ward: Unit) -> None:
    with pytest.raises(Invalid, match="“Mã hộ”, “Gia chủ”, “Số khẩu”"):
        imported(session, ward, ["1", "An", 4], header=["Mã hộ", "Gia chủ", "Số khẩu"])

    result = imported(
        session, ward, ["1", "An", 4, 12], header=["Mã hộ", "Gia chủ", "Số khẩu", "Tổ"], mapping={"gia chủ": "head_name"}
    )
    assert result.created == 1


def test_other_sheets_are_named_where_this_one_is_no_list(session: Session, ward: Unit) -> None:
    cover = Sheet(name="Bìa", rows=[["Hướng dẫn"]], others=["Tổ 13"])

    with pytest.raises(Invalid, match="Tệp còn các trang: “Tổ 13”"):
        imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=cover)


def test_the_rest_of_a_file_is_let_go_when_it_is_no_list(session: Session, ward: Unit) -> None:
    let_go: list[bool] = []

    def rows() -> Iterator[list[Cell]]:
        try:
            while True:
                yield ["chữ"]
        finally:
            let_go.append(True)

    with pytest.raises(Invalid):
        imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="x", rows=rows()))

    assert let_go == [True]


# Looking first, mending after


def test_a_list_is_looked_at_before_it_is_read(session: Session) -> None:
    rows: list[list[Cell]] = [["DANH SÁCH"], [*HEADER, "Dân tộc"], [*AN, "Tày"], [], [*BINH, "Kinh"]]

    prepared = imports.prepare(Sheet(name="Hộ", rows=rows, others=["Khác"]))

    assert (prepared.sheet, prepared.header_row, prepared.others) == ("Hộ", 2, ("Khác",))
    assert (prepared.columns["head_name"], prepared.dropped, prepared.ignored) == ("Họ và tên chủ hộ", ("Dân tộc",), ("STT",))
    assert prepared.headers == (*HEADER, "Dân tộc")
    assert [number for number, _texts in prepared.samples] == [3, 5]
    assert prepared.samples[0][1]["Điện thoại"] == "912345678"
    assert "Dân tộc" not in prepared.samples[0][1]


def test_refused_rows_can_be_taken_home_and_hold_no_formula(session: Session, ward: Unit) -> None:
    result = imported(session, ward, [1, "H01", "=HYPERLINK(1)", 12, "Số 5", "+849", 4, "", ""], BINH)

    downloaded = imports.refused_csv(result)

    assert downloaded.startswith(b"\xef\xbb\xbf")
    header, row = csv.reader(io.StringIO(downloaded.decode("utf-8-sig")))
    assert dict(zip(header, row, strict=True)) == {
        "Dòng": "2", "Cột bị sai": "Điện thoại",
        "Lý do": "Đây không phải số điện thoại Việt Nam. Sửa lại, hoặc để trống nếu không có.",
        "Mã hộ": "H01", "Họ và tên chủ hộ": "'=HYPERLINK(1)", "Tổ": "12", "Địa chỉ": "Số 5", "Điện thoại": "'+849",
        "Số khẩu": "4", "Điện thoại thông minh": "", "Trong nhóm Zalo": "",
    }  # fmt: skip


def test_the_list_of_refused_rows_can_be_mended_and_imported(session: Session, ward: Unit) -> None:
    result = imported(session, ward, ["Tổ 13 - Sông Cầu"], ["H01", "=An", "+849"], header=["Mã hộ", "Họ tên", "SĐT"])
    rows: list[list[Cell]] = [list(row) for row in csv.reader(io.StringIO(imports.refused_csv(result).decode("utf-8-sig")))]
    rows[1][rows[0].index("SĐT")] = "'+84912345678"

    mended = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="refused", rows=rows))

    assert mended.created == 1
    household = households(session)[0]
    assert (household.unit_id, household.head_name, household.phone) == (group_of(session, "SC13").id, "=An", "+84912345678")


def test_refused_rows_are_mended_in_place_and_keep_their_numbers(session: Session, ward: Unit) -> None:
    rows = [["Tổ 12"], ["H01", "An", "123"], ["H02", "Bình", "456"], ["H02", "Cúc", ""]]
    result = imported(session, ward, *rows, header=["Mã hộ", "Họ tên", "SĐT"])

    again = imports.mended(result, {Spot("Hộ", 3): {"SĐT": "0912345678"}, Spot("Hộ", 4): {"SĐT": "vẫn sai"}})
    second = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=again)

    assert [one.row for one in result.rejected] == [3, 4, 5]
    assert [household.head_name for household in households(session)] == ["An"]
    assert [(one.row, one.column) for one in second.rejected] == [(4, "SĐT")]


def test_too_large_a_count_may_be_mended_by_the_count_beside_it(session: Session, ward: Unit) -> None:
    result = imported(session, ward, [*AN[:6], 3, 5, ""])

    again = imports.mended(result, {Spot("Hộ", 2): {"Số khẩu": "6"}})
    second = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=again)

    assert [one.column for one in result.rejected] == ["Điện thoại thông minh"]
    assert [(household.people, household.smartphones) for household in households(session)] == [(6, 5)]
    assert second.rejected == []


def test_a_value_read_from_several_columns_is_mended_in_any_of_them(session: Session, ward: Unit) -> None:
    header = ["Họ tên", "Tổ", "Điện thoại 1", "Điện thoại 2"]
    result = imported(session, ward, ["An", "Tổ 12", "123", "0987654321"], header=header)

    imports.run(
        session, actor=TERMINAL, unit_id=ward.id, sheet=imports.mended(result, {Spot("Hộ", 2): {"Điện thoại 1": "0912345678"}})
    )

    assert [one.column for one in result.rejected] == ["Điện thoại 1 + Điện thoại 2"]
    assert [household.phone for household in households(session)] == ["+84912345678"]
