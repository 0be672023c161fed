"""One seeded run: two wards send by SMS and by ZNS while a worker is killed; then the ledger is laid beside the provider's book.

python -m tests.chaos.story SEED MESSAGES sqlite|postgres|postgres-restart|postgres-rolling|sqlite-token

A worker may die after the provider changed its token and before it is written: nobody can know the new one then. The account says
so, what is left waits, and the story's admin connects it anew. `sqlite-token` loses the answer on purpose.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import InterfaceError, OperationalError

from adapters import chooser
from bench import crowded
from bench.postgres import Restartable, restartable
from bench.provider import Provider, provider
from bench.workers import Crew, crew
from core.db import readers, transaction
from core.settings import settings
from models import AccountState, Channel, DeliveryStatus, Model
from services import access, channel_accounts, channel_consents, ports
from services.channel_values import AccountForm

LEASE_SECONDS, LONG_LEASE = 4.0, 60.0  # a long one where nobody dies
PATIENCE, LOOK = 240.0, 0.2  # seconds
ROLLING_SECONDS = 10.0  # how long each account has enough to do while workers come and go
ENDED = {DeliveryStatus.SENT, DeliveryStatus.REJECTED, DeliveryStatus.UNKNOWN, DeliveryStatus.CANCELLED}
FAULTS: dict[str, Any] = {
    "error_rate": 0.05, "lost_rate": 0.01, "delay_seconds": 0.003, "jitter_seconds": 0.004, "per_second": 1500.0,
    "retry_after": "1", "strict_tokens": True,
}  # fmt: skip
SLOWLY: dict[str, Any] = {"delay_seconds": 0.003, "jitter_seconds": 0.004, "strict_tokens": True}
TOKEN = "sqlite-token"
_ACCOUNT = Model.metadata.tables["channelaccount"]
_LEDGER = Model.metadata.tables["delivery"]


class Admin:
    """Whoever connects the ward's official account anew, where its token was spent and nobody knows the next."""

    def __init__(self, ward_id: UUID, *, may_be_needed: bool) -> None:
        self._ward_id = ward_id
        self.may_be_needed, self.connected = may_be_needed, 0

    def holds_a_spent_token(self) -> bool:
        """Whether a worker has died while it fetched tokens: the provider may have given them."""
        with readers().connect() as connection:
            by = connection.execute(select(_ACCOUNT.c.renewing_by).where(self._own)).scalar_one()
        return str(by).startswith("worker-0:")

    def looks(self) -> bool:
        """Connect the account anew if it says so; always true.

        Raises:
            AssertionError: it says so although nobody died while tokens were fetched, or once more: what was on its way with the
                old tokens says nothing of the new.
        """
        with readers().connect() as connection:
            is_broken = connection.execute(select(_ACCOUNT.c.state).where(self._own)).scalar_one() is AccountState.BROKEN
        if is_broken:
            if not self.may_be_needed or self.connected:
                raise AssertionError("the account broke, and no token was lost")
            secrets = {"code": f"consent-{self.connected}", "code_verifier": "v" * 43}
            with transaction() as session:
                kept = channel_consents.known(session, actor=access.TERMINAL, unit_id=self._ward_id, channel=Channel.ZNS)
            form = channel_consents.with_tokens(AccountForm(secrets=secrets), kept)
            with transaction() as session:
                channel_accounts.connect(session, actor=access.TERMINAL, unit_id=self._ward_id, channel=Channel.ZNS, form=form)
            self.connected += 1
        return True

    @property
    def _own(self) -> ColumnElement[bool]:
        return (_ACCOUNT.c.unit_id == self._ward_id) & (_ACCOUNT.c.channel == Channel.ZNS)


