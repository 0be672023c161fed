"""crowd: 150 signed-in sessions rerunning a real screen every five seconds in one process, against one session alone."""

import asyncio
import time
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench.servers import Server, house

SESSIONS, EVERY_SECONDS, ROUNDS = 150, 5.0, 6
SCREEN = "groups"


def signed_in(server: Server, *, patience: float = 10.0) -> connect:
    """A session of somebody who has signed in, opened within so many seconds."""
    name, value = server.cookie or ("", "")
    return connect(
        f"ws://{urlsplit(server.url).netloc}/_stcore/stream", additional_headers={"Cookie": f"{name}={value}"},
        origin=server.url, max_size=None, open_timeout=patience,  # type: ignore[arg-type]
    )  # fmt: skip


async def rerun(socket: ClientConnection, screen: str) -> tuple[float, list[str]]:
    """Ask for a run of a screen's script and wait until it has finished; milliseconds, and the kinds of what broke in it."""
    asked = BackMsg()
    asked.rerun_script.page_name = screen
    asked.rerun_script.context_info.url = f"http://localhost/{screen}"
    broken = []
    start = time.perf_counter()
    await socket.send(asked.SerializeToString())
    async for raw in socket:
        told = ForwardMsg()
        told.ParseFromString(raw if isinstance(raw, bytes) else raw.encode())
        kind = told.WhichOneof("type")
        if kind == "delta" and told.delta.new_element.WhichOneof("type") == "exception":
            broken.append(told.delta.new_element.exception.type)
        if kind == "script_finished":
            break
    return (time.perf_counter() - start) * 1000, broken


async def session(server: Server, *, wait: float, rounds: int) -> list[float]:
    """One person: opens the screen, then reruns it at a steady beat."""
    await asyncio.sleep(wait)
    async with signed_in(server) as socket:
        await rerun(socket, SCREEN)
        beat = time.perf_counter()
        took = []
        for _ in range(rounds):
            beat += EVERY_SECONDS
            await asyncio.sleep(max(0.0, beat - time.perf_counter()))
            took.append((await rerun(socket, SCREEN))[0])
        return took


async def both(server: Server) -> tuple[list[float], list[float]]:
    """One alone, then the crowd, spread over one beat."""
    alone = await session(server, wait=0, rounds=ROUNDS)
    waits = [EVERY_SECONDS * n / SESSIONS for n in range(SESSIONS)]
    crowd = await asyncio.gather(*[session(server, wait=wait, rounds=ROUNDS) for wait in waits])
    return alone, [took for person in crowd for took in person]


def run() -> dict[str, Any]:
    """Median of the crowd against the median of one alone."""
    with house(households=3_000) as server:
        alone, crowd = asyncio.run(both(server))
    ours, baseline = median(crowd), median(alone)
    return {
        "name": "crowd", "ours": round(ours, 1), "baseline": round(baseline, 1), "ratio": round(ours / baseline, 2), "unit": "ms",
        "n": len(crowd), "p95": round(sorted(crowd)[int(len(crowd) * 0.95)], 1), "sessions": SESSIONS,
    }  # fmt: skip
