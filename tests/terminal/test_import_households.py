"""`manage.py import-households`: one answer as the contract has it, refusals in one sentence, exit codes."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from models import ChangeSet, Household, Model, Unit
from services.ports import Cell
from services.privacy_purposes import USUAL
from terminal.habits import app
from tests.services.bac_kan import make_bac_kan

HEADER: list[Cell] = ["Mã hộ", "Họ và tên chủ hộ", "Tổ", "Điện thoại", "Dân tộc"]
GOOD: list[Cell] = ["H01", "Hoàng Văn An", "Tổ 12", 912345678, "Tày"]
BAD: list[Cell] = ["H02", "Nông Thị Bình", "Tổ 12", "123", "Tày"]


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_bac_kan(session)


def file_of(folder: Path, *rows: list[Cell], name: str = "Hộ") -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = name
    for row in rows:
        sheet.append(row)
    path = folder / "danh-sach.xlsx"
    book.save(path)
    return path


def call(path: Path, *options: str, unit: str = "01843") -> Result:
    return CliRunner().invoke(app, ["import-households", str(path), "--unit", unit, *options])


def answer(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def test_json_is_what_the_contract_says(session: Session, ward: Unit, tmp_path: Path) -> None:
    result = call(file_of(tmp_path, ["DANH SÁCH"], HEADER, GOOD, BAD), "--json")

    assert result.exit_code == 0
    told = answer(result)
    assert {name: told[name] for name in ("rows", "created", "updated", "unchanged", "committed", "dropped")} == {
        "rows": 2, "created": 1, "updated": 0, "unchanged": 0, "committed": True, "dropped": ["Dân tộc"],
    }  # fmt: skip
    assert told["rejected"] == [
        {
            "row": 4,
            "column": "Điện thoại",
            "value": "123",
            "message": "Đây không phải số điện thoại Việt Nam. Sửa lại, hoặc để trống nếu không có.",
        }
    ]
    assert told["columns"] == {"code": "Mã hộ", "head_name": "Họ và tên chủ hộ", "unit": "Tổ", "phone": "Điện thoại"}
    assert session.exec(select(Household.head_name)).all() == ["Hoàng Văn An"]


def test_what_a_list_is_for_is_the_first_of_the_record_unless_it_is_said(session: Session, ward: Unit, tmp_path: Path) -> None:
    file, other = file_of(tmp_path, HEADER, GOOD), USUAL[2].name

    unknown = call(file, "--purpose", "Bán hàng", "--json")
    told = [answer(call(file, *said, "--json"))["purpose"] for said in ((), ("--purpose", other.lower()))]

    assert unknown.exit_code == 1
    assert "không có mục đích “Bán hàng”" in unknown.stderr
    assert told == [USUAL[0].name, other]
    assert session.exec(select(ChangeSet.purpose)).all() == [USUAL[0].name]  # the second changed nothing


def test_rows_of_one_household_are_named_with_the_row_they_repeat(ward: Unit, tmp_path: Path) -> None:
    told = answer(call(file_of(tmp_path, HEADER, GOOD, ["", *GOOD[1:]]), "--json"))

    assert told["repeated"] == [{"row": 3, "of_row": 2}]
    assert (told["rows"], told["created"], told["unchanged"], told["rejected"]) == (2, 1, 1, [])


def test_what_was_read_otherwise_than_it_stands_is_named(ward: Unit, tmp_path: Path) -> None:
    told = answer(call(file_of(tmp_path, HEADER, GOOD), "--dry-run", "--json"))

    assert told["remarks"] == [
        {"row": 2, "column": "Điện thoại", "value": "912345678", "reading": "0912 345 678", "why": "zero_added",
         "message": "đã thêm số 0"},
    ]  # fmt: skip


def test_the_same_file_twice_changes_nothing(ward: Unit, tmp_path: Path) -> None:
    path = file_of(tmp_path, HEADER, GOOD)
    call(path)

    assert answer(call(path, "--json"))["unchanged"] == 1


def test_a_dry_run_writes_nothing(session: Session, ward: Unit, tmp_path: Path) -> None:
    told = answer(call(file_of(tmp_path, HEADER, GOOD), "--dry-run", "--json"))

    assert (told["created"], told["committed"]) == (1, False)
    assert session.exec(select(Household)).all() == []


def test_strict_refuses_the_whole_list_and_still_names_the_rows(session: Session, ward: Unit, tmp_path: Path) -> None:
    result = call(file_of(tmp_path, HEADER, GOOD, BAD), "--strict", "--json")

    assert result.exit_code == 1
    assert (answer(result)["committed"], len(answer(result)["rejected"])) == (False, 1)
    assert "Có 1 dòng chưa đúng" in answer(result)["error"]
    assert "Có 1 dòng chưa đúng" in result.stderr
    assert session.exec(select(Household)).all() == []


def test_a_column_and_a_sheet_can_be_named(ward: Unit, tmp_path: Path) -> None:
    path = file_of(tmp_path, ["Gia chủ", "Tổ", "Cột X"], ["An", 12, "x"], name="Tờ 1")

    result = call(path, "--map", "Gia chủ=head_name", "--map", "Cột X=in_group", "--sheet", "tờ 1", "--json")

    assert (answer(result)["created"], answer(result)["joined"]) == (1, 1)


def test_people_read_the_answer_as_lines(ward: Unit, tmp_path: Path) -> None:
    result = call(file_of(tmp_path, HEADER, GOOD, BAD))

    assert result.exit_code == 0
    assert "created: 1" in result.stdout
    assert "Điện thoại" in result.stdout


@pytest.mark.parametrize(
    ("options", "unit", "words"),
    [
        (["--sheet", "Trang khác"], "01843", "không có trang tính tên đó"),
        (["--map", "Không có=head_name"], "01843", "Không thấy cột “Không có”"),
        ([], "99999", "99999"),
    ],
)
def test_what_cannot_be_is_one_sentence(ward: Unit, tmp_path: Path, options: list[str], unit: str, words: str) -> None:
    result = call(file_of(tmp_path, HEADER, GOOD), *options, "--json", unit=unit)

    assert result.exit_code == 1
    assert words in answer(result)["error"]
    assert result.stderr == answer(result)["error"] + "\n"


def test_a_file_that_is_none_is_one_sentence(ward: Unit, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"<html></html>")

    result = call(path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "trang web" in result.stderr


def test_a_mapping_without_a_sign_is_a_wrong_command_line(ward: Unit, tmp_path: Path) -> None:
    assert call(file_of(tmp_path, HEADER, GOOD), "--map", "Họ tên").exit_code == 2


def test_an_absent_database_is_said(engine: Engine, tmp_path: Path) -> None:
    Model.metadata.drop_all(engine)

    result = call(file_of(tmp_path, HEADER, GOOD))

    assert result.exit_code == 1
    assert "manage.py migrate" in result.stderr
