"""What waits, how fast it leaves, how providers and workers are: each number counted by hand."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, update

from core import clock
from core.errors import NotAllowed
from models import (
    AccountState,
    Announcement,
    AnnouncementStatus,
    Batch,
    Channel,
    DeliveryStatus,
    Role,
    Unit,
    Worker,
)
from services import engine_health, workers
from services.access import TERMINAL, Actor
from tests.factories import make_account, make_actor, make_announcement, make_delivery, make_unit

S = DeliveryStatus


@pytest.fixture
def item(session: Session, ward: Unit) -> Announcement:
    return make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=clock.now())


def make_batch(session: Session, item: Announcement, *rows: DeliveryStatus, of_rows: Any = None, **more: Any) -> Batch:
    ward = session.get_one(Unit, item.unit_id)
    fields: dict[str, Any] = {"announcement_id": item.id, "channel": Channel.ZNS, "ward_id": ward.id, "size": len(rows)} | more
    batch = Batch(**fields)
    session.add(batch)
    session.flush()
    for status in rows:
        own = {"provider_message_id": None, "batch_id": batch.id, "channel": fields["channel"], "status": status}
        make_delivery(session, unit=ward, announcement=item, **(own | (of_rows or {})))
    return batch


def queue(session: Session, channel: Channel = Channel.ZNS, actor: Actor = TERMINAL) -> engine_health.Queue:
    seen = engine_health.look(session, actor=actor)
    return next((one for one in seen.queues if one.channel is channel), engine_health.Queue(channel))


def test_what_waits_by_how_it_stands(session: Session, item: Announcement) -> None:
    make_batch(session, item, S.QUEUED, S.QUEUED, S.SENDING, S.UNAVAILABLE, S.SENT, S.READ)
    make_batch(session, item, S.UNKNOWN, ended_at=clock.now())
    make_batch(session, item, S.QUEUED, channel=Channel.SMS)

    seen = queue(session)

    assert (seen.waiting, seen.sending, seen.later, seen.unknown) == (2, 1, 1, 1)
    assert queue(session, Channel.SMS).waiting == 1
    assert engine_health.look(session, actor=TERMINAL).waiting == 5


def test_the_oldest_is_the_oldest_that_nothing_holds_back(session: Session, item: Announcement, ward: Unit) -> None:
    now = clock.now()
    resting = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=now, paused_at=now)
    make_batch(session, resting, S.QUEUED, of_rows={"created_at": now - timedelta(hours=5)})
    make_batch(session, item, S.UNAVAILABLE, of_rows={"created_at": now - timedelta(hours=3)})
    make_batch(session, item, S.QUEUED, of_rows={"created_at": now - timedelta(minutes=7)})

    seen = queue(session)

    assert (seen.oldest_at, seen.held) == (now - timedelta(minutes=7), 1)


def test_the_rate_is_that_of_five_minutes(session: Session, item: Announcement) -> None:
    now = clock.now()
    make_batch(
        session, item, *[S.SENT] * 10, of_rows={"sent_at": now - timedelta(minutes=4)}, ended_at=now - timedelta(minutes=4)
    )
    make_batch(session, item, *[S.DELIVERED] * 5, of_rows={"sent_at": now - timedelta(minutes=1)})
    make_batch(session, item, *[S.SENT] * 7, of_rows={"sent_at": now - timedelta(minutes=9)})

    assert queue(session).per_minute == 3.0


def test_how_providers_are_what_is_wrong_first(session: Session, ward: Unit) -> None:
    soon = clock.now() + timedelta(minutes=2)
    make_account(session, unit=ward, channel=Channel.ZALO_OA, quota_left=12, quota_total=500, reserve=10)
    make_account(session, unit=ward, channel=Channel.SMS, open_until=soon, failures=11)
    make_account(session, unit=ward, channel=Channel.ZNS, state=AccountState.BROKEN, message="Hết tiền.", open_until=None)
    make_account(session, unit=ward, channel=Channel.ZALO_TEMPLATE, state=AccountState.PAUSED)

    seen = engine_health.look(session, actor=TERMINAL).providers

    assert [(one.channel, one.state.value, one.rests) for one in seen] == [
        (Channel.ZNS, "broken", False),
        (Channel.SMS, "active", True),
        (Channel.ZALO_TEMPLATE, "paused", False),
        (Channel.ZALO_OA, "active", False),
    ]
    assert (seen[3].quota_left, seen[1].failures, seen[0].message) == (12, 11, "Hết tiền.")


def test_each_admin_sees_the_own_wards(session: Session, item: Announcement, ward: Unit) -> None:
    make_batch(session, item, S.QUEUED, S.UNKNOWN)
    make_account(session, unit=ward, channel=Channel.SMS)
    other = make_actor(session, unit=make_unit(session), role=Role.ADMIN)
    own = make_actor(session, unit=ward, role=Role.ADMIN)

    elsewhere, here = engine_health.look(session, actor=other), engine_health.look(session, actor=own)

    assert (elsewhere.queues, elsewhere.providers) == ([], [])
    assert (here.waiting, here.unknown, len(here.providers)) == (1, 1, 1)


def test_it_is_for_admins(session: Session, writer: Actor) -> None:
    with pytest.raises(NotAllowed):
        engine_health.look(session, actor=writer)


# ---- workers


def test_each_worker_with_what_it_has_in_its_hands(session: Session, item: Announcement) -> None:
    now = clock.now()
    workers.here(session, name="ward-0", host="pc", pid=1, started_at=now)
    workers.here(session, name="worker-1", host="pc", pid=2, started_at=now)
    make_batch(session, item, S.SENDING, owner="worker-1:abc", lease_until=now + timedelta(seconds=15))
    make_batch(session, item, S.SENDING, owner="worker-10:abc", lease_until=now + timedelta(seconds=15))

    seen = workers.at_work(session)

    assert {(one.name, one.batches, one.is_silent) for one in seen} == {("ward-0", 0, False), ("worker-1", 1, False)}


def test_silence_is_told_and_after_a_day_forgotten(session: Session, item: Announcement) -> None:
    started = clock.now()
    for name in ("ward-0", "worker-1"):
        workers.here(session, name=name, host="pc", pid=1, started_at=started)
    session.execute(update(Worker).values(seen_at=started - timedelta(minutes=1)))
    workers.here(session, name="worker-1", host="pc", pid=9, started_at=started)
    silent = [(one.name, one.is_silent) for one in workers.at_work(session)]
    session.execute(update(Worker).where(col(Worker.name) == "ward-0").values(seen_at=started - timedelta(days=2)))
    workers.here(session, name="worker-1", host="pc", pid=9, started_at=started)

    assert silent == [("ward-0", True), ("worker-1", False)]
    assert [one.name for one in workers.at_work(session)] == ["worker-1"]


def test_one_that_stops_takes_its_own_row_away_only(session: Session) -> None:
    workers.here(session, name="ward-0", host="pc", pid=1, started_at=clock.now())
    workers.here(session, name="ward-0", host="pc", pid=2, started_at=clock.now())

    workers.gone(session, name="ward-0", pid=1)
    still = [one.pid for one in workers.at_work(session)]
    workers.gone(session, name="ward-0", pid=2)

    assert (still, list(workers.at_work(session))) == ([2], [])
