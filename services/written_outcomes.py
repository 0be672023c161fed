"""What became of a chunk, written into the ledger: one statement, done twice it is done once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, String, Update, Uuid, bindparam, case, func, or_, update
from sqlmodel import Session

from core import clock
from core.bulk import as_json, given
from core.i18n import N_
from core.jitter import spread
from models import Channel, DeliveryStatus, Model, Trouble
from models.base import Instant
from services import batches, circuits, outcome_notes
from services.batches import Hold
from services.senders import Accepted, Outcome, Rejected, Unavailable, Unknown

FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0  # seconds
MOST_TRIES = 40
ON_ITS_WAY = (DeliveryStatus.SENDING, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
TOO_OFTEN = N_("Nhà cung cấp vẫn không nhận sau nhiều lần thử.")
_LEDGER = Model.metadata.tables["delivery"]


class Row(NamedTuple):
    """A row of the ledger that leaves."""

    key: str  # its id, 32 letters and digits
    recipient: str
    attempts: int
    name: str  # its idempotency key: what it is about

    @property
    def id(self) -> UUID:
        """Its id."""
        return UUID(self.key)


Settled = tuple[Row, Outcome]


def record(session: Session, hold: Hold, *, settled: Sequence[Settled], dedupes: bool) -> None:
    """Write what became of a chunk: one statement."""
    if not settled:
        return
    now = clock.now()
    may_repeat = dedupes and now - (hold.told_at or now) < batches.DEDUPED_FOR
    rows = as_json(_written(row, outcome, hold.channel, now, may_repeat=may_repeat) for row, outcome in settled)
    connection = session.connection()
    connection.execute(_recording(connection.dialect.name), {"rows": rows, "now": now})
    outcomes = [(row.id, row.recipient, outcome) for row, outcome in settled if not isinstance(outcome, Accepted)]
    outcome_notes.note(session, announcement_id=hold.announcement_id, channel=hold.channel, outcomes=outcomes)


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
    if isinstance(outcome, Accepted):
        return row.key, DeliveryStatus.SENT, outcome.message_id or None, None, None, None, outcome.cost
    status, error, trouble, next_at, cost = _fate(row, outcome, channel, now, may_repeat=may_repeat)
    return row.key, status, None, error, trouble, next_at, cost


def _fate(row: Row, outcome: Rejected | Unavailable | Unknown, channel: Channel, now: datetime, *, may_repeat: bool) -> _Fate:
    match outcome:
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
    told = given(dialect, "rows", kinds)
    ours = _LEDGER.c.status == DeliveryStatus.SENDING.value
    now = bindparam("now", type_=Instant())
    # A receipt may be faster than the answer: it stands, and the answer adds the provider's own number.
    return (
        update(_LEDGER)
        .where(_LEDGER.c.id == told.c.id, is_one_of(ON_ITS_WAY))
        .values(
            status=case((ours, told.c.status), else_=_LEDGER.c.status),
            provider_message_id=func.coalesce(told.c.message, _LEDGER.c.provider_message_id),
            error=case((ours, told.c.error), else_=None), trouble=case((ours, told.c.trouble), else_=None),
            next_at=case((ours, told.c.next_at), else_=None), cost=func.coalesce(told.c.cost, _LEDGER.c.cost), updated_at=now,
            sent_at=case((told.c.status == DeliveryStatus.SENT.value, now), else_=_LEDGER.c.sent_at),
        )
    )  # fmt: skip


def is_one_of(statuses: Sequence[DeliveryStatus]) -> Any:
    """As `in_`, but written out: a list is put into its statement anew each time."""
    return or_(*[_LEDGER.c.status == status for status in statuses])
