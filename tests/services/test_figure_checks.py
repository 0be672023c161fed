"""The nightly recount: it finds what differs, says so, and mends nothing; after any sequence of events it finds nothing."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select
from time_machine import Traveller

from core import clock as core_clock
from core import db
from core.ids import new_id
from models import Device, FigureCheck, Membership, Model, Purpose, ReachCount, UnitDay, UnitTotal
from services import figure_checks, figure_values, figures, rollups, scans
from services.access import TERMINAL
from tests.databases import examples
from tests.factories import NOON, make_announcement, make_household, make_link, make_membership
from tests.services.five import Five, announce, settle

TODAY = NOON.date()


@pytest.fixture
def five(session: Session, clock: Traveller) -> Five:
    return settle(session)


def found(session: Session) -> dict[str, int]:
    return {one.subject: one.wrong for one in figure_checks.verify(session)}


def test_all_is_well_where_nothing_was_touched(session: Session, five: Five) -> None:
    link = make_link(session, unit_id=five.ward.id)
    scans.record(session, openings=[_opening(link.id, n) for n in range(3)])

    assert found(session) == {"coverage": 0, "scans": 0, "opens": 0, "known": 0}


def _opening(link_id: object, n: int) -> scans.Opening:
    return scans.Opening(link_id, NOON - timedelta(days=1, minutes=n), Device.PHONE, new_id().hex)  # type: ignore[arg-type]


@pytest.mark.parametrize("table", [UnitDay, UnitTotal])
def test_a_count_that_drifted_is_found_and_not_mended(session: Session, five: Five, table: type[Model]) -> None:
    session.execute(update(table).values(joined=99))

    assert found(session)["coverage"] > 0
    assert found(session)["coverage"] > 0  # again: nothing was mended
    latest = figure_checks.latest(session, actor=TERMINAL)
    assert sum(one.wrong for one in latest) > 0
    rollups.repair(session)
    assert found(session)["coverage"] == 0


def test_an_hour_whose_openings_were_lost_is_named(session: Session, five: Five) -> None:
    link = make_link(session, unit_id=five.ward.id)
    scans.record(session, openings=[_opening(link.id, 0)])
    session.execute(update(Model.metadata.tables["scanhour"]).values(scans=5))

    checks = {one.subject: one for one in figure_checks.verify(session)}

    assert checks["scans"].wrong == 1
    assert checks["scans"].examples[0][1:] == [5, 1]


@pytest.mark.parametrize("lie", [{"known": 2}, {"at": NOON}])
def test_households_known_that_no_row_stands_for_are_found_however_long_ago(
    session: Session, five: Five, lie: dict[str, Any]
) -> None:
    said = announce(session, five)
    before = found(session)["known"]
    first = select(ReachCount.id).where(ReachCount.announcement_id == said.id, ReachCount.known == 1).limit(1)

    session.execute(update(ReachCount).where(col(ReachCount.id).in_(first.scalar_subquery())).values(lie))

    assert before == 0
    assert found(session)["known"] == (1 if "known" in lie else 2)  # too early there, too late here


def test_phones_that_opened_and_that_no_scan_stands_for_are_found_when_the_scans_are_forgotten(
    session: Session, five: Five, clock: Traveller
) -> None:
    said = make_announcement(session, unit=five.ward)
    link = make_link(
        session, unit_id=five.ward.id, announcement_id=said.id, group_id=five.groups["1"].id, purpose=Purpose.ANNOUNCEMENT
    )
    scans.record(session, openings=[_opening(link.id, n) for n in range(3)])
    clock.shift(timedelta(days=100))
    scans.forget_raw(session, before=core_clock.now())
    before = found(session)["opens"]

    session.execute(update(ReachCount).values(opens=9).where(col(ReachCount.opens) > 0))

    assert before == 0
    assert found(session)["opens"] > 0


def test_checks_in_which_something_was_wrong_are_kept_for_good(session: Session, five: Five, clock: Traveller) -> None:
    figure_checks.verify(session)
    session.add(FigureCheck(subject="coverage", rows=1, wrong=1))
    session.commit()
    clock.shift(timedelta(days=91))

    figure_checks.forget_old(session)

    session.flush()
    assert [one.wrong for one in session.exec(select(FigureCheck))] == [1]


EVENT = st.tuples(st.sampled_from(["come", "leave", "join", "part"]), st.integers(0, 40), st.booleans())


@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(EVENT, min_size=1, max_size=8))
def test_rollups_are_a_recount_after_any_sequence_of_events(engine: Engine, events: list[tuple[str, int, bool]]) -> None:
    with Session(db.engine(), expire_on_commit=False) as session:
        five = settle(session, code=new_id().hex[-9:])
        homes, members = [*five.homes.values()], list[Membership]()
        for kind, ago, is_first in events:
            day = TODAY - timedelta(days=ago)
            unit = five.one if is_first else five.two
            if kind == "come":
                homes.append(make_household(session, unit=unit, arrived_on=day))
            elif kind == "leave":
                homes[ago % len(homes)].left_on = max(day, homes[ago % len(homes)].arrived_on)
            elif kind == "join":
                home = homes[ago % len(homes)]
                if all(one.household_id != home.id for one in members):
                    group = five.groups["1" if home.unit_id == five.one.id else "2"]
                    if home.head_name not in five.homes:
                        members.append(make_membership(session, household=home, group=group, joined_on=day))
            elif members:
                one = members[ago % len(members)]
                one.left_on = max(day, one.joined_on)
            rollups.refresh(session, unit_ids=[five.one.id, five.two.id], since=day)
        assert rollups.differing(session)[1] == []
        for day in (TODAY, TODAY - timedelta(days=20), date(2026, 11, 5)):
            rows = figures.coverage_from_rows(session, actor=TERMINAL, unit_id=five.ward.id, on=day).total
            value = figure_values.of_period(
                session, actor=TERMINAL, unit_id=five.ward.id, names=["coverage"], since=day, until=day
            )
            assert (value["coverage"].numerator, value["coverage"].denominator) == (rows.joined, rows.households)
        session.commit()
