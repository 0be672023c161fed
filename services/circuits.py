"""A provider's account as its senders share it: its pace, its circuit, its quota; what its answers change of that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Update, Uuid, bindparam, select, update
from sqlmodel import Session

from core import clock
from core.db import instant, now_of
from core.i18n import N_
from core.jitter import spread
from models import AccountState, Channel, Model
from models.base import Instant
from services import access, audit, quiet_hours
from services.senders import Accepted, Outcome, Rejected, Unavailable, Unknown

TRIP = 10  # failures in a row after which an account rests
FIRST_REST, LONGEST_REST = 10.0, 600.0  # seconds
RETRY_MOST = 86_400.0
SPOKEN_MOST = 30.0  # seconds of its pace: more than is ever given out, beside the messages themselves
_ACCOUNT = Model.metadata.tables["channelaccount"]
_COLUMNS = (
    "id",
    "state",
    "failures",
    "open_until",
    "quota_left",
    "quota_at",
    "reserve",
    "per_second",
    "free_at",
    "told_per_second",
    "opening",
)
# A chat group's own faults (channels.md §2.7): the other groups of the account are well.
OF_ONE_GROUP = frozenset({"-237", "-238", "-241", "-403"})


@dataclass(frozen=True)
class Account:
    """An account as it stands just now."""

    id: UUID
    state: AccountState
    failures: int
    open_until: datetime | None
    quota_left: int | None
    quota_at: datetime | None
    reserve: int
    per_second: float | None
    free_at: datetime | None
    told_per_second: float | None = None
    opening: int = 1

    def rate(self, usual: float) -> float:
        """Messages a second: what a person set, but never more than the provider allows; `usual` where neither says."""
        return min((one for one in (self.per_second, self.told_per_second) if one), default=usual)

    @property
    def is_tried(self) -> bool:
        """Whether it failed so often that one message must show whether it is back."""
        return self.failures >= TRIP

    def may_use(self, *, is_urgent: bool) -> int | None:
        """How many messages of its quota are for this; None where the provider tells of no quota."""
        if self.quota_left is None:
            return None
        return max(0, self.quota_left - (0 if is_urgent else self.reserve))


@dataclass(frozen=True)
class Looked:
    """An account in one's hands, and the database's clock."""

    account: Account
    now: datetime


def look(session: Session, *, account_id: UUID) -> Looked | None:
    """An account, held until the transaction ends: its pace is given out to one process at a time.

    All that send by it wait for whoever holds it, so this comes last in a transaction.
    """
    connection = session.connection()
    row = connection.execute(_looking(connection.dialect.name), {"account": account_id}).first()
    return Looked(Account(*row[1:]), instant(row[0])) if row else None


def columns() -> list[Any]:
    """What an `Account` is read from, in its order."""
    return [_ACCOUNT.c[name] for name in _COLUMNS]


@cache
def _looking(dialect: str) -> Select[Any]:
    of = _ACCOUNT.c.id == bindparam("account", type_=Uuid())
    return select(now_of(dialect), *columns()).where(of).with_for_update(key_share=True)


def ahead(account: Account, *, now: datetime, rate: float) -> float:
    """How many seconds of an account's pace are spoken for.

    More than can have been given out tells of a clock that was set back since: then none are.
    """
    seconds = ((account.free_at or now) - now).total_seconds()
    return seconds if 0 < seconds <= SPOKEN_MOST + 2 / rate else 0.0


def take_slots(session: Session, account: Account, *, count: int, rate: float, now: datetime) -> float:
    """The next places in an account's pace, for so many messages; in how many seconds the first of them is.

    `now` is the database's. Their share of the quota is taken as well, until the provider tells better.
    """
    begins = now + timedelta(seconds=ahead(account, now=now, rate=rate))
    values: dict[str, Any] = {"of": account.id, "free": begins + timedelta(seconds=count / rate), "left": account.quota_left}
    if account.quota_left is not None:
        values["left"] = max(0, account.quota_left - count)
    session.connection().execute(_taking(), values)
    return (begins - now).total_seconds()


@cache
def _taking() -> Update:
    values = {"free_at": bindparam("free", type_=Instant()), "quota_left": bindparam("left", type_=Integer())}
    return update(_ACCOUNT).where(_ACCOUNT.c.id == bindparam("of", type_=Uuid())).values(**values)


def note(
    session: Session, *, account_id: UUID, channel: Channel, opening: int, outcomes: Sequence[Outcome]
) -> Account | None:  # fmt: skip
    """Write what a provider's answers say of its account, and how it stands then.

    `opening` is the one whose keys were used: what was refused with keys of before breaks nothing.
    It is held only where they may say something new; None where they do not.
    """
    if all(isinstance(one, Accepted) and one.quota_left is None for one in outcomes) and not _has_failed(session, account_id):
        return None
    looked = look(session, account_id=account_id)
    return write(session, looked.account, channel=channel, opening=opening, outcomes=outcomes) if looked else None


def _has_failed(session: Session, account_id: UUID) -> bool:
    return bool(session.execute(select(_ACCOUNT.c.failures).where(_ACCOUNT.c.id == account_id)).scalar())


def after(account: Account, *, channel: Channel, opening: int, outcomes: Sequence[Outcome]) -> Account:
    """How an account stands with those answers. Nothing is written."""
    return _with(account, _told(account, channel, opening, outcomes))


def write(session: Session, account: Account, *, channel: Channel, opening: int, outcomes: Sequence[Outcome]) -> Account:
    """As `note`, of an account in one's hands; how it stands then. A statement only where something changed."""
    values = _told(account, channel, opening, outcomes)
    if not values:
        return account
    if values.get("state") is AccountState.BROKEN:
        broken = _breaking(channel, outcomes)
        audit.record(
            session, actor=access.TERMINAL, action="channel.broken", subject_kind="channel_account", subject_id=account.id,
            code=broken.code if broken else "",
        )  # fmt: skip
    session.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == account.id).values(**values))
    return _with(account, values)


