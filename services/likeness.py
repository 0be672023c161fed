"""Có thể trùng nhau: pairs of households that may be one. A person says of each; it is remembered and never asked again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import Group, Household, HouseholdPast, Likeness, Membership, Unit
from services import access, audit, duplicates, resemblance
from services.access import Actor, May
from services.presence import is_member, lasts, stands

COMPARED = ("head_name", "address", "phone", "people", "code", "unit", "since", "groups")


@dataclass(frozen=True)
class Side:
    """One household of a pair."""

    household: Household
    unit_label: str
    since: date  # its first day in the book
    groups: tuple[str, ...]  # that it is in today

    def said(self, name: str) -> object:
        """What it says in one of `COMPARED`, to be compared."""
        home = self.household
        own: dict[str, object] = {
            "unit": self.unit_label, "since": self.since, "groups": self.groups,
            "phone": frozenset(number for number in (home.phone, *home.other_phones) if number),
        }  # fmt: skip
        return own[name] if name in own else getattr(home, name)


@dataclass(frozen=True)
class Pair:
    """Two households side by side: the one that has stood longer first."""

    id: UUID
    score: int
    has_same_phone: bool
    sides: tuple[Side, Side]

    @property
    def differing(self) -> frozenset[str]:
        """In which of `COMPARED` they differ."""
        first, second = self.sides
        return frozenset(name for name in COMPARED if first.said(name) != second.said(name))


@dataclass(frozen=True)
class Answer:
    """What was said of a pair."""

    id: UUID
    is_same: bool
    names: tuple[str, str]
    at: datetime


def waiting(session: Session, *, actor: Actor) -> int:
    """How many pairs nobody has said anything of, of households that live here today.

    Raises:
        NotAllowed: the actor is not of the ward's staff.
    """
    found: int = session.execute(_open(actor, func.count())).scalar_one()
    return found


def next_pair(session: Session, *, actor: Actor, but: Collection[UUID] = ()) -> Pair | None:
    """The pair that looks most alike of those that wait; `but` are put off. None where nothing waits.

    Raises:
        NotAllowed: the actor is not of the ward's staff.
    """
    weight = col(Likeness.score) + case((col(Likeness.has_same_phone), resemblance.PHONE_WEIGHT), else_=0)
    query = _open(actor, Likeness).where(col(Likeness.id).not_in(but)).order_by(weight.desc(), col(Likeness.id)).limit(1)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        return None
    sides = sorted(
        _sides(session, (found.household_id, found.other_id)), key=lambda side: (side.since, side.household.created_at)
    )
    return Pair(found.id, found.score, found.has_same_phone, (sides[0], sides[1]))


def join(
    session: Session, *, actor: Actor, likeness_id: UUID, keep_id: UUID, versions: Mapping[UUID, int] | None = None
) -> Household:
    """They are one household: what becomes of both is told by `duplicates.unite`.

    Raises:
        Invalid: somebody has answered, or what `duplicates.unite` refuses.
        NotAllowed: the actor is not of the ward's staff.
        NotFound: it does not exist, or a household lies outside the actor's sight.
    """
    pair = _one(session, actor, likeness_id)
    household, _change_set = duplicates.unite(
        session, actor=actor, ids=(pair.household_id, pair.other_id), keep_id=keep_id, versions=versions
    )
    _answer(session, actor, pair, is_same=True)
    return household


def part(session: Session, *, actor: Actor, likeness_id: UUID) -> None:
    """They are two households, and are not asked about again.

    Raises:
        Invalid: somebody has answered.
        NotAllowed, NotFound: as `join`.
    """
    _answer(session, actor, _one(session, actor, likeness_id), is_same=False)


def last_answer(session: Session, *, actor: Actor) -> Answer | None:
    """What the actor said last, which `undo` takes back.

    Raises:
        NotAllowed: the actor is not of the ward's staff.
    """
    first, second = _two()
    query = _seen(actor, first, second, Likeness, first.head_name, second.head_name)
    query = query.where(col(Likeness.answered_by_id) == actor.id, col(Likeness.is_same).is_not(None))
    found = session.execute(query.order_by(col(Likeness.answered_at).desc(), col(Likeness.id)).limit(1)).first()
    if found is None:
        return None
    return Answer(found[0].id, bool(found[0].is_same), (found[1], found[2]), found[0].answered_at)


def undo(session: Session, *, actor: Actor, likeness_id: UUID) -> None:
    """Take an answer back: two that were made one are two again, and the pair waits once more.

    Raises:
        Invalid: it was not answered, or one of the households has changed since.
        NotAllowed, NotFound: as `join`.
    """
    pair = _one(session, actor, likeness_id, is_open=False)
    if pair.is_same:
        change_set_id = duplicates.change_set_of(session, ids=(pair.household_id, pair.other_id))
        if change_set_id is None:
            raise Invalid(N_("Không quay lại được: hai hộ đã có thay đổi khác."))
        duplicates.separate(session, actor=actor, change_set_id=change_set_id)
    pair.is_same = pair.answered_by_id = pair.answered_at = None
    session.add(pair)
    audit.record(session, actor=actor, action="likeness.undone", subject_kind="likeness", subject_id=pair.id)


def _answer(session: Session, actor: Actor, pair: Likeness, *, is_same: bool) -> None:
    pair.is_same, pair.answered_by_id, pair.answered_at = is_same, actor.id, clock.now()
    session.add(pair)
    audit.record(
        session, actor=actor, action="likeness.answered", subject_kind="likeness", subject_id=pair.id, is_same=is_same
    )  # fmt: skip


def _one(session: Session, actor: Actor, likeness_id: UUID, *, is_open: bool = True) -> Likeness:
    query = _seen(actor, *_two(), Likeness).where(col(Likeness.id) == likeness_id)
    found: Likeness | None = session.execute(
        query.with_for_update(of=Likeness).execution_options(populate_existing=True)
    ).scalar_one_or_none()  # fmt: skip
    if found is None:
        raise NotFound(N_("Không tìm thấy cặp hộ này."))
    if is_open and found.is_same is not None:
        raise Invalid(N_("Cặp hộ này đã được trả lời rồi."))
    if not is_open and found.is_same is None:
        raise Invalid(N_("Cặp hộ này chưa được trả lời."))
    return found


def _two() -> tuple[Any, Any]:
    return aliased(Household), aliased(Household)


def _seen(actor: Actor, first: Any, second: Any, *what: Any) -> Select[Any]:
    """Pairs of which the actor sees both households."""
    access.require(actor, May.WRITE_HOUSEHOLDS)
    query = select(*what).select_from(Likeness).join(first, first.id == col(Likeness.household_id))
    query = query.join(second, second.id == col(Likeness.other_id))
    in_sight = access.visible_units(actor)
    return query.where(first.unit_id.in_(in_sight), second.unit_id.in_(in_sight))


def _open(actor: Actor, what: Any) -> Select[Any]:
    first, second = _two()
    day = clock.today()
    here = [condition for one in (first, second) for condition in (one.arrived_on <= day, lasts(one.left_on, day))]
    return _seen(actor, first, second, what).where(col(Likeness.is_same).is_(None), *here)


def _sides(session: Session, ids: Sequence[UUID]) -> list[Side]:
    homes = select(Household, Unit).join(Unit, col(Unit.id) == col(Household.unit_id)).where(col(Household.id).in_(ids))
    began = select(col(HouseholdPast.household_id), func.min(col(HouseholdPast.started_on)))
    began = began.where(col(HouseholdPast.household_id).in_(ids)).group_by(col(HouseholdPast.household_id))
    first_days: dict[UUID, date] = {row[0]: row[1] for row in session.execute(began)}
    day = clock.today()
    inside = select(col(Membership.household_id), col(Group.name)).join(Group, col(Group.id) == col(Membership.group_id))
    inside = inside.where(col(Membership.household_id).in_(ids), is_member(day), stands(day)).order_by(col(Group.name))
    groups = [(row[0], row[1]) for row in session.execute(inside)]
    return [
        Side(home, unit.label, first_days.get(home.id, home.arrived_on), _of(groups, home.id))
        for home, unit in session.execute(homes)
    ]


def _of(groups: Iterable[tuple[UUID, str]], household_id: UUID) -> tuple[str, ...]:
    return tuple(name for id_, name in groups if id_ == household_id)
