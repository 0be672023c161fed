"""What changed between two days, and why: reasons whose numbers add up exactly to what coverage gained or lost.

Each household counts under one reason, by how it stood on both days: whether it lived in the scope, and whether it was in a
household group. What came and went in between is not told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, or_, select, union
from sqlmodel import Session

from core.bulk import batches
from core.errors import Invalid
from core.i18n import N_
from models import Model, PastCause, UnitKind
from services import access, figures, presence
from services.access import Actor, May, path_range, unit_for
from services.figures import Coverage
from services.presence import lasts

IDS_AT_A_TIME = 400
_TABLES = Model.metadata.tables
_HOME, _PAST, _UNIT = _TABLES["household"].c, _TABLES["householdpast"].c, _TABLES["unit"].c
_SPELL, _GROUP = _TABLES["membership"].c, _TABLES["chat_group"].c


class Reason(StrEnum):
    """Why a household counts otherwise than before. The order is that of the screen."""

    JOINED = "joined"
    LEFT = "left"
    NEW = "new"
    SPLIT = "split"
    MOVED_IN = "moved_in"
    GONE = "gone"
    MERGED = "merged"
    MOVED_OUT = "moved_out"
    REORGANISED = "reorganised"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "joined": N_("vào nhóm"),
            "left": N_("rời nhóm"),
            "new": N_("hộ mới"),
            "split": N_("tách hộ"),
            "moved_in": N_("chuyển đến"),
            "gone": N_("không còn ở đây"),
            "merged": N_("nhập vào hộ khác"),
            "moved_out": N_("chuyển đi nơi khác"),
            "reorganised": N_("do sắp xếp lại tổ, thôn"),
        }[self]


@dataclass(frozen=True)
class ChangedHousehold:
    """A household that counts otherwise, and by how much the two counts went up or down by it."""

    household_id: UUID
    reason: Reason
    households: int
    joined: int


@dataclass(frozen=True)
class Tally:
    """All of one reason: how many households, and by how much the two counts went up or down by them."""

    reason: Reason
    count: int
    households: int
    joined: int


@dataclass(frozen=True)
class CoverageChanges:
    """Coverage on two days, and the reasons between them; `rows` is None where they would tell of a handful of households."""

    since: date
    until: date
    before: Coverage
    now: Coverage
    rows: list[Tally] | None


@dataclass(frozen=True)
class Named:
    """One of the households behind a number."""

    household_id: UUID
    code: str
    head_name: str
    unit_label: str
    reason: Reason
    households: int
    joined: int


def changes(
    session: Session, *, actor: Actor, unit_id: UUID | None = None, since: date, until: date
) -> CoverageChanges:  # fmt: skip
    """What changed at and below a unit (all the actor sees) from one day to a later one.

    An observer is told no reasons where one would be of fewer than five households.

    Raises:
        Invalid: the days are in the wrong order.
        NotFound: the unit lies outside the actor's sight.
    """
    found = _changed(session, _path(session, actor, unit_id), since, until)
    trend = figures.growth(session, actor=actor, unit_id=unit_id, days=[since, until])
    before, now = trend[0][2], trend[-1][2]
    rows = [_tally(reason, [one for one in found if one.reason is reason]) for reason in Reason]
    rows = [row for row in rows if row.count]
    is_telling = any(figures.is_few(row.count) for row in rows) or figures.is_small(now) or figures.is_small(before)
    return CoverageChanges(
        since, until, before, now, None if not access.may(actor, May.SEE_SMALL_COUNTS) and is_telling else rows
    )


def behind(
    session: Session, *, actor: Actor, unit_id: UUID | None = None, since: date, until: date
) -> list[Named]:  # fmt: skip
    """The households behind the numbers of `changes`, by reason and then by unit and code.

    Raises:
        NotAllowed: the actor sees no people.
        Invalid, NotFound: as `changes`.
    """
    access.require(actor, May.SEE_PEOPLE)
    found = {one.household_id: one for one in _changed(session, _path(session, actor, unit_id), since, until)}
    label = func.coalesce(func.nullif(_UNIT.short_name, ""), _UNIT.name)
    named: list[Named] = []
    for ids in batches(sorted(found), IDS_AT_A_TIME):
        columns = (_HOME.id, _HOME.code, _HOME.head_name, label.label("label"), _UNIT.path)
        for row in session.execute(select(*columns).join(_TABLES["unit"], _UNIT.id == _HOME.unit_id).where(_HOME.id.in_(ids))):
            one = found[row.id]
            place = row.label if row.path.startswith(actor.unit_path) else ""  # where it went is not this reader's to see
            named.append(Named(row.id, row.code, row.head_name, place, one.reason, one.households, one.joined))
    order = list(Reason)
    return sorted(named, key=lambda one: (order.index(one.reason), one.unit_label, one.code))


def _path(session: Session, actor: Actor, unit_id: UUID | None) -> str:
    return unit_for(session, actor=actor, unit_id=unit_id).path if unit_id else actor.unit_path


def _tally(reason: Reason, some: list[ChangedHousehold]) -> Tally:
    return Tally(reason, len(some), sum(one.households for one in some), sum(one.joined for one in some))


def _changed(session: Session, path: str, since: date, until: date) -> list[ChangedHousehold]:
    if until < since:
        raise Invalid(N_("Ngày đầu phải trước ngày cuối."), field="since")
    touched = _touched(since, until)
    before, now = _standing(session, path, (since, until), touched)
    moved = before.keys() ^ now.keys()
    reasons = _reasons(session, path, moved, since, until)
    found = []
    for id_ in before.keys() | now.keys():
        joined = now.get(id_, False) - before.get(id_, False)
        if id_ in moved:
            found.append(ChangedHousehold(id_, reasons[id_], 1 if id_ in now else -1, joined))
        elif joined:
            found.append(ChangedHousehold(id_, Reason.JOINED if joined > 0 else Reason.LEFT, 0, joined))
    return found


def _touched(since: date, until: date) -> Select[Any]:
    """Households to whom anything happened after one day and up to another; no others can count otherwise."""

    def between(*columns: Any) -> Any:
        return or_(*[and_(column > since, column <= until) for column in columns])

    unit, member = _TABLES["unit"], _TABLES["membership"]
    ids = [
        select(_HOME.id).where(between(_HOME.arrived_on, _HOME.left_on)),
        select(_PAST.household_id).where(between(_PAST.started_on, _PAST.ended_on)),
        select(_SPELL.household_id).where(between(_SPELL.joined_on, _SPELL.left_on)),
        select(_SPELL.household_id).join_from(member, _TABLES["chat_group"], _GROUP.id == _SPELL.group_id)
        .where(between(_GROUP.closed_on)),
        select(_HOME.id).join(unit, _UNIT.id == _HOME.unit_id).where(between(_UNIT.valid_from, _UNIT.valid_to)),
        select(_PAST.household_id).join(unit, _UNIT.id == _PAST.unit_id).where(between(_UNIT.valid_from, _UNIT.valid_to)),
    ]  # fmt: skip
    return select(union(*ids).subquery().c[0])


def _standing(session: Session, path: str, days: Sequence[date], touched: Select[Any]) -> list[dict[UUID, bool]]:
    """Those of them that live in the scope, and whether they are in a household group: of each day, read at once."""
    stay = presence.spells(household_ids=touched).subquery()
    here = [and_(stay.c.started_on <= on, lasts(stay.c.ended_on, on), presence.valid_on(on)) for on in days]
    joined = [case((is_here, presence.is_joined(stay.c.household_id, on))) for on, is_here in zip(days, here, strict=True)]
    query = (
        select(stay.c.household_id, *joined)
        .join_from(stay, _TABLES["unit"], _UNIT.id == stay.c.unit_id)
        .where(path_range(path), _UNIT.kind == UnitKind.RESIDENTIAL, or_(*here))
    )
    rows = session.execute(query).all()
    return [{row[0]: bool(row[at]) for row in rows if row[at] is not None} for at in range(1, 1 + len(days))]


def _reasons(session: Session, path: str, moved: Iterable[UUID], since: date, until: date) -> dict[UUID, Reason]:
    found: dict[UUID, Reason] = {}
    for ids in batches(sorted(moved), IDS_AT_A_TIME):
        stays: dict[UUID, list[Any]] = {}
        stay = presence.spells(household_ids=ids).subquery()
        for row in session.execute(select(stay, _UNIT.path).join_from(stay, _TABLES["unit"], _UNIT.id == stay.c.unit_id)):
            stays.setdefault(row.household_id, []).append(row)
        causes: dict[UUID, set[PastCause]] = {}
        ended = select(_PAST.household_id, _PAST.cause).where(_PAST.household_id.in_(ids), _PAST.ended_on <= until)
        for row in session.execute(ended.where(_PAST.ended_on > since)):
            causes.setdefault(row.household_id, set()).add(row.cause)
        records = select(_HOME.id, _HOME.split_from_id, _HOME.merged_into_id).where(_HOME.id.in_(ids))
        for home in session.execute(records):
            found[home.id] = _reason(home, stays[home.id], causes.get(home.id, set()), path, since, until)
    return found


def _reason(home: Any, stays: list[Any], causes: set[PastCause], path: str, since: date, until: date) -> Reason:
    then, now = (_at(stays, on) for on in (since, until))
    is_here = [one is not None and one.path.startswith(path) for one in (then, now)]
    if PastCause.REORGANISED in causes or all(is_here):  # the unit itself began or ended
        return Reason.REORGANISED
    if is_here[1]:
        is_new = min(one.started_on for one in stays) > since
        if not is_new:
            return Reason.MOVED_IN
        return Reason.SPLIT if home.split_from_id else Reason.NEW
    if now is not None:
        return Reason.MOVED_OUT
    return Reason.MERGED if home.merged_into_id else Reason.GONE


def _at(stays: list[Any], on: date) -> Any:
    return next((one for one in stays if one.started_on <= on and (one.ended_on is None or on < one.ended_on)), None)
