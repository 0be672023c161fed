"""Fixtures every test may use: an empty database of its own, and the app as a visitor sees it.

`CAUNOI_TEST_DATABASE_URL` points the whole suite at a PostgreSQL; each test gets a schema of its own there.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine, text
from sqlmodel import Session

from core import db
from core.ids import new_id
from core.settings import settings
from models import Model
from services import ports
from services.ports import Ports
from tests.fakes import FakeEngine, Nothing

POSTGRES = os.environ.get("CAUNOI_TEST_DATABASE_URL", "")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Settings that touch nothing outside the test's own folder."""
    monkeypatch.setenv("CAUNOI_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CAUNOI_SECRET_KEY", "a key for tests only")
    monkeypatch.setenv("CAUNOI_PUBLIC_URL", "http://ward.test")
    monkeypatch.setenv("CAUNOI_DATABASE_URL", POSTGRES or f"sqlite:///{tmp_path / 'test.db'}")
    settings.cache_clear()
    yield
    settings.cache_clear()
    structlog.reset_defaults()  # a front door started by a test must not keep that test's standard error


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, _settings: None) -> Iterator[Engine]:
    """The engine of an empty database with all tables."""
    schema = f"t{new_id().hex}"
    if POSTGRES:
        admin = db.make_engine(POSTGRES, writes=True)
        with admin.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        joint = "&" if "?" in POSTGRES else "?"
        monkeypatch.setenv("CAUNOI_DATABASE_URL", f"{POSTGRES}{joint}options=-csearch_path%3D{schema}")
        settings.cache_clear()
    db.engine.cache_clear()
    db.readers.cache_clear()
    made = db.engine()
    Model.metadata.create_all(made)
    yield made
    made.dispose()
    db.readers().dispose()
    db.engine.cache_clear()
    db.readers.cache_clear()
    if POSTGRES:
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


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
