"""How long a request may take to come in, and how large its head may be: whoever sends a letter a minute holds no connection.

For the server, beneath every route: `uvicorn … --http web.patience:Patient`. Behind a proxy that waits for whole requests it
never has to act.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 20.0  # from the first to the last letter of its head, and before the first one
BODY_SECONDS = 300.0  # three photos by a slow line
LARGEST_HEAD = 64 * 1024
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Patient(HttpToolsProtocol):
    """Uvicorn's own, whose patience ends."""

    _timer: asyncio.TimerHandle | None = None
    _head: int | None = 0  # bytes of the head that have come; None once it is whole

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there, and may begin to ask."""
        super().connection_made(transport)
        self._wait(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Some of a request."""
        if self._head is not None:
            self._head += len(data)
            if self._head > LARGEST_HEAD + len(data):  # what came before this piece was too much, and still no end
                self.transport.write(_TOO_LARGE)
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """The first letter of a request."""
        super().on_message_begin()
        self._head = 0
        self._wait(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """The body comes next."""
        self._head = None
        self._wait(BODY_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is there: from now on it is our time that is taken."""
        self._stop()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """A screen stays."""
        self._stop()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """They are gone."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        self._stop()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.transport.abort)

    def _stop(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = None
