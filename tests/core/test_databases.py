"""A test's database is its own, even while a thread of the test before still holds that one's."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlmodel import Session

from tests.databases import POSTGRES, kept_database, kept_engine
from tests.factories import make_unit

pytestmark = pytest.mark.skipif(bool(POSTGRES), reason="files are SQLite's")


def names_in(url: str) -> list[str]:
    with closing(sqlite3.connect(str(make_url(url).database))) as file:
        return [name for (name,) in file.execute("SELECT name FROM unit")]


def test_what_a_thread_of_the_test_before_holds_never_comes_into_the_next() -> None:
    with kept_database() as url:
        straggler = kept_engine(url, writes=True).connect()
        straggler.execute(text("SELECT 1"))

    with kept_database() as url, Session(kept_engine(url, writes=True)) as session:
        straggler.close()
        make_unit(session, name="Phường Bắc Kạn")
        assert names_in(url) == ["Phường Bắc Kạn"]


@pytest.mark.parametrize("changes_tables", [False, True])
def test_the_next_test_finds_nothing(changes_tables: bool) -> None:
    with kept_database() as url, Session(kept_engine(url, writes=True)) as session:
        make_unit(session)
        if changes_tables:
            session.execute(text("DROP TABLE relay"))
            session.commit()

    with kept_database() as url, Session(kept_engine(url, writes=False)) as session:
        assert names_in(url) == []
        assert session.execute(text("SELECT count(*) FROM relay")).scalar_one() == 0
