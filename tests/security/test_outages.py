"""Bad luck: a disk that is full or takes nothing, a database that is away, a clock that jumps. A calm page, nothing by halves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlmodel import Session, func, select
from starlette.testclient import TestClient
from time_machine import Traveller

from bench.postgres import Restartable, restartable
from core import db, outages
from core.clock import now
from core.db import reading, transaction
from core.outages import Outage
from core.settings import ROOT, settings
from models import Attendance, Model
from services import audit, audit_checks
from services.access import TERMINAL
from tests.databases import POSTGRES
from tests.factories import make_unit
from tests.web.day import Day, make_day, phone
from web.limits import Allowance

FULL, AWAY, CLOSED = "đã đầy", "đang tạm nghỉ", "không cho ghi"


@pytest.fixture
def day(session: Session, clock: Traveller) -> Day:
    return make_day(session)


def answers() -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(Attendance)).one()


def comes(day: Day) -> tuple[int, str]:
    client = phone()
    client.get(day.page)
    said = client.post(day.page, data={"do": "answer", "people": "2"})
    return said.status_code, said.text


@contextmanager
def every_writer_is_told(engine: Engine, words: str) -> Iterator[None]:
    """A word to SQLite on each connection that writers are given; afterwards they are given new ones."""

    def tell(connection: DBAPIConnection, *_others: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA {words}")
        cursor.close()

    event.listen(engine, "checkout", tell)
    yield
    event.remove(engine, "checkout", tell)
    engine.dispose()


def filled(engine: Engine) -> int:
    """How many pages the file has, once what is free of them is taken."""
    with engine.begin() as connection:
        free = int(connection.exec_driver_sql("PRAGMA freelist_count").scalar() or 0)
        connection.exec_driver_sql("CREATE TABLE filler (x)")
        connection.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(?))", (free * 4096,))
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar() or 0)


@pytest.mark.skipif(bool(POSTGRES), reason="a server's disk cannot be filled here")
def test_a_full_disk_is_said_calmly_and_nothing_stands_by_halves(engine: Engine, day: Day) -> None:
    pages, taken, said = filled(engine), 0, (200, "")
    with every_writer_is_told(engine, f"max_page_count = {pages}"):
        while said[0] < 400 and taken < 60:
            said = comes(day)
            taken += said[0] < 400

    assert said[0] == 503
    assert FULL in said[1]
    assert answers() == taken
    assert comes(day)[0] < 400
    assert answers() == taken + 1


@pytest.mark.skipif(bool(POSTGRES), reason="the next test is for servers")
def test_a_disk_that_takes_nothing_is_said_and_pages_are_still_shown(engine: Engine, day: Day) -> None:
    with every_writer_is_told(engine, "query_only = ON"):
        status, page = comes(day)
        shown = phone().get(day.page).status_code

    assert (status, CLOSED in page, answers(), shown) == (503, True, 0, 200)
    assert comes(day)[0] < 400


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Restartable]:
    with restartable("synchronous_commit=off") as server:
        if server is None:
            pytest.skip("PostgreSQL is not installed")
        monkeypatch.setenv("CAUNOI_DATABASE_URL", server.url)
        settings.cache_clear()
        for cached in (db.engine, db.readers):
            cached.cache_clear()
        Model.metadata.create_all(db.engine())
        yield server
        for cached in (db.engine, db.readers):
            cached().dispose()
            cached.cache_clear()


@pytest.mark.once
def test_a_database_that_is_away_for_a_while_is_met_calmly_and_comes_back_by_itself(
    server: Restartable, client: TestClient
) -> None:
    with transaction() as session:
        make_unit(session)
    assert client.get("/p").status_code == 200
    server.stop(at_once=True)

    away = client.get("/p?q=1")
    broken = client.get("/api/v1/figures/coverage", headers={"authorization": "Bearer x"})
    ready = client.get("/readyz")
    alive = client.get("/healthz")
    server.start()

    assert (away.status_code, AWAY in away.text, away.headers["retry-after"]) == (503, True, "60")
    assert (broken.status_code, "Traceback" in broken.text) == (503, False)
    assert (ready.status_code, alive.status_code) == (503, 200)
    assert client.get("/p?q=1").status_code == 200
    assert client.get("/readyz").status_code == 200


@pytest.fixture
def client() -> Iterator[TestClient]:
    from web.public import app  # noqa: PLC0415 (its settings are read when it is loaded)

    with TestClient(app, base_url="http://ward.test", raise_server_exceptions=False) as client:
        yield client


FILLED = """
import io, os, resource, signal, sys
from pathlib import Path
from core import files
from services import backup_files, uploads
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
folder, big = Path(sys.argv[1]), b"x" * 3_000_000
parts = {}
for n in range(3):
    parts[str(n)] = folder / f"part{n}"
    parts[str(n)].write_bytes(os.urandom(90_000))
listed = backup_files.Manifest(1, "", "sqlite", "", {}, {})
for write in (
    lambda: files.write_whole(folder / "a" / "one", big),
    lambda: uploads.keep(io.BytesIO(big), name="a.csv", size=len(big)),
    lambda: backup_files.write(folder / "b" / "one", listed, parts),
):
    try:
        write()
    except Exception as error:
        print(type(error).__name__)
"""


def test_a_file_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    env = os.environ | {"CAUNOI_DATA_DIR": str(tmp_path / "data")}
    command = [sys.executable, "-c", FILLED, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True)

    assert done.stdout.split() == ["OSError", "OSError", "Invalid"]
    assert {one.name for one in tmp_path.rglob("*") if one.is_file()} == {"part0", "part1", "part2"}


def test_what_is_no_outage_is_no_outage() -> None:
    assert outages.of(ValueError("disk is full, says a resident")) is None
    assert outages.of(OSError(28, "No space left on device")) is Outage.FULL
    assert outages.of(OSError(30, "Read-only file system")) is Outage.CLOSED
    assert outages.of(None) is None


def test_a_clock_that_jumps_breaks_neither_the_record_nor_the_limits(session: Session, clock: Traveller) -> None:
    unit = make_unit(session)
    jumps = [timedelta(0), timedelta(days=400), timedelta(days=-399), timedelta(hours=-3), timedelta(minutes=1)]
    allowance, allowed = Allowance(burst=2, per_second=1), []
    for jump in jumps:
        clock.shift(jump)
        audit.record(session, actor=TERMINAL, action="backup.made", subject_kind="unit", subject_id=unit.id)
        allowed += [allowance.take("a", now()) for _ in range(3)]
    session.commit()

    assert audit_checks.verify(session).broken is None
    # Two at once; then again after each jump ahead, and never more because the clock went back.
    assert allowed == [True, True, False] * 2 + [False] * 6 + [True, True, False]
