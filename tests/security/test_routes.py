"""Every public route as it is asked by somebody who means no good: what it wears, what it takes, what it refuses.

The ids are those of the project's list of requirements (docs/security.md).
"""

import asyncio
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from core.settings import settings
from tests.fuzz.asking import Asked, ask
from ui.menu import ROOMS
from web.front import FrontDoor
from web.public import app
from web.routes import routes

WORN = {
    "content-security-policy", "x-content-type-options", "referrer-policy", "x-frame-options", "permissions-policy",
}  # fmt: skip
WEBHOOKS = "/webhooks/"  # programs, not browsers: their signature is the control, and one asks by GET (contracts/channels.md)
SLASHED = re.compile(r"\{[^}]*\}")
PLAIN = {"text/plain", "text/html", "text/css", "text/csv", "text/calendar", "text/javascript"}


def flat(some: list[BaseRoute]) -> Iterator[Route]:
    for one in some:
        if isinstance(one, Route):
            yield one
        yield from flat(getattr(one, "routes", None) or [])


ROUTES = sorted({one.path: one for one in flat(routes)}.values(), key=lambda one: one.path)
PATHS = [one.path for one in ROUTES]


def filled(path: str, value: str = "7") -> str:
    return SLASHED.sub(value, path)


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://ward.test", raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


def test_s25_every_answer_wears_the_headers(client: TestClient) -> None:
    for path in [*map(filled, PATHS), "/nothing/here"]:
        for method in ("GET", "HEAD", "POST", "DELETE"):
            answer = client.request(method, path)
            assert set(answer.headers) >= WORN, (method, path)
            policy = answer.headers["content-security-policy"]
            assert "object-src 'none'" in policy or "default-src 'none'" in policy, path
            assert "base-uri 'none'" in policy, path
            assert "frame-ancestors 'none'" in policy, path
            assert "unsafe-eval" not in policy, path
            assert not re.search(r"script-src[^;]*unsafe-inline", policy), path
            assert answer.headers["x-content-type-options"] == "nosniff", path


def test_s30_only_the_declared_methods_are_taken(client: TestClient) -> None:
    for path in map(filled, PATHS):
        for method in ("PUT", "PATCH", "DELETE", "TRACE"):
            assert client.request(method, path).status_code in (404, 405), (method, path)


def test_s26_a_post_from_another_site_changes_nothing(client: TestClient) -> None:
    strange = [{"origin": "https://evil.test"}, {"sec-fetch-site": "cross-site"}]
    for path in map(filled, PATHS):
        if path.startswith(WEBHOOKS):
            continue
        for headers in strange:
            answer = client.post(path, headers=headers, data={"anything": "1"})
            assert answer.status_code in (303, 403, 404, 405), (path, answer.status_code)
            assert answer.status_code != 303 or answer.headers["location"].startswith("/"), path


def test_s28_text_says_in_which_letters(client: TestClient) -> None:
    for path in map(filled, PATHS):
        kind = client.get(path).headers.get("content-type", "")
        if kind.split(";")[0] in PLAIN:
            assert "charset=utf-8" in kind.lower(), (path, kind)


@pytest.mark.parametrize(
    "junk", ["%00", "..%2f..%2fetc%2fpasswd", "'%20OR%201=1--", "%F0%9F%98%80", "x" * 3000, "%ff%fe", "{{7*7}}"]
)
def test_s63_no_junk_in_an_address_breaks_an_answer(client: TestClient, junk: str) -> None:
    for path in PATHS:
        for method in ("GET", "POST"):
            answer = client.request(method, filled(path, junk))
            assert answer.status_code < 500, (method, path, answer.text[:300])
            assert "Traceback" not in answer.text, (method, path)


def test_s63_no_junk_in_a_body_breaks_an_answer(client: TestClient) -> None:
    bodies = [
        (b"", "application/json"), (b"{", "application/json"), (b"[" * 5000, "application/json"), (b"\xff\xfe", "text/plain"),
        (b"a=%ff&b=%00&a=1", "application/x-www-form-urlencoded"), (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", "text/xml"),
    ]  # fmt: skip
    for path in map(filled, PATHS):
        for body, kind in bodies:
            answer = client.post(path, content=body, headers={"content-type": kind})
            assert answer.status_code < 500, (path, kind, body[:20], answer.text[:300])


def test_s33_a_body_without_end_is_refused(client: TestClient) -> None:
    for path in map(filled, PATHS):
        answer = client.post(
            path, content=b"a=" + b"x" * 1_000_000, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code in (400, 403, 404, 405, 413), (path, answer.status_code)


@pytest.mark.parametrize(
    ("host", "status"),
    [("ward.test", 200), ("WARD.test:8501", 200), ("127.0.0.1:8501", 200), ("[::1]:8501", 200), ("pc-ward", 200),
     ("pc-ward.local", 200), ("second.test", 200), ("evil.test", 421), ("ward.test.evil.test", 421), ("[::1", 421),
     ("a@evil.test", 421)],
)  # fmt: skip
def test_s29_only_our_own_names_are_answered(client: TestClient, monkeypatch: pytest.MonkeyPatch, host: str, status: int) -> None:
    """Else a page of somebody else, its name led to the ward's network, could read what only that network may (DNS rebinding)."""
    monkeypatch.setenv("CAUNOI_HOSTS", "second.test, third.test")
    settings.cache_clear()

    assert client.get("/healthz", headers={"host": host}).status_code == status


def test_s63_routes_are_given_addresses_in_ascii_only() -> None:
    """A query in raw bytes would break whatever builds an address of it."""
    seen = []

    async def route(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["query_string"])

    asyncio.run(ask(FrontDoor(route), Asked("GET", b"/p/1?q=\x80\xff&a=%20+b", [(b"host", b"ward.test")])))

    assert seen == [b"q=%80%FF&a=%20+b"]


def test_s26_an_origin_that_is_no_address_is_nobodys(client: TestClient) -> None:
    for path in map(filled, PATHS):
        assert client.post(path, headers={"origin": "http://[::1"}).status_code < 500, path


def test_s29_no_address_is_taken_from_the_host_asked(client: TestClient, session: Session) -> None:
    headers = {"host": "evil.test", "x-forwarded-host": "evil.test", "x-forwarded-proto": "https"}
    for path in map(filled, PATHS):
        answer = client.get(path, headers=headers)
        assert "evil.test" not in answer.text + str(dict(answer.headers)), path


def test_s53_no_route_asks_for_a_persons_data_in_its_address() -> None:
    blanks = {name.split(":")[0] for path in PATHS for name in re.findall(r"\{([^}]*)\}", path)}
    assert blanks <= {"token", "slug", "place", "name", "code", "request", "ticket", "step", "card", "id"}


def test_no_screen_stands_before_a_page_that_everybody_may_read() -> None:
    assert {f"/{room.path}" for room in ROOMS} & set(PATHS) == set()
