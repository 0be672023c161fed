"""`manage.py api-token`: shown once, listed without its words, ended by hand."""

import json

from sqlmodel import Session
from typer.testing import CliRunner

from terminal.habits import app
from tests.factories import make_unit

runner = CliRunner()


def test_a_token_is_shown_once_and_can_be_ended(session: Session) -> None:
    make_unit(session, code="01843")

    made = json.loads(runner.invoke(app, ["api-token", "tỉnh", "--scope", "figures:read", "--unit", "01843", "--json"]).stdout)
    listed = json.loads(runner.invoke(app, ["api-tokens", "--json"]).stdout)
    ended = runner.invoke(app, ["api-token-revoke", "tỉnh", "--json"])

    assert made["scope"] == "figures:read"
    assert made["token"].startswith("cn_")
    assert [(one["name"], one["unit"], one["revoked_at"]) for one in listed] == [("tỉnh", "01843", None)]
    assert made["token"] not in json.dumps(listed)
    assert json.loads(ended.stdout)["revoked_at"]


def test_a_scope_there_is_none_of_is_one_sentence(session: Session) -> None:
    make_unit(session, code="01843")

    result = runner.invoke(app, ["api-token", "x", "--scope", "all", "--unit", "01843", "--json"])

    assert (result.exit_code, "figures:read" in json.loads(result.stdout)["error"]) == (1, True)
