"""A chunk of a batch: what is marked, what is written after, and everything that holds it back."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session, select
from time_machine import Traveller

from core import clock as house_clock
from core.db import its_now
from core.ids import new_id
from models import (
    AccountState,
    Announcement,
    Batch,
    Channel,
    ChannelAccount,
    Delivery,
    DeliveryStatus,
    OptOut,
    OptOutCause,
    Trouble,
    Unit,
    Urgency,
)
from services import access, batches, channel_accounts, chunks, circuits, sending, training, written_outcomes
from services.batches import Fenced, Hold
from services.channel_values import AccountForm
from services.chunks import Held, Marked
from services.senders import Accepted, Outcome, Rejected, Unavailable, Unknown
from tests import turns
from tests.factories import make_account, make_announcement, make_household, make_unit

LEASE = timedelta(seconds=15)
BUSY = Unavailable("backoff", "429", "Nhà cung cấp bận.")


@pytest.fixture(autouse=True)
def _still(clock: Traveller) -> None:
    """Noon."""


@pytest.fixture
def account(session: Session) -> ChannelAccount:
    return make_account(session, unit=make_unit(session), channel=Channel.SMS, price=500, per_second=1000.0)


@pytest.fixture
def ward(session: Session, account: ChannelAccount) -> Unit:
    return session.get_one(Unit, account.unit_id)


def announced(session: Session, ward: Unit, homes: int = 3, **overrides: object) -> Announcement:
    place = make_unit(session, parent=ward)
    for number in range(homes):
        make_household(session, unit=place, phone=f"+8491200{number:04}")
    announcement = make_announcement(session, unit=ward, units=[place], **overrides)
    sending.send(session, announcement=announcement)
    session.commit()
    return announcement


def held(session: Session, announcement: Announcement) -> Hold:
    batch = session.exec(select(Batch).where(Batch.announcement_id == announcement.id)).one()
    hold = batches.claim(session, batch_id=batch.id, attempt=batch.attempt + 1, owner="a:1", lease=LEASE)
    assert hold
    return hold


def turn(
    session: Session, hold: Hold, outcomes: Sequence[tuple[written_outcomes.Row, Outcome]] = (), *, dedupes: bool = False
) -> Marked | Held:  # fmt: skip
    session.flush()
    return turns.turn(session, hold, settled=outcomes, usual_rate=50.0, dedupes=dedupes)


def marked(session: Session, hold: Hold) -> list[written_outcomes.Row]:
    found = turn(session, hold)
    assert isinstance(found, Marked)
    return list(found.rows)


def ledger(session: Session) -> list[Delivery]:
    session.flush()
    session.expire_all()
    return list(session.exec(select(Delivery).where(Delivery.channel == Channel.SMS).order_by(Delivery.recipient_id)))


def statuses(session: Session) -> list[str]:
    return [row.status.value for row in ledger(session)]


def test_what_leaves_is_marked_before_it_leaves(session: Session, ward: Unit) -> None:
    hold = held(session, announced(session, ward))

    rows = marked(session, hold)

    assert [(row.status, row.attempts) for row in ledger(session)] == [(DeliveryStatus.SENDING, 1)] * 3
    assert {row.recipient for row in rows} == {row.recipient_id for row in ledger(session)}
    assert marked(session, hold) == []


def test_each_outcome_becomes_what_the_ledger_says_of_it(session: Session, ward: Unit) -> None:
    hold = held(session, announced(session, ward, homes=5))
    outcomes: list[Outcome] = [
        Accepted("m1", cost=480), Rejected("recipient", "99", "Số không nhận tin."), BUSY,
        Unavailable("later", "-144", "Hết hạn mức."), Unknown("Mất câu trả lời."),
    ]  # fmt: skip
    rows = sorted(marked(session, hold), key=lambda row: row.recipient)

    turn(session, hold, list(zip(rows, outcomes, strict=True)))

    sent, refused, busy, later, unknown = ledger(session)
    now = house_clock.now()
    assert (sent.status, sent.provider_message_id, sent.cost, sent.sent_at) == (DeliveryStatus.SENT, "m1", 480, now)
    assert (refused.status, refused.trouble, refused.error, refused.cost) == (
        DeliveryStatus.REJECTED, Trouble.RECIPIENT, "Số không nhận tin.", 0,
    )  # fmt: skip
    assert (busy.status, busy.trouble, busy.cost) == (DeliveryStatus.UNAVAILABLE, Trouble.BACKOFF, 500)
    assert busy.next_at
    assert timedelta(seconds=1) <= busy.next_at - now <= timedelta(seconds=3)
    assert (later.status, later.trouble, later.next_at) == (
        DeliveryStatus.UNAVAILABLE, Trouble.LATER, circuits.next_window(now),
    )  # fmt: skip
    assert (unknown.status, unknown.trouble, unknown.next_at) == (DeliveryStatus.UNKNOWN, Trouble.UNKNOWN, None)


def test_a_lost_answer_is_asked_again_where_the_provider_dedupes(session: Session, ward: Unit) -> None:
    hold = held(session, announced(session, ward, homes=1))
    rows = marked(session, hold)

    turn(session, hold, [(rows[0], Unknown("Mất câu trả lời."))], dedupes=True)

    [row] = ledger(session)
    assert (row.status, row.trouble) == (DeliveryStatus.UNAVAILABLE, Trouble.UNKNOWN)
    assert row.next_at
    assert row.next_at > house_clock.now()


def test_outcomes_written_twice_are_written_once(session: Session, ward: Unit) -> None:
    hold = held(session, announced(session, ward, homes=1))
    rows = marked(session, hold)
    turn(session, hold, [(rows[0], Accepted("m1"))])

    turn(session, hold, [(rows[0], Rejected("recipient", "99", "Không."))])

    assert statuses(session) == ["sent"]


def test_a_receipt_that_was_faster_than_the_answer_stands(session: Session, ward: Unit) -> None:
    hold = held(session, announced(session, ward, homes=1))
    rows = marked(session, hold)
    ledger(session)[0].status = DeliveryStatus.DELIVERED

    turn(session, hold, [(rows[0], Accepted("m1"))])

    [row] = ledger(session)
    assert (row.status, row.provider_message_id, row.sent_at) == (DeliveryStatus.DELIVERED, "m1", house_clock.now())


def test_whoever_has_lost_the_batch_marks_and_writes_nothing(session: Session, ward: Unit) -> None:
    announcement = announced(session, ward)
    hold = held(session, announcement)
    batches.give_up_former(session, executor="a", owner="new")
    batches.sweep(session)
    held(session, announcement)

    with pytest.raises(Fenced):
        turn(session, hold)

    assert statuses(session) == ["queued"] * 3


def test_late_news_settle_only_what_nobody_knew(session: Session, ward: Unit) -> None:
    hold = held(session, announced(session, ward, homes=4))
    rows = sorted(marked(session, hold), key=lambda row: row.recipient)
    for row, status in zip(ledger(session), ("unknown", "unknown", "unknown", "queued"), strict=True):
        row.status = DeliveryStatus(status)
    session.flush()
    news: list[Outcome] = [Accepted("m1"), Rejected("recipient", "99", "Không."), Unknown("Mất."), Accepted("m4")]

    written_outcomes.record_late(session, settled=list(zip(rows, news, strict=True)))

    assert statuses(session) == ["sent", "rejected", "unknown", "queued"]


@pytest.mark.parametrize("homes", [10, 50])
def test_a_chunk_takes_few_statements_whatever_its_size(session: Session, ward: Unit, homes: int) -> None:
    hold = held(session, announced(session, ward, homes=homes + 50))
    rows = marked(session, hold)[:homes]
    session.flush()
    told: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: told.append(call[2]))

    turns.turn(session, hold, settled=[(row, Accepted("m")) for row in rows], usual_rate=50.0, dedupes=True)

    assert len([one for one in told if one.split()[0] in ("SELECT", "UPDATE")]) <= 7


def test_who_opted_out_is_left_out_before_every_chunk(session: Session, ward: Unit) -> None:
    hold = held(session, announced(session, ward))
    refuser = ledger(session)[1].recipient_id
    session.add(OptOut(channel=Channel.SMS, recipient=refuser, cause=OptOutCause.SMS, since=house_clock.now()))
    session.add(
        OptOut(
            channel=Channel.SMS, recipient=ledger(session)[0].recipient_id, cause=OptOutCause.SMS, since=house_clock.now(),
            ended_at=house_clock.now(),
        )
    )  # fmt: skip
    session.flush()

    rows = marked(session, hold)

    assert refuser not in [row.recipient for row in rows]
    assert statuses(session) == ["sending", "rejected", "sending"]
    assert ledger(session)[1].error == chunks.OPTED_OUT


def test_nothing_of_a_withdrawn_announcement_leaves(session: Session, ward: Unit) -> None:
    announcement = announced(session, ward)
    hold = held(session, announcement)
    sending.cancel(session, actor=access.TERMINAL, announcement=announcement)

    assert marked(session, hold) == []
    assert statuses(session) == ["cancelled"] * 3


def test_what_is_over_stops_with_the_reason(session: Session, ward: Unit, clock: Traveller) -> None:
    hold = held(session, announced(session, ward, expires_at=house_clock.now() + timedelta(hours=1)))
    clock.shift(timedelta(hours=1))

    assert marked(session, hold) == []
    assert [(row.status, row.error, row.cost) for row in ledger(session)] == [(DeliveryStatus.CANCELLED, chunks.OVER, 0)] * 3


@pytest.mark.parametrize("is_above", [False, True])
def test_in_training_nothing_leaves(session: Session, *, is_above: bool) -> None:
    above = make_unit(session, kind="province")
    ward = make_unit(session, parent=above, kind="commune")
    make_account(session, unit=ward, channel=Channel.SMS)
    hold = held(session, announced(session, ward))
    (above if is_above else ward).is_training = True

    assert marked(session, hold) == []
    assert {(row.status, row.error) for row in ledger(session)} == {(DeliveryStatus.CANCELLED, training.HELD_BACK)}


def test_a_paused_announcement_waits_until_somebody_wakes_it(session: Session, ward: Unit) -> None:
    announcement = announced(session, ward)
    hold = held(session, announcement)
    announcement.paused_at = house_clock.now()

    assert turn(session, hold) == Held(None)
    assert statuses(session) == ["queued"] * 3


def test_by_night_only_an_emergency_leaves(session: Session, ward: Unit, clock: Traveller) -> None:
    usual, emergency = announced(session, ward, homes=1), announced(session, ward, homes=2, urgency=Urgency.EMERGENCY)
    clock.shift(timedelta(hours=11))  # 23 giờ
    morning = house_clock.now() + timedelta(hours=7)

    assert turn(session, held(session, usual)) == Held(morning)
    assert len(marked(session, held(session, emergency))) == 2


@pytest.mark.parametrize("state", [AccountState.PAUSED, AccountState.BROKEN])
def test_an_account_that_is_paused_or_broken_holds_everything(
    session: Session, ward: Unit, account: ChannelAccount, state: AccountState
) -> None:
    hold = held(session, announced(session, ward))
    account.state = state

    found = turn(session, hold)

    assert isinstance(found, Held)
    assert found.until
    assert house_clock.now() < found.until < house_clock.now() + timedelta(minutes=6)


def test_a_broken_account_is_written_down_and_its_messages_wait(session: Session, ward: Unit, account: ChannelAccount) -> None:
    hold = held(session, announced(session, ward, homes=2))
    rows = marked(session, hold)

    found = turn(session, hold, [(row, Rejected("config", "101", "Khóa không đúng.")) for row in rows])

    session.refresh(account)
    assert (account.state, account.message) == (AccountState.BROKEN, "Khóa không đúng.")
    assert isinstance(found, Held)
    assert {(row.status, row.trouble) for row in ledger(session)} == {(DeliveryStatus.UNAVAILABLE, Trouble.CONFIG)}


REFUSED = Rejected("config", "-124", "Mã truy cập đã hết hạn.")


def anew(session: Session, account: ChannelAccount) -> None:
    """An admin says its key anew."""
    form = AccountForm(settings={"brandname": "UBND"}, secrets={"api_key": new_id().hex, "secret_key": "s"})
    channel_accounts.change(session, actor=access.TERMINAL, account_id=account.id, version=account.version, form=form)


def test_what_was_refused_with_keys_of_before_leaves_with_those_of_now(
    session: Session, ward: Unit, account: ChannelAccount
) -> None:
    announcement = announced(session, ward, homes=2)
    hold = held(session, announcement)
    rows = marked(session, hold)
    anew(session, account)

    found = turn(session, hold, [(row, REFUSED) for row in rows])

    session.refresh(account)
    assert (account.state, account.message) == (AccountState.ACTIVE, "")
    assert found == Held(house_clock.now())
    assert {(row.status, row.trouble) for row in ledger(session)} == {(DeliveryStatus.UNAVAILABLE, Trouble.CONFIG)}
    assert batches.leave(session, hold, held_until=house_clock.now()) == house_clock.now()
    assert len(marked(session, held(session, announcement))) == 2


def test_a_refusal_breaks_an_account_that_was_used_again_since(session: Session, ward: Unit, account: ChannelAccount) -> None:
    anew(session, account)
    hold = held(session, announced(session, ward, homes=1))

    turn(session, hold, [(row, REFUSED) for row in marked(session, hold)])

    session.refresh(account)
    assert account.state is AccountState.BROKEN


def test_what_was_refused_before_an_account_was_resumed_does_not_break_it_again(
    session: Session, ward: Unit, account: ChannelAccount
) -> None:
    hold = held(session, announced(session, ward, homes=1))
    rows = marked(session, hold)
    account.state = AccountState.BROKEN
    channel_accounts.resume(session, actor=access.TERMINAL, account_id=account.id)

    turn(session, hold, [(row, REFUSED) for row in rows])

    session.refresh(account)
    assert account.state is AccountState.ACTIVE


def test_what_was_marked_for_keys_of_before_is_given_back(session: Session, ward: Unit, account: ChannelAccount) -> None:
    hold = held(session, announced(session, ward, homes=2))
    begun = chunks.begin(session, hold, settled=(), usual_rate=50.0, dedupes=False)
    anew(session, account)

    found = chunks.finish(session, begun, usual_rate=50.0)

    assert found == Held(house_clock.now())
    assert [(row.status, row.attempts) for row in ledger(session)] == [(DeliveryStatus.QUEUED, 0)] * 2


def test_an_account_that_fails_and_fails_rests_for_all_and_comes_back_with_one_message(
    session: Session, ward: Unit, account: ChannelAccount, clock: Traveller
) -> None:
    hold = held(session, announced(session, ward, homes=circuits.TRIP + 5))
    rows = marked(session, hold)

    found = turn(session, hold, [(row, BUSY) for row in rows])

    session.refresh(account)
    assert account.failures == circuits.TRIP
    assert isinstance(found, Held)
    assert found.until == account.open_until
    clock.shift(timedelta(minutes=1))
    probe = marked(session, hold)
    assert len(probe) == 1
    turn(session, hold, [(probe[0], Accepted("m"))])
    session.refresh(account)
    assert account.failures == 0
    assert "sending" in statuses(session)


def test_what_a_provider_asks_to_wait_all_wait(session: Session, ward: Unit, account: ChannelAccount) -> None:
    hold = held(session, announced(session, ward, homes=2))
    rows = marked(session, hold)

    found = turn(session, hold, [(rows[0], Accepted("m")), (rows[1], Unavailable("backoff", "429", "Bận.", 90.0))])

    assert found == Held(house_clock.now() + timedelta(seconds=90))


def test_the_reserve_of_a_quota_is_for_emergencies_only(session: Session, ward: Unit, account: ChannelAccount) -> None:
    usual, emergency = announced(session, ward, homes=4), announced(session, ward, homes=4, urgency=Urgency.EMERGENCY)
    account.quota_left, account.reserve = 5, 3
    session.flush()
    hold = held(session, usual)

    first, then = marked(session, hold), turn(session, hold)
    urgent = marked(session, held(session, emergency))

    assert len(first) == 2
    assert then == Held(circuits.next_window(house_clock.now()))
    assert len(urgent) == 3


def test_the_pace_of_an_account_is_given_out_once(session: Session, ward: Unit, account: ChannelAccount) -> None:
    account.per_second = 10.0
    holds = [held(session, announced(session, ward, homes=homes)) for homes in (8, 9, 10)]  # what takes long comes before

    first, second, third = [turn(session, hold) for hold in holds]

    assert isinstance(first, Marked)
    assert isinstance(second, Marked)
    assert (len(first.rows), first.wait, first.rate) == (8, 0.0, 10.0)
    assert len(second.rows) == 9
    assert 0.3 < second.wait <= 0.8001  # by the database's clock, which may go on
    assert isinstance(third, Marked)
    assert third.rows == ()
    assert 0.3 < third.wait <= 1.2001


def test_a_batch_whose_account_is_gone_is_refused_in_a_sentence(session: Session, ward: Unit, account: ChannelAccount) -> None:
    hold = held(session, announced(session, ward, homes=2))
    session.delete(account)
    session.flush()

    assert turn(session, hold) == Marked()
    assert {(row.status, row.error) for row in ledger(session)} == {(DeliveryStatus.REJECTED, chunks.NO_ACCOUNT)}


def test_what_was_marked_and_not_sent_is_as_if_it_had_not_been(session: Session, ward: Unit) -> None:
    hold = held(session, announced(session, ward))
    rows = marked(session, hold)

    chunks.give_back(session, rows[:1])
    chunks.give_back_others(session, hold, but=rows[1:2])

    by_id = {row.id: row for row in ledger(session)}
    assert [(by_id[row.id].status, by_id[row.id].attempts) for row in rows] == [
        (DeliveryStatus.QUEUED, 0), (DeliveryStatus.SENDING, 1), (DeliveryStatus.QUEUED, 0),
    ]  # fmt: skip


def test_after_many_tries_it_is_given_up_with_a_sentence(session: Session, ward: Unit) -> None:
    hold = held(session, announced(session, ward, homes=1))
    ledger(session)[0].attempts = written_outcomes.MOST_TRIES - 1
    rows = marked(session, hold)

    turn(session, hold, [(rows[0], BUSY)])

    [row] = ledger(session)
    assert (row.status, row.error) == (DeliveryStatus.REJECTED, written_outcomes.TOO_OFTEN)


def test_waits_grow_and_have_an_end() -> None:
    waits = [written_outcomes.wait_seconds(attempts) for attempts in (1, 4, 30)]

    assert 1 <= waits[0] <= 3
    assert 8 <= waits[1] <= 24
    assert 300 <= waits[2] <= 900


def begun(session: Session, hold: Hold) -> chunks.Begun:
    session.flush()
    return chunks.begin(session, hold, settled=(), usual_rate=50.0, dedupes=False)


def test_who_pauses_an_account_between_the_mark_and_its_pace_stops_what_was_marked(
    session: Session, ward: Unit, account: ChannelAccount
) -> None:
    hold = held(session, announced(session, ward))
    half = begun(session, hold)
    account.state = AccountState.PAUSED
    session.flush()

    found = chunks.finish(session, half, usual_rate=50.0)

    assert isinstance(found, Held)
    assert [(row.status, row.attempts) for row in ledger(session)] == [(DeliveryStatus.QUEUED, 0)] * 3


def test_what_another_has_taken_of_a_quota_meanwhile_is_not_sent(session: Session, ward: Unit, account: ChannelAccount) -> None:
    account.quota_left = 3
    hold = held(session, announced(session, ward))
    half = begun(session, hold)
    account.quota_left = 1
    session.flush()

    found = chunks.finish(session, half, usual_rate=50.0)

    session.refresh(account)
    assert isinstance(found, Marked)
    assert (len(found.rows), account.quota_left) == (1, 0)
    assert sorted(statuses(session)) == ["queued", "queued", "sending"]


def test_where_another_has_taken_the_pace_meanwhile_marks_wait(session: Session, ward: Unit, account: ChannelAccount) -> None:
    hold = held(session, announced(session, ward))
    half = begun(session, hold)
    account.free_at = its_now(session) + timedelta(seconds=5)
    session.flush()

    found = chunks.finish(session, half, usual_rate=50.0)

    assert isinstance(found, Marked)
    assert (list(found.rows), found.wait > 4) == ([], True)
    assert statuses(session) == ["queued"] * 3
