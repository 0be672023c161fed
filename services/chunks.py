"""One chunk of a batch at a time: marked as leaving before it leaves, its outcomes written after, both in one transaction.

Each call writes a few statements, whatever the chunk's size. What may not leave does not get marked, and says why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, String, Subquery, Update, Uuid, bindparam, case, func, or_, select, update
from sqlmodel import Session

from core import clock
from core.bulk import as_json, given
from core.db import changed
from core.i18n import N_
from core.jitter import spread
from models import AccountState, AnnouncementStatus, Channel, DeliveryStatus, Model, Trouble
from models.base import Instant
from services import batches, circuits, quiet_hours
from services.batches import WAITING, Hold
from services.circuits import Account
from services.senders import Accepted, Outcome, Rejected, Unavailable, Unknown

CHUNK = 50
AHEAD = 1.0  # seconds of an account's pace that may be given out: an emergency waits no longer behind what is not one
AGAIN_SECONDS = 300.0  # how often an account that is paused or broken is looked at
FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0  # seconds
MOST_TRIES = 40
ON_ITS_WAY = (DeliveryStatus.SENDING, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
_LEDGER, _SAID, _REFUSED, _UNIT = (
    Model.metadata.tables[name] for name in ("delivery", "announcement", "optout", "unit")
)  # fmt: skip
_ABOVE = _UNIT.alias()
WITHDRAWN = N_("Thông báo đã được thu hồi.")
OVER = N_("Thông báo hết hiệu lực trước khi gửi được.")
TRAINING = N_("Chế độ tập huấn: không gửi ra ngoài.")
NO_ACCOUNT = N_("Phường không còn tài khoản gửi cho kênh này.")
OPTED_OUT = N_("Người nhận đã từ chối nhận tin.")
TOO_OFTEN = N_("Nhà cung cấp vẫn không nhận sau nhiều lần thử.")
# Who refuses an official account refuses it on each of its channels.
_ALIKE = {
    Channel.ZALO_OA: (Channel.ZALO_OA, Channel.ZALO_TEMPLATE), Channel.ZALO_TEMPLATE: (Channel.ZALO_OA, Channel.ZALO_TEMPLATE),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A row of the ledger that leaves."""

    id: UUID
    recipient: str
    attempts: int
    name: str  # its idempotency key: what it is about


@dataclass(frozen=True)
class Marked:
    """What may leave now: its first message in `wait` seconds, `rate` a second. Without rows and not held, ask again then."""

    rows: Sequence[Row] = ()
    wait: float = 0.0
    rate: float = 1.0


@dataclass(frozen=True)
class Held:
    """Nothing may leave before an instant, or before somebody wakes it (None)."""

    until: datetime | None


Settled = tuple[Row, Outcome]


def mark(session: Session, hold: Hold, *, now: datetime, usual_rate: float, most: int = CHUNK) -> Marked | Held:
    """Mark the next rows of a batch as leaving, as many as its account may send now. `now` is the database's."""
    here = clock.now()
    if reason := _stopped_by(session, hold, here):
        return reason
    account = circuits.look(session, account_id=hold.account_id) if hold.account_id else None
    if account is None:
        stop(session, hold, error=NO_ACCOUNT, status=DeliveryStatus.REJECTED)
        return Marked()
    if held := _held_by(account, hold, here):
        return held
    rate = account.per_second or usual_rate
    ahead = ((account.free_at or now) - now).total_seconds()
    if ahead > AHEAD:
        return Marked(wait=ahead - AHEAD / 2)
    _leave_out_refusals(session, hold)
    most = 1 if account.is_tried else min(most, max(1, int(rate * AHEAD)))
    allowed = account.may_use(is_urgent=hold.is_urgent)
    rows = _marked(session, hold, here, most if allowed is None else min(most, allowed))
    if not rows:
        return Marked()
    return Marked(rows, circuits.take_slots(session, account, count=len(rows), rate=rate, now=now), rate)


def _stopped_by(session: Session, hold: Hold, now: datetime) -> Marked | Held | None:
    """What an announcement or its ward say against sending."""
    status, paused_at, expires_at, is_training, is_training_above = session.execute(
        select(_SAID.c.status, _SAID.c.paused_at, _SAID.c.expires_at, _UNIT.c.is_training, _ABOVE.c.is_training)
        .select_from(_SAID)
        .join(_UNIT, _UNIT.c.id == hold.ward_id)
        .outerjoin(_ABOVE, _ABOVE.c.id == _UNIT.c.parent_id)
        .where(_SAID.c.id == hold.announcement_id)
    ).one()
    why = (
        WITHDRAWN if status == AnnouncementStatus.CANCELLED
        else OVER if expires_at and expires_at <= now
        else TRAINING if is_training or is_training_above
        else ""
    )  # fmt: skip
    if why:
        stop(session, hold, error=why)
        return Marked()
    if paused_at:
        return Held(None)
    return Held(quiet_hours.after(now)) if quiet_hours.is_quiet(now) and not hold.is_urgent else None


