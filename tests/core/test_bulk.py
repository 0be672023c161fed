"""Many rows at once are the same rows as one by one."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Integer, String, Uuid
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from core.bulk import BulkInsert, as_json, batches, given
from core.ids import new_id
from models import Household
from models.base import Instant
from tests.factories import make_unit

COLUMNS = (
    "id", "created_at", "unit_id", "code", "head_name", "address", "phone", "other_phones", "people", "smartphones", "needs",
    "arrived_on", "search",
)  # fmt: skip


def test_rows_come_back_as_they_went_in(session: Session) -> None:
    unit, id_ = make_unit(session), new_id()
    values = {
        "id": id_, "created_at": datetime(2026, 11, 24, 5, 0, tzinfo=UTC), "unit_id": unit.id, "code": "1",
        "head_name": "Đỗ Thị Hòa", "address": "'); --", "phone": None, "other_phones": ["+84912345678"], "people": 2,
        "smartphones": 1, "needs": [], "arrived_on": date(2026, 11, 24), "search": "do thi hoa",
    }  # fmt: skip

    bulk = BulkInsert(session, Household.metadata.tables["household"], COLUMNS)
    bulk.write([{name: bulk.encode(name, value) for name, value in values.items()}])

    household = session.exec(select(Household)).one()
    assert {name: getattr(household, name) for name in COLUMNS} == values


def test_nothing_to_write_is_no_statement(session: Session) -> None:
    BulkInsert(session, Household.metadata.tables["household"], COLUMNS).write([])

    assert session.exec(select(Household)).all() == []


def test_the_database_still_checks(session: Session) -> None:
    bulk = BulkInsert(session, Household.metadata.tables["household"], ("id", "head_name"))

    with pytest.raises(IntegrityError):
        bulk.write([{"id": bulk.encode("id", new_id()), "head_name": "Không có đơn vị"}])


def test_a_long_row_comes_in_parts_and_nothing_in_none() -> None:
    assert list(batches(iter("abcde"), 2)) == [["a", "b"], ["c", "d"], ["e"]]
    assert list(batches([], 2)) == []


def test_any_number_of_rows_goes_into_one_statement_as_one_value(session: Session) -> None:
    kinds: dict[str, Any] = {"place": Integer(), "id": Uuid(), "at": Instant(), "said": String()}
    at = datetime(2026, 11, 29, 7, 30, 15, 250_000, tzinfo=UTC)
    rows = [(1, uuid4(), at, "có “dấu”"), (2, uuid4(), None, None)]
    told = given(session.get_bind().dialect.name, "rows", kinds)

    found = session.execute(select(*told.c).order_by(told.c.place), {"rows": as_json(rows)}).all()
    none = session.execute(select(*told.c), {"rows": as_json([])}).all()

    assert [(place, id_, said) for place, id_, _, said in found] == [(place, id_, said) for place, id_, _, said in rows]
    assert [row.at for row in found] == [at, None]
    assert none == []