def _told(account: Account, channel: Channel, opening: int, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    now = clock.now()
    values = _quota(outcomes, now) | _circuit(account, outcomes, now)
    broken = _breaking(channel, outcomes)
    if broken and account.state is AccountState.ACTIVE and account.opening == opening:
        values |= {"state": AccountState.BROKEN, "message": broken.reason}
    return values


def _breaking(channel: Channel, outcomes: Sequence[Outcome]) -> Rejected | None:
    return next((one for one in outcomes if isinstance(one, Rejected) and is_of_account(one, channel)), None)


def _with(account: Account, values: dict[str, Any]) -> Account:
    return replace(account, **{name: value for name, value in values.items() if name in _COLUMNS})


def is_of_account(outcome: Outcome, channel: Channel) -> bool:
    """Whether an answer says that the whole account is broken."""
    is_config = isinstance(outcome, Rejected) and outcome.trouble == "config"
    return is_config and not (channel is Channel.ZALO_GROUP and outcome.code in OF_ONE_GROUP)  # type: ignore[union-attr]


def keep_quota(session: Session, *, account_id: UUID, left: int | None, total: int | None) -> None:
    """What a provider says of an account's quota when it is asked."""
    values = {"quota_left": left, "quota_total": total, "quota_at": clock.now()}
    session.execute(update(_ACCOUNT).where(_ACCOUNT.c.id == account_id).values(**values))


def rest_seconds(failures: int) -> float:
    """How long an account rests: longer each time, never the same for two who ask."""
    return spread(min(LONGEST_REST, FIRST_REST * 2.0 ** min(failures - TRIP, 10)), by=0.25)


def next_window(now: datetime) -> datetime:
    """When quotas and night windows of providers are open again: five past six of the next morning."""
    tomorrow = clock.local(now).replace(hour=quiet_hours.END, minute=5, second=0, microsecond=0)
    return tomorrow if tomorrow > now else tomorrow + timedelta(days=1)


def _quota(outcomes: Sequence[Outcome], now: datetime) -> dict[str, Any]:
    told = [one for one in outcomes if isinstance(one, Accepted) and one.quota_left is not None]
    if not told:
        return {}
    least = min(told, key=lambda one: one.quota_left or 0)
    return {"quota_left": least.quota_left, "quota_total": least.quota_total, "quota_at": now}


def _circuit(account: Account, outcomes: Sequence[Outcome], now: datetime) -> dict[str, Any]:
    asked = [one.after_seconds for one in outcomes if isinstance(one, Unavailable) and one.trouble == "backoff"]
    waits = [min(seconds, RETRY_MOST) for seconds in asked if seconds is not None]
    values: dict[str, Any] = {"open_until": now + timedelta(seconds=max(waits))} if waits else {}
    later = [one for one in outcomes if isinstance(one, Unavailable) and one.trouble == "later"]
    if len(later) > len(outcomes) // 2 and len(later) > 1:
        values["open_until"] = later_until(later[0], now)
    if any(isinstance(one, Accepted | Rejected) for one in outcomes):  # it answers
        return values | ({"failures": 0} if account.failures else {})
    failed = len(asked) + sum(isinstance(one, Unknown) for one in outcomes)
    if not failed or (account.open_until and account.open_until > now):
        return values
    failures = account.failures + 1 if account.is_tried else min(TRIP, account.failures + failed)
    rests = {"open_until": now + timedelta(seconds=rest_seconds(failures))} if failures >= TRIP else {}
    return {"failures": failures} | rests | values


def later_until(outcome: Unavailable, now: datetime) -> datetime:
    """When something that is over a quota or outside a provider's hours may be tried again."""
    if outcome.after_seconds is None:
        return next_window(now)
    return now + timedelta(seconds=min(outcome.after_seconds, RETRY_MOST))


NO_QUOTA = N_("Hết hạn mức của kênh này, phần để dành chỉ dùng cho tin hỏa tốc.")
