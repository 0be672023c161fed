"""How the loop closes: of each residential unit, who was told and how, why not, and who is still to be told at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select

from core import clock
from models import (
    Announcement,
    AnnouncementStatus,
    DoorLine,
    DoorList,
    DoorOutcome,
    Group,
    Household,
    How,
    Reach,
    Unit,
)
from services import access, door_lists, door_numbers, progress
from services.access import Actor
from services.presence import lives_here


@dataclass(frozen=True)
class Closing:
    """Households of a unit, or of all (`unit_id` None), each counted in one place."""

    unit_id: UUID | None
    unit_label: str
    households: int
    by_path: int  # told by another path: by name, or in the unit's chats without a name
    at_door: int
    not_home: int
    moved: int
    refused: int
    to_knock: int

    @property
    def told(self) -> int:
        """Known to be told."""
        return self.by_path + self.at_door

    @property
    def reasons(self) -> int:
        """Not told, with a named reason."""
        return self.not_home + self.moved + self.refused

    @property
    def unknown(self) -> int:
        """Neither known to be told nor on a list: by chat, where reading can only be estimated."""
        return max(0, self.households - self.told - self.reasons - self.to_knock)

    @property
    def is_closed(self) -> bool:
        """Whether each household is told or has a named reason."""
        return not self.to_knock and not self.unknown


def closing(session: Session, *, actor: Actor, announcement_id: UUID) -> list[Closing]:
    """How far the loop has closed, a row a unit in their order, and the sum first. A fixed number of queries.

    Raises:
        Invalid, NotAllowed, NotFound: as `door_lists.sent`.
    """
    announcement = door_lists.sent(session, actor=actor, announcement_id=announcement_id)
    homes = _homes(session, announcement)
    nameless = _nameless(session, announcement)
    rows = []
    for unit_id, code, label, households, told, at_door, not_home, moved, refused, to_knock in homes:
        rest = households - told - at_door - not_home - moved - refused - to_knock
        by_path = told + min(nameless.get(unit_id, 0), max(0, rest))
        rows.append((code, Closing(unit_id, label, households, by_path, at_door, not_home, moved, refused, to_knock)))
    units = [row for _code, row in sorted(rows, key=lambda pair: pair[0])]
    return [_sum(units), *units]


def waiting(session: Session, *, actor: Actor) -> int:
    """Households still to be told at the door, of all that is under way in the actor's sight. One query."""
    now = clock.now()
    under_way = (
        (col(Announcement.status) == AnnouncementStatus.SENT) & (col(DoorList.expires_at) > now) & ~progress.is_corrected()
    )  # fmt: skip
    return session.exec(
        select(func.count())
        .select_from(DoorLine)
        .join(DoorList, col(DoorList.id) == DoorLine.door_list_id)
        .join(Announcement, col(Announcement.id) == DoorList.announcement_id)
        .join(Household, col(Household.id) == DoorLine.household_id)
        .outerjoin(Reach, _is_reach())
        .where(col(DoorList.unit_id).in_(access.visible_units(actor)), under_way, door_lists.still_to_knock())
    ).one()


def _is_reach() -> ColumnElement[bool]:
    return (col(Reach.household_id) == Household.id) & (col(Reach.announcement_id) == DoorList.announcement_id)


def _homes(session: Session, announcement: Announcement) -> list[tuple[UUID, str, str, int, int, int, int, int, int, int]]:
    """By unit: households of the audience today and the one place in which each that is known is counted."""
    wanted = door_numbers.untold(session, announcement_id=announcement.id, in_posted_groups=True)
    is_told = col(Reach.id).is_not(None)
    at_door = is_told & (col(Reach.how) == How.DOOR)
    lines = (
        select(DoorLine.household_id, DoorLine.outcome, DoorList.unit_id)
        .join(DoorList, col(DoorList.id) == DoorLine.door_list_id)
        .where(DoorList.announcement_id == announcement.id)
        .subquery()
    )

    def ended(outcome: DoorOutcome) -> ColumnElement[bool]:
        return ~is_told & (lines.c.outcome == outcome)

    def many(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    found = session.execute(
        select(  # type: ignore[call-overload]
            Unit.id, Unit.code, Unit, func.count(), many(is_told & ~at_door), many(at_door), many(ended(DoorOutcome.NOT_HOME)),
            many(ended(DoorOutcome.MOVED)), many(ended(DoorOutcome.REFUSED)),
            many(~is_told & lines.c.household_id.is_not(None) & lines.c.outcome.is_(None)),
        )
        .select_from(Household)
        .join(Unit, col(Unit.id) == Household.unit_id)
        .outerjoin(Reach, (col(Reach.household_id) == Household.id) & (col(Reach.announcement_id) == announcement.id))
        .outerjoin(lines, (lines.c.household_id == Household.id) & (lines.c.unit_id == Household.unit_id))
        .where(wanted, lives_here(clock.today()))
        .group_by(col(Unit.id))
    )  # fmt: skip
    return [(id_, code, unit.label, *(int(n) for n in counts)) for id_, code, unit, *counts in found]


def _nameless(session: Session, announcement: Announcement) -> dict[UUID, int]:
    """By unit: households of its chats that answered by a phone whose household is not known."""
    found = session.exec(
        select(Group.unit_id, func.count())
        .join(Reach, col(Reach.group_id) == Group.id)
        .where(Reach.announcement_id == announcement.id, col(Reach.household_id).is_(None))
        .group_by(col(Group.unit_id))
    )
    return {unit_id: int(n) for unit_id, n in found}


def _sum(units: Sequence[Closing]) -> Closing:
    names = ("households", "by_path", "at_door", "not_home", "moved", "refused", "to_knock")
    return Closing(None, "", *(sum(getattr(row, name) for row in units) for name in names))
