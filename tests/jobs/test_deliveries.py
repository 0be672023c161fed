"""The courier in a real process: batches leave through the engine, and whoever stops, freezes or renews does it in order."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from dbos import DBOS
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select

from adapters.engine import DbosEngine
from bench.crowded import zone_of_noon
from core import sealed
from core.settings import ROOT, settings
from jobs import courier
from jobs import engine as durable
from jobs.courier import Courier
from jobs.desk import Closed, Desk
from jobs.renewing import Renewals
from models import AccountState, Announcement, Batch, Channel, ChannelAccount, Delivery, Unit, UnitKind, Urgency
from services import batches, channel_accounts, holding, ports, sending
from services.access import TERMINAL
from services.ports import BatchRun, Ports
from services.senders import Accepted, AccountBroken, AccountKeys, NotNow, Outcome, Rejected, Unavailable, Unknown
from tests.databases import POSTGRES
from tests.factories import make_account, make_announcement, make_household, make_unit
from tests.fakes import FakeEngine, FakeSender, Nothing
from tests.jobs.office import Office
from tests.provider.server import running as provider_running

pytestmark = [pytest.mark.process, pytest.mark.skipif(bool(POSTGRES), reason="starts the engine on a SQLite file")]


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """By night nothing leaves."""
    monkeypatch.setenv("CAUNOI_TIMEZONE", zone_of_noon())
    settings.cache_clear()


@pytest.fixture
def sender() -> FakeSender:
    return FakeSender()


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def world(engine: Engine, sender: FakeSender, office: Office) -> None:
    nothing: Any = Nothing()
    ports.provide(
        Ports(
            sheets=nothing, paper=nothing, codes=nothing, engine=DbosEngine(), tables=nothing, tokens=office,
            senders={Channel.SMS: sender, Channel.ZNS: sender},
        )
    )  # fmt: skip
    durable.prepare()


@pytest.fixture
def running(world: None) -> Iterator[None]:
    durable.start(executor_id="test-0")
    yield
    durable.stop()


def announced(
    session: Session, homes: int = 120, channel: Channel = Channel.SMS, *, title: str = "Họp tổ",
    urgency: Urgency = Urgency.NORMAL, **overrides: Any,
) -> Announcement:  # fmt: skip
    ward = make_unit(session)
    account = make_account(session, unit=ward, channel=channel, price=500, **overrides)
    account.secrets = sealed.seal(
        {"api_key": "a", "secret_key": "b", "access_token": "access 0", "refresh_token": "refresh 0"},
        owner=f"channel account {account.id}",
    )  # fmt: skip
    place = make_unit(session, parent=ward)
    for number in range(homes):
        make_household(session, unit=place, phone=f"+8491{number:07}")
    made = make_announcement(session, unit=ward, units=[place], title=title, urgency=urgency)
    sending.send(session, announcement=made)
    session.commit()
    return made


def wait_until(is_so: Callable[[], bool]) -> bool:
    patience = threading.Event()
    return any(is_so() or patience.wait(0.1) for _ in range(600)) and is_so()


def statuses(session: Session) -> dict[str, int]:
    session.expire_all()
    counts: dict[str, int] = {}
    for status in session.exec(select(Delivery.status).where(Delivery.channel != Channel.RELAY)):
        counts[str(status)] = counts.get(str(status), 0) + 1
    session.rollback()
    return counts


def batches_now(session: Session) -> list[Batch]:
    session.expire_all()
    found = list(session.exec(select(Batch)))
    session.expunge_all()
    session.rollback()
    return found


def test_an_announcement_leaves_and_every_outcome_is_in_the_ledger(
    session: Session, running: None, sender: FakeSender
) -> None:  # fmt: skip
    sender.by_recipient = {
        "+84910000001": Rejected("recipient", "99", "Số không nhận tin."),
        "+84910000002": Unknown("Mất câu trả lời."),
    }
    announced(session)

    assert wait_until(lambda: statuses(session) == {"sent": 118, "rejected": 1, "unknown": 1})
    assert len({message.key for message in sender.sent}) == len(sender.sent) == 120
    assert wait_until(lambda: all(one.ended_at for one in batches_now(session)))


def test_what_was_refused_for_now_is_sent_soon_after(session: Session, running: None, sender: FakeSender) -> None:
    sender._answers = [Unavailable("backoff", "503", "Bận."), Accepted("m")]

    announced(session, homes=5)

    assert wait_until(lambda: statuses(session) == {"sent": 5})
    assert len(sender.sent) == 10


def test_what_was_held_back_leaves_when_it_goes_on(session: Session, world: None, sender: FakeSender) -> None:
    announcement = announced(session, homes=3)
    announcement_id = announcement.id
    holding.pause(session, actor=TERMINAL, announcement_id=announcement_id)
    session.commit()
    durable.start(executor_id="test-0")
    try:
        parked = wait_until(lambda: [(one.attempt, one.owner) for one in batches_now(session)] == [(1, "")])
        before = len(sender.sent)
        holding.go_on(session, actor=TERMINAL, announcement_id=announcement_id)
        session.commit()

        assert wait_until(lambda: statuses(session) == {"sent": 3})
        assert (parked, before) == (True, 0)
    finally:
        durable.stop()


def test_a_sender_with_a_bug_leaves_what_it_had_as_unknown(session: Session, running: None, sender: FakeSender) -> None:
    async def broken(_account: AccountKeys, _messages: object) -> list[Outcome]:
        raise KeyError("a bug")

    sender.send = broken  # type: ignore[method-assign,assignment]

    announced(session, homes=2)

    assert wait_until(lambda: statuses(session) == {"unknown": 2})


def test_an_emergency_leaves_while_all_hands_are_full_of_what_is_none(
    session: Session, running: None, sender: FakeSender
) -> None:
    usual, may_answer = sender.send, threading.Event()

    async def slow(account: AccountKeys, messages: Any) -> list[Outcome]:
        if not any("Bão" in message.title for message in messages):
            await asyncio.to_thread(may_answer.wait, 60)
        return await usual(account, messages)

    sender.send = slow  # type: ignore[method-assign]
    try:
        for _ in range(courier.IN_HAND[False] + 1):
            announced(session, homes=1)
        announced(session, homes=2, title="Bão số 9", urgency=Urgency.EMERGENCY)

        assert wait_until(lambda: statuses(session).get("sent") == 2)
    finally:
        may_answer.set()
    assert wait_until(lambda: set(statuses(session)) == {"sent"})


def test_told_to_stop_a_worker_finishes_its_chunks_and_the_next_one_doubles_nothing(session: Session, world: None) -> None:
    with provider_running() as provider:
        provider.desk.faults = provider.desk.faults.with_({"delay_seconds": 0.2})
        env = {name: os.environ[name] for name in os.environ if name.startswith("CAUNOI_") or name in ("PATH", "HOME")}
        command = [sys.executable, "manage.py", "worker", "--executor-id", "w-0"]
        announced(session, homes=450, settings={"brandname": "UBND"}, per_second=200.0)

        def work() -> "subprocess.Popen[bytes]":
            return subprocess.Popen(command, cwd=ROOT, env=env | provider.urls, stderr=subprocess.DEVNULL)

        first = work()
        assert wait_until(lambda: provider.desk.book.accepted > 50)
        first.send_signal(signal.SIGTERM)
        ended = first.wait(timeout=60)
        left = statuses(session)
        second = work()
        try:
            assert wait_until(lambda: statuses(session) == {"sent": 450})
        finally:
            second.kill()
            second.wait()

        assert ended == 0
        assert set(left) == {"queued", "sent"}
        assert left["sent"] == provider.desk.book.counts()["keys"] - (450 - left["sent"])
        assert (provider.desk.book.doubles, provider.desk.book.repeats_refused) == (0, 0)


def test_a_process_that_was_frozen_finds_its_batch_gone_and_tells_only_the_truth(
    session: Session, world: None, sender: FakeSender
) -> None:
    """Frozen while a chunk is on its way: another takes over, the rows are unknown, then the first one's answers come."""
    announcement = announced(session, homes=3, channel=Channel.ZNS, settings={"template_id": "1"})
    batch_id = session.exec(select(Batch.id).where(Batch.announcement_id == announcement.id)).one()
    session.rollback()
    frozen, other = Courier(executor="frozen"), Courier(executor="other")
    frozen.lease = timedelta(seconds=0.2)
    usual, is_away, may_answer = sender.send, threading.Event(), threading.Event()

    async def slow(account: AccountKeys, messages: Any) -> list[Outcome]:
        is_away.set()
        await asyncio.to_thread(may_answer.wait, 20)
        return await usual(account, messages)

    sender.send = slow  # type: ignore[method-assign]
    for one in (frozen, other):
        one._keep_alive = lambda: asyncio.sleep(0)  # type: ignore[method-assign]  # neither renews its lease
        one.start()
    said: list[str] = []
    first = threading.Thread(target=lambda: said.append(frozen.deliver(batch_id=batch_id, attempt=1)))
    first.start()
    assert is_away.wait(20)
    time.sleep(0.3)

    said.append(other.deliver(batch_id=batch_id, attempt=2))
    unknown = statuses(session)
    may_answer.set()
    first.join(timeout=30)

    assert unknown == {"unknown": 3}
    assert said == ["done", "fenced"]
    assert statuses(session) == {"sent": 3}
    assert len(sender.sent) == 3
    for one in (frozen, other):
        one.stop()


