"""One chunk of a batch at a time: marked as leaving before it leaves, its outcomes written after, both in one transaction.

Each call writes a few statements, whatever the chunk's size, and each of those is put together once a process. What may not leave
does not get marked, and says why.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Select, String, Update, Uuid, bindparam, case, func, or_, select, update
from sqlmodel import Session

from core import clock
from core.bulk import as_json, given
from core.db import changed, its_now
from core.i18n import N_
from core.jitter import spread
from models import AccountState, AnnouncementStatus, Channel, DeliveryStatus, Model, Trouble
from models.base import Instant
from services import batches, circuits, opt_outs, outcome_notes, quiet_hours, training
from services.batches import WAITING, Hold
from services.circuits import Account
from services.senders import Accepted, Outcome, Rejected, Unavailable, Unknown

CHUNK = {True: 100, False: 50}  # messages marked at once, by whether a crash doubles nothing: else nobody knows of so many
AHEAD = 1.0  # seconds of an account's pace that may be given out: an emergency waits no longer behind what is not one
AGAIN_SECONDS = 300.0  # how often an account that is paused or broken is looked at
FIRST_WAIT, LONGEST_WAIT = 2.0, 600.0  # seconds
MOST_TRIES = 40
TALKING = (Channel.ZALO_OA, Channel.FACEBOOK)
ON_ITS_WAY = (DeliveryStatus.SENDING, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
_LEDGER, _SAID, _REFUSED, _UNIT, _BATCH, _ACCOUNT = (
    Model.metadata.tables[name] for name in ("delivery", "announcement", "optout", "unit", "batch", "channelaccount")
)
_ABOVE = _UNIT.alias()
WITHDRAWN = N_("Thông báo đã được thu hồi.")
OVER = N_("Thông báo hết hiệu lực trước khi gửi được.")
NO_ACCOUNT = N_("Phường không còn tài khoản gửi cho kênh này.")
OPTED_OUT = N_("Người nhận đã từ chối nhận tin.")
TOO_OFTEN = N_("Nhà cung cấp vẫn không nhận sau nhiều lần thử.")


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


def turn(
    session: Session, hold: Hold, *, settled: Sequence[Settled], usual_rate: float, dedupes: bool, most: int = 0
) -> Marked | Held:  # fmt: skip
    """Write what became of the last chunk and mark the next one, as much as its account may send and at most `most`, if said.

    Raises:
        Fenced: another has the batch by now.
    """
    looked, here, now = _look(session, hold), clock.now(), its_now(session)
    if looked is None:
        batches.require(session, hold)
    record_rows(session, hold, settled=settled, dedupes=dedupes)
    if looked is None:
        stop(session, hold, error=NO_ACCOUNT, status=DeliveryStatus.REJECTED)
        return Marked()
    standing, account = looked
    account = circuits.note(session, account, channel=hold.channel, outcomes=[outcome for _, outcome in settled])
    if why := standing.ended(here):
        stop(session, hold, error=why)
        return Marked()
    if held := standing.held(hold, here) or _held_by(account, hold, here):
        return held
    rate = account.rate(usual_rate)
    ahead = circuits.ahead(account, now=now, rate=rate)
    if ahead > AHEAD:
        return Marked(wait=ahead - AHEAD / 2)
    most = 1 if account.is_tried else min(most or CHUNK[dedupes], max(1, int(rate * AHEAD)))
    allowed = account.may_use(is_urgent=hold.is_urgent)
    most = most if allowed is None else min(most, allowed)
    rows = _mark(session, hold, here, most)
    if len(rows) < most:
        _leave_out_refusals(session, hold)
    if not rows:
        return Marked()
    return Marked(rows, circuits.take_slots(session, account, count=len(rows), rate=rate, now=now), rate)


@dataclass(frozen=True)
class _Standing:
    """How the announcement and its ward stand. Answers to what people asked have no announcement."""

    status: AnnouncementStatus | None
    paused_at: datetime | None
    expires_at: datetime | None
    is_training: bool
    is_training_above: bool | None
    takes_back: bool  # what leaves says that it was withdrawn

    def ended(self, now: datetime) -> str:
        """Why nothing leaves any more; "" where it does."""
        if self.status is AnnouncementStatus.CANCELLED and not self.takes_back:
            return WITHDRAWN
        if self.expires_at and self.expires_at <= now:
            return OVER
        return training.HELD_BACK if self.is_training or self.is_training_above else ""

    def held(self, hold: Hold, now: datetime) -> Held | None:
        """Why nothing leaves just now."""
        if self.paused_at:
            return Held(None)
        is_awaited = hold.announcement_id is None and hold.channel in TALKING  # whoever asked there is awake, or has silenced it
        return Held(quiet_hours.after(now)) if quiet_hours.is_quiet(now) and not hold.is_urgent and not is_awaited else None


def _look(session: Session, hold: Hold) -> tuple[_Standing, Account] | None:
    """All that speaks for or against sending, in one look; batch and account are locked until the transaction ends."""
    row = session.connection().execute(_looking(), batches.held_by(hold)).first()
    return (_Standing(*row[:6]), Account(*row[6:])) if row else None


@cache
def _looking() -> Select[Any]:
    said = [_SAID.c.status, _SAID.c.paused_at, _SAID.c.expires_at, _UNIT.c.is_training, _ABOVE.c.is_training,
            _BATCH.c.takes_back]  # fmt: skip
    return (
        select(*said, *circuits.columns())
        .select_from(_BATCH)
        .join(_UNIT, _UNIT.c.id == _BATCH.c.ward_id)
        .outerjoin(_SAID, _SAID.c.id == _BATCH.c.announcement_id)
        .outerjoin(_ABOVE, _ABOVE.c.id == _UNIT.c.parent_id)
        .join(_ACCOUNT, _ACCOUNT.c.id == _BATCH.c.account_id)
        .where(batches.is_held())
        .with_for_update(of=[_BATCH, _ACCOUNT])
    )


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
    """Write what became of the last chunk, and what it says of the account. Done twice it is done once."""
    record_rows(session, hold, settled=settled, dedupes=dedupes)
    account = circuits.look(session, account_id=hold.account_id) if hold.account_id and settled else None
    if account:
        circuits.note(session, account, channel=hold.channel, outcomes=[outcome for _, outcome in settled])


def record_rows(session: Session, hold: Hold, *, settled: Sequence[Settled], dedupes: bool) -> None:
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
        .where(_LEDGER.c.id == told.c.id, _is_one_of(ON_ITS_WAY))
        .values(
            status=case((ours, told.c.status), else_=_LEDGER.c.status),
            provider_message_id=func.coalesce(told.c.message, _LEDGER.c.provider_message_id),
            error=case((ours, told.c.error), else_=None), trouble=case((ours, told.c.trouble), else_=None),
            next_at=case((ours, told.c.next_at), else_=None), cost=func.coalesce(told.c.cost, _LEDGER.c.cost), updated_at=now,
            sent_at=case((told.c.status == DeliveryStatus.SENT.value, now), else_=_LEDGER.c.sent_at),
        )
    )  # fmt: skip


def _is_one_of(statuses: Sequence[DeliveryStatus]) -> Any:
    """As `in_`, but written out: a list is put into its statement anew each time."""
    return or_(*[_LEDGER.c.status == status for status in statuses])


def _waits(batch_id: Any) -> Any:
    return (_LEDGER.c.batch_id == batch_id) & _is_one_of(WAITING)


@cache
def _refusing(channel: Channel) -> Select[Any]:
    alike = opt_outs.BY_FOLLOWING if channel in opt_outs.BY_FOLLOWING else (channel,)  # who refuses an account refuses all of it
    of_it = or_(*[_REFUSED.c.channel == one for one in alike])
    return select(_REFUSED.c.recipient).where(of_it, _REFUSED.c.ended_at.is_(None))


def _leave_out_refusals(session: Session, hold: Hold) -> None:
    values = {"status": DeliveryStatus.REJECTED, "trouble": Trouble.RECIPIENT, "error": OPTED_OUT, "cost": 0, "next_at": None,
              "updated_at": clock.now()}  # fmt: skip
    refused = _LEDGER.c.recipient_id.in_(_refusing(hold.channel))
    session.execute(update(_LEDGER).where(_waits(hold.batch_id), refused).values(**values))


def _mark(session: Session, hold: Hold, now: datetime, most: int) -> list[Row]:
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        marked = connection.execute(_marking(hold.channel), {"batch": hold.batch_id, "now": now, "most": most})
        return [Row(id_.hex, recipient, attempts, name) for id_, recipient, attempts, name in marked]
    # A SQLite file has one writer, so nobody comes between these two; a row apiece would cost a turn of the interpreter each.
    text = connection.execute(_next_as_json(hold.channel), {"batch": hold.batch_id, "now": now, "most": most}).scalar_one()
    connection.execute(_marking_those(), {"rows": text, "now": now})
    return [Row(key, recipient, attempts + 1, name) for key, recipient, attempts, name in json.loads(text)]


@cache
def _marking(channel: Channel) -> Any:
    marked = _marked(bindparam("now", type_=Instant())).where(_LEDGER.c.id.in_(_next_ones(channel, [_LEDGER.c.id])))
    return marked.returning(_LEDGER.c.id, _LEDGER.c.recipient_id, _LEDGER.c.attempts, _LEDGER.c.idempotency_key)


@cache
def _next_as_json(channel: Channel) -> Select[Any]:
    wanted = [_LEDGER.c.id, _LEDGER.c.recipient_id, _LEDGER.c.attempts, _LEDGER.c.idempotency_key]
    found = _next_ones(channel, wanted).subquery()
    return select(func.json_group_array(func.json_array(*found.c), type_=String()))


@cache
def _marking_those() -> Update:
    those = given("sqlite", "rows", {"id": Uuid()})
    return _marked(bindparam("now", type_=Instant())).where(_LEDGER.c.id.in_(select(those.c.id)))


def _marked(now: Any) -> Update:
    marked = {"status": DeliveryStatus.SENDING, "attempts": _LEDGER.c.attempts + 1, "next_at": None, "updated_at": now}
    return update(_LEDGER).where(_is_one_of(WAITING)).values(**marked)


def _next_ones(channel: Channel, columns: Sequence[Any]) -> Select[Any]:
    due = or_(_LEDGER.c.next_at.is_(None), _LEDGER.c.next_at <= bindparam("now", type_=Instant()))
    waits = _waits(bindparam("batch", type_=Uuid()))
    may = _LEDGER.c.recipient_id.not_in(_refusing(channel))
    return select(*columns).where(waits, due, may).limit(bindparam("most", type_=Integer()))
