"""The cascade: which group feeds which, what is wrong with a group, and moving groups under another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, or_
from sqlalchemy import select as sa_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import AuditEvent, Channel, Group, GroupKind, Membership, ReachCount, Relay, Unit, User, lineage
from services import access, audit, figures, groups, presence
from services.access import Actor, May
from services.figures import Coverage
from services.groups import GroupRow
from services.households import KINDS

SILENT_AFTER = timedelta(days=60)
BACK_WITHIN = timedelta(days=1)  # so long a move can be taken back by its one button
PUBLIC = (GroupKind.OFFICIAL_ACCOUNT, GroupKind.FANPAGE)  # channels: nobody leads them, nobody is fed by hand
ORDER = [
    GroupKind.LEADERS, GroupKind.INTERNAL, GroupKind.SECTOR, GroupKind.ASSOCIATION, GroupKind.UNIT, GroupKind.HOUSEHOLD,
    GroupKind.OFFICIAL_ACCOUNT, GroupKind.FANPAGE,
]  # fmt: skip
MOVED, MOVE_UNDONE = "cascade.moved", "cascade.move_undone"


class Trouble(StrEnum):
    """What keeps a group from passing the word on."""

    NO_LEADER = "no_leader"
    NO_LINK = "no_link"
    SILENT = "silent"
    TWO_GROUPS = "two_groups"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "no_leader": N_("chưa có người phụ trách"),
            "no_link": N_("chưa có đường dẫn vào nhóm"),
            "silent": N_("im lặng 60 ngày"),
            "two_groups": N_("một người phụ trách hai nhóm hộ dân"),
        }[self]


@dataclass(frozen=True)
class Node:
    """A group of the cascade, with what it feeds."""

    row: GroupRow
    deputy: str  # "" where there is none
    coverage: Coverage | None  # of its unit, for a group of households
    posted_on: date | None  # when its leader last said that a text was posted
    troubles: frozenset[Trouble]
    below: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Cascade:
    """All groups in sight: those fed straight by the ward first, each with those it feeds."""

    roots: list[Node]
    total: Coverage

    def all(self) -> Iterator[Node]:
        """Every group, in the order of the tree."""
        stack = self.roots[::-1]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.below))


@dataclass(frozen=True)
class Move:
    """The last move, as it can be taken back."""

    names: list[str]


def of(session: Session, *, actor: Actor, unit_id: UUID | None = None) -> Cascade:
    """The cascade of the units in sight, worst first below each group, in a fixed number of queries whatever its size.

    Raises:
        NotAllowed: the actor may not write.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_GROUPS)
    rows = groups.listing(session, actor=actor, unit_id=unit_id)
    table = figures.coverage(session, actor=actor, unit_id=unit_id)
    covers = {row.unit_id: row for row in table.rows}
    deputies, posted, wrong = _deputies(session, actor), _posted(session, actor), _wrong(session, actor)
    nodes = {
        row.id: Node(
            row, deputies.get(row.id, ""), covers.get(row.unit_id) if row.kind is GroupKind.HOUSEHOLD else None,
            posted.get(row.id), wrong.get(row.id, frozenset()),
        ) for row in rows
    }  # fmt: skip
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.row.parent_id) if node.row.parent_id else None
        (above.below if above else roots).append(node)
    for node in nodes.values():
        node.below.sort(key=_worst_first)
    return Cascade(sorted(roots, key=_worst_first), table.total)


def _worst_first(node: Node) -> tuple[int, bool, float]:
    """By kind, what feeds others before what is fed; of a kind those in trouble first, then the least covered."""
    share = node.coverage.coverage if node.coverage else None
    return ORDER.index(node.row.kind), not node.troubles, 1 if share is None else share


