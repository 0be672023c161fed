"""One chunk of a batch at a time: marked as leaving before it leaves, its outcomes written after, both in one transaction.

Each call writes a few statements, whatever the chunk's size, and each of those is put together once a process. What may not leave
does not get marked, and says why.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, String, Update, Uuid, bindparam, func, or_, select, update
from sqlmodel import Session

from core import clock
from core.bulk import given
from core.db import changed, instant, now_of
from core.i18n import N_
from core.jitter import spread
from models import AccountState, AnnouncementStatus, Channel, DeliveryStatus, Model, Trouble
from models.base import Instant
from services import batches, circuits, opt_outs, quiet_hours, training, written_outcomes
from services.batches import WAITING, Hold
from services.circuits import Account
from services.senders import Outcome
from services.written_outcomes import Row, Settled, is_one_of

CHUNK = {True: 100, False: 50}  # messages marked at once, by whether a crash doubles nothing: else nobody knows of so many
AHEAD = 1.0  # seconds of an account's pace that may be given out: an emergency waits no longer behind what is not one
AGAIN_SECONDS = 300.0  # how often an account that is paused or broken is looked at
TALKING = (Channel.ZALO_OA, Channel.FACEBOOK)
_LEDGER, _SAID, _REFUSED, _UNIT, _BATCH, _ACCOUNT = (
    Model.metadata.tables[name] for name in ("delivery", "announcement", "optout", "unit", "batch", "channelaccount")
)
_ABOVE = _UNIT.alias()
WITHDRAWN = N_("Thông báo đã được thu hồi.")
OVER = N_("Thông báo hết hiệu lực trước khi gửi được.")
NO_ACCOUNT = N_("Phường không còn tài khoản gửi cho kênh này.")
OPTED_OUT = N_("Người nhận đã từ chối nhận tin.")


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


@dataclass(frozen=True)
class Begun:
    """A turn of which only the account's share is left: `finish` does it, last in its transaction."""

    hold: Hold
    outcomes: Sequence[Outcome]
    found: Marked | Held  # what may leave, the account's pace not yet taken


def begin(
    session: Session, hold: Hold, *, settled: Sequence[Settled], usual_rate: float, dedupes: bool, most: int = 0
) -> Begun:  # fmt: skip
    """What of a turn touches only rows of its own batch. The account is looked at and not held: all processes share it.

    Raises:
        Fenced: another has the batch by now.
    """
    looked, here = _look(session, hold), clock.now()
    if looked is None:
        batches.require(session, hold)
    written_outcomes.record(session, hold, settled=settled, dedupes=dedupes)
    if looked is None:
        stop(session, hold, error=NO_ACCOUNT, status=DeliveryStatus.REJECTED)
        return Begun(hold, (), Marked())
    standing, before, now = looked
    outcomes = [outcome for _, outcome in settled]
    if why := standing.ended(here):
        stop(session, hold, error=why)
        return Begun(hold, outcomes, Marked())
    account = circuits.after(before, channel=hold.channel, opening=hold.opening, outcomes=outcomes)
    if held := standing.held(hold, here) or _held_by(account, hold, here):
        return Begun(hold, outcomes, held)
    rate = account.rate(usual_rate)
    if waits := _no_room(account, now, rate):
        return Begun(hold, outcomes, waits)
    most = 1 if account.is_tried else min(most or CHUNK[dedupes], max(1, int(rate * AHEAD)))
    allowed = account.may_use(is_urgent=hold.is_urgent)
    most = most if allowed is None else min(most, allowed)
    rows = _mark(session, hold, here, most)
    if len(rows) < most:
        _leave_out_refusals(session, hold)
    return Begun(hold, outcomes, Marked(rows, rate=rate) if rows else Marked())


