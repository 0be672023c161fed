"""By which path a household can be told, in the database's own words: nothing here looks at one household after the other.

What is asked is a `Question`; `rows` answers it as a query with one row a household and path, whatever the size of the audience.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Subquery,
    Uuid,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlmodel import Session, col

from core.phones import MOBILE_DIGITS, MOBILE_LENGTH
from models import Audience, Channel, Extra, Group, GroupKind, Household, Membership, Model, Need, Relay, Unit, Urgency
from services import access, audiences, consents, opt_outs, reach_rules, untold
from services.presence import is_erased, is_member, lives_here, stands
from services.reach_rules import Rules

FOLLOWED = (Channel.ZALO_OA, Channel.ZALO_TEMPLATE)
CALLED = (Channel.ZNS, Channel.SMS)
ONE_BY_ONE = (*FOLLOWED, *CALLED)  # by these each receiver gets a message of its own
_HOME = Model.metadata.tables["household"].c
_HOMES = ("household_id", "people", "group_id", "follower", "mobile")
KNOCKED = (Need.DOOR.value,)  # whoever has this is told at the door as well, whatever else works
_ROWS = ("household_id", "people", "group_id", "path", "recipient", "price")


@dataclass(frozen=True)
class Way:
    """A path that works for this ward today, and what one message costs on it (đồng)."""

    path: Channel
    price: int = 0


@dataclass(frozen=True)
class LastPaid:
    """The last message that the money is enough for, in the order in which it is spent."""

    price: int
    household_id: UUID
    path: str


@dataclass(frozen=True)
class Money:
    """How far a budget goes, worked out once for the whole audience: for first paths, and for those told as well."""

    first: LastPaid | None = None
    also: LastPaid | None = None


@dataclass(frozen=True)
class Question:
    """Whom an announcement is for, on which day, by which ways in their order, and what it may cost."""

    audience: Sequence[Audience]
    day: date
    ways: Sequence[Way]
    rules: Rules = field(default_factory=Rules)
    by_all: bool = False  # every way that works, not only the first: emergencies
    places: dict[UUID, str] = field(default_factory=dict)  # paths of the audience's units
    is_missing: ColumnElement[bool] = field(default_factory=true)  # of a follow-up: who was not told yet
    had: Sequence[UUID] = ()  # the announcements it corrects: whoever got one of them belongs to the audience
    again: Sequence[UUID] = ()  # those it says again: not in a chat in which one of them was posted
    part: ColumnElement[bool] = field(default_factory=true)  # of the audience's households, when it is answered part by part
    money: Money | None = None  # known beforehand, when it is: a part cannot know what the others cost

    @property
    def goes_by_chat(self) -> bool:
        """Whether leaders are asked to post."""
        return any(way.path is Channel.RELAY for way in self.ways)


def ask(
    session: Session, *, audience: Sequence[Audience], day: date, channels: Sequence[Channel] = (),
    urgency: Urgency = Urgency.NORMAL, segments: int = 1,
) -> Question:  # fmt: skip
    """The question for an audience by its ward's rules and accounts. `segments` is what an SMS of the text is paid for."""
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(col(Unit.id).in_([a.unit_id for a in audience])))}
    first = next((units[entry.unit_id] for entry in audience if entry.unit_id in units), None)
    ward = access.commune_of(session, first) if first else None
    rules = reach_rules.of(session, ward=ward) if ward else Rules()
    ways = _ways(session, ward, rules, segments) if ward else [Way(Channel.RELAY)]
    again = untold.followed(session, audience)
    return Question(
        audience=audience, day=day, ways=[way for way in ways if not channels or way.path in channels], rules=rules,
        by_all=urgency is Urgency.EMERGENCY, places={unit.id: unit.path for unit in units.values()},
        is_missing=untold.missing_after(again), again=again,
    )  # fmt: skip


def _ways(session: Session, ward: Unit, rules: Rules, segments: int) -> list[Way]:
    """The chat, and each account that works: as the ward orders them, else what costs least first."""
    working = {one.channel: one.price for one in reach_rules.accounts(session, ward=ward).values() if one.works}
    prices = working | {Channel.RELAY: 0}
    if Channel.SMS in prices:
        prices[Channel.SMS] *= segments
    cheapest = sorted(reach_rules.CHOICES, key=lambda path: (path is not Channel.RELAY, prices.get(path, 0)))
    return [Way(path, prices[path]) for path in rules.order or cheapest if path in prices]


