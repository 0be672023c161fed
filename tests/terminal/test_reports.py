"""`manage.py report`: a month as a paper or a workbook."""

import json
from pathlib import Path

import pytest
import time_machine
from sqlmodel import Session, select
from typer.testing import CliRunner

from models import Report
from terminal.habits import app
from tests.services.five import Five

runner = CliRunner()
NOW = "2026-12-02T02:00:00+00:00"


@time_machine.travel(NOW)
@pytest.mark.parametrize(("ending", "begins"), [("pdf", b"%PDF"), ("xlsx", b"PK")])
def test_the_month_is_written_and_kept(session: Session, five: Five, tmp_path: Path, ending: str, begins: bytes) -> None:
    out = tmp_path / f"bao-cao.{ending}"

    result = runner.invoke(app, ["report", "--month", "2026-11", "--unit", "01843", "--out", str(out), "--json"])

    assert result.exit_code == 0, result.stdout
    told = json.loads(result.stdout)
    assert told["file"] == str(out)
    assert told["figures"]["coverage"] == 0.6
    assert out.read_bytes().startswith(begins)
    assert len(session.exec(select(Report)).all()) == 1


@time_machine.travel(NOW)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--month", "11/2026", "--out", "x.pdf"], "2026-11"),
        (["--month", "2026-11", "--out", "x.doc"], ".pdf"),
        (["--month", "2027-11", "--out", "x.pdf"], "chưa bắt đầu"),
        (["--month", "2026-11", "--quarter", "--out", "x.pdf"], "đầu quý"),
    ],
)
def test_what_cannot_be_is_one_sentence(five: Five, arguments: list[str], words: str) -> None:
    result = runner.invoke(app, ["report", "--unit", "01843", *arguments, "--json"])

    assert result.exit_code == 1
    assert words in json.loads(result.stdout)["error"]
