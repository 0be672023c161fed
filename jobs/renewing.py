"""Tokens for the senders of this process: whoever meets a stale one gets the next, fetched once by one process."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from sqlmodel import Session

from core import clock
from core.db import transaction
from core.tokens import new_token
from models import Channel
from services import renewals
from services.ports import ports
from services.senders import AccountBroken, AccountKeys, NotNow, TokenPair

FAILED_SECONDS = 10.0  # how long a failure is the answer to whoever asks next
LOOK_AGAIN = 0.2  # seconds between looks at what another process fetches
RENEWED = (Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZALO_BROADCAST, Channel.ZALO_GROUP, Channel.ZNS)
Secrets = Mapping[str, str]
Answer = TypeVar("Answer")


class Ledger(Protocol):
    """Where a piece of work on the database is done, in a transaction of its own or with others."""

    async def ask(self, work: Callable[[Session], Answer]) -> Answer:
        """Do it, and say what it answers once it is committed."""


class Alone:
    """For whoever has no desk, as a screen has none: each piece in a transaction of its own."""

    async def ask(self, work: Callable[[Session], Answer]) -> Answer:
        """Do it beside the loop."""

        def run() -> Answer:
            with transaction() as session:
                return work(session)

        return await asyncio.to_thread(run)


def by_itself(keys: AccountKeys, channel: Channel) -> AccountKeys:
    """Keys that renew themselves outside a worker: a check from a screen, a message to oneself."""
    return Renewals(Alone(), owner=f"screen {new_token()}").given(keys, channel=channel)


class Renewals:
    """Renews the tokens of accounts, for one event loop."""

    def __init__(self, desk: Ledger, *, owner: str) -> None:
        self._desk, self._owner = desk, owner
        self._turns: dict[UUID, asyncio.Lock] = {}
        # With which tokens, until when, how: an admin may have given others since.
        self._failed: dict[UUID, tuple[tuple[str, str], float, AccountBroken | NotNow]] = {}

    def given(self, keys: AccountKeys, *, channel: Channel) -> AccountKeys:
        """Keys that know how to renew themselves, where their channel has tokens that end."""
        if channel not in RENEWED or "refresh_token" not in keys.secrets:
            return keys
        return replace(keys, secrets=dict(keys.secrets), renew=self._renewer(keys))

    async def early(self, keys: AccountKeys) -> None:
        """Renew a token that ends within hours, before it is used.

        Raises:
            AccountBroken: a person must connect the account anew.
        """
        if keys.renew is None:
            return
        is_missing = not keys.secrets.get("access_token")
        if is_missing or await self._desk.ask(lambda session: renewals.ends_soon(session, account_id=keys.account_id)):
            try:
                fresh = await keys.renew(keys.secrets.get("access_token", ""))
            except NotNow:
                return  # the old one may still do
            if isinstance(keys.secrets, dict):
                keys.secrets.update(fresh)

    def _renewer(self, keys: AccountKeys) -> Callable[[str], Awaitable[Secrets]]:
        async def renew(stale: str) -> Secrets:
            tokens = (stale, keys.secrets.get("refresh_token", ""))
            async with self._turns.setdefault(keys.account_id, asyncio.Lock()):
                of, until, how = self._failed.get(keys.account_id, (("", ""), 0.0, None))
                if how and of == tokens and time.monotonic() < until:  # all messages of a chunk ask
                    raise how
                try:
                    return await self._renewed(keys.account_id, stale)
                except (AccountBroken, NotNow) as error:
                    self._failed[keys.account_id] = (tokens, time.monotonic() + FAILED_SECONDS, error)
                    raise

        return renew

    async def _renewed(self, account_id: UUID, stale: str) -> Secrets:
        owner = self._owner
        while True:
            turn = await self._desk.ask(
                lambda session: renewals.begin(session, account_id=account_id, stale=stale, owner=owner)
            )  # fmt: skip
            if turn.turn == "fresh":
                return turn.secrets
            if turn.turn == "mine":
                break
            await asyncio.sleep(LOOK_AGAIN)
        pair = await self._fetched(AccountKeys(account_id, turn.settings, turn.secrets))
        tokens = {"access_token": pair.access_token, "refresh_token": pair.refresh_token}
        good_until, spent = clock.now() + timedelta(seconds=pair.seconds), turn.secrets.get("refresh_token", "")
        return await self._desk.ask(
            lambda session: renewals.keep(
                session, account_id=account_id, owner=owner, spent=spent, tokens=tokens, good_until=good_until
            )
        )

    async def _fetched(self, keys: AccountKeys) -> TokenPair:
        account_id, spent = keys.account_id, keys.secrets.get("refresh_token", "")
        try:
            return await ports().tokens.renewed(keys)
        except (AccountBroken, NotNow) as error:
            message, is_broken = str(error), isinstance(error, AccountBroken)
            await self._desk.ask(
                lambda session: renewals.fail(
                    session, account_id=account_id, owner=self._owner, spent=spent, message=message, is_broken=is_broken
                )
            )
            raise
