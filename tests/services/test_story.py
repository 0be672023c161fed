"""The story of an announcement: plan, what happened, how fast, who was missed."""

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from bench import ward_life
from bench.ward_life import Life, Ward
from core import clock
from core.errors import NotFound
from models import Announcement, Channel, Delivery, Forecast, How, PlannedPath, Reach, Relay
from services import known_openings, story
from services.access import TERMINAL
from tests.factories import NOON, make_actor, make_unit


@pytest.fixture
def ward(session: Session) -> Ward:
    with time_machine.travel(NOON, tick=False):
        return ward_life.settle(session, seed=1, groups=4, households=15)


@pytest.fixture
def over(session: Session, ward: Ward) -> Announcement:
    """An announcement whose deadline has passed; one group of four never posted."""
    with time_machine.travel(NOON, tick=False):
        made = ward_life.announce(session, ward)
    ward_life.written_down(session, Life(ward, made, seed=3))
    session.commit()
    return made


def test_it_says_who_was_missed_where_and_how_fast(session: Session, over: Announcement) -> None:
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        told = story.of(session, actor=TERMINAL, announcement_id=over.id)

    assert told.is_over
    assert told.missing == told.board.households - told.board.known > 0
    assert sum(one.missing for one in told.missed) == told.missing
    assert [one.missing for one in told.missed] == sorted((one.missing for one in told.missed), reverse=True)
    assert told.board.time_to_half is None or told.board.time_to_half > timedelta(0)
    assert told.median_minutes is not None
    assert (told.cost, told.expected) == (0, None)


def test_before_the_deadline_it_is_not_over(session: Session, over: Announcement) -> None:
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert not story.of(session, actor=TERMINAL, announcement_id=over.id).is_over


def test_paths_are_laid_beside_what_came_of_them(session: Session, over: Announcement, ward: Ward) -> None:
    inside = sum(place.inside for place in ward.places)
    outside = {id_ for place in ward.places for id_ in place.outside}
    knocked = session.exec(select(Reach).where(Reach.announcement_id == over.id, Reach.how == How.DOOR)).all()

    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        told = story.of(session, actor=TERMINAL, announcement_id=over.id)

    found = {one.label: (one.planned, one.told) for one in told.paths}
    assert found["Gõ cửa"] == (len(outside), len(knocked))
    assert found["Nhóm của tổ, thôn"] == (inside, sum(row.known for row in told.board.rows))


def test_who_is_told_at_the_door_though_in_a_chat_is_missed_nowhere(session: Session, over: Announcement) -> None:
    in_chat = session.exec(
        select(PlannedPath).where(PlannedPath.announcement_id == over.id, PlannedPath.path == Channel.RELAY)
    ).all()
    told_by_name = set(session.exec(select(Reach.household_id).where(Reach.announcement_id == over.id)))
    home_id = next(one.household_id for one in in_chat if one.household_id not in told_by_name)

    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        before = story.of(session, actor=TERMINAL, announcement_id=over.id)
        known_openings.tell_at_door(session, announcement_id=over.id, household_id=home_id, at=clock.now(), by=None)
        told = story.of(session, actor=TERMINAL, announcement_id=over.id)

    outside = [[one for one in seen.missed if one.label == "Hộ ngoài nhóm"] for seen in (before, told)]
    assert told.missing == before.missing - 1
    assert outside[0] == outside[1] != []
    assert sum(one.missing for one in told.missed) == told.missing


def test_what_left_before_paths_were_kept_tells_its_plan_only(session: Session, over: Announcement) -> None:
    for row in session.exec(select(PlannedPath).where(PlannedPath.announcement_id == over.id)):
        session.delete(row)
    session.commit()

    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        told = story.of(session, actor=TERMINAL, announcement_id=over.id)

    by_label = {one.label: one for one in told.paths}
    assert by_label["Gõ cửa"].told is None
    assert by_label["Gõ cửa"].planned + by_label["Nhóm của tổ, thôn"].planned == over.households


def test_it_counts_what_was_paid_and_how_the_first_forecast_did(session: Session, over: Announcement) -> None:
    relay = session.exec(select(Relay).where(Relay.announcement_id == over.id)).first()
    assert relay is not None
    paid = session.get_one(Delivery, relay.delivery_id)
    paid.cost, paid.sent_at = 500, clock.now()
    for hour, low in ((1, 10), (2, 20)):
        session.add(
            Forecast(
                announcement_id=over.id, made_at=NOON + timedelta(hours=hour), for_at=NOON, low=low, middle=30, high=40, came=33
            )
        )
    session.commit()

    told = story.of(session, actor=TERMINAL, announcement_id=over.id)

    assert (told.cost, told.expected) == (500, (10, 40, 33))


def test_it_is_told_to_those_who_see_the_ward(session: Session, over: Announcement) -> None:
    stranger = make_actor(session, unit=make_unit(session))

    with pytest.raises(NotFound):
        story.of(session, actor=stranger, announcement_id=over.id)