def trouble_counts(session: Session, *, actor: Actor) -> Mapping[Trouble, int]:
    """How many groups are in each kind of trouble, for those kinds that there are. One query, whatever there is.

    Raises:
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_GROUPS)
    counted = [func.coalesce(func.sum(case((is_so, 1), else_=0)), 0) for is_so in _signs(clock.today()).values()]
    found = session.execute(
        sa_select(*counted).select_from(Group).join(Unit, col(Unit.id) == col(Group.unit_id)).where(_in_sight(actor))
    )
    return {trouble: int(n) for trouble, n in zip(Trouble, found.one(), strict=True) if n}


def feeders(session: Session, *, actor: Actor, unit_id: UUID, but: UUID | None = None) -> dict[UUID, str]:
    """The open groups that may feed a group of this unit, by name: its own unit's and those of the units above.

    Raises:
        NotFound: the unit lies outside the actor's sight.
    """
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    above = lineage(unit.path)
    chats = select(Group).where(
        col(Group.unit_id).in_(above), col(Group.kind).not_in(PUBLIC), presence.stands(clock.today()), Group.id != but
    )
    found = session.exec(chats.join(Unit, col(Unit.id) == col(Group.unit_id)).where(access.path_range(actor.unit_path))).all()
    return {group.id: group.name for group in sorted(found, key=lambda one: (ORDER.index(one.kind), one.name))}


def move(session: Session, *, actor: Actor, group_ids: Sequence[UUID], parent_id: UUID | None) -> int:
    """Feed these groups from another, or straight from the ward; how many were moved.

    Raises:
        Invalid: none was named, or one cannot be fed from there; `details["field"]` names what is wrong.
        NotAllowed: the actor may not write.
        NotFound: one lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_GROUPS)
    if not group_ids:
        raise Invalid(N_("Xin chọn nhóm cần chuyển."), field="group_ids")
    moved = []
    for group_id in group_ids:
        group = groups.get(session, actor=actor, group_id=group_id)
        if group.closed_on is not None:
            raise Invalid(
                N_("Nhóm {name} đã đóng ngày {day:%d/%m/%Y}."), name=group.name, day=group.closed_on, field="group_ids"
            )  # fmt: skip
        if group.parent_id != parent_id:
            moved.append([str(group.id), _text(group.parent_id), _text(parent_id)])
            _feed(session, actor, group, parent_id)
    if moved:
        audit.record(session, actor=actor, action=MOVED, subject_kind="cascade", subject_id=_text(actor.unit_id), moves=moved)
    return len(moved)


def last_move(session: Session, *, actor: Actor) -> Move | None:
    """What this person moved last, for a day, and while nobody has moved anything since."""
    event = _last_move(session, actor)
    if event is None:
        return None
    found = session.exec(select(Group.name).where(col(Group.id).in_([UUID(one) for one, *_rest in event.details["moves"]])))
    return Move(sorted(found))


def take_back(session: Session, *, actor: Actor) -> int:
    """Feed the groups of the last move from where they were fed before; how many.

    Raises:
        Invalid: there is nothing to take back, or a group is fed from elsewhere by now.
        NotAllowed: the actor may not write.
    """
    access.require(actor, May.KEEP_GROUPS)
    event = _last_move(session, actor)
    if event is None:
        raise Invalid(N_("Không còn lần chuyển nào để quay lại."))
    for group_id, before, after in event.details["moves"]:
        group = groups.get(session, actor=actor, group_id=UUID(group_id))
        if _text(group.parent_id) != after or group.closed_on is not None:
            raise Invalid(N_("Nhóm {name} đã được sửa sau đó, không quay lại được."), name=group.name)
        _feed(session, actor, group, UUID(before) if before else None)
    audit.record(session, actor=actor, action=MOVE_UNDONE, subject_kind="cascade", subject_id=_text(actor.unit_id))
    return len(event.details["moves"])


def _feed(session: Session, actor: Actor, group: Group, parent_id: UUID | None) -> None:
    groups.change(session, actor=actor, group_id=group.id, values=replace(groups.values_of(group), parent_id=parent_id))


