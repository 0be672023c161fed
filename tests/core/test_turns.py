"""Writers of one SQLite file take turns, first come, first served; whatever becomes of one, the next is called."""

import gc
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from core import turns
from core.db import engines_own, make_engine
from core.turns import Turns


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'turns.db'}"


@pytest.fixture
def writers(url: str) -> Iterator[Engine]:
    made = make_engine(url, writes=True)
    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE word (said TEXT UNIQUE)")
    yield made
    made.dispose()


@pytest.fixture
def at_once() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def _until(is_so: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if is_so():
            return
        threading.Event().wait(0.001)
    raise AssertionError("it never was")


def _say(writers: Engine, word: str) -> None:
    with writers.begin() as connection:
        connection.exec_driver_sql("INSERT INTO word VALUES (?)", (word,))


def _said(writers: Engine) -> list[str]:
    with writers.begin() as connection:
        return [said for (said,) in connection.exec_driver_sql("SELECT said FROM word ORDER BY rowid")]


def test_who_came_first_writes_first(url: str, writers: Engine, at_once: ThreadPoolExecutor, tmp_path: Path) -> None:
    own = turns.of(str(tmp_path / "turns.db"))
    with writers.begin():
        waiting = []
        for place, word in enumerate(("một", "hai", "ba"), start=1):
            waiting.append(at_once.submit(_say, writers, word))
            _until(lambda place=place: len(own._waiting) == place)  # type: ignore[misc]
    for one in waiting:
        one.result(timeout=10)

    assert _said(writers) == ["một", "hai", "ba"]


def test_a_writer_that_fails_lets_the_next_write(writers: Engine, at_once: ThreadPoolExecutor) -> None:
    _say(writers, "một")

    with pytest.raises(IntegrityError):
        _say(writers, "một")

    at_once.submit(_say, writers, "hai").result(timeout=10)
    assert _said(writers) == ["một", "hai"]


def test_a_connection_thrown_away_lets_the_next_write(writers: Engine, at_once: ThreadPoolExecutor) -> None:
    lost = writers.connect()
    lost.exec_driver_sql("INSERT INTO word VALUES ('mất')")

    lost.invalidate()

    at_once.submit(_say, writers, "còn").result(timeout=10)
    assert _said(writers) == ["còn"]


def test_a_forgotten_connection_lets_the_next_write(tmp_path: Path, writers: Engine, at_once: ThreadPoolExecutor) -> None:
    forgotten: list[sqlite3.Connection] = [turns.Writer(str(tmp_path / "turns.db"), isolation_level=None)]
    forgotten[0].execute("PRAGMA user_version")
    forgotten[0].cursor().execute("INSERT INTO word VALUES ('quên')")
    assert forgotten[0].in_transaction

    forgotten.clear()
    gc.collect()

    at_once.submit(_say, writers, "nhớ").result(timeout=10)
    assert _said(writers) == ["nhớ"]


def test_a_thread_does_not_wait_for_itself() -> None:
    own = Turns()
    assert own.take()

    assert not own.take()

    own.give()
    assert own.take()


def test_who_waits_in_vain_leaves_the_row(at_once: ThreadPoolExecutor) -> None:
    own = Turns()
    own.take()

    assert not at_once.submit(lambda: own.take(seconds=0.01)).result(timeout=10)

    own.give()
    assert own.take(seconds=0.01)


def test_another_process_is_waited_for(tmp_path: Path, writers: Engine, at_once: ThreadPoolExecutor) -> None:
    other = sqlite3.connect(tmp_path / "turns.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")

    waiting = at_once.submit(_say, writers, "sau")
    assert not waiting.done()
    other.execute("INSERT INTO word VALUES ('trước')")
    other.execute("COMMIT")
    other.close()

    waiting.result(timeout=10)
    assert _said(writers) == ["trước", "sau"]


def test_another_process_that_never_ends_is_a_fault_after_a_while(
    tmp_path: Path, writers: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    other = sqlite3.connect(tmp_path / "turns.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(OperationalError, match="locked"):
        _say(writers, "không")

    other.close()
    _say(writers, "được")
    assert _said(writers) == ["được"]


def test_the_durable_engine_writes_in_turn_and_reads_without(url: str, writers: Engine, at_once: ThreadPoolExecutor) -> None:
    durable = engines_own(url)
    assert durable is not None

    def read() -> int:
        with durable.begin() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM word").scalar_one())

    with writers.begin() as connection:
        connection.exec_driver_sql("INSERT INTO word VALUES ('một')")
        assert at_once.submit(read).result(timeout=10) == 0
        waiting = at_once.submit(_say, durable, "hai")
        assert not waiting.done()
    waiting.result(timeout=10)

    assert _said(writers) == ["một", "hai"]
    durable.dispose()


def test_a_server_needs_no_turns() -> None:
    assert engines_own("postgresql://caunoi@/caunoi") is None
