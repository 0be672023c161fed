"""Renewing an account's tokens: one process at a time, and the new pair is kept before anybody uses it.

A refresh token is good once (channels.md §1): two who renew at once would lock each other out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from core.db import its_now
from models import AccountState, ChannelAccount
from services import access, audit, channel_accounts

MOST = timedelta(seconds=60)  # after which whoever renews is believed dead
EARLY = timedelta(hours=5)  # of 25: a token is renewed at about its twentieth hour


@dataclass(frozen=True)
class Renewal:
    """Whose turn it is: `fresh` has the token already, `mine` must fetch it, `theirs` waits for another."""

    turn: Literal["fresh", "mine", "theirs"]
    secrets: Mapping[str, str]
    settings: Mapping[str, str]


def begin(session: Session, *, account_id: UUID, stale: str, owner: str) -> Renewal:
    """Whether to fetch new tokens in place of a stale one."""
    account = session.exec(select(ChannelAccount).where(ChannelAccount.id == account_id).with_for_update()).one()
    keys = channel_accounts.keys(session, account=account)
    now = its_now(session)
    if keys.secrets.get("access_token", "") != stale:
        return Renewal("fresh", keys.secrets, keys.settings)
    is_theirs = account.renewing_until is not None and now < account.renewing_until <= now + 2 * MOST  # later: a clock set back
    if is_theirs and account.renewing_by != owner:
        return Renewal("theirs", keys.secrets, keys.settings)
    account.renewing_by, account.renewing_until = owner, now + MOST
    session.add(account)
    session.flush()
    return Renewal("mine", keys.secrets, keys.settings)


def keep(
    session: Session, *, account_id: UUID, owner: str, spent: str, tokens: Mapping[str, str], good_until: datetime | None
) -> Mapping[str, str]:  # fmt: skip
    """Keep the new pair, got with the refresh token `spent`; the secrets that are good now.

    One that was fetched too late, after another began, is the newest all the same; not where an admin has given tokens since.
    """
    account = session.exec(select(ChannelAccount).where(ChannelAccount.id == account_id).with_for_update()).one()
    if _has(session, account, spent):
        channel_accounts.keep_tokens(session, account_id=account_id, tokens=tokens, good_until=good_until)
    if account.renewing_by == owner:
        account.renewing_by, account.renewing_until = "", None
    session.add(account)
    session.flush()
    return channel_accounts.keys(session, account=account).secrets


def fail(session: Session, *, account_id: UUID, owner: str, spent: str, message: str, is_broken: bool) -> None:
    """It could not be renewed with the refresh token `spent`.

    One that is broken waits for a person, and the message tells what to do; not where its tokens are others by now.
    """
    account = session.exec(select(ChannelAccount).where(ChannelAccount.id == account_id).with_for_update()).one()
    if account.renewing_by == owner:
        account.renewing_by, account.renewing_until = "", None
    if is_broken and account.state is AccountState.ACTIVE and _has(session, account, spent):
        account.state, account.message = AccountState.BROKEN, message
        audit.record(
            session, actor=access.TERMINAL, action="channel.broken", subject_kind="channel_account", subject_id=account_id,
            code="refresh",
        )  # fmt: skip
    session.add(account)


def _has(session: Session, account: ChannelAccount, refresh_token: str) -> bool:
    return channel_accounts.keys(session, account=account).secrets.get("refresh_token", "") == refresh_token


def ends_soon(session: Session, *, account_id: UUID) -> bool:
    """Whether an account's token should be renewed before it is used."""
    until = session.exec(select(col(ChannelAccount.token_until)).where(ChannelAccount.id == account_id)).first()
    return until is not None and until < its_now(session) + EARLY
