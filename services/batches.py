"""Batches: deliveries that leave together. One process holds a batch by a lease; the attempt's number fences off all others.

The lease is a time of the database's clock. Whoever holds it renews it with everything it writes; when it runs out, the sweep
gives the batch to the next. What the former holder had marked as leaving is sent again only where the provider dedupes by our
key; elsewhere nobody can tell whether it left, and a person decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, String, Uuid, bindparam, func, insert, or_, select, update
from sqlmodel import Session, col

from core import clock
from core.db import changed, its_now
from core.i18n import N_
from core.ids import new_id
from core.settings import settings
from core.tokens import new_token
from models import Announcement, Batch, Channel, DeliveryStatus, Model, Trouble, Unit, Urgency
from models.base import Instant
from services import access, reach_rules
from services.ports import BatchRun, ports

SIZE = 500  # messages: a ward that comes later waits for no more of another's
BY_URGENCY = (Urgency.EMERGENCY, Urgency.VERY_URGENT, Urgency.URGENT, Urgency.NORMAL)
BAND = 10_000_000  # turns of one urgency
DEDUPED_FOR = timedelta(hours=23)  # a provider that dedupes does for a day (channels.md §7); less what clocks may differ
LOST_AFTER = timedelta(minutes=1)  # a batch that waits this long may have been lost on its way from the queue
LOOKED_AT = 200
_CLAIMED = ("announcement_id", "channel", "account_id", "ward_id", "priority", "created_at")
LEASES = 3  # so far ahead no lease ends: workers may differ a little in theirs
LET_GO_AFTER = timedelta(seconds=5)  # by then whoever saw what stood in the way before it was gone has let go
WAITING = (DeliveryStatus.QUEUED, DeliveryStatus.UNAVAILABLE)
LOST_ANSWER = N_("Mất câu trả lời của nhà cung cấp: chưa rõ tin đã đi chưa.")
_BATCH, _LEDGER, _SAID, _ACCOUNT = (
    Model.metadata.tables[name] for name in ("batch", "delivery", "announcement", "channelaccount")
)


class Fenced(Exception):
    """Somebody else has the batch by now: whoever meets this stops at once."""


@dataclass(frozen=True)
class Hold:
    """A batch in somebody's hands."""

    batch_id: UUID
    attempt: int
    owner: str
    announcement_id: UUID | None  # None: answers to what people asked
    channel: Channel
    account_id: UUID | None
    ward_id: UUID
    priority: int
    told_at: datetime | None = None  # when the announcement left, or the answers were given
    opening: int = 1  # which of its account's: whose keys it leaves with

    @property
    def is_urgent(self) -> bool:
        """Whether it belongs to an emergency."""
        return self.priority < BAND


def begin(
    session: Session, *, announcement: Announcement, channel: Channel, rows: int, takes_back: bool = False
) -> list[UUID]:  # fmt: skip
    """Batches for so many rows of a channel, which the caller writes in the same transaction; their sending is promised.

    `takes_back`: they say that the announcement was withdrawn, so they leave although it was.

    Batches of wards that share a process take turns: a ward that comes later does not wait for all of another's.
    """
    if not rows:
        return []
    ward = access.commune_of(session, session.get_one(Unit, announcement.unit_id))
    about = {"announcement_id": announcement.id, "takes_back": takes_back}
    return _begin(session, ward=ward, channel=channel, rows=rows, urgency=announcement.urgency, about=about)


def begin_replies(session: Session, *, ward: Unit, channel: Channel, rows: int) -> list[UUID]:
    """The same for so many answers to what people asked a ward: they overtake what is sent to many."""
    about = {"announcement_id": None, "takes_back": False}
    return _begin(session, ward=ward, channel=channel, rows=rows, urgency=Urgency.VERY_URGENT, about=about)


