"""The households behind a number of the reach board: of all groups or of one, who is known to be told, who is not, and why not.

What phones opened is counted without names, so there is no list of it. A list that tells needs opens to whoever said what for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, case, func, or_, select
from sqlmodel import Session, col

from core import clock
from core.i18n import N_
from models import (
    Announcement,
    Audience,
    DoorLine,
    DoorList,
    DoorOutcome,
    Household,
    How,
    Membership,
    Need,
    PlannedPath,
    Reach,
    Unit,
)
from services import access, audiences, audit, door_lists, drafts, needs, proofs
from services.access import Actor, May
from services.presence import is_member, lives_here

SIZE, MOST = 25, 20_000


class Standing(StrEnum):
    """How a household stands with an announcement."""

    KNOWN = "known"
    UNTOLD = "untold"
    TO_KNOCK = "to_knock"
    NOT_HOME = "not_home"
    REFUSED = "refused"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "known": N_("Biết chắc đã nhận"), "untold": N_("Chưa biết"), "to_knock": N_("Còn phải gõ cửa"),
            "not_home": N_("Vắng nhà"), "refused": N_("Không nhận tin"), "moved": N_("Đã chuyển đi"),
        }[self]  # fmt: skip


@dataclass(frozen=True)
class Behind:
    """A household of a list, with how and when it was told, or what came of the knock at its door."""

    id: UUID
    unit_label: str
    code: str
    head_name: str
    address: str
    phone: str | None
    how: How | None
    told_at: datetime | None
    outcome: DoorOutcome | None
    knocked_at: datetime | None


@dataclass(frozen=True)
class BehindPage:
    """One page of a list; a page beyond the last is the last."""

    rows: list[Behind]
    page: int
    pages: int


@dataclass(frozen=True)
class Counts:
    """Households by how they stand; and answers of phones whose household nobody knows, which stand in no list."""

    by_standing: Mapping[Standing, int]
    nameless: int


def counts(session: Session, *, actor: Actor, announcement_id: UUID, group_id: UUID | None = None) -> Counts:
    """How many households each list holds, of the whole audience or of one group. A fixed number of queries.

    Raises:
        Invalid: it has not left. NotAllowed: the actor may not write. NotFound: it lies outside the actor's sight.
    """
    announcement, lines = _asked(session, actor, announcement_id)
    sums = [func.coalesce(func.sum(case((_is(one, lines), 1), else_=0)), 0) for one in Standing]
    found = session.execute(_from(select(*sums), session, actor, announcement, lines, group_id)).one()
    phones = select(func.count()).where(col(Reach.announcement_id) == announcement.id, col(Reach.household_id).is_(None))
    if group_id:
        phones = phones.where(col(Reach.group_id) == group_id)
    return Counts(dict(zip(Standing, map(int, found), strict=True)), int(session.execute(phones).scalar_one()))


def page(
    session: Session, *, actor: Actor, announcement_id: UUID, standing: Standing, group_id: UUID | None = None, page: int = 1,
    size: int = SIZE,
) -> BehindPage:  # fmt: skip
    """The households of one list, by unit and code.

    Raises:
        Invalid: it has not left, or the list tells needs and nothing was said within ten minutes of what for.
        NotAllowed, NotFound: as `counts`.
    """
    found = _list(session, actor, announcement_id, standing, group_id)
    total = session.execute(select(func.count()).select_from(found.order_by(None).subquery())).scalar_one()
    pages = max(1, -(-total // size))
    at = min(max(page, 1), pages)
    return BehindPage([Behind(*row) for row in session.execute(found.offset((at - 1) * size).limit(size))], at, pages)


def take(
    session: Session, *, actor: Actor, announcement_id: UUID, standing: Standing, group_id: UUID | None = None
) -> list[Behind]:  # fmt: skip
    """A whole list, at most twenty thousand, to take away; that it was taken is kept.

    Raises:
        Invalid, Unproven: the actor must show a secret again. NotAllowed, NotFound: as `page`.
    """
    proofs.require(actor)
    rows = [Behind(*row) for row in session.execute(_list(session, actor, announcement_id, standing, group_id).limit(MOST))]
    audit.record(
        session, actor=actor, action="board.exported", subject_kind="announcement", subject_id=announcement_id,
        standing=standing.value, households=len(rows), **({"group_id": str(group_id)} if group_id else {}),
    )  # fmt: skip
    return rows


def needs_told(session: Session, *, actor: Actor, announcement_id: UUID) -> tuple[Need, ...]:
    """The needs by which the audience was narrowed: its lists tell them by themselves. Empty for most.

    Raises:
        NotAllowed, NotFound: as `counts`.
    """
    access.require(actor, May.WATCH)
    drafts.get(session, actor=actor, announcement_id=announcement_id)
    told = session.execute(select(col(Audience.needs)).where(col(Audience.announcement_id) == announcement_id)).scalars()
    named = {need for some in told for need in some}
    return tuple(need for need in Need if need.value in named)


def _asked(session: Session, actor: Actor, announcement_id: UUID) -> tuple[Announcement, Subquery]:
    announcement = door_lists.sent(session, actor=actor, announcement_id=announcement_id)
    lines = (
        select(col(DoorLine.household_id), col(DoorLine.outcome), col(DoorLine.knocked_at), col(DoorList.unit_id))
        .join(DoorList, col(DoorList.id) == col(DoorLine.door_list_id))
        .where(col(DoorList.announcement_id) == announcement.id)
        .subquery("lines")
    )
    return announcement, lines


def _list(
    session: Session, actor: Actor, announcement_id: UUID, standing: Standing, group_id: UUID | None
) -> Select[Any]:  # fmt: skip
    if needs_told(session, actor=actor, announcement_id=announcement_id):
        needs.require_look(session, actor=actor)
    announcement, lines = _asked(session, actor, announcement_id)
    label = func.coalesce(func.nullif(col(Unit.short_name), ""), col(Unit.name))
    columns: Sequence[Any] = (
        col(Household.id), label, col(Household.code), col(Household.head_name), col(Household.address), col(Household.phone),
        col(Reach.how), col(Reach.told_at), lines.c.outcome, lines.c.knocked_at,
    )  # fmt: skip
    found = _from(select(*columns), session, actor, announcement, lines, group_id).where(_is(standing, lines))
    return found.order_by(col(Unit.code), func.length(col(Household.code)), col(Household.code), col(Household.id))


def _from(
    query: Select[Any], session: Session, actor: Actor, announcement: Announcement, lines: Subquery, group_id: UUID | None
) -> Select[Any]:  # fmt: skip
    """Each household of the audience once, and whoever is known by name to have been told without belonging to it."""
    planned = select(col(PlannedPath.household_id)).where(col(PlannedPath.announcement_id) == announcement.id)
    is_kept = session.execute(planned.limit(1)).first() is not None
    asked = col(Household.id).in_(planned) if is_kept else audiences.of_announcement(session, announcement_id=announcement.id)
    found = (
        query.select_from(Household)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .outerjoin(Reach, (col(Reach.household_id) == col(Household.id)) & (col(Reach.announcement_id) == announcement.id))
        .outerjoin(lines, (lines.c.household_id == col(Household.id)) & (lines.c.unit_id == col(Household.unit_id)))
        .where(or_(asked, col(Reach.id).is_not(None)), access.path_range(actor.unit_path))
    )
    if group_id is None:
        return found
    inside = select(col(Membership.household_id)).where(col(Membership.group_id) == group_id, is_member(clock.today()))
    return found.where(or_(col(Household.id).in_(inside), col(Reach.group_id) == group_id))


def _is(standing: Standing, lines: Subquery) -> ColumnElement[bool]:
    """The condition of a list. Who is told stands in the first only, whatever came of a knock."""
    is_told = col(Reach.id).is_not(None)
    if standing is Standing.KNOWN:
        return is_told
    if standing is Standing.UNTOLD:
        return ~is_told & lives_here(clock.today())
    if standing is Standing.TO_KNOCK:
        return ~is_told & lives_here(clock.today()) & lines.c.household_id.is_not(None) & lines.c.outcome.is_(None)
    return ~is_told & (lines.c.outcome == DoorOutcome(standing.value))