def _last_move(session: Session, actor: Actor) -> AuditEvent | None:
    events = audit.history(session, subject_kind="cascade", subject_id=_text(actor.unit_id), limit=1)
    is_fresh = bool(events) and events[0].created_at > clock.now() - BACK_WITHIN
    return next((one for one in events if is_fresh and one.action == MOVED and one.actor_id == actor.id), None)


def _text(id_: UUID | None) -> str:
    return str(id_ or "")


def _in_sight(actor: Actor) -> ColumnElement[bool]:
    return and_(access.path_range(actor.unit_path), presence.stands(clock.today()))


def _wrong(session: Session, actor: Actor) -> dict[UUID, frozenset[Trouble]]:
    """What is wrong with each group in sight, those in trouble only."""
    signs = _signs(clock.today())
    query = sa_select(col(Group.id), *signs.values()).join(Unit, col(Unit.id) == col(Group.unit_id)).where(_in_sight(actor))
    found = session.execute(query.where(or_(*signs.values())))
    return {id_: frozenset(one for one, is_so in zip(signs, said, strict=True) if is_so) for id_, *said in found}


_other = aliased(Group)  # once: it costs as much as a small query


def _signs(today: date) -> dict[Trouble, ColumnElement[bool]]:
    """By what each trouble is known, in the order of `Trouble`: the one definition, for the tree and for the counts."""
    is_ours = col(Group.kind).in_(KINDS)  # one joins these by a link, and they must speak
    other_too = exists().where(
        col(_other.leader_id) == col(Group.leader_id), col(_other.id) != col(Group.id), col(_other.kind) == GroupKind.HOUSEHOLD,
        presence.lasts(col(_other.closed_on), today),
    )  # fmt: skip
    since = today - SILENT_AFTER
    is_old = or_(col(Group.started_on).is_(None), col(Group.started_on) <= since)
    return {
        Trouble.NO_LEADER: and_(col(Group.kind).not_in(PUBLIC), col(Group.leader_id).is_(None)),
        Trouble.NO_LINK: and_(is_ours, func.coalesce(col(Group.join_url), "") == ""),
        Trouble.SILENT: and_(is_ours, col(Group.channel) == Channel.RELAY, is_old, ~_stirred(since)),
        Trouble.TWO_GROUPS: and_(col(Group.kind) == GroupKind.HOUSEHOLD, other_too),
    }


def _stirred(since: date) -> ColumnElement[bool]:
    """Whether anything happened in a group after a day: a text posted, its link opened, somebody in or out."""
    after = clock.midnight(since + timedelta(days=1))
    opened = exists().where(
        col(ReachCount.announcement_id) == col(Relay.announcement_id), col(ReachCount.group_id) == col(Relay.group_id),
        col(ReachCount.opens) > 0, col(ReachCount.at) >= after,
    )  # fmt: skip
    told = exists().where(col(Relay.group_id) == col(Group.id), or_(col(Relay.posted_at) >= after, opened))
    stay = exists().where(
        col(Membership.group_id) == col(Group.id), or_(col(Membership.joined_on) > since, col(Membership.left_on) > since)
    )
    return or_(told, stay)


def _deputies(session: Session, actor: Actor) -> dict[UUID, str]:
    found = session.exec(
        select(Group.id, User.display_name)
        .join(User, col(User.id) == col(Group.deputy_id))
        .join(Unit, col(Unit.id) == col(Group.unit_id))
        .where(_in_sight(actor))
    )
    return dict(found.all())


def _posted(session: Session, actor: Actor) -> dict[UUID, date]:
    """When each group last posted."""
    found = session.exec(
        select(Relay.group_id, func.max(Relay.posted_at))
        .join(Group, col(Group.id) == col(Relay.group_id))
        .join(Unit, col(Unit.id) == col(Group.unit_id))
        .where(_in_sight(actor), col(Relay.posted_at).is_not(None))
        .group_by(col(Relay.group_id))
    )
    return {group_id: clock.local(at).date() for group_id, at in found if at}
