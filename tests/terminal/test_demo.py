"""`manage.py demo`: one answer, an absent database made, a used one refused."""

import json

from sqlalchemy import Engine, inspect
from sqlmodel import Session, col, select
from typer.testing import CliRunner

from models import Household, Model, Unit
from services import demo, ward_ranks
from services.access import TERMINAL
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


def test_people_read_the_sign_ins_in_a_table_and_other_wards_stand_beside(engine: Engine, session: Session) -> None:
    result = runner.invoke(app, ["demo", "--households", "420", "--wards", "7"])

    assert result.exit_code == 0
    ranked = ward_ranks.of(session, actor=TERMINAL, unit_id=session.exec(select(Unit.id).where(Unit.code == "19")).one())
    assert [len(ranked), ranked[0].name, ranked[-1].name] == [7, "Phường Đức Xuân", "Xã Ba Bể"]
    assert [ranked[0].stands_out, ranked[-1].stands_out] == [True, True]
    assert not next(one for one in ranked if one.name == "Xã Đồng Phúc").stands_out, "too small to say"
    assert next(one.households for one in ranked if one.name == "Phường Bắc Kạn") == 420
    assert {"phuong-dx", "xa-bb"} <= {one.username for one in demo.sign_ins(session)}
    phones = session.exec(select(Household.phone).where(col(Household.phone).is_not(None))).all()
    assert len(phones) == len(set(phones))
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "mai cau-noi-dung-thu Lò Thị Mai cán bộ một cửa" in lines
    assert "to13 to-truong-dung-thu Hà Thị Minh Tổ 13, Sông Cầu" in lines
    assert "phuong-dx cau-noi-dung-thu Lãnh đạo phường Đức Xuân lãnh đạo, công chức" in lines


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
