"""Openings: counted exactly, the first of each visitor once, in groups and between processes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event
from sqlmodel import Session, col, func, select

from core.db import transaction
from core.ids import new_id
from core.one_way import asked
from models import Device, How, PhoneTie, Purpose, Reach, ReachCount, Role, Scan, ScanHour, ShortLink
from services import announcements, known_openings, links, scans, sending
from services.scans import Opening
from tests.databases import examples
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_link, make_unit


def opening(link: ShortLink, visitor: str = "v1", at: datetime = NOON, device: Device = Device.PHONE) -> Opening:
    return Opening(link.id, at, device, visitor)


def test_every_opening_is_kept_and_the_first_of_a_visitor_counts_once_within_a_group(session: Session) -> None:
    link = make_link(session)

    scans.record(session, [opening(link, "v1"), opening(link, "v1"), opening(link, "v2")])

    rows = session.exec(select(Scan)).all()
    assert Counter((row.visitor, row.is_first) for row in rows) == {("v1", True): 1, ("v1", False): 1, ("v2", True): 1}
    hour = session.exec(select(ScanHour)).one()
    assert (hour.hour, hour.scans, hour.first_scans) == (NOON.replace(minute=0), 3, 2)
    session.refresh(link)
    assert link.scans == 3


def test_a_visitor_seen_before_is_not_first_again_but_first_on_another_link(session: Session) -> None:
    one, other = make_link(session), make_link(session)
    scans.record(session, [opening(one)])

    scans.record(session, [opening(one), opening(other)])

    firsts = session.exec(select(Scan.link_id).where(Scan.is_first)).all()
    assert sorted(firsts) == sorted([one.id, other.id])
    assert session.exec(select(ScanHour.scans, ScanHour.first_scans).where(ScanHour.link_id == one.id)).one() == (2, 1)


def test_the_earliest_opening_of_a_group_is_the_first(session: Session) -> None:
    link = make_link(session)

    scans.record(session, [opening(link, at=NOON + timedelta(minutes=1)), opening(link, at=NOON)])

    assert session.exec(select(Scan.at).where(Scan.is_first)).one() == NOON


def test_hours_are_counted_apart(session: Session) -> None:
    link = make_link(session)

    scans.record(
        session,
        [
            opening(link, "v1", NOON),
            opening(link, "v2", NOON + timedelta(minutes=59)),
            opening(link, "v1", NOON + timedelta(hours=1)),
        ],
    )

    rows = session.exec(select(ScanHour.scans, ScanHour.first_scans).order_by(col(ScanHour.hour))).all()
    assert rows == [(2, 2), (1, 0)]


def test_a_groups_link_counts_phones_by_five_minutes_and_the_wards_own_link_does_not(session: Session) -> None:
    ward = make_unit(session)
    group = make_group(session, unit=make_unit(session, parent=ward))
    announcement = make_announcement(session, unit=ward)
    made = links.for_announcement_groups(session, announcement_id=announcement.id, unit_id=ward.id, group_ids=[group.id])

    scans.record(
        session,
        [
            opening(made[group.id], "v1", NOON + timedelta(minutes=4, seconds=59)), opening(made[group.id], "v2", NOON),
            opening(made[group.id], "v2", NOON + timedelta(minutes=5)),
            opening(made[group.id], "v3", NOON + timedelta(minutes=6)),
            opening(made[None], "v4"),
        ],
    )  # fmt: skip
    scans.record(session, [opening(made[group.id], "v1"), opening(made[group.id], "v5", NOON + timedelta(minutes=1))])

    rows = session.exec(select(ReachCount).order_by(col(ReachCount.at))).all()
    assert [(row.announcement_id, row.group_id, row.at, row.opens, row.known) for row in rows] == [
        (announcement.id, group.id, NOON, 3, 0),
        (announcement.id, group.id, NOON + timedelta(minutes=5), 1, 0),
    ]


def test_openings_leave_the_known_households_of_a_bucket_alone(session: Session) -> None:
    ward = make_unit(session)
    group = make_group(session, unit=ward)
    announcement = make_announcement(session, unit=ward)
    link = links.for_announcement(session, announcement_id=announcement.id, unit_id=ward.id, group_id=group.id)
    session.add(ReachCount(announcement_id=announcement.id, group_id=group.id, at=NOON, known=7))
    session.flush()

    scans.record(session, [opening(link)])

    assert session.exec(select(ReachCount.opens, ReachCount.known)).one() == (1, 7)


def test_openings_of_a_link_that_is_gone_are_dropped_and_the_others_kept(session: Session) -> None:
    link = make_link(session)

    scans.record(session, [Opening(new_id(), NOON, Device.PHONE, "v1"), opening(link)])
    scans.record(session, [])

    assert session.exec(select(func.count()).select_from(Scan)).one() == 1


def test_writers_at_once_take_each_visitor_as_first_exactly_once(engine: Engine, session: Session) -> None:
    made = [make_link(session) for _ in range(3)]
    session.rollback()
    groups = [[opening(link, f"v{n % 40}") for n in range(shift, 60 + shift) for link in made] for shift in range(6)]

    def write(group: list[Opening]) -> None:
        with transaction() as own:
            scans.record(own, group)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, groups))

    assert session.exec(select(func.count()).select_from(Scan).where(Scan.is_first)).one() == 3 * 40
    assert session.exec(select(func.sum(ScanHour.scans), func.sum(ScanHour.first_scans))).one() == (6 * 180, 120)
    assert session.exec(select(func.sum(ShortLink.scans))).one() == 6 * 180


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(0, 7000)), max_size=12), max_size=5))
def test_however_openings_are_grouped_the_counts_are_those_of_a_plain_walk(
    session: Session, groups: list[list[tuple[int, int, int]]]
) -> None:
    session.execute(delete(ShortLink))
    made = [make_link(session) for _ in range(3)]

    for group in groups:
        scans.record(session, [opening(made[n], f"v{who}", NOON + timedelta(seconds=after)) for n, who, after in group])

    walked = [(n, who) for group in groups for n, who, _ in group]
    assert session.exec(select(func.count()).select_from(Scan)).one() == len(walked)
    assert session.exec(select(func.count()).select_from(Scan).where(Scan.is_first)).one() == len(set(walked))
    sums = session.exec(
        select(func.coalesce(func.sum(ScanHour.scans), 0), func.coalesce(func.sum(ScanHour.first_scans), 0))
    ).one()
    assert sums == (len(walked), len(set(walked)))
    session.rollback()


def test_a_group_of_any_size_takes_the_same_few_statements(engine: Engine, session: Session) -> None:
    link = make_link(session)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))

    scans.record(session, [opening(link, "v0")])
    few = len(statements)
    scans.record(session, [opening(link, f"v{n % 150}") for n in range(300)])

    assert len(statements) - few <= few + 2


def test_days_are_those_of_this_place_and_days_without_scans_are_zeros(session: Session) -> None:
    ward = make_unit(session)
    link = make_link(session, unit_id=ward.id)
    late = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # half past midnight of the 24th in Bắc Kạn
    scans.record(session, [opening(link, "v1", late), opening(link, "v1", late - timedelta(hours=1)), opening(link, "v2", NOON)])

    with time_machine.travel(NOON, tick=False):
        days = scans.by_day(session, actor=make_actor(session, unit=ward, role=Role.VIEWER), link_id=link.id, days=3)

    assert [(day.day, day.scans, day.first_scans) for day in days] == [
        (date(2026, 11, 22), 0, 0), (date(2026, 11, 23), 1, 1), (date(2026, 11, 24), 2, 1),
    ]  # fmt: skip


def test_days_count_only_the_actors_links_and_the_purposes_asked_for(session: Session) -> None:
    ward = make_unit(session)
    mine, asked = make_link(session, unit_id=ward.id), make_link(session, unit_id=ward.id, purpose=Purpose.ASK)
    scans.record(session, [opening(link) for link in (mine, asked, make_link(session, unit_id=make_unit(session).id))])
    actor = make_actor(session, unit=ward)

    with time_machine.travel(NOON, tick=False):
        everything = scans.by_day(session, actor=actor, days=1)
        asks = scans.by_day(session, actor=actor, purposes=[Purpose.ASK], days=1)

    assert (everything[0].scans, asks[0].scans) == (2, 1)


def test_old_rows_are_forgotten_and_their_counts_stay(session: Session) -> None:
    link = make_link(session)
    scans.record(session, [opening(link, "v1", NOON - timedelta(days=91)), opening(link, "v2", NOON)])

    forgotten = scans.forget_raw(session, before=NOON - scans.KEPT)

    assert forgotten == 1
    assert session.exec(select(Scan.visitor)).all() == ["v2"]
    assert session.exec(select(func.sum(ScanHour.scans))).one() == 2


@pytest.mark.usefixtures("noon")
def test_an_opening_and_an_answer_of_one_household_at_the_same_moment_both_count(session: Session) -> None:
    """The phone that has just opened the page answers while the opening is being written."""
    ward = make_unit(session)
    place = make_unit(session, parent=ward)
    group = make_group(session, unit=place)
    home = make_household(session, unit=place)
    session.add(PhoneTie(household_id=home.id, visitor="v1", consent="2026-11"))
    made = [make_announcement(session, unit=ward) for _ in range(24)]
    for one in made:
        sending.send(session, announcement=one)
    session.commit()
    found = session.exec(select(ShortLink.id, ShortLink.slug).where(ShortLink.group_id == group.id)).all()
    session.rollback()
    start = Barrier(2)

    def opens(link_id: UUID) -> None:
        start.wait()
        with transaction() as own:
            scans.record(own, [Opening(link_id, NOON, Device.PHONE, "v1")])

    def answers(slug: str) -> None:
        start.wait()
        with transaction() as own:
            announcements.answer(own, slug=slug, visitor="v1", how=How.CONFIRMED)

    with ThreadPoolExecutor(2) as pool:
        for link_id, slug in found:
            for done in [pool.submit(opens, link_id), pool.submit(answers, slug)]:
                done.result()

    counts = session.exec(select(func.sum(ReachCount.opens), func.sum(ReachCount.known))).one()
    assert (len(found), tuple(counts)) == (24, (24, 24))
    assert session.exec(select(Reach.how)).all() == [How.CONFIRMED] * 24


@pytest.mark.usefixtures("noon")
def test_openings_wait_their_turn_behind_an_answer(session: Session, engine: Engine) -> None:
    """The turn that an answer takes at an announcement is the one that openings of its links take."""
    said = make_announcement(session, unit=make_unit(session))
    link = make_link(session, unit_id=said.unit_id, announcement_id=said.id)
    session.commit()
    turns = known_openings.turns(session, link_ids=[link.id])
    if engine.dialect.name == "sqlite":
        assert turns == []  # there is one writer, whose turn comes with its transaction
        return
    asked(session, *turns)

    with Session(engine) as other:
        key = int(said.id.hex[-15:], 16)
        assert not other.exec(select(func.pg_try_advisory_xact_lock(key))).one()
        session.commit()
        assert other.exec(select(func.pg_try_advisory_xact_lock(key))).one()
