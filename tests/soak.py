"""`make soak`: sixty thousand events with repeats and disorder, the server killed meanwhile; none lost, none doubled.

An event counts as told once it was answered; what was not answered, because the server was dead, is told again, as providers do.
"""

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlmodel import Session, func, select

from bench.redirect import _wait_for
from bench.webhook import _events, _ward
from core.db import make_engine
from core.settings import ROOT, settings
from models import InquiryMessage, WebhookEvent

EVENTS, REPEATED, RESTARTS, CONNECTIONS, PORT = 50_000, 10_000, 4, 16, 9_317


def main() -> None:
    """Run it; says what came of it and fails where anything is lost or doubled."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "CAUNOI_SECRET_KEY": "a key for this soak only", "CAUNOI_DATA_DIR": folder,
            "CAUNOI_DATABASE_URL": f"sqlite:///{Path(folder) / 'caunoi.db'}", "CAUNOI_PUBLIC_URL": f"http://127.0.0.1:{PORT}",
        }  # fmt: skip
        settings.cache_clear()
        database = _ward(Path(folder))
        told = _events("soak", events)
        told += told[: events * REPEATED // EVENTS]
        random.Random(7).shuffle(told)  # noqa: S311
        started = time.perf_counter()
        for part in range(RESTARTS + 1):
            server = _start()
            some = told[part :: RESTARTS + 1]
            asyncio.run(_all(some, server if part < RESTARTS else None))
            if part == RESTARTS:
                _wait_until_done(database)
                server.terminate()
            server.wait(timeout=60)
        _check(database, events, time.perf_counter() - started, len(told))


def _start() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "uvicorn", "web.public:app", "--port", str(PORT), "--no-access-log", "--log-level", "error"]
    server = subprocess.Popen(command, cwd=ROOT)
    _wait_for(PORT, server)
    return server


async def _all(events: list[bytes], victim: "subprocess.Popen[bytes] | None") -> None:
    """Tell them; after half of them the victim is killed, and the rest is told to the next one that stands there."""
    waiting = list(events)
    killed_at = len(waiting) // 2

    async def some() -> None:
        while waiting and (victim is None or victim.poll() is None):
            event = waiting.pop()
            if not await _told(event):
                waiting.append(event)
            elif victim is not None and len(waiting) <= killed_at:
                victim.kill()

    await asyncio.gather(*(some() for _ in range(CONNECTIONS)))
    if waiting:
        server = _start()
        await _all(waiting, None)
        server.terminate()
        server.wait(timeout=60)


async def _told(event: bytes) -> bool:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        writer.write(event)
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        writer.close()
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        return False
    return head.startswith(b"HTTP/1.1 200")


def _wait_until_done(database: str) -> None:
    """The last server works off what all have left."""
    asyncio.run(_told(_events("last", 1)[0]))
    engine = make_engine(database, writes=False)
    for _ in range(1_200):
        with Session(engine) as session:
            if not session.exec(select(func.count()).select_from(WebhookEvent).where(WebhookEvent.done_at == None)).one():  # noqa: E711
                break
        time.sleep(1)
    engine.dispose()


def _check(database: str, events: int, seconds: float, told: int) -> None:
    engine = make_engine(database, writes=False)
    with Session(engine) as session:
        kept = session.exec(select(func.count()).select_from(WebhookEvent)).one()
        said = session.exec(select(func.count()).select_from(InquiryMessage)).one()
    engine.dispose()
    print(f"{told} told, {events + 1} of them different: {kept} kept, {said} in the inbox, {RESTARTS} kills, {seconds:.0f} s")  # noqa: T201
    if (kept, said) != (events + 1, events + 1):
        raise SystemExit("lost or doubled")


if __name__ == "__main__":
    main()
