"""The clock is set back an hour: what was promised for an hour waits for it, all else goes on, and nothing leaves twice."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select
from time_machine import Traveller

from core import clock
from core.db import its_now
from core.settings import settings
from models import Announcement, AnnouncementStatus, AuditEvent, Batch, Channel, Delivery, Unit
from services import batches, circuits, clock_steps, dispatch, due, renewals, sending, workers
from services.batches import Hold
from services.chunks import Marked
from services.senders import Accepted, Unavailable
from tests import turns
from tests.databases import POSTGRES
from tests.factories import NOON, make_account, make_announcement, make_household, make_unit
from tests.fakes import FakeEngine

HOUR = timedelta(hours=1)
LATE = NOON + timedelta(hours=3)  # still day, before and after the step
SERVERS = pytest.mark.skipif(bool(POSTGRES), reason="these go by the server's clock, which no test sets back")
BUSY = Unavailable("backoff", "503", "Bận.")


@pytest.fixture
def hands() -> Iterator[Traveller]:
    """Of the clock on the wall."""
    with time_machine.travel(LATE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_unit(session)
    make_account(session, unit=ward, channel=Channel.SMS, per_second=20.0)
    return ward


def lease() -> timedelta:
    return timedelta(seconds=settings().lease_seconds)


def announced(session: Session, ward: Unit, **overrides: object) -> Announcement:
    place = make_unit(session, parent=ward)
    for number in range(3):
        make_household(session, unit=place, phone=f"+8491200000{number}")
    return make_announcement(session, unit=ward, units=[place], **overrides)


def held(session: Session, announcement: Announcement, *, attempt: int = 1) -> Hold:
    batch = session.exec(select(Batch).where(Batch.announcement_id == announcement.id)).one()
    hold = batches.claim(session, batch_id=batch.id, attempt=attempt, owner="a:1", lease=lease())
    assert hold
    session.commit()
    return hold


def turn(session: Session, hold: Hold, settled: object = ()) -> Marked:
    found = turns.turn(session, hold, settled=settled, usual_rate=20.0, dedupes=False)  # type: ignore[arg-type]
    session.commit()
    assert isinstance(found, Marked)
    return found


def rows(session: Session) -> list[Delivery]:
    session.expire_all()
    return list(session.exec(select(Delivery).where(Delivery.channel == Channel.SMS)))


def test_a_schedule_keeps_its_hour_on_the_wall_and_is_sent_once(session: Session, ward: Unit, hands: Traveller) -> None:
    announcement = announced(session, ward, send_at=LATE + timedelta(minutes=1))
    sending.schedule(session, announcement=announcement)
    session.commit()
    hands.shift(-HOUR)
    assert not sending.send_scheduled(session, announcement_id=announcement.id), "its hour is further away than before"

    hands.shift(HOUR + timedelta(minutes=1))
    assert sending.send_scheduled(session, announcement_id=announcement.id)
    session.commit()
    hands.shift(-HOUR)

    assert not sending.send_scheduled(session, announcement_id=announcement.id), "it has left, whatever the clock says"
    assert due.announcements(session) == []
    assert len(rows(session)) == 3


def test_what_was_approved_to_leave_in_seconds_does_so(
    session: Session, ward: Unit, hands: Traveller, promises: FakeEngine
) -> None:
    soon = announced(session, ward, status=AnnouncementStatus.SCHEDULED, approved_at=LATE)
    soon.leaves_at = LATE + timedelta(seconds=10)
    evening = announced(session, ward, status=AnnouncementStatus.SCHEDULED, approved_at=LATE)
    evening.leaves_at = LATE + timedelta(hours=4)
    session.commit()
    hands.shift(-HOUR)

    clock_steps.mend(session, by=HOUR)

    assert soon.leaves_at == clock.now()
    assert [promise.at for promise in promises.promises.values() if promise.subject_id == str(soon.id)] == [clock.now()]
    assert evening.leaves_at == LATE + timedelta(hours=4), "the hour somebody chose stands"


@SERVERS
def test_the_pace_of_an_account_is_not_spoken_for_an_hour(session: Session, ward: Unit, hands: Traveller) -> None:
    announcement = announced(session, ward)
    sending.send(session, announcement=announcement)
    hold = held(session, announcement)
    first = turn(session, hold)
    hands.shift(-HOUR)

    again = turn(session, hold, [(row, Accepted()) for row in first.rows])

    assert len(first.rows) == 3
    assert (again.rows, again.wait) == ((), 0.0)
    later = announced(session, ward)
    sending.send(session, announcement=later)
    found = turn(session, held(session, later))
    assert (len(found.rows), found.wait) == (3, 0.0)


@pytest.mark.parametrize(("ahead", "rate", "waits"), [(0.5, 20.0, 0.5), (55.0, 0.04, 55.0), (3600.0, 20.0, 0.0)])
def test_what_is_truly_spoken_for_is_waited_for(
    session: Session, ward: Unit, hands: Traveller, ahead: float, rate: float, waits: float
) -> None:
    account = make_account(session, unit=ward, channel=Channel.ZNS, per_second=rate)
    account.free_at = clock.now() + timedelta(seconds=ahead)
    session.commit()

    looked = circuits.look(session, account_id=account.id)

    assert looked
    assert circuits.ahead(looked.account, now=clock.now(), rate=rate) == waits


@SERVERS
def test_a_lease_of_the_dead_ends_in_a_lease_and_the_living_keep_theirs(session: Session, ward: Unit, hands: Traveller) -> None:
    announcement = announced(session, ward)
    sending.send(session, announcement=announcement)
    held(session, announcement)
    hands.shift(-HOUR)

    assert batches.sweep(session) == 0, "its holder may live"
    hands.shift(lease() * 0.9)
    assert batches.renew_all(session, owner="a:1", lease=lease()) == 1
    hands.shift(lease() * 0.9)
    assert batches.sweep(session) == 0, "it does"
    hands.shift(lease() * 0.2)
    assert batches.sweep(session) == 1, "it does no more"


def test_no_lease_lasts_longer_than_one_from_now_whatever_the_clock_was(session: Session, ward: Unit) -> None:
    announcement = announced(session, ward)
    sending.send(session, announcement=announcement)
    held(session, announcement)
    batch = session.exec(select(Batch)).one()
    batch.lease_until = its_now(session) + HOUR
    session.commit()

    assert batches.sweep(session) == 0
    session.refresh(batch)

    assert batch.lease_until
    assert batch.lease_until <= its_now(session) + lease()


def test_a_new_try_in_seconds_is_not_one_in_an_hour(session: Session, ward: Unit, hands: Traveller, promises: FakeEngine) -> None:
    announcement = announced(session, ward)
    sending.send(session, announcement=announcement)
    hold = held(session, announcement)
    turn(session, hold, [(row, BUSY) for row in turn(session, hold).rows])
    batches.leave(session, hold)
    session.commit()
    hands.shift(-HOUR)

    clock_steps.mend(session, by=HOUR)
    session.commit()

    assert [run.at for run in promises.runs.values() if run.attempt == 2 and run.again] == [None]
    assert len(turn(session, held(session, announcement, attempt=2)).rows) == 3


def test_an_account_that_rests_for_seconds_does_not_rest_for_an_hour(session: Session, ward: Unit, hands: Traveller) -> None:
    account = make_account(session, unit=ward, channel=Channel.ZNS, open_until=clock.now() + timedelta(seconds=20))
    session.commit()
    hands.shift(-HOUR)

    clock_steps.mend(session, by=HOUR)

    assert account.open_until == clock.now() + timedelta(seconds=20)


@SERVERS
def test_a_renewal_of_the_dead_is_taken_over(session: Session, ward: Unit, hands: Traveller) -> None:
    account = make_account(session, unit=ward, channel=Channel.ZALO_OA, settings={"app_id": "1"})
    assert renewals.begin(session, account_id=account.id, stale="", owner="dead").turn == "mine"
    session.commit()
    assert renewals.begin(session, account_id=account.id, stale="", owner="other").turn == "theirs"

    hands.shift(-HOUR)

    assert renewals.begin(session, account_id=account.id, stale="", owner="other").turn == "mine"


def test_a_large_audience_of_which_nobody_hands_over_the_rest_is_found(
    session: Session, ward: Unit, hands: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "AT_ONCE", 2)
    announcement = announced(session, ward)
    sending.start(session, announcement=announcement)
    session.commit()
    assert announcement.status is AnnouncementStatus.SENDING
    assert due.announcements(session) == []

    hands.shift(-HOUR)

    assert [piece.work for piece in due.announcements(session)] == ["hand_over"]


def test_a_process_notices_that_its_clock_was_set_back(session: Session, hands: Traveller) -> None:
    def here() -> timedelta:
        return workers.here(session, name="worker-0", host="ward", pid=1, started_at=LATE)

    assert here() == timedelta(0)
    hands.shift(workers.EVERY)
    assert here() == timedelta(0)

    hands.shift(-HOUR)

    assert here() == HOUR
    assert here() == timedelta(0)


def test_the_audit_says_that_it_was(session: Session, hands: Traveller) -> None:
    clock_steps.mend(session, by=HOUR)

    [event] = session.exec(select(AuditEvent)).all()
    assert (event.action, event.details) == ("clock.set_back", {"seconds": 3600})
