"""What hangs on units that end, and what becomes of each by default: chat groups, printed codes, people's accounts, announcements
that are not over, accounts with providers.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.text import natural_key
from models import (
    Announcement,
    AnnouncementStatus,
    Audience,
    Channel,
    ChannelAccount,
    Group,
    GroupKind,
    Membership,
    ShortLink,
    Unit,
    UnitChangeKind,
    UnitKind,
    User,
)
from services.channel_fields import LABELS, OA
from services.reorganisations.checks import Checked
from services.reorganisations.drafts import Decision, Fate
from services.reorganisations.sorting import Stay

Sort = Literal["group", "link", "user", "announcement", "account"]
SORTS: tuple[Sort, ...] = ("group", "link", "user", "announcement", "account")
OVER = (AnnouncementStatus.CANCELLED,)
OFFICIAL_ACCOUNT = N_("Tài khoản Zalo OA, cùng mọi kênh của nó")


@dataclass(frozen=True)
class Thing:
    """One thing that hangs on an old unit, what becomes of it, and what else could."""

    sort: Sort
    id: UUID
    title: str
    unit_id: UUID | None  # where it hangs; None for an announcement
    unit_label: str
    decision: Decision
    choices: tuple[Decision, ...]
    members: int = 0  # of a group: households in it
    detail: str = ""  # of a code: its place; of a group or account: who

    @property
    def key(self) -> str:
        """By which a plan keeps what was decided."""
        return f"{self.sort}:{self.id}"


@dataclass(frozen=True)
class Hanging:
    """All that hangs on the old units. `targets` are the names of groups that others may be merged into."""

    things: list[Thing]
    targets: dict[UUID, str]

    def of(self, sort: Sort) -> list[Thing]:
        """Those of one sort."""
        return [thing for thing in self.things if thing.sort == sort]


def hanging(session: Session, checked: Checked, found: Sequence[Stay]) -> Hanging:
    """What hangs on the old units now. The caller has narrowed by its actor."""
    labels = {unit.id: unit.label for unit in checked.ending}
    here = _open_groups(session, list(labels))
    there = _open_groups(session, [unit.id for unit in checked.kept.values()])
    counts = _members(session, [group.id for group in (*here, *there)])
    shares = _shares(session, checked, here, found)
    parts = range(len(checked.draft.parts)) if checked.draft.kind is UnitChangeKind.SPLIT else range(1)
    mains = _mains(checked, here, there, counts)
    groups = [_group(group, labels, counts, shares, mains, (here, there), parts) for group in here]
    decided = checked.draft.decisions
    where = {group.id: decided.get(f"group:{group.id}", thing.decision).part for group, thing in zip(here, groups, strict=True)}
    leads = {user_id: where[group.id] for group in here for user_id in (group.leader_id, group.deputy_id) if user_id}
    rest = checked.draft.rest
    things = [
        *groups,
        *_links(session, labels, where, rest, parts),
        *_users(session, labels, leads, rest, parts),
        *_announcements(session, list(labels)),
        *_accounts(session, checked, labels),
    ]
    targets = {group.id: group.name for group in (*there, *here)}
    return Hanging([_with(thing, decided.get(thing.key)) for thing in things], targets)


def final(things: Hanging) -> dict[UUID, UUID]:
    """Where each merged group's households go in the end.

    Raises:
        Invalid: groups are merged in a circle, or into one that ends; or one ward would have two accounts of one channel.
    """
    _require_one_account_each(things)
    fates = {thing.id: thing.decision for thing in things.of("group")}
    found: dict[UUID, UUID] = {}
    for id_, decision in fates.items():
        seen, at = {id_}, decision
        while at.fate is Fate.MERGED and at.into is not None:
            if at.into in seen:
                raise Invalid(N_("Các nhóm được gộp vòng tròn vào nhau. Chọn một nhóm giữ lại."), field=f"group:{id_}")
            if at.into not in things.targets:
                raise Invalid(N_("Nhóm để gộp vào không còn nữa. Chọn nhóm khác."), field=f"group:{id_}")
            seen.add(at.into)
            found[id_] = at.into
            at = fates.get(at.into, Decision(Fate.MOVED))
        if at.fate is Fate.ENDED and id_ in found:
            raise Invalid(N_("Không gộp được vào một nhóm sẽ kết thúc."), field=f"group:{id_}")
    return found


def _with(thing: Thing, decision: Decision | None) -> Thing:
    """As decided, where that still can be."""
    if decision is None or decision not in thing.choices:
        return thing
    return replace(thing, decision=decision)


def _open_groups(session: Session, unit_ids: Sequence[UUID]) -> list[Group]:
    groups = session.exec(select(Group).where(col(Group.unit_id).in_(unit_ids), col(Group.closed_on).is_(None))).all()
    return sorted(groups, key=lambda group: (group.kind is not GroupKind.HOUSEHOLD, natural_key(group.name), group.id))


def _members(session: Session, group_ids: Sequence[UUID]) -> dict[UUID, int]:
    count = func.count(func.distinct(Membership.household_id))
    query = select(Membership.group_id, count).where(col(Membership.group_id).in_(group_ids), col(Membership.left_on).is_(None))
    return dict(session.exec(query.group_by(col(Membership.group_id))).all())


def _shares(session: Session, checked: Checked, groups: Sequence[Group], found: Sequence[Stay]) -> dict[UUID, Counter[int]]:
    """For a division: by group, its households by the part they go to."""
    shares: dict[UUID, Counter[int]] = {group.id: Counter() for group in groups}
    if checked.draft.kind is UnitChangeKind.SPLIT:
        part = {stay.household_id: stay.part for stay in found}
        spells = select(Membership.group_id, Membership.household_id).where(
            col(Membership.group_id).in_(list(shares)), col(Membership.left_on).is_(None)
        )
        for group_id, household_id in session.exec(spells):
            if household_id in part:
                shares[group_id][part[household_id]] += 1
    return shares


def _mains(
    checked: Checked, here: Sequence[Group], there: Sequence[Group], counts: Mapping[UUID, int]
) -> dict[GroupKind, UUID]:  # fmt: skip
    """For a merge: the group that stays of those of one kind: the largest of the unit that stays, else the largest."""
    if checked.draft.kind is not UnitChangeKind.MERGE:
        return {}
    kind = GroupKind.HOUSEHOLD if checked.old[0].kind is UnitKind.RESIDENTIAL else GroupKind.LEADERS
    own = {unit.id for unit in checked.old}
    some = [group for group in there if group.kind is kind] or [g for g in here if g.kind is kind and g.unit_id in own]
    return {kind: max(some, key=lambda group: counts.get(group.id, 0)).id} if some else {}


def _group(
    group: Group, labels: Mapping[UUID, str], counts: Mapping[UUID, int], shares: Mapping[UUID, Counter[int]],
    mains: Mapping[GroupKind, UUID], pair: tuple[Sequence[Group], Sequence[Group]], parts: range,
) -> Thing:  # fmt: skip
    moves = tuple(Decision(Fate.MOVED, part) for part in parts)
    others = [other for some in pair for other in some if other.kind is group.kind and other.id != group.id]
    merges = tuple(Decision(Fate.MERGED, into=other.id) for other in others)
    main = mains.get(group.kind)
    is_merged = main is not None and main != group.id and merges and Decision(Fate.MERGED, into=main) in merges
    most = shares[group.id].most_common(1)
    decision = Decision(Fate.MERGED, into=main) if is_merged else Decision(Fate.MOVED, most[0][0] if most else 0)
    return Thing(
        "group", group.id, group.name, group.unit_id, labels[group.unit_id], decision,
        (*moves, *merges, Decision(Fate.ENDED)), counts.get(group.id, 0),
    )  # fmt: skip


def _links(session: Session, labels: Mapping[UUID, str], where: Mapping[UUID, int], rest: int, parts: range) -> list[Thing]:
    """Codes that were printed: of the units, and of their groups; those of announcements go with these."""
    own = or_(col(ShortLink.unit_id).in_(list(labels)), col(ShortLink.group_id).in_(list(where)))
    query = select(ShortLink, Group.unit_id).outerjoin(Group, col(Group.id) == ShortLink.group_id)
    links = session.exec(query.where(own, col(ShortLink.announcement_id).is_(None), col(ShortLink.is_active)))
    found = []
    for link, group_unit_id in links:
        unit_id = link.unit_id if link.unit_id in labels else group_unit_id
        label = labels.get(unit_id, "") if unit_id else ""
        part = where.get(link.group_id, rest) if link.group_id else rest
        found.append(
            Thing(
                "link", link.id, link.title or link.slug, unit_id, label, Decision(Fate.MOVED, part),
                (*(Decision(Fate.MOVED, one) for one in parts), Decision(Fate.ENDED)), detail=link.place,
            )
        )  # fmt: skip
    return sorted(found, key=lambda thing: (natural_key(thing.unit_label), natural_key(thing.title), thing.id))


def _users(session: Session, labels: Mapping[UUID, str], leads: Mapping[UUID, int], rest: int, parts: range) -> list[Thing]:
    users = session.exec(select(User).where(col(User.unit_id).in_(list(labels)), col(User.is_active))).all()
    return [
        Thing(
            "user", user.id, user.display_name, user.unit_id, labels[user.unit_id],
            Decision(Fate.MOVED, leads.get(user.id, rest)),
            (*(Decision(Fate.MOVED, part) for part in parts), Decision(Fate.ENDED)), detail=user.role.label,
        ) for user in sorted(users, key=lambda user: (natural_key(labels[user.unit_id]), natural_key(user.display_name), user.id))
    ]  # fmt: skip


def _announcements(session: Session, unit_ids: Sequence[UUID]) -> list[Thing]:
    """Those for one of the units that are not over: drafts, planned, sent and still in force."""
    found = session.exec(
        select(Announcement, func.min(Unit.short_name), func.min(Unit.name))
        .join(Audience, col(Audience.announcement_id) == Announcement.id)
        .join(Unit, col(Unit.id) == Audience.unit_id)
        .where(col(Audience.unit_id).in_(unit_ids), col(Announcement.status).not_in(OVER))
        .where(or_(col(Announcement.expires_at).is_(None), col(Announcement.expires_at) > clock.now()))
        .group_by(col(Announcement.id)).order_by(col(Announcement.created_at))
    )  # fmt: skip
    choices = (Decision(Fate.MOVED), Decision(Fate.ENDED))
    return [
        Thing("announcement", one.id, one.title, None, short or name, choices[0], choices, detail=one.status.label)
        for one, short, name in found
    ]


def family(channel: Channel) -> tuple[Channel, ...]:
    """The channels whose accounts go one way: those of an official account share its tokens."""
    return OA if channel in OA else (channel,)


def _accounts(session: Session, checked: Checked, labels: Mapping[UUID, str]) -> list[Thing]:
    """Accounts of wards that end with providers: to the ward that takes over, unless that has one of the channel."""
    owners = [unit.id for unit in checked.old]
    found = session.exec(select(ChannelAccount).where(col(ChannelAccount.unit_id).in_([*owners, *_kept_ids(checked)]))).all()
    taken = {family(account.channel) for account in found if account.unit_id not in owners}
    firsts: dict[tuple[UUID, tuple[Channel, ...]], ChannelAccount] = {}
    for account in sorted(found, key=lambda one: (one.created_at, one.id)):
        if account.unit_id in owners:
            firsts.setdefault((account.unit_id, family(account.channel)), account)
    claimed = set(taken)
    things = []
    for (unit_id, channels), account in sorted(firsts.items(), key=lambda item: (owners.index(item[0][0]), item[0][1])):
        moves, ends = Decision(Fate.MOVED), Decision(Fate.ENDED)
        choices = (ends,) if channels in taken else (moves, ends)
        default = ends if channels in claimed else moves
        claimed.add(channels)
        label = _account_label(channels)
        things.append(Thing("account", account.id, "", unit_id, labels[unit_id], default, choices, detail=label))
    return things


def _account_label(channels: tuple[Channel, ...]) -> str:
    return OFFICIAL_ACCOUNT if channels == OA else LABELS[channels[0]]


def _kept_ids(checked: Checked) -> list[UUID]:
    return [unit.id for unit in checked.kept.values()]


def _require_one_account_each(things: Hanging) -> None:
    moved = [thing.detail for thing in things.of("account") if thing.decision.fate is Fate.MOVED]
    if len(set(moved)) < len(moved):
        raise Invalid(
            N_("Phường mới chỉ có một tài khoản mỗi kênh. Giữ một, tạm dừng các tài khoản kia."), field="account"
        )  # fmt: skip
