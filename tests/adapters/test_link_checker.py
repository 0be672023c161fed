"""Asking whether links are alive: never of our own network, never longer than it may take."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from adapters.link_checker import HttpLinkChecker
from core.networks import is_public

OWN = [
    "127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "fe80::1", "fc00::1",
    "0.0.0.0",  # noqa: S104  # to be refused
    "::ffff:127.0.0.1", "224.0.0.1", "::", "2002:7f00:1::", "no address",
]  # fmt: skip


class Answers(BaseHTTPRequestHandler):
    """A page, a missing page, and ways that lead on."""

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        ways = {"/on": "/here", "/away": "http://inside.test/secret", "/round": "/round"}
        self.send_response(302 if self.path in ways else 404 if self.path == "/gone" else 200)
        if self.path in ways:
            self.send_header("Location", ways[self.path])
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Silence."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def checker(server: ThreadingHTTPServer, names: dict[str, list[str]] | None = None, *, seconds: float = 8) -> HttpLinkChecker:
    """One that may reach the server of this test, by the name `ward.test`, and nothing else."""
    known = {"ward.test": ["127.0.0.1"], "inside.test": ["10.0.0.5"]} | (names or {})

    async def resolve(host: str, _port: int) -> Sequence[str]:
        return known.get(host, [host])

    return HttpLinkChecker(
        resolve=resolve, may_connect=lambda address: address == "127.0.0.1", ports=frozenset((80, server.server_port)),
        seconds=seconds,
    )  # fmt: skip


def asked(server: ThreadingHTTPServer) -> list[str]:
    return list(server.asked)  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", OWN)
def test_an_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["203.119.8.1", "2001:dc8::1", "8.8.8.8"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://[::1]/", "http://2130706433/", "http://0x7f.1/", "http://localhost/", "http://169.254.169.254/",
        "ftp://8.8.8.8/", "http://8.8.8.8:22/", "http://8.8.8.8:6379/", "https://a@8.8.8.8/", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_nothing_of_our_own_is_asked(url: str) -> None:
    [found] = HttpLinkChecker(seconds=5).check([url])

    assert found.state in ("refused", "dead")
    assert found.status == 0


def test_a_page_is_alive_a_missing_one_dead_and_their_order_is_kept(server: ThreadingHTTPServer) -> None:
    base = f"http://ward.test:{server.server_port}"

    found = checker(server).check([f"{base}/here", f"{base}/gone"])

    assert [(one.state, one.status) for one in found] == [("alive", 200), ("dead", 404)]


def test_a_redirection_is_followed_and_where_it_ends_is_said(server: ThreadingHTTPServer) -> None:
    base = f"http://ward.test:{server.server_port}"

    [found] = checker(server).check([f"{base}/on"])

    assert (found.state, found.leads_to) == ("alive", f"{base}/here")


def test_a_redirection_into_our_own_network_is_refused_without_a_call(server: ThreadingHTTPServer) -> None:
    [found] = checker(server).check([f"http://ward.test:{server.server_port}/away"])

    assert found.state == "refused"
    assert asked(server) == ["/away"]


def test_a_redirection_without_end_ends(server: ThreadingHTTPServer) -> None:
    [found] = checker(server).check([f"http://ward.test:{server.server_port}/round"])

    assert found.state == "dead"
    assert len(asked(server)) == 4


def test_a_name_with_one_address_of_our_own_among_others_is_refused(server: ThreadingHTTPServer) -> None:
    names = {"two.test": ["127.0.0.1", "10.0.0.5"]}

    [found] = checker(server, names).check([f"http://two.test:{server.server_port}/here"])

    assert (found.state, asked(server)) == ("refused", [])


def test_a_page_that_never_answers_is_dead_in_time() -> None:
    async def never(_host: str, _port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    [found] = HttpLinkChecker(resolve=never, seconds=0.05).check(["https://slow.test/"])

    assert found.state == "dead"
