"""Loaded by any Python that starts with this folder on its path: no connection leaves this machine, and each try is written down.

`CAUNOI_TEST_OUTSIDE` names the file. The end-to-end tests start the product so (docs/security.md, S55).
"""

import asyncio
import ipaddress
import os
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

NOTED = os.environ.get("CAUNOI_TEST_OUTSIDE", "")
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]  # of a developer's tool: see tests/conftest.py


def is_here(host: object) -> bool:
    """Whether an address is this machine's own."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "localhost")
    if name in ("localhost", "") or name.endswith(".localhost") or name == socket.gethostname():
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse(what: str, host: object) -> None:
    """Write a try down, with the way to it, and let it fail as a machine without a network would."""
    if is_here(host):
        return
    with Path(NOTED).open("a", encoding="utf-8") as file:
        file.write(f"{what} {host!r}\n{''.join(traceback.format_stack(limit=12))}\n")
    raise OSError(f"tests let nothing out: {what} {host!r}")


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """What Python's own sockets do; those of files on this machine have no address of the kind."""
    if event == "socket.getaddrinfo":
        refuse(event, arguments[0])
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg") and isinstance(arguments[1], tuple):
        refuse(event, arguments[1][0])


def watch_uvloop() -> None:
    """Its connections are made without Python's."""
    import uvloop  # noqa: PLC0415 (where it is not asked for it is not loaded)

    def guarded(name: str) -> None:
        plain = getattr(uvloop.Loop, name)

        def call(loop: asyncio.AbstractEventLoop, first: Any, host: Any = None, *rest: Any, **named: Any) -> Any:
            if name == "getaddrinfo":
                refuse(f"uvloop.{name}", first)
            elif host is not None:
                refuse(f"uvloop.{name}", host)
            return plain(loop, first, host, *rest, **named)

        setattr(uvloop.Loop, name, call)

    guarded("create_connection")
    guarded("getaddrinfo")


if NOTED:
    sys.addaudithook(watch)
    watch_uvloop()