def _held_by(account: Account, hold: Hold, now: datetime) -> Held | None:
    if account.state is not AccountState.ACTIVE:
        return Held(now + timedelta(seconds=spread(AGAIN_SECONDS, by=0.1)))
    if account.open_until and account.open_until > now:
        return Held(account.open_until)
    if account.may_use(is_urgent=hold.is_urgent) == 0:
        return Held(circuits.next_window(now))
    return None


def stop(session: Session, hold: Hold, *, error: str, status: DeliveryStatus = DeliveryStatus.CANCELLED) -> int:
    """End what of a batch has not left; how many rows."""
    trouble = Trouble.CONFIG if status is DeliveryStatus.REJECTED else None
    values = {"status": status, "error": error, "trouble": trouble, "cost": 0, "next_at": None, "updated_at": clock.now()}
    return changed(session, update(_LEDGER).where(_waits(hold.batch_id)).values(**values))


def give_back(session: Session, rows: Sequence[Row]) -> None:
    """Marked and not sent: back in the queue, as if it had not been marked."""
    marked = _LEDGER.c.id.in_([row.id for row in rows]) & (_LEDGER.c.status == DeliveryStatus.SENDING)
    values = {"status": DeliveryStatus.QUEUED, "attempts": _LEDGER.c.attempts - 1, "updated_at": clock.now()}
    session.execute(update(_LEDGER).where(marked).values(**values))


def give_back_others(session: Session, hold: Hold, *, but: Sequence[Row]) -> None:
    """After a transaction of which nobody knows whether it was kept: what it may have marked is in nobody's hands."""
    marked = (_LEDGER.c.batch_id == hold.batch_id) & (_LEDGER.c.status == DeliveryStatus.SENDING)
    others = marked & _LEDGER.c.id.not_in([row.id for row in but])
    values = {"status": DeliveryStatus.QUEUED, "attempts": _LEDGER.c.attempts - 1, "updated_at": clock.now()}
    session.execute(update(_LEDGER).where(others).values(**values))


def record(session: Session, hold: Hold, *, settled: Sequence[Settled], dedupes: bool) -> None:
    """Write what became of a chunk, and what it says of the account. One statement for the rows. Done twice it is done once."""
    if not settled:
        return
    now = clock.now()
    told_at = session.execute(select(_SAID.c.sent_at).where(_SAID.c.id == hold.announcement_id)).scalar_one() or now
    may_repeat = dedupes and now - told_at < batches.DEDUPED_FOR
    rows = as_json(_written(row, outcome, hold.channel, now, may_repeat=may_repeat) for row, outcome in settled)
    session.execute(_recording(session.get_bind().dialect.name), {"rows": rows, "now": now})
    if hold.account_id:
        circuits.note(
            session, account_id=hold.account_id, channel=hold.channel, outcomes=[outcome for _, outcome in settled]
        )  # fmt: skip


def record_late(session: Session, *, settled: Sequence[Settled]) -> None:
    """What a provider answered to someone who has lost the batch: the truth about rows of which nobody knew anything."""
    for row, outcome in settled:
        if not isinstance(outcome, Accepted | Rejected) or (isinstance(outcome, Rejected) and outcome.trouble == "config"):
            continue
        values: dict[str, Any] = {"status": DeliveryStatus.SENT, "trouble": None, "error": None, "sent_at": clock.now()}
        if isinstance(outcome, Accepted):
            values["provider_message_id"] = outcome.message_id or None
        if isinstance(outcome, Rejected):
            values = {"status": DeliveryStatus.REJECTED, "trouble": outcome.trouble, "error": outcome.reason, "cost": 0}
        unknown = (_LEDGER.c.id == row.id) & (_LEDGER.c.status == DeliveryStatus.UNKNOWN) & (_LEDGER.c.attempts == row.attempts)
        session.execute(update(_LEDGER).where(unknown).values(updated_at=clock.now(), **values))


_Fate = tuple[DeliveryStatus, str | None, str | None, datetime | None, int | None]  # and error, trouble, next_at, cost


def _written(row: Row, outcome: Outcome, channel: Channel, now: datetime, *, may_repeat: bool) -> tuple[Any, ...]:
    status, error, trouble, next_at, cost = _fate(row, outcome, channel, now, may_repeat=may_repeat)
    message_id = outcome.message_id if isinstance(outcome, Accepted) else ""
    return row.id, status, message_id or None, error, trouble, next_at, cost


