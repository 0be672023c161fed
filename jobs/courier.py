"""The courier of this process: one event loop on which all its batches leave, each a chunk after the other.

While a chunk is on its way the next one is marked, in the same transaction that writes what became of the one before. Told to
stop, it finishes the chunks on their way and leaves the rest as it was.
"""

import asyncio
import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
import uvloop
from sqlmodel import Session

from core import clock
from core.i18n import N_
from core.ids import new_id
from core.settings import settings
from jobs import renewing
from jobs.desk import Closed, Desk, Last
from models import Announcement, ChannelAccount
from services import batches, channel_accounts, chunks, circuits, corrections, inquiry_replies, messages, written_outcomes
from services.batches import Fenced, Hold
from services.chunks import Held, Marked
from services.messages import Wording
from services.ports import ports
from services.senders import AccountBroken, AccountKeys, Message, Outcome, Rejected, Sender, Unknown
from services.written_outcomes import Row, Settled

log = structlog.get_logger()
IN_HAND = {True: 16, False: 4}  # batches with a marked chunk at once, by whether a crash doubles nothing: else nobody knows
TICK = 0.05  # seconds of an account's pace that go out together
BEATS = 3  # renewals in the time of a lease
SWEEP_SECONDS = 3.0
LOST_EVERY = 10  # sweeps
QUOTA_OLD = timedelta(minutes=30)
STANDS_CORRECTED = N_("Đã có bản đính chính thay bản này.")
UNREADABLE = N_("Không rõ nhà cung cấp đã nhận hay chưa.")


@dataclass(frozen=True)
class Opened:
    """A batch in this process's hands, and what it takes to send it."""

    hold: Hold
    said: Wording
    keys: AccountKeys | None
    sender: Sender
    is_quota_old: bool = False


