"""Questions in one way: asked in order, heard by whoever listens, and their errors are those of any statement."""

import pytest
from sqlalchemy import Engine, String, bindparam, event, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from core.one_way import Question, asked
from models import Model, UnitKind
from tests.factories import make_unit

_UNIT = Model.metadata.tables["unit"]
_NAMES = select(_UNIT.c.id, _UNIT.c.name, _UNIT.c.valid_from).where(_UNIT.c.code == bindparam("code", type_=String()))
_OF_KIND = select(func.count().label("n")).where(_UNIT.c.kind == UnitKind.COMMUNE)


def test_each_has_its_own_rows_in_the_order_asked_and_sees_what_the_session_wrote(session: Session) -> None:
    made = [make_unit(session, kind=UnitKind.COMMUNE, name=name) for name in ("Bắc Kạn", "Đức Xuân")]

    first, count, second = asked(
        session, Question(_NAMES, {"code": made[0].code}), Question(_OF_KIND, {}), Question(_NAMES, {"code": made[1].code})
    )

    assert [(row.id, row.name, row.valid_from) for row in (*first, *second)] == [(one.id, one.name, None) for one in made]
    assert count[0].n == 2


def test_what_is_written_by_one_is_seen_by_the_next(session: Session, engine: Engine) -> None:
    unit = make_unit(session)
    renamed = _UNIT.update().where(_UNIT.c.id == unit.id).values(name=bindparam("new", type_=String()))

    nothing, rows = asked(session, Question(renamed, {"new": "Sông Cầu"}), Question(_NAMES, {"code": unit.code}))

    assert (nothing, rows[0].name) == ([], "Sông Cầu")


def test_whoever_listens_hears_each_and_a_letter_that_cannot_be_written_is_left_out(session: Session, engine: Engine) -> None:
    unit = make_unit(session)
    heard: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: heard.append(call[2]))

    rows, _ = asked(session, Question(_NAMES, {"code": f"{unit.code}\0"}), Question(_OF_KIND, {}))

    assert rows[0].id == unit.id
    assert [words[:6] for words in heard if "unit" in words] == ["SELECT", "SELECT"]


def test_an_error_is_that_of_a_statement_and_the_session_goes_on_after_it(session: Session) -> None:
    unit = make_unit(session)
    session.commit()
    again = insert(_UNIT).from_select([column.name for column in _UNIT.c], select(_UNIT).where(_UNIT.c.id == unit.id))

    with pytest.raises(DBAPIError) as raised:
        asked(session, Question(_OF_KIND, {}), Question(again, {}), Question(_OF_KIND, {}))
    session.rollback()

    assert type(raised.value).__name__ == "IntegrityError"
    assert asked(session, Question(_NAMES, {"code": unit.code}))[0][0].name == unit.name
