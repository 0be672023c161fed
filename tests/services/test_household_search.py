"""Finding households: the index follows every writer, one by one and in bulk."""

from typing import Any

import pytest
from sqlalchemy import delete, event
from sqlmodel import Session, col

from core import clock
from core.fulltext import in_bulk
from models import Household, Unit, UnitKind
from services import household_search, households, imports
from services.access import TERMINAL, Actor
from services.household_search import Filters
from services.household_values import HouseholdValues, search_text
from services.ports import Cell, Sheet
from tests.factories import make_actor, make_household, make_unit

TABLE = Household.metadata.tables["household"]
HEADER: list[Cell] = ["Mã hộ", "Họ và tên chủ hộ", "Tổ", "Số điện thoại"]


@pytest.fixture
def unit(session: Session) -> Unit:
    """A residential group of a ward."""
    ward = make_unit(session, kind=UnitKind.COMMUNE)
    return make_unit(session, parent=ward, name="Tổ 12", short_name="Tổ 12")


def found(session: Session, words: str) -> list[str]:
    """Heads of the households found, by name."""
    page = household_search.search(session, actor=TERMINAL, filters=Filters(words=words, order="name"))
    return [row.head_name for row in page.rows]


def registered(session: Session, unit: Unit, name: str, phone: str | None = None) -> Household:
    """A household that can be found."""
    return make_household(session, unit=unit, head_name=name, phone=phone, search=search_text(name, "", "", phone))


def read_in(session: Session, unit: Unit, *rows: list[Cell]) -> None:
    """Import a list."""
    imports.run(session, actor=TERMINAL, unit_id=unit.id, sheet=Sheet(name="Danh sách", rows=[HEADER, *rows]))


def test_what_an_import_wrote_and_changed_is_found(session: Session, unit: Unit) -> None:
    read_in(session, unit, ["H1", "Hoàng Thị Lan", "Tổ 12", "0912345678"], ["H2", "Nông Văn Bé", "Tổ 12", ""])

    read_in(session, unit, ["H1", "Hoàng Thị Huệ", "Tổ 12", "0912345678"], ["H3", "Triệu Văn Cừ", "Tổ 12", ""])

    assert found(session, "lan") == []
    assert found(session, "hue hoang") == ["Hoàng Thị Huệ"]
    assert found(session, "5678") == ["Hoàng Thị Huệ"]
    assert (found(session, "be"), found(session, "cu")) == (["Nông Văn Bé"], ["Triệu Văn Cừ"])


def test_what_a_taken_back_import_wrote_is_not_found_and_later_ones_are(session: Session, unit: Unit) -> None:
    session.commit()
    read_in(session, unit, ["H1", "Hoàng Thị Lan", "Tổ 12", ""])
    session.rollback()

    read_in(session, unit, ["H2", "Nông Văn Bé", "Tổ 12", ""])

    assert (found(session, "lan"), found(session, "be")) == ([], ["Nông Văn Bé"])


def test_rows_changed_or_removed_within_a_bulk_are_indexed_as_they_end(session: Session, unit: Unit) -> None:
    stays, goes = registered(session, unit, "Lê Thị Bình"), registered(session, unit, "Phạm Văn Định")
    with in_bulk(session, TABLE, "search"):
        new, brief = registered(session, unit, "Hoàng Thị Lan"), registered(session, unit, "Vi Văn Én")
        session.flush()
        new.search = search_text("Hoàng Thị Huệ", "", "", None)
        stays.search = search_text("Lê Thị Cúc", "", "", None)
        session.add_all([new, stays])
        session.flush()
        session.execute(delete(Household).where(col(Household.id).in_([brief.id, goes.id])))

    words = ("lan", "hue", "binh", "cuc", "en", "dinh")
    assert [len(found(session, word)) for word in words] == [0, 1, 0, 1, 0, 0]


@pytest.mark.parametrize("words", ["lan hoang", "HOÀNG LAN", "thị lan", "hoang   thi"])
def test_words_stand_in_any_order_with_or_without_marks(session: Session, unit: Unit, words: str) -> None:
    registered(session, unit, "Hoàng Thị Lan")
    registered(session, unit, "Hoàng Văn Lân", phone="+84912345678")

    assert "Hoàng Thị Lan" in found(session, words)


def alike(session: Session, unit: Unit, name: str, phone: str = "", actor: Actor = TERMINAL) -> list[str]:
    """Heads of the households that may be the one about to be added."""
    values = HouseholdValues(name, phone=phone)
    return [row.head_name for row in households.alike(session, actor=actor, unit_id=unit.id, values=values)]


def test_alike_is_the_whole_name_in_the_unit_or_a_number_anywhere_in_sight(session: Session, unit: Unit) -> None:
    ward = session.get_one(Unit, unit.parent_id)
    other, far = make_unit(session, parent=ward), make_unit(session)
    registered(session, unit, "Hoàng Thị Lân")
    registered(session, unit, "Hoàng Thị Lan Anh")
    registered(session, other, "Hoàng Thị Lan")
    registered(session, other, "Ma Văn Hùng", phone="+84912345678")
    registered(session, far, "Chu Thị Cúc", phone="+84912345678")
    staff = make_actor(session, unit=ward)

    assert alike(session, unit, "hoang  thi lan", actor=staff) == ["Hoàng Thị Lân"]
    assert alike(session, unit, "Nông Văn Bé", "0912.345.678", actor=staff) == ["Ma Văn Hùng"]
    assert alike(session, unit, "", "12", actor=staff) == []


def test_alike_knows_second_numbers_and_leaves_out_who_moved_away(session: Session, unit: Unit) -> None:
    other = ["+84987654321"]
    make_household(
        session, unit=unit, head_name="Bế Văn An", other_phones=other, search=search_text("Bế Văn An", "", "", *other)
    )  # fmt: skip
    make_household(session, unit=unit, head_name="Lê Thị Bình", left_on=clock.today(), search=search_text("Lê Thị Bình", "", ""))

    assert alike(session, unit, "Lê Thị Bình", "0987654321") == ["Bế Văn An"]


def test_alike_is_five_at_most_in_two_queries(session: Session, unit: Unit) -> None:
    for number in range(7):
        registered(session, unit, "Hoàng Thị Lan", phone=f"+8491234567{number}")
    asked: list[str] = []
    engine: Any = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    assert len(alike(session, unit, "Hoàng Thị Lan", "0912345676")) == 5
    assert len([one for one in asked if one.startswith("SELECT")]) == 2


def test_many_found_are_counted_and_paged_like_few(session: Session, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        registered(session, unit, f"Hoàng Văn {'ABCDEFG'[number]}")
    few = household_search.search(session, actor=TERMINAL, filters=Filters(words="hoang"), page=2, size=3)
    monkeypatch.setattr(household_search, "FEW", 2)

    many = household_search.search(session, actor=TERMINAL, filters=Filters(words="hoang"), page=2, size=3)

    assert (many.total, [row.id for row in many.rows]) == (few.total, [row.id for row in few.rows])
    assert many.total == 7
