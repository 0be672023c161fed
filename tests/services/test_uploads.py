"""Files people bring: under names of ours, for this account only, not for long."""

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from adapters.sheets import CalamineSheets, limits
from core import clock
from core.errors import Invalid
from core.settings import settings
from services import ports, uploads
from services.ports import Ports
from services.uploads import Upload
from tests.fakes import FakeEngine, Nothing

LIST = "Họ tên;Điện thoại\nHoàng Văn An;0912345678\n".encode()


@pytest.fixture(autouse=True)
def _reads_tables() -> None:
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=CalamineSheets(), paper=nothing, codes=nothing, engine=FakeEngine(), tables=nothing))


def keep(name: str, content: bytes = LIST) -> Upload:
    """A file of this hour: the disk does not know the hour of the test."""
    made = uploads.keep(io.BytesIO(content), name=name, size=len(content))
    os.utime(made.path, times=(clock.now().timestamp(),) * 2)
    return made


def kept() -> list[Path]:
    return sorted((settings().data_dir / "uploads").iterdir())


@pytest.mark.parametrize(
    ("name", "suffix", "shown"),
    [
        ("Danh sách tổ 7.xlsx", ".xlsx", "Danh sách tổ 7.xlsx"),
        ("../../etc/x.csv", ".csv", "x.csv"),
        ("C:\\Users\\an\\hộ.CSV", ".csv", "hộ.CSV"),
        ("a\r\nSet-Cookie: b=c.csv", ".csv", "a Set-Cookie: b=c.csv"),
        ("x.csv/", ".csv", "x.csv"),
        ("hộ.x/../y", "", "y"),
        ("hộ.<b>", "", "hộ.<b>"),
        ("", "", ""),
        (f"{'x' * 200}.csv", ".csv", f"{'x' * 116}….csv"),
    ],
)
def test_names_of_files_are_ours(name: str, suffix: str, shown: str) -> None:
    """S37: what the sender calls it is only shown."""
    upload = keep(name)

    assert upload.path.parent == settings().data_dir / "uploads"
    assert upload.path.suffix == suffix
    assert upload.path.stem.replace("-", "").replace("_", "").isalnum()
    assert len(upload.path.stem) == 32
    assert upload.name == shown


def test_only_this_account_may_read_it() -> None:
    upload = keep("x.csv")

    assert upload.path.stat().st_mode & 0o777 == 0o600
    assert upload.path.parent.stat().st_mode & 0o777 == 0o700
    assert upload.path.read_bytes() == LIST


def test_what_is_too_large_is_not_written() -> None:
    with pytest.raises(Invalid, match="50 MB"):
        uploads.keep(io.BytesIO(b""), name="x.csv", size=50 * 1024 * 1024 + 1)

    assert not (settings().data_dir / "uploads").exists()


def test_the_limit_is_the_same_as_the_readers() -> None:
    assert uploads.BYTES_MAX == limits.BYTES_MAX


def test_a_text_file_keeps_the_name_that_may_say_its_unit() -> None:
    sheet = uploads.read(keep("thư mục/Tổ 13, Sông Cầu.csv"))

    assert sheet.name == "Tổ 13, Sông Cầu"
    assert list(sheet.rows)[1] == ["Hoàng Văn An", "0912345678"]


def test_what_is_no_table_is_said_in_one_sentence() -> None:
    with pytest.raises(Invalid, match="Tệp này không phải bảng tính"):
        uploads.read(keep("x.pdf", b"%PDF-1.4"))


def test_forgotten_is_gone() -> None:
    upload = keep("x.csv")

    uploads.forget(upload)
    uploads.forget(upload)

    assert not upload.is_there
    with pytest.raises(Invalid, match="tải tệp lên lại"):
        uploads.read(upload)


def test_what_nobody_came_back_for_is_swept_out_by_the_next() -> None:
    keep("cũ.csv")

    with time_machine.travel(clock.now() + timedelta(hours=13)):
        second = keep("mới.csv")

    assert kept() == [second.path]


def test_what_is_still_in_use_stays() -> None:
    first = keep("cũ.csv")

    with time_machine.travel(clock.now() + timedelta(hours=11)):
        keep("mới.csv")

    assert first.is_there


def test_sweeping_counts_what_it_removes_and_needs_no_folder() -> None:
    assert uploads.sweep() == 0

    keep("a.csv")
    with time_machine.travel(clock.now() + uploads.KEPT + timedelta(minutes=1)):
        swept = [uploads.sweep() for _ in range(2)]

    assert swept == [1, 0]


def test_a_file_is_known_by_its_hash(tmp_path: Path) -> None:
    upload = uploads.keep(io.BytesIO(b"abc"), name="a.csv", size=3)

    assert upload.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