def rows(session: Session, question: Question) -> Select[Any]:
    """One row a household and path: household_id, people, group_id, path, recipient, price, is_first.

    Each household of the audience has exactly one row that is first; the door where nothing else works, or where the money is
    spent and nothing free works. Others of a household are there in an emergency, for paper, and for a knock that it needs.
    """
    homes = _homes(question)
    first = _first(homes, question)
    parts = [select(*[first.c[name] for name in _ROWS], true().label("is_first")), _at_the_door(homes, question)]
    if question.by_all:
        parts.append(_also(session, question, first))
    if question.rules.print_for:
        parts.append(_on_paper(homes))
    return select(union_all(*parts).subquery())


def present(question: Question) -> ColumnElement[bool]:
    """Present households of the audience: those of each unit's subtree that have one of its needs and live in one of its
    streets, if it names any.

    Of a correction also every household that was told what it corrects, wherever it belongs by now.
    """
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Audience]] = {}
    for entry in question.audience:
        alike.setdefault((tuple(entry.needs), tuple(entry.streets)), []).append(entry)
    parts: list[ColumnElement[bool]] = [false()]
    for (needs, streets), entries in alike.items():
        within: ColumnElement[bool] = col(Household.unit_id).in_(_below(question, entries))
        parts.append(audiences.narrowed(within, needs=needs, streets=streets))
    if question.had:
        parts.append(audiences.was_told(question.had))
    return or_(*parts) & lives_here(question.day) & question.is_missing & ~is_erased(col(Household.id))


def chats(question: Question) -> ColumnElement[bool]:
    """The chats of the audience in which a leader posts; of a correction also those that got what it corrects.

    Nobody is asked to post again where it stands already.
    """
    by_kind: dict[GroupKind, list[Audience]] = {}
    for entry in question.audience:
        by_kind.setdefault(GroupKind(entry.group_kind) if entry.group_kind else GroupKind.HOUSEHOLD, []).append(entry)
    parts: list[ColumnElement[bool]] = [false()]
    for kind, entries in by_kind.items():
        parts.append(col(Group.unit_id).in_(_below(question, entries)) & (col(Group.kind) == kind))
    if question.had:
        parts.append(col(Group.id).in_(select(col(Relay.group_id)).where(col(Relay.announcement_id).in_(question.had))))
    asked = or_(*parts) & stands(question.day) & (col(Group.channel) == Channel.RELAY)
    if not question.again:
        return asked
    has_it = select(col(Relay.group_id)).where(
        col(Relay.announcement_id).in_(question.again), col(Relay.posted_at).is_not(None)
    )  # fmt: skip
    return asked & col(Group.id).not_in(has_it)


def is_mobile(number: Any) -> ColumnElement[bool]:
    """Of a column of telephone numbers: it takes messages."""
    return (func.length(number) == MOBILE_LENGTH) & func.substr(number, 4, 1).in_(MOBILE_DIGITS)


def _below(question: Question, entries: Sequence[Audience]) -> Select[Any]:
    return select(col(Unit.id)).where(or_(*[access.path_range(question.places[entry.unit_id]) for entry in entries]))


def _homes(question: Question) -> CTE:
    """Each household with what it can be told by: the chat it joined first, the account it follows, a mobile telephone."""
    chat = (
        select(col(Membership.group_id))
        .join(Group, col(Group.id) == col(Membership.group_id))
        .where(col(Membership.household_id) == _HOME.id, is_member(question.day), chats(question))
        .order_by(col(Membership.joined_on), col(Membership.group_id))
        .limit(1)
        .scalar_subquery()
    )
    is_asked_not_to = consents.is_against(Extra.MESSAGES, _HOME.id)
    found = select(
        _HOME.id.label("household_id"), _HOME.people,
        (chat if question.goes_by_chat else cast(null(), Uuid())).label("group_id"),
        case(
            (~is_asked_not_to & ~opt_outs.is_out(FOLLOWED, _HOME.zalo_user_id), func.nullif(_HOME.zalo_user_id, ""))
        ).label("follower"),
        case(
            (is_mobile(_HOME.phone) & ~is_asked_not_to & ~opt_outs.is_out(CALLED, _HOME.phone), _HOME.phone)
        ).label("mobile"),
        (audiences.has_any(question.rules.print_for) if question.rules.print_for else false()).label("wants_paper"),
        audiences.has_any(KNOCKED).label("wants_knock"),
    ).where(present(question), question.part)  # fmt: skip
    return _kept(found, "homes")


