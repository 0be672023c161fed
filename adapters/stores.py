"""Where backups are copied to: a folder on another disk, or a store elsewhere that speaks S3."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core import files
from core.errors import Invalid
from core.i18n import N_
from core.settings import Settings
from services.ports import BackupStore

PIECE = 1 << 20
PART = 64 << 20  # of a large file: each is sent, and sent again, by itself
CONNECT_SECONDS, SILENCE_SECONDS, TRIES = 10, 60, 2
NOT_THERE = N_("{place} không có bản sao lưu {name}.")


class FolderStore:
    """A folder that is there already: one that is not may be a disk that is not mounted, and is never made."""

    is_elsewhere = False

    def __init__(self, folder: Path) -> None:
        self.folder, self.place = folder, str(folder)

    def put(self, file: Path, name: str) -> None:
        """Whole or not at all, for this account only."""
        with (
            self._sayable(),
            file.open("rb") as source,
            files.whole(self.folder / name, aside=self.folder / f".{name}.part") as to,
        ):
            shutil.copyfileobj(source, to, PIECE)

    def names(self) -> list[str]:
        """What lies there."""
        with self._sayable():
            return [one.name for one in self.folder.iterdir() if one.is_file()]

    def digest(self, name: str) -> tuple[int, str]:
        """Its size and SHA-256, read from there."""
        with self._sayable(), (self.folder / name).open("rb") as source:
            return (self.folder / name).stat().st_size, hashlib.file_digest(source, "sha256").hexdigest()

    def fetch(self, name: str, target: Path) -> None:
        """Copy it here."""
        if name not in self.names():
            raise Invalid(NOT_THERE, place=self.place, name=name)
        with self._sayable():
            shutil.copyfile(self.folder / name, target)

    def remove(self, name: str) -> None:
        """Take it away."""
        with self._sayable():
            (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def _sayable(self) -> Iterator[None]:
        if not self.folder.is_dir():
            raise Invalid(N_("Không có thư mục {place}: ổ đĩa ấy đã gắn vào máy chưa?"), place=self.place)
        try:
            yield
        except OSError as error:
            words = N_("Không đọc hay ghi được ở {place}: {reason}.")
            raise Invalid(words, place=self.place, reason=error.strerror or type(error).__name__) from error


class S3Store:
    """A bucket. Its library is loaded when it is first asked: most houses have none."""

    is_elsewhere = True

    def __init__(self, *, url: str, bucket: str, key: str, secret: str, region: str) -> None:
        self.place = f"{bucket} @ {urlsplit(url).hostname or url}"
        self._where = (url, key, secret, region)
        self._bucket = bucket

    def put(self, file: Path, name: str) -> None:
        """A file in one piece, a large one in parts; what arrives only in part is no file there."""
        from boto3.s3.transfer import TransferConfig  # noqa: PLC0415

        parts = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART, use_threads=False)
        with self._asking() as client:
            client.upload_file(str(file), self._bucket, name, Config=parts)

    def names(self) -> list[str]:
        """What lies there, however much."""
        with self._asking() as client:
            pages = client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
            return [one["Key"] for page in pages for one in page.get("Contents", [])]

    def digest(self, name: str) -> tuple[int, str]:
        """Its size and SHA-256, read from there: what a store says of itself is what we told it."""
        size, total = 0, hashlib.sha256()
        for piece in self._pieces(name):
            size += len(piece)
            total.update(piece)
        return size, total.hexdigest()

    def fetch(self, name: str, target: Path) -> None:
        """Copy it here."""
        with target.open("wb") as file:
            for piece in self._pieces(name):
                file.write(piece)

    def remove(self, name: str) -> None:
        """Take it away."""
        with self._asking() as client:
            client.delete_object(Bucket=self._bucket, Key=name)

    def _pieces(self, name: str) -> Iterator[bytes]:
        with self._asking() as client:
            yield from client.get_object(Bucket=self._bucket, Key=name)["Body"].iter_chunks(PIECE)

    @contextmanager
    def _asking(self) -> Iterator[Any]:
        from boto3.exceptions import S3UploadFailedError  # noqa: PLC0415
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            yield _client(*self._where)
        except (ClientError, S3UploadFailedError) as error:
            raise self._said(error) from error
        except (BotoCoreError, ValueError) as error:
            words = N_("Không nói chuyện được với {place} ({reason}): xem mạng và các cài đặt CAUNOI_BACKUP_COPY_….")
            raise Invalid(words, place=self.place, reason=type(error).__name__) from error

    def _said(self, error: Exception) -> Invalid:
        """The store's own no, as somebody who looks after it can act on."""
        inner = error if hasattr(error, "response") else error.__context__
        said: dict[str, Any] = getattr(inner, "response", {})
        code, status = str(said.get("Error", {}).get("Code", "")), said.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if code == "NoSuchBucket":
            return Invalid(N_("{place}: không có thùng chứa ấy. Xem CAUNOI_BACKUP_COPY_BUCKET."), place=self.place)
        if code in ("NoSuchKey", "404"):
            return Invalid(N_("{place} không có bản sao lưu ấy."), place=self.place)
        if status in (401, 403):
            words = N_("{place} không cho vào ({code}): xem CAUNOI_BACKUP_COPY_KEY và CAUNOI_BACKUP_COPY_SECRET.")
            return Invalid(words, place=self.place, code=code)
        return Invalid(N_("{place} không nhận ({code})."), place=self.place, code=code or str(status or type(error).__name__))


@cache
def _client(url: str, key: str, secret: str, region: str) -> Any:
    """It may be used by several threads; making it takes as long as a small upload."""
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    how = Config(
        connect_timeout=CONNECT_SECONDS, read_timeout=SILENCE_SECONDS, retries={"total_max_attempts": TRIES},
        s3={"addressing_style": "path"}, signature_version="s3v4",
        # Stores that are only like S3 often know no checksums of the newer kind; what arrived is read back anyway.
        request_checksum_calculation="when_required", response_checksum_validation="when_required",
    )  # fmt: skip
    return boto3.session.Session().client(
        "s3", config=how, endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret, region_name=region
    )


def of(chosen: Settings) -> tuple[BackupStore, ...]:
    """Those that the settings name; none where they name none."""
    found: list[BackupStore] = []
    if chosen.backup_copy_dir:
        found.append(FolderStore(chosen.backup_copy_dir))
    if chosen.backup_copy_url:
        found.append(
            S3Store(
                url=chosen.backup_copy_url, bucket=chosen.backup_copy_bucket, region=chosen.backup_copy_region,
                key=chosen.backup_copy_key.get_secret_value(), secret=chosen.backup_copy_secret.get_secret_value(),
            )
        )  # fmt: skip
    return tuple(found)
