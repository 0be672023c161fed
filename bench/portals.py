"""Portals to be visited: one process behind thousands of names, with pages that stand, are slow, or are gone.

    python -m bench.portals FOLDER SLOW-SECONDS

Prints its port. `GET /most` tells the most connections that were open at once, and how many requests came.
"""

import asyncio
import sys
from pathlib import Path

from tests.provider.certificate import certificate

NAMES = "*.bench.example"
PAGE = b"<html><head><title>Thu tuc</title></head><body>" + b"Nop ho so truc tuyen. " * 90 + b"</body></html>"
GONE = b"<html><title>404</title><body>Khong tim thay trang.</body></html>"


class Portals:
    """Counts who comes."""

    def __init__(self, slow_seconds: float) -> None:
        self.slow_seconds, self.now, self.most, self.requests = slow_seconds, 0, 0, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, for as long as it is kept."""
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            head = b""
            while b"connection: close" not in head.lower():
                head = await reader.readuntil(b"\r\n\r\n")
                await self._answer(head, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.now -= 1
            writer.close()

    async def _answer(self, head: bytes, writer: asyncio.StreamWriter) -> None:
        method, path, _rest = head.split(b" ", 2)
        body, status = PAGE, b"200 OK"
        if path == b"/most":
            body = f"{self.most} {self.requests}".encode()
        else:
            self.requests += 1
        if path.startswith(b"/slow"):
            await asyncio.sleep(self.slow_seconds)
        if path.startswith(b"/gone"):
            body, status = GONE, b"404 Not Found"
        writer.write(b"HTTP/1.1 %b\r\ncontent-type: text/html\r\ncontent-length: %d\r\n\r\n" % (status, len(body)))
        if method != b"HEAD":
            writer.write(body)
        await writer.drain()


async def main(folder: Path, slow_seconds: float) -> None:
    """Serve until the end."""
    _file, context = certificate(folder, NAMES)
    server = await asyncio.start_server(Portals(slow_seconds).serve, "127.0.0.1", 0, ssl=context, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
