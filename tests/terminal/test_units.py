"""`manage.py import-units`."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from typer.testing import CliRunner

from models import Unit
from terminal.habits import app

runner = CliRunner()
COUNTRY = Path(__file__).parents[2] / "data" / "units.csv"
LIST = """Mã,Tên đơn vị,Cấp,Mã cấp trên
01843-1,Tổ dân phố 1,tổ dân phố,1843
1843,Phường Bắc Kạn,phường,19
19,Tỉnh Thái Nguyên,tỉnh,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "units.csv"
    path.write_text(LIST + "x,Vô danh,,\n", encoding="utf-8")
    return path


def test_a_list_is_written_and_the_refused_rows_are_named(session: Session, file: Path) -> None:
    result = runner.invoke(app, ["import-units", str(file), "--json"])

    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    [refused] = answer.pop("rejected")
    assert answer == {
        "rows": 4, "created": 3, "updated": 0, "unchanged": 0, "committed": True,
        "columns": {"code": "Mã", "name": "Tên đơn vị", "kind": "Cấp", "parent_code": "Mã cấp trên"},
    }  # fmt: skip
    assert (refused["row"], refused["column"], refused["value"]) == (5, "Cấp", "")
    assert refused["message"].startswith("Không rõ cấp của đơn vị")
    assert {unit.code for unit in session.exec(select(Unit))} == {"19", "01843", "01843-1"}


def test_a_dry_run_tells_the_same_and_writes_nothing(session: Session, file: Path) -> None:
    result = runner.invoke(app, ["import-units", str(file), "--dry-run", "--json"])

    answer = json.loads(result.stdout)
    assert (answer["created"], answer["committed"]) == (3, False)
    assert session.exec(select(Unit)).all() == []


def test_what_is_no_list_of_units_is_one_sentence(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("Họ tên,Điện thoại\nAn,0912345678\n", encoding="utf-8")

    result = runner.invoke(app, ["import-units", str(path)])

    assert (result.exit_code, result.stderr) == (1, "Không thấy hàng tiêu đề có cột mã và cột tên đơn vị.\n")


@pytest.mark.parametrize("words", ["01843", "1843", "Phùng Chí Kiên, Bắc Kạn"])
def test_one_ward_is_set_up_from_the_countrys_list_in_one_step(session: Session, words: str) -> None:
    result = runner.invoke(app, ["import-units", str(COUNTRY), "--only", words, "--json"])

    assert (result.exit_code, json.loads(result.stdout)["created"]) == (0, 2)
    found = {unit.code: unit for unit in session.exec(select(Unit))}
    assert set(found) == {"19", "01843"}
    assert (found["01843"].name, found["01843"].parent_id) == ("Phường Bắc Kạn", found["19"].id)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("Sông Cầu", "“Sông Cầu” có thể là: 22051"), ("99999", "Danh sách này không có đơn vị mã 99999."), ("?", "Không có xã")],
)
def test_a_name_that_is_not_clear_sets_nothing_up(engine: Engine, words: str, sentence: str) -> None:
    result = runner.invoke(app, ["import-units", str(COUNTRY), "--only", words])

    assert result.exit_code == 1
    assert result.stderr.startswith(sentence)
