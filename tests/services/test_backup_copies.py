"""Copies of backups elsewhere: whole or told, by turn, tried again, and brought back."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from adapters import stores
from adapters.dumps import DatabaseDumps
from core.db import reading, transaction
from core.errors import Invalid, NotAllowed
from core.settings import settings
from models import BackupCopy, Household, Role
from services import backup_copies, backups, ports
from services.access import TERMINAL
from services.ports import Ports
from tests.factories import make_actor, make_household, make_unit
from tests.fake_s3 import BUCKET, KEY, SECRET, FakeS3, fake_s3
from tests.fakes import FakeEngine, Nothing

NAME = "caunoi-2026-01-05.backup"


@pytest.fixture(scope="module")
def running() -> Iterator[FakeS3]:
    with fake_s3() as store:
        yield store


@pytest.fixture
def s3(running: FakeS3) -> FakeS3:
    running.kept, running.says, running.bends, running.asked = {}, None, False, []
    return running


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch, engine: object, promises: FakeEngine) -> Callable[..., None]:
    """Settings as an admin writes them, and the stores that they name."""

    def connected(**said: object) -> None:
        for name, value in said.items():
            monkeypatch.setenv(f"CAUNOI_{name.upper()}", str(value))
        settings.cache_clear()
        nothing: Any = Nothing()
        ports.provide(
            Ports(
                sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, dumps=DatabaseDumps(),
                stores=stores.of(settings()),
            )
        )  # fmt: skip

    return connected


@pytest.fixture
def nights(connect: Callable[..., None], s3: FakeS3, tmp_path: Path) -> Path:
    """A folder of nightly backups, locked, and the store beside it."""
    folder = tmp_path / "nights"
    folder.mkdir()
    connect(
        backup_dir=folder, backup_passphrase="chín con trâu trắng", backup_copy_url=s3.url, backup_copy_bucket=BUCKET,
        backup_copy_key=KEY, backup_copy_secret=SECRET, backup_copy_keep=2,
    )  # fmt: skip
    return folder


def a_night(folder: Path, name: str = NAME) -> Path:
    file = folder / name
    file.write_bytes(b"CAUNOI-LOCKED-1\n" + name.encode() * 100)
    return file


def carry() -> str:
    """As the engine does: what is due is carried, and what became of it is noted."""
    store = ports.ports().stores[0]
    with reading() as session:
        file = backup_copies.due(session, place=store.place)
    if file is None:
        return "nothing"
    arrived = backup_copies.carry(store, file)
    with transaction() as session:
        backup_copies.note(session, arrived)
    return arrived.message


def test_a_ward_is_restored_from_what_lies_elsewhere(session: Session, nights: Path, s3: FakeS3, tmp_path: Path) -> None:
    home = make_household(session, unit=make_unit(session), head_name="Bế Văn An")
    session.commit()
    file = backups.nightly()
    assert file is not None
    assert carry() == ""
    assert s3.kept[file.name] == file.read_bytes()
    shutil.rmtree(nights)
    with transaction() as other:
        other.get_one(Household, home.id).head_name = "Đổi Sau"

    fetched = backup_copies.fetch(name=file.name, target=tmp_path / "back.backup")
    backups.restore(fetched, forced=True, knows=lambda _revision: True, upgrade=lambda: None)

    session.expire_all()
    session.rollback()
    assert session.get_one(Household, home.id).head_name == "Bế Văn An"
    assert fetched.stat().st_mode & 0o077 == 0


def test_once_is_enough_and_a_newer_one_goes_again(nights: Path, s3: FakeS3) -> None:
    a_night(nights)
    assert carry() == ""

    assert carry() == "nothing"
    a_night(nights, "caunoi-2026-01-06.backup")
    assert carry() == ""

    assert set(s3.kept) == {NAME, "caunoi-2026-01-06.backup"}


def test_the_oldest_of_ours_go_by_turn_and_nothing_else(nights: Path, s3: FakeS3) -> None:
    s3.kept = {f"caunoi-2026-01-0{n}.backup": b"old" for n in range(1, 5)} | {"somebody's photo.jpg": b"x"}
    a_night(nights)

    assert carry() == ""

    assert set(s3.kept) == {"caunoi-2026-01-04.backup", NAME, "somebody's photo.jpg"}


def test_a_large_one_goes_in_parts(nights: Path, s3: FakeS3, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "PART", 5 << 20)
    file = nights / NAME
    file.write_bytes(b"CAUNOI-LOCKED-1\n" + bytes(range(256)) * 22_000)

    assert carry() == ""

    assert s3.kept[NAME] == file.read_bytes()
    assert sum(one.startswith("PUT") for one in s3.asked) > 1


def test_one_that_arrives_otherwise_is_thrown_away_and_told(nights: Path, s3: FakeS3) -> None:
    a_night(nights)
    s3.bends = True

    assert "không giống bản ở đây" in carry()

    assert s3.kept == {}


@pytest.mark.parametrize(
    ("said", "words"),
    [((403, "SignatureDoesNotMatch"), "CAUNOI_BACKUP_COPY_KEY"), ((404, "NoSuchBucket"), "CAUNOI_BACKUP_COPY_BUCKET"),
     ((507, "QuotaExceeded"), "không nhận (QuotaExceeded)")],
)  # fmt: skip
def test_a_stores_no_is_a_sentence_for_whoever_can_mend_it(nights: Path, s3: FakeS3, said: tuple[int, str], words: str) -> None:
    a_night(nights)
    s3.says = said

    assert words in carry()


def test_a_store_that_is_away_is_told_and_asked_again_later_and_later(clock: Traveller, nights: Path, s3: FakeS3) -> None:
    a_night(nights)
    s3.says = (403, "AccessDenied")
    assert carry() != ""

    assert carry() == "nothing"
    clock.shift(timedelta(minutes=16))
    assert carry() != ""
    clock.shift(timedelta(minutes=16))
    assert carry() == "nothing"
    s3.says = None
    clock.shift(timedelta(minutes=16))
    assert carry() == ""

    with reading() as session:
        row = session.exec(select(BackupCopy)).one()
        assert (row.failures, row.message, row.file) == (0, "", NAME)


def test_nobody_listening_is_a_sentence_too(connect: Callable[..., None], nights: Path) -> None:
    connect(backup_copy_url="http://127.0.0.1:9")
    a_night(nights)

    assert "Không nói chuyện được với" in carry()


def test_what_has_no_lock_does_not_leave(nights: Path, s3: FakeS3) -> None:
    (nights / NAME).write_bytes(b"plain")

    assert "CAUNOI_BACKUP_PASSPHRASE" in carry()

    assert (s3.kept, s3.asked) == ({}, [])


def test_a_folder_takes_a_plain_one_and_must_be_there(connect: Callable[..., None], nights: Path, tmp_path: Path) -> None:
    other = tmp_path / "another disk"
    connect(backup_copy_dir=other, backup_copy_url="")
    (nights / NAME).write_bytes(b"plain")
    assert "ổ đĩa ấy đã gắn vào máy chưa" in carry()
    assert not other.exists()
    other.mkdir()
    with transaction() as session:
        session.exec(select(BackupCopy)).one().failures = 0

    assert carry() == ""

    assert (other / NAME).read_bytes() == b"plain"
    assert (other / NAME).stat().st_mode & 0o077 == 0
    assert backup_copies.fetch(name=NAME, target=tmp_path / "back").read_bytes() == b"plain"


def test_how_it_stands_is_told_to_admins(session: Session, nights: Path, s3: FakeS3) -> None:
    unit = make_unit(session)
    admin = make_actor(session, unit=unit, role=Role.ADMIN)
    a_night(nights)
    assert [(one.is_late, one.message) for one in backup_copies.standing(session, actor=admin)] == [(False, "")]
    s3.says = (403, "AccessDenied")
    session.commit()
    carry()

    assert [one.is_late for one in backup_copies.failing(session, actor=admin)] == [True]
    assert backup_copies.failing(session, actor=make_actor(session, unit=unit, role=Role.OFFICIAL)) == []
    with pytest.raises(NotAllowed):
        backup_copies.standing(session, actor=make_actor(session, unit=unit, role=Role.OFFICIAL))


def test_what_cannot_be_fetched_leaves_no_file(nights: Path, tmp_path: Path, connect: Callable[..., None]) -> None:
    with pytest.raises(Invalid, match="không có bản sao lưu"):
        backup_copies.fetch(name="caunoi-2000-01-01.backup", target=tmp_path / "back")
    assert not (tmp_path / "back").exists()
    (tmp_path / "taken").touch()
    with pytest.raises(Invalid, match="Đã có tệp"):
        backup_copies.fetch(name=NAME, target=tmp_path / "taken")
    connect(backup_copy_url="")
    with pytest.raises(Invalid, match="Chưa đặt nơi chép"):
        backup_copies.fetch(name=NAME, target=tmp_path / "back")


def test_an_old_copy_is_late(clock: Traveller, session: Session, nights: Path) -> None:
    a_night(nights)
    assert carry() == ""
    clock.shift(timedelta(hours=27))

    assert [one.is_late for one in backup_copies.standing(session, actor=TERMINAL)] == [True]
