"""api-token, api-tokens, api-token-revoke: tokens by which other systems read figures."""

from typing import Annotated, Any

import typer

from core.db import reading, transaction
from models import ApiToken, Scope, Unit
from services import api_tokens, units
from services.access import TERMINAL
from terminal.habits import AsJson, answering, app

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose it is; each name once.")]


@app.command()
def api_token(
    name: Name,
    unit: Annotated[str, typer.Option(metavar="CODE", help="What it sees: this unit and those below.")],
    scope: Annotated[str, typer.Option(metavar="SCOPE", help=", ".join(Scope))] = Scope.FIGURES_READ.value,
    days: Annotated[int, typer.Option(help="How long it opens.")] = api_tokens.USUAL_DAYS,
    as_json: AsJson = False,
) -> None:
    """Make a token for the API; it is shown once."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            place = units.by_code(session, actor=TERMINAL, code=unit)
            made, words = api_tokens.make(session, actor=TERMINAL, name=name, scope=scope, unit_id=place.id, days=days)
            answer = {"token": words, "scope": made.scope, "unit": place.code, "expires_at": made.expires_at}
        say(answer)


@app.command(name="api-tokens")
def listing(as_json: AsJson = False) -> None:
    """The tokens there are, what each opens, when it was used last; never the token itself."""
    with answering(as_json=as_json) as say, reading() as session:
        say([_told(*row) for row in api_tokens.listing(session, actor=TERMINAL)])


@app.command()
def api_token_revoke(name: Name, as_json: AsJson = False) -> None:
    """End a token at once."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            found = api_tokens.revoke(session, actor=TERMINAL, name=name)
            answer = {"name": found.name, "revoked_at": found.revoked_at}
        say(answer)


def _told(one: ApiToken, unit: Unit) -> dict[str, Any]:
    return {
        "name": one.name, "scope": one.scope, "unit": unit.code, "expires_at": one.expires_at, "revoked_at": one.revoked_at,
        "last_used_at": one.last_used_at,
    }  # fmt: skip