def _fate(row: Row, outcome: Outcome, channel: Channel, now: datetime, *, may_repeat: bool) -> _Fate:
    match outcome:
        case Accepted():
            return DeliveryStatus.SENT, None, None, None, outcome.cost
        case Rejected():
            if circuits.is_of_account(outcome, channel):  # not this message's fault: it waits for a person
                return DeliveryStatus.UNAVAILABLE, outcome.reason, Trouble.CONFIG, None, None
            return DeliveryStatus.REJECTED, outcome.reason, outcome.trouble, None, 0
        case Unavailable():
            return _later(row, outcome, now)
        case Unknown():
            if may_repeat and row.attempts < MOST_TRIES:
                return DeliveryStatus.UNAVAILABLE, outcome.reason, Trouble.UNKNOWN, _soon(row, now), None
            return DeliveryStatus.UNKNOWN, outcome.reason, Trouble.UNKNOWN, None, None


def _later(row: Row, outcome: Unavailable, now: datetime) -> _Fate:
    if row.attempts >= MOST_TRIES:
        return DeliveryStatus.REJECTED, TOO_OFTEN, outcome.trouble, None, 0
    asked = now + timedelta(seconds=min(outcome.after_seconds or 0, circuits.RETRY_MOST))
    at = circuits.later_until(outcome, now) if outcome.trouble == "later" else max(_soon(row, now), asked)
    return DeliveryStatus.UNAVAILABLE, outcome.reason, outcome.trouble, at, None


def _soon(row: Row, now: datetime) -> datetime:
    return now + timedelta(seconds=wait_seconds(row.attempts))


def wait_seconds(attempts: int) -> float:
    """How long to wait after so many attempts: twice as long each time, up to ten minutes, never all at once."""
    return spread(min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 10)), by=0.5)


@cache
def _recording(dialect: str) -> Update:
    kinds: dict[str, Any] = {"id": Uuid(), "status": String(), "message": String(), "error": String(), "trouble": String(),
             "next_at": Instant(), "cost": Integer()}  # fmt: skip
    told: Subquery = given(dialect, "rows", kinds)
    ours = _LEDGER.c.status == DeliveryStatus.SENDING.value
    now = bindparam("now", type_=Instant())
    # A receipt may be faster than the answer: it stands, and the answer adds the provider's own number.
    return (
        update(_LEDGER)
        .where(_LEDGER.c.id == told.c.id, _LEDGER.c.status.in_(ON_ITS_WAY))
        .values(
            status=case((ours, told.c.status), else_=_LEDGER.c.status),
            provider_message_id=func.coalesce(told.c.message, _LEDGER.c.provider_message_id),
            error=case((ours, told.c.error), else_=None), trouble=case((ours, told.c.trouble), else_=None),
            next_at=case((ours, told.c.next_at), else_=None), cost=func.coalesce(told.c.cost, _LEDGER.c.cost), updated_at=now,
            sent_at=case((told.c.status == DeliveryStatus.SENT.value, now), else_=_LEDGER.c.sent_at),
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def _waits(batch_id: UUID) -> Any:
    return (_LEDGER.c.batch_id == batch_id) & _LEDGER.c.status.in_(WAITING)


def _leave_out_refusals(session: Session, hold: Hold) -> None:
    alike = _ALIKE.get(hold.channel, (hold.channel,))
    refused = select(_REFUSED.c.recipient).where(_REFUSED.c.channel.in_(alike), _REFUSED.c.ended_at.is_(None))
    values = {"status": DeliveryStatus.REJECTED, "trouble": Trouble.RECIPIENT, "error": OPTED_OUT, "cost": 0, "next_at": None,
              "updated_at": clock.now()}  # fmt: skip
    session.execute(
        update(_LEDGER).where(_waits(hold.batch_id), _LEDGER.c.recipient_id.in_(refused)).values(**values)
    )  # fmt: skip


def _marked(session: Session, hold: Hold, now: datetime, most: int) -> list[Row]:
    due = or_(_LEDGER.c.next_at.is_(None), _LEDGER.c.next_at <= now)
    first = select(_LEDGER.c.id).where(_waits(hold.batch_id), due).limit(most)
    found = session.execute(
        update(_LEDGER)
        .where(_LEDGER.c.id.in_(first), _LEDGER.c.status.in_(WAITING))
        .values(status=DeliveryStatus.SENDING, attempts=_LEDGER.c.attempts + 1, next_at=None, updated_at=now)
        .returning(_LEDGER.c.id, _LEDGER.c.recipient_id, _LEDGER.c.attempts, _LEDGER.c.idempotency_key)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return [Row(*row) for row in found]
