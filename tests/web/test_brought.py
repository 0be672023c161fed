"""S22, S33: what is kept in memory for whoever brings it is taken from those who are signed in only."""

import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from core.settings import ROOT
from services import sessions
from tests.factories import make_unit, make_user
from web.brought import TAKEN, Brought

SCREEN = "/_stcore/upload_file/a-screen/a-file"


def kept(_: object) -> PlainTextResponse:
    return PlainTextResponse("kept")


@pytest.fixture
def client() -> TestClient:
    routes = [Route(f"{TAKEN}/{{screen}}/{{file}}", kept, methods=["GET", "OPTIONS", "PUT", "DELETE"])]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(Brought)]), base_url="http://ward.test")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_strangers_screen_takes_no_file(engine: object, client: TestClient, method: str) -> None:
    for cookie in ({}, {"caunoi": "made up"}):
        client.cookies = cookie
        answer = client.request(method, SCREEN)
        assert (answer.status_code, "Xin đăng nhập" in answer.text) == (403, True)
    assert client.options(SCREEN).text == "kept"


def test_who_is_signed_in_brings_files_until_signing_out(session: Session, client: TestClient) -> None:
    user = make_user(session, unit=make_unit(session))
    token = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=user.id), device="Firefox") or ""
    session.commit()
    client.cookies.set(sessions.cookie_name(), token)

    before = client.put(SCREEN).text
    sessions.sign_out(session, token=token)
    session.commit()

    assert (before, client.put(SCREEN).status_code) == ("kept", 403)


def test_the_product_stands_behind_that_door() -> None:
    assert "Middleware(Brought)" in (ROOT / "app.py").read_text(encoding="utf-8")