def tell(seed: int, messages: int, where: str) -> dict[str, Any]:
    """What became of a run; raises where it broke a promise."""
    dice = random.Random(seed)  # noqa: S311  # replayed by its seed
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        is_small = where in ("sqlite", TOKEN)
        server = None if is_small else stack.enter_context(restartable())
        if not is_small and server is None:
            return {"seed": seed, "where": where, "skipped": "PostgreSQL is not installed"}
        is_rolling = where == "postgres-rolling"  # the provider does nothing wrong then, and neither may we
        faults = SLOWLY if is_rolling else FAULTS | {"lose_refreshes": int(where == TOKEN)}
        asked = stack.enter_context(provider(seed=seed, token_uses=max(50, messages // 7), **faults))
        url = server.url if server else f"sqlite:///{folder}/caunoi.db"
        os.environ.update(asked.urls | _settings(folder, url, lease=LONG_LEASE if is_rolling else LEASE_SECONDS))
        settings.cache_clear()
        crowded.tables()
        wards = [
            crowded.ward(
                messages // 2, channel=channel, first=place * 1_000_000,
                per_second=messages / ROLLING_SECONDS if is_rolling else crowded.FAST,
            )
            for place, channel in enumerate((Channel.SMS, Channel.ZNS))
        ]  # fmt: skip
        said = [crowded.announcement(ward) for ward in wards]
        ports.provide(chooser.live())
        for one in said:
            crowded.start(one)
        at_work = stack.enter_context(crew(*["worker-0"] if is_small else ["worker-0", "worker-1"]))
        fatal = dice.uniform(0.05, 0.4 if is_rolling else 0.9) * messages
        admin = Admin(wards[1], may_be_needed=where == TOKEN)  # enough is lost
        _wait(lambda: admin.looks() and asked.counts()["accepted"] >= fatal, asked, "nobody came to the fatal message")
        if is_rolling:
            _roll(at_work, asked, messages)
        else:
            _strike(at_work, server, where, dice, admin)
        _wait(lambda: admin.looks() and all(crowded.is_done(one) for one in said), asked, "some deliveries never ended")
        told = {"seed": seed, "where": where, "fatal": round(fatal), **_judged(asked, messages, lost=admin.connected)}
        if is_rolling and (told["unknown"] or told["repeats_refused"]):
            raise AssertionError(f"who stops in order leaves nothing open and asks nothing twice: {told}")
        return told


def _settings(folder: str, url: str, *, lease: float) -> dict[str, str]:
    return {
        "CAUNOI_DATA_DIR": folder, "CAUNOI_DATABASE_URL": url, "CAUNOI_SECRET_KEY": "chaos",
        "CAUNOI_TIMEZONE": crowded.zone_of_noon(), "CAUNOI_LEASE_SECONDS": str(lease),
        "CAUNOI_PROVIDER_WHOLE_SECONDS": "10",
    }  # fmt: skip


def _strike(at_work: Crew, server: Restartable | None, where: str, dice: random.Random, admin: Admin) -> None:
    """A worker dies, or the database does; on SQLite the worker comes back under its name, else another takes over."""
    if where == TOKEN:
        return
    if where == "postgres-restart" and server:
        server.restart(after=dice.uniform(0.5, 3))
        return
    at_work.kill("worker-0")
    admin.may_be_needed = admin.holds_a_spent_token()
    if where == "sqlite":
        time.sleep(dice.uniform(0, 2))
        at_work.start("worker-0")


def _roll(at_work: Crew, asked: Provider, messages: int) -> None:
    """As a new version comes: one worker is told to stop and started anew, then the other."""
    for name, share in (("worker-0", 0.6), ("worker-1", 0.0)):
        if at_work.tell_to_stop(name):
            raise AssertionError(f"{name} did not end in order")
        at_work.start(name)
        _wait(lambda share=share: asked.counts()["accepted"] >= share * messages, asked, "nobody went on")  # type: ignore[misc]


def _wait(is_so: Callable[[], bool], asked: Provider, problem: str) -> None:
    for _ in range(round(PATIENCE / LOOK)):  # by looks: a machine that stands still for a while loses no patience
        if _is(is_so):
            return
        time.sleep(LOOK)
    raise AssertionError(f"{problem}: {_counts()}, the provider: {asked.counts()}")


def _is(is_so: Callable[[], bool]) -> bool:
    """A database that is away just now says nothing."""
    try:
        return is_so()
    except (OperationalError, InterfaceError):
        return False


def _counts() -> dict[str, dict[str, int]]:
    return {channel.value: crowded.statuses(channel) for channel in (Channel.SMS, Channel.ZNS)}


def _judged(asked: Provider, messages: int, *, lost: int) -> dict[str, Any]:
    """Lay the ledger beside what the provider took."""
    with readers().connect() as connection:
        rows = connection.execute(
            _LEDGER.select().where(_LEDGER.c.channel.in_([Channel.SMS, Channel.ZNS]))
        ).all()  # fmt: skip
    book, counts = asked.keys(), asked.counts()
    sent = {row.id.hex for row in rows if row.status is DeliveryStatus.SENT}
    unknown = {row.id.hex for row in rows if row.status is DeliveryStatus.UNKNOWN}
    problems = {
        "rows are missing": len(rows) != 2 * (messages // 2),
        "some never ended": [row.status for row in rows if row.status not in ENDED],
        "sent twice": [key for key, times in book.items() if times > 1],
        "doubled": counts["doubles"],
        "taken, and the ledger does not know": [key for key in book if key not in sent | unknown],
        "sent, says the ledger, and never taken": [key for key in sent if key not in book],
        "unknown without a reason": [row.id for row in rows if row.status is DeliveryStatus.UNKNOWN and not row.error],
        "one token renewed twice": counts["refresh_reused"] - lost,
    }
    if any(problems.values()):
        raise AssertionError({name: found if isinstance(found, int) else found[:3] for name, found in problems.items() if found})
    return {
        "sent": len(sent), "unknown": len(unknown), "of_unknown_taken": len(unknown & set(book)), "taken": len(book),
        "rejected": len(rows) - len(sent) - len(unknown), "refreshes": counts["refreshes"],
        "repeats_refused": counts["repeats_refused"], "connected_anew": lost,
    }  # fmt: skip


if __name__ == "__main__":
    seed_, messages_, where_ = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    try:
        sys.stdout.write(json.dumps(tell(seed_, messages_, where_)) + "\n")
    except AssertionError as error:
        sys.stdout.write(f"seed {seed_} on {where_} with {messages_} messages: {error}\n")
        sys.exit(1)
