"""Chat groups and public channels: who leads them, what feeds them, how many households they hold."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, true, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from core import clock
from core.db import changed
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean, natural_key
from models import Channel, Group, GroupKind, Household, LeaderDevice, Membership, Unit, User
from services import access, audit, channel_values, figures, join_requests, link_targets, presence, rollups, terms, tick_lists
from services.access import Actor, May
from services.figures import Coverage
from services.household_search import Filters, HouseholdPage, search
from services.presence import lasts
from services.units import place_key

MONTHS = 24
NAME_MOST, ADDRESS_MOST = 120, 200
WRITTEN_TO = (Channel.RELAY, Channel.ZALO_GROUP, Channel.EMAIL)  # how what is said gets into a group


@dataclass(frozen=True)
class GroupValues:
    """What a form says of a group."""

    name: str
    kind: GroupKind
    channel: Channel = Channel.RELAY
    parent_id: UUID | None = None  # the group it is fed from
    join_url: str = ""
    external_id: str = ""
    started_on: date | None = None


@dataclass(frozen=True)
class GroupRow:
    """A group as a list shows it, with its open memberships today."""

    id: UUID
    name: str
    kind: GroupKind
    channel: Channel
    unit_id: UUID
    unit_code: str
    unit_label: str
    area: str
    parent_id: UUID | None
    join_url: str | None
    leader_id: UUID | None
    leader: str  # "" where there is none, or for a viewer
    started_on: date | None
    closed_on: date | None
    households: int
    people: int


@dataclass(frozen=True)
class GroupOverview:
    """A group: its unit's coverage now and over two years, and the households of the unit, in the group or not."""

    group: Group
    unit: Unit
    leader: str
    coverage: Coverage
    growth: list[tuple[date, str, Coverage]]
    households: HouseholdPage  # those outside the group first; empty for a viewer
    members: int = 0  # households with an open membership in this very group
    people: int = 0  # people in those memberships


def listing(
    session: Session, *, actor: Actor, unit_id: UUID | None = None, with_closed: bool = False
) -> list[GroupRow]:  # fmt: skip
    """The groups at or below a unit (all the actor sees), by area and number of their unit. Two queries.

    Raises:
        NotFound: the unit lies outside the actor's sight.
    """
    seen = _seen(actor)
    if unit_id:
        seen = access.path_range(access.unit_for(session, actor=actor, unit_id=unit_id).path)
    day = clock.today()
    is_open = true() if with_closed else presence.stands(day)
    found = session.exec(
        select(Group, Unit, User.display_name)
        .join(Unit, col(Unit.id) == col(Group.unit_id))
        .outerjoin(User, col(User.id) == col(Group.leader_id))
        .where(seen, is_open)
    ).all()
    counts = _counts(session, seen, day)
    rows = [
        GroupRow(
            group.id, group.name, group.kind, group.channel, unit.id, unit.code, unit.label, unit.area, group.parent_id,
            group.join_url, group.leader_id, _shown_leader(actor, leader), group.started_on, group.closed_on,
            *counts.get(group.id, (0, 0)),
        ) for group, unit, leader in found
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (place_key(row.area, row.unit_label), natural_key(row.name), row.id))


def get(session: Session, *, actor: Actor, group_id: UUID) -> Group:
    """A group the actor sees: of the own units, or led by the actor.

    Raises:
        NotFound: it does not exist, or lies outside.
    """
    return _found(session, actor, group_id)[0]


def led_by(session: Session, *, actor: Actor) -> list[Group]:
    """The open groups the actor leads: those for households first, then by name."""
    if actor.id is None:
        return []
    found = session.exec(select(Group).where(Group.leader_id == actor.id, col(Group.closed_on).is_(None)))
    return sorted(found, key=lambda group: (group.kind is not GroupKind.HOUSEHOLD, natural_key(group.name)))


def values_of(group: Group) -> GroupValues:
    """What the form shows of a group."""
    return GroupValues(
        group.name, group.kind, group.channel, group.parent_id, group.join_url or "", group.external_id or "", group.started_on
    )


def group_overview(
    session: Session, *, actor: Actor, group_id: UUID, is_joined: bool | None = None, words: str = "", page: int = 1,
    size: int = 50,
) -> GroupOverview:  # fmt: skip
    """Who of the unit is in the group (all, or only those in or out), and how coverage of the unit grew: the ends of the
    last months, and today.

    Raises:
        NotFound: the group does not exist, or lies outside the actor's sight.
    """
    group, unit = _found(session, actor, group_id)
    own = replace(actor, unit_id=unit.id, unit_path=unit.path)  # a leader sees the unit of the led group, wherever it is
    today = clock.today()
    households = HouseholdPage([], 0, 1, size)
    is_near = group.kind is GroupKind.HOUSEHOLD or unit.path.startswith(actor.unit_path)  # else only the group is the actor's
    if access.may(actor, May.SEE_PEOPLE) and is_near:
        filters = Filters(words=words, unit_id=unit.id, group_id=group.id, is_joined=is_joined)
        households = search(session, actor=own, filters=filters, page=page, size=size)
    members, people = _counts(session, col(Group.id) == group.id, today).get(group.id, (0, 0))
    return GroupOverview(
        group=group, unit=unit, leader=_shown_leader(actor, access.display_name(session, user_id=group.leader_id)),
        coverage=figures.coverage(session, actor=own, on=today).total,
        growth=figures.growth(session, actor=own, days=[*month_ends(today, MONTHS - 1), today], by="total"),
        households=households, members=members, people=people,
    )  # fmt: skip


