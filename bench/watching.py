"""A process as a small ward runs it: it answers phones and visits targets, when told to by a line on its input.

    python -m bench.watching PORT PORTALS-PORT CERTIFICATE

Prints one JSON object for each pass: targets and seconds.
"""

import json
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import uvicorn

from adapters.link_visitor import HttpLinkVisitor
from core import clock, process
from jobs import watching
from services import ports
from services.ports import Ports
from web.public import app


async def at_home(_host: str, _port: int) -> Sequence[str]:
    """Every name is at this machine."""
    return ["127.0.0.1"]


def passes() -> None:
    """One a line."""
    for _line in sys.stdin:
        began = time.perf_counter()
        targets = watching.visit_all(since=clock.now())
        print(json.dumps({"targets": targets, "seconds": time.perf_counter() - began}), flush=True)


def main(port: int, portals: int, authorities: str) -> None:
    """Serve until the end."""
    nothing: Any = None
    visits = HttpLinkVisitor(
        resolve=at_home, may_connect=lambda _address: True, ports=frozenset((portals,)), authorities=authorities
    )  # fmt: skip
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=nothing, tables=nothing, visits=visits))
    process.take_short_turns()
    threading.Thread(target=passes, daemon=True).start()
    uvicorn.run(app, port=port, access_log=False, log_level="error")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
