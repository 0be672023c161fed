"""A load generator that is not the bottleneck: keep-alive connections, each asks again as soon as it was answered.

    python -m bench.load PORT SECONDS CLIENTS REQUESTS-FILE

Prints one JSON object: answers, seconds, and every status line that was not the one expected.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import cast

EXPECTED = b"HTTP/1.1 302"


class Client(asyncio.Protocol):
    """One connection. Answers have no body, so an answer ends with its headers."""

    def __init__(self, requests: list[bytes], start: int, until: float) -> None:
        self.requests = cycle(requests[start:] + requests[:start])
        self.until, self.answers = until, 0
        self.others: Counter[str] = Counter()
        self.done = asyncio.get_running_loop().create_future()
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first time."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(next(self.requests))

    def data_received(self, data: bytes) -> None:
        """Count the answer, ask again."""
        if self.rest or not data.endswith(b"\r\n\r\n"):
            self.rest += data
            if not self.rest.endswith(b"\r\n\r\n"):
                return
            data, self.rest = self.rest, b""
        self.answers += 1
        if not data.startswith(EXPECTED):
            self.others[data[:12].decode("latin-1")] += 1
        if time.perf_counter() < self.until:
            self.transport.write(next(self.requests))
        else:
            self.transport.close()

    def connection_lost(self, _error: Exception | None) -> None:
        """The end, wanted or not."""
        if not self.done.done():
            self.done.set_result(None)


def _same(client: Client) -> Client:
    return client


async def load(port: int, seconds: float, clients: int, requests: list[bytes]) -> dict[str, object]:
    """Ask for so long, then wait for the last answers."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made: list[Client] = []
    for n in range(clients):
        client = Client(requests, n * len(requests) // clients, began + seconds)
        await loop.create_connection(partial(_same, client), "127.0.0.1", port)
        made.append(client)
    await asyncio.gather(*(client.done for client in made))
    others: Counter[str] = Counter()
    for client in made:
        others += client.others
    return {"answers": sum(c.answers for c in made), "seconds": time.perf_counter() - began, "others": others}


def main() -> None:
    """One run."""
    port, seconds, clients, file = sys.argv[1:]
    requests = [bytes.fromhex(line) for line in Path(file).read_text().split()]
    import uvloop

    print(json.dumps(uvloop.run(load(int(port), float(seconds), int(clients), requests))))


if __name__ == "__main__":
    main()
