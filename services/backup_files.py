"""A backup as one file: the database, the attached documents, and a list of both with their checksums, locked on wish.

It is read whole and checked against its list before anything is touched.
"""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from core import files, locked_files
from core.errors import Invalid
from core.i18n import N_

FORMAT = 1
MANIFEST, DATABASE, KEY, ATTACHMENTS = "manifest.json", "database", "secret.key", "attachments/"
LIST_MOST = 50_000_000  # bytes of a list: more is none of ours
DAMAGED = N_("Tệp sao lưu này đã hỏng hoặc không phải của Cầu Nối; chưa có gì bị thay đổi.")
CHUNK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    made_at: str  # ISO 8601
    database: str  # its kind
    revision: str  # of the tables
    counts: Mapping[str, int]
    sums: Mapping[str, str]  # SHA-256 by name


def write(target: Path, manifest: Manifest, members: Mapping[str, Path], *, passphrase: str = "") -> str:
    """Write it whole or not at all, for this account only; its SHA-256.

    Raises:
        Invalid: it cannot be written there.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{os.getpid()}")
        with files.whole(target, aside=aside) as file:
            _fill(file, target.parent, manifest, members, passphrase)
            file.flush()
            total = digest(aside)
    except OSError as error:
        raise Invalid(N_("Không ghi được {file}: {reason}."), file=str(target), reason=error.strerror or str(error)) from error
    return total


def _fill(file: BinaryIO, folder: Path, manifest: Manifest, members: Mapping[str, Path], passphrase: str) -> None:
    if not passphrase:
        _pack(file, manifest, members)
        return
    with tempfile.TemporaryFile(dir=folder) as plain:
        _pack(plain, manifest, members)
        plain.seek(0)
        locked_files.lock(cast("BinaryIO", plain), file, passphrase=passphrase)


def _pack(file: Any, manifest: Manifest, members: Mapping[str, Path]) -> None:
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as packed:
        listed = json.dumps(asdict(manifest), ensure_ascii=False).encode()
        head = tarfile.TarInfo(MANIFEST)
        head.size, head.mode = len(listed), 0o600
        packed.addfile(head, io.BytesIO(listed))
        for name, path in members.items():
            packed.add(path, arcname=name, recursive=False)


@contextmanager
def opened(file: Path, *, passphrase: str = "", folder: Path) -> Iterator[tuple[Manifest, Path]]:
    """Unpack it into a folder of its own beneath `folder`, which goes at the end; every part is as its list says.

    Raises:
        Invalid: no such file, locked without a passphrase, damaged, or of a newer kind than this program knows.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".restore-") as here:
        place = Path(here)
        try:
            with file.open("rb") as source:
                manifest = _unpack(_unlocked(source, place, passphrase), place)
        except (FileNotFoundError, IsADirectoryError):
            raise Invalid(N_("Không có tệp {file}."), file=str(file)) from None
        except (tarfile.TarError, zlib.error, EOFError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise Invalid(DAMAGED) from error
        if {str(one.relative_to(place)) for one in place.rglob("*") if one.is_file()} - {"plain"} != set(manifest.sums):
            raise Invalid(DAMAGED)
        yield manifest, place


def _unlocked(source: BinaryIO, place: Path, passphrase: str) -> BinaryIO:
    if not locked_files.is_locked(source):
        return source
    if not passphrase:
        raise Invalid(N_("Tệp sao lưu này có khóa: đặt CAUNOI_BACKUP_PASSPHRASE là mật khẩu của nó rồi làm lại."))
    plain = (place / "plain").open("w+b")
    try:
        locked_files.unlock(source, plain, passphrase=passphrase)
    except locked_files.WrongPassphrase:
        raise Invalid(N_("Mật khẩu sao lưu không đúng, hoặc tệp đã hỏng; chưa có gì bị thay đổi.")) from None
    plain.seek(0)
    return plain


def _unpack(source: BinaryIO, place: Path) -> Manifest:
    with tarfile.open(fileobj=source, mode="r:gz") as packed:
        head = packed.next()
        if head is None or head.name != MANIFEST or head.size > LIST_MOST:
            raise Invalid(DAMAGED)
        listed = json.loads(_content(packed, head).read())
        if isinstance(listed, dict) and isinstance(listed.get("format"), int) and listed["format"] > FORMAT:
            raise Invalid(N_("Tệp sao lưu này thuộc bản phần mềm mới hơn. Hãy dùng bản mới hơn của Cầu Nối."))
        manifest = Manifest(**listed)
        if not isinstance(manifest.sums, dict) or not isinstance(manifest.counts, dict):
            raise Invalid(DAMAGED)
        while member := packed.next():
            if not member.isfile() or manifest.sums.get(member.name) is None or not _is_ours(member.name):
                raise Invalid(DAMAGED)
            if _copied(_content(packed, member), place / member.name) != manifest.sums[member.name]:
                raise Invalid(DAMAGED)
    return manifest


def _is_ours(name: str) -> bool:
    """Only names that we give: nothing is ever written elsewhere."""
    return name in (DATABASE, KEY) or (name.startswith(ATTACHMENTS) and name.removeprefix(ATTACHMENTS).replace("/", "").isalnum())


def _content(packed: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    found = packed.extractfile(member)
    if found is None:
        raise Invalid(DAMAGED)
    return found


def _copied(source: Any, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    total = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := source.read(CHUNK):
            total.update(piece)
            file.write(piece)
    return total.hexdigest()


def digest(file: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
