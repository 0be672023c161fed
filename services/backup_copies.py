"""A nightly backup is copied to where a fire or a thief of this machine does not reach, read back, and kept there by turn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from core import clock, locked_files
from core.errors import Invalid, Refusal
from core.i18n import N_, translate
from core.settings import settings
from models import BackupCopy
from services import access, audit, backup_files, backups
from services.access import TERMINAL, Actor, May
from services.ports import BackupStore, ports

FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=15), timedelta(hours=6)  # after a failure; twice as long after each more
LATE = timedelta(hours=26)
LOST = N_("{place}: bản vừa chép sang không giống bản ở đây, đã bỏ và sẽ chép lại.")


@dataclass(frozen=True)
class Arrived:
    """A copy made, or why it was not."""

    place: str
    file: str
    written_at: datetime | None = None
    sha256: str = ""
    bytes: int = 0
    message: str = ""  # "" where it lies there as here


@dataclass(frozen=True)
class Standing:
    """How it stands with one place."""

    place: str
    file: str
    copied_at: datetime | None
    message: str
    is_late: bool  # nothing has arrived for more than a day, or the last one did not


def due(session: Session, *, place: str) -> Path | None:
    """The newest nightly backup, where that place has not got it and is not being left in peace after a failure."""
    newest = backups.newest()
    row = _row(session, place)
    if newest is None or (row and row.file == newest.name and row.written_at == backups.written_at(newest)):
        return None
    if row and row.failures and row.tried_at:
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (row.failures - 1))
        if clock.now() < row.tried_at + wait:
            return None
    return newest


def carry(store: BackupStore, file: Path) -> Arrived:
    """Copy it, read it back, and take the oldest of ours away from there; no transaction is open meanwhile. It raises nothing."""
    try:
        _expect_locked(store, file)
        total, size, written_at = backup_files.digest(file), file.stat().st_size, backups.written_at(file)
        store.put(file, file.name)
        if store.digest(file.name) != (size, total):
            store.remove(file.name)
            raise Invalid(LOST, place=store.place)
        ours = sorted(name for name in store.names() if backups.NAMED.fullmatch(name))
        for old in ours[: -settings().backup_copy_keep]:
            store.remove(old)
    except Refusal as refusal:
        words = translate(refusal.message, language=settings().language).format(**refusal.details)
        return Arrived(store.place, file.name, message=words)
    except OSError as error:  # of our own file
        return Arrived(store.place, file.name, message=f"{file}: {error.strerror or type(error).__name__}")
    return Arrived(store.place, file.name, written_at, total, size)


def note(session: Session, arrived: Arrived) -> None:
    """Write down what became of it."""
    now, row = clock.now(), _row(session, arrived.place) or BackupCopy(place=arrived.place)
    row.tried_at, row.message = now, arrived.message
    if arrived.message:
        row.failures += 1
    else:
        row.failures, row.file, row.copied_at = 0, arrived.file, now
        row.written_at, row.sha256, row.bytes = arrived.written_at, arrived.sha256, arrived.bytes
        audit.record(session, actor=TERMINAL, action="backup.copied", place=arrived.place, sha256=arrived.sha256)
    session.add(row)
    session.flush()


def standing(session: Session, *, actor: Actor) -> list[Standing]:
    """Each place of the settings.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.MIND_MACHINES)
    places = [store.place for store in ports().stores]
    rows = {row.place: row for row in session.exec(select(BackupCopy).where(col(BackupCopy.place).in_(places)))} if places else {}
    return [_standing(place, rows.get(place)) for place in places]


def failing(session: Session, *, actor: Actor) -> list[Standing]:
    """Those that the first screen calls out; nothing for whoever cannot mend it."""
    if not access.may(actor, May.MIND_MACHINES) or not ports().stores:
        return []
    return [one for one in standing(session, actor=actor) if one.is_late]


def fetch(*, name: str, target: Path) -> Path:
    """Bring a backup back from the first place that has it, to be restored.

    Raises:
        Invalid: no place is set, none has it, or the target is taken or cannot be written.
    """
    stores: Sequence[BackupStore] = ports().stores
    if not stores:
        raise Invalid(N_("Chưa đặt nơi chép bản sao lưu: CAUNOI_BACKUP_COPY_DIR, hoặc CAUNOI_BACKUP_COPY_URL."))
    if target.exists():
        raise Invalid(N_("Đã có tệp {file}."), file=str(target))
    refusals: list[Refusal] = []
    for store in stores:
        try:
            target.touch(mode=0o600)
            store.fetch(name, target)
        except Refusal as refusal:
            target.unlink(missing_ok=True)
            refusals.append(refusal)
        except OSError as error:
            raise Invalid(N_("Không ghi được {file}: {reason}."), file=str(target), reason=str(error.strerror)) from error
        else:
            return target
    raise refusals[-1]


def _expect_locked(store: BackupStore, file: Path) -> None:
    with file.open("rb") as source:
        if store.is_elsewhere and not locked_files.is_locked(source):
            raise Invalid(
                N_("Bản sao lưu chưa có khóa nên không gửi tới {place}: đặt CAUNOI_BACKUP_PASSPHRASE."), place=store.place
            )


def _row(session: Session, place: str) -> BackupCopy | None:
    return session.exec(select(BackupCopy).where(BackupCopy.place == place)).first()


def _standing(place: str, row: BackupCopy | None) -> Standing:
    if row is None:
        return Standing(place, "", None, "", is_late=False)
    is_old = row.copied_at is None or clock.now() - row.copied_at > LATE
    return Standing(place, row.file, row.copied_at, row.message, is_late=bool(row.message) or is_old)
