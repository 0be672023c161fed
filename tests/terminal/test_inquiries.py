"""`manage.py inquiries`, `inquiry-assign`, `inquiry-answer`."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session
from typer.testing import CliRunner

import terminal.inquiries  # noqa: F401 - registers the commands
from models import Role, Unit
from terminal.habits import app
from tests.factories import make_inquiry, make_unit, make_user

runner = CliRunner()


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, code="01843", name="Phường Bắc Kạn")


def answer(*words: str) -> Any:
    result = runner.invoke(app, [*words, "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_the_inbox_is_told_as_the_contract_says(session: Session, ward: Unit) -> None:
    asked = make_inquiry(session, unit=ward, text="Bao giờ thu gom rác?")

    (told,) = answer("inquiries", "--status", "new")

    assert told.pop("due_at")
    assert told == {
        "id": str(asked.id), "channel": "form", "text": "Bao giờ thu gom rác?", "topic": "environment", "status": "new",
        "assignee": None,
    }  # fmt: skip
    assert answer("inquiries", "--status", "answered") == []


def test_one_is_given_to_somebody_and_answered_from_a_file(session: Session, ward: Unit, tmp_path: Path) -> None:
    asked = make_inquiry(session, unit=ward)
    make_user(session, unit=ward, role=Role.STAFF, username="tu", display_name="Lý Văn Tú")
    file = tmp_path / "tra-loi.txt"
    file.write_text("Sáng mai, 7 giờ, tại Trạm Y tế.", encoding="utf-8")

    given = answer("inquiry-assign", str(asked.id), "--to", "tu")
    done = answer("inquiry-answer", str(asked.id), "--by", "tu", "--text-file", str(file))

    assert (given["assignee"], given["status"]) == ("Lý Văn Tú", "assigned")
    assert (done["status"], done["due_at"], done["people"], done["way"]) == ("answered", None, 1, "page")


@pytest.mark.parametrize("typed", ["x", "00000000-0000-0000-0000-000000000000"])
def test_an_id_that_is_none_is_refused_in_a_sentence(session: Session, ward: Unit, typed: str) -> None:
    make_user(session, unit=ward, role=Role.STAFF, username="tu")

    result = runner.invoke(app, ["inquiry-assign", typed, "--to", "tu", "--json"])

    assert (result.exit_code, result.stderr) == (1, "Không tìm thấy câu hỏi này.\n")
