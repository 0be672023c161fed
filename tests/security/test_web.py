"""The web as somebody meets it who means no good: slow requests, many requests, ways out, files that run."""

import ast
import socket
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from core.settings import ROOT
from tests.security.test_routes import PATHS, ROUTES, filled
from tests.security.test_sources import trees
from tests.serving import served
from web import patience, session
from web.pages import PhonePage
from web.patience import Patient
from web.public import app

SOMEBODY = ("113.161.0.9", 40_000)  # on the internet
# Who opens connections: two that ask addresses given by people, by one guard; the others ask hosts of the settings only.
ASKS_GIVEN_ADDRESSES = {"adapters/file_fetcher.py", "adapters/link_checker.py", "adapters/link_visitor.py"}
ASKS_HOSTS_OF_THE_SETTINGS = {"adapters/channels/connections.py", "adapters/channels/mail.py", "adapters/stores.py"}
ASKS_ITS_OWN_NAME = {"jobs/presence.py"}
NETWORK = {
    "aiohttp",
    "httptools",
    "smtplib",
    "boto3",
    "requests",
    "httpx",
    "urllib3",
    "socket",
    "urllib.request",
    "http.client",
    "ftplib",
}
WRITES_TABLES = {"adapters/table_files.py", "adapters/report_book.py", "services/imports.py", "web/figures_api.py"}
WRITERS = {"csv.writer", "csv.DictWriter", "xlsxwriter.Workbook", "openpyxl.Workbook"}


# ---- slow and large


async def length(request: Request) -> Response:
    """The only route of a server of the product's kind: how much it was sent."""
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.3)
    with served(Starlette(routes=[Route("/", length, methods=["GET", "POST"])]), http=Patient) as port:
        yield port


def told(port: int, *pieces: bytes) -> bytes:
    """What comes back until the other end hangs up; nothing where it does so without a word."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.settimeout(20)
        answer = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
            while some := connection.recv(65_536):
                answer += some
        except ConnectionError:
            pass
        return answer


@pytest.mark.parametrize(
    "begun",
    [
        (),
        (b"GET / HT",),
        (b"GET / HTTP/1.1\r\nhost: a\r\n", b"x-a: b\r\n"),
        (b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nabc",),
    ],
)
def test_s22_a_request_that_never_ends_is_hung_up_on(port: int, begun: tuple[bytes, ...]) -> None:
    assert told(port, *begun) == b""


def test_s22_a_head_without_end_is_refused_and_a_whole_one_answered(port: int) -> None:
    head = b"GET / HTTP/1.1\r\nhost: a\r\n"
    body = b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 400000\r\n\r\n" + b"x" * 400_000

    assert not told(port, head, *[b"x: " + b"y" * 8_000 + b"\r\n"] * 40).startswith(b"HTTP/1.1 200")
    assert told(port, body).endswith(b"400000")


def test_s22_the_product_serves_with_that_patience() -> None:
    assert "http=Patient" in (ROOT / "terminal" / "serving.py").read_text(encoding="utf-8")


# ---- many


@pytest.fixture
def somebody(engine: Engine) -> Iterator[TestClient]:
    with TestClient(
        app, base_url="http://ward.test", client=SOMEBODY, raise_server_exceptions=False, follow_redirects=False
    ) as client:
        yield client


# A look into public answers by an allowance of its own (tests/web/test_ask.py), a second step by its locks (S39).
PACED_OTHERWISE = {"/ask/found", "/second-step"}


def takes_presses(route: Route) -> bool:
    return (
        isinstance(route.endpoint, type)
        and issubclass(route.endpoint, PhonePage)
        and route.endpoint.pressed is not PhonePage.pressed
        and ":" not in route.path  # a value of its kind is needed
    )


@pytest.mark.usefixtures("clock")
def test_s22_presses_are_paced_on_every_page(somebody: TestClient) -> None:
    pressed = [filled(route.path) for route in ROUTES if takes_presses(route) and route.path not in PACED_OTHERWISE]
    for _ in range(70):
        somebody.post("/stop/7")

    assert {"/r/7", "/h/7", "/j/7", "/ask", "/visit", "/stop/7", "/door/7"} <= set(pressed)
    assert {path: somebody.post(path).status_code for path in pressed} == dict.fromkeys(pressed, 429)


@pytest.mark.usefixtures("clock")
def test_s22_events_that_nobody_signed_are_looked_at_for_a_while_only(somebody: TestClient) -> None:
    answers = [somebody.post("/webhooks/zalo", content=b"{}").status_code for _ in range(130)]

    assert (answers[0], answers[-1]) == (403, 429)
    assert somebody.get("/healthz").status_code == 200


# ---- ways out


def test_s27_no_route_leads_where_its_address_says(somebody: TestClient) -> None:
    aims = "&".join(f"{name}=https://evil.test/" for name in ("next", "to", "url", "back", "redirect", "return", "target"))
    for path in map(filled, PATHS):
        for method in ("GET", "POST"):
            assert "evil.test" not in somebody.request(method, f"{path}?{aims}").headers.get("location", ""), (method, path)


@pytest.mark.parametrize(
    "aim", ["//evil.test", "https://evil.test", "/\\evil.test", "\\\\evil.test", "/%09/evil.test", "javascript:1"]
)
def test_s27_the_way_after_signing_in_stays_here(engine: Engine, aim: str) -> None:
    client = TestClient(Starlette(routes=session.routes), base_url="http://ward.test", follow_redirects=False)

    location = client.get("/session/none", params={"next": aim}).headers["location"]

    assert location.startswith("/sign_in")


def test_s08_who_opens_connections_is_known() -> None:
    """Whoever asks an address that a person gave does so by the guard of `link_checker.addresses`."""
    users = set()
    for path, tree in trees().items():
        for node in ast.walk(tree):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name in NETWORK or name.split(".")[0] in NETWORK for name in names):
                users.add(str(path.relative_to(ROOT)))

    assert users == ASKS_GIVEN_ADDRESSES | ASKS_HOSTS_OF_THE_SETTINGS | ASKS_ITS_OWN_NAME
    assert "from adapters.link_checker import" in (ROOT / "adapters" / "link_visitor.py").read_text(encoding="utf-8")


# ---- tables


def test_s06_every_table_is_written_where_formulas_are_made_harmless() -> None:
    users = {
        str(path.relative_to(ROOT))
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (ast.unparse(node.func) in WRITERS or ast.unparse(node.func).endswith((".to_csv", ".to_excel")))
    }

    assert users == WRITES_TABLES
    for path in users:
        assert "safe(" in (ROOT / path).read_text(encoding="utf-8"), path
