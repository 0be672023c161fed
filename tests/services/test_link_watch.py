"""The watch over printed codes: who is due, what is kept, when people are no longer sent to a dead page."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session
from time_machine import Traveller

from core import clock as time
from jobs import watching
from models import LinkTrouble, Purpose, ShortLink, Unit
from services import link_moves, link_watch, links, ports, today
from services.access import Actor
from services.links import LinkState
from services.ports import LinkVisit, Ports
from tests.factories import make_link, make_unit
from tests.fakes import FakeEngine, FakeVisitor, Nothing

OLD, OTHER = "https://dichvucong.gov.vn/old", "https://dichvucong.gov.vn/other"


def hung(session: Session, ward: Unit, **fields: Any) -> ShortLink:
    return make_link(session, unit_id=ward.id, **{"target_url": OLD, **fields})


def due(session: Session) -> list[str]:
    return link_watch.due(session, since=link_watch.start(time.now()))


def visited(session: Session, **found: Any) -> None:
    link_watch.write(session, visits=[LinkVisit(OLD, **found)])
    session.flush()
    session.expire_all()


def test_each_target_is_due_once_a_day_whatever_many_codes_lead_there(session: Session, ward: Unit, clock: Traveller) -> None:
    for _ in range(3):
        hung(session, ward)
    hung(session, ward, target_url=OTHER)

    first = due(session)
    link_watch.write(session, visits=[LinkVisit(url, status=200) for url in first])
    later = due(session)
    clock.shift(timedelta(hours=21))

    assert (first, later) == ([OLD, OTHER], [])
    assert due(session) == [OLD, OTHER]


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"expires_at": time.now() - timedelta(days=900)}, {"target_url": "/p/1.004194"},
               {"purpose": Purpose.ASK, "target_url": None}]
)  # fmt: skip
def test_what_leads_nowhere_or_to_ourselves_is_not_visited(session: Session, ward: Unit, fields: dict[str, Any]) -> None:
    hung(session, ward, **fields)

    assert due(session) == []


def test_what_was_found_is_kept_at_every_code_that_leads_there(session: Session, ward: Unit) -> None:
    codes = [hung(session, ward), hung(session, ward), hung(session, ward, target_url=OTHER)]

    visited(session, trouble="status", status=503, certificate_ends_on=date(2027, 1, 1))

    assert [(one.trouble, one.last_status, one.failed_visits) for one in codes] == [
        (LinkTrouble.STATUS, 503, 1), (LinkTrouble.STATUS, 503, 1), (None, None, 0),
    ]  # fmt: skip
    assert codes[0].certificate_ends_on == date(2027, 1, 1)
    assert links.state_of(codes[0], time.now()) is LinkState.BROKEN


def test_one_bad_night_sends_nobody_away_two_do_and_one_good_visit_ends_it(
    session: Session, ward: Unit, clock: Traveller
) -> None:
    code = hung(session, ward)
    kinds = []
    for found in ({"trouble": "no_answer"}, {"trouble": "no_answer"}, {"status": 200}):
        visited(session, **found)
        seen = links.resolve(session, slug=code.slug)
        assert seen is not None
        kinds.append(seen.kind)
        clock.shift(timedelta(days=1))

    assert kinds == ["live", "dead", "live"]


def test_two_visits_within_the_hour_count_as_one(session: Session, ward: Unit, clock: Traveller) -> None:
    code = hung(session, ward)
    for _ in range(3):
        visited(session, trouble="no_answer")
        clock.shift(60)

    assert code.failed_visits == 1


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_says_itself_that_it_is_gone_is_believed_at_once(session: Session, ward: Unit, status: int) -> None:
    code = hung(session, ward)

    visited(session, trouble="status", status=status)

    seen = links.resolve(session, slug=code.slug)
    assert seen is not None
    assert (seen.kind, seen.url) == ("dead", OLD)


def test_a_moved_code_is_no_longer_what_the_other_page_was(session: Session, ward: Unit, writer: Actor) -> None:
    code = hung(session, ward)
    visited(session, trouble="status", status=404, leads_on_to=OTHER, certificate_ends_on=date(2026, 12, 1))

    link_moves.retarget(session, actor=writer, link_id=code.id, target_url=OTHER)

    assert (code.trouble, code.last_status, code.failed_visits, code.leads_on_to) == (None, None, 0, None)
    seen = links.resolve(session, slug=code.slug)
    assert seen is not None
    assert seen.kind == "live"


def test_what_the_site_names_as_its_heir_is_offered_only_if_it_may_be_linked_to(session: Session, ward: Unit) -> None:
    code = hung(session, ward)

    visited(
        session, status=200, replaced_by="https://dichvucong.gov.vn.evil.com/", leads_on_to="https://dichvucong.gov.vn.evil.com/"
    )
    evil = code.replaced_by
    visited(session, status=200, replaced_by=OTHER, leads_on_to=OTHER)

    assert (evil, code.replaced_by) == (None, OTHER)


def test_the_list_of_troubles_has_ends_of_certificates_and_moves_for_good(
    session: Session, ward: Unit, writer: Actor, clock: Traveller
) -> None:
    soon = hung(session, ward, certificate_ends_on=date(2026, 12, 1), scans=5)
    hung(session, ward, certificate_ends_on=date(2027, 12, 1))
    moved = hung(session, ward, replaced_by=OTHER, scans=9)
    hung(session, make_unit(session), trouble=LinkTrouble.STATUS)

    [page] = link_watch.troubles(links.listing(session, actor=writer))
    assert [link.id for link in page.links] == [moved.id, soon.id]


def test_troubles_are_told_by_page_the_dead_first(session: Session, ward: Unit, writer: Actor, clock: Traveller) -> None:
    moved = hung(session, ward, replaced_by=OTHER, scans=9)
    dead = [hung(session, ward, target_url="https://zalo.me/x", trouble=LinkTrouble.EMPTY) for _ in range(2)]
    hung(session, ward, trouble=LinkTrouble.EMPTY, is_active=False)
    hung(session, ward, trouble=LinkTrouble.EMPTY, expires_at=time.now())
    session.commit()

    found = link_watch.troubles(links.listing(session, actor=writer))
    seen = today.of(session, actor=writer)

    assert [(one.url, len(one.links), one.trouble, one.replaced_by) for one in found] == [
        ("https://zalo.me/x", 2, LinkTrouble.EMPTY, ""), (moved.target_url, 1, None, OTHER),
    ]  # fmt: skip
    assert ({one.id for one in seen.broken_links}, seen.links_soon) == ({one.id for one in dead}, 1)


def test_a_pass_visits_all_that_is_due_and_today_warns(session: Session, ward: Unit, writer: Actor, promises: FakeEngine) -> None:
    code = hung(session, ward, title="Khai sinh")
    hung(session, ward, target_url=OTHER)
    session.commit()
    nothing: Any = Nothing()
    visits = FakeVisitor(LinkVisit(OLD, "empty", 200))
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, visits=visits))

    done = watching.visit_all(since=time.now())
    session.expire_all()

    assert done == 2
    assert sorted(visits.visited) == [OLD, OTHER]
    assert [one.id for one in today.of(session, actor=writer).broken_links] == [code.id]


def test_a_house_that_may_ask_nobody_ends_its_pass(session: Session, ward: Unit) -> None:
    hung(session, ward)
    session.commit()

    assert watching.visit_all(since=time.now()) == 0
