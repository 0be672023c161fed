"""`manage.py coverage`: the contract's JSON, and a table for people."""

import json
from datetime import date

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session
from typer.testing import CliRunner

from models import Model, Unit
from services import rollups
from terminal.habits import app
from tests.factories import NOON, make_group, make_household, make_membership, make_unit

runner = CliRunner()


@pytest.fixture
def ward(session: Session) -> Unit:
    """A ward with one household of two joined on 1 March 2026, and a unit without households."""
    ward = make_unit(session, code="01843", name="Phường Bắc Kạn")
    unit = make_unit(session, parent=ward, code="01843-SC13", short_name="Tổ 13")
    make_unit(session, parent=ward, code="01843-XH1", short_name="Tổ 99")
    joined = make_household(session, unit=unit, people=4, smartphones=2)
    make_household(session, unit=unit, people=1, smartphones=0)
    make_membership(session, household=joined, group=make_group(session, unit=unit), people=3, joined_on=date(2026, 3, 1))
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()
    return ward


@time_machine.travel(NOON, tick=False)
def test_json_has_a_row_a_unit_and_the_total(ward: Unit) -> None:
    result = runner.invoke(app, ["coverage", "--unit", "01843", "--json"])

    assert result.exit_code == 0
    figures = {"households": 2, "joined": 1, "coverage": 0.5, "people": 5, "depth": 3.0, "smartphone_rate": 0.4}
    assert json.loads(result.stdout) == {
        "on": "2026-11-24",
        "rows": [
            {"unit_code": "01843-SC13", "unit_name": "Tổ 13"} | figures,
            {
                "unit_code": "01843-XH1", "unit_name": "Tổ 99", "households": 0, "joined": 0, "coverage": None, "people": 0,
                "depth": None, "smartphone_rate": None,
            },
        ],
        "total": {"unit_code": "01843", "unit_name": "Phường Bắc Kạn"} | figures,
    }  # fmt: skip


def test_a_past_day_and_a_row_a_ward(ward: Unit) -> None:
    result = runner.invoke(app, ["coverage", "--on", "2026-02-28", "--by", "ward", "--json"])

    answer = json.loads(result.stdout)
    assert answer["on"] == "2026-02-28"
    assert [(row["unit_code"], row["joined"], row["coverage"]) for row in answer["rows"]] == [("01843", 0, 0.0)]
    assert answer["total"]["households"] == 2


def test_people_read_shares_and_a_dash_for_nothing(ward: Unit) -> None:
    result = runner.invoke(app, ["coverage"])

    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "01843-SC13 Tổ 13 2 1 50,0 % 5 3,00 40,0 %" in lines
    assert "01843-XH1 Tổ 99 0 0 – 0 – –" in lines


@pytest.mark.parametrize("arguments", [["--on", "24/11/2026"], ["--by", "village"]])
def test_a_wrong_command_line_ends_with_two(ward: Unit, arguments: list[str]) -> None:
    assert runner.invoke(app, ["coverage", *arguments]).exit_code == 2


def test_an_unknown_unit_is_one_sentence(ward: Unit) -> None:
    result = runner.invoke(app, ["coverage", "--unit", "99999", "--json"])

    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"error": "Không có đơn vị mã 99999."}
    assert result.stderr == "Không có đơn vị mã 99999.\n"


def test_an_absent_database_is_said(engine: Engine) -> None:
    Model.metadata.drop_all(engine)

    result = runner.invoke(app, ["coverage"])

    assert (result.exit_code, "manage.py migrate" in result.stderr) == (1, True)
