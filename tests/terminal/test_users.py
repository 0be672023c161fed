import json

import pytest
from sqlmodel import Session, select
from typer.testing import CliRunner

from models import Role, User
from services.passwords import is_right
from terminal.habits import app
from tests.factories import make_unit


def run(*arguments: str, typed: str | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["create-user", *arguments], input=typed)
    return done.exit_code, done.stdout, done.stderr


def test_a_user_gets_a_one_time_password_that_is_printed_once(session: Session) -> None:
    make_unit(session, code="01843")

    code, out, _ = run("an", "--role", "admin", "--unit", "01843", "--json")

    told = json.loads(out)
    user = session.exec(select(User)).one()
    assert code == 0
    assert told == {"username": "an", "role": "admin", "unit": "01843", "password": told["password"]}
    assert is_right(told["password"], user.password_hash)
    assert (user.role, user.must_change_password, user.display_name) == (Role.ADMIN, True, "an")


def test_a_password_is_read_from_standard_input_and_never_told(session: Session) -> None:
    make_unit(session, code="01843")

    code, out, _ = run(
        "lien", "--role", "lead", "--unit", "01843", "--display-name", "Trần Thị Liên", "--password-stdin", "--json",
        typed="cầu bắc qua sông\n",
    )  # fmt: skip

    user = session.exec(select(User)).one()
    assert code == 0
    assert json.loads(out) == {"username": "lien", "role": "lead", "unit": "01843"}
    assert is_right("cầu bắc qua sông", user.password_hash)
    assert (user.must_change_password, user.display_name) == (False, "Trần Thị Liên")


@pytest.mark.parametrize(
    ("arguments", "typed", "words"),
    [
        (("an", "--role", "king", "--unit", "01843"), None, "Vai trò king không có"),
        (("An Mai", "--role", "admin", "--unit", "01843"), None, "Tên đăng nhập"),
        (("an", "--role", "admin", "--unit", "99999"), None, "99999"),
        (("an", "--role", "admin", "--unit", "01843", "--password-stdin"), "12345678\n", "nhiều người dùng"),
        (("an", "--role", "admin", "--unit", "01843", "--password-stdin"), "", "ít nhất 8"),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_1(
    session: Session, arguments: tuple[str, ...], typed: str | None, words: str
) -> None:
    make_unit(session, code="01843")

    code, out, err = run(*arguments, typed=typed)

    assert code == 1
    assert words in err
    assert err.count("\n") == 1
    assert out == ""
    assert session.exec(select(User)).all() == []
