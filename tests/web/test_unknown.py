import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from web.headers import SecurityHeaders
from web.routes import routes
from web.unknown import Unknown


def everything(_: object) -> PlainTextResponse:
    return PlainTextResponse("the shell")


@pytest.fixture
def house(session: Session) -> TestClient:
    """Our routes before something that answers whatever it is asked, as Streamlit does."""
    inner = [*routes, Route("/{rest:path}", everything, methods=["GET", "HEAD", "POST"])]
    middleware = [Middleware(SecurityHeaders), Middleware(Unknown, screens=["people"], routes=routes)]
    return TestClient(Starlette(routes=inner, middleware=middleware), base_url="http://ward.test", follow_redirects=False)


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/ask",
        "/p/x",
        "/door/x",
        "/people/x",
        "/nope/",
        "/nope/_stcore/health",
        "/index.html",
        f"/app/static/{'ă' * 200}",
    ],
)
def test_an_address_that_never_was_is_not_found(house: TestClient, path: str) -> None:
    looked, asked = house.get(path), house.head(path)

    assert (looked.status_code, asked.status_code) == (404, 404)
    assert "Không có trang này" in looked.text
    assert "default-src 'none'" in looked.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    ["/", "/people", "/people?id=1", "/people/", "/people/_stcore/health", "/_stcore/host-config", "/static/js/index.js",
     "/app/static/icon.svg", "/media/a.png", "/component/a/index.html", "/favicon.png", "/manifest.json"],
)  # fmt: skip
def test_screens_and_what_they_load_pass(house: TestClient, path: str) -> None:
    assert house.get(path).text == "the shell"


def test_routes_of_ours_answer_for_themselves(house: TestClient) -> None:
    assert house.get("/sign-out").status_code == 405
    assert house.get("/session/x").headers["location"] == "/sign_in?again=ticket"
    assert house.post("/nope").text == "the shell"


def test_what_is_only_pressed_is_not_looked_at(house: TestClient) -> None:
    looked = house.get("/webhooks/zalo")

    assert (looked.status_code, looked.headers["allow"], "the shell" in looked.text) == (405, "POST", False)
    assert house.post("/webhooks/zalo").status_code != 405
