"""Backups: one checked file of database and documents while everything runs, kept by turn, and put back wholly or not at all."""

import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, inspect, select, update
from sqlmodel import Session, col

from core import clock, locked_files
from core.db import reading, transaction
from core.errors import Invalid
from core.i18n import N_
from core.settings import settings
from models import AccountState, Announcement, ChannelAccount, Household, Unit, User
from models import Session as SignedIn
from services import audit, audit_checks, backup_files, health
from services.access import TERMINAL
from services.backup_files import ATTACHMENTS, DAMAGED, DATABASE, FORMAT, KEY, Manifest
from services.ports import ports

NAME = "caunoi-{day:%Y-%m-%d}.backup"
NAMED = re.compile(r"caunoi-\d{4}-\d{2}-\d{2}\.backup")
HELD = N_("Tạm dừng sau khi khôi phục bản sao lưu: xem những gì đã gửi từ lúc sao lưu, rồi cho gửi tiếp.")


@dataclass(frozen=True)
class Backup:
    """A backup made or put back."""

    file: str
    bytes: int
    sha256: str
    made_at: str
    database: str
    revision: str
    is_locked: bool
    units: int
    households: int
    users: int
    announcements: int
    attachments: int


def make(file: Path) -> Backup:
    """Write one consistent file, whole or not at all, for this account only.

    Locked with the passphrase of the settings it holds the app key too, where that is kept beside the database; a plain one
    does not: then keep the key elsewhere, or what is sealed with it cannot be opened after a restore.

    Raises:
        Invalid: it cannot be written there, or the database's tool is missing.
    """
    passphrase = settings().backup_passphrase.get_secret_value()
    with _aside() as folder:
        dump = Path(folder) / DATABASE
        ports().dumps.dump(dump)
        with reading() as session:
            counts, revision = _counts(session), health.revision(session) or ""
        members = {DATABASE: dump, **_documents()}
        key = settings().data_dir / KEY
        if passphrase and key.is_file() and not settings().secret_key.get_secret_value():
            members[KEY] = key
        sums = {name: backup_files.digest(path) for name, path in members.items()}
        counts["attachments"] = sum(name.startswith(ATTACHMENTS) for name in members)
        listed = Manifest(FORMAT, clock.now().isoformat(timespec="seconds"), ports().dumps.kind(), revision, counts, sums)
        total = backup_files.write(file, listed, members, passphrase=passphrase)
    with transaction() as session:
        audit.record(session, actor=TERMINAL, action="backup.made", sha256=total, households=counts["households"])
    return _backup(file, total, listed, is_locked=bool(passphrase))


def restore(file: Path, *, forced: bool, knows: Callable[[str], bool], upgrade: Callable[[], object]) -> Backup:
    """Put a backup in the place of what there is; everything in it is checked before anything is touched.

    Nobody stays signed in, and no account sends until a person has looked at what left since the backup was made: it would
    leave a second time. `knows` says whether this program knows a revision of the tables, `upgrade` brings them to its own.

    Raises:
        Invalid: no such file, locked, damaged, of a newer program or another kind of database; or the place is not empty and
            it was not forced. Nothing has changed then.
    """
    with backup_files.opened(file, passphrase=settings().backup_passphrase.get_secret_value(), folder=settings().data_dir) as (
        listed, place,
    ):  # fmt: skip
        _check(listed, forced=forced, knows=knows)
        _put_documents(place)
        ports().dumps.load(place / DATABASE)
        if (place / KEY).is_file():
            shutil.copyfile(place / KEY, settings().data_dir / KEY)
            (settings().data_dir / KEY).chmod(0o600)
        upgrade()
        audit_checks.forget()
        total = backup_files.digest(file)
        with transaction() as session:
            _hold(session)
            audit.record(session, actor=TERMINAL, action="backup.restored", sha256=total, made_at=listed.made_at)
        with file.open("rb") as source:
            is_locked = locked_files.is_locked(source)
        return _backup(file, total, listed, is_locked=is_locked)


def nightly() -> Path | None:
    """Tonight's backup in the folder of the settings, and the oldest ones away; None where no folder is set."""
    folder = settings().backup_dir
    if folder is None:
        return None
    file = folder / NAME.format(day=clock.today())
    make(file)
    for old in sorted(one for one in folder.iterdir() if NAMED.fullmatch(one.name))[: -settings().backup_keep]:
        old.unlink(missing_ok=True)
    return file


def latest() -> datetime | None:
    """When the newest nightly backup was written; None where there is none."""
    found = newest()
    return written_at(found) if found else None


def newest() -> Path | None:
    """The nightly backup that was written last; None where there is none."""
    folder = settings().backup_dir
    found = [one for one in folder.iterdir() if NAMED.fullmatch(one.name)] if folder and folder.is_dir() else []
    return max(found, key=lambda one: one.stat().st_mtime, default=None)


def written_at(file: Path) -> datetime:
    """When a file was written."""
    return datetime.fromtimestamp(file.stat().st_mtime, clock.zone())


def _aside() -> tempfile.TemporaryDirectory[str]:
    settings().data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryDirectory(dir=settings().data_dir, prefix=".backup-")


def _documents() -> dict[str, Path]:
    folder = settings().data_dir / ATTACHMENTS
    return {f"{ATTACHMENTS}{one.relative_to(folder)}": one for one in sorted(folder.glob("*/*")) if not one.name.startswith(".")}


def _counts(session: Session) -> dict[str, int]:
    ids = {"units": col(Unit.id), "households": col(Household.id), "users": col(User.id), "announcements": col(Announcement.id)}
    return {name: session.execute(select(func.count(id_))).scalar_one() for name, id_ in ids.items()}


def _check(listed: Manifest, *, forced: bool, knows: Callable[[str], bool]) -> None:
    if listed.database != ports().dumps.kind():
        raise Invalid(
            N_("Tệp này sao lưu từ {theirs}, còn ở đây là {ours}: đặt CAUNOI_DATABASE_URL cho cùng loại."),
            theirs=listed.database, ours=ports().dumps.kind(),
        )  # fmt: skip
    if DATABASE not in listed.sums:
        raise Invalid(DAMAGED)
    if not knows(listed.revision):
        raise Invalid(N_("Tệp sao lưu này thuộc bản phần mềm mới hơn. Hãy dùng bản mới hơn của Cầu Nối."))
    if not forced and not _is_empty():
        raise Invalid(N_("Ở đây đã có dữ liệu. Thêm --force để thay tất cả bằng bản sao lưu."))


def _is_empty() -> bool:
    with reading() as session:
        if not inspect(session.connection()).has_table("unit"):
            return True
        return session.execute(select(col(Unit.id)).limit(1)).first() is None


def _put_documents(place: Path) -> None:
    """Before the database: one that nothing names yet is cleared away by itself, one that is named must be there."""
    for one in (place / ATTACHMENTS).glob("*/*"):
        target = settings().data_dir / one.relative_to(place)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        one.replace(target)


def _hold(session: Session) -> None:
    session.execute(delete(SignedIn))
    sends = col(ChannelAccount.state) == AccountState.ACTIVE
    session.execute(update(ChannelAccount).where(sends).values(state=AccountState.PAUSED, message=HELD))


def _backup(file: Path, total: str, listed: Manifest, *, is_locked: bool) -> Backup:
    counts = {name: listed.counts.get(name, 0) for name in ("units", "households", "users", "announcements", "attachments")}
    return Backup(
        str(file), file.stat().st_size, total, listed.made_at, listed.database, listed.revision, is_locked, **counts
    )  # fmt: skip
