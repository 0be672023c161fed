"""`fanout_pg`: 50,000 messages by SMS to a provider that answers in 100 ms, on PostgreSQL with one, two and three workers.

The ratio is that of two workers to one. Skipped with a word where PostgreSQL is not installed.
"""

import json
import os
import tempfile
import time
from typing import Any

from bench import crowded
from bench.postgres import cluster
from bench.provider import provider
from bench.workers import crew, wait_for
from core import db
from core.settings import settings

MESSAGES, DELAY, WORKERS = 50_000, 0.1, (1, 2, 3)
WARM_UP, PATIENCE = 6.0, 600.0  # seconds


def run(messages: int = MESSAGES, workers: tuple[int, ...] = WORKERS) -> dict[str, Any]:
    """Messages a second by number of workers."""
    with cluster("shared_buffers=256MB", "synchronous_commit=off") as url:
        if url is None:
            return {"name": "fanout_pg", "skipped": "PostgreSQL is not installed"}
        rates = {}
        with tempfile.TemporaryDirectory() as folder, provider(delay_seconds=DELAY) as asked:
            point_at(url, folder, asked.urls)
            crowded.tables()
            for place, number in enumerate(workers):
                rates[number] = _rate(messages, number, first=place * 10_000_000)
            counts = asked.counts()
        if counts["accepted"] != len(workers) * messages or counts["doubles"]:
            raise RuntimeError(f"{messages} messages {len(workers)} times, but the provider took {counts['accepted']}")
    return {
        "name": "fanout_pg", "ours": round(rates[2]), "baseline": round(rates[1]), "ratio": round(rates[2] / rates[1], 3),
        "unit": "messages/s", "n": messages, "by_workers": {number: round(rate) for number, rate in rates.items()},
    }  # fmt: skip


def point_at(url: str, folder: str, urls: dict[str, str]) -> None:
    """This process and those it starts work on that database with that provider."""
    from adapters import chooser
    from services import ports

    os.environ.update(urls)
    os.environ.update(
        CAUNOI_DATA_DIR=folder, CAUNOI_DATABASE_URL=url, CAUNOI_SECRET_KEY="bench", CAUNOI_TIMEZONE=crowded.zone_of_noon()
    )  # fmt: skip
    settings.cache_clear()
    db.engine.cache_clear()
    db.readers.cache_clear()
    ports.provide(chooser.live())


def _rate(messages: int, number: int, *, first: int) -> float:
    said = crowded.announcement(crowded.ward(messages, first=first))
    with crew(*(f"worker-{place}" for place in range(number))):
        time.sleep(WARM_UP)
        crowded.start(said)
        return messages / wait_for(lambda: crowded.is_done(said), seconds=PATIENCE)


if __name__ == "__main__":
    print(json.dumps(run()))
