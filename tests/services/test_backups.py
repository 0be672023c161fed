"""Backups: whole, checked before anything is touched, and put back wholly or not at all."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import Session, col, select

from adapters import dumps
from adapters.dumps import DatabaseDumps
from core import clock
from core.db import transaction
from core.errors import Invalid
from core.settings import ROOT, settings
from models import AccountState, AuditEvent, Channel, ChannelAccount, Household, Unit
from models import Session as SignedIn
from services import attachments, backups, ports, sessions
from services.backup_files import DAMAGED
from services.backups import Backup
from services.ports import Ports
from tests.databases import POSTGRES
from tests.factories import make_household, make_unit, make_user
from tests.fakes import FakeEngine, Nothing


@pytest.fixture(autouse=True)
def _dumps(engine: object, promises: FakeEngine) -> None:
    nothing = Nothing()
    ports.provide(
        Ports(sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, dumps=DatabaseDumps())  # type: ignore[arg-type]
    )


@pytest.fixture
def home(session: Session) -> Household:
    ward = make_unit(session)
    make_user(session, unit=ward)
    session.add(ChannelAccount(unit_id=ward.id, channel=Channel.SMS))
    return make_household(session, unit=ward, head_name="Bế Văn An")


def back(file: Path, *, forced: bool = False, knows: Callable[[str], bool] = lambda _revision: True) -> Backup:
    return backups.restore(file, forced=forced, knows=knows, upgrade=lambda: None)


def name_of(session: Session, home: Household) -> str:
    session.rollback()  # it may have begun before the other one was put in its place
    session.expire_all()
    name = session.get_one(Household, home.id).head_name
    session.rollback()
    return name


def rename(session: Session, home: Household, name: str) -> None:
    session.execute(update(Household).where(col(Household.id) == home.id).values(head_name=name))
    session.commit()


@pytest.fixture
def kept(session: Session, home: Household, tmp_path: Path) -> Path:
    """A backup, and a name that changed since."""
    file = tmp_path / "out" / "one.backup"
    session.commit()
    backups.make(file)
    rename(session, home, "Đổi Sau")
    return file


def test_what_was_there_is_there_again(session: Session, home: Household, tmp_path: Path) -> None:
    session.commit()
    document = settings().data_dir / "attachments" / "ab" / ("ab" * 32)
    document.parent.mkdir(parents=True)
    document.write_bytes(b"%PDF-1.7")
    made = backups.make(tmp_path / "one.backup")
    rename(session, home, "Đổi Sau")
    document.unlink()

    restored = back(tmp_path / "one.backup", forced=True)

    assert name_of(session, home) == "Bế Văn An"
    assert attachments.path_of("ab" * 32).read_bytes() == b"%PDF-1.7"
    assert (made.households, made.users, made.units, made.attachments) == (1, 1, 1, 1)
    assert (restored.sha256, restored.households, restored.revision) == (made.sha256, 1, "")
    assert (tmp_path / "one.backup").stat().st_mode & 0o077 == 0


def test_it_is_consistent_while_others_write(session: Session, home: Household, kept: Path) -> None:
    with transaction() as other:
        other.execute(update(Household).values(head_name="Chưa Xong"))
        file = kept.with_name("two.backup")
        ports.ports().dumps.dump(file)  # the writer neither holds it up nor gets into it
    assert file.stat().st_size > 0

    ports.ports().dumps.load(file)

    assert name_of(session, home) == "Đổi Sau"


def test_nobody_stays_signed_in_and_nothing_is_sent_after_it(session: Session, home: Household, tmp_path: Path) -> None:
    user = make_user(session, unit=session.get_one(Unit, home.unit_id))
    assert sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=user.id), device="")
    session.commit()
    backups.make(tmp_path / "one.backup")

    back(tmp_path / "one.backup", forced=True)

    session.rollback()
    session.expire_all()
    account = session.exec(select(ChannelAccount)).one()
    assert (account.state, account.message) == (AccountState.PAUSED, backups.HELD)
    assert session.exec(select(SignedIn)).all() == []
    assert "backup.restored" in session.exec(select(AuditEvent.action)).all()


def test_only_into_an_empty_place_unless_forced(session: Session, home: Household, kept: Path) -> None:
    with pytest.raises(Invalid, match="--force"):
        back(kept)

    assert name_of(session, home) == "Đổi Sau"


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-2000])


def turned_over(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def no_backup(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04 something else")


def empty(file: Path) -> None:
    file.write_bytes(b"")


def rewritten(file: Path, change: Callable[[dict[str, object]], None], *, more: str = "") -> None:
    with tarfile.open(file) as packed:
        parts = {one.name: packed.extractfile(one).read() for one in packed.getmembers()}  # type: ignore[union-attr]
    listed = json.loads(parts["manifest.json"])
    change(listed)
    parts["manifest.json"] = json.dumps(listed).encode()
    if more:
        parts[more] = b"x"
    with tarfile.open(file, "w:gz") as packed:
        for name, content in parts.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            packed.addfile(head, io.BytesIO(content))


def missing_part(file: Path) -> None:
    rewritten(file, lambda listed: listed["sums"].update({"attachments/aa/bb": "0" * 64}))  # type: ignore[attr-defined]


def leads_out(file: Path) -> None:
    name = "attachments/../../evil"
    rewritten(file, lambda listed: listed["sums"].update({name: "0" * 64}), more=name)  # type: ignore[attr-defined]


def wrong_list(file: Path) -> None:
    def without(listed: dict[str, object]) -> None:
        del listed["sums"]

    rewritten(file, without)


@pytest.mark.parametrize("harm", [cut_short, turned_over, no_backup, empty, missing_part, leads_out, wrong_list])
def test_a_damaged_file_is_refused_before_anything_is_touched(
    session: Session, home: Household, kept: Path, harm: Callable[[Path], None]
) -> None:
    harm(kept)

    with pytest.raises(Invalid) as refused:
        back(kept, forced=True)

    assert refused.value.message == DAMAGED
    assert name_of(session, home) == "Đổi Sau"
    assert [one.name for one in settings().data_dir.glob(".restore-*")] == []


def newer(listed: dict[str, object]) -> None:
    listed["format"] = 2


def of_another_kind(listed: dict[str, object]) -> None:
    listed["database"] = "oracle"


@pytest.mark.parametrize(("change", "says"), [(newer, "phần mềm mới hơn"), (of_another_kind, "cho cùng loại")])
def test_one_that_does_not_fit_is_refused(
    session: Session, home: Household, kept: Path, change: Callable[[dict[str, object]], None], says: str
) -> None:
    rewritten(kept, change)

    with pytest.raises(Invalid, match=says):
        back(kept, forced=True)

    assert name_of(session, home) == "Đổi Sau"


def test_tables_of_a_newer_program_are_refused(session: Session, home: Household, kept: Path) -> None:
    with pytest.raises(Invalid, match="phần mềm mới hơn"):
        back(kept, forced=True, knows=lambda revision: revision != "")

    assert name_of(session, home) == "Đổi Sau"


def test_no_file_and_no_place_to_write_are_said(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Không có tệp"):
        back(tmp_path / "none")
    (tmp_path / "taken").write_text("")
    with pytest.raises(Invalid, match="Không ghi được"):
        backups.make(tmp_path / "taken" / "one.backup")


@pytest.fixture
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUNOI_BACKUP_PASSPHRASE", "chín con trâu trắng")
    monkeypatch.delenv("CAUNOI_SECRET_KEY")
    settings.cache_clear()


@pytest.mark.usefixtures("_passphrase")
def test_a_locked_one_tells_nothing_and_carries_the_key(
    session: Session, home: Household, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.commit()
    key = settings().key
    file = tmp_path / "one.backup"
    assert backups.make(file).is_locked
    assert "Bế Văn An".encode() not in file.read_bytes()
    (settings().data_dir / "secret.key").write_text("another")
    rename(session, home, "Đổi Sau")

    monkeypatch.setenv("CAUNOI_BACKUP_PASSPHRASE", "wrong")
    settings.cache_clear()
    with pytest.raises(Invalid, match="Mật khẩu sao lưu không đúng"):
        back(file, forced=True)
    monkeypatch.delenv("CAUNOI_BACKUP_PASSPHRASE")
    settings.cache_clear()
    with pytest.raises(Invalid, match="có khóa"):
        back(file, forced=True)
    assert name_of(session, home) == "Đổi Sau"

    monkeypatch.setenv("CAUNOI_BACKUP_PASSPHRASE", "chín con trâu trắng")
    settings.cache_clear()
    assert back(file, forced=True).is_locked
    assert name_of(session, home) == "Bế Văn An"
    assert settings().key == key


def test_every_night_one_and_the_oldest_away(home: Household, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    session.commit()
    folder = settings().data_dir / "nights"
    assert (backups.nightly(), backups.latest()) == (None, None)
    monkeypatch.setenv("CAUNOI_BACKUP_DIR", str(folder))
    monkeypatch.setenv("CAUNOI_BACKUP_KEEP", "2")
    settings.cache_clear()
    folder.mkdir()
    for name in ("caunoi-2026-01-01.backup", "caunoi-2026-01-02.backup", "my own.backup"):
        (folder / name).touch()

    file = backups.nightly()

    assert file == folder / f"caunoi-{clock.today():%Y-%m-%d}.backup"
    assert {one.name for one in folder.iterdir()} == {file.name, "caunoi-2026-01-02.backup", "my own.backup"}
    assert backups.latest() is not None


KILLED = """
import os, signal, sys
from pathlib import Path
from adapters import dumps
dumps.PAGES, dumps.Watch = 5, lambda: lambda *_: os.kill(os.getpid(), signal.SIGKILL)
dumps.DatabaseDumps().load(Path(sys.argv[1]))
"""


@pytest.mark.skipif(bool(POSTGRES), reason="there pg_restore's one transaction keeps it")
def test_killed_in_the_middle_all_is_as_before(session: Session, home: Household, tmp_path: Path) -> None:
    session.commit()
    dump = tmp_path / "dump"
    ports.ports().dumps.dump(dump)
    rename(session, home, "Đổi Sau")

    done = subprocess.run([sys.executable, "-c", KILLED, str(dump)], check=False, cwd=ROOT, env=os.environ, timeout=60)

    assert done.returncode == -signal.SIGKILL
    assert name_of(session, home) == "Đổi Sau"


@pytest.mark.skipif(bool(POSTGRES), reason="there its own locks decide")
def test_one_that_is_held_by_others_is_not_waited_for_for_ever(
    session: Session, home: Household, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumps, "BUSY_MOST", 0.0)

    with transaction() as other:
        other.execute(update(Household).values(head_name="Đang Ghi"))
        with pytest.raises(Invalid, match="đang bận"):
            back(kept, forced=True)

    assert name_of(session, home) == "Đang Ghi"


@pytest.mark.skipif(not POSTGRES, reason="SQLite needs no setting aside")
def test_what_cannot_be_put_back_leaves_all_as_before(session: Session, home: Household, tmp_path: Path) -> None:
    session.commit()
    (tmp_path / "dump").write_bytes(b"PGDMP nonsense")
    session.close()

    with pytest.raises(Invalid, match="pg_restore"):
        ports.ports().dumps.load(tmp_path / "dump")

    assert name_of(session, home) == "Bế Văn An"
