"""door-list and told, as the contract says."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader
from sqlmodel import Session
from typer.testing import CliRunner

from models import Role
from terminal import doors
from terminal.habits import app
from tests.factories import make_user
from tests.services.street import Street, make_street

assert doors


@pytest.fixture
def street(session: Session) -> Street:
    """A sent announcement with fifteen doors, and a clerk."""
    street = make_street(session, *[f"Số {n}, ngõ 4" for n in range(1, 16)])
    make_user(session, unit=street.ward, role=Role.STAFF, username="mai")
    session.commit()
    return street


def run(*words: str, code: int = 0) -> Any:
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == code, result.output + result.stderr
    return json.loads(result.stdout)


def test_door_list_prints_who_is_to_be_told(street: Street, tmp_path: Path) -> None:
    out = tmp_path / "doors.pdf"

    answer = run("door-list", str(street.announcement.id), "--out", str(out))

    pages = PdfReader(BytesIO(out.read_bytes())).pages
    words = " ".join(page.extract_text() for page in pages)
    assert answer == {"households": 15, "pages": 2}
    assert len(pages) == 2
    assert "Số 7, ngõ 4" in words.replace("\u00a0", " ")
    assert "912345678" not in words
    assert "Khám sàng lọc" in words


def test_door_list_of_one_unit(street: Street, tmp_path: Path) -> None:
    out = tmp_path / "doors.pdf"

    answer = run("door-list", str(street.announcement.id), "--unit", street.unit.code, "--out", str(out))

    assert answer["households"] == 15


def test_told_enters_households_by_code_once(street: Street) -> None:
    first, second, third = [home.code for home in street.homes.values()][:3]
    ask = ("told", str(street.announcement.id), "--by", "mai")

    assert run(*ask, "--household", first, "--household", second) == {"told": 2}
    assert run(*ask, "--household", f"{second},{third}") == {"told": 1}
    assert street.counted == 3


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["told", "{id}", "--household", "no-such", "--by", "mai"], "no-such"),
        (["told", "{id}", "--household", "x", "--by", "nobody"], "nobody"),
        (["told", str(uuid4()), "--household", "x", "--by", "mai"], "thông báo"),
        (["told", "seven", "--household", "x", "--by", "mai"], "thông báo"),
        (["door-list", "{id}", "--unit", "no-such", "--out", "x.pdf"], "no-such"),
        (["door-list", "{id}", "--out", "/no/such/folder/x.pdf"], "/no/such/folder"),
    ],
)
def test_a_refusal_is_one_sentence(street: Street, words: list[str], sentence: str) -> None:
    answer = run(*[word.replace("{id}", str(street.announcement.id)) for word in words], code=1)

    assert sentence in answer["error"]


@pytest.mark.parametrize("words", [["told"], ["told", "x"], ["door-list", "x"]])
def test_a_command_line_that_lacks_something_is_wrong(words: list[str]) -> None:
    assert CliRunner().invoke(app, words).exit_code == 2


def test_nothing_to_print_is_said(street: Street, tmp_path: Path) -> None:
    codes = ",".join(home.code for home in street.homes.values())
    run("told", str(street.announcement.id), "--household", codes, "--by", "mai")

    answer = run("door-list", str(street.announcement.id), "--out", str(tmp_path / "x.pdf"), code=1)

    assert "không có gì để in" in answer["error"]
    assert not (tmp_path / "x.pdf").exists()
