"""`million`: 1,000,000 deliveries on PostgreSQL by two workers: seconds to promise them all, pace and memory at both ends.

Not part of `make test` nor of `make bench`: `python -m bench.million [MESSAGES]`. The mark is 30 s for promising, memory that
does not grow, and a pace in the last tenth within 10 % of that in the second.
"""

import json
import sys
import tempfile
import time
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, String, Uuid, cast, column, func, insert, literal, select

from bench import crowded
from bench.fanout_pg import WARM_UP, point_at
from bench.postgres import cluster
from bench.provider import provider
from bench.workers import crew, wait_for
from core import clock
from core.bulk import as_json, given
from core.db import transaction
from core.sql_ids import NewIds
from models import Announcement, AnnouncementStatus, Channel, Model
from models.base import Instant
from services import batches

MESSAGES, DELAY, PATIENCE = 1_000_000, 0.005, 7200.0
WORKERS = ("worker-0", "worker-1")
_LEDGER = Model.metadata.tables["delivery"]


def run(messages: int = MESSAGES) -> dict[str, Any]:
    """Promising, pace and memory."""
    with cluster("shared_buffers=512MB", "synchronous_commit=off") as url:
        if url is None:
            return {"name": "million", "skipped": "PostgreSQL is not installed"}
        with tempfile.TemporaryDirectory() as folder, provider(delay_seconds=DELAY) as asked:
            point_at(url, folder, asked.urls)
            crowded.tables()
            said = crowded.announcement(crowded.ward(0))
            began = time.perf_counter()
            promise(said, messages)
            promised = time.perf_counter() - began
            taken: list[tuple[float, int]] = []
            with crew(*WORKERS) as at_work:
                time.sleep(WARM_UP)
                for tenth in range(1, 11):
                    goal = messages * tenth // 10
                    wait_for(lambda goal=goal: asked.counts()["accepted"] >= goal, seconds=PATIENCE, every=0.5)  # type: ignore[misc]
                    taken.append((time.perf_counter(), max(at_work.memory_mb(name) for name in WORKERS)))
                wait_for(lambda: crowded.is_done(said), seconds=PATIENCE)
            counts = asked.counts()
    paces = [messages / 10 / (taken[n][0] - taken[n - 1][0]) for n in range(1, 10)]
    return {
        "name": "million", "ours": round(paces[-1]), "baseline": round(paces[0]), "ratio": round(paces[-1] / paces[0], 3),
        "unit": "messages/s", "n": messages, "promised_seconds": round(promised, 1), "memory_mb_at_10": taken[0][1],
        "memory_mb_at_90": taken[8][1], "doubles": counts["doubles"],
    }  # fmt: skip


def promise(announcement_id: UUID, messages: int) -> None:
    """Rows and batches of an announcement as it leaves, all in one transaction."""
    now = clock.now()
    numbers = func.generate_series(0, messages - 1).table_valued(column("number", Integer())).render_derived(name="numbers")
    number = numbers.c.number
    phone = literal("+849") + func.lpad(cast(number, String), 8, "0")
    with transaction() as session:
        said = session.get_one(Announcement, announcement_id)
        said.status, said.sent_at = AnnouncementStatus.SENT, now
        session.flush()
        made = batches.begin(session, announcement=said, channel=Channel.SMS, rows=messages)
        batch = given(session.get_bind().dialect.name, "batches", {"place": Integer(), "id": Uuid()})
        at = literal(now, Instant())
        rows = select(
            NewIds(), at, literal(said.id), literal("sms"), literal("phone"), phone,
            literal(f"{said.id}:sms:") + cast(number, String), literal("queued"), literal(0), literal(500), at,
            batch.c.id,
        ).join_from(numbers, batch, batch.c.place == number // batches.SIZE)  # fmt: skip
        names = [
            "id", "created_at", "announcement_id", "channel", "recipient_kind", "recipient_id", "idempotency_key", "status",
            "attempts", "cost", "updated_at", "batch_id",
        ]  # fmt: skip
        session.execute(insert(_LEDGER).from_select(names, rows, include_defaults=False), {"batches": as_json(enumerate(made))})


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES)))
