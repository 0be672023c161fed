"""The daily visit: what a target says of itself, never of our own network, few connections, little time."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from adapters.link_visitor import READ_MOST, HttpLinkVisitor, is_soft_404
from core import clock
from services.ports import LinkVisit
from tests.provider.certificate import certificate

PAGE = "<html><head><title>Đăng ký khai sinh</title></head><body>" + "Nộp hồ sơ. " * 80 + "</body></html>"
GONE = "<html><title>404 - Không tìm thấy trang</title><body>Xin lỗi.</body></html>"
HEIR = '<html><meta http-equiv="refresh" content="5; url=/here"><body>Trang đã dời.</body></html>'
WAYS = {"/temp": (302, "/here"), "/good": (301, "/here"), "/away": (302, "http://inside.test/secret"), "/round": (302, "/round"),
        "/back": (302, "/"), "/file": (302, "file:///etc/passwd"), "/mixed": (301, "/temp")}  # fmt: skip


class Answers(BaseHTTPRequestHandler):
    """A portal with its habits."""

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        server = self.server
        with server.lock:  # type: ignore[attr-defined]
            server.asked.append((self.command, self.path))  # type: ignore[attr-defined]
            server.now += 1  # type: ignore[attr-defined]
            server.most = max(server.most, server.now)  # type: ignore[attr-defined]
        if self.path.startswith("/slow"):
            server.release.wait(5)  # type: ignore[attr-defined]
        body = {"/soft": GONE, "/heir": HEIR, "/blank": "<html><body> </body></html>"}.get(self.path, PAGE).encode()
        if self.path == "/endless":
            body = b"x" * (READ_MOST * 40)
        status = 404 if self.path in ("/gone", "/heir") else 405 if self.path == "/nohead" and self.command == "HEAD" else 200
        way = WAYS.get(self.path)
        self.send_response(way[0] if way else status)
        if way:
            self.send_header("Location", way[1])
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(0 if way or not with_body else len(body)))
        self.end_headers()
        if with_body and not way:
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                server.cut = True  # type: ignore[attr-defined]
        with server.lock:  # type: ignore[attr-defined]
            server.now -= 1  # type: ignore[attr-defined]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Silence."""


class Server(ThreadingHTTPServer):
    request_queue_size = 512
    daemon_threads = True


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Answers)
    made.asked, made.now, made.most, made.cut = [], 0, 0, False  # type: ignore[attr-defined]
    made.lock, made.release = threading.Lock(), threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.release.set()  # type: ignore[attr-defined]
    made.shutdown()
    made.server_close()


def visitor(server: Server, *, seconds: float = 8, at_once: int = 32) -> HttpLinkVisitor:
    """One that may reach the server of this test, by any name below `ward.test`, and nothing else."""

    async def resolve(host: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"] if host.endswith("ward.test") else ["10.0.0.5"] if host == "inside.test" else [host]

    return HttpLinkVisitor(
        resolve=resolve, may_connect=lambda address: address == "127.0.0.1", ports=frozenset((80, server.server_port)),
        seconds=seconds, at_once=at_once,
    )  # fmt: skip


def at(server: Server, path: str) -> str:
    return f"http://ward.test:{server.server_port}{path}"


@pytest.mark.parametrize(
    ("path", "trouble", "status"),
    [("/here", "", 200), ("/gone", "status", 404), ("/soft", "empty", 200), ("/blank", "empty", 200), ("/nohead", "", 200),
     ("/temp", "", 200), ("/round", "status", 302), ("/back", "empty", 200)],
)  # fmt: skip
def test_a_target_is_judged_by_what_it_says(server: Server, path: str, trouble: str, status: int) -> None:
    [seen] = visitor(server).visit([at(server, path)])

    assert (seen.trouble, seen.status) == (trouble, status)


def test_a_head_comes_first_and_a_get_after_it(server: Server) -> None:
    visitor(server).visit([at(server, "/here")])

    assert server.asked == [("HEAD", "/here"), ("GET", "/here")]  # type: ignore[attr-defined]


def test_head_and_get_share_a_connection_and_the_last_asks_to_close_it(server: Server) -> None:
    ends: list[tuple[int, str]] = []

    class Keeping(Answers):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            super().handle_one_request()
            if self.requestline:
                ends.append((self.client_address[1], self.headers.get("Connection", "")))

    server.RequestHandlerClass = Keeping

    visitor(server).visit([at(server, "/here")])

    assert [said for _port, said in ends] == ["", "close"]
    assert len({port for port, _said in ends}) == 1


def test_redirects_are_told_and_those_for_good_name_what_replaced_the_page(server: Server) -> None:
    temp, good, mixed = visitor(server).visit([at(server, path) for path in ("/temp", "/good", "/mixed")])

    here = at(server, "/here")
    assert (temp.leads_on_to, temp.replaced_by) == (here, "")
    assert (good.leads_on_to, good.replaced_by) == (here, here)
    assert (mixed.leads_on_to, mixed.replaced_by) == (here, "")


def test_a_dead_page_that_names_its_heir_is_dead_and_the_heir_is_told(server: Server) -> None:
    [seen] = visitor(server).visit([at(server, "/heir")])

    assert (seen.trouble, seen.status, seen.replaced_by) == ("status", 404, at(server, "/here"))


@pytest.mark.parametrize("path", ["/away", "/file"])
def test_a_redirect_into_our_network_is_not_followed(server: Server, path: str) -> None:
    [seen] = visitor(server).visit([at(server, path)])

    assert seen.trouble == "refused"
    assert {asked for _method, asked in server.asked} == {path}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://2130706433/",
     "http://0x7f.1/", "http://localhost/", "file:///etc/passwd", "ftp://ward.test/", "http://a:b@ward.test/",
     "http://ward.test:22/", "http://ward.test:6379/", "http://inside.test/"],
)  # fmt: skip
def test_what_lies_within_our_network_is_never_asked(url: str) -> None:
    async def resolve(host: str, _port: int) -> Sequence[str]:
        known = {"localhost": "127.0.0.1", "2130706433": "127.0.0.1", "0x7f.1": "127.0.0.1", "inside.test": "10.0.0.5"}
        return [known.get(host, "8.8.8.8" if host == "ward.test" else host)]

    [seen] = HttpLinkVisitor(resolve=resolve).visit([url])

    assert (seen.trouble, seen.status) == ("refused", 0)


