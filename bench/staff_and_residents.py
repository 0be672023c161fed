"""`make load`: 300 staff sessions and 2,000 residents a minute on one process, for five minutes: errors, waits, memory.

    python -m bench.staff_and_residents SECONDS [--sessions N] [--residents N] [--folder FOLDER]

With a folder the ward stays there for the next run. Staff click every half minute, each on a screen in turn; residents open their
group's page, follow a code, look at a procedure, ask, and answer. An error is an answer that is none (a status of 500 or more, a
connection lost), or a screen that breaks. Memory is told every half minute while it runs, and where it stood then at the end.
"""

import argparse
import asyncio
import json
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.crowd import rerun, signed_in
from bench.servers import Server, house

CLICK_SECONDS, LOOK_SECONDS, HOUSEHOLDS = 30.0, 30, 3_000
SCREENS = ("today", "announcements", "groups", "households", "inbox", "links", "coverage", "procedures")
AGENT = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"


@dataclass(frozen=True)
class Asked:
    """How much of it, how long."""

    seconds: float = 300.0
    sessions: int = 300
    residents_a_minute: int = 2_000
    folder: Path | None = None


@dataclass
class Load:
    """What came of it."""

    clicks: list[float] = field(default_factory=list)  # milliseconds
    opens: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    memory: dict[str, float] = field(default_factory=dict)  # MB of its own, by when
    mapped: dict[str, float] = field(default_factory=dict)  # MB of files


async def person(server: Server, number: int, wait: float, ends: float, load: Load) -> None:
    """One of the staff: a screen after another, until the end."""
    await asyncio.sleep(wait)
    try:
        async with signed_in(server, patience=60) as socket:
            beat, turn = time.perf_counter(), number
            while time.perf_counter() < ends:
                screen = SCREENS[turn % len(SCREENS)]
                took, broken = await rerun(socket, screen)
                load.clicks.append(took)
                load.errors.update(f"{screen}: {one}" for one in broken)
                turn, beat = turn + 1, beat + CLICK_SECONDS
                await asyncio.sleep(max(0.0, beat - time.perf_counter()))
    except Exception as error:  # noqa: BLE001 (each is counted)
        load.errors[f"session: {type(error).__name__}"] += 1


async def resident(server: Server, paths: list[str], dice: random.Random, load: Load) -> None:
    """One phone: opens a page, and one in four answers it."""
    path = dice.choice(paths)
    start = time.perf_counter()
    try:
        cookie = await ask(server, "GET", path, load)
        load.opens.append((time.perf_counter() - start) * 1000)
        if path.startswith("/a/") and dice.random() < 0.25:
            await ask(server, "POST", path, load, {"do": "answer", "people": "2"}, cookie)
        elif path == "/ask" and dice.random() < 0.1:
            await ask(server, "POST", path, load, {"do": "ask", "text": f"Mai có tiêm phòng không ạ? {dice.random()}"}, cookie)
    except (OSError, EOFError, ValueError, TimeoutError) as error:
        load.errors[f"resident: {type(error).__name__}"] += 1


async def ask(server: Server, method: str, path: str, load: Load, form: dict[str, str] | None = None, cookie: str = "") -> str:
    """One request on a connection of its own, as a phone makes it; the cookie it is given."""
    host = urlsplit(server.url)
    body = urlencode(form or {})
    heads = [
        f"{method} {path} HTTP/1.1",
        f"host: {host.netloc}",
        f"user-agent: {AGENT}",
        "accept-language: vi-VN",
        "connection: close",
    ]
    heads += [f"cookie: {cookie}"] if cookie else []
    heads += ["content-type: application/x-www-form-urlencoded", f"content-length: {len(body)}"] if form else []
    async with asyncio.timeout(60):
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        writer.write(("\r\n".join(heads) + "\r\n\r\n" + body).encode())
        answer = await reader.read()
        writer.close()
    status = int(answer[9:12])
    load.statuses[status] += 1
    if status >= 500:
        load.errors[f"{status} {path.split('/')[1]}"] += 1
    given = re.search(rb"(?i)set-cookie: ([^;\r]+)", answer)
    return given[1].decode() if given else cookie


async def residents(server: Server, paths: list[str], a_minute: int, ends: float, load: Load) -> None:
    """They come evenly, whether those before them were answered or not."""
    dice, coming, beat = random.Random(7), set[asyncio.Task[None]](), time.perf_counter()
    while time.perf_counter() < ends:
        one = asyncio.create_task(resident(server, paths, dice, load))
        coming.add(one)
        one.add_done_callback(coming.discard)
        beat += 60 / a_minute
        await asyncio.sleep(max(0.0, beat - time.perf_counter()))
    await asyncio.gather(*coming)


