"""A large audience is handed over part by part: some residential units each, one transaction a part.

What was laid down at the beginning, and how far it has come, stands beside the announcement: whoever goes on after a crash begins
where the last part ended. Nothing here asks who acts; `services.sending` does each step under the announcement's lock.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, literal, select, union_all
from sqlmodel import Session, col

from core import clock
from models import Announcement, Channel, Group, Household, PlannedPath
from services import departures, door_numbers, paths, plans
from services.departures import WHOLE, Stretch
from services.paths import LastPaid, Money, Question, Way
from services.plans import PlannedGroup

AT_ONCE = 5_000  # households that are handed over in one go
PART = 2_000  # households a part, in whole units
UNITS = 300  # units a part at most: some have groups and no household
STALLED = timedelta(seconds=5)  # after which nobody is at work on it
_STATE = "leaving"


@dataclass(frozen=True)
class HowFar:
    """How far handing over has come, by households of the plan."""

    handed: int
    households: int
    parts: int  # handed over so far
    at: datetime  # when the latest part was

    @property
    def is_stalled(self) -> bool:
        """Whether nobody seems to be at work on it."""
        return not clock.now() - STALLED < self.at <= clock.now() + STALLED  # later: the clock was set back


def is_large(households: int) -> bool:
    """Whether so many are handed over part by part."""
    return households > AT_ONCE


def how_far(announcement: Announcement) -> HowFar | None:
    """How far one has come that is being handed over in parts, or was stopped while it was; None for any other."""
    state = announcement.plan.get(_STATE)
    if state is None:
        return None
    sizes = [size for _, size in state["parts"]]
    return HowFar(
        sum(sizes[: state["done"]]), sum(sizes), state["done"], datetime.fromisoformat(state["at"])
    )  # fmt: skip


def lay_down(session: Session, *, announcement: Announcement, question: Question) -> None:
    """Write down which units each part holds, by which ways they are told, and how far the ward's money goes."""
    money = paths.money(session, question)
    state = {
        "parts": _parts(_units(session, question)), "done": 0, "at": clock.now().isoformat(),
        "ways": [[way.path.value, way.price] for way in question.ways],
        "money": None if money is None else {name: _written(last) for name, last in vars(money).items()},
    }  # fmt: skip
    announcement.plan = announcement.plan | {_STATE: state}


def forget(announcement: Announcement) -> None:
    """All parts have left."""
    announcement.plan = {name: value for name, value in announcement.plan.items() if name != _STATE}


def next_part(session: Session, *, announcement: Announcement, question: Question, due: datetime) -> bool:
    """Hand over the next units as they are now; whether any are left after them. All of a unit leaves in one transaction."""
    state = announcement.plan[_STATE]
    done, parts = int(state["done"]), state["parts"]
    if done >= len(parts):
        return False
    stretch = Stretch(
        after=UUID(parts[done - 1][0]) if done else None,
        upto=UUID(parts[done][0]) if done < len(parts) - 1 else None,  # the last part holds whatever came meanwhile
    )
    is_planned = exists().where(
        col(PlannedPath.announcement_id) == announcement.id, col(PlannedPath.household_id) == col(Household.id)
    )
    asked = replace(
        question, ways=[Way(Channel(path), price) for path, price in state["ways"]], money=_read(state["money"]),
        part=stretch.holds(col(Household.unit_id)) & ~is_planned,
    )  # fmt: skip
    groups = plans.groups(session, asked, within=stretch.holds(col(Group.unit_id)))
    hand_over(session, announcement=announcement, question=asked, groups=groups, due=due, stretch=stretch)
    state = state | {"done": done + 1, "at": clock.now().isoformat()}
    announcement.plan = announcement.plan | {_STATE: state}
    return done + 1 < len(parts)


def hand_over(
    session: Session, *, announcement: Announcement, question: Question, groups: Sequence[PlannedGroup], due: datetime,
    stretch: Stretch = WHOLE,
) -> None:  # fmt: skip
    """Everything at once, or a stretch of it.

    Groups get their relay, households their path, accounts their messages, units their paper and their list of doors.
    """
    now = clock.now()
    departures.hand_over(session, announcement=announcement, groups=groups, now=now, due=due)
    departures.keep_paths(session, announcement=announcement, question=question, now=now)
    departures.queue(session, announcement=announcement, question=question, now=now, stretch=stretch)
    departures.print_sheets(session, announcement=announcement, now=now, stretch=stretch)
    door_numbers.prepare(session, announcement=announcement, within=stretch.holds(col(Household.unit_id)))


def _units(session: Session, question: Question) -> Sequence[tuple[UUID, int]]:
    """Every unit in which a household of the audience lives or a chat is told, by its key, with its households."""
    homes = (
        select(col(Household.unit_id), func.count().label("households"))
        .where(paths.present(question))
        .group_by(col(Household.unit_id))
    )
    chats = select(col(Group.unit_id), literal(0)).where(paths.chats(question)).group_by(col(Group.unit_id))
    each = union_all(homes, chats).subquery()
    counted = select(each.c.unit_id, func.sum(each.c.households)).group_by(each.c.unit_id).order_by(each.c.unit_id)
    return [(unit_id, int(households)) for unit_id, households in session.execute(counted)]


def _parts(units: Sequence[tuple[UUID, int]]) -> list[tuple[str, int]]:
    """The last unit of each part, and how many households live in it: whole units, as many as fit."""
    parts: list[tuple[str, int]] = []
    size = count = 0
    last: UUID | None = None
    for unit_id, households in units:
        if last is not None and (size + households > PART or count == UNITS):
            parts.append((last.hex, size))
            size = count = 0
        size, count, last = size + households, count + 1, unit_id
    return [*parts, (last.hex, size)] if last is not None else parts


def _written(last: LastPaid | None) -> dict[str, Any] | None:
    return asdict(last) | {"household_id": last.household_id.hex} if last else None


def _read(state: dict[str, Any] | None) -> Money | None:
    if state is None:
        return None
    last = {name: LastPaid(one["price"], UUID(one["household_id"]), one["path"]) if one else None for name, one in state.items()}
    return Money(**last)
