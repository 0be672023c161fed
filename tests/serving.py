"""An application of a test's own, served from a thread: what stands in for somebody else's machine, or is asked as a whole."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp


@contextmanager
def served(app: ASGIApp, **how: Any) -> Iterator[int]:
    """Its port, for as long as the block lasts; `how` are further settings of the server."""
    listening = socket.create_server(("127.0.0.1", 0))  # whoever connects before it answers waits
    port: int = listening.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", **how))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join(20)