def month_ends(day: date, months: int) -> list[date]:
    """The last days of the months before a day's own, the earliest first."""
    ends = [day.replace(day=1) - timedelta(days=1)]
    while len(ends) < months:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends[::-1]


def create(session: Session, *, actor: Actor, unit_id: UUID, values: GroupValues) -> Group:
    """A new group of a unit, without a leader.

    Raises:
        Invalid: a value cannot be right; `details["field"]` names it.
        NotAllowed: the actor may not write.
        NotFound: the unit or the feeding group lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_GROUPS)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    group = Group(name="", kind=values.kind, unit_id=unit.id)
    _fill(session, actor, group, unit, values)
    session.add(group)
    _note(session, actor, "group.created", group, unit=unit.code, kind=group.kind.value)
    return group


def change(session: Session, *, actor: Actor, group_id: UUID, values: GroupValues) -> Group:
    """Correct a group; where it becomes one for households, or ceases to be, all its days are counted anew.

    Raises:
        Invalid: a value cannot be right; `details["field"]` names it.
        NotAllowed: the actor may not write.
        NotFound: it, or the feeding group, lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_GROUPS)
    group, unit = _found(session, actor, group_id)
    before = group.model_dump()
    _fill(session, actor, group, unit, values)
    fields = sorted(name for name, value in before.items() if value != getattr(group, name))
    if fields:
        session.add(group)
        _note(session, actor, "group.changed", group, fields=fields)
    if "kind" in fields:
        rollups.refresh(session, unit_ids=_homes(session, group.id))
    return group


