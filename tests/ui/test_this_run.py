"""What a run has found out is asked once; a run by itself asks anew."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event

from core import db
from services import access, audit
from ui import this_run


@pytest.fixture
def asked(engine: Engine) -> Iterator[list[str]]:
    """The statements that readers send."""
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(db.readers(), "before_cursor_execute", note)
    yield said
    event.remove(db.readers(), "before_cursor_execute", note)


def test_the_last_act_is_asked_for_once_a_run_and_again_after_a_write(asked: list[str]) -> None:
    this_run.begin(None)
    first = this_run.last_act()
    before = len(asked)

    assert this_run.last_act() == first
    assert len(asked) == before

    with db.transaction() as session:
        audit.record(session, actor=access.TERMINAL, action="unit.changed", subject_kind="unit", subject_id="1")
    assert this_run.last_act() == first + 1


def test_another_run_asks_anew(asked: list[str]) -> None:
    this_run.begin(None)
    this_run.last_act()
    before = len(asked)

    this_run.begin(None)
    this_run.last_act()

    assert len(asked) > before


def test_nobody_believes_a_page_outside_its_run() -> None:
    this_run.begin(access.TERMINAL)

    assert this_run.of_page() is None
