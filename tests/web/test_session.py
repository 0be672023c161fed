from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from core.settings import settings
from core.tokens import digest
from models import Session as Browser
from models import User
from services import sessions
from tests.factories import NOON, make_unit, make_user
from web.errors import exception_handlers
from web.headers import SecurityHeaders
from web.session import device_of, routes

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def broken(_: object) -> PlainTextResponse:
    raise RuntimeError("secret cause")


@pytest.fixture
def client(session: Session) -> Iterator[TestClient]:
    app = Starlette(
        routes=[*routes, Route("/broken", broken)],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers=exception_handlers,
    )
    with TestClient(app, base_url="http://ward.test", follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


def make_ticket(session: Session, **overrides: object) -> tuple[User, str]:
    user = make_user(session, unit=make_unit(session), **overrides)  # type: ignore[arg-type]  # fields of the user
    ticket = sessions.issue_ticket(session, user_id=user.id)
    session.commit()
    return user, ticket


def test_a_ticket_becomes_a_cookie_that_no_script_can_read(session: Session, client: TestClient) -> None:
    _, ticket = make_ticket(session)

    answer = client.get(f"/session/{ticket}?next=/households?tim=1", headers={"user-agent": FIREFOX})

    assert (answer.status_code, answer.headers["location"]) == (303, "/households?tim=1")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("caunoi=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert answer.headers["cache-control"] == "no-store"
    kept = session.exec(select(Browser)).one()
    assert kept.token_hash == digest(answer.cookies["caunoi"])
    assert kept.device == "Firefox, Linux"


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(
    session: Session, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, ticket = make_ticket(session)
    monkeypatch.setenv("CAUNOI_PUBLIC_URL", "https://ward.test")
    settings.cache_clear()

    cookie = client.get(f"/session/{ticket}").headers["set-cookie"]

    assert cookie.startswith("__Host-caunoi=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "/a\r\nSet-Cookie: x=1",
        "/" * 600,
    ],
)
def test_the_way_back_stays_on_this_site(session: Session, client: TestClient, elsewhere: str) -> None:
    _, ticket = make_ticket(session)

    answer = client.get(f"/session/{ticket}", params={"next": elsewhere})

    assert answer.headers["location"] == "/"


def test_a_ticket_is_good_once(session: Session, client: TestClient) -> None:
    _, ticket = make_ticket(session)
    client.get(f"/session/{ticket}")

    again = client.get(f"/session/{ticket}")

    assert (again.status_code, again.headers["location"]) == (303, "/sign_in?again=ticket")
    assert "set-cookie" not in again.headers


def test_a_ticket_is_good_for_a_minute(session: Session, client: TestClient) -> None:
    with time_machine.travel(NOON, tick=False):
        _, ticket = make_ticket(session)
    with time_machine.travel(NOON + timedelta(seconds=61), tick=False):
        answer = client.get(f"/session/{ticket}")

    assert answer.headers["location"] == "/sign_in?again=ticket"


def test_a_made_up_ticket_opens_nothing(client: TestClient) -> None:
    answer = client.get("/session/made-up")

    assert answer.headers["location"] == "/sign_in?again=ticket"


def test_another_site_cannot_sign_a_visitor_in(session: Session, client: TestClient) -> None:
    _, ticket = make_ticket(session)

    answer = client.get(f"/session/{ticket}", headers={"sec-fetch-site": "cross-site"})

    assert answer.headers["location"] == "/sign_in?again=ticket"
    assert session.exec(select(Browser)).all() == []


def test_signing_in_anew_ends_the_session_this_browser_had(session: Session, client: TestClient) -> None:
    user, ticket = make_ticket(session)
    client.get(f"/session/{ticket}")
    first = client.cookies["caunoi"]
    ticket = sessions.issue_ticket(session, user_id=user.id)
    session.commit()

    client.get(f"/session/{ticket}")

    assert client.cookies["caunoi"] != first
    assert sessions.session_actor(session, token=first) is None


def test_signing_out_ends_the_session_and_takes_the_cookie_back(session: Session, client: TestClient) -> None:
    _, ticket = make_ticket(session)
    client.get(f"/session/{ticket}")
    token = client.cookies["caunoi"]

    answer = client.post("/sign-out", headers={"origin": "http://ward.test"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign_in?again=out")
    assert "caunoi" not in client.cookies
    assert sessions.session_actor(session, token=token) is None


@pytest.mark.parametrize("sent", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}])
def test_another_site_cannot_sign_anyone_out(session: Session, client: TestClient, sent: dict[str, str]) -> None:
    _, ticket = make_ticket(session)
    client.get(f"/session/{ticket}")

    answer = client.post("/sign-out", headers=sent)

    assert answer.status_code == 403
    assert sessions.session_actor(session, token=client.cookies["caunoi"]) is not None


def test_looking_at_the_address_of_a_ticket_does_not_use_it_up(session: Session, client: TestClient) -> None:
    _, ticket = make_ticket(session)

    looked, opened = client.head(f"/session/{ticket}?next=/people"), client.get(f"/session/{ticket}?next=/people")

    assert (looked.status_code, looked.headers["allow"], "set-cookie" in looked.headers) == (405, "GET", False)
    assert opened.headers["location"] == "/people"


def test_signing_out_is_no_link_even_before_a_page_that_answers_everything(session: Session) -> None:
    house = TestClient(Starlette(routes=[*routes, Route("/{rest:path}", broken)]), base_url="http://ward.test")

    answers = [house.get("/sign-out"), house.head("/sign-out")]

    assert [(answer.status_code, answer.headers["allow"]) for answer in answers] == [(405, "POST")] * 2


def test_signing_out_is_no_link(client: TestClient) -> None:
    assert client.get("/sign-out").status_code == 405
    assert client.post("/session/x").status_code == 405


@pytest.mark.parametrize("path", ["/session/x", "/sign-out", "/nowhere", "/broken", "/_stcore/metrics"])
def test_every_answer_wears_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers

    assert "script-src 'self';" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers


def test_streamlits_own_numbers_are_closed(client: TestClient) -> None:
    assert client.get("/_stcore/metrics").status_code == 404
    assert client.get("/_stcore/agent/openapi.json").status_code == 404


def test_a_broken_route_says_so_calmly_and_hides_the_cause(client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    answer = client.get("/broken", headers={"accept-language": "vi"})

    assert answer.status_code == 500
    assert answer.text.startswith("Có lỗi")
    assert "secret cause" not in answer.text
    reference = answer.text.rsplit("mã ", 1)[1].rstrip(".")
    written = capsys.readouterr()
    assert reference in written.out + written.err


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
            "Chrome, Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("curl/8.5", ""),
    ],
)
def test_a_device_is_named_so_that_its_owner_knows_it(agent: str, device: str) -> None:
    assert device_of(agent) == device