def close(
    session: Session, *, actor: Actor, group_id: UUID, on: date | None = None, hands_on: bool = False
) -> Group:  # fmt: skip
    """The group is no more from the day `on` (today): its memberships and terms end, its leader's phones are forgotten,
    who still asks to join is told no.

    With `hands_on` the groups it feeds are fed from where it was fed from itself.

    Raises:
        Invalid: it is closed already, the day cannot be right, or it feeds others and nobody said who does from now on.
        NotAllowed: the actor may not write.
        NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_GROUPS)
    group, _ = _found(session, actor, group_id)
    day = on or clock.today()
    if group.closed_on is not None:
        raise Invalid(N_("Nhóm {name} đã đóng ngày {day:%d/%m/%Y}."), name=group.name, day=group.closed_on)
    if day > clock.today():
        raise Invalid(N_("Ngày đóng nhóm không được sau hôm nay."), field="on")
    if group.started_on is not None and day < group.started_on:
        raise Invalid(N_("Ngày đóng nhóm trước ngày lập nhóm ({day:%d/%m/%Y})."), day=group.started_on, field="on")
    fed = feeding(session, actor=actor, group_id=group.id)
    if fed and not hands_on:
        raise Invalid(N_("Nhóm đang chuyển tin cho {n} nhóm khác. Xin cho các nhóm ấy nhận tin từ nơi khác trước."), n=len(fed))
    for below in fed:
        below.parent_id = group.parent_id
        session.add(below)
        _note(session, actor, "group.changed", below, fields=["parent_id"])
    terms.end_all(session, group=group, on=day)
    group.closed_on = day
    session.add(group)
    session.flush()
    joined_on, left_on = col(Membership.joined_on), col(Membership.left_on)
    session.exec(
        update(Membership)
        .where(col(Membership.group_id) == group.id, or_(left_on.is_(None), left_on > day))
        .values(left_on=case((joined_on > day, joined_on), else_=day))
    )
    forget_phones(session, group)
    join_requests.end(session, actor=actor, group=group)
    _note(session, actor, "group.closed", group, on=day.isoformat())
    rollups.refresh(session, unit_ids=_homes(session, group.id), since=day)
    return group


def feeding(session: Session, *, actor: Actor, group_id: UUID) -> list[Group]:
    """The open groups fed from a group.

    Raises:
        NotFound: the group does not exist, or lies outside the actor's sight.
    """
    _found(session, actor, group_id)
    found = session.exec(select(Group).where(Group.parent_id == group_id, col(Group.closed_on).is_(None)))
    return sorted(found, key=lambda group: natural_key(group.name))


def _seen(actor: Actor) -> ColumnElement[bool]:
    below = access.path_range(actor.unit_path)
    return or_(below, col(Group.leader_id) == actor.id) if actor.id else below


def _found(session: Session, actor: Actor, group_id: UUID) -> tuple[Group, Unit]:
    query = select(Group, Unit).join(Unit, col(Unit.id) == col(Group.unit_id)).where(Group.id == group_id, _seen(actor))
    found = session.exec(query).first()
    if found is None:
        raise NotFound(N_("Không tìm thấy nhóm này."))
    return found


def _counts(session: Session, seen: ColumnElement[bool], day: date) -> dict[UUID, tuple[int, int]]:
    """Households and people in open memberships, by group."""
    rows = session.exec(
        select(Membership.group_id, func.count(func.distinct(Membership.household_id)), func.sum(Membership.people))
        .join(Group, col(Group.id) == col(Membership.group_id))
        .join(Unit, col(Unit.id) == col(Group.unit_id))
        .join(Household, col(Household.id) == col(Membership.household_id))
        .where(seen, presence.is_member(day), lasts(col(Household.left_on), day), presence.stands(day))
        .group_by(col(Membership.group_id))
    )
    return {group_id: (households, people) for group_id, households, people in rows}


def _shown_leader(actor: Actor, name: str | None) -> str:
    return name or "" if access.may(actor, May.SEE_PEOPLE) else ""


def _homes(session: Session, group_id: UUID) -> Iterable[UUID]:
    """The units whose households are or were in a group."""
    members = sa_select(col(Membership.household_id)).where(col(Membership.group_id) == group_id)
    homes = presence.spells(household_ids=members).subquery()
    return session.execute(sa_select(homes.c.unit_id).distinct()).scalars().all()


def _fill(session: Session, actor: Actor, group: Group, unit: Unit, values: GroupValues) -> None:
    name = clean(values.name)
    if not name:
        raise Invalid(N_("Xin ghi tên nhóm."), field="name")
    if len(name) > NAME_MOST:
        raise Invalid(N_("Dài quá {longest} chữ."), longest=NAME_MOST, field="name")
    if values.parent_id:
        _require_no_circle(session, actor, group, unit, values.parent_id)
    started_on = values.started_on or group.started_on
    if started_on is not None and started_on > clock.today():
        raise Invalid(N_("Ngày lập nhóm không được sau hôm nay."), field="started_on")
    if started_on is not None and group.closed_on is not None and started_on > group.closed_on:
        raise Invalid(N_("Nhóm đã đóng ngày {day:%d/%m/%Y}, trước ngày lập."), day=group.closed_on, field="started_on")
    group.join_url, address = _checked_url(values.join_url), _checked_address(values)
    group.name, group.kind, group.channel, group.parent_id = name, values.kind, values.channel, values.parent_id
    group.external_id, group.started_on = address, started_on


def _checked_address(values: GroupValues) -> str | None:
    """What a provider calls a group that an account writes to: the id of a chat, or a mailbox."""
    address = clean(values.external_id)
    if values.channel is Channel.EMAIL and not channel_values.is_mail(address):
        raise Invalid(N_("“{value}” không phải địa chỉ thư. Ví dụ đúng: phuong@example.vn."), value=address, field="external_id")
    if values.channel is Channel.ZALO_GROUP and (not address or " " in address or len(address) > ADDRESS_MOST):
        raise Invalid(N_("Cần mã nhóm (group_id) do Zalo cấp cho nhóm của tài khoản."), field="external_id")
    return address or None


def _checked_url(text: str) -> str | None:
    try:
        return link_targets.checked(text) if text.strip() else None
    except Invalid as refusal:
        raise Invalid(refusal.message, **refusal.details, field="join_url") from refusal


def _require_no_circle(session: Session, actor: Actor, group: Group, unit: Unit, parent_id: UUID) -> None:
    """A group is fed from an open group of its unit or one above, never in a circle."""
    parent, place = _found(session, actor, parent_id)
    if parent.closed_on is not None or not unit.path.startswith(place.path):
        raise Invalid(N_("Nhóm {name} không thể chuyển tin cho nhóm này."), name=parent.name, field="parent_id")
    above: Group | None = session.get_one(Group, parent.id, with_for_update=True)  # two moves at once make no circle
    while above is not None:
        if above.id == group.id:
            raise Invalid(N_("Hai nhóm không thể chuyển tin vòng cho nhau."), field="parent_id")
        above = session.get(Group, above.parent_id, with_for_update=True) if above.parent_id else None


def forget_phones(session: Session, group: Group) -> int:
    """Every phone and tick list that came in by a group's leader must prove itself again; how many there were."""
    lists = tick_lists.revoke(session, group.id)
    still = (col(LeaderDevice.group_id) == group.id) & col(LeaderDevice.revoked_at).is_(None)
    return lists + changed(session, update(LeaderDevice).where(still).values(revoked_at=clock.now()))


def _note(session: Session, actor: Actor, action: str, group: Group, **details: object) -> None:
    audit.record(session, actor=actor, action=action, subject_kind="group", subject_id=group.id, **details)