def test_a_name_that_changes_its_address_after_the_look_is_connected_to_where_it_was_found(server: Server) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.1"], ["10.0.0.5"]])

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return next(answers)

    one = HttpLinkVisitor(
        resolve=resolve, may_connect=lambda address: address == "127.0.0.1", ports=frozenset((server.server_port,))
    )

    assert one.visit([at(server, "/here")])[0].trouble == ""
    assert one.visit([at(server, "/here")])[0].trouble == "refused"


def test_one_that_never_answers_costs_its_own_time_and_no_more(server: Server) -> None:
    began = time.monotonic()

    slow, quick = visitor(server, seconds=0.4).visit([at(server, "/slow"), at(server, "/here")])

    assert (slow.trouble, quick.trouble) == ("no_answer", "")
    assert time.monotonic() - began < 4


def test_nobody_there_is_no_answer() -> None:
    async def resolve(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    assert HttpLinkVisitor(resolve=resolve).visit(["https://khong-co.vn/"])[0].trouble == "no_answer"


def test_of_an_endless_page_only_the_beginning_is_read(server: Server) -> None:
    [seen] = visitor(server).visit([at(server, "/endless")])

    assert (seen.trouble, seen.status) == ("", 200)


def test_many_targets_share_a_few_connections(server: Server) -> None:
    urls = [f"http://{n}.ward.test:{server.server_port}/here?{n}" for n in range(120)]

    seen = visitor(server, at_once=6).visit(urls)

    assert [one.url for one in seen] == urls
    assert {one.trouble for one in seen} == {""}
    assert server.most <= 7  # type: ignore[attr-defined]  # one may still be closing


@pytest.mark.parametrize(
    ("body", "is_gone"),
    [(PAGE, False), (GONE, True), ("", False), ("<p>Trang không tồn tại</p>", True), ("<script>app()</script>", False),
     (PAGE.replace("Nộp", "Lỗi 404 Nộp"), False), ("<h1>Page not found</h1>", True),
     ("<title>Page Not Found</title>" + PAGE, True),
     ("<p>Không tìm thấy lỗi nào.</p>" + "chữ " * 400, False)],
)  # fmt: skip
def test_a_page_that_says_it_is_not_there_is_told_from_one_that_speaks_of_it(body: str, is_gone: bool) -> None:
    assert is_soft_404(body) is is_gone


def secured(server: Server, folder: Path, *, trusted: bool) -> LinkVisit:
    """A visit of the server behind TLS, by a visitor who trusts its certificate or not."""
    shown, context = certificate(folder)
    server.socket = context.wrap_socket(server.socket, server_side=True)

    async def resolve(host: str, _port: int) -> Sequence[str]:
        return [host]

    one = HttpLinkVisitor(
        resolve=resolve, may_connect=lambda _address: True, ports=frozenset((server.server_port,)),
        authorities=str(shown) if trusted else None,
    )  # fmt: skip
    return one.visit([f"https://127.0.0.1:{server.server_port}/here"])[0]


def test_it_is_noted_until_when_a_certificate_holds(server: Server, tmp_path: Path) -> None:
    seen = secured(server, tmp_path, trusted=True)

    assert seen.trouble == ""
    assert seen.certificate_ends_on == (clock.now() + timedelta(days=365 * 20)).date()


def test_a_certificate_nobody_trusts_is_a_trouble_of_its_own(server: Server, tmp_path: Path) -> None:
    assert secured(server, tmp_path, trusted=False).trouble == "certificate"


def test_a_visit_can_be_made_where_a_loop_has_run_before(server: Server) -> None:
    asyncio.run(asyncio.sleep(0))

    assert visitor(server).visit([]) == []