def _kept(query: Select[Any], name: str) -> CTE:
    """Worked out once, however often it is read."""
    return query.cte(name).prefix_with("MATERIALIZED")


def _works(homes: CTE, way: Way) -> ColumnElement[bool]:
    if way.path is Channel.RELAY:
        return homes.c.group_id.is_not(None)
    return (homes.c.follower if way.path in FOLLOWED else homes.c.mobile).is_not(None)


def _recipient(homes: CTE, way: Way) -> ColumnElement[Any]:
    return homes.c.follower if way.path in FOLLOWED else homes.c.mobile if way.path in CALLED else null()


def _best(homes: CTE, ways: Sequence[Way]) -> ColumnElement[str]:
    """The first of these ways that works for a household, else the door. No money is spent on a way to whoever needs a knock."""
    door = literal(Channel.DOOR.value)
    found = [(_works(homes, way) & ~homes.c.wants_knock if way.price else _works(homes, way), way) for way in ways]
    return case(*[(works, literal(way.path.value)) for works, way in found], else_=door) if ways else door


def money(session: Session, question: Question) -> Money | None:
    """How far the budget goes, for a question that will be answered part by part; None where there is none to keep to."""
    budget = question.rules.budget
    if budget is None or not _priced(question):
        return None
    homes = _homes(question)
    _, paid, is_enough = _spent(_wished(homes, question), budget)
    found = Money(_last(session, paid, is_enough))
    if not question.by_all:
        return found
    first = _first(homes, question)
    _, paid, is_enough = _spent(_others(first, question), budget - cost_of(session, first))
    return Money(found.first, _last(session, paid, is_enough))


def _last(session: Session, paid: Subquery, is_enough: ColumnElement[bool]) -> LastPaid | None:
    order = (paid.c.price, paid.c.household_id, paid.c.path)
    found = session.execute(select(*order).where(is_enough).order_by(*[column.desc() for column in order]).limit(1)).first()
    return LastPaid(*found) if found else None


def _priced(question: Question) -> bool:
    return any(way.price for way in question.ways)


def _first(homes: CTE, question: Question) -> CTE:
    """By which way each household is told first, with what else it could be told by."""
    wished, budget = _wished(homes, question), question.rules.budget
    if budget is None or not _priced(question):
        return _kept(select(*wished.c), "first") if question.by_all else wished
    known = question.money
    free_of_charge, paid, is_enough = _spent(wished, budget) if known is None else _paid_until(wished, known.first)
    instead = (
        *[paid.c[name] for name in _HOMES], case((is_enough, paid.c.path), else_=paid.c.free).label("path"), paid.c.free,
        case((is_enough, paid.c.recipient)).label("recipient"), case((is_enough, paid.c.price), else_=0).label("price"),
    )  # fmt: skip
    both = union_all(free_of_charge, select(*instead)).subquery()
    return _kept(select(both), "first")


def _wished(homes: CTE, question: Question) -> CTE:
    """As if money were no matter."""
    ways = question.ways
    path = _best(homes, ways)
    free = _best(homes, [way for way in ways if not way.price])
    chosen = select(*[homes.c[name] for name in _HOMES], path.label("path"), free.label("free")).subquery()
    prices = [(chosen.c.path == way.path.value, way.price) for way in ways if way.price]
    followed = chosen.c.path.in_([path.value for path in FOLLOWED])
    called = chosen.c.path.in_([path.value for path in CALLED])
    wished = select(
        *[chosen.c[name] for name in (*_HOMES, "path", "free")],
        case((followed, chosen.c.follower), (called, chosen.c.mobile)).label("recipient"),
        (case(*prices, else_=0) if prices else literal(0)).label("price"),
    )  # fmt: skip
    return wished.cte("wished")


