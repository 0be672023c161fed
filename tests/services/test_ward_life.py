"""The simulated ward: what happens through services and web routes is what is written down in one go."""

from collections.abc import Callable
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient

from bench import ward_life
from bench.ward_life import ByServices, Life, Phones
from core import clock as house_clock
from models import Announcement, ReachCount
from services import door_lists, reach
from services.access import TERMINAL
from tests.factories import NOON
from tests.web.day import phone
from web.scan_recorder import recorder


class ByTheWeb:
    """Leaders' and residents' phones as browsers: they open the page and press its button."""

    def __init__(self) -> None:
        self._phones: dict[str, TestClient] = {}

    def post(self, token: str) -> None:
        leader = phone()
        assert leader.get(f"/r/{token}").status_code == 200
        assert leader.post(f"/r/{token}", data={"do": "posted"}).status_code == 303

    def open(self, slug: str, link_id: UUID, phone_: str) -> None:
        self._phones[phone_] = phone()
        assert self._phones[phone_].get(f"/a/{slug}").status_code == 200
        recorder().flush()

    def answer(self, slug: str, phone_: str) -> None:
        assert self._phones[phone_].post(f"/a/{slug}", data={"do": "answer"}).status_code == 303

    def knock(self, token: str, number: int, key: str) -> None:
        leader, now = phone(), round(house_clock.now().timestamp() * 1000)
        assert leader.get(f"/door/{token}").status_code == 200
        said = leader.post(f"/door/{token}", data={"knocks": f"{key}.{number}.told.{now}"})
        assert said.json()["kept"] == [key]


def counters(session: Session, announcement: Announcement) -> set[tuple[object, ...]]:
    rows = session.exec(select(ReachCount).where(ReachCount.announcement_id == announcement.id))
    return {(row.group_id, row.at, row.opens, row.known) for row in rows}


@pytest.mark.parametrize("way", [ByServices, ByTheWeb])
def test_a_life_through_services_or_routes_leaves_what_is_written_down(
    session: Session, engine: Engine, way: Callable[[], Phones]
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        ward = ward_life.settle(session, seed=5, groups=3, households=9)
        lived, written = (ward_life.announce(session, ward) for _ in range(2))
        session.commit()
        life = Life(ward, lived, seed=1)
        done = ward_life.happen(life, [way()], traveller.move_to)
        ward_life.written_down(session, Life(ward, written, seed=1))
        session.commit()
        boards = [reach.board(session, actor=TERMINAL, announcement_id=one.id) for one in (lived, written)]
        doors = [one.told for one in door_lists.of_announcement(session, actor=TERMINAL, announcement_id=lived.id)]

    assert done == len(life.events) > 20
    assert counters(session, lived) == counters(session, written)
    first, second = ((seen.known, seen.opens, seen.posted, seen.known_elsewhere) for seen in boards)
    assert first == second
    assert first[0] == life.reached_by(life.end) > 5
    assert sum(doors) == sum(event.what == "knock" for event in life.events) > 0


def test_one_seed_is_one_life(session: Session) -> None:
    with time_machine.travel(NOON, tick=False):
        ward = ward_life.settle(session, seed=5, groups=3, households=9)
        made = ward_life.announce(session, ward)

        same, other = Life(ward, made, seed=1).events, Life(ward, made, seed=2).events

    assert Life(ward, made, seed=1).events == same
    assert [event.at for event in same] != [event.at for event in other]
