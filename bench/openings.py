"""A load of announcement pages: keep-alive connections that ask again as soon as they were answered, or at a steady rate.

    python -m bench.openings PORT SECONDS CLIENTS RATE REQUESTS-FILE

RATE is in requests a second over all connections, 0 for as fast as it goes. Prints one JSON object: answers, seconds, and
every status line that was not the one expected.
"""

import asyncio
import json
import re
import sys
import time
from collections import Counter
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import cast

EXPECTED = b"HTTP/1.1 200"
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Reader(asyncio.Protocol):
    """One connection, which reads each answer to its end."""

    def __init__(self, requests: list[bytes], start: int, until: float, pause: float) -> None:
        self.requests = cycle(requests[start:] + requests[:start])
        self.until, self.pause, self.answers = until, pause, 0
        self.others: Counter[str] = Counter()
        self.done = asyncio.get_running_loop().create_future()
        self.rest, self.next_at = b"", time.perf_counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first time."""
        self.transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Count a whole answer, ask again."""
        self.rest += data
        head, gap, body = self.rest.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if gap else None
        if length is None or len(body) < int(length[1]):
            return
        self.rest = b""
        self.answers += 1
        if not head.startswith(EXPECTED):
            self.others[head[:12].decode("latin-1")] += 1
        self._ask()

    def _ask(self) -> None:
        now = time.perf_counter()
        if now >= self.until:
            self.transport.close()
            return
        self.next_at += self.pause
        if self.pause and self.next_at > now:
            asyncio.get_running_loop().call_later(self.next_at - now, self._send)
        else:
            self._send()

    def _send(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(next(self.requests))

    def connection_lost(self, _error: Exception | None) -> None:
        """The end, wanted or not."""
        if not self.done.done():
            self.done.set_result(None)


def _same(reader: Reader) -> Reader:
    return reader


async def load(port: int, seconds: float, clients: int, rate: float, requests: list[bytes]) -> dict[str, object]:
    """Ask for so long, then wait for the last answers."""
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made: list[Reader] = []
    for n in range(clients):
        reader = Reader(requests, n * len(requests) // clients, began + seconds, clients / rate if rate else 0.0)
        await loop.create_connection(partial(_same, reader), "127.0.0.1", port)
        made.append(reader)
    await asyncio.gather(*(reader.done for reader in made))
    others: Counter[str] = Counter()
    for reader in made:
        others += reader.others
    return {"answers": sum(one.answers for one in made), "seconds": time.perf_counter() - began, "others": others}


def main() -> None:
    """One run."""
    port, seconds, clients, rate, file = sys.argv[1:]
    requests = [bytes.fromhex(line) for line in Path(file).read_text().split()]
    import uvloop

    print(json.dumps(uvloop.run(load(int(port), float(seconds), int(clients), float(rate), requests))))


if __name__ == "__main__":
    main()
