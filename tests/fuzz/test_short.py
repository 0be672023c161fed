"""The short form of `make fuzz`: every route a few times, what opens them known; none breaks."""

import asyncio

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.routing import Route

from tests.fuzz.asking import Asked, ask
from tests.fuzz.making import BLANK, Maker
from tests.fuzz.story import ALL, APP, fuzz
from tests.fuzz.ward import Ward, settle
from tests.security.test_whole_or_nothing import kept

REQUESTS = 400
# Of somebody who is at once a signed-in admin, a leader and a resident, on a page of another site.
ELSEWHERE = [(b"host", b"ward.test"), (b"origin", b"https://evil.test"), (b"content-type", b"application/x-www-form-urlencoded")]
BODY = b"do=answer&people=2&result=told&text=a&phone=0912345678&name=a&last_four=5678&next=/"


@pytest.mark.usefixtures("documents")
def test_no_press_from_another_site_is_taken_and_no_request_by_chance_breaks_a_route(engine: Engine, session: Session) -> None:
    ward = settle(session)
    session.commit()
    before = kept(engine)

    pressed = asyncio.run(from_elsewhere(ward))

    assert set(pressed.values()) <= {403, 404, 405}, pressed
    refused = {path.split("/")[1] for path, status in pressed.items() if status == 403}
    assert refused >= {"a", "ask", "check-in", "d", "door", "h", "j", "r", "second-step", "sign-out", "stop", "tick", "visit"}, (
        pressed
    )
    assert kept(engine) == before

    told = asyncio.run(fuzz(ward, seed=1, requests=REQUESTS))

    assert not told.broken, "\n".join(map(str, told.broken[0]))
    assert sum(told.statuses.values()) == REQUESTS
    assert {name for name, n in told.well.items() if n} >= {"a", "api", "ask", "d", "h", "p", "r", "visit", "ward", "webhooks"}


async def from_elsewhere(ward: Ward) -> dict[str, int]:
    """The status of a press at every route but those for programs, opened by what opens it, with every cookie there is."""
    heads = [*ELSEWHERE, (b"cookie", "; ".join(ward.cookies).encode()), (b"content-length", str(len(BODY)).encode())]
    paths = [opened(route, ward) for route in ALL if not route.path.startswith("/webhooks/")]
    return {path: (await ask(APP, Asked("POST", path.encode(), heads, BODY))).status for path in paths}


def opened(route: Route, ward: Ward) -> str:
    """A route's address with a value that is known to open it."""
    begun = route.path.partition("{")[0].rstrip("/")
    known = ward.values.get(begun) or ward.values.get("/" + route.path.split("/")[1]) or ["7"]
    return BLANK.sub(lambda found: "1" if ":" in found[1] else known[0], route.path)


def test_every_route_of_the_table_is_asked_and_by_each_of_its_methods() -> None:
    maker = Maker(Ward(cookies=["a=b"]), ALL, seed=2)
    maker.ward.values["/webhooks"].append("x")

    asked = [maker.next() for _ in range(len(ALL) * 12)]

    first = {one.target.decode("latin-1").partition("?")[0].split("/")[1] for one in asked}
    assert first >= {route.path.split("/")[1] for route in ALL}
    assert {one.method for one in asked} >= {"GET", "POST", "HEAD", "PUT", "DELETE"}