async def watch(server: Server, ends: float, load: Load) -> None:
    """The process's memory, looked at every second, told every half minute by the look in the middle."""
    began, turn = time.perf_counter(), 0
    own, mapped = [], []
    while time.perf_counter() < ends - 1:
        turn += 1
        await asyncio.sleep(began + turn - time.perf_counter())
        mine, files = rss_mb(server.pid)
        own.append(mine)
        mapped.append(files)
        if len(own) == LOOK_SECONDS:
            load.memory[f"{turn} s"] = round(statistics.median(own), 1)
            load.mapped[f"{turn} s"] = round(statistics.median(mapped), 1)
            told = f"{turn} s: {load.memory[f'{turn} s']} MB, {len(load.clicks)} clicks, {len(load.opens)} pages\n"
            sys.stderr.write(told)
            own, mapped = [], []


def rss_mb(pid: int) -> tuple[float, float]:
    """Resident memory of a process's own, and of files it has mapped: pages of the database, which the system takes back."""
    told = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    own, files = (int(told[name].split()[0]) / 1024 for name in ("RssAnon", "RssFile"))
    return round(own, 1), round(files, 1)


def addresses(folder: Path) -> list[str]:
    """What residents open, as often as they do: mostly their group's page."""
    with sqlite3.connect(folder / "caunoi.db") as database:
        slugs = database.execute(
            "SELECT l.slug, l.purpose FROM shortlink l LEFT JOIN announcement a ON a.id = l.announcement_id "
            "WHERE l.is_active AND (a.id IS NULL OR a.expires_at > datetime('now')) ORDER BY l.created_at DESC LIMIT 60"
        ).fetchall()
        codes = database.execute("SELECT code FROM procedure LIMIT 5").fetchall()
    names = [slug.decode() if isinstance(slug, bytes) else slug for slug, _ in slugs]
    pages = [f"/a/{name}" for name, (_, purpose) in zip(names, slugs, strict=True) if purpose == "announcement"]
    return [*pages, *[f"/q/{name}" for name in names], *[f"/p/{code}" for (code,) in codes] * 3, "/p", "/ask", "/ask", "/ward"]


async def both(server: Server, paths: list[str], asked: Asked) -> Load:
    """Staff and residents together."""
    load, ends = Load(), time.perf_counter() + asked.seconds
    waits = [CLICK_SECONDS * number / asked.sessions for number in range(asked.sessions)]
    people = [person(server, number, wait, ends, load) for number, wait in enumerate(waits)]
    await asyncio.gather(residents(server, paths, asked.residents_a_minute, ends, load), watch(server, ends, load), *people)
    return load


def run(asked: Asked = Asked()) -> dict[str, Any]:
    """The figures."""
    with tempfile.TemporaryDirectory() as made:
        place = asked.folder or Path(made)
        with house(households=HOUSEHOLDS, folder=place) as server:
            load = asyncio.run(both(server, addresses(place), asked))

    def spread(waits: list[float]) -> dict[str, float]:
        cut = statistics.quantiles(waits, n=100)
        return {"n": len(waits), "median_ms": round(cut[49], 1), "p95_ms": round(cut[94], 1), "p99_ms": round(cut[98], 1)}

    return {
        "name": "staff_and_residents", "seconds": asked.seconds, "sessions": asked.sessions, "residents": len(load.opens),
        "residents_a_minute": round(len(load.opens) / asked.seconds * 60), "clicks": spread(load.clicks),
        "opens": spread(load.opens), "statuses": {str(one): n for one, n in sorted(load.statuses.items())},
        "errors": dict(load.errors), "memory_mb": load.memory, "mapped_mb": load.mapped,
    }  # fmt: skip


def wanted() -> Asked:
    """What the terminal asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seconds", type=float, nargs="?", default=Asked.seconds)
    parser.add_argument("--sessions", type=int, default=Asked.sessions)
    parser.add_argument("--residents", type=int, default=Asked.residents_a_minute, help="a minute")
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    return Asked(told.seconds, told.sessions, told.residents, told.folder)


if __name__ == "__main__":
    told = run(wanted())
    print(json.dumps(told))
    sys.exit(1 if told["errors"] else 0)
