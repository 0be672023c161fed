import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlmodel import Session, select

from core import tokens
from core.db import changed, driver_url, make_engine, reading, transaction, upsert
from core.ids import new_id
from core.settings import Settings, kept_key
from models import Attempt, Model, Unit
from models.base import Instant
from tests.factories import make_unit


@pytest.mark.parametrize("is_frozen", [False, True])
def test_ids_are_version_7_and_grow(is_frozen: bool) -> None:
    with time_machine.travel(0 if is_frozen else time.time(), tick=not is_frozen):
        made = [new_id() for _ in range(200)]

    assert {id_.version for id_ in made} == {7}
    assert {id_.variant for id_ in made} == {"specified in RFC 4122"}
    assert made == sorted(set(made))
    assert len(made) == 200


def test_ids_follow_the_clock_back_when_it_was_far_ahead() -> None:
    with time_machine.travel(4_000_000_000, tick=False):
        ahead = new_id()

    assert new_id() < ahead


def test_slugs_have_no_look_alikes() -> None:
    letters = {letter for _ in range(300) for letter in tokens.new_slug()}

    assert not letters & set("0o1liuvOIL")
    assert len(tokens.new_slug(9)) == 9


def test_what_is_kept_of_a_secret_does_not_give_it_back() -> None:
    assert tokens.digest("a") != tokens.digest("b")
    assert tokens.keyed_digest("key", "a") != tokens.keyed_digest("other key", "a")
    assert tokens.same("abc", "abc")
    assert not tokens.same("abc", "abd")


def test_the_kept_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "var"

    first = kept_key(folder)

    assert kept_key(folder) == first
    assert len(first) > 40
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret.key").stat().st_mode) == 0o600


def test_a_new_database_and_its_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "var" / "ward.db"
    made = make_engine(f"sqlite:///{file}", writes=True)

    with made.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE one (id INTEGER)")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    made.dispose()

    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert modes == {"ward.db": 0o600, "ward.db-wal": 0o600, "ward.db-shm": 0o600}


def test_a_database_that_is_there_keeps_what_it_holds_and_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "ward.db"
    file.write_bytes(b"")
    file.chmod(0o640)

    make_engine(f"sqlite:///{file}", writes=False)

    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_settings_fill_what_follows(tmp_path: Path) -> None:
    made = Settings(data_dir=tmp_path, database_url="", public_url="https://ward.example/")

    assert made.database_url == f"sqlite:///{tmp_path / 'caunoi.db'}"
    assert (made.public_url, made.is_https) == ("https://ward.example", True)


def test_an_address_that_nobody_set_is_known_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    set_by_someone = "public_url" in Settings(_env_file=None).model_fields_set
    monkeypatch.delenv("CAUNOI_PUBLIC_URL")

    assert set_by_someone
    assert "public_url" not in Settings(_env_file=None).model_fields_set


def test_a_postgres_address_names_our_driver() -> None:
    assert driver_url("postgres://a/b") == "postgresql+psycopg://a/b"
    assert driver_url("postgresql://a/b") == "postgresql+psycopg://a/b"


def test_an_instant_needs_a_zone(engine: Engine) -> None:
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 1, 1), engine.dialect)  # noqa: DTZ001


def test_instants_come_back_aware(session: Session) -> None:
    at = datetime(2026, 11, 24, 5, 6, 7, 890, tzinfo=UTC)
    session.add(Attempt(door="x", created_at=at))
    session.commit()
    session.expire_all()

    assert session.exec(select(Attempt.created_at)).one() == at


def test_a_transaction_is_whole_or_nothing(session: Session) -> None:
    def half() -> None:
        with transaction() as writing:
            writing.add(Attempt(door="x"))
            raise KeyError

    with pytest.raises(KeyError):
        half()
    with transaction() as writing:
        writing.add(Attempt(door="y"))

    assert session.exec(select(Attempt.door)).all() == ["y"]


def test_what_is_changed_while_reading_is_forgotten(session: Session) -> None:
    unit = make_unit(session, name="Cũ")
    with reading() as looking:
        looking.get_one(Unit, unit.id).name = "Mới"

    session.expire_all()
    assert session.get_one(Unit, unit.id).name == "Cũ"


def test_upsert_adds_replaces_or_leaves_alone(session: Session) -> None:
    table = Model.metadata.tables["unitday"]
    unit = make_unit(session)
    day = datetime(2026, 1, 1, tzinfo=UTC).date()

    def row(n: int) -> dict[str, object]:
        counts = dict.fromkeys(("joined", "people_joined", "people", "smartphones"), n)
        return {"id": new_id(), "created_at": datetime.now(UTC), "unit_id": unit.id, "day": day, "households": n} | counts

    upsert(session, table, [row(5)], key=["unit_id", "day"])
    upsert(session, table, [row(7)], key=["unit_id", "day"], add=["households"], replace=["people"])
    upsert(session, table, [row(9)], key=["unit_id", "day"])
    upsert(session, table, [], key=["unit_id", "day"])

    [found] = session.execute(table.select()).all()
    assert (found.households, found.people, found.joined) == (12, 7, 5)
    assert changed(session, table.delete()) == 1


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError, match="no such time zone"):
        Settings(timezone="Mars/Olympus")
