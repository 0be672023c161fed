"""Files people bring, kept aside until they are read: under names of ours, readable by this account only, for half a day."""

import hashlib
import os
import re
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path, PurePath
from typing import IO

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.settings import settings
from core.text import clean
from core.tokens import new_token
from services.import_reading import Tables, tables
from services.ports import Sheet, ports

BYTES_MAX = 50 * 1024 * 1024
KEPT = timedelta(hours=12)
NAME_SHOWN = 120  # letters of its owner's name for it
_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
_TEXT = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Upload:
    """A file in our keeping, and what its owner calls it: for the screen, never for a path."""

    path: Path
    name: str
    sha256: str = ""  # of the file, hex
    letters: str = ""  # what a person says of them, as `Sheet.letters`

    @property
    def is_there(self) -> bool:
        """Whether it still waits to be read."""
        return self.path.is_file()


def keep(content: IO[bytes], *, name: str, size: int) -> Upload:
    """Write a file aside and sweep out what others left behind. The caller has looked at who brings it.

    Raises:
        Invalid: it is larger than 50 MB.
    """
    if size > BYTES_MAX:
        raise Invalid(N_("Tệp lớn hơn 50 MB. Hãy tách thành nhiều tệp nhỏ hơn rồi nhập từng tệp."))
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep()
    given = clean(PurePath(name.replace("\\", "/")).name)
    suffix = PurePath(given).suffix.lower()
    path = folder / f"{new_token()}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(content, file, 1 << 20)
    except OSError:  # a full disk must not be filled by what is of no use
        path.unlink(missing_ok=True)
        raise
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    shown = given if len(given) <= NAME_SHOWN else f"{given[: NAME_SHOWN - len(suffix)]}…{suffix}"
    return Upload(path, shown, digest)


def read(upload: Upload, *, sheet: str | None = None) -> Sheet:
    """The table in it: the first sheet that holds anything, or the one named.

    Raises:
        Invalid: it is no table we can read, in one sentence; or it was swept away meanwhile.
    """
    if not upload.is_there:
        raise Invalid(N_("Tệp đã được xóa vì để quá lâu. Xin tải tệp lên lại."))
    found = ports().sheets.read(upload.path, sheet=sheet, letters=upload.letters)
    # A text file's only sheet goes by the file's name, which may say of which unit it is: "Tổ 13.csv".
    return replace(found, name=PurePath(upload.name).stem) if upload.path.suffix in _TEXT else found


def read_list(upload: Upload, *, sheet: str = "", rows: int | None = None) -> Tables:
    """What of it makes a list of households: a sheet, or several together (`import_reading.tables`), or their first rows.

    Raises:
        Invalid: as `read`.
    """
    if upload.path.suffix in _TEXT or not upload.is_there:
        return read(upload)
    return tables(upload.path, sheet=sheet, rows=rows, letters=upload.letters)


def forget(upload: Upload) -> None:
    """Remove it; a second time does nothing."""
    upload.path.unlink(missing_ok=True)


def sweep() -> int:
    """Remove what nobody came back for; how many files. A second time finds nothing."""
    folder = _folder()
    oldest = (clock.now() - KEPT).timestamp()
    old = [path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < oldest] if folder.is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder() -> Path:
    return settings().data_dir / "uploads"
