"""The cascade: which group feeds which, what is wrong with a group, and moving groups under another."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import AuditEvent, Channel, Group, GroupKind, Membership, ReachCount, Relay, Unit, User
from services import access, audit, groups, presence
from services.access import Actor
from services.groups import GroupRow

SILENT_AFTER = timedelta(days=60)
PUBLIC = (GroupKind.OFFICIAL_ACCOUNT, GroupKind.FANPAGE)  # channels: nobody leads them, nobody is fed by hand
OF_RESIDENTS = (GroupKind.HOUSEHOLD, GroupKind.SECTOR, GroupKind.ASSOCIATION)  # one joins these by a link, and they must speak
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
    deputy: str
    last_on: date | None  # when a text was posted, someone came or went, or a phone opened the group's link
    troubles: frozenset[Trouble]
    below: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Cascade:
    """All groups in sight: those fed straight by the ward first, each with those it feeds."""

    roots: list[Node]

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
    """The cascade of the units in sight, in seven queries whatever its size.

    Raises:
        NotAllowed: the actor may not write.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, *access.WRITERS)
    rows = groups.listing(session, actor=actor, unit_id=unit_id)
    deputies, last = _deputies(session, actor), _last_days(session, actor)
    doubled = _doubled(rows)
    today = clock.today()
    nodes = {
        row.id: Node(row, deputies.get(row.id, ""), last.get(row.id), _troubles(row, last.get(row.id), doubled, today))
        for row in rows
    }  # fmt: skip
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.row.parent_id) if node.row.parent_id else None
        (above.below if above else roots).append(node)
    return Cascade(sorted(roots, key=lambda node: ORDER.index(node.row.kind)))


def troubles(session: Session, *, actor: Actor) -> Mapping[Trouble, list[GroupRow]]:
    """The groups in each kind of trouble, for those kinds that there are. As many queries as the cascade itself."""
    found: dict[Trouble, list[GroupRow]] = {}
    for node in of(session, actor=actor).all():
        for one in node.troubles:
            found.setdefault(one, []).append(node.row)
    return {one: found[one] for one in Trouble if one in found}


def feeders(session: Session, *, actor: Actor, unit_id: UUID, but: UUID | None = None) -> dict[UUID, str]:
    """The open groups that may feed a group of this unit, by name: its own unit's and those of the units above.

    Raises:
        NotFound: the unit lies outside the actor's sight.
    """
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    above = [UUID(part) for part in unit.path.split("/") if part]
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
    access.require(actor, *access.WRITERS)
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
    """What this person moved last, while nobody has moved anything since."""
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
    access.require(actor, *access.WRITERS)
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
    return next((one for one in events if one.action == MOVED and one.actor_id == actor.id), None)


def _text(id_: UUID | None) -> str:
    return str(id_ or "")


def _troubles(row: GroupRow, last_on: date | None, doubled: set[UUID], today: date) -> frozenset[Trouble]:
    found = set()
    if row.kind not in PUBLIC and row.leader_id is None:
        found.add(Trouble.NO_LEADER)
    if row.kind in OF_RESIDENTS and not row.join_url:
        found.add(Trouble.NO_LINK)
    is_old = row.started_on is None or row.started_on <= today - SILENT_AFTER
    if row.kind in OF_RESIDENTS and row.channel is Channel.RELAY and is_old and (last_on or date.min) <= today - SILENT_AFTER:
        found.add(Trouble.SILENT)
    if row.kind is GroupKind.HOUSEHOLD and row.leader_id in doubled:
        found.add(Trouble.TWO_GROUPS)
    return frozenset(found)


def _doubled(rows: Sequence[GroupRow]) -> set[UUID]:
    held = Counter(row.leader_id for row in rows if row.kind is GroupKind.HOUSEHOLD and row.leader_id is not None)
    return {leader_id for leader_id, count in held.items() if leader_id is not None and count > 1}


def _deputies(session: Session, actor: Actor) -> dict[UUID, str]:
    found = session.exec(
        select(Group.id, User.display_name)
        .join(User, col(User.id) == col(Group.deputy_id))
        .join(Unit, col(Unit.id) == col(Group.unit_id))
        .where(access.path_range(actor.unit_path))
    )
    return dict(found.all())


def _last_days(session: Session, actor: Actor) -> dict[UUID, date]:
    """The last day on which something happened in each group: posted, opened, someone in or out."""
    seen = select(Group.id).join(Unit, col(Unit.id) == col(Group.unit_id)).where(access.path_range(actor.unit_path))
    posts = select(Relay.group_id, func.max(Relay.posted_at)).where(col(Relay.group_id).in_(seen)).group_by(col(Relay.group_id))
    opens = (
        select(ReachCount.group_id, func.max(ReachCount.at))
        .where(col(ReachCount.group_id).in_(seen), ReachCount.opens > 0)
        .group_by(col(ReachCount.group_id))
    )
    stays = (
        select(Membership.group_id, func.max(Membership.joined_on), func.max(Membership.left_on))
        .where(col(Membership.group_id).in_(seen))
        .group_by(col(Membership.group_id))
    )
    last: dict[UUID, date] = {}
    happened = [
        (group_id, clock.local(at).date()) for query in (posts, opens) for group_id, at in session.exec(query) if group_id and at
    ]
    happened += [(group_id, on) for group_id, *days in session.exec(stays) for on in days if on]
    for group_id, on in happened:
        last[group_id] = max(on, last.get(group_id, on))
    return last
