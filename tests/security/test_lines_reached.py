"""Lines of the list about what reaches us and what we reach: other hosts, sockets, caches, logs, many at once."""

import ast
import io
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
import structlog
from sqlmodel import Session, col, select
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from adapters.file_fetcher import HttpFileFetcher
from adapters.link_checker import HttpLinkChecker
from adapters.link_visitor import HttpLinkVisitor
from core import logs
from core.db import transaction
from core.errors import Invalid
from models import AuditEvent, Role, Unit, User
from services import accounts, attachments, audit, sessions
from services.access import Actor, actor_of
from services.passwords import NOBODY, hash_password, is_right
from services.ports import Fetched
from tests.factories import make_unit, make_user
from tests.security.conftest import HERE, WORD, come_in
from tests.security.sources import modules
from web.front import FrontDoor

OWN = (
    "127.0.0.1", "::1", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "169.254.169.254", "100.64.0.1", "fe80::1",
    "fc00::1", "0.0.0.0", "::ffff:127.0.0.1", "2130706433", "0x7f.1", "224.0.0.1",  # noqa: S104  # to be refused
)  # fmt: skip


@pytest.mark.parametrize("address", OWN)
def test_s08_nothing_that_fetches_connects_to_an_address_of_our_own(address: str) -> None:
    """S09 too: a name that answers a public address first and one of ours beside it is refused as a whole."""

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return ["203.119.8.1", address]

    url = "https://dichvucong.gov.vn/x"

    assert HttpLinkChecker(resolve=resolve, seconds=5).check([url])[0].state == "refused"
    assert HttpLinkVisitor(resolve=resolve, seconds=5).visit([url])[0].trouble == "refused"
    assert HttpFileFetcher(resolve=resolve, seconds=5).fetch(url) == Fetched("gone")


@pytest.mark.parametrize("url", ["http://a.vn:22/", "http://a.vn:6379/", "ftp://a.vn/", "gopher://a.vn/", "file:///etc/passwd"])
def test_s08_no_other_scheme_and_no_other_port(url: str) -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        raise AssertionError

    assert HttpLinkChecker(resolve=resolve, seconds=5).check([url])[0].state == "refused"
    assert HttpFileFetcher(resolve=resolve, seconds=5).fetch(url) == Fetched("gone")


ACTING = (b"<!doctype html><script>1</script>", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a")


@pytest.mark.parametrize("content", ACTING)
@pytest.mark.usefixtures("documents")
def test_s23_what_could_act_as_a_page_is_not_even_kept(content: bytes) -> None:
    with pytest.raises(Invalid):
        attachments.store(content, name="anh.jpg")


@pytest.mark.parametrize(
    ("headers", "is_open"),
    [
        ({"origin": "http://ward.test"}, True), ({}, True), ({"origin": "https://evil.test"}, False), ({"origin": "null"}, False),
        ({"origin": "http://ward.test", "sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://evil.test", "host": "evil.test"}, False),
    ],
)  # fmt: skip
def test_s31_a_socket_of_another_site_is_refused_before_streamlit_hears_of_it(headers: dict[str, str], is_open: bool) -> None:
    heard: list[Scope] = []

    async def streamlit(scope: Scope, _receive: Receive, send: Send) -> None:
        heard.append(scope)
        await send({"type": "websocket.accept"})

    client = TestClient(FrontDoor(streamlit), base_url="http://ward.test")
    refusal = nullcontext() if is_open else pytest.raises(WebSocketDisconnect, check=lambda error: error.code == 1008)
    with refusal, client.websocket_connect("/_stcore/stream", headers=headers):
        pass

    assert bool(heard) is is_open


def test_s54_whatever_a_screen_keeps_is_kept_by_who_may_see_it() -> None:
    """A kept answer that was read has the person, or what the person sees, in its key; others are made of their arguments."""
    loose = []
    for room in ("pages", "ui"):
        for name, tree in modules(room):
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and any("cache_" in ast.unparse(one) for one in node.decorator_list):
                    given = {arg.arg for arg in node.args.args}
                    asks = "session" in ast.unparse(node)
                    if asks and not given & {"actor", "sight", "key"}:
                        loose.append(f"{name}: {node.name}")

    assert loose == []


def test_s59_twenty_that_write_at_once_all_write(session: Session) -> None:
    actor = actor_of(session, make_user(session, unit=make_unit(session), role=Role.ADMIN))
    session.commit()

    def write(n: int) -> None:
        with transaction() as own:
            audit.record(own, actor=actor, action="x", n=n)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(write, range(20)))

    lines = session.exec(select(AuditEvent).order_by(col(AuditEvent.sequence))).all()
    assert [one.sequence for one in lines] == list(range(1, 21))
    assert {one.details["n"] for one in lines} == set(range(20))


def test_s61_no_text_can_forge_a_line_of_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    before = structlog.get_config()
    try:
        logs.set_up()
        structlog.get_logger("caunoi").info("typed", words='x\nINFO fake\r\n{"event": "fake"}')
    finally:
        structlog.configure(**before)

    [line] = out.getvalue().splitlines()
    assert json.loads(line)["words"].startswith("x\nINFO fake")


def test_s45_a_closed_account_is_out_at_the_next_click_and_a_locked_door_ends_no_session(
    session: Session, an: User, actor: Actor
) -> None:
    """A lock is of a name at an address: whoever guesses there throws nobody out elsewhere. Closing an account ends all."""
    other = make_user(session, unit=session.get_one(Unit, an.unit_id), username="lan", password_hash=hash_password(WORD))
    token = come_in(session, other)
    wrong = [accounts.knock(session, username="lan", address="198.51.100.9").hashed for _ in range(6)]

    assert wrong[-1] == NOBODY  # the right password fits it as little as a wrong one
    assert not is_right(WORD, wrong[-1])
    assert accounts.knock(session, username="lan", address=HERE).hashed == other.password_hash
    assert sessions.session_actor(session, token=token)
    accounts.deactivate(session, actor=actor, user_id=other.id)
    session.commit()
    assert sessions.session_actor(session, token=token) is None
    assert accounts.knock(session, username="lan", address=HERE).hashed == NOBODY
