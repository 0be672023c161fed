"""The ledger of an announcement as a person reads it: by channel how many wait, left, arrived, were refused and why.

Only what leaves by accounts: what leaders post, paper and loudspeakers have boards of their own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session

from core import clock
from core.i18n import N_
from models import AccountState, Channel, DeliveryStatus, Model, Trouble
from services import access, audit, batches, circuits, drafts, leader_messages, proofs, withdrawals
from services.access import Actor, May
from services.channel_fields import ORDER as BY_ACCOUNT

_LEDGER, _HOME, _UNIT, _BATCH, _ACCOUNT = (
    Model.metadata.tables[name] for name in ("delivery", "household", "unit", "batch", "channelaccount")
)
PAUSED = N_("Tài khoản đang tạm dừng. Quản trị viên bấm Dùng lại ở trang Kênh gửi.")
WAITING = (DeliveryStatus.QUEUED, DeliveryStatus.UNAVAILABLE)
ARRIVED = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
REASONS_MOST = 30


@dataclass(frozen=True)
class Line:
    """What became of the messages of one channel."""

    channel: Channel
    counts: dict[DeliveryStatus, int]
    cost: int  # đồng, of what has left
    is_to_leaders: bool = False  # reminders to whoever spreads the announcement, not the announcement itself
    takes_back: bool = False  # messages that say that it was withdrawn
    next_at: datetime | None = None  # when the first that waits for its turn is tried again

    def count(self, *statuses: DeliveryStatus) -> int:
        """How many messages stand so."""
        return sum(self.counts.get(status, 0) for status in statuses)

    @property
    def total(self) -> int:
        """All messages."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """Not left yet."""
        return self.count(*WAITING, DeliveryStatus.SENDING)


@dataclass(frozen=True)
class Reason:
    """Why so many did not leave, were refused, or nobody knows."""

    channel: Channel
    status: DeliveryStatus
    trouble: Trouble | None
    error: str  # to be translated
    count: int


@dataclass(frozen=True)
class Standstill:
    """So many messages of a channel wait for an account that cannot be used just now."""

    channel: Channel
    count: int
    state: AccountState
    why: str  # to be translated; "" where the account is tried again by itself
    until: datetime | None  # when that is


@dataclass(frozen=True)
class Ledger:
    """All of an announcement."""

    lines: list[Line] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    paused_at: datetime | None = None
    standstills: list[Standstill] = field(default_factory=list)

    def count(self, *statuses: DeliveryStatus) -> int:
        """How many messages stand so, on all channels."""
        return sum(line.count(*statuses) for line in self.lines)

    @property
    def total(self) -> int:
        """All messages."""
        return sum(line.total for line in self.lines)

    @property
    def stoppable(self) -> int:
        """How many have not left and can be stopped."""
        return self.count(*WAITING)

    @property
    def unknown(self) -> int:
        """How many a person has to decide about."""
        return self.count(DeliveryStatus.UNKNOWN)


@dataclass(frozen=True)
class Row:
    """One delivery, to read or to take away."""

    id: UUID
    channel: Channel
    recipient: str
    status: DeliveryStatus
    attempts: int
    provider_message_id: str
    cost: int
    error: str
    updated_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    household: str = ""  # who stands for the receiver
    household_code: str = ""
    unit: str = ""


def of_announcement(session: Session, *, actor: Actor, announcement_id: UUID) -> Ledger:
    """How the messages of an announcement stand. Three queries, whatever their number.

    Raises:
        NotAllowed: the actor does not write announcements.
        NotFound: there is no such announcement in the actor's sight.
    """
    access.require(actor, May.WATCH)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id)
    of_it = (_LEDGER.c.announcement_id == item.id) & _LEDGER.c.channel.in_(BY_ACCOUNT)
    about = case((leader_messages.are_of(item.id), 1), (withdrawals.are_of(item.id), 2), else_=0).label("about")
    has_left = _LEDGER.c.status.in_(ARRIVED)
    found = session.execute(
        select(
            _LEDGER.c.channel, about, _LEDGER.c.status, func.count(),
            func.coalesce(func.sum(case((has_left, _LEDGER.c.cost), else_=0)), 0), func.min(_LEDGER.c.next_at),
        )
        .where(of_it)
        .group_by(_LEDGER.c.channel, about, _LEDGER.c.status)
    ).all()  # fmt: skip
    lines: dict[tuple[int, int], Line] = {}
    for channel, what, status, count, cost, next_at in found:
        key = (int(what), BY_ACCOUNT.index(channel))
        line = lines.setdefault(key, Line(channel, {}, 0, is_to_leaders=what == 1, takes_back=what == 2))
        waits = next_at if status in WAITING else None
        first = min(filter(None, (line.next_at, waits)), default=None)
        lines[key] = replace(line, counts=line.counts | {status: count}, cost=line.cost + int(cost), next_at=first)
    shown = [lines[key] for key in sorted(lines)]
    return Ledger(shown, _reasons(session, of_it), item.paused_at, _standstills(session, of_it))


def _standstills(session: Session, of_it: ColumnElement[bool]) -> list[Standstill]:
    """Where an account holds messages up: somebody paused it, it is broken, its quota is gone, its provider fails."""
    names = ("state", "message", "open_until", "quota_left", "reserve")
    found = session.execute(
        select(_LEDGER.c.channel, func.count(), func.min(_BATCH.c.priority), *[_ACCOUNT.c[name] for name in names])
        .join(_BATCH, _BATCH.c.id == _LEDGER.c.batch_id)
        .join(_ACCOUNT, _ACCOUNT.c.id == _BATCH.c.account_id)
        .where(of_it, _LEDGER.c.status.in_(WAITING))
        .group_by(_LEDGER.c.channel, *[_ACCOUNT.c[name] for name in names])
        .order_by(_LEDGER.c.channel)
    )
    now, held = clock.now(), []
    for channel, count, priority, state, message, open_until, left, reserve in found:
        if state is not AccountState.ACTIVE:
            held.append(Standstill(channel, count, state, message if state is AccountState.BROKEN else PAUSED, None))
        elif open_until and open_until > now:
            held.append(Standstill(channel, count, state, "", open_until))
        elif left is not None and left <= (0 if priority < batches.BAND else reserve):
            held.append(Standstill(channel, count, state, circuits.NO_QUOTA, circuits.next_window(now)))
    return held


def _reasons(session: Session, of_it: ColumnElement[bool]) -> list[Reason]:
    n = func.count()
    found = session.execute(
        select(_LEDGER.c.channel, _LEDGER.c.status, _LEDGER.c.trouble, _LEDGER.c.error, n)
        .where(of_it, _LEDGER.c.error.is_not(None), _LEDGER.c.error != "", _LEDGER.c.status.not_in(ARRIVED))
        .group_by(_LEDGER.c.channel, _LEDGER.c.status, _LEDGER.c.trouble, _LEDGER.c.error)
        .order_by(n.desc(), _LEDGER.c.channel, _LEDGER.c.error)
        .limit(REASONS_MOST)
    )
    return [Reason(*row) for row in found]


def rows(
    session: Session, *, actor: Actor, announcement_id: UUID, status: DeliveryStatus | None = None,
    channels: Sequence[Channel] = (),
) -> Iterator[Row]:  # fmt: skip
    """Every delivery of an announcement, or those that stand so, by channel and receiver, with the household it is for.

    Raises:
        NotAllowed, NotFound: as `of_announcement`.
    """
    access.require(actor, May.WATCH)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id)
    wanted: ColumnElement[bool] = _LEDGER.c.announcement_id == item.id
    if status is not None:
        wanted &= _LEDGER.c.status == status
    if channels:
        wanted &= _LEDGER.c.channel.in_(channels)
    names = (
        "id", "channel", "recipient_id", "status", "attempts", "provider_message_id", "cost", "error", "updated_at", "sent_at",
        "delivered_at", "read_at",
    )  # fmt: skip
    found = session.execute(
        select(*[_LEDGER.c[name] for name in names], _LEDGER.c.idempotency_key)
        .where(wanted)
        .order_by(_LEDGER.c.channel, _LEDGER.c.id)
    ).all()
    homes = _homes(session, item.id) if any(row.channel in BY_ACCOUNT for row in found) else {}
    for row in found:
        home = homes.get(_household_in(row.idempotency_key), ("", "", ""))
        yield Row(
            row.id, row.channel, row.recipient_id, row.status, row.attempts, row.provider_message_id or "", row.cost,
            row.error or "", row.updated_at, row.sent_at, row.delivered_at, row.read_at, *home,
        )  # fmt: skip


def take(
    session: Session, *, actor: Actor, announcement_id: UUID, status: DeliveryStatus | None = None
) -> list[Row]:  # fmt: skip
    """What leaves by accounts, to be taken away as a file; that it was taken is kept.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed, NotFound: as `of_announcement`.
    """
    proofs.require(actor)
    found = list(rows(session, actor=actor, announcement_id=announcement_id, status=status, channels=BY_ACCOUNT))
    audit.record(
        session, actor=actor, action="announcement.ledger_taken", subject_kind="announcement", subject_id=announcement_id,
        rows=len(found),
    )  # fmt: skip
    return found


def _household_in(key: str) -> UUID | None:
    """Who stands for the receiver; None for one that is no household."""
    try:
        return UUID(key.rpartition(":")[2])
    except ValueError:
        return None


def _homes(session: Session, announcement_id: UUID) -> dict[UUID | None, tuple[str, str, str]]:
    """Head, code and unit of the households that are told by an account."""
    planned = Model.metadata.tables["plannedpath"]
    label = func.coalesce(func.nullif(_UNIT.c.short_name, ""), _UNIT.c.name)
    found: Any = session.execute(
        select(_HOME.c.id, _HOME.c.head_name, _HOME.c.code, label)
        .join(planned, planned.c.household_id == _HOME.c.id)
        .join(_UNIT, _UNIT.c.id == _HOME.c.unit_id)
        .where(planned.c.announcement_id == announcement_id, planned.c.path.in_(BY_ACCOUNT))
    )
    return {household_id: (name, code, unit) for household_id, name, code, unit in found}
