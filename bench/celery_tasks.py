"""`celery`: the same 20,000 messages as a task a message on Celery with Redis, and as ours; 5 ms provider.

Skipped with a word where `redis-server` is not on the path or Celery is not installed: neither is needed by the house.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench import fanout
from bench.apart import ROOT
from bench.provider import Provider, provider
from bench.servers import free_port
from bench.workers import wait_for

MESSAGES, DELAY, PROCESSES = 20_000, 0.005, 2
PATIENCE = 900.0  # seconds


def run(messages: int = MESSAGES) -> dict[str, Any]:
    """Messages a second of both, and how many times faster ours is."""
    if shutil.which("redis-server") is None:
        return {"name": "celery", "skipped": "redis-server is not on the path"}
    if importlib.util.find_spec("celery") is None or importlib.util.find_spec("redis") is None:
        return {"name": "celery", "skipped": "Celery with Redis is not installed (pip install 'celery[redis]')"}
    with provider(delay_seconds=DELAY) as asked:
        theirs = _theirs(asked, messages)
        ours = fanout.ours(asked, messages)
    return {
        "name": "celery", "ours": round(ours), "baseline": round(theirs), "ratio": round(ours / theirs, 2),
        "unit": "messages/s", "n": messages,
    }  # fmt: skip


def _theirs(asked: Provider, messages: int) -> float:
    with _redis() as url:
        env = os.environ | {"CELERY_BROKER": url, "CELERY_TO": asked.urls["CAUNOI_SMS_BASE_URL"] + fanout.SEND}
        worker = [sys.executable, "-m", "celery", "-A", "bench.celery_side", "worker", "--pool", "prefork"]
        command = [*worker, "--concurrency", str(PROCESSES), "--loglevel", "ERROR"]
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL) as process:
            try:
                time.sleep(5)
                before = asked.counts()["accepted"]
                began = time.perf_counter()
                subprocess.run([sys.executable, "-m", "bench.celery_side", str(messages)], cwd=ROOT, env=env, check=True)
                wait_for(lambda: asked.counts()["accepted"] >= before + messages, seconds=PATIENCE)
                return messages / (time.perf_counter() - began)
            finally:
                process.terminate()


@contextmanager
def _redis() -> Iterator[str]:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", str(port), "--dir", folder, "--save", "", "--appendonly", "no"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                time.sleep(1)
                yield f"redis://127.0.0.1:{port}/0"
            finally:
                process.terminate()


if __name__ == "__main__":
    print(json.dumps(run()))
