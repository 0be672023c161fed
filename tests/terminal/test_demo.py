"""`manage.py demo`: one answer, an absent database made, a used one refused."""

import json

from sqlalchemy import Engine, inspect
from sqlmodel import Session
from typer.testing import CliRunner

from models import Model
from services import demo
from terminal.habits import app
from tests.factories import make_unit

runner = CliRunner()


def test_json_tells_what_was_made_and_how_to_sign_in_and_an_absent_database_is_made_first(engine: Engine) -> None:
    Model.metadata.drop_all(engine)

    result = runner.invoke(app, ["demo", "--households", "70", "--seed", "3", "--json"])

    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert (answer["households"], answer["units"], answer["seed"]) == (70, 38, 3)
    assert {"groups", "announcements", "links"} <= set(answer)
    assert {"username": "to13", "role": "lead", "password": "to-truong-dung-thu"} in answer["users"]
    assert len(answer["users"]) == 36
    assert inspect(engine).has_table("alembic_version")


def test_people_read_the_sign_ins_in_a_table(engine: Engine) -> None:
    result = runner.invoke(app, ["demo", "--households", "70"])

    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "mai cau-noi-dung-thu Lò Thị Mai cán bộ một cửa" in lines
    assert "to13 to-truong-dung-thu Hà Thị Minh Tổ 13, Sông Cầu" in lines


def test_a_database_in_use_is_refused_in_one_sentence(engine: Engine, session: Session) -> None:
    make_unit(session)

    result = runner.invoke(app, ["demo", "--json"])

    assert result.exit_code == 1
    assert "trống" in json.loads(result.stdout)["error"]
    assert len(result.stderr.strip().splitlines()) == 1


def test_too_few_households_are_refused(engine: Engine) -> None:
    result = runner.invoke(app, ["demo", "--households", str(demo.FEWEST - 1)])

    assert result.exit_code == 1
    assert str(demo.FEWEST) in result.stderr
