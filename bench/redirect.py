"""`redirect`, `redirect_public`: redirects a second with every scan recorded, beside a bare route that returns the same 302.

Both servers live through the whole measurement and are asked in short turns, so that a noisy machine is noisy for both. In
the end the server is stopped as a machine stops it, and every scan must be in the database.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlmodel import Session, func, select

from core.db import make_engine
from core.settings import ROOT, settings
from core.tokens import new_slug
from models import Model, Purpose, Scan, ScanHour, ShortLink, Unit, UnitKind
from web import visitors

CLIENTS, ROUNDS, SECONDS, WARM_UP = 16, 10, 1.5, 1.0
LINKS, PHONES = 10, 3_000
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = (
    f"{_IPHONE} Version/18.5 Mobile/15E148 Safari/604.1",
    f"{_ANDROID} Version/4.0 Chrome/126.0 Mobile Safari/537.36 Zalo android/12100697",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
)


def run() -> list[dict[str, Any]]:
    """Both rows; each needs about forty seconds."""
    return [measured("redirect", "app:app"), measured("redirect_public", "web.public:app")]


def measured(name: str, application: str) -> dict[str, Any]:
    """One row: the median of the rounds, and the ratio of what stood side by side."""
    with tempfile.TemporaryDirectory() as folder:
        database, slugs = _ward(Path(folder))
        requests = Path(folder, "requests")
        requests.write_text("\n".join(request.hex() for request in _requests(slugs)))
        counts, pairs = 0, []
        with _served("bench.bare:app", folder) as bare, _served(application, folder) as ours:
            _asked(bare, WARM_UP, requests)
            counts += _asked(ours, WARM_UP, requests)["answers"]
            for turn in range(ROUNDS):
                first, second = (bare, ours) if turn % 2 else (ours, bare)
                rates = {port: _asked(port, SECONDS, requests) for port in (first, second)}
                counts += rates[ours]["answers"]
                pairs.append(tuple(rates[port]["answers"] / rates[port]["seconds"] for port in (ours, bare)))
        _all_recorded(database, counts)
    return {
        "name": name,
        "ours": round(statistics.median(pair[0] for pair in pairs)),
        "baseline": round(statistics.median(pair[1] for pair in pairs)),
        "ratio": round(statistics.median(pair[0] / pair[1] for pair in pairs), 3),
        "unit": "req/s",
        "n": counts,
    }


def _ward(folder: Path) -> tuple[str, list[str]]:
    """A database with a ward and its printed links."""
    database = f"sqlite:///{folder / 'caunoi.db'}"
    engine = make_engine(database, writes=True)
    Model.metadata.create_all(engine)
    slugs = [new_slug() for _ in range(LINKS)]
    with Session(engine) as session, session.begin():
        unit = Unit(code="01843", name="Phường Bắc Kạn", kind=UnitKind.COMMUNE, path="1/")
        session.add(unit)
        session.flush()
        for slug in slugs:
            session.add(ShortLink(slug=slug, purpose=Purpose.URL, target_url="https://dichvucong.gov.vn/", unit_id=unit.id))
    engine.dispose()
    return database, slugs


def _cookie() -> str:
    """What a phone brings that was here before: signed with the key the server is started with."""
    _, set_cookie = visitors.visitor_in("")
    return (set_cookie or "").partition(";")[0]


def _requests(slugs: list[str]) -> list[bytes]:
    """What phones send: most bring a cookie of an earlier visit, one in twenty is new."""
    os.environ["CAUNOI_SECRET_KEY"] = "a key for this measurement only"
    settings.cache_clear()
    made = []
    for n in range(PHONES):
        cookie = "" if n % 20 == 0 else f"cookie: {_cookie()}\r\n"
        made.append(
            f"GET /q/{slugs[n % len(slugs)]} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: {AGENTS[n % len(AGENTS)]}\r\n"
            f"accept: text/html,application/xhtml+xml,*/*;q=0.8\r\naccept-language: vi-VN,vi;q=0.9\r\n{cookie}\r\n".encode()
        )
    return made


@contextmanager
def _served(application: str, folder: str) -> Iterator[int]:
    """A server as a ward runs it, on a free port; stopped by SIGTERM."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--no-access-log", "--log-level", "warning"]
    environment = os.environ | {
        "CAUNOI_DATA_DIR": folder, "CAUNOI_DATABASE_URL": f"sqlite:///{folder}/caunoi.db", "CAUNOI_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }  # fmt: skip
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"the server ended with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def _asked(port: int, seconds: float, requests: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.load", str(port), str(seconds), str(CLIENTS), str(requests)]
    answer: dict[str, Any] = json.loads(
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=seconds + 30).stdout
    )
    if answer["others"]:
        raise RuntimeError(f"not every answer was a redirect: {answer['others']}")
    return answer


def _all_recorded(database: str, answers: int) -> None:
    """Every answer a person got is a scan, counted alike in each place."""
    engine = make_engine(database, writes=False)
    with Session(engine) as session:
        raw = session.exec(select(func.count()).select_from(Scan)).one()
        by_hour = session.exec(select(func.sum(ScanHour.scans))).one()
        by_link = session.exec(select(func.sum(ShortLink.scans))).one()
        firsts = session.exec(select(func.count()).select_from(Scan).where(Scan.is_first)).one()
        first_by_hour = session.exec(select(func.sum(ScanHour.first_scans))).one()
    engine.dispose()
    if not raw == by_hour == by_link == answers or firsts != first_by_hour:
        raise RuntimeError(f"{answers} answers, but scans are {raw} in rows, {by_hour} by hour, {by_link} by link")


if __name__ == "__main__":
    for row in run():
        print(json.dumps(row))
