"""Fixtures every test may use: an empty database of its own, and the app as a visitor sees it."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
import time_machine
from coverage import Coverage
from sqlalchemy import Engine
from sqlmodel import Session
from time_machine import Traveller

from adapters.documents import SiftedDocuments
from adapters.sheets import CalamineSheets
from adapters.table_files import Workbooks
from core import db, process
from core.settings import settings
from services import passwords, ports
from services.ports import Ports
from tests import databases
from tests.databases import IS_THOROUGH, POSTGRES, examples
from tests.factories import NOON
from tests.fakes import FakeEngine, Nothing
from web.scan_recorder import recorder

# The same examples every time: what a check says of a change must not depend on the hour.
hypothesis.settings.register_profile("house", derandomize=True, deadline=None, max_examples=examples(100))
hypothesis.settings.register_profile("thorough", derandomize=False, deadline=None, max_examples=500, print_blob=True)
hypothesis.settings.load_profile("thorough" if IS_THOROUGH else "house")
ROUNDS = passwords.ROUNDS  # those of the product
# Comes with a developer's tool, not with the product, and makes every process that draws a chart begin two seconds later.
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]

REAL_CLOCK = {"jobs", "e2e"}  # rooms whose tests start processes
LONG_WAYS = {"scenarios", "tests"}  # rooms that go again, for long, where others have been; and those that only read the house


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, only what reaches a database.

    Coverage is taken from the ordinary tests: it makes a long one far longer, and a property goes nowhere that they do not.
    """
    if POSTGRES:
        config.hook.pytest_deselected(items=[item for item in items if not _reaches_a_database(item)])
        items[:] = filter(_reaches_a_database, items)
    for item in items:
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if is_property or item.path.parent.name in LONG_WAYS or item.get_closest_marker("once"):
            item.add_marker("no_cover")


def _reaches_a_database(item: pytest.Item) -> bool:
    """Whether it asks for the database of the single test, or its module makes one of its own or starts who uses one."""
    makes_one = {"POSTGRES", "empty_database"} & vars(getattr(item, "module", None) or object).keys()
    asks = "engine" in getattr(item, "fixturenames", ())
    return asks or bool(makes_one) or item.get_closest_marker("process") is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    """Nor is it taken from what fixtures arrange: that is done by what has tests of its own, again and again."""
    coverage = Coverage.current()
    if coverage is None:
        yield
        return
    coverage.stop()
    try:
        yield
    finally:
        coverage.start()


def pytest_collection_finish() -> None:
    """Tests run as the house does: what is loaded is out of the collector's sight, which would walk it several times a test."""
    process.keep_what_is_loaded()


@pytest.fixture(autouse=True, scope="module")
def _daytime(request: pytest.FixtureRequest) -> Iterator[None]:
    """The clock runs on from noon of one day: what a check says must not depend on the hour, and at night little is sent."""
    if request.path.parent.name in REAL_CLOCK:
        yield
        return
    with time_machine.travel(NOON):
        yield


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings that touch nothing outside the test's own folder."""
    monkeypatch.setenv("CAUNOI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CAUNOI_SECRET_KEY", "a key for tests only")
    monkeypatch.setenv("CAUNOI_PUBLIC_URL", "http://ward.test")
    monkeypatch.setenv("CAUNOI_SECOND_FACTOR", "offered")  # what it asks where it is required is tried in its own tests
    monkeypatch.setenv("CAUNOI_DATABASE_URL", POSTGRES or f"sqlite:///{tmp_path / 'test.db'}")
    monkeypatch.setattr(passwords, "ROUNDS", 4)  # bcrypt's least: a slow hash protects nobody here
    settings.cache_clear()
    yield
    settings.cache_clear()
    structlog.reset_defaults()  # a front door started by a test must not keep that test's standard error


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, _settings: None) -> Iterator[Engine]:
    """The engine of an empty database with all tables."""
    with databases.kept_database() as url:
        monkeypatch.setattr(db, "make_engine", databases.kept_engine)
        monkeypatch.setenv("CAUNOI_DATABASE_URL", url)
        settings.cache_clear()
        db.engine.cache_clear()
        db.readers.cache_clear()
        yield db.engine()
        db.engine.cache_clear()
        db.readers.cache_clear()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session for arranging and asserting. It begins no write lock until used; commit before acting elsewhere."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture(autouse=True)
def promises() -> FakeEngine:
    """An outside world in which only the engine is there, and only remembers."""
    engine = FakeEngine()
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=engine, tables=nothing))
    return engine


@pytest.fixture
def noon() -> Iterator[None]:
    """The clock stands at noon of a Tuesday."""
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clock(engine: Engine) -> Iterator[Traveller]:
    """Noon, standing still until a test moves it. Openings noted in the test are written to its own database, none later."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
        recorder().flush()


@pytest.fixture
def files(promises: FakeEngine) -> None:
    """Real spreadsheets are read and written."""
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=CalamineSheets(), paper=nothing, codes=nothing, engine=promises, tables=Workbooks()))


@pytest.fixture
def documents(promises: FakeEngine) -> None:
    """Real documents and photos are looked at."""
    nothing: Any = Nothing()
    ports.provide(
        Ports(sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, documents=SiftedDocuments())
    )
