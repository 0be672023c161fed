"""Forecasts: from a ward's own past, kept at moments, held against what came."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from statistics import fmean

import pytest
import time_machine
from sqlmodel import Session, select
from time_machine import Traveller

from bench import ward_life
from bench.ward_life import Life, Ward
from core import clock
from models import Announcement, AnnouncementStatus, AsksFor, Forecast, Role, Unit, Urgency
from services import forecast, past_reach, reach
from services.access import TERMINAL
from tests.databases import examples
from tests.factories import NOON, make_actor, make_unit

WARDS, HISTORY, RUNS = examples(8), 8, examples(25)
WITHIN = (6, 12, 24, 30)
LOOKS = (0.1, 0.25, 0.4, 0.6, 0.8)


@pytest.fixture
def travelled() -> Iterator[Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def live(
    session: Session, ward: Ward, *, seed: int, share: float | None = None, traveller: Traveller, **of_it: object
) -> tuple[Announcement, Life]:
    """An announcement in this ward, four days after the last, as far as a share of the time to its deadline (None: wholly)."""
    traveller.shift(timedelta(days=4, minutes=Random(seed).randint(-300, 400)))  # noqa: S311
    made = ward_life.announce(session, ward, **of_it)  # type: ignore[arg-type]
    life = Life(ward, made, seed=seed)
    until = made.must_reach_by and share is not None and clock.now() + (made.must_reach_by - clock.now()) * share
    ward_life.written_down(session, life, until=until or None)
    if until:
        traveller.move_to(until)
    return made, life


@pytest.fixture
def past(session: Session, travelled: Traveller) -> Ward:
    """A small ward that has sent six announcements, all of them long over."""
    ward = ward_life.settle(session, seed=1, groups=4, households=15)
    for seed in range(6):
        live(session, ward, seed=seed, traveller=travelled)
    return ward


@pytest.mark.once
def test_of_many_lives_at_least_four_in_five_end_within_the_interval(session: Session, travelled: Traveller) -> None:
    held, widths, misses = [], [], []
    for seed in range(WARDS):
        dice = Random(seed)  # noqa: S311
        travelled.move_to(NOON)
        ward = ward_life.settle(session, seed=seed, groups=6, households=24)
        for run in range(HISTORY + RUNS):
            share = dice.choice(LOOKS) if run >= HISTORY else None
            urgency = dice.choice((Urgency.URGENT, Urgency.NORMAL))
            within = timedelta(hours=dice.choice(WITHIN))
            made, life = live(session, ward, seed=run, share=share, traveller=travelled, urgency=urgency, within=within)
            if share is None or made.must_reach_by is None:
                continue
            said = forecast.expected(session, announcement=made)
            ward_life.written_down(session, life, since=clock.now())
            assert said is not None
            came = life.reached_by(made.must_reach_by)
            held.append(said.low <= came <= said.high)
            widths.append((said.high - said.low) / made.households)
            misses.append(abs(said.middle - came) / made.households)
        session.commit()

    assert len(held) == WARDS * RUNS
    assert sum(held) >= 0.8 * len(held)
    assert fmean(widths) < 0.25  # an interval from nothing to all would hold everything and say nothing
    assert fmean(misses) < 0.06


def test_a_forecast_never_takes_back_what_is_known_and_never_exceeds_the_audience(
    session: Session, past: Ward, travelled: Traveller
) -> None:
    for share in (0.02, 0.5, 0.97):
        made, _ = live(session, past, seed=40, share=share, traveller=travelled)

        said = forecast.expected(session, announcement=made)

        assert said is not None
        known = reach.board(session, actor=TERMINAL, announcement_id=made.id).known
        assert known == said.reached <= said.low <= said.middle <= said.high <= made.households


def test_the_nearer_the_deadline_the_narrower_the_interval(session: Session, past: Ward, travelled: Traveller) -> None:
    made, life = live(session, past, seed=40, share=0.1, traveller=travelled)
    early, looked = forecast.expected(session, announcement=made), clock.now()
    until = made.must_reach_by or NOON
    ward_life.written_down(session, life, since=looked, until=until - timedelta(hours=1))
    travelled.move_to(until - timedelta(hours=1))

    late = forecast.expected(session, announcement=made)

    assert early is not None
    assert late is not None
    assert late.high - late.low < early.high - early.low


def test_without_a_past_a_deadline_or_a_future_nothing_is_said(session: Session, travelled: Traveller) -> None:
    ward = ward_life.settle(session, seed=2, groups=2, households=6)
    made, _ = live(session, ward, seed=1, share=0.5, traveller=travelled)
    alone = forecast.expected(session, announcement=made)
    for seed in range(5):
        live(session, ward, seed=seed, traveller=travelled)
    made, _ = live(session, ward, seed=9, share=0.5, traveller=travelled)
    with_past = forecast.expected(session, announcement=made)
    without_deadline = made.model_copy(update={"must_reach_by": None})
    travelled.shift(timedelta(days=2))

    assert (alone, forecast.expected(session, announcement=without_deadline)) == (None, None)
    assert with_past is not None
    assert forecast.expected(session, announcement=made) is None


def test_one_learns_from_announcements_that_ask_alike_and_were_not_corrected(
    session: Session, past: Ward, travelled: Traveller
) -> None:
    live(session, past, seed=7, traveller=travelled, asks_for=AsksFor.ATTENDANCE)
    wrong, _ = live(session, past, seed=8, traveller=travelled)
    correction, _ = live(session, past, seed=9, traveller=travelled)
    correction.corrects_id = wrong.id
    session.add(correction)
    travelled.shift(timedelta(days=4))
    made, _ = live(session, past, seed=10, share=0.5, traveller=travelled)

    learnt = past_reach.like(session, made)

    assert len(learnt) == 7  # the six of the fixture and the correction itself
    assert wrong.id not in {one.announcement_id for one in learnt}


def test_where_nothing_is_asked_the_forecast_is_of_households_whose_phones_open(session: Session, travelled: Traveller) -> None:
    ward = ward_life.settle(session, seed=3, groups=3, households=12)
    for seed in range(5):
        live(session, ward, seed=seed, traveller=travelled, asks_for=AsksFor.NOTHING)
    made, _ = live(session, ward, seed=20, share=0.6, traveller=travelled, asks_for=AsksFor.NOTHING)

    said = forecast.expected(session, announcement=made)

    assert said is not None
    board = reach.board(session, actor=TERMINAL, announcement_id=made.id)
    assert board.by_opens <= said.reached <= board.by_opens + board.known_elsewhere
    assert said.reached > board.known


def test_one_forecast_in_ten_minutes_is_kept(session: Session, past: Ward, travelled: Traveller) -> None:
    made, _ = live(session, past, seed=40, share=0.2, traveller=travelled)

    first = forecast.keep(session, announcement_id=made.id)
    travelled.shift(timedelta(minutes=9))
    again = forecast.keep(session, announcement_id=made.id)
    travelled.shift(timedelta(minutes=1))
    later = forecast.keep(session, announcement_id=made.id)

    assert (first is None, again, later is None) == (False, None, False)
    assert forecast.latest(session, announcement_id=made.id) == later
    assert len(session.exec(select(Forecast)).all()) == 2


def test_the_sweep_makes_one_at_half_time_and_scores_what_has_ended(session: Session, past: Ward, travelled: Traveller) -> None:
    made, life = live(session, past, seed=40, share=0.4, traveller=travelled)
    forecast.keep(session, announcement_id=made.id)
    before = forecast.due(session)
    travelled.shift((made.must_reach_by or NOON) - clock.now() - timedelta(hours=11))
    at_half = forecast.due(session)
    forecast.keep(session, announcement_id=made.id)
    after, unscored = forecast.due(session), forecast.score_ended(session)
    ward_life.written_down(session, life, since=clock.now())
    travelled.shift(timedelta(days=1))

    scored, again = forecast.score_ended(session), forecast.score_ended(session)

    assert (before, at_half, after) == ([], [made.id], [])
    assert (unscored, scored, again) == (0, 2, 0)
    came = life.reached_by(made.must_reach_by or NOON)
    assert {abs((one.came or 0) - came) <= 3 for one in session.exec(select(Forecast))} == {True}  # counted by five minutes


@pytest.fixture
def scored(session: Session, ward: Unit) -> Announcement:
    made = Announcement(unit_id=ward.id, title="Khám", body="…", status=AnnouncementStatus.SENT, households=100)
    session.add(made)
    session.flush()
    for minute, came in enumerate((50, 60, 70, 71, None)):
        session.add(
            Forecast(announcement_id=made.id, made_at=NOON + timedelta(minutes=minute), for_at=NOON, low=60, middle=65, high=70,
                     came=came)
        )  # fmt: skip
    session.commit()
    return made


def test_the_score_counts_those_that_held_and_only_in_sight(session: Session, ward: Unit, scored: Announcement) -> None:
    near, far = make_actor(session, unit=ward), make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)

    score = forecast.score(session, actor=near)

    assert (score.held, score.of, score.in_ten) == (2, 4, 5)
    assert forecast.score(session, actor=far) == forecast.Score(0, 0)
