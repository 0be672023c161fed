"""How the sending stands: what waits and for how long, how fast it leaves, how providers and workers are."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from core import clock
from models import AccountState, Announcement, Batch, Channel, ChannelAccount, Delivery, DeliveryStatus, Unit
from services import access, receipts, workers
from services.access import Actor, May
from services.workers import AtWork

LATELY = timedelta(minutes=5)
UNKNOWN_SINCE = timedelta(days=30)
_S = DeliveryStatus


@dataclass(frozen=True)
class Queue:
    """What is on its way on one channel."""

    channel: Channel
    waiting: int = 0  # for its turn
    sending: int = 0  # marked as leaving just now
    later: int = 0  # refused for now: tried again
    held: int = 0  # of the waiting ones, those whose announcement rests
    unknown: int = 0  # for a person to decide about
    sent_lately: int = 0  # within five minutes
    oldest_at: datetime | None = None  # since when the oldest waits that nothing holds back

    @property
    def per_minute(self) -> float:
        """How many leave a minute, of late."""
        return self.sent_lately / (LATELY / timedelta(minutes=1))


@dataclass(frozen=True)
class Provider:
    """An account, as whoever minds the machines sees it: nothing that opens it."""

    channel: Channel
    unit_code: str
    unit_name: str
    state: AccountState
    message: str  # why it is broken, to be translated
    failures: int
    open_until: datetime | None  # the circuit: nothing is tried before
    quota_left: int | None
    quota_total: int | None
    reserve: int
    checked_at: datetime | None

    @property
    def rests(self) -> bool:
        """Whether it failed so often that it is left alone for a while."""
        return self.open_until is not None and self.open_until > clock.now()


@dataclass(frozen=True)
class Engine:
    """All of it at one look."""

    queues: list[Queue] = field(default_factory=list)
    providers: list[Provider] = field(default_factory=list)
    workers: list[AtWork] = field(default_factory=list)
    events_waiting: int = 0  # told by providers, not worked off
    events_unknown: list[tuple[str, str, int]] = field(default_factory=list)  # provider, event, how often: nothing is done

    @property
    def waiting(self) -> int:
        """Messages that have not left."""
        return sum(one.waiting + one.sending + one.later for one in self.queues)

    @property
    def per_minute(self) -> float:
        """How many leave a minute, of late."""
        return sum(one.per_minute for one in self.queues)

    @property
    def unknown(self) -> int:
        """Messages for a person to decide about."""
        return sum(one.unknown for one in self.queues)

    @property
    def oldest_at(self) -> datetime | None:
        """Since when the oldest waits that nothing holds back."""
        return min((one.oldest_at for one in self.queues if one.oldest_at), default=None)

    @property
    def at_work(self) -> int:
        """Workers that are there."""
        return sum(not one.is_silent for one in self.workers)


def look(session: Session, *, actor: Actor) -> Engine:
    """How it stands in the actor's sight. Seven queries; what is done and over is not read.

    Raises:
        NotAllowed: the actor does not mind the machines.
    """
    access.require(actor, May.MIND_MACHINES)
    return Engine(
        queues=_queues(session, actor), providers=_providers(session, actor), workers=list(workers.at_work(session)),
        events_waiting=receipts.waiting(session), events_unknown=receipts.unknown(session),
    )  # fmt: skip


def _queues(session: Session, actor: Actor) -> list[Queue]:
    now = clock.now()
    mine = col(Batch.ward_id).in_(access.visible_units(actor))
    is_open, is_recent = col(Batch.ended_at).is_(None), col(Batch.ended_at) > now - LATELY
    rests = case((col(Announcement.paused_at).is_not(None), 1), else_=0)
    status = col(Delivery.status)
    waits = session.execute(
        sa_select(col(Delivery.channel), status, rests, func.count(), func.min(col(Delivery.created_at)))
        .join(Batch, col(Batch.id) == col(Delivery.batch_id))
        .join(Announcement, col(Announcement.id) == col(Delivery.announcement_id))
        .where(is_open, mine, status.in_((_S.QUEUED, _S.SENDING, _S.UNAVAILABLE)))
        .group_by(col(Delivery.channel), status, rests)
    ).all()
    lately = session.execute(
        sa_select(col(Delivery.channel), func.count())
        .join(Batch, col(Batch.id) == col(Delivery.batch_id))
        .where(or_(is_open, is_recent), mine, col(Delivery.sent_at) > now - LATELY)
        .group_by(col(Delivery.channel))
    ).all()
    unknown = session.execute(
        sa_select(col(Delivery.channel), func.count())
        .join(Announcement, col(Announcement.id) == col(Delivery.announcement_id))
        .where(col(Announcement.sent_at) > now - UNKNOWN_SINCE, status == _S.UNKNOWN, _said_in(actor))
        .group_by(col(Delivery.channel))
    ).all()
    found: dict[Channel, dict[str, int]] = {}
    oldest: dict[Channel, datetime] = {}
    names = {_S.QUEUED: "waiting", _S.SENDING: "sending", _S.UNAVAILABLE: "later"}
    for channel, stands, is_held, count, since in waits:
        counts = found.setdefault(channel, {})
        counts[names[stands]] = counts.get(names[stands], 0) + count
        if is_held:
            counts["held"] = counts.get("held", 0) + count
        elif stands is _S.QUEUED:
            oldest[channel] = min(since, oldest.get(channel, since))
    for name, pairs in (("sent_lately", lately), ("unknown", unknown)):
        for channel, count in pairs:
            found.setdefault(channel, {})[name] = count
    return [Queue(channel, oldest_at=oldest.get(channel), **found[channel]) for channel in Channel if channel in found]


def _said_in(actor: Actor) -> ColumnElement[bool]:
    return col(Announcement.unit_id).in_(access.visible_units(actor))


def _providers(session: Session, actor: Actor) -> list[Provider]:
    found = session.exec(
        select(ChannelAccount, Unit)
        .join(Unit, col(Unit.id) == col(ChannelAccount.unit_id))
        .where(access.path_range(actor.unit_path))
        .order_by(col(Unit.code))
    ).all()
    order = list(Channel)
    providers = [
        Provider(
            one.channel, unit.code, unit.name, one.state, one.message, one.failures, one.open_until, one.quota_left,
            one.quota_total, one.reserve, one.checked_at,
        ) for one, unit in found
    ]  # fmt: skip
    return sorted(providers, key=lambda one: (_urgency(one), one.unit_code, order.index(one.channel)))


def _urgency(one: Provider) -> int:
    """Broken ones wait for a person; those that rest come back by themselves; a pause somebody wants."""
    if one.state is AccountState.ACTIVE:
        return 1 if one.rests else 3
    return 0 if one.state is AccountState.BROKEN else 2
