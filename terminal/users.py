"""Commands on users: the first admin is made here."""

import sys
from typing import Annotated

import typer

from core.db import transaction
from core.errors import Invalid
from core.i18n import N_
from models import Role
from services import accounts, units
from services.access import TERMINAL
from terminal.habits import AsJson, answering, app


@app.command()
def create_user(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    role: Annotated[str, typer.Option(metavar="ROLE", help="admin, official, staff, lead, viewer")],
    unit: Annotated[str, typer.Option(metavar="CODE")],
    display_name: Annotated[str, typer.Option(metavar="N")] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a user; without --password-stdin print a one-time password, to be changed at the first sign-in."""
    with answering(as_json=as_json) as say:
        password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
        with transaction() as session:
            place = units.by_code(session, actor=TERMINAL, code=unit)
            user, one_time = accounts.create_user(
                session, actor=TERMINAL, username=name, role=_role(role), unit_id=place.id, display_name=display_name,
                password=password,
            )  # fmt: skip
            made = {"username": user.username, "role": user.role, "unit": place.code}
        say(made | ({"password": one_time} if one_time else {}))


def _role(text: str) -> Role:
    try:
        return Role(text.strip().lower())
    except ValueError:
        raise Invalid(N_("Vai trò {role} không có. Chọn một trong: {roles}."), role=text, roles=", ".join(Role)) from None
