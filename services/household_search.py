"""Which households a person may see, and finding them: by any part of name, address, code or phone, without diacritics."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, false, func, literal, not_, or_, select
from sqlmodel import Session, col

from core import clock, phones, vocabulary
from core.errors import NotFound
from core.fulltext import Holds, Unindexed, near, terms
from core.i18n import N_
from core.text import clean, fold, vietnamese_key
from models import Group, GroupKind, Household, Membership, Need, Unit
from services import access
from services.access import Actor, May
from services.household_values import HouseholdValues
from services.needs import require_look
from services.presence import is_member, lasts, lives_here, stands

PAGE_MOST = 500
ALIKE_MOST = 5
WORDS_MOST = 100  # letters of a search that are read
FEW = 2_000  # so many are asked for by their ids
SORTED_MOST = 20_000  # up to so many are sorted by given name; beyond, by the whole name as it is searched
DIGITS_FROM = 4  # so many digits alone may be (part of) a telephone number
_SIGNS = re.compile(r"[\s.\-()]+")
TAIL_FROM = 3  # so many digits may be the end of a telephone number
WHOLE_FROM = 9  # so many digits, the zero aside, are a whole one, or begin or end one: none has more than ten
_HOUSEHOLDS = Household.metadata.tables["household"]
_NEEDS = cast(col(Household.needs), String)
_NUMBERS = _HOUSEHOLDS.alias().c
_LIVES_IN = col(Unit.id) == col(Household.unit_id)
_FOUND_LIVES_IN = col(Unit.id) == Unindexed(_HOUSEHOLDS.c.unit_id)  # words find few: begin with them, not with the units in sight


@dataclass(frozen=True)
class Filters:
    """What a list of households is narrowed by, and its order."""

    words: str = ""
    unit_id: UUID | None = None
    group_id: UUID | None = None  # "joined" then means this group, else any household group
    is_joined: bool | None = None
    without_phone: bool = False
    needs: tuple[Need, ...] = ()  # any of these
    has_left: bool = False  # those that moved away, instead of those that live here
    order: Literal["hard_to_reach", "name"] = "hard_to_reach"


@dataclass(frozen=True)
class HouseholdRow:
    """A household as a list shows it, today."""

    id: UUID
    unit_id: UUID
    unit_label: str
    area: str
    code: str
    head_name: str
    address: str
    phone: str | None
    people: int
    smartphones: int
    needs: tuple[Need, ...]  # only where the list was narrowed by needs
    left_on: date | None
    people_joined: int  # people in its open memberships, 0 where it has none

    @property
    def joined(self) -> bool:
        """Whether it is in a group today: the group asked for, or any household group."""
        return self.people_joined > 0


@dataclass(frozen=True)
class HouseholdPage:
    """One page of the households found, and how many there are in all."""

    rows: list[HouseholdRow]
    total: int
    page: int  # from 1
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


def in_sight(actor: Actor) -> ColumnElement[bool]:
    """Units whose households the actor may see.

    Raises:
        NotAllowed: the actor sees figures only.
    """
    access.require(actor, May.SEE_PEOPLE)
    below = access.path_range(actor.unit_path)
    if actor.role not in May.SEE_PEOPLE.value.own:
        return below
    own = Group.metadata.tables["chat_group"].alias().c  # an own name, so that a query over groups may use this too
    led = select(own.unit_id).where(own.leader_id == actor.id, own.kind == GroupKind.HOUSEHOLD, own.closed_on.is_(None))
    return or_(below, col(Unit.id).in_(led))


def search(
    session: Session, *, actor: Actor, filters: Filters = Filters(), page: int = 1, size: int = 50, most: int = PAGE_MOST
) -> HouseholdPage:  # fmt: skip
    """Households the actor may see that match every word, as a page; a page beyond the last shows the last.

    Hard to reach first: in no group, then without a phone, then with needs, then without a smartphone. By name: by given name
    as Vietnamese lists are, those that match the words with their marks before the others.

    Raises:
        Invalid: it is narrowed by needs, and the actor has not said what for (services.needs).
        NotAllowed: the actor sees figures only.
    """
    access.require(actor, May.SEE_PEOPLE)
    if filters.needs:
        require_look(session, actor=actor)
    day = clock.today()
    stays = _open_today(day, filters.group_id)
    joined = stays.exists()
    people_joined = func.coalesce(stays.with_only_columns(func.sum(col(Membership.people))).scalar_subquery(), 0)
    size = min(max(size, 1), most)
    others = _matching(session, actor, filters, joined, day)
    query = select(Household, Unit, people_joined).join(Unit, _LIVES_IN)
    if filters.order == "hard_to_reach" and clean(filters.words):
        total, page, chosen = _hardest(session, filters.words, others, joined, page, size)
        rows = _in_order(session, query, chosen)
    else:
        total, matching = _found(session, filters.words, others)
        page = min(max(page, 1), max(1, -(-total // size)))
        start = (page - 1) * size
        if filters.order == "name" and total <= SORTED_MOST:
            rows = _in_order(session, query, _ids_by_name(session, matching, filters.words)[start : start + size])
        else:
            order = _hardest_first(joined, "") if filters.order == "hard_to_reach" else []
            query = query.where(matching).order_by(*order, col(Household.search), col(Household.id)).offset(start).limit(size)
            rows = list(session.execute(query))
    return HouseholdPage([row_of(*row, with_needs=bool(filters.needs)) for row in rows], total, page, size)


def alike(session: Session, *, actor: Actor, unit_id: UUID, values: HouseholdValues) -> list[HouseholdRow]:
    """Households that live here and may be the one about to be added: of the same name (marks aside) in the unit, or reached by
    the same number anywhere in sight. Five at most, for a person to look at. Two queries.

    Raises:
        NotAllowed: the actor sees figures only.
    """
    name, number = fold(clean(values.head_name)), phones.parse(values.phone)
    words = terms(values.head_name)
    begins_so = or_(col(Household.search) == words, col(Household.search).startswith(f"{words} ", autoescape=True))
    named = _living(session, actor, and_(col(Household.unit_id) == unit_id, begins_so)) if words else []
    called = []
    if number:
        dialled = Holds(_HOUSEHOLDS.c.search, [[f"0{number.removeprefix('+84')}*"]])
        called = _living(session, actor, or_(col(Household.phone) == number, dialled))
    same = [row for row in named if fold(row[0].head_name) == name]
    same += [row for row in called if number in (row[0].phone, *row[0].other_phones)]
    return list({row[0].id: row_of(*row) for row in same}.values())[:ALIKE_MOST]


def _living(session: Session, actor: Actor, condition: ColumnElement[bool]) -> list[tuple[Household, Unit, int]]:
    day = clock.today()
    people = func.coalesce(_open_today(day, None).with_only_columns(func.sum(col(Membership.people))).scalar_subquery(), 0)
    query = select(Household, Unit, people).join(Unit, _LIVES_IN).where(in_sight(actor), condition, lives_here(day))
    return [(home, unit, joined) for home, unit, joined in session.execute(query.order_by(col(Household.code)))]


def _hardest(
    session: Session, words: str, others: ColumnElement[bool], joined: ColumnElement[bool], page: int, size: int
) -> tuple[int, int, list[UUID]]:
    """How many households match, the page (the last, where it lies beyond) and who is on it, hardest to reach first: one look
    through the index by words counts and sorts them all.
    """
    order = [*_hardest_first(joined, words), col(Household.search), col(Household.id)]
    start = (max(page, 1) - 1) * size
    for wordly in _meanings(session, words):
        matching = and_(wordly, others)
        query = select(col(Household.id), func.count().over()).join(Unit, _FOUND_LIVES_IN).where(matching).order_by(*order)
        rows = session.execute(query.offset(start).limit(size)).all()
        if not rows and start and (total := _count(session, matching, _FOUND_LIVES_IN)):
            start = (total - 1) // size * size
            rows = session.execute(query.offset(start).limit(size)).all()
        if rows:
            return rows[0][1], start // size + 1, [row[0] for row in rows]
    return 0, 1, []


def _in_order(session: Session, query: Any, ids: Sequence[UUID]) -> list[Any]:
    """The rows of these households, in this order."""
    found = {row[0].id: row for row in session.execute(query.where(col(Household.id).in_(ids)))}
    return [found[household_id] for household_id in ids]


def _found(session: Session, words: str, others: ColumnElement[bool]) -> tuple[int, ColumnElement[bool]]:
    """How many households match, and the condition to ask them by: of few their ids, so that the index is asked once."""
    if not clean(words):
        return _count(session, others, _LIVES_IN), others
    for wordly in _meanings(session, words):
        matching = and_(wordly, others)
        query = select(col(Household.id)).join(Unit, _FOUND_LIVES_IN).where(matching).limit(FEW + 1)
        ids = session.execute(query).scalars().all()
        if ids:
            is_few = len(ids) <= FEW
            return (len(ids), col(Household.id).in_(ids)) if is_few else (_count(session, matching, _FOUND_LIVES_IN), matching)
    return 0, false()


def _count(session: Session, matching: ColumnElement[bool], lives_in: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Household).join(Unit, lives_in).where(matching)
    found: int = session.execute(counted).scalar_one()
    return found


def _matching(session: Session, actor: Actor, filters: Filters, joined: ColumnElement[bool], day: date) -> ColumnElement[bool]:
    conditions = [in_sight(actor)]
    if filters.unit_id:
        unit = session.execute(select(Unit).where(col(Unit.id) == filters.unit_id, in_sight(actor))).scalar_one_or_none()
        if unit is None:
            raise NotFound(N_("Không tìm thấy đơn vị này."))
        conditions.append(access.path_range(unit.path))
    is_here = lasts(col(Household.left_on), day)
    conditions.append(not_(is_here) if filters.has_left else is_here)
    if filters.is_joined is not None:
        conditions.append(joined if filters.is_joined else not_(joined))
    if filters.without_phone:
        conditions.append(col(Household.phone).is_(None))
    if filters.needs:
        conditions.append(or_(*[_NEEDS.contains(f'"{need.value}"', autoescape=True) for need in filters.needs]))
    return and_(*conditions)


def _meanings(session: Session, words: str) -> Iterator[ColumnElement[bool]]:
    """What was typed, then what was perhaps meant, for whoever has found nothing; neither where it is surely nowhere.

    Every word begins a term; perhaps one a slip away does. Digits in groups are one telephone number, or its end; perhaps a part
    of a household's first one. Signs part words and mean nothing else; signs alone find nothing.
    """
    asked = terms(words[:WORDS_MOST]).split()
    numbers = [[[dialled, dialled[::-1]]]] if (dialled := _dialled(words)) else []
    inner = dialled.lstrip("0")
    typed = _existing(session, [[[word, *_backwards(word)] for word in asked], *numbers])
    if typed:
        yield _held(typed)
    if inner and len(inner) < WHOLE_FROM:
        yield col(Household.id).in_(select(_NUMBERS.id).where(_NUMBERS.phone.contains(inner)))  # reads an index, not the rows
        return
    if inner:
        numbers.append([["0" + inner, "0" + inner.removeprefix("84"), inner[::-1]]])
    meant = _existing(session, [[[word, *_backwards(word), *near(word)] for word in asked], *numbers])
    if meant and meant != typed:
        yield _held(meant)


def _dialled(words: str) -> str:
    """The digits of what may be (part of) one telephone number, as they are dialled here; else nothing."""
    digits = _SIGNS.sub("", words)
    if not re.fullmatch(rf"\+?\d{{{DIGITS_FROM},}}", digits):
        return ""
    return re.sub(r"^(\+84|0084|84(?=\d{9}$))0?", "0", digits).lstrip("+")


def _held(ways: list[list[list[str]]]) -> ColumnElement[bool]:
    """Whether a household is found in one of the ways. Of a number in groups the first is left to the rows that hold the others:
    so many numbers begin like this one that to look them all up would take longer than all else.
    """
    (first, *groups), *numbers = ways
    if not (numbers and first[0].startswith("0") and any(len(forms[0]) > TAIL_FROM for forms in groups)):
        return Holds(_HOUSEHOLDS.c.search, *ways)
    wholes = [form for (forms,) in numbers for form in forms]
    padded = literal(" ").concat(col(Household.search))
    begins = [padded.contains(f" {form.removesuffix('*')}") for form in (*first, *wholes)]
    return and_(Holds(_HOUSEHOLDS.c.search, groups, *numbers), or_(*begins))


def _existing(session: Session, ways: list[list[list[str]]]) -> list[list[list[str]]]:
    return vocabulary.existing(session, _HOUSEHOLDS.name, [way for way in ways if way])


def _backwards(word: str) -> list[str]:
    return [word[::-1]] if word.isdecimal() and len(word) >= TAIL_FROM else []


def _open_today(day: date, group_id: UUID | None) -> Select[Any]:
    """The memberships a household has on a day: in one group, or in any household group."""
    query = (
        select(col(Membership.people))
        .join(Group, col(Group.id) == col(Membership.group_id))
        .where(col(Membership.household_id) == col(Household.id), is_member(day), stands(day))
    )
    return query.where(col(Group.id) == group_id if group_id else col(Group.kind) == GroupKind.HOUSEHOLD).correlate(Household)


def _has_marks(words: str) -> bool:
    return fold(words) != clean(words).casefold()


def _hardest_first(joined: ColumnElement[bool], words: str) -> list[ColumnElement[Any]]:
    flags = [not_(joined), col(Household.phone).is_(None), _NEEDS != "[]", col(Household.smartphones) == 0]
    if _has_marks(words):
        typed = clean(words)
        flags.insert(0, or_(*[col(Household.head_name).contains(form, autoescape=True) for form in (typed, typed.title())]))
    asked = terms(words[:WORDS_MOST]).split()
    if asked:  # whole words before those that only begin so
        padded = literal(" ").concat(col(Household.search)).concat(" ")
        flags.insert(1 if _has_marks(words) else 0, and_(*[padded.contains(f" {word} ") for word in asked]))
    return [case((flag, 0), else_=1) for flag in flags]


def _ids_by_name(session: Session, matching: ColumnElement[bool], words: str) -> list[UUID]:
    """All that match, by given name, family name and middle name in the order of the alphabet."""
    query = select(col(Household.id), col(Household.head_name)).join(Unit, _LIVES_IN)
    typed = clean(words).casefold() if _has_marks(words) else ""
    rows = list(session.execute(query.where(matching)))
    return [
        row.id for row in sorted(rows, key=lambda row: (typed not in row.head_name.casefold(), _name_key(row.head_name), row.id))
    ]


def _name_key(name: str) -> tuple[Any, ...]:
    words = name.split() or [""]
    return (_word_key(words[-1]), _word_key(words[0]), [_word_key(word) for word in words[1:-1]])


@lru_cache(maxsize=5_000)
def _word_key(word: str) -> tuple[Any, ...]:
    return vietnamese_key(word)


def row_of(household: Household, unit: Unit, people_joined: int, *, with_needs: bool = False) -> HouseholdRow:
    """A household as lists show it; what it needs is empty unless asked for (see `audit` for who may look)."""
    return HouseholdRow(
        household.id, unit.id, unit.label, unit.area, household.code, household.head_name, household.address, household.phone,
        household.people, household.smartphones, tuple(Need(need) for need in household.needs) if with_needs else (),
        household.left_on, people_joined,
    )  # fmt: skip
