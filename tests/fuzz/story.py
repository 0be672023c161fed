"""So many requests after one another to all routes together, and what broke."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.fuzz.asking import Answer, Asked, ask
from tests.fuzz.making import Maker
from tests.fuzz.ward import Ward
from tests.security.test_routes import flat
from web.errors import exception_handlers
from web.front import FrontDoor
from web.headers import SecurityHeaders
from web.metrics import Measured
from web.routes import routes
from web.unknown import Unknown

# As app.py puts them together, without Streamlit's screens; `make fuzz` asks app.py itself.
APP = FrontDoor(
    Starlette(
        routes=routes,
        middleware=[Middleware(Measured), Middleware(SecurityHeaders), Middleware(Unknown, screens=(), routes=routes)],
        exception_handlers=exception_handlers,
    )
)
ALL = list(flat(routes))  # from the application's own table: a new one is asked without being named here


@dataclass
class Told:
    """What came of it: how many answers of each status, which routes answered well, what broke."""

    statuses: Counter[int] = field(default_factory=Counter)
    well: Counter[str] = field(default_factory=Counter)  # by the beginning of the path, answers below 400
    broken: list[tuple[int, Asked, Answer]] = field(default_factory=list)
    slowest: tuple[float, int, str] = (0.0, 0, "")  # seconds, which request, how it began


async def fuzz(
    ward: Ward, *, seed: int, requests: int, most_broken: int = 1, why: Callable[[], str] = str, app: ASGIApp = APP,
    known: list[Route] = ALL,
) -> Told:  # fmt: skip
    """Ask until so many were asked or so many broke. `readyz` says 503 where it is not ready: that is its answer."""
    maker, told = Maker(ward, known, seed), Told()
    for n in range(requests):
        asked = maker.next()
        began = time.monotonic()
        answer = await ask(app, asked)
        said = f"{asked.method} {asked.target[:60].decode('latin-1')}, {len(asked.body)} bytes"
        told.slowest = max(told.slowest, (round(time.monotonic() - began, 2), n, said))
        told.statuses[answer.status] += 1
        begun = asked.target.split(b"?")[0].split(b"/")[1].decode("latin-1")
        if answer.status < 400:
            told.well[begun] += 1
        if answer.status >= 500 and begun != "readyz":
            answer.why = answer.why or why()
            told.broken.append((n, asked, answer))
            if len(told.broken) >= most_broken:
                break
        maker.saw(asked, answer)
    return told
