"""demo: a ward to try everything on."""

from typing import Annotated, Any

import typer
from sqlalchemy import inspect

from core.db import engine, transaction
from core.i18n import translate
from core.settings import settings
from models import Role
from services import demo
from terminal.habits import AsJson, answering, app
from terminal.upgrading import upgrade


@app.command(name="demo")
def fill(
    households: Annotated[int, typer.Option(help="Households living in the ward today.")] = 3000,
    wards: Annotated[int, typer.Option(help="Wards and communes of the province: this one, and others to compare it with.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same ward.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Fill an empty database with the demonstration ward; of nobody real, with passwords everybody knows."""
    with answering(as_json=as_json, needs_database=False) as say:
        with engine().connect() as connection:
            is_absent = not inspect(connection).has_table("unit")
        if is_absent:
            upgrade()
        with transaction() as session:
            made = demo.fill(session, households=households, seed=seed, wards=wards)
        say(_document(made) if as_json else _for_people(made))


def _document(made: demo.Demo) -> dict[str, Any]:
    people = [{"username": person.username, "role": person.role, "password": person.password} for person in made.users]
    return vars(made) | {"users": people}


def _for_people(made: demo.Demo) -> dict[str, Any]:
    """The counts, then the sign-ins: in 80 columns, so that no password is cut."""
    language = settings().language
    people = [
        {
            "username": person.username, "password": person.password, "name": person.name,
            "": person.unit if person.role is Role.LEAD else translate(person.role.label, language=language),
        }
        for person in made.users
    ]  # fmt: skip
    return {name: value for name, value in vars(made).items() if name != "users"} | {"users": people}
