"""`manage.py figures`: the contract's JSON, and what each figure is."""

import json

import pytest
import time_machine
from typer.testing import CliRunner

from services.figure_register import NAMES
from terminal.habits import app
from tests.factories import NOON
from tests.services.five import Five

runner = CliRunner()


@time_machine.travel(NOON, tick=False)
def test_a_series_has_a_row_a_day(five: Five) -> None:
    result = runner.invoke(
        app, ["figures", "--unit", "01843", "--from", "2026-11-04", "--to", "2026-11-05", "--name", "coverage", "--json"]
    )

    assert result.exit_code == 0
    assert json.loads(result.stdout) == [
        {"name": "coverage", "unit_code": "01843", "day": "2026-11-04", "value": 0.6, "numerator": 3, "denominator": 5},
        {"name": "coverage", "unit_code": "01843", "day": "2026-11-05", "value": 0.8, "numerator": 4, "denominator": 5},
    ]


@time_machine.travel(NOON, tick=False)
def test_without_days_and_names_it_is_all_of_today(five: Five) -> None:
    result = runner.invoke(app, ["figures", "--json"])

    rows = json.loads(result.stdout)
    assert [row["name"] for row in rows] == list(NAMES)
    assert {row["day"] for row in rows} == {"2026-11-24"}
    assert next(row for row in rows if row["name"] == "relay_median")["value"] is None


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--name", "luck"], "luck"),
        (["--to", "2027-01-01"], "chưa tới"),
        (["--from", "2026-11-20", "--to", "2026-11-01"], "đứng trước"),
    ],
)
def test_what_cannot_be_is_one_sentence(five: Five, arguments: list[str], sentence: str) -> None:
    result = runner.invoke(app, ["figures", *arguments, "--json"])

    assert result.exit_code == 1
    assert sentence in json.loads(result.stdout)["error"]


def test_each_figure_tells_what_it_is() -> None:
    result = runner.invoke(app, ["figures", "--define", "--json"])

    told = {row["name"]: row for row in json.loads(result.stdout)}
    assert list(told) == list(NAMES)
    assert told["coverage"]["unit"] == "phần trăm"
    assert all(row["definition"] and row["rows"] for row in told.values())
