"""Which rows of a list are put beside a household to be looked at, and which are not."""

from collections.abc import Sequence

import pytest
from sqlmodel import Session, col, select

from core import clock
from models import Household, Likeness, Unit
from services import imports
from services.access import TERMINAL
from services.ports import Cell, Sheet
from services.resemblance import PAIRS_MOST, SHARED_MOST
from tests.factories import make_actor, make_household, make_unit
from tests.services.bac_kan import group_of, make_bac_kan

HEADER: list[Cell] = ["Mã hộ", "Họ tên", "Tổ", "Địa chỉ", "Điện thoại", "Số khẩu"]


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


def imported(session: Session, ward: Unit, *rows: Sequence[Cell]) -> list[tuple[str, str, int, bool]]:
    """The pairs that a list brings: names of the later and the other, score, whether one phone."""
    sheet = Sheet(name="Hộ", rows=[HEADER, *map(list, rows)])
    result = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=sheet)
    session.commit()
    names = {home.id: home.head_name for home in session.exec(select(Household))}
    pairs = session.exec(select(Likeness).order_by(col(Likeness.score).desc())).all()
    assert result.alike == len(pairs)
    assert all(pair.is_same is None for pair in pairs)
    return [(names[one.household_id], names[one.other_id], one.score, one.has_same_phone) for one in pairs]


def stored(session: Session, unit: str = "SC12", **fields: object) -> Household:
    return make_household(session, unit=group_of(session, unit), **{"head_name": "Hoàng Văn An", "address": "Số 5", **fields})


@pytest.mark.parametrize(
    ("name", "address", "score"),
    [
        ("Hoàng Văn An", "Số 5", 100),
        ("HOANG VAN AN", "số 5", 100),
        ("Hoàng Văn Ân", "Số nhà 5", 100),  # the same without marks; the words of one address are in the other
        ("Hoàng Vân An", "Số 5", 100),
        ("Hoànng Văn An", "Số 5", 98),  # a slip
        ("Hoàng Văn An", "", 75),
    ],
)
def test_a_name_and_an_address_that_look_alike_are_put_beside_each_other(
    session: Session, ward: Unit, name: str, address: str, score: int
) -> None:
    stored(session, people=7)

    [(_later, other, found, has_same_phone)] = imported(session, ward, ["", name, 12, address, "", 4])

    assert (other, found, has_same_phone) == ("Hoàng Văn An", score, False)
    assert len(session.exec(select(Household)).all()) == 2


@pytest.mark.parametrize(
    ("name", "unit", "address", "phone"),
    [
        ("Hoàng Văn An", 12, "Số 6", ""),  # the neighbour of that name
        ("Hoàng Văn Bình", 12, "Số 5", ""),
        ("Hoàng Văn An", "Tổ 13 - Sông Cầu", "Số 5", ""),  # names repeat between groups
        ("Hoàng Văn An", 12, "", "0987654321"),  # two numbers, no address: two of that name
    ],
)
def test_what_speaks_for_two_is_not_asked(session: Session, ward: Unit, name: str, unit: Cell, address: str, phone: str) -> None:
    stored(session, phone="+84912345678")

    assert imported(session, ward, ["", name, unit, address, phone, 4]) == []


def test_a_number_is_known_again_in_another_unit(session: Session, ward: Unit) -> None:
    stored(session, "NT1", head_name="Nông Thị Bình", phone="+84912345678")

    [pair] = imported(session, ward, ["", "Bế Văn Tú", 12, "Số 9", "0912 345 678", 4])

    assert (pair[0], pair[1], pair[3]) == ("Bế Văn Tú", "Nông Thị Bình", True)


@pytest.mark.parametrize("typed", ["0987 654 321", "0912345678", "0912345678; 0987654321", "0977111222 / 0987654321"])
def test_a_second_number_is_known_again_in_another_unit_and_asked_about_once(session: Session, ward: Unit, typed: str) -> None:
    stored(session, "NT1", head_name="Nông Thị Bình", phone="+84912345678", other_phones=["+84987654321"])

    [pair] = imported(session, ward, ["", "Bế Văn Tú", 12, "Số 9", typed, 4])

    assert (pair[0], pair[1], pair[3]) == ("Bế Văn Tú", "Nông Thị Bình", True)


def test_a_second_number_that_many_share_says_nothing(session: Session, ward: Unit) -> None:
    for i in range(SHARED_MOST + 1):
        own = f"+8491234567{i}"
        stored(session, "NT1", head_name=f"Hộ Số {i}", address=f"Số {i + 10}", phone=own, other_phones=["+84987654321"])

    assert imported(session, ward, ["", "Bế Văn Tú", 12, "Số 9", "0987654321", 4]) == []