def _begin(
    session: Session, *, ward: Unit, channel: Channel, rows: int, urgency: Urgency, about: dict[str, Any]
) -> list[UUID]:  # fmt: skip
    account = reach_rules.accounts(session, ward=ward).get(channel)
    first, now = _turn(session, ward_id=ward.id, urgency=urgency), clock.now()
    made: list[dict[str, Any]] = [
        {
            "id": new_id(), "created_at": now, "channel": channel, "owner": "", "attempt": 0,
            "account_id": account.id if account else None, "ward_id": ward.id, "priority": first + place,
            "size": min(SIZE, rows - place * SIZE),
        } | about
        for place in range(-(-rows // SIZE))
    ]  # fmt: skip
    session.execute(insert(_BATCH), made)
    ports().engine.deliver(
        session, [BatchRun(row["id"], 1, row["priority"], is_urgent=row["priority"] < BAND) for row in made]
    )  # fmt: skip
    return [row["id"] for row in made]


def _turn(session: Session, *, ward_id: UUID, urgency: Urgency) -> int:
    """The next turn of a ward: after its own last one, and not before the turn the queue has come to."""
    lowest = BY_URGENCY.index(urgency) * BAND + 1
    waiting = _BATCH.c.ended_at.is_(None) & _BATCH.c.priority.between(lowest, lowest + BAND - 2)
    come_to, last = session.execute(
        select(func.min(_BATCH.c.priority), func.max(_BATCH.c.priority).filter(_BATCH.c.ward_id == ward_id)).where(waiting)
    ).one()
    return max(lowest, int(come_to or 0), int(last or 0) + 1)


def claim(session: Session, *, batch_id: UUID, attempt: int, owner: str, lease: timedelta) -> Hold | None:
    """Take a batch into one's hands; None where another has it, or it is done."""
    now = its_now(session)
    values = {"batch": batch_id, "before": attempt - 1, "now": now, "mine": attempt, "me": owner, "until": now + lease}
    taken = session.execute(_claiming(), values).first()
    if taken is None:
        return None
    said, channel, account_id, ward_id, priority, told_at = taken
    left_at, opening = session.connection().execute(_telling(), {"said": said, "account": account_id}).one()
    return Hold(
        batch_id, attempt, owner, said, channel, account_id, ward_id, priority, left_at if said else told_at, opening or 1
    )


@cache
def _claiming() -> Any:
    now = bindparam("now", type_=Instant())
    is_free = or_(_BATCH.c.lease_until.is_(None), _BATCH.c.lease_until <= now)
    is_next = (_BATCH.c.id == bindparam("batch", type_=Uuid())) & (_BATCH.c.attempt == bindparam("before", type_=Integer()))
    mine = {"attempt": bindparam("mine", type_=Integer()), "owner": bindparam("me", type_=String()), "next_at": None}
    return (
        update(_BATCH)
        .where(is_next, _BATCH.c.ended_at.is_(None), is_free)
        .values(lease_until=bindparam("until", type_=Instant()), **mine)
        .returning(*(_BATCH.c[name] for name in _CLAIMED))
    )


@cache
def _telling() -> Any:
    left_at = select(_SAID.c.sent_at).where(_SAID.c.id == bindparam("said", type_=Uuid())).scalar_subquery()
    opening = select(_ACCOUNT.c.opening).where(_ACCOUNT.c.id == bindparam("account", type_=Uuid())).scalar_subquery()
    return select(left_at, opening)


def take_over(session: Session, hold: Hold, *, dedupes: bool) -> int:
    """What a former attempt left marked as leaving: back in the queue where that doubles nothing, else nobody knows."""
    if hold.attempt == 1:
        return 0  # nobody has been here before
    left = (_LEDGER.c.batch_id == hold.batch_id) & (_LEDGER.c.status == DeliveryStatus.SENDING)
    is_safe = dedupes and hold.told_at is not None and clock.now() - hold.told_at < DEDUPED_FOR
    values: dict[str, Any] = {"status": DeliveryStatus.QUEUED}
    if not is_safe:
        values = {"status": DeliveryStatus.UNKNOWN, "trouble": Trouble.UNKNOWN, "error": LOST_ANSWER}
    return changed(session, update(_LEDGER).where(left).values(updated_at=clock.now(), **values))


def require(session: Session, hold: Hold) -> None:
    """Go on only with a batch that is still in one's hands; nobody takes it before the transaction ends.

    Raises:
        Fenced: another has it by now.
    """
    if session.connection().execute(_requiring(), held_by(hold)).first() is None:
        raise Fenced


@cache
def _requiring() -> Any:
    return select(_BATCH.c.id).where(is_held()).with_for_update(key_share=True)


def held_by(hold: Hold) -> dict[str, Any]:
    """What `is_held` asks for."""
    return {"batch": hold.batch_id, "mine": hold.attempt, "me": hold.owner}


def is_held() -> ColumnElement[bool]:
    """Of a batch: it is in the hands that `held_by` names."""
    return (
        (_BATCH.c.id == bindparam("batch", type_=Uuid())) & (_BATCH.c.attempt == bindparam("mine", type_=Integer()))
        & (_BATCH.c.owner == bindparam("me", type_=String())) & _BATCH.c.ended_at.is_(None)
    )  # fmt: skip


def renew_all(session: Session, *, owner: str, lease: timedelta) -> int:
    """Hold everything for longer that this process holds; how many those are."""
    until = its_now(session) + lease
    held = (_BATCH.c.owner == owner) & _BATCH.c.ended_at.is_(None)
    return changed(session, update(_BATCH).where(held, _BATCH.c.lease_until.is_not(None)).values(lease_until=until))


def leave(session: Session, hold: Hold, *, held_until: datetime | None = None, is_parked: bool = False) -> datetime | None:
    """Let go of a batch: ended where nothing of it waits, else promised for when the first of it may be tried again.

    `held_until` is before when nothing of it may leave; one that is parked stays until somebody wakes it. Returns when it
    goes on, None where it does not.

    Raises:
        Fenced: another has it by now.
    """
    now = clock.now()
    waiting, first = session.execute(_left_of(), {"batch": hold.batch_id, "now": now}).one()
    at = max(filter(None, [held_until, first]), default=now) if waiting else None
    values = {**held_by(hold), "at": at, "over": None if waiting else now}
    if not session.connection().execute(_leaving(), values).rowcount:
        raise Fenced
    if at is None or is_parked:
        return None
    ports().engine.deliver(session, [_next(hold.batch_id, hold.attempt, hold.priority, at)])
    return at


@cache
def _left_of() -> Any:
    """How much of a batch waits, and when the first of it may be tried."""
    waits = (_LEDGER.c.batch_id == bindparam("batch", type_=Uuid())) & _LEDGER.c.status.in_(WAITING)
    first = func.min(func.coalesce(_LEDGER.c.next_at, bindparam("now", type_=Instant())))
    return select(func.count(), first).where(waits)


@cache
def _leaving() -> Any:
    over, at = bindparam("over", type_=Instant()), bindparam("at", type_=Instant())
    return update(_BATCH).where(is_held()).values(owner="", lease_until=None, next_at=at, ended_at=over)


def wake(
    session: Session, *, announcement_id: UUID | None = None, account_id: UUID | None = None, batch_ids: Sequence[UUID] = ()
) -> int:  # fmt: skip
    """Promise at once what was parked or waits for its hour, of an announcement or an account, or some; how many batches.

    One that is in somebody's hands is promised for a moment later: it may have been looked at just before, and be parked now.
    """
    of: ColumnElement[bool] = _BATCH.c.id.in_(batch_ids)
    if announcement_id or account_id:
        of = _BATCH.c.announcement_id == announcement_id if announcement_id else _BATCH.c.account_id == account_id
    found = session.execute(_rows().add_columns(_BATCH.c.lease_until).where(of, _BATCH.c.ended_at.is_(None))).all()
    again, soon = new_token()[:8], clock.now() + LET_GO_AFTER
    promised = [_next(id_, attempt, priority, soon if lease else None, again=again) for id_, attempt, priority, lease in found]
    ports().engine.deliver(session, promised)
    return sum(one.at is None for one in promised)


def sweep(session: Session, *, most: int = 1000) -> int:
    """Give to the next whoever's lease has run out; how many batches.

    A lease that ends later than any lease can was written before the clock was set back: it ends with a lease from now, unless
    its holder lives and renews it.
    """
    now, lease = its_now(session), timedelta(seconds=settings().lease_seconds)
    far = _BATCH.c.ended_at.is_(None) & (_BATCH.c.lease_until > now + LEASES * lease)
    session.execute(update(_BATCH).where(far).values(lease_until=now + lease))
    over = _BATCH.c.ended_at.is_(None) & (_BATCH.c.lease_until <= now)
    found = session.execute(_rows().where(over).limit(most).with_for_update(skip_locked=True, key_share=True)).all()
    if found:
        given_up = _BATCH.c.id.in_([batch_id for batch_id, *_ in found])
        session.execute(update(_BATCH).where(given_up).values(owner="", lease_until=None))
        ports().engine.deliver(session, [_next(*row) for row in found])
    return len(found)


def give_up_former(session: Session, *, executor: str, owner: str) -> int:
    """What an earlier process of this name held is held by nobody: it died, or this one would not have the name."""
    held = _BATCH.c.owner.startswith(f"{executor}:", autoescape=True) & (_BATCH.c.owner != owner)
    return changed(session, update(_BATCH).where(held, _BATCH.c.ended_at.is_(None)).values(lease_until=its_now(session)))


def may_be_lost(session: Session) -> list[BatchRun]:
    """Batches whose turn should have come a while ago and that nobody holds: the engine is asked whether it has them."""
    before = clock.now() - LOST_AFTER
    is_due = or_(_BATCH.c.next_at.is_(None), _BATCH.c.next_at < before)
    rows = session.execute(
        _rows()
        .outerjoin(_SAID, _SAID.c.id == _BATCH.c.announcement_id)
        .where(
            _BATCH.c.ended_at.is_(None), _BATCH.c.lease_until.is_(None), is_due, _BATCH.c.created_at < before,
            _SAID.c.paused_at.is_(None),
        )
        .order_by(_BATCH.c.priority)
        .limit(LOOKED_AT)
    )  # fmt: skip
    return [_next(*row) for row in rows]


def promise_again(session: Session, runs: Sequence[BatchRun]) -> None:
    """Promise anew what was lost on its way; looked at again no sooner than in a minute."""
    lost = _BATCH.c.id.in_([run.batch_id for run in runs]) & _BATCH.c.lease_until.is_(None)
    session.execute(update(_BATCH).where(lost).values(next_at=clock.now()))
    ports().engine.deliver(
        session, [BatchRun(run.batch_id, run.attempt, run.priority, run.is_urgent, again=new_token()[:8]) for run in runs]
    )  # fmt: skip


def hand_back(session: Session, *, batch_id: UUID, attempt: int) -> None:
    """Promise an attempt anew that was taken out of its queue and not begun."""
    row = session.execute(_rows().where(_BATCH.c.id == batch_id, _BATCH.c.ended_at.is_(None))).first()
    if row and row.attempt == attempt - 1:
        ports().engine.deliver(session, [_next(*row, again=new_token()[:8])])


def _rows() -> Any:
    return select(_BATCH.c.id, _BATCH.c.attempt, _BATCH.c.priority)


def _next(batch_id: UUID, attempt: int, priority: int, at: datetime | None = None, *, again: str = "") -> BatchRun:
    return BatchRun(batch_id, attempt + 1, priority, is_urgent=priority < BAND, at=at, again=again)


def count_unfinished(session: Session, *, announcement_id: UUID) -> int:
    """How many batches of an announcement have something left to do."""
    unfinished = (col(Batch.announcement_id) == announcement_id) & col(Batch.ended_at).is_(None)
    return int(session.execute(select(func.count()).select_from(_BATCH).where(unfinished)).scalar_one())
