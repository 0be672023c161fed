"""`urgent`: how soon the first message of an emergency is out while 100,000 others leave, and what that costs the others.

From the moment the emergency is handed over until its first outcome is written; the mark is two seconds. One worker on SQLite.
"""

import json
import tempfile
import time
from typing import Any

from sqlalchemy import func, select

from bench import crowded
from bench.fanout_pg import point_at
from bench.provider import Provider, provider
from bench.workers import crew, wait_for
from core.db import readers
from models import Model, Urgency

BULK, URGENT, DELAY = 100_000, 400, 0.005
WINDOW, MARK = 6.0, 2.0  # seconds
_LEDGER = Model.metadata.tables["delivery"]


def run(bulk: int = BULK) -> dict[str, Any]:
    """Seconds to the first message out, and the rate of the others before and during."""
    with tempfile.TemporaryDirectory() as folder, provider(delay_seconds=DELAY) as asked:
        point_at(f"sqlite:///{folder}/caunoi.db", folder, asked.urls)
        crowded.tables()
        others = crowded.announcement(crowded.ward(bulk))
        storm = crowded.announcement(crowded.ward(URGENT, first=50_000_000), urgency=Urgency.EMERGENCY)
        with crew("worker-0"):
            crowded.start(others)
            wait_for(lambda: asked.counts()["accepted"] > bulk // 50, seconds=120)
            before = _rate(asked)
            at = time.time()
            crowded.start(storm)
            wait_for(lambda: _first_out(storm) is not None, seconds=60, every=0.05)
            first = (_first_out(storm) or at) - at
            during = _rate(asked, less=URGENT)
    return {
        "name": "urgent", "ours": round(first, 2), "baseline": MARK, "ratio": round(first / MARK, 3), "unit": "s", "n": bulk,
        "others_before": round(before), "others_during": round(during), "others_ratio": round(during / before, 3),
    }  # fmt: skip


def _rate(asked: Provider, less: int = 0) -> float:
    began, taken = time.perf_counter(), asked.counts()["accepted"]
    time.sleep(WINDOW)
    return float(asked.counts()["accepted"] - taken - less) / (time.perf_counter() - began)


def _first_out(announcement_id: object) -> float | None:
    with readers().connect() as connection:
        at = connection.execute(
            select(func.min(_LEDGER.c.sent_at)).where(_LEDGER.c.announcement_id == announcement_id)
        ).scalar_one()  # fmt: skip
        return at.timestamp() if at else None


if __name__ == "__main__":
    print(json.dumps(run()))
