"""`fanout`: 50,000 messages by SMS to a provider that answers in 5 ms, the whole way into the ledger on SQLite.

From the moment an announcement leaves (audience, rows, batches) until every outcome is written, beside a bare aiohttp loop that
sends as many and records nothing. Each side in a process of its own, in turns; the provider is a third.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import Any

from bench import crowded
from bench.apart import ROOT
from bench.provider import Provider, provider

MESSAGES, DELAY, ROUNDS = 50_000, 0.005, 5
SEND = "/MainService.svc/json/SendMultipleMessage_V4_post_json/"


def run(messages: int = MESSAGES, rounds: int = ROUNDS) -> dict[str, Any]:
    """The middle of the rounds: of each side, and of their ratios, since the machine's speed changes between rounds."""
    bare: list[float] = []
    of_ours: list[float] = []
    with provider(delay_seconds=DELAY) as asked:
        for _ in range(rounds):
            bare.append(_bare(asked, messages))
            of_ours.append(ours(asked, messages))
        counts = asked.counts()
    if counts["accepted"] != 2 * rounds * messages or counts["doubles"]:
        raise RuntimeError(f"{messages} messages {2 * rounds} times, but the provider took {counts['accepted']}")
    ratios = [one / other for one, other in zip(of_ours, bare, strict=True)]
    return {
        "name": "fanout", "ours": round(median(of_ours)), "baseline": round(median(bare)), "ratio": round(median(ratios), 3),
        "ratios": [round(one, 2) for one in ratios], "unit": "messages/s", "n": messages,
    }  # fmt: skip


def _bare(asked: Provider, messages: int) -> float:
    told = _told("bench.bare_sender", asked.urls["CAUNOI_SMS_BASE_URL"] + SEND, str(messages), env=dict(os.environ))
    return messages / float(told["seconds"])


def ours(asked: Provider, messages: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | asked.urls | {
            "CAUNOI_DATA_DIR": folder, "CAUNOI_DATABASE_URL": f"sqlite:///{folder}/caunoi.db", "CAUNOI_SECRET_KEY": "bench",
            "CAUNOI_TIMEZONE": crowded.zone_of_noon(),
        }  # fmt: skip
        told = _told("bench.fanout", str(messages), env=env)
    if told["statuses"] != {"sent": messages}:
        raise RuntimeError(f"the ledger holds {told['statuses']}")
    return messages / float(told["seconds"])


def _told(module: str, *words: str, env: dict[str, str]) -> dict[str, Any]:
    said = subprocess.run([sys.executable, "-m", module, *words], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE).stdout
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    return told


def deliver(messages: int) -> dict[str, Any]:
    """One process does all of it: seconds, and how the ledger stands."""
    from adapters import chooser
    from core import process
    from jobs import engine as durable
    from services import ports

    ports.provide(chooser.live())
    crowded.tables()
    said = crowded.announcement(crowded.ward(messages))
    durable.start()
    process.take_short_turns()  # as a server and a worker do
    process.keep_what_is_loaded()
    time.sleep(1.5)  # the engine looks for queues once a second
    began = time.perf_counter()
    crowded.start(said)
    while not crowded.is_done(said):
        time.sleep(0.1)
    seconds = time.perf_counter() - began
    durable.stop()
    return {"seconds": seconds, "statuses": crowded.statuses()}


if __name__ == "__main__":
    print(json.dumps(deliver(int(sys.argv[1]))))
