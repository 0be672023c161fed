"""Some places of a period's facts: their own months and hours, and nothing of a place that may not be seen."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session

from core.errors import NotAllowed
from models import Channel, PlannedPath, Role
from services import period_facts, period_focus
from services.access import TERMINAL, Actor
from services.period_facts import PeriodFacts
from tests.factories import make_actor
from tests.services.five import Five


def facts(session: Session, five: Five, actor: Actor) -> PeriodFacts:
    return period_facts.of(session, actor=actor, unit_id=five.ward.id, since=date(2026, 11, 1), until=date(2026, 11, 24))


def test_the_months_and_hours_of_a_place_are_its_own(session: Session, five: Five) -> None:
    whole = facts(session, five, TERMINAL)

    one, two = (period_focus.of(session, actor=TERMINAL, facts=whole, names=[name]) for name in ("Tổ 1", "Tổ 2"))

    november = [(seen.months[-1].joined, seen.months[-1].households, seen.months[-1].entered) for seen in (whole, one, two)]
    assert november == [(3, 5, 1), (2, 3, 1), (1, 2, 0)]
    assert [sum(map(sum, seen.opens)) for seen in (whole, one, two)] == [3, 3, 0]
    assert one.places == whole.places
    both = period_focus.of(session, actor=TERMINAL, facts=whole, names=["Tổ 2", "Tổ 99", "Tổ 1"])
    of_the_ward = [
        replace(one, minutes=None, minutes_run=False, known=0, asked=0, supports=0, first_timers=0) for one in whole.months
    ]
    assert both.months == of_the_ward  # announcements and help are the ward's, no place has its own
    assert both.opens == whole.opens


def test_the_announcements_and_paths_of_a_place_are_of_its_chats_and_its_households(session: Session, five: Five) -> None:
    assert five.said
    for name in five.homes:
        group = {"An": "1", "Bình": "1", "Em": "2"}.get(name)
        path, group_id = (Channel.RELAY, five.groups[group].id) if group else (Channel.DOOR, None)
        session.add(PlannedPath(announcement_id=five.said.id, household_id=five.homes[name].id, path=path, group_id=group_id))
    session.flush()
    whole = facts(session, five, TERMINAL)

    one, two, both = (
        period_focus.of(session, actor=TERMINAL, facts=whole, names=names) for names in (["Tổ 1"], ["Tổ 2"], ["Tổ 1", "Tổ 2"])
    )

    counted = [
        (line.households, line.known, line.estimated, line.posted, line.groups) for seen in (one, two, both) for line in seen.said
    ]
    assert counted == [(2, 1, 2, 1, 1), (2, 1, 1, 0, 1), (4, 2, 2, 1, 2)]
    assert [seen.said[0].curve for seen in (one, two, both)] == [
        [[0.0, 0.0], [25, 1.0], [30, 1.0]], [[0.0, 0.0], [60, 0.5]], [[0.0, 0.0], [25, 0.75], [30, 0.75], [60, 0.75]],
    ]  # fmt: skip
    assert [[(flow.path, flow.how, flow.households) for flow in seen.flows] for seen in (one, two)] == [
        [("door", "door", 1), ("relay", "", 1), ("relay", "confirmed", 1)], [("door", "", 1), ("relay", "confirmed", 1)],
    ]  # fmt: skip
    assert sorted(both.flows, key=repr) == sorted(whole.flows, key=repr)
    assert (one.usual, one.usual_of) == ([], None)


def test_a_name_of_no_place_leaves_all_as_it_was(session: Session, five: Five) -> None:
    whole = facts(session, five, TERMINAL)

    assert period_focus.of(session, actor=TERMINAL, facts=whole, names=["Tổ 99"]) == whole


def test_an_observer_gets_nothing_of_a_place_of_a_handful_and_a_leader_nothing(session: Session, five: Five) -> None:
    observer = make_actor(session, unit=five.ward, role=Role.VIEWER)
    seen = facts(session, five, observer)
    assert not period_focus.shows_alone("curves", ["Tổ 1"], actor=observer)
    assert period_focus.shows_alone("curves", ["Tổ 1"], actor=TERMINAL)

    assert period_focus.of(session, actor=observer, facts=seen, names=["Tổ 1"]) == seen
    with pytest.raises(NotAllowed):
        period_focus.of(session, actor=make_actor(session, unit=five.one, role=Role.LEAD), facts=seen, names=["Tổ 1"])