def _spent(wished: CTE, budget: int) -> tuple[Select[Any], Subquery, ColumnElement[bool]]:
    """What costs nothing, what costs, and whether the money is enough for it: the cheapest messages first, of one price in the
    order of the register. Who shares a telephone shares the message. What is paid for is the beginning of that order.
    """
    place = func.row_number().over(partition_by=(wished.c.path, wished.c.recipient), order_by=wished.c.household_id)
    pays = case((place == 1, wished.c.price), else_=0).label("pays")
    told = select(*wished.c, pays).where(wished.c.price > 0).subquery()
    order = (told.c.price, told.c.household_id, told.c.path)
    spent = func.sum(told.c.pays).over(order_by=order, rows=(None, 0)).label("spent")
    paid = select(*told.c, spent).subquery()
    return select(*wished.c).where(wished.c.price == 0), paid, paid.c.spent <= budget


def _paid_until(wished: CTE, last: LastPaid | None) -> tuple[Select[Any], Subquery, ColumnElement[bool]]:
    """As `_spent`, where it is known what the money is enough for."""
    paid = select(*wished.c).where(wished.c.price > 0).subquery()
    free_of_charge = select(*wished.c).where(wished.c.price == 0)
    if last is None:
        return free_of_charge, paid, false()
    within = (paid.c.household_id < last.household_id) | ((paid.c.household_id == last.household_id) & (paid.c.path <= last.path))
    return free_of_charge, paid, (paid.c.price < last.price) | ((paid.c.price == last.price) & within)


def _also(session: Session, question: Question, first: CTE) -> Select[Any]:
    """Every other way that works, as far as the money goes that the first ones leave."""
    also, budget, known = _others(first, question), question.rules.budget, question.money
    if budget is None:
        return select(*[also.c[name] for name in _ROWS], false().label("is_first"))
    if known is None:
        free_of_charge, paid, is_enough = _spent(also, budget - cost_of(session, first))
    else:
        free_of_charge, paid, is_enough = _paid_until(also, known.also)
    both = union_all(free_of_charge, select(*[paid.c[name] for name in _ROWS]).where(is_enough)).subquery()
    return select(*[both.c[name] for name in _ROWS], false().label("is_first"))


def _others(first: CTE, question: Question) -> CTE:
    others = [
        select(
            first.c.household_id, first.c.people, first.c.group_id, literal(way.path.value).label("path"),
            _recipient(first, way).label("recipient"), literal(way.price).label("price"),
        ).where(_works(first, way), first.c.path != way.path.value)
        for way in question.ways
    ] or [select(*[first.c[name] for name in _ROWS]).where(false())]  # fmt: skip
    return union_all(*others).cte("others")


def _at_the_door(homes: CTE, question: Question) -> Select[Any]:
    """A knock beside the free way by which a household is told, where it needs one; else the door is its first path anyway."""
    door = literal(Channel.DOOR.value)
    free = _best(homes, [way for way in question.ways if not way.price])
    return select(
        homes.c.household_id, homes.c.people, homes.c.group_id, door.label("path"), null().label("recipient"),
        literal(0).label("price"), false().label("is_first"),
    ).where(homes.c.wants_knock, free != door)  # fmt: skip


def _on_paper(homes: CTE) -> Select[Any]:
    path = literal(Channel.PRINT.value).label("path")
    return select(
        homes.c.household_id, homes.c.people, homes.c.group_id, path, null().label("recipient"), literal(0).label("price"),
        false().label("is_first"),
    ).where(homes.c.wants_paper)  # fmt: skip


def cost_of(session: Session, found: CTE) -> int:
    """What the paid messages among rows cost: each receiver of a channel once."""
    each = select(found.c.path, found.c.price, found.c.recipient).where(found.c.price > 0).distinct().subquery()
    return int(session.execute(select(func.coalesce(func.sum(each.c.price), 0))).scalar_one())
