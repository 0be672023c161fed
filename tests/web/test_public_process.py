"""The light front door as a process of its own: what a clean stop and a sudden end do to scans."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlmodel import Session, func, select

from models import Scan, ShortLink
from tests.factories import make_link
from web import scan_recorder

pytestmark = pytest.mark.process
PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/121.0.0.0 Mobile Safari/537.36"
PATIENCE_SECONDS = 60


@dataclass
class Served:
    """A running server and the address it answers at."""

    process: "subprocess.Popen[bytes]"
    address: str

    def scan(self, link: ShortLink, times: int) -> None:
        with httpx.Client(headers={"user-agent": PHONE}) as phone:
            for _ in range(times):
                assert phone.get(f"{self.address}/q/{link.slug}").status_code == 302

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=PATIENCE_SECONDS)


@pytest.fixture
def served(session: Session) -> Iterator[Served]:
    """`uvicorn web.public:app` on a free port, answering."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "web.public:app", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], env=dict(os.environ))
    address = f"http://127.0.0.1:{port}"
    wait_until(lambda: is_answering(address))
    yield Served(process, address)
    process.kill()
    process.wait(timeout=PATIENCE_SECONDS)


def is_answering(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz").status_code == 200
    except httpx.ConnectError:
        return False


def wait_until(is_so: Callable[[], bool]) -> None:
    """Ask again and again, until it is so or patience ends."""
    pause = threading.Event()
    for _ in range(PATIENCE_SECONDS * 20):
        if is_so():
            return
        pause.wait(0.05)
    raise AssertionError("it never came to be")


def written(session: Session) -> int:
    n = session.exec(select(func.count()).select_from(Scan)).one()
    session.rollback()
    return n


def test_a_clean_stop_loses_no_scan(session: Session, served: Served) -> None:
    link = make_link(session)

    served.scan(link, 40)
    served.end(signal.SIGTERM)

    assert written(session) == 40


def test_a_sudden_end_loses_only_what_was_not_yet_written_and_little_waits_for_long(session: Session, served: Served) -> None:
    link = make_link(session)

    served.scan(link, 40)
    wait_until(lambda: written(session) == 40)

    served.scan(link, 5)
    wait_until(lambda: written(session) == 45)  # by itself: nothing stops and nothing more is noted
    served.scan(link, 3)
    served.end(signal.SIGKILL)

    assert 45 <= written(session) <= 48
    assert scan_recorder.EVERY_SECONDS < 1
