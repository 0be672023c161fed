"""After anything that may happen to households, each day's coverage is the one that a list of what happened gives."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from core.errors import Refusal
from models import Group, Household, Unit
from services import duplicates, figures, household_history, households, rollups
from services.access import Actor
from services.household_history import FromDay
from services.household_values import HouseholdValues
from tests.databases import examples
from tests.factories import NOON, make_actor, make_group, make_unit

pytestmark = pytest.mark.usefixtures("noon")

FIRST = date(2026, 9, 1)
VERBS = ("join", "leave", "move", "change", "split", "merge", "end", "reopen", "undo", "arrive", "unite", "separate")
Event = tuple[date, str, UUID, Any]  # the day, what, of which household, and the rest
Counts = dict[UUID, tuple[int, int, int, int]]
STEP = st.tuples(
    st.sampled_from((*VERBS, "join", "leave", "move", "undo", "unite")), st.integers(0, 5), st.integers(0, 5), st.integers(1, 3),
    st.sampled_from((1, 2, 0)),
)  # fmt: skip


def out_of(lists: list[dict[UUID, int]], groups: set[UUID]) -> None:
    """These groups are left, in whichever list they stand."""
    for one in lists:
        for group in groups & one.keys():
            del one[group]


def by_events(events: list[Event], day: date, unit_of: dict[UUID, UUID]) -> Counts:  # noqa: C901, PLR0912
    """The model: what happened up to a day, in order. A household that was reopened has only left its groups.

    Of two that are one the second never was; each keeps its list of groups, and the first is in those of both from the beginning.
    """
    last: dict[UUID, int] = {}
    reopened: set[int] = set()
    for number, (_on, verb, who, _what) in enumerate(events):
        last |= {who: number} if verb == "end" else {}
        reopened |= {last[who]} if verb == "reopen" else set()
    home: dict[UUID, tuple[UUID, int]] = {}
    lists: dict[UUID, list[dict[UUID, int]]] = {}  # its own first

    def inside(who: UUID) -> dict[UUID, int]:
        return {group: n for one in reversed(lists[who]) for group, n in one.items()}

    for number, (_on, verb, who, what) in [(n, one) for n, one in enumerate(events) if one[0] <= day]:
        if verb == "arrive":
            home[who], lists[who] = what, [{}]
        elif verb == "join":
            lists[who][0][what[0]] = what[1]
        elif verb == "leave":
            out_of(lists[who], {what})
        elif verb == "move":
            out_of(lists[who], {group for group, unit in unit_of.items() if unit == home[who][0]})
            home[who] = (what, home[who][1])
        elif verb == "change":
            home[who] = (home[who][0], what)
        elif verb == "split":
            home[who], home[what[0]] = (home[who][0], home[who][1] - what[1]), (home[who][0], what[1])
            lists[what[0]] = [{}]
        elif verb == "merge":
            lists[what][0] |= inside(who) | inside(what) if home[who][0] == home[what][0] else {}
            home[what] = (home[what][0], home[what][1] + home[who][1])
        elif verb == "is":
            home[who] = what[:2]
        elif verb == "unite":
            out_of(lists[what[0]], {group for group, unit in unit_of.items() if unit != what[1]})
            lists[who] += lists[what[0]]
        if verb in ("merge", "end"):
            out_of(lists[who], set(unit_of))
            home.pop(who) if number not in reopened else None
    for on, verb, who, what in events:
        if verb == "unite":
            home.pop(what[0], None)
            lists[who] = lists.get(who, []) + (lists.get(what[0], []) if on > day else [])
    living = {unit: [who for who in home if home[who][0] == unit] for unit in unit_of.values()}
    return {
        unit: (
            len(there), sum(bool(inside(who)) for who in there), sum(home[who][1] for who in there),
            sum(sum(inside(who).values()) for who in there),
        )
        for unit, there in living.items()
    }  # fmt: skip


class Ward:
    """A ward in which things happen by the services; what they did not refuse is in `events`."""

    def __init__(self, session: Session) -> None:
        self.session, self.day, self.minutes = session, FIRST, 0
        self.ward = make_unit(session)
        self.units: list[Unit] = [make_unit(session, parent=self.ward) for _ in range(2)]
        self.groups: list[Group] = [make_group(session, unit=unit) for unit in (*self.units, self.units[0])]
        self.actor: Actor = make_actor(session, unit=self.ward)
        self.ids: list[UUID] = []
        self.events: list[Event] = []
        for place in range(3):
            self.step("arrive", place, place, 3, 0)
            self.step("join", place, place, 2, place)  # the group of its own unit

    def step(self, verb: str, one: int, other: int, people: int, days: int) -> None:
        """Try something a few days later, on that day; a refusal leaves all as it was."""
        self.day, self.minutes = self.day + timedelta(days=days), self.minutes + 1
        who = self.ids[one % len(self.ids)] if self.ids else UUID(int=0)
        self.session.commit()
        now = NOON - timedelta(days=(NOON.date() - self.day).days, minutes=-self.minutes)
        try:
            with time_machine.travel(now, tick=False):
                event = getattr(self, verb)(who, other, people)
        except Refusal:
            self.session.rollback()
            return
        self.session.commit()
        if event is not None:
            self.events.append(event)

    def _said(self, who: UUID) -> dict[str, Any]:
        return {"session": self.session, "actor": self.actor, "household_id": who}

    def arrive(self, _who: UUID, other: int, people: int) -> Event:
        unit = self.units[other % 2]
        values = HouseholdValues("Hoàng Văn An", people=people + 2, arrived_on=self.day)
        made = households.add(self.session, actor=self.actor, unit_id=unit.id, values=values)
        self.ids.append(made.id)
        return self.day, "arrive", made.id, (unit.id, people + 2)

    def join(self, who: UUID, other: int, people: int) -> Event:
        group = self.groups[other % 3]
        households.join(**self._said(who), group_id=group.id, people=people, on=self.day)
        return self.day, "join", who, (group.id, people)

    def leave(self, who: UUID, other: int, _people: int) -> Event:
        group = self.groups[other % 3]
        households.leave(**self._said(who), group_id=group.id, on=self.day)
        return self.day, "leave", who, group.id

    def move(self, who: UUID, other: int, _people: int) -> Event:
        unit = self.units[other % 2]
        household_history.move(**self._said(who), unit_id=unit.id, on=self.day)
        return self.day, "move", who, unit.id

    def change(self, who: UUID, other: int, _people: int) -> Event:
        household_history.change_from(**self._said(who), values=FromDay("Hoàng Văn Ba", "", other + 1, 0), on=self.day)
        return self.day, "change", who, other + 1

    def split(self, who: UUID, _other: int, people: int) -> Event:
        part = HouseholdValues("Hoàng Văn Con", people=people)
        [made] = household_history.split(**self._said(who), parts=[part], on=self.day)
        self.ids.append(made.id)
        return self.day, "split", who, (made.id, people)

    def merge(self, who: UUID, other: int, _people: int) -> Event:
        into = self.ids[other % len(self.ids)]
        household_history.merge(**self._said(who), into_id=into, on=self.day)
        return self.day, "merge", who, into

    def end(self, who: UUID, _other: int, _people: int) -> Event:
        households.end(**self._said(who), on=self.day)
        return self.day, "end", who, None

    def reopen(self, who: UUID, _other: int, _people: int) -> Event:
        households.reopen(**self._said(who))
        return self.day, "reopen", who, None

    def undo(self, who: UUID, _other: int, _people: int) -> None:
        undone = household_history.undo_last(**self._said(who))
        verbs = {
            "joined": "join", "left": "leave", "moved": "move", "changed_from": "change", "split": "split", "merged": "merge",
            "ended": "end", "reopened": "reopen",
        }  # fmt: skip
        verb = verbs[undone.action.removeprefix("household.")]
        places = [n for n, one in enumerate(self.events) if one[1:3] == (verb, UUID(undone.subject_id))]
        del self.events[places[-1]]

    def unite(self, who: UUID, other: int, people: int) -> Event:
        second = self.ids[other % len(self.ids)]
        keep = who if people % 2 else second
        said = self.session.get_one(Household, keep)
        values = (said.unit_id, said.people)
        kept, made = duplicates.unite(self.session, actor=self.actor, ids=(who, second), keep_id=keep)
        if kept.id != keep:  # what the second says holds since the first was as it is
            place = sum(one[0] <= kept.arrived_on for one in self.events)
            self.events.insert(place, (kept.arrived_on, "is", kept.id, (*values, made.id)))
        return self.day, "unite", kept.id, (second if kept.id == who else who, kept.unit_id, made.id)

    def separate(self, who: UUID, _other: int, _people: int) -> None:
        made = [one[3][-1] for one in self.events if one[1] == "unite" and who in (one[2], one[3][0])]
        if made:
            duplicates.separate(self.session, actor=self.actor, change_set_id=made[-1])
            self.events = [one for one in self.events if one[1] not in ("unite", "is") or one[3][-1] != made[-1]]

    def counted(self, day: date, *, from_rows: bool) -> Counts:
        """What the ward's own figures say of a day."""
        count = figures.coverage_from_rows if from_rows else figures.coverage
        rows = count(self.session, actor=self.actor, unit_id=self.ward.id, on=day).rows
        return {row.unit_id: (row.households, row.joined, row.people, row.people_joined) for row in rows if row.unit_id}


@settings(
    max_examples=examples(40),
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(STEP, min_size=10, max_size=20))
def test_every_day_counts_what_a_list_of_what_happened_gives(
    session: Session, steps: list[tuple[str, int, int, int, int]]
) -> None:
    ward = Ward(session)

    for verb, *rest in steps:
        ward.step(verb, *rest)

    unit_of = {group.id: group.unit_id for group in ward.groups}
    for number in range((ward.day - FIRST).days + 2):
        day = FIRST + timedelta(days=number)
        wanted = by_events(ward.events, day, unit_of)
        assert ward.counted(day, from_rows=True) == wanted
        assert ward.counted(day, from_rows=False) == wanted
    assert rollups.repair(session) == []
