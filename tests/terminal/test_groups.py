"""`manage.py groups` and `group-create`."""

import json
from uuid import UUID

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from models import Group, Role, Unit
from terminal.habits import app
from tests.factories import make_group, make_household, make_membership, make_unit, make_user

runner = CliRunner()


@pytest.fixture
def unit(session: Session) -> Unit:
    ward = make_unit(session, code="01843")
    make_user(session, unit=ward, role=Role.LEAD, username="mai", display_name="Hoàng Thị Mai")
    return make_unit(session, parent=ward, code="01843-SC13")


def test_groups_are_listed_with_their_households(session: Session, unit: Unit) -> None:
    group = make_group(session, unit=unit, name="Bà con tổ 13")
    make_membership(session, household=make_household(session, unit=unit), group=group, people=3)

    result = runner.invoke(app, ["groups", "--unit", "01843", "--json"])

    assert json.loads(result.stdout) == [
        {
            "id": str(group.id), "name": "Bà con tổ 13", "kind": "household", "unit_code": "01843-SC13", "channel": "relay",
            "leader": "", "join_url": None, "households": 1, "people": 3,
        }
    ]  # fmt: skip


def test_without_groups_the_list_is_empty(unit: Unit) -> None:
    assert json.loads(runner.invoke(app, ["groups", "--json"]).stdout) == []


def test_a_group_is_made_with_leader_parent_and_address(session: Session, unit: Unit) -> None:
    leaders = make_group(session, unit=session.get_one(Unit, unit.parent_id), kind="leaders")

    result = runner.invoke(
        app,
        [
            "group-create", "--name", "Bà con tổ 13", "--kind", "household", "--unit", "01843-SC13", "--parent", str(leaders.id),
            "--leader", "mai", "--join-url", "https://zalo.me/g/abc", "--channel", "relay", "--json",
        ],
    )  # fmt: skip

    [made] = json.loads(result.stdout)
    assert (result.exit_code, made["leader"], made["join_url"]) == (0, "Hoàng Thị Mai", "https://zalo.me/g/abc")
    group = session.get_one(Group, UUID(made["id"]))
    assert (group.parent_id, group.unit_id) == (leaders.id, unit.id)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--leader", "nobody"], "Không có tài khoản “nobody” đang dùng."),
        (["--parent", "x"], "Không tìm thấy nhóm này."),
        (["--join-url", "javascript:alert(1)"], "Đường dẫn phải bắt đầu bằng https://."),
        (["--unit", "99999"], "Không có đơn vị mã 99999."),
    ],
)
def test_what_cannot_be_is_one_sentence_and_nothing_is_made(
    session: Session, unit: Unit, arguments: list[str], sentence: str
) -> None:
    given = ["group-create", "--name", "N", "--kind", "household", "--unit", "01843-SC13", *arguments, "--json"]

    result = runner.invoke(app, given)

    assert (result.exit_code, json.loads(result.stdout)) == (1, {"error": sentence})
    assert session.exec(select(Group)).all() == []


def test_an_unknown_kind_is_a_wrong_command_line(unit: Unit) -> None:
    assert runner.invoke(app, ["group-create", "--name", "N", "--kind", "club", "--unit", "01843"]).exit_code == 2