def test_two_processes_never_refresh_one_token_twice(session: Session, world: None, office: Office) -> None:
    announced(session, homes=1, channel=Channel.ZNS)
    account = session.exec(select(ChannelAccount)).one()
    keys = channel_accounts.keys(session, account=account)
    session.rollback()
    desks = [Desk(), Desk(), Desk()]
    for desk in desks:
        desk.open()

    async def ask() -> list[str]:
        renewers = [Renewals(desk, owner=f"process {number}") for number, desk in enumerate(desks)]
        given = [one.given(keys, channel=Channel.ZNS) for one in renewers for _ in range(4)]
        fresh = await asyncio.gather(*(one.renew("access 0") for one in given if one.renew))
        return [secrets["access_token"] for secrets in fresh]

    tokens = asyncio.run(ask())

    assert tokens == ["access 1"] * 12
    assert office.asked == ["refresh 0"]
    session.refresh(account)
    assert channel_accounts.keys(session, account=account).secrets["refresh_token"] == "refresh 1"
    assert (account.renewing_by, account.renewing_until) == ("", None)
    assert account.token_until
    for desk in desks:
        desk.close()


@pytest.mark.parametrize(
    ("failure", "state"),
    [(AccountBroken("Cần kết nối lại."), AccountState.BROKEN), (NotNow("Không trả lời."), AccountState.ACTIVE)],
)
def test_a_token_that_cannot_be_renewed_stops_the_account_only_where_a_person_must_act(
    session: Session, world: None, office: Office, failure: Exception, state: AccountState
) -> None:
    office._failures = [failure]
    announced(session, homes=1, channel=Channel.ZNS)
    account = session.exec(select(ChannelAccount)).one()
    keys = channel_accounts.keys(session, account=account)
    session.rollback()
    desk = Desk()
    desk.open()

    async def ask() -> list[Any]:
        renew = Renewals(desk, owner="one").given(keys, channel=Channel.ZNS).renew
        assert renew
        return list(await asyncio.gather(*(renew("access 0") for _ in range(5)), return_exceptions=True))

    told = asyncio.run(ask())

    session.refresh(account)
    assert {type(one) for one in told} == {type(failure)}
    assert len(office.asked) == 1
    assert (account.state, account.renewing_by) == (state, "")
    desk.close()


