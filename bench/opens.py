"""`opens`: an announcement's page from 200 connections, every opening recorded, beside a bare route that returns the same bytes.

Both servers live through the whole measurement and are asked in short turns. In the end every first opening must be in the
counters of its group.
"""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlmodel import Session, func, select

from bench import ward_life
from bench.redirect import AGENTS, _cookie
from bench.servers import HOUSE, free_port, running
from core.db import make_engine
from core.settings import settings
from models import Announcement, Model, ReachCount, Scan
from services import ports
from services.ports import Ports

CLIENTS, ROUNDS, SECONDS, WARM_UP = 200, 4, 2.0, 1.0
PHONES, GROUPS = 3_000, 12


class _Promises:
    def promise(self, *_: Any, **__: Any) -> None:
        """Nothing waits in a measurement."""

    def deliver(self, *_: Any, **__: Any) -> None:
        """Nor leaves."""

    def unbegun(self, *_: Any, **__: Any) -> list[Any]:
        """Nothing was promised."""
        return []


def run() -> dict[str, Any]:
    """The median of the rounds, and the ratio of what stood side by side."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        slugs = ward(folder)
        requests = folder / "requests"
        requests.write_text("\n".join(one.hex() for one in requests_for(slugs)))
        with served("web.public:app", folder) as ours:
            body = folder / "body.html"
            body.write_bytes(urllib.request.urlopen(f"http://127.0.0.1:{ours}/a/{slugs[0]}").read())
            with served("bench.bare_page:app", folder, CAUNOI_BENCH_BODY=str(body), ready=f"/a/{slugs[0]}") as bare:
                asked(bare, WARM_UP, requests)
                asked(ours, WARM_UP, requests)
                pairs = []
                for turn in range(ROUNDS):
                    first, second = (bare, ours) if turn % 2 else (ours, bare)
                    told = {port: asked(port, SECONDS, requests) for port in (first, second)}
                    pairs.append(tuple(told[port]["answers"] / told[port]["seconds"] for port in (ours, bare)))
        recorded = _recorded(folder)
    return {
        "name": "opens", "ours": round(statistics.median(one for one, _ in pairs)),
        "baseline": round(statistics.median(two for _, two in pairs)),
        "ratio": round(statistics.median(one / two for one, two in pairs), 3), "unit": "req/s", "n": recorded,
        "connections": CLIENTS,
    }  # fmt: skip


def ward(folder: Path) -> list[str]:
    """A database in a folder with a ward that has just sent an announcement; the links of its groups."""
    os.environ["CAUNOI_SECRET_KEY"] = "a key for this measurement only"
    settings.cache_clear()
    nothing: Any = None
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=_Promises(), tables=nothing))
    engine = make_engine(f"sqlite:///{folder / 'caunoi.db'}", writes=True)
    Model.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        home = ward_life.settle(session, seed=1, groups=GROUPS)
        sent = ward_life.announce(session, home)
        slugs = [slug for slug, _id in ward_life.addresses(session, sent).values()]
    engine.dispose()
    return slugs


def requests_for(slugs: list[str]) -> list[bytes]:
    """What phones send: most bring a cookie of an earlier visit, one in twenty is new."""
    made = []
    for n in range(PHONES):
        cookie = "" if n % 20 == 0 else f"cookie: {_cookie()}\r\n"
        made.append(
            f"GET /a/{slugs[n % len(slugs)]} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: {AGENTS[n % len(AGENTS)]}\r\n"
            f"accept: text/html,application/xhtml+xml,*/*;q=0.8\r\naccept-language: vi-VN,vi;q=0.9\r\n{cookie}\r\n".encode()
        )
    return made


@contextlib.contextmanager
def served(application: str, folder: Path, *, ready: str = "/healthz", **more: str) -> Iterator[int]:
    """A server on a free port, ended with the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = os.environ | {"CAUNOI_DATA_DIR": str(folder), "CAUNOI_DATABASE_URL": f"sqlite:///{folder}/caunoi.db",
                        "CAUNOI_PUBLIC_URL": url} | more  # fmt: skip
    command = [sys.executable, "-m", "uvicorn", application, "--port", str(port), "--no-access-log", "--log-level", "error"]
    with running(command, url=url, ready=ready, cwd=HOUSE, env=env):
        yield port


def asked(port: int, seconds: float, requests: Path, *, clients: int = CLIENTS, rate: float = 0) -> dict[str, Any]:
    """One turn of the load."""
    command = [sys.executable, "-m", "bench.openings", str(port), str(seconds), str(clients), str(rate), str(requests)]
    told = subprocess.run(command, cwd=HOUSE, check=True, stdout=subprocess.PIPE, timeout=seconds + 60).stdout
    answer: dict[str, Any] = json.loads(told)
    if answer["others"]:
        raise RuntimeError(f"not every answer was a page: {answer['others']}")
    return answer


def _recorded(folder: Path) -> int:
    """Openings in the database; the counters by group must say the same of the first ones."""
    engine = make_engine(f"sqlite:///{folder / 'caunoi.db'}", writes=False)
    with Session(engine) as session:
        rows = session.exec(select(func.count()).select_from(Scan)).one()
        firsts = session.exec(select(func.count()).select_from(Scan).where(Scan.is_first)).one()
        counted = session.exec(select(func.sum(ReachCount.opens)).join(Announcement)).one()
    engine.dispose()
    if not rows or counted != firsts:
        raise RuntimeError(f"{rows} openings, {firsts} first ones, but the board counts {counted}")
    return rows


if __name__ == "__main__":
    print(json.dumps(run()))
