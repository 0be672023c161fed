"""Our connections: what was not written was not taken, what was written and not answered is lost."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import uvloop

from adapters.channels import connections
from adapters.channels.connections import LARGEST_ANSWER, Connections, Lost, NotReached, Patience, Reply, head, target
from tests.provider.certificate import certificate

SAID = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PATIENCE = Patience(connect=2, silence=2, whole=5)
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def heard(reader: asyncio.StreamReader) -> bytes:
    """A question, to its end."""
    asked = await reader.readuntil(b"\r\n\r\n")
    for line in asked.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return asked + await reader.readexactly(int(line.split(b":")[1]))
    return asked


def saying(*parts: bytes, ends: bool = False) -> Serve:
    """Somebody who says these parts to every question, then hangs up where told to."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await heard(reader)
                for part in parts:
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0.01)
                if ends:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    return serve


def asked(
    serve: Serve, *, times: int = 1, patience: Patience = PATIENCE, between: Callable[[], Awaitable[None]] | None = None
) -> tuple[list[Reply | Exception], int]:  # fmt: skip
    """What comes back for questions asked one after the other, and how many connections there were."""
    came = 0

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal came
        came += 1
        await serve(reader, writer)

    async def ask() -> list[Reply | Exception]:
        server = await asyncio.start_server(count, "127.0.0.1", 0)
        to = target(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/send")
        ours, replies = Connections(asyncio.get_running_loop()), list[Reply | Exception]()
        for number in range(times):
            if number and between:
                await between()
            try:
                replies.append(await ours.ask(to, head("POST", to, {}, length=2) + b"{}", patience))
            except (Lost, NotReached) as error:
                replies.append(error)
        ours.close()
        server.close()
        return replies

    return asyncio.run(ask()), came


@pytest.mark.parametrize(
    ("parts", "ends", "body"),
    [
        ((SAID,), False, b"ok"),
        ((SAID[:10], SAID[10:40], SAID[40:]), False, b"ok"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n", SAID), False, b"ok"),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",), False, b"ok"),
        ((b"HTTP/1.1 200 OK\r\n\r\no", b"k"), True, b"ok"),
        ((b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",), True, b"ok"),
        ((b"HTTP/1.1 204 No Content\r\n\r\n",), False, b""),
    ],
)
def test_an_answer_is_whole_however_it_is_cut_and_counted(parts: tuple[bytes, ...], ends: bool, body: bytes) -> None:
    [reply], _ = asked(saying(*parts, ends=ends))

    assert isinstance(reply, Reply)
    assert (reply.is_whole, reply.body) == (True, body)


def test_questions_one_after_the_other_share_a_connection() -> None:
    replies, came = asked(saying(SAID), times=5)

    assert [reply.body for reply in replies if isinstance(reply, Reply)] == [b"ok"] * 5
    assert came == 1


@pytest.mark.parametrize("says", [b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", SAID + b"and more"])
def test_who_closes_or_says_what_nobody_asked_is_asked_anew(says: bytes) -> None:
    async def a_moment() -> None:
        await asyncio.sleep(0.05)

    replies, came = asked(saying(says), times=2, between=a_moment)

    assert len([reply for reply in replies if isinstance(reply, Reply | Lost)]) == 2
    assert came == 2


def test_a_kept_connection_that_ended_meanwhile_is_not_written_to() -> None:
    """It was closed before anything of the next question had left: that one goes by another, and is not lost."""

    async def a_moment() -> None:
        await asyncio.sleep(0.05)

    replies, came = asked(saying(SAID, ends=True), times=3, between=a_moment)

    assert [isinstance(reply, Reply) for reply in replies] == [True] * 3
    assert came == 3


def test_a_connection_unused_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "KEPT_SECONDS", -1.0)

    replies, came = asked(saying(SAID), times=3)

    assert [isinstance(reply, Reply) for reply in replies] == [True] * 3
    assert came == 3


@pytest.mark.parametrize("parts", [(), (b"HTTP/1.1 200",), (b"hello, who is there\r\n\r\n",), (b"\x00" * 2000,)])
def test_without_a_status_the_answer_is_lost(parts: tuple[bytes, ...]) -> None:
    [reply], _ = asked(saying(*parts, ends=True))

    assert isinstance(reply, Lost)


def test_an_answer_that_ends_too_early_is_not_whole() -> None:
    [reply], _ = asked(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf", ends=True))

    assert isinstance(reply, Reply)
    assert (reply.status, reply.is_whole) == (200, False)


@pytest.mark.parametrize(
    "says",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * (LARGEST_ANSWER + 1),
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 400_000,
    ],
)
def test_what_is_too_long_is_not_kept(says: bytes) -> None:
    [reply], _ = asked(saying(says))

    assert isinstance(reply, Lost) or (reply.is_whole, reply.body) == (False, b"")  # type: ignore[union-attr]


@pytest.mark.parametrize("parts", [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf",)])
@pytest.mark.parametrize("patience", [Patience(connect=2, silence=0.1, whole=60), Patience(connect=2, silence=60, whole=0.1)])
def test_silence_is_not_waited_out(parts: tuple[bytes, ...], patience: Patience) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        writer.writelines(parts)
        await reader.read()  # until we hang up
        writer.close()

    [reply], _ = asked(serve, patience=patience)

    assert isinstance(reply, Lost) if not parts else isinstance(reply, Reply) and not reply.is_whole


def test_an_answer_that_comes_slowly_but_steadily_is_waited_for() -> None:
    [reply], _ = asked(saying(*(SAID[place : place + 4] for place in range(0, len(SAID), 4))), patience=Patience(2, 0.5, 60))

    assert isinstance(reply, Reply)
    assert reply.is_whole


def test_who_stops_waiting_leaves_no_connection_that_hears_the_old_answer() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await heard(reader)
        await asyncio.sleep(0.2 if b"/slow" in asked else 0)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + (b"slow" if b"/slow" in asked else b"fast"))
        await reader.read()
        writer.close()

    async def ask() -> bytes:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        where, ours = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", Connections(asyncio.get_running_loop())
        slow, fast = target(f"{where}/slow"), target(f"{where}/fast")
        waiting = asyncio.ensure_future(ours.ask(slow, head("GET", slow, {}, length=None), PATIENCE))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        reply = await ours.ask(fast, head("GET", fast, {}, length=None), PATIENCE)
        ours.close()
        server.close()
        return reply.body

    assert asyncio.run(ask()) == b"fast"


@pytest.mark.parametrize(
    "url",
    ["", "ward", "http://", "http:///x", "ftp://a.vn/", "http://a.vn:port/", "http://[::1", "http://u:p@a.vn/", "http://a.vn/x\r\ny",
     "http://a.vn/phường"],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_never_asked(url: str) -> None:
    with pytest.raises(NotReached):
        target(url)


@pytest.mark.parametrize("value", ["a\r\nHost: b", "mã", "a\x00"])
def test_a_header_that_no_header_may_be_is_never_sent(value: str) -> None:
    with pytest.raises(NotReached):
        head("GET", target("http://a.vn/x?y=1"), {"access_token": value}, length=None)


def test_a_question_names_its_host_its_path_and_its_length() -> None:
    to = target("https://a.vn:8443/x?y=1")

    assert (to.host, to.port, to.is_secret) == ("a.vn", 8443, True)
    assert head("POST", to, {"A": "b"}, length=3).split(b"\r\n") == [
        b"POST /x?y=1 HTTP/1.1", b"Host: a.vn:8443", b"Accept: */*", b"Accept-Encoding: identity", b"A: b", b"Content-Length: 3",
        b"", b"",
    ]  # fmt: skip


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_trusted_server_is_asked_in_secret(
    loop: Callable[[], asyncio.AbstractEventLoop], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, context = certificate(tmp_path)
    monkeypatch.setattr(connections, "_keys", lambda: ssl.create_default_context(cafile=str(shown)))

    async def ask() -> list[bytes]:
        server = await asyncio.start_server(saying(SAID), "127.0.0.1", 0, ssl=context)
        to = target(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        ours = Connections(asyncio.get_running_loop())
        replies = [await ours.ask(to, head("GET", to, {}, length=None), PATIENCE) for _ in range(2)]
        ours.close()
        server.close()
        return [reply.body for reply in replies]

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(ask()) == [b"ok", b"ok"]
