"""`webhook`: events a second accepted and stored, beside a bare route that verifies them and appends them to a file.

Both servers are asked in turns with events of their own, over connections that stay open; in the end each must be there once.
"""

import asyncio
import hashlib
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlmodel import Session, func, select

from bench.redirect import _served
from core.db import make_engine
from core.settings import settings
from models import Channel, ChannelAccount, Model, Unit, UnitKind, WebhookEvent
from services import channel_accounts

APP, OA, SECRET = "1234567890123456789", "388613280878808645", "a secret for this measurement only"
CONNECTIONS, ROUNDS, EVENTS, WARM_UP = 64, 5, 2_000, 300


def run() -> dict[str, Any]:
    """The median of the rounds, and the ratio of what stood side by side."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CAUNOI_SECRET_KEY"] = "a key for this measurement only"
        os.environ["CAUNOI_DATA_DIR"] = folder
        settings.cache_clear()
        database = _ward(Path(folder))
        pairs, slowest, sent = [], 0.0, 0
        with _served("bench.bare_webhook:app", folder) as bare, _served("web.public:app", folder) as ours:
            for port in (bare, ours):
                asyncio.run(_sent(port, _events(f"w{port}", WARM_UP)))
            sent += WARM_UP
            for turn in range(ROUNDS):
                rates = {}
                for port in ((bare, ours), (ours, bare))[turn % 2]:
                    seconds, waits = asyncio.run(_sent(port, _events(f"{turn}-{port}", EVENTS)))
                    rates[port] = EVENTS / seconds
                    slowest = max(slowest, statistics.quantiles(waits, n=100)[98]) if port == ours else slowest
                sent += EVENTS
                pairs.append((rates[ours], rates[bare]))
        _all_there(database, sent)
    return {
        "name": "webhook", "ours": round(statistics.median(one for one, _ in pairs)),
        "baseline": round(statistics.median(other for _, other in pairs)),
        "ratio": round(statistics.median(one / other for one, other in pairs), 3), "unit": "events/s", "n": sent,
        "p99_ms": round(slowest * 1000),
    }  # fmt: skip


def _ward(folder: Path) -> str:
    """A database with a ward and its official account."""
    database = f"sqlite:///{folder / 'caunoi.db'}"
    engine = make_engine(database, writes=True)
    Model.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        unit = Unit(code="01843", name="Phường Bắc Kạn", kind=UnitKind.COMMUNE, path="1/")
        account = ChannelAccount(unit_id=unit.id, channel=Channel.ZALO_OA, settings={"app_id": APP, "oa_id": OA})
        session.add(unit)
        session.flush()
        session.add(account)
        session.flush()
        channel_accounts.keep_tokens(session, account_id=account.id, tokens={"oa_secret_key": SECRET}, good_until=None)
    engine.dispose()
    return database


def _events(name: str, count: int) -> list[bytes]:
    """Signed requests, each an event of its own; a thousand people write."""
    made = []
    for n in range(count):
        body = {
            "app_id": APP, "sender": {"id": str(n % 1000)}, "recipient": {"id": OA}, "event_name": "user_send_text",
            "message": {"text": "Phường ơi, mai có tiêm phòng không?", "msg_id": f"{name}-{n}"},
            "timestamp": str(int(time.time() * 1000)),
        }  # fmt: skip
        raw = json.dumps(body, ensure_ascii=False).encode()
        mac = hashlib.sha256(APP.encode() + raw + f"{body['timestamp']}{SECRET}".encode()).hexdigest()
        head = f"POST /webhooks/zalo HTTP/1.1\r\nhost: 127.0.0.1\r\nx-zevent-signature: mac={mac}\r\n"
        head += f"content-length: {len(raw)}\r\n\r\n"
        made.append(head.encode() + raw)
    return made


async def _sent(port: int, events: list[bytes]) -> tuple[float, list[float]]:
    """All of them over the connections; how long it took, and how long each waited for its answer."""
    waits: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(_some(port, events[place::CONNECTIONS], waits) for place in range(CONNECTIONS)))
    return time.perf_counter() - started, waits


async def _some(port: int, events: list[bytes], waits: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for event in events:
        asked = time.perf_counter()
        writer.write(event)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode(errors="replace")[:200])
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(length)
        waits.append(time.perf_counter() - asked)
    writer.close()


def _all_there(database: str, sent: int) -> None:
    engine = make_engine(database, writes=False)
    with Session(engine) as session:
        kept = session.exec(select(func.count()).select_from(WebhookEvent)).one()
    engine.dispose()
    if kept != sent:
        raise RuntimeError(f"{sent} events were answered, {kept} are kept")