def test_a_number_that_many_share_says_nothing(session: Session, ward: Unit) -> None:
    for i in range(SHARED_MOST + 1):
        stored(session, "NT1", head_name=f"Hộ Số {i}", address=f"Số {i + 10}", phone="+84912345678")

    assert imported(session, ward, ["", "Bế Văn Tú", 12, "Số 9", "0912345678", 4]) == []


def test_a_number_beyond_the_actors_sight_says_nothing(session: Session, ward: Unit) -> None:
    other = make_unit(session, parent=make_unit(session))
    make_household(session, unit=other, phone="+84912345678")
    sheet = Sheet(name="Hộ", rows=[HEADER, ["", "Bế Văn Tú", 12, "Số 9", "0912345678", 4]])

    result = imports.run(session, actor=make_actor(session, unit=ward), unit_id=ward.id, sheet=sheet)

    assert (result.created, result.alike) == (1, 0)


def test_two_rows_of_one_list_are_put_beside_each_other_unless_both_have_codes(session: Session, ward: Unit) -> None:
    rows: list[list[Cell]] = [["", "Ma Văn Én", 12, "Số 7", "", 4], ["", "Ma Văn En", 12, "Số 7", "", 5]]
    coded: list[list[Cell]] = [["A1", "Lý Thị Cúc", 12, "Số 8", "", 4], ["A2", "Lý Thị Cúc", 12, "Số 8", "", 5]]

    found = imported(session, ward, *rows, *coded)

    assert [(later, other) for later, other, _score, _phone in found] == [("Ma Văn En", "Ma Văn Én")]


@pytest.mark.parametrize(
    ("first", "second", "scores"),
    [
        (["", "0912345678"], ["", "0987654321"], [60]),  # one name, two numbers, nothing to tell them apart
        (["Số 7", "0912345678"], ["", "0987654321"], [60]),
        (["xóm trên", "0912345678"], ["Xóm Trên", "0987654321"], [60]),
        (["Số 7", "0912345678"], ["Số 7", "0987654321"], [100]),
        (["Số 7", "0912345678"], ["Số 8", "0987654321"], []),  # two houses, two numbers
        (["xóm trên", "0912345678"], ["xóm dưới", "0987654321"], []),
    ],
)
def test_a_head_of_household_named_twice_is_two_and_asked_about_unless_clearly_so(
    session: Session, ward: Unit, first: list[Cell], second: list[Cell], scores: list[int]
) -> None:
    found = imported(session, ward, ["", "Ma Văn Én", 12, *first, 4], ["", "Ma Văn Én", 12, *second, 5])

    assert [score for _later, _other, score, _phone in found] == scores
    assert len(session.exec(select(Household)).all()) == 2


def test_a_household_that_the_list_gives_another_code_is_another(session: Session, ward: Unit) -> None:
    stored(session, code="A1")

    assert imported(session, ward, ["A1", "Hoàng Văn An", 12, "Số 5", "", 4], ["A2", "Hoàng Văn An", 12, "Số 5", "", 4]) == []


def test_who_has_moved_away_is_not_put_beside_anyone(session: Session, ward: Unit) -> None:
    stored(session, left_on=clock.today(), phone="+84912345678")

    assert imported(session, ward, ["", "Hoàng Văn Ân", 12, "Số 5", "0912345679", 4]) == []


def test_a_row_is_asked_about_a_few_times_at_most_the_likest_first(session: Session, ward: Unit) -> None:
    for address in ("Số 5", "Số 5", "", "", ""):
        stored(session, address=address)

    found = imported(session, ward, ["", "Hoàng Văn An", 12, "Số 5", "", 9])

    assert len(found) == PAIRS_MOST
    assert [score for _later, _other, score, _phone in found] == [100, 100, 75]


def test_the_same_list_again_asks_nothing_more(session: Session, ward: Unit) -> None:
    stored(session, people=7)
    row: list[Cell] = ["", "Hoàng Văn Ân", 12, "Số 5", "", 4]

    assert len(imported(session, ward, row)) == 1
    assert imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=Sheet(name="Hộ", rows=[HEADER, row])).alike == 0


def test_a_try_writes_no_pairs(session: Session, ward: Unit) -> None:
    stored(session, people=7)
    sheet = Sheet(name="Hộ", rows=[HEADER, ["", "Hoàng Văn Ân", 12, "Số 5", "", 4]])

    tried = imports.run(session, actor=TERMINAL, unit_id=ward.id, sheet=sheet, dry_run=True)

    assert tried.alike == 1
    assert session.exec(select(Likeness)).all() == []
