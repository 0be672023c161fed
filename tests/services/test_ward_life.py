"""The simulated ward: what happens through services and web routes is what is written down in one go."""

from uuid import UUID

import time_machine
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bench import ward_life
from bench.ward_life import ByServices, Life
from models import Announcement, ReachCount
from services import reach
from services.access import TERMINAL
from tests.factories import NOON
from tests.web.day import PHONE
from web.routes import routes
from web.scan_recorder import recorder


class ByTheWeb(ByServices):
    """Residents' phones as browsers: they open the page and press its button."""

    def __init__(self) -> None:
        self._app = Starlette(routes=routes)
        self._phones: dict[str, TestClient] = {}

    def open(self, slug: str, link_id: UUID, phone: str) -> None:
        self._phones[phone] = TestClient(self._app, base_url="http://ward.test", headers={"user-agent": PHONE})
        assert self._phones[phone].get(f"/a/{slug}").status_code == 200
        recorder().flush()

    def answer(self, slug: str, phone: str) -> None:
        said = self._phones[phone].post(f"/a/{slug}", data={"do": "answer"}, headers={"origin": "http://ward.test"})
        assert said.status_code == 200


def counters(session: Session, announcement: Announcement) -> set[tuple[object, ...]]:
    rows = session.exec(select(ReachCount).where(ReachCount.announcement_id == announcement.id))
    return {(row.group_id, row.at, row.opens, row.known) for row in rows}


def test_a_life_through_services_and_routes_leaves_what_is_written_down(session: Session, engine: Engine) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        ward = ward_life.settle(session, seed=5, groups=3, households=9)
        lived, written = (ward_life.announce(session, ward) for _ in range(2))
        session.commit()
        life = Life(ward, lived, seed=1)
        done = ward_life.happen(life, [ByServices(), ByTheWeb()], traveller.move_to)
        ward_life.written_down(session, Life(ward, written, seed=1))
        session.commit()
        boards = [reach.board(session, actor=TERMINAL, announcement_id=one.id) for one in (lived, written)]

    assert done == len(life.events) > 20
    assert counters(session, lived) == counters(session, written)
    first, second = ((seen.known, seen.opens, seen.posted, seen.known_elsewhere) for seen in boards)
    assert first == second
    assert first[0] == life.reached_by(life.end) > 5


def test_one_seed_is_one_life(session: Session) -> None:
    with time_machine.travel(NOON, tick=False):
        ward = ward_life.settle(session, seed=5, groups=3, households=9)
        made = ward_life.announce(session, ward)

        same, other = Life(ward, made, seed=1).events, Life(ward, made, seed=2).events

    assert Life(ward, made, seed=1).events == same
    assert [event.at for event in same] != [event.at for event in other]
