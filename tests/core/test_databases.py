"""A test's database is its own, even while a thread of the test before still holds that one's."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.databases import POSTGRES, _engines, empty_database, kept_engine
from tests.factories import make_unit


@pytest.mark.skipif(bool(POSTGRES), reason="files are SQLite's")
def test_what_a_thread_of_the_test_before_holds_never_comes_into_the_next(tmp_path: Path) -> None:
    file = tmp_path / "kept.db"
    with empty_database(file) as url:
        straggler = sqlite3.connect(file)
        straggler.execute("SELECT count(*) FROM unit")
        late = kept_engine(url, writes=True).connect()
        late.execute(text("SELECT 1"))
    late.close()  # after the end, into the pool of an engine that is kept

    with empty_database(file) as url, Session(kept_engine(url, writes=True)) as session:
        make_unit(session, name="Phường Bắc Kạn")
        straggler.close()  # as the last one of its file, with the journal beside it
        with closing(sqlite3.connect(file)) as other:
            assert other.execute("SELECT name FROM unit").fetchall() == [("Phường Bắc Kạn",)]
    kept_engine(url, writes=True).dispose()
    del _engines[url, True]
