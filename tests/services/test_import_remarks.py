"""Days of joining that a list says, and what of a list was read otherwise than it stands there."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from core import clock
from models import Group, Household, Membership, Unit
from services import change_sets, figures, imports
from services.access import TERMINAL
from services.import_remarks import TOLD_MOST, Remark, Why
from services.imports import ImportResult
from services.ports import Cell, Sheet
from tests.factories import make_group, make_household, make_membership
from tests.services.bac_kan import group_of, make_bac_kan
from tests.services.reorganising import carried, merge

HEADER: list[Cell] = ["Mã hộ", "Họ tên", "Tổ", "Điện thoại", "Số khẩu", "Ngày vào nhóm Zalo"]
MARCH = date(2026, 3, 12)


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


def imported(session: Session, ward: Unit, *rows: Sequence[Cell], dry_run: bool = False) -> ImportResult:
    sheet = Sheet(name="Hộ", rows=[HEADER, *map(list, rows)])
    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=sheet, dry_run=dry_run)
    session.commit()
    return result


def an(joined: Cell, *, phone: Cell = "0912345678", people: Cell = 4) -> list[Cell]:
    return ["H01", "Hoàng Văn An", 12, phone, people, joined]


def said(result: ImportResult) -> list[tuple[int, str, str, str, Why]]:
    return [(one.row, one.column, one.value, one.reading, one.why) for one in result.remarks.first]


def joined_on(session: Session) -> date:
    return session.exec(select(Membership).where(col(Membership.left_on).is_(None))).one().joined_on


@pytest.mark.parametrize("day", ["12/03/2026", "x 12/3/2026", "Ngày 12 tháng 3 năm 2026", MARCH])
def test_a_day_in_the_column_of_the_group_is_the_day_of_joining(session: Session, ward: Unit, day: Cell) -> None:
    result = imported(session, ward, an(day))

    assert joined_on(session) == MARCH
    assert session.exec(select(Group)).one().started_on == MARCH  # the group made for it stood by then
    assert (result.joined, said(result)) == (1, [])


@pytest.mark.parametrize("day", ["12.3.26", 46_093.0])
def test_a_day_written_in_short_is_kept_and_told(session: Session, ward: Unit, day: Cell) -> None:
    result = imported(session, ward, an(day))

    assert joined_on(session) == MARCH
    shown = "46093" if isinstance(day, float) else str(day)
    assert said(result) == [(2, "Ngày vào nhóm Zalo", shown, "12/03/2026", Why.DAY_READ)]


@pytest.mark.parametrize(
    ("day", "reading", "why"),
    [
        ("đã vào 12/3", "", Why.NO_YEAR),
        (date(2098, 3, 1), "01/03/2098", Why.DAY_AHEAD),
        ("1/3/99", "01/03/2099", Why.DAY_AHEAD),
        ("1/3/1999", "01/03/1999", Why.DAY_TOO_EARLY),
    ],
)
def test_a_day_nobody_can_have_joined_says_yes_since_today_and_is_told(
    session: Session, ward: Unit, day: Cell, reading: str, why: Why
) -> None:
    result = imported(session, ward, an(day))

    assert joined_on(session) == clock.today()
    assert [(one[3], one[4]) for one in said(result)] == [(reading, why)]


def test_a_day_before_the_group_began_or_before_it_was_left_is_not_taken(session: Session, ward: Unit) -> None:
    to12 = group_of(session, "SC12")
    group = make_group(session, unit=to12, started_on=date(2026, 1, 1))
    an_home, binh = (make_household(session, unit=to12, code=code, head_name=code) for code in ("H01", "H02"))
    make_membership(session, household=binh, group=group, joined_on=date(2026, 1, 5), left_on=date(2026, 4, 1))
    early, back, sound = an("31/12/2025"), ["H02", "H02", 12, "", 4, MARCH], ["H03", "Lý Ba", 12, "", 4, MARCH]

    result = imported(session, ward, early, back, sound)

    assert [(one[2], one[4]) for one in said(result)] == [("31/12/2025", Why.BEFORE_GROUP), ("12/03/2026", Why.BEFORE_LEAVING)]
    open_ones = session.exec(select(Membership).where(col(Membership.left_on).is_(None)))
    days = {one.household_id: one.joined_on for one in open_ones}
    new = session.exec(select(Household.id).where(Household.code == "H03")).one()
    assert days == {an_home.id: clock.today(), binh.id: clock.today(), new: MARCH}


def test_who_is_in_stays_in_since_the_day_that_is_stored(session: Session, ward: Unit) -> None:
    to12 = group_of(session, "SC12")
    home = make_household(session, unit=to12, code="H01", head_name="Hoàng Văn An", phone="+84912345678")
    make_membership(session, household=home, group=make_group(session, unit=to12), joined_on=date(2025, 5, 5))

    result = imported(session, ward, an(MARCH))

    assert joined_on(session) == date(2025, 5, 5)
    assert (result.updated, result.unchanged) == (0, 1)


def test_the_days_since_count_and_undoing_takes_them_back(session: Session, ward: Unit) -> None:
    make_household(session, unit=group_of(session, "SC12"), code="H01", head_name="Hoàng Văn An", phone="+84912345678")

    def joined(on: date) -> int:
        return figures.coverage(session, actor=TERMINAL, unit_id=ward.id, on=on).total.joined

    result = imported(session, ward, an(MARCH))
    assert [joined(day) for day in (MARCH - timedelta(days=1), MARCH, clock.today())] == [0, 1, 1]

    assert result.change_set_id is not None
    change_sets.undo(session, actor=TERMINAL, change_set_id=result.change_set_id)
    session.commit()
    assert [joined(day) for day in (MARCH, clock.today())] == [0, 0]


def test_of_two_rows_of_one_household_the_earlier_day_counts(session: Session, ward: Unit) -> None:
    imported(
        session, ward, ["", "Hoàng Văn An", 12, "0912345678", 4, "1/5/2026"], ["", "Hoàng Văn An", 12, "0912345678", 4, MARCH]
    )

    assert joined_on(session) == MARCH


@pytest.mark.parametrize(
    ("phone", "reading", "why"),
    [
        (912345678, "0912 345 678", Why.ZERO_ADDED),
        ("912.345.678", "0912 345 678", Why.ZERO_ADDED),
        ("0162 345 6789", "0323 456 789", Why.OLD_PREFIX),
        (1623456789, "0323 456 789", Why.OLD_PREFIX),
        ("0912345678; 0987654321", "0912 345 678; 0987 654 321", Why.SEVERAL_NUMBERS),
    ],
)
def test_a_number_put_right_is_told_before_it_is_written(
    session: Session, ward: Unit, phone: Cell, reading: str, why: Why
) -> None:
    result = imported(session, ward, an("", phone=phone), dry_run=True)

    assert [(one[1], one[3], one[4]) for one in said(result)] == [("Điện thoại", reading, why)]
    assert session.exec(select(Household)).all() == []


@pytest.mark.parametrize("phone", ["0912345678", "+84 912 345 678", "84912345678", "0084912345678", "(091) 234-5678", ""])
def test_a_number_as_it_is_dialled_is_not_told(session: Session, ward: Unit, phone: Cell) -> None:
    assert said(imported(session, ward, an("", phone=phone))) == []


@pytest.mark.parametrize(
    ("people", "told"), [("hai nhân khẩu", True), ("02 nhân khẩu (1 nữ)", True), ("2 khẩu", False), (2, False)]
)
def test_people_counted_in_words_are_told(session: Session, ward: Unit, people: Cell, told: bool) -> None:
    result = imported(session, ward, an("", people=people))

    assert said(result) == ([(2, "Số khẩu", str(people), "2", Why.COUNTED)] if told else [])


@pytest.mark.usefixtures("noon")
def test_a_unit_found_by_its_former_name_is_told(session: Session, ward: Unit) -> None:
    new = carried(session, merge(group_of(session, "SC12"), group_of(session, "SC13"), name="Tổ dân phố Bờ Sông", code="BS"))

    result = imported(
        session, ward, ["H01", "Hoàng Văn An", "Tổ 12, Sông Cầu", "", 4, ""], ["H02", "Lý Cúc", "Bờ Sông", "", 2, ""]
    )

    assert said(result) == [(2, "Tổ", "Tổ 12, Sông Cầu", new.label, Why.FORMER_UNIT)]
    assert session.exec(select(Household.unit_id)).all() == [new.id, new.id]


def test_a_row_that_is_refused_says_nothing_else(session: Session, ward: Unit) -> None:
    result = imported(session, ward, ["H01", "Hoàng Văn An", 12, 912345678, "vài người", ""])

    assert (len(result.rejected), result.remarks.first) == (1, [])


def test_all_are_counted_and_the_first_are_named(session: Session, ward: Unit) -> None:
    rows = [["", f"Hộ {i}", 12, 912_000_000 + i, 4, ""] for i in range(TOLD_MOST + 3)]

    result = imported(session, ward, *rows, dry_run=True)

    assert result.remarks.counts == {Why.ZERO_ADDED: TOLD_MOST + 3}
    assert len(result.remarks.first) == TOLD_MOST
    assert result.remarks.first[0] == Remark("Hộ", 2, "Điện thoại", "912000000", "0912 000 000", Why.ZERO_ADDED)
