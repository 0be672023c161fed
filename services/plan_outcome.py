"""The plan laid beside what happened: for each path how many were to be told by it, how many are known to be, who is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from models import Channel, PlannedPath, Reach
from services import drafts
from services.access import Actor


@dataclass(frozen=True)
class PathOutcome:
    """One path. Households are counted at their first path only; `also` are those told by it as well."""

    path: Channel
    planned: int
    reached: int
    also: int = 0

    @property
    def not_yet(self) -> int:
        """Planned and not known to have been told."""
        return self.planned - self.reached


@dataclass(frozen=True)
class GroupOutcome:
    """The households whose first path is this one, in a chat's own row where it is a chat; told is told, by whatever path."""

    path: Channel
    group_id: UUID | None
    planned: int
    reached: int
    also: int


@dataclass(frozen=True)
class Outcome:
    """All paths of an announcement, in the order of their size; the whole; and who answered without a path to lay it to."""

    paths: list[PathOutcome]
    elsewhere: int  # households known by the ward's general link, not by name: to no path
    groups: list[GroupOutcome]

    @property
    def planned(self) -> int:
        """Households of the audience when it was sent."""
        return sum(one.planned for one in self.paths)

    @property
    def reached(self) -> int:
        """Households known to have been told; those without a name at most as many as are missing."""
        return min(self.planned, sum(one.reached for one in self.paths) + self.elsewhere)


def of(session: Session, *, actor: Actor, announcement_id: UUID) -> Outcome:
    """What became of a sent announcement's plan. Two queries after the announcement's own, whatever its size.

    A household that answered by its group's link, not by name, counts for the chat, in no group more than were planned there.

    Raises:
        NotFound: it does not exist, or lies outside the actor's sight.
    """
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    nameless = _nameless(session, announcement.id)
    groups = [_of_group(*row, nameless=nameless) for row in _named(session, announcement.id)]
    sums: dict[Channel, list[int]] = {}
    for one in groups:
        of_path = sums.setdefault(one.path, [0, 0, 0])
        for place, more in enumerate((one.planned, one.reached, one.also)):
            of_path[place] += more
    found = [PathOutcome(path, *amounts) for path, amounts in sums.items()]
    return Outcome(sorted(found, key=lambda one: (-one.planned, one.path.value)), nameless.get(None, 0), groups)


def _of_group(
    path: Channel, group_id: UUID | None, planned: int, named: int, also: int, *, nameless: Mapping[UUID | None, int]
) -> GroupOutcome:  # fmt: skip
    in_chat = nameless.get(group_id, 0) if path is Channel.RELAY else 0
    return GroupOutcome(path, group_id, int(planned), min(int(planned), int(named) + in_chat), int(also))


def _named(session: Session, announcement_id: UUID) -> list[tuple[Channel, UUID | None, int, int, int]]:
    is_first = col(PlannedPath.is_first)
    told = (col(Reach.announcement_id) == announcement_id) & (col(Reach.household_id) == col(PlannedPath.household_id))
    query = (
        select(
            col(PlannedPath.path), col(PlannedPath.group_id), func.sum(case((is_first, 1), else_=0)),
            func.sum(case((is_first & col(Reach.id).is_not(None), 1), else_=0)), func.sum(case((is_first, 0), else_=1)),
        )
        .outerjoin(Reach, told)
        .where(col(PlannedPath.announcement_id) == announcement_id)
        .group_by(col(PlannedPath.path), col(PlannedPath.group_id))
    )  # fmt: skip
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query)]


def _nameless(session: Session, announcement_id: UUID) -> Mapping[UUID | None, int]:
    query = (
        select(col(Reach.group_id), func.count())
        .where(col(Reach.announcement_id) == announcement_id, col(Reach.household_id).is_(None))
        .group_by(col(Reach.group_id))
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}