class Courier:
    """Sends batches from any thread, on a loop of its own."""

    def __init__(self, *, executor: str) -> None:
        self.executor = executor
        self.owner = f"{executor}:{os.getpid()}:{new_id().hex[-8:]}"
        self.lease = timedelta(seconds=settings().lease_seconds)
        self.desk = Desk(harmless=(Fenced,))
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="courier", daemon=True)
        self._is_stopping = threading.Event()
        # An emergency has hands of its own: all others may be full of what is not one.
        self._in_hand = {
            (dedupes, is_urgent): asyncio.Semaphore(most) for dedupes, most in IN_HAND.items() for is_urgent in (False, True)
        }
        self._well_since = time.monotonic()
        self._beat: asyncio.Future[None] | None = None
        # Tokens have a desk of their own: a new pair that waits behind other work may die with the process, and the old is spent.
        self._token_desk = Desk()
        self._renewals = renewing.Renewals(self._token_desk, owner=self.owner)

    def start(self) -> None:
        """Begin: what an earlier process of this name held is given up, then leases are kept and those of the dead swept."""
        self.desk.open()
        self._token_desk.open()
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._begin(), self._loop).result(timeout=60)

    def stop_taking(self) -> None:
        """Finish the chunks on their way and let go of everything else."""
        self._is_stopping.set()

    def stop(self) -> None:
        """After `stop_taking`, when nothing is on its way any more."""
        self._is_stopping.set()
        if self._beat:
            self._loop.call_soon_threadsafe(self._beat.cancel)
        self.desk.close()
        self._token_desk.close()
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)

    def deliver(self, *, batch_id: UUID, attempt: int) -> str:
        """Send what may leave of a batch now; waits until that is done. What came of it, in a word for the log."""
        return asyncio.run_coroutine_threadsafe(self._deliver(batch_id, attempt), self._loop).result()

    # The life of a process

    async def _begin(self) -> None:
        await self.desk.ask(lambda session: batches.give_up_former(session, executor=self.executor, owner=self.owner))
        await self.desk.ask(batches.sweep)
        self._beat = asyncio.ensure_future(self._keep_alive())

    async def _close(self) -> None:
        await self._loop.shutdown_asyncgens()  # connections to providers end with them

    async def _keep_alive(self) -> None:
        """Keep what is held, and give to the living what the dead held: not before one has been well for a whole lease."""
        beat, turns = min(SWEEP_SECONDS, self.lease.total_seconds() / BEATS), 0
        while True:
            await asyncio.sleep(beat)
            began = time.monotonic()
            try:
                await self.desk.ask(lambda session: batches.renew_all(session, owner=self.owner, lease=self.lease))
                if time.monotonic() - began > beat or self.desk.failed_at > self._well_since:
                    self._well_since = time.monotonic()
                if time.monotonic() - self._well_since > self.lease.total_seconds():
                    turns += 1
                    await self._sweep(looks_for_lost=turns % LOST_EVERY == 0)
            except Closed:
                return
            except Exception:  # one bad beat must not end all
                log.exception("deliveries.beat")
            if time.monotonic() - began > beat * 2:  # the process was frozen
                self._well_since = time.monotonic()

    async def _sweep(self, *, looks_for_lost: bool) -> None:
        if swept := await self.desk.ask(batches.sweep):
            log.info("deliveries.sweep", batches=swept)
        if not looks_for_lost:
            return
        asked = await self.desk.ask(batches.may_be_lost)
        lost = await asyncio.to_thread(ports().engine.unbegun, asked) if asked else []
        if lost:
            await self.desk.ask(lambda session: batches.promise_again(session, lost))
            log.info("deliveries.lost", batches=len(lost))

    # The life of a batch

    async def _deliver(self, batch_id: UUID, attempt: int) -> str:
        if self._is_stopping.is_set():
            await self._hand_back(batch_id, attempt)
            return "stopping"
        opened = await self.desk.ask(lambda session: self._open(session, batch_id, attempt))
        if opened is None:
            return "elsewhere"
        try:
            await self._ready(opened)
            return await self._send_all(opened)
        except Fenced:
            return "fenced"

    async def _hand_back(self, batch_id: UUID, attempt: int) -> None:
        await self.desk.ask(lambda session: batches.hand_back(session, batch_id=batch_id, attempt=attempt))

    def _open(self, session: Session, batch_id: UUID, attempt: int) -> Opened | None:
        hold = batches.claim(session, batch_id=batch_id, attempt=attempt, owner=self.owner, lease=self.lease)
        if hold is None:
            return None
        sender = ports().senders[hold.channel]
        batches.take_over(session, hold, dedupes=sender.dedupes)
        announcement = session.get_one(Announcement, hold.announcement_id) if hold.announcement_id else None
        if announcement and corrections.standing_for(session, announcement.id):
            chunks.stop(session, hold, error=STANDS_CORRECTED)
        account = session.get(ChannelAccount, hold.account_id) if hold.account_id else None
        if account is None:
            return Opened(hold, Wording(hold.channel), None, sender)
        told, longest = account.told, sender.longest
        if announcement is None:
            said = inquiry_replies.wording(session, batch_id=batch_id, account_settings=told, longest=longest)
        else:
            said = messages.wording(
                session, announcement=announcement, channel=hold.channel, longest=longest, batch_id=batch_id,
                account_settings=told,
            )  # fmt: skip
        is_old = account.quota_left is not None and (
            account.quota_at is None or account.quota_at < clock.now() - QUOTA_OLD
        ) and account.quota_left <= account.reserve  # fmt: skip
        try:
            keys = channel_accounts.keys(session, account=account)
        except AccountBroken as error:
            broken: list[Outcome] = [Rejected("config", "", str(error))]
            circuits.note(session, account_id=account.id, channel=hold.channel, opening=hold.opening, outcomes=broken)
            return Opened(hold, said, None, sender)
        return Opened(hold, said, self._renewals.given(keys, channel=hold.channel), sender, is_quota_old=is_old)

    async def _ready(self, opened: Opened) -> None:
        """What is better known before the first message: a token about to end, a quota that may be there again."""
        account_id = opened.hold.account_id
        if opened.keys is None or account_id is None:
            return
        try:
            await self._renewals.early(opened.keys)
        except AccountBroken:
            return  # written down where it was found; nothing will be marked
        if opened.is_quota_old:
            health = await opened.sender.check(opened.keys)
            left, total = health.quota_left, health.quota_total
            if health.is_well:
                await self.desk.ask(lambda session: circuits.keep_quota(session, account_id=account_id, left=left, total=total))

    async def _send_all(self, opened: Opened) -> str:
        """Chunk after chunk, until nothing of the batch may leave now."""
        settled: Sequence[Settled] = ()
        held: Held | None = None
        counted = 0
        async with self._hands(opened):
            marked = await self._turn(opened, ())
            while isinstance(marked, Marked) and (marked.rows or marked.wait):
                if self._is_stopping.is_set():
                    await self._return(opened, marked.rows)
                    break
                if not marked.rows:
                    await self._leave_room(opened, marked.wait)
                    settled, before = (), settled
                    marked = await self._turn(opened, before)
                    continue
                counted += len(marked.rows)
                settled, marked = await self._chunk(opened, marked, settled)
            if isinstance(marked, Held):
                held = marked
            return await self._end(opened, settled, held, counted)

    async def _chunk(
        self, opened: Opened, marked: Marked, settled: Sequence[Settled]
    ) -> tuple[Sequence[Settled], Marked | Held]:  # fmt: skip
        """Send a chunk and mark the next: meanwhile where a crash doubles nothing, else after: so fewer stay unknown."""
        if not opened.sender.dedupes:
            told = await self._send(opened, marked)
            try:
                return (), await self._turn(opened, told)
            except Fenced:
                await self._tell_late(told)
                raise
        leaving = asyncio.ensure_future(self._send(opened, marked))
        try:
            ahead = await self._turn(opened, settled, in_flight=marked.rows)
        except BaseException:
            await self._tell_late(await leaving)
            raise
        return await leaving, ahead

    async def _turn(self, opened: Opened, settled: Sequence[Settled], *, in_flight: Sequence[Row] = ()) -> Marked | Held:
        hold, sender = opened.hold, opened.sender
        keeps = [*in_flight, *(row for row, _ in settled)]

        def work(session: Session) -> Last[Marked | Held]:
            if opened.keys is None and hold.account_id:
                held = Held(clock.now() + timedelta(seconds=chunks.AGAIN_SECONDS))
                return Last(lambda _: held)
            begun = chunks.begin(session, hold, settled=settled, usual_rate=sender.per_second, dedupes=sender.dedupes)
            return Last(lambda session: chunks.finish(session, begun, usual_rate=sender.per_second))

        def in_doubt(session: Session) -> None:
            batches.require(session, hold)
            chunks.give_back_others(session, hold, but=keeps)

        return await self.desk.ask(work, in_doubt=in_doubt, order=str(hold.account_id))

    async def _end(self, opened: Opened, settled: Sequence[Settled], held: Held | None, counted: int) -> str:
        hold = opened.hold

        def work(session: Session) -> Last[datetime | None]:
            batches.require(session, hold)
            written_outcomes.record(session, hold, settled=settled, dedupes=opened.sender.dedupes)
            is_parked = held is not None and held.until is None
            goes_on = batches.leave(session, hold, held_until=held.until if held else None, is_parked=is_parked)
            return Last(lambda session: self._noted(session, hold, settled, goes_on))

        goes_on = await self.desk.ask(work, order=str(hold.account_id))
        log.info(
            "deliveries.batch", announcement_id=str(hold.announcement_id or ""), batch_id=str(hold.batch_id),
            attempt=hold.attempt, channel=hold.channel.value, messages=counted, goes_on=goes_on.isoformat() if goes_on else None,
        )  # fmt: skip
        return "waits" if goes_on else "parked" if held else "done"

    def _noted(self, session: Session, hold: Hold, settled: Sequence[Settled], goes_on: datetime | None) -> datetime | None:
        if hold.account_id and settled:
            said = [outcome for _, outcome in settled]
            circuits.note(session, account_id=hold.account_id, channel=hold.channel, opening=hold.opening, outcomes=said)
        return goes_on

    async def _return(self, opened: Opened, rows: Sequence[Row]) -> None:
        def work(session: Session) -> None:
            batches.require(session, opened.hold)
            chunks.give_back(session, rows)

        await self.desk.ask(work)

    async def _tell_late(self, settled: Sequence[Settled]) -> None:
        """Another has the batch; what the provider answered is still true of what nobody knew about."""
        await self.desk.ask(lambda session: written_outcomes.record_late(session, settled=settled))

    def _hands(self, opened: Opened) -> asyncio.Semaphore:
        return self._in_hand[opened.sender.dedupes, opened.hold.is_urgent]

    async def _leave_room(self, opened: Opened, seconds: float) -> None:
        """Wait for the account's pace without keeping others from marking."""
        in_hand = self._hands(opened)
        in_hand.release()
        try:
            await asyncio.sleep(min(seconds, self.lease.total_seconds() / BEATS))
        finally:
            await in_hand.acquire()

    # The life of a chunk

    async def _send(self, opened: Opened, marked: Marked) -> list[Settled]:
        """Send rows at their account's pace; an outcome for each."""
        begins = self._loop.time() + marked.wait
        said = opened.said
        if said.for_head:
            composed = await self.desk.ask(lambda session: messages.for_rows(session, said, marked.rows))
        else:
            composed = messages.for_rows(None, said, marked.rows)
        together = max(1, round(marked.rate * TICK))
        parts = [
            self._send_some(opened, composed[place : place + together], at=begins + place / marked.rate)
            for place in range(0, len(composed), together)
        ]
        outcomes = [outcome for part in await asyncio.gather(*parts) for outcome in part]
        return list(zip(marked.rows, outcomes, strict=True))

    async def _send_some(self, opened: Opened, composed: Sequence[Message | Rejected], *, at: float) -> list[Outcome]:
        if (wait := at - self._loop.time()) > 0:
            await asyncio.sleep(wait)
        leaving = [one for one in composed if isinstance(one, Message)]
        told = iter(await self._asked(opened, leaving) if leaving else ())
        return [next(told) if isinstance(one, Message) else one for one in composed]

    async def _asked(self, opened: Opened, leaving: Sequence[Message]) -> list[Outcome]:
        sender, keys = opened.sender, opened.keys
        assert keys is not None  # noqa: S101  # nothing is marked without
        try:
            outcomes = await sender.send(keys, leaving)
        except AccountBroken as error:
            return [Rejected("config", "", str(error))] * len(leaving)
        except Exception:  # a bug of an adapter: nobody knows what left
            log.exception("deliveries.sender", channel=opened.hold.channel.value)
            return [Unknown(UNREADABLE)] * len(leaving)
        if len(outcomes) != len(leaving):
            return [Unknown(UNREADABLE)] * len(leaving)
        if sender.dedupes or not any(isinstance(one, Unknown) for one in outcomes):
            return outcomes
        pairs = zip(leaving, outcomes, strict=True)
        return list(await asyncio.gather(*(self._looked_for(sender, keys, message, outcome) for message, outcome in pairs)))

    async def _looked_for(self, sender: Sender, keys: AccountKeys, message: Message, outcome: Outcome) -> Outcome:
        """Where a provider can be asked what became of a message whose answer was lost, it is."""
        if not isinstance(outcome, Unknown):
            return outcome
        return await sender.look_for(keys, message) or outcome