def test_the_desk_waits_for_a_database_that_is_away_and_says_when_it_may_have_written(engine: Engine) -> None:
    desk, calls = Desk(), []
    desk.open()

    def work(_session: Session) -> str:
        calls.append("work")
        if calls.count("work") < 3:
            raise OperationalError("away", None, Exception("away"))
        return "done"

    told = asyncio.run(desk.ask(work, in_doubt=lambda _session: calls.append("doubt")))

    assert told == "done"
    assert calls == ["work", "doubt", "work", "doubt", "work"]
    assert desk.failed_at > 0
    desk.close()


def test_one_bad_piece_of_work_at_the_desk_spoils_no_other(session: Session, engine: Engine) -> None:
    desk = Desk(harmless=(batches.Fenced,))

    def refused(_session: Session) -> None:
        raise batches.Fenced

    def bad(_session: Session) -> None:
        raise ValueError("a bug")

    def good(writing: Session) -> str:
        writing.add(Unit(code="X1", name="Tổ", kind=UnitKind.RESIDENTIAL, path="x/"))
        return "kept"

    async def ask() -> list[Any]:
        waiting = [asyncio.ensure_future(desk.ask(work)) for work in (good, bad, refused)]
        await asyncio.sleep(0)
        desk.open()
        return list(await asyncio.gather(*waiting, return_exceptions=True))

    told = asyncio.run(ask())

    assert (told[0], type(told[1]), type(told[2])) == ("kept", ValueError, batches.Fenced)
    assert session.exec(select(Unit.code)).all() == ["X1"]
    desk.close()


def test_a_desk_that_closes_waits_for_no_database(engine: Engine) -> None:
    desk = Desk()
    desk.open()

    def away(_session: Session) -> None:
        raise OperationalError("away", None, Exception("away"))

    async def ask() -> object:
        waiting = asyncio.ensure_future(desk.ask(away))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(desk.close)
        return (await asyncio.gather(waiting, return_exceptions=True))[0]

    assert isinstance(asyncio.run(ask()), Closed)


def test_a_batch_taken_from_its_queue_and_never_begun_is_found(session: Session, world: None, promises: FakeEngine) -> None:
    announced(session, homes=1)
    run = BatchRun(session.exec(select(Batch.id)).one(), 1, 1)
    session.rollback()
    engine = DbosEngine()

    waiting, lost = engine.unbegun([run]), engine.unbegun([BatchRun(run.batch_id, 7, 1)])

    assert waiting == []
    assert [one.attempt for one in lost] == [7]
    assert DBOS is not None
    assert promises.runs == {}
