"""The life of a printed code: made for a procedure, scanned, its target dead, told on Today, moved, scanned again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core import clock as time
from core.db import transaction
from jobs import watching
from models import ScanHour, ShortLink, Unit
from services import link_making, link_moves, links, ports, today
from services.access import Actor
from services.ports import LinkVisit, Ports
from tests.factories import make_actor, make_procedure, make_unit
from tests.fakes import FakeEngine, FakeVisitor, Nothing
from web.public import app
from web.scan_recorder import recorder

PHONE = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 Chrome/121.0.0.0 Mobile Safari/537.36"
PORTAL, MOVED = "https://dichvucong.gov.vn/khai-sinh", "https://dichvucong.gov.vn/khai-sinh-moi"


@pytest.fixture
def phone(engine: Engine) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://ward.test", follow_redirects=False, headers={"user-agent": PHONE}) as client:
        yield client


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def clerk(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


def visited(promises: FakeEngine, *found: LinkVisit) -> None:
    """A day's watch over all codes."""
    nothing: Any = Nothing()
    visits = FakeVisitor(*found)
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, visits=visits))
    watching.visit_all(since=time.now())


def counted(session: Session, link: ShortLink) -> int:
    recorder().flush()
    session.rollback()
    scans = session.exec(select(ScanHour.scans).where(ScanHour.link_id == link.id)).all()
    session.rollback()
    return sum(scans)


def test_a_code_on_a_wall_outlives_its_target(
    phone: TestClient, session: Session, ward: Unit, clerk: Actor, promises: FakeEngine, clock: Traveller
) -> None:
    home = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu")
    one = make_procedure(session, unit=ward, code="1.001193", name="Đăng ký khai sinh", documents="Giấy chứng sinh")
    session.rollback()
    with transaction() as own:
        [link] = link_making.for_each(own, actor=clerk, unit_ids=[home.id], procedure_ids=[one.id], batch="Đợt 1").made
    printed = links.public_url(link).removeprefix("http://ward.test")

    scanned = phone.get(printed)
    page = phone.get(scanned.headers["location"])

    assert (scanned.status_code, page.status_code) == (302, 200)
    assert "Giấy chứng sinh" in page.text
    assert counted(session, link) == 1

    with transaction() as own:
        link_moves.retarget(own, actor=clerk, link_id=link.id, target_url=PORTAL)
    assert phone.get(printed).headers["location"] == PORTAL

    visited(promises, LinkVisit(PORTAL, "status", 404, replaced_by=MOVED))
    [warned] = today.of(session, actor=clerk).broken_links
    heir, slug = warned.replaced_by, warned.slug
    session.rollback()
    dead = phone.get(printed)

    assert (slug, heir) == (link.slug, MOVED)
    assert (dead.status_code, "location" in dead.headers) == (410, False)
    assert 'href="tel:+842093000000"' in dead.text

    with transaction() as own:
        link_moves.retarget(own, actor=clerk, link_id=link.id, target_url=heir or "")
    clock.shift(timedelta(days=1))
    visited(promises)

    assert phone.get(printed).headers["location"] == MOVED
    assert counted(session, link) == 4
    assert today.of(session, actor=clerk).broken_links == []
