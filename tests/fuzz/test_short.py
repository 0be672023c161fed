"""The short form of `make fuzz`: every route a few times, what opens them known; none breaks."""

import asyncio

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from tests.fuzz.making import Maker
from tests.fuzz.story import ALL, fuzz
from tests.fuzz.ward import Ward, settle

REQUESTS = 400


@pytest.mark.usefixtures("documents")
def test_no_request_by_chance_breaks_a_route(engine: Engine, session: Session) -> None:
    ward = settle(session)
    session.commit()

    told = asyncio.run(fuzz(ward, seed=1, requests=REQUESTS))

    assert not told.broken, "\n".join(map(str, told.broken[0]))
    assert sum(told.statuses.values()) == REQUESTS
    assert {name for name, n in told.well.items() if n} >= {"a", "api", "ask", "d", "h", "p", "r", "visit", "ward", "webhooks"}


def test_every_route_of_the_table_is_asked_and_by_each_of_its_methods() -> None:
    maker = Maker(Ward(cookies=["a=b"]), ALL, seed=2)
    maker.ward.values["/webhooks"].append("x")

    asked = [maker.next() for _ in range(len(ALL) * 12)]

    first = {one.target.decode("latin-1").partition("?")[0].split("/")[1] for one in asked}
    assert first >= {route.path.split("/")[1] for route in ALL}
    assert {one.method for one in asked} >= {"GET", "POST", "HEAD", "PUT", "DELETE"}
