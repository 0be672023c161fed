"""`watch`: 10,000 targets in one pass, one in twenty slow, one in twenty gone, by the process that answers phones meanwhile.

A phone asks for a page twenty times a second before the pass and during it. What is measured is its wait: the 95th percentile
during the pass (`ours`) beside that before it. Every target must be found as it is, over no more connections than are allowed.
"""

import http.client
import json
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, func, select

from adapters.link_visitor import AT_ONCE
from bench import procedure
from bench.servers import HOUSE, free_port
from core.db import make_engine
from core.tokens import new_slug
from models import LinkTrouble, Purpose, ShortLink, Unit

TARGETS, EACH, ODD = 10_000, 10, 20  # EACH: pages at one host
SLOW_SECONDS, BEFORE_SECONDS, EVERY_SECONDS = 1.0, 6.0, 0.05


def run() -> dict[str, Any]:
    """One pass."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        code = procedure.ward(folder / "caunoi.db")[0]
        with _portals(folder) as portals:
            _hang(folder, portals)
            with _watching(folder, portals) as (port, process):
                before = Phone(port, code).ask(_in_seconds(BEFORE_SECONDS))
                assert process.stdin
                assert process.stdout
                process.stdin.write("now\n")
                process.stdin.flush()
                with ThreadPoolExecutor(1) as pool:
                    told = pool.submit(process.stdout.readline)
                    during = Phone(port, code).ask(told.done)
            seen = json.loads(told.result())
            most, requests = _told_by(portals)
        _all_found(folder, most)
    ours, baseline = (statistics.quantiles(waits, n=20)[-1] for waits in (during, before))
    return {
        "name": "watch", "ours": round(ours, 2), "baseline": round(baseline, 2), "ratio": round(ours / baseline, 2), "unit": "ms",
        "n": seen["targets"], "seconds": round(seen["seconds"], 1), "connections": most, "requests": requests,
        "median": round(statistics.median(during), 2), "median_before": round(statistics.median(before), 2),
        "longest": round(max(during), 1),
    }  # fmt: skip


@contextmanager
def _portals(folder: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.portals", str(folder), str(SLOW_SECONDS)]
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def _hang(folder: Path, portals: int) -> None:
    """Codes that lead to as many pages at many hosts."""
    engine = make_engine(f"sqlite:///{folder / 'caunoi.db'}", writes=True)
    with Session(engine) as session, session.begin():
        ward = session.exec(select(Unit.id)).one()
        for number in range(TARGETS):
            kind = {0: "slow", 1: "gone"}.get(number % ODD, "page")
            url = f"https://h{number // EACH}.bench.example:{portals}/{kind}/{number}"
            session.add(ShortLink(slug=new_slug(), purpose=Purpose.URL, target_url=url, unit_id=ward))
    engine.dispose()


@contextmanager
def _watching(folder: Path, portals: int) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = os.environ | {"CAUNOI_DATA_DIR": str(folder), "CAUNOI_DATABASE_URL": f"sqlite:///{folder}/caunoi.db",
                        "CAUNOI_PUBLIC_URL": url}  # fmt: skip
    command = [sys.executable, "-m", "bench.watching", str(port), str(portals), str(folder / "certificate.pem")]
    with subprocess.Popen(command, cwd=HOUSE, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            for _ in range(300):
                with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5):
                    break
                time.sleep(0.1)
            yield port, process
        finally:
            process.terminate()


class Phone:
    """Asks for a page at a steady rate on one connection, as long as it is told; what each answer took, in milliseconds."""

    def __init__(self, port: int, code: str) -> None:
        self._connection, self._path = http.client.HTTPConnection("127.0.0.1", port, timeout=30), f"/p/{code}"
        self.waits: list[float] = []

    def ask(self, until: Callable[[], bool]) -> list[float]:
        """Until something is so."""
        next_at = time.perf_counter()
        while not until():
            next_at += EVERY_SECONDS
            began = time.perf_counter()
            self._connection.request("GET", self._path)
            answer = self._connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"a page was answered with {answer.status}")
            self.waits.append((time.perf_counter() - began) * 1000)
            time.sleep(max(0.0, next_at - time.perf_counter()))
        return self.waits


def _in_seconds(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() > end


def _told_by(portals: int) -> list[int]:
    nobody = ssl._create_unverified_context()
    with urllib.request.urlopen(f"https://127.0.0.1:{portals}/most", context=nobody) as answer:
        return [int(word) for word in answer.read().split()]


def _all_found(folder: Path, most: int) -> None:
    """Each as it is, over few connections."""
    engine = make_engine(f"sqlite:///{folder / 'caunoi.db'}", writes=False)
    with Session(engine) as session:
        counted = select(ShortLink.trouble, ShortLink.last_status, func.count()).group_by(
            col(ShortLink.trouble), col(ShortLink.last_status)
        )
        found = {(trouble, status): n for trouble, status, n in session.exec(counted)}
    engine.dispose()
    gone = TARGETS // ODD
    if found != {(LinkTrouble.STATUS, 404): gone, (None, 200): TARGETS - gone}:
        raise RuntimeError(f"not every target was found as it is: {found}")
    if most > AT_ONCE:
        raise RuntimeError(f"{most} connections were open at once, {AT_ONCE} are allowed")


if __name__ == "__main__":
    print(json.dumps(run()))
