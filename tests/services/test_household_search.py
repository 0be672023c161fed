"""Finding households: the index follows every writer, one by one and in bulk."""

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col

from core.fulltext import in_bulk
from models import Household, Unit, UnitKind
from services import household_search, imports
from services.access import TERMINAL
from services.household_search import Filters
from services.household_values import search_text
from services.ports import Cell, Sheet
from tests.factories import make_household, make_unit

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


def test_many_found_are_counted_and_paged_like_few(session: Session, unit: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        registered(session, unit, f"Hoàng Văn {'ABCDEFG'[number]}")
    few = household_search.search(session, actor=TERMINAL, filters=Filters(words="hoang"), page=2, size=3)
    monkeypatch.setattr(household_search, "FEW", 2)

    many = household_search.search(session, actor=TERMINAL, filters=Filters(words="hoang"), page=2, size=3)

    assert (many.total, [row.id for row in many.rows]) == (few.total, [row.id for row in few.rows])
    assert many.total == 7
