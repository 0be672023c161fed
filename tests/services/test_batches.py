"""Batches: who holds one, who is fenced off, what a former holder left behind, whose turn it is."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select
from time_machine import Traveller

from core import clock as house_clock
from models import Announcement, Batch, Channel, Delivery, DeliveryStatus, Trouble, Unit, Urgency
from services import batches, sending
from services.batches import Fenced, Hold
from tests.factories import make_account, make_announcement, make_household, make_rules, make_unit
from tests.fakes import FakeEngine

LEASE = timedelta(seconds=15)


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_unit(session)
    make_account(session, unit=ward, channel=Channel.SMS, price=500)
    return ward


@pytest.fixture
def batches_of_twenty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "SIZE", 20)


def announced(session: Session, ward: Unit, homes: int = 3, **overrides: object) -> Announcement:
    """An announcement that has left by SMS, to as many telephones."""
    place = make_unit(session, parent=ward)
    for number in range(homes):
        make_household(session, unit=place, phone=f"+8491{id(place) % 1000:03}{number:04}")
    announcement = make_announcement(session, unit=ward, units=[place], **overrides)
    sending.send(session, announcement=announcement)
    session.commit()
    return announcement


def batch_of(session: Session, announcement: Announcement) -> Batch:
    return session.exec(select(Batch).where(Batch.announcement_id == announcement.id)).one()


def claimed(session: Session, batch: Batch, *, attempt: int = 1, owner: str = "a:1") -> Hold:
    hold = batches.claim(session, batch_id=batch.id, attempt=attempt, owner=owner, lease=LEASE)
    assert hold is not None
    session.commit()
    return hold


def statuses(session: Session) -> list[str]:
    session.expire_all()
    return list(session.exec(select(Delivery.status).where(Delivery.channel == Channel.SMS)))


def test_what_leaves_is_in_batches_that_are_promised_in_the_same_transaction(
    session: Session, ward: Unit, promises: FakeEngine
) -> None:
    announcement = announced(session, ward)

    batch = batch_of(session, announcement)
    rows = session.exec(select(Delivery).where(Delivery.channel == Channel.SMS)).all()

    assert {row.batch_id for row in rows} == {batch.id}
    assert (batch.size, batch.channel, batch.ward_id, len(rows)) == (3, Channel.SMS, ward.id, 3)
    assert [(run.batch_id, run.attempt, run.is_urgent) for run in promises.runs.values()] == [(batch.id, 1, False)]


def test_a_large_audience_is_in_several_batches_of_whole_size_but_the_last(
    session: Session, ward: Unit, batches_of_twenty: None
) -> None:
    announcement = announced(session, ward, homes=27)

    sizes = {batch.id: batch.size for batch in session.exec(select(Batch).where(Batch.announcement_id == announcement.id))}
    in_each = {
        id_: len(session.exec(select(Delivery.id).where(Delivery.batch_id == id_)).all()) for id_ in sizes
    }  # fmt: skip

    assert sorted(sizes.values()) == [7, 20]
    assert in_each == sizes


def test_an_emergency_has_a_queue_of_its_own(session: Session, ward: Unit, promises: FakeEngine) -> None:
    announced(session, ward, urgency=Urgency.EMERGENCY)

    assert all(run.is_urgent for run in promises.runs.values())
    assert promises.runs


def test_a_ward_that_comes_later_does_not_wait_for_all_of_anothers(session: Session, ward: Unit, batches_of_twenty: None) -> None:
    other = make_unit(session)
    make_account(session, unit=other, channel=Channel.SMS, price=500)
    make_rules(session, unit=other)

    first = announced(session, ward, homes=41)
    second = announced(session, other, homes=21)
    again = announced(session, ward)

    turns = {
        one.id: session.exec(select(Batch.priority).where(Batch.announcement_id == one.id).order_by(col(Batch.priority))).all()
        for one in (first, second, again)
    }
    assert turns[second.id][0] < turns[first.id][1]
    assert turns[second.id][1] < turns[first.id][2]
    assert turns[again.id][0] > turns[first.id][2]


def test_one_process_holds_a_batch_and_another_does_not_get_it(session: Session, ward: Unit) -> None:
    batch = batch_of(session, announced(session, ward))

    claimed(session, batch)

    for attempt in (1, 2):
        assert batches.claim(session, batch_id=batch.id, attempt=attempt, owner="b:2", lease=LEASE) is None


def test_a_lease_that_ran_out_is_swept_to_the_next_attempt_and_fences_the_first(
    session: Session, ward: Unit, promises: FakeEngine
) -> None:
    batch = batch_of(session, announced(session, ward))
    first = claimed(session, batch)
    batches.renew_all(session, owner="a:1", lease=-LEASE)

    swept = batches.sweep(session)
    swept_again = batches.sweep(session)
    second = claimed(session, batch, attempt=2, owner="b:2")

    assert (swept, swept_again) == (1, 0)
    assert (batch.id, 2, "") in promises.runs
    with pytest.raises(Fenced):
        batches.require(session, first)
    with pytest.raises(Fenced):
        batches.leave(session, first)
    batches.require(session, second)


@pytest.mark.parametrize(("dedupes", "after"), [(True, DeliveryStatus.QUEUED), (False, DeliveryStatus.UNKNOWN)])
def test_what_was_marked_when_its_holder_died_is_sent_again_only_where_that_doubles_nothing(
    session: Session, ward: Unit, *, dedupes: bool, after: DeliveryStatus
) -> None:
    batch = batch_of(session, announced(session, ward))
    row = session.exec(select(Delivery).where(Delivery.batch_id == batch.id)).first()
    assert row is not None
    row.status, batch.attempt = DeliveryStatus.SENDING, 1
    hold = claimed(session, batch, attempt=2)

    batches.take_over(session, hold, dedupes=dedupes)

    assert sorted(statuses(session)) == sorted([DeliveryStatus.QUEUED, DeliveryStatus.QUEUED, after])
    session.refresh(row)
    assert (row.trouble, row.error) == ((None, None) if dedupes else (Trouble.UNKNOWN, batches.LOST_ANSWER))


def test_a_provider_that_dedupes_for_a_day_is_not_trusted_after_it(session: Session, ward: Unit, clock: Traveller) -> None:
    batch = batch_of(session, announced(session, ward, expires_at=None))
    row = session.exec(select(Delivery).where(Delivery.batch_id == batch.id)).first()
    assert row is not None
    row.status, batch.attempt = DeliveryStatus.SENDING, 1
    hold = claimed(session, batch, attempt=2)
    clock.shift(timedelta(hours=23, minutes=1))

    batches.take_over(session, hold, dedupes=True)

    session.refresh(row)
    assert row.status is DeliveryStatus.UNKNOWN


def test_a_batch_of_which_nothing_waits_has_ended(session: Session, ward: Unit, promises: FakeEngine) -> None:
    announcement = announced(session, ward)
    batch = batch_of(session, announcement)
    for row in session.exec(select(Delivery).where(Delivery.batch_id == batch.id)):
        row.status = DeliveryStatus.SENT
    hold = claimed(session, batch)

    assert batches.leave(session, hold) is None

    session.refresh(batch)
    assert batch.ended_at is not None
    assert (batch.id, 2, "") not in promises.runs
    assert batches.count_unfinished(session, announcement_id=announcement.id) == 0


def test_a_batch_with_rows_that_wait_goes_on_when_the_first_of_them_may(
    session: Session, ward: Unit, promises: FakeEngine
) -> None:
    batch = batch_of(session, announced(session, ward))
    soon, late = house_clock.now() + timedelta(minutes=1), house_clock.now() + timedelta(minutes=9)
    for row, at in zip(session.exec(select(Delivery).where(Delivery.batch_id == batch.id)), (late, soon, late), strict=True):
        row.status, row.next_at = DeliveryStatus.UNAVAILABLE, at
    hold = claimed(session, batch)

    goes_on = batches.leave(session, hold)

    assert goes_on == soon == promises.runs[batch.id, 2, ""].at


def test_a_parked_batch_is_promised_by_whoever_wakes_it(session: Session, ward: Unit, promises: FakeEngine) -> None:
    announcement = announced(session, ward)
    batch = batch_of(session, announcement)
    batches.leave(session, claimed(session, batch), is_parked=True)
    assert [run.attempt for run in promises.runs.values()] == [1]

    woken = batches.wake(session, announcement_id=announcement.id)

    assert woken == 1
    assert sorted(run.attempt for run in promises.runs.values()) == [1, 2]


def test_a_batch_that_is_parked_while_it_is_woken_is_not_forgotten(
    session: Session, ward: Unit, promises: FakeEngine, clock: Traveller
) -> None:
    announcement = announced(session, ward)
    hold = claimed(session, batch_of(session, announcement))

    woken = batches.wake(session, announcement_id=announcement.id)  # whoever holds it has seen it held back, and parks it now
    batches.leave(session, hold, is_parked=True)

    promised = max(promises.runs.values(), key=lambda run: run.attempt)
    assert woken == 0
    assert promised.at
    clock.shift(promised.at - house_clock.now())
    assert batches.claim(session, batch_id=promised.batch_id, attempt=promised.attempt, owner="ward-1:1:aa", lease=LEASE)


def test_a_process_that_comes_again_under_its_name_gives_up_what_it_held_before(session: Session, ward: Unit) -> None:
    batch = batch_of(session, announced(session, ward))
    claimed(session, batch, owner="ward-0:11:aa")

    others = batches.give_up_former(session, executor="ward", owner="ward:1:bb")
    given_up = batches.give_up_former(session, executor="ward-0", owner="ward-0:12:bb")

    assert (others, given_up) == (0, 1)
    assert batches.sweep(session) == 1


def test_a_batch_that_was_lost_on_its_way_from_the_queue_is_promised_anew(
    session: Session, ward: Unit, promises: FakeEngine, clock: Traveller
) -> None:
    batch = batch_of(session, announced(session, ward))
    fresh = batches.may_be_lost(session)
    clock.shift(batches.LOST_AFTER + timedelta(seconds=1))
    promises.runs.clear()

    suspects = batches.may_be_lost(session)
    batches.promise_again(session, promises.unbegun(suspects))

    assert fresh == []
    assert [(run.batch_id, run.attempt) for run in suspects] == [(batch.id, 1)]
    assert [(run.batch_id, run.attempt, bool(run.again)) for run in promises.runs.values()] == [(batch.id, 1, True)]
    assert batches.may_be_lost(session) == []