def finish(session: Session, begun: Begun, *, usual_rate: float) -> Marked | Held:
    """What the answers say of the account, and its pace and quota for what was marked; both under the account's lock.

    Where another process has meanwhile taken what was there, or a person paused it, marks are given back.
    """
    hold, found = begun.hold, begun.found
    rows = found.rows if isinstance(found, Marked) else ()
    if hold.account_id is None or not (rows or begun.outcomes):
        return found
    if not rows:
        noted = circuits.note(
            session, account_id=hold.account_id, channel=hold.channel, opening=hold.opening, outcomes=begun.outcomes
        )
        return (_held_by(noted, hold, clock.now()) if noted and isinstance(found, Held) else None) or found
    looked = circuits.look(session, account_id=hold.account_id)
    if looked is None:  # disconnected since
        give_back(session, rows)
        return Marked(wait=AHEAD)
    account = circuits.write(
        session, looked.account, channel=hold.channel, opening=hold.opening, outcomes=begun.outcomes
    )  # fmt: skip
    rate = account.rate(usual_rate)
    if instead := _held_by(account, hold, clock.now()) or _no_room(account, looked.now, rate):
        give_back(session, rows)
        return instead
    allowed = account.may_use(is_urgent=hold.is_urgent)
    if allowed is not None and allowed < len(rows):
        give_back(session, rows[allowed:])
        rows = rows[:allowed]
    return Marked(rows, circuits.take_slots(session, account, count=len(rows), rate=rate, now=looked.now), rate)


def _no_room(account: Account, now: datetime, rate: float) -> Marked | None:
    """Nothing now, and when to ask again, where as much of an account's pace is spoken for as may be."""
    ahead = circuits.ahead(account, now=now, rate=rate)
    return Marked(wait=ahead - AHEAD / 2) if ahead > AHEAD else None


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


def _look(session: Session, hold: Hold) -> tuple[_Standing, Account, datetime] | None:
    """All that speaks for or against sending, in one look, and the database's clock; the batch is held until the end."""
    connection = session.connection()
    row = connection.execute(_looking(connection.dialect.name), batches.held_by(hold)).first()
    return (_Standing(*row[1:7]), Account(*row[7:]), instant(row[0])) if row else None


@cache
def _looking(dialect: str) -> Select[Any]:
    said = [_SAID.c.status, _SAID.c.paused_at, _SAID.c.expires_at, _UNIT.c.is_training, _ABOVE.c.is_training,
            _BATCH.c.takes_back]  # fmt: skip
    return (
        select(now_of(dialect), *said, *circuits.columns())
        .select_from(_BATCH)
        .join(_UNIT, _UNIT.c.id == _BATCH.c.ward_id)
        .outerjoin(_SAID, _SAID.c.id == _BATCH.c.announcement_id)
        .outerjoin(_ABOVE, _ABOVE.c.id == _UNIT.c.parent_id)
        .join(_ACCOUNT, _ACCOUNT.c.id == _BATCH.c.account_id)
        .where(batches.is_held())
        .with_for_update(of=_BATCH, key_share=True)
    )


def _held_by(account: Account, hold: Hold, now: datetime) -> Held | None:
    if account.state is not AccountState.ACTIVE:
        return Held(now + timedelta(seconds=spread(AGAIN_SECONDS, by=0.1)))
    if account.opening != hold.opening:  # whoever goes on reads the keys anew
        return Held(now)
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


def _waits(batch_id: Any) -> Any:
    return (_LEDGER.c.batch_id == batch_id) & is_one_of(WAITING)


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
    return update(_LEDGER).where(is_one_of(WAITING)).values(**marked)


def _next_ones(channel: Channel, columns: Sequence[Any]) -> Select[Any]:
    due = or_(_LEDGER.c.next_at.is_(None), _LEDGER.c.next_at <= bindparam("now", type_=Instant()))
    waits = _waits(bindparam("batch", type_=Uuid()))
    may = _LEDGER.c.recipient_id.not_in(_refusing(channel))
    return select(*columns).where(waits, due, may).limit(bindparam("most", type_=Integer()))
