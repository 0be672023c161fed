"""`manage.py import-procedures` and `procedures`."""

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlmodel import Session, select
from typer.testing import CliRunner

import terminal.procedures  # noqa: F401 - registers the commands
from models import Procedure, Unit
from terminal.habits import app
from tests.factories import make_procedure, make_unit

runner = CliRunner()
PORTAL = "https://dichvucong.gov.vn/x"
HEADER = (
    "Mã TTHC",
    "Tên thủ tục",
    "Lĩnh vực",
    "Mức độ trực tuyến",
    "Thành phần hồ sơ",
    "Thời hạn",
    "Lệ phí",
    "Đường dẫn",
    "Quầy",
)
STAY = (
    "1.004194",
    "Đăng ký tạm trú",
    "Cư trú",
    "Toàn trình",
    "- Tờ khai\n- Căn cước",
    3,
    7000,
    "https://dichvucong.gov.vn/x",
    "3",
)


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, code="01843", name="Phường Bắc Kạn")


def workbook(folder: Path, *rows: tuple[Any, ...]) -> Path:
    path = folder / "tthc.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Danh mục")
    for number, row in enumerate((("DANH MỤC",), (), HEADER, *rows)):
        sheet.write_row(number, 0, row)
    book.close()
    return path


def answer(*words: str) -> Any:
    result = runner.invoke(app, [*words, "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_a_list_is_read_in_and_the_answer_has_the_shape_of_an_import(session: Session, ward: Unit, tmp_path: Path) -> None:
    said = answer("import-procedures", str(workbook(tmp_path, STAY, ("x", "Việc sai mã", *STAY[2:]))))

    rejected = said.pop("rejected")
    columns = said.pop("columns")
    assert said == {"rows": 2, "created": 1, "updated": 0, "unchanged": 0, "gone": 0, "committed": True}
    assert [(one["row"], one["column"], one["value"]) for one in rejected] == [(5, "Mã TTHC", "x")]
    assert columns["portal_url"] == "Đường dẫn"
    made = session.exec(select(Procedure)).one()
    assert (made.documents, made.days, made.fee, made.unit_id) == ("Tờ khai\nCăn cước", 3, 7000, ward.id)


def test_procedures_are_listed_and_searched(session: Session, ward: Unit, tmp_path: Path) -> None:
    answer("import-procedures", str(workbook(tmp_path, STAY)), "--unit", "01843")

    assert answer("procedures", "--search", "tam tru") == [
        {
            "code": "1.004194", "name": "Đăng ký tạm trú", "field": "Cư trú", "level": "full", "days": 3, "fee": 7000,
            "url": "http://ward.test/p/1.004194", "days_text": "", "fee_text": "", "portal_url": PORTAL,
        }
    ]  # fmt: skip
    assert answer("procedures", "--search", "kinh khi cau") == []


def test_a_second_list_waits_or_is_taken_over_at_once(session: Session, ward: Unit, tmp_path: Path) -> None:
    path = str(workbook(tmp_path, STAY))
    answer("import-procedures", path)
    other = str(workbook(tmp_path, (*STAY[:5], 8, *STAY[6:])))

    tried, waits, first = (
        answer("import-procedures", other, "--dry-run"),
        answer("import-procedures", other),
        answer("procedures"),
    )
    workbook(tmp_path, (*STAY[:5], 9, *STAY[6:]))
    taken, second = answer("import-procedures", other, "--accept"), answer("procedures")

    assert (tried["updated"], tried["committed"], waits["updated"], taken["updated"]) == (1, False, 1, 1)
    assert (first[0]["days"], second[0]["days"]) == (3, 9)


def test_retired_ones_are_not_listed(session: Session, ward: Unit) -> None:
    make_procedure(session, unit=ward, is_active=False)

    assert answer("procedures") == []


def test_a_file_that_is_no_list_is_refused_in_one_sentence(session: Session, ward: Unit, tmp_path: Path) -> None:
    path = tmp_path / "ghi.csv"
    path.write_text("họ tên,điện thoại\nAn,0912345678\n")

    result = runner.invoke(app, ["import-procedures", str(path), "--json"])

    assert result.exit_code == 1
    assert "dòng tiêu đề" in json.loads(result.stdout)["error"]
