"""What webhooks are measured against: a bare Starlette route that verifies the same signature and appends the body to a file.

The file is synced once for all that wait, and each caller is answered when its body is on the disk; nothing is read or looked up.
"""

import asyncio
import hashlib
import hmac
import json
import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bench.webhook import APP, SECRET

_file = os.open(Path(os.environ["CAUNOI_DATA_DIR"]) / "events", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
_waiting: list[tuple[bytes, "asyncio.Future[None]"]] = []
_tasks: list["asyncio.Task[None]"] = []


def _append(bodies: list[bytes]) -> None:
    os.write(_file, b"\n".join(bodies) + b"\n")
    os.fsync(_file)


async def _store() -> None:
    while _waiting:
        batch = _waiting[:]
        _waiting.clear()
        await run_in_threadpool(_append, [body for body, _ in batch])
        for _, kept in batch:
            kept.set_result(None)


async def zalo(request: Request) -> Response:
    """Verify, append, answer."""
    body = await request.body()
    stamp = str(json.loads(body)["timestamp"])
    signed = hashlib.sha256(APP.encode() + body + f"{stamp}{SECRET}".encode()).hexdigest()
    if not hmac.compare_digest(request.headers.get("x-zevent-signature", ""), f"mac={signed}"):
        return PlainTextResponse("Forbidden", 403)
    kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    _waiting.append((body, kept))
    if not _tasks or _tasks[0].done():
        _tasks[:] = [asyncio.create_task(_store())]
    await kept
    return PlainTextResponse("ok")


app = Starlette(routes=[Route("/webhooks/zalo", zalo, methods=["POST"])])
