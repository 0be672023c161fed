"""Receipts move the ledger forward, in whatever order and however often they are told."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlmodel import Session, delete, select

from core import clock
from core.db import reading, transaction
from core.ids import new_id
from models import Announcement, Channel, Delivery, DeliveryStatus, OptOut, RecipientKind, Trouble, Unit, UnitKind, WebhookEvent
from services import receipts, retention
from services.told import Told
from tests.factories import NOON, make_delivery

S = DeliveryStatus


@pytest.fixture(autouse=True)
def _tables(session: Session) -> None:
    """Properties open sessions of their own."""


def told(status: DeliveryStatus | None, *, hour: int = 0, name: str = "receipt", **more: Any) -> Told:
    at = NOON + timedelta(hours=hour)
    return Told(name=name, digest=f"{name}:{status}:{hour}:{more}", at=at, status=status, **more)


def tell(*what: Told, provider: str = "zalo") -> None:
    for one in what:
        with transaction() as session:
            receipts.keep(session, provider=provider, told=[one])
        with transaction() as session:
            receipts.work_off(session)


def now_of(session: Session, row: Delivery) -> Delivery:
    session.rollback()  # it holds no lock any more
    with reading() as fresh:
        return fresh.get_one(Delivery, row.id)


@pytest.mark.parametrize("named", [{"delivery_key": "own"}, {"provider_message_ids": ("m0", "m1")}])
def test_a_receipt_finds_its_message_by_our_key_or_by_the_providers_number(
    session: Session, ward: Unit, named: dict[str, Any]
) -> None:
    row = make_delivery(session, unit=ward)
    if "delivery_key" in named:
        named = {"delivery_key": row.id.hex}

    tell(told(S.DELIVERED, hour=1, **named))

    after = now_of(session, row)
    assert (after.status, after.delivered_at) == (S.DELIVERED, NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("before", "told_", "after"),
    [
        (S.QUEUED, S.DELIVERED, S.DELIVERED),
        (S.SENDING, S.DELIVERED, S.DELIVERED),
        (S.UNKNOWN, S.SENT, S.SENT),
        (S.UNKNOWN, S.READ, S.READ),
        (S.SENT, S.REJECTED, S.REJECTED),
        (S.REJECTED, S.DELIVERED, S.DELIVERED),
        (S.REJECTED, S.SENT, S.REJECTED),
        (S.DELIVERED, S.SENT, S.DELIVERED),
        (S.DELIVERED, S.REJECTED, S.DELIVERED),
        (S.READ, S.DELIVERED, S.READ),
        (S.CANCELLED, S.DELIVERED, S.CANCELLED),
    ],
)
def test_it_only_ever_moves_forward(
    session: Session, ward: Unit, before: DeliveryStatus, told_: DeliveryStatus, after: DeliveryStatus
) -> None:
    row = make_delivery(session, unit=ward, status=before)

    tell(told(told_, delivery_key=row.id.hex))

    assert now_of(session, row).status is after


def test_what_arrived_after_all_is_no_trouble_any_more(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward, status=S.UNKNOWN, trouble=Trouble.UNKNOWN, error="Mất câu trả lời.")

    tell(told(S.DELIVERED, delivery_key=row.id.hex))

    after = now_of(session, row)
    assert (after.status, after.error, after.trouble) == (S.DELIVERED, None, None)


def test_a_failure_says_why(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward)

    tell(told(S.REJECTED, delivery_key=row.id.hex))

    after = now_of(session, row)
    assert (after.error, after.trouble) == (receipts.UNREACHED, Trouble.RECIPIENT)


STARTS = [S.QUEUED, S.SENDING, S.UNAVAILABLE, S.UNKNOWN, S.SENT, S.REJECTED, S.CANCELLED]


@given(
    start=some.sampled_from(STARTS),
    said=some.lists(some.tuples(some.sampled_from(receipts.TOLD), some.integers(0, 3)), min_size=1, max_size=6),
    order=some.randoms(use_true_random=False),
)
def test_any_order_and_repetition_gives_the_same_end(
    start: DeliveryStatus, said: list[tuple[DeliveryStatus, int]], order: Random
) -> None:
    ends = []
    for _ in range(2):
        with transaction() as session:
            session.execute(delete(WebhookEvent))
            session.execute(delete(Delivery))
            item_id = _any_announcement(session)
            row = Delivery(
                announcement_id=item_id, channel=Channel.ZNS, recipient_kind=RecipientKind.PHONE, recipient_id="1",
                idempotency_key="1", status=start, provider_message_id="m1",
            )  # fmt: skip
            session.add(row)
        events = [told(status, hour=hour, delivery_key=row.id.hex) for status, hour in said]
        events += order.sample(events, order.randint(0, len(events)))
        order.shuffle(events)
        while events:
            some_of_them = [events.pop() for _ in range(min(len(events), order.randint(1, 3)))]
            with transaction() as session:
                receipts.keep(session, provider="zalo", told=some_of_them)
            if order.random() < 0.5:
                with transaction() as session:
                    receipts.work_off(session)
        with transaction() as session:
            receipts.work_off(session)
            end = session.exec(select(Delivery)).one()
            ends.append((end.status, end.delivered_at, end.read_at, end.error, end.trouble))

    assert ends[0] == ends[1]
    if start is S.CANCELLED:
        assert ends[0][0] is S.CANCELLED
    else:
        assert ends[0][0] is max([start, *(status for status, _ in said)], key=receipts.RANK.__getitem__)


def _any_announcement(session: Session) -> UUID:
    found = session.exec(select(Announcement.id)).first()
    if found:
        return found
    id_ = new_id()
    ward = Unit(id=id_, code="1", name="Phường", kind=UnitKind.COMMUNE, subtype="phuong", path=f"{id_}/")
    session.add(ward)
    session.flush()
    item = Announcement(unit_id=ward.id, title="Khám", body="Mai.")
    session.add(item)
    session.flush()
    return item.id


def test_told_again_it_is_the_same_row_and_done_it_is_empty(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward)
    one = told(S.DELIVERED, delivery_key=row.id.hex, recipient="84912345678")

    tell(one, one)

    [event] = session.exec(select(WebhookEvent)).all()
    assert (event.body, event.problem) == ({}, "")
    assert event.done_at is not None


def test_a_receipt_waits_for_the_answer_to_be_written_down(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward, status=S.SENDING, provider_message_id=None)
    tell(told(S.DELIVERED, provider_message_ids=("m9",)))
    row.status, row.provider_message_id = S.SENT, "m9"
    session.add(row)
    session.commit()

    with transaction() as writing:
        without = receipts.work_off(writing)
    with transaction() as writing:
        again = receipts.work_off(writing, again=True)

    assert (without.events, again.events, again.moved) == (0, 1, 1)
    assert now_of(session, row).status is S.DELIVERED


def test_what_is_about_no_message_of_ours_is_given_up_after_a_day(session: Session) -> None:
    with transaction() as writing:
        receipts.keep(writing, provider="zalo", told=[told(S.DELIVERED, provider_message_ids=("m9",))])
    with transaction() as writing:
        event = writing.exec(select(WebhookEvent)).one()
        event.created_at = clock.now() - timedelta(days=2)

    with transaction() as writing:
        receipts.work_off(writing, again=True)

    session.rollback()
    event = session.exec(select(WebhookEvent)).one()
    assert event.problem == "Chưa thấy tin này trong sổ gửi."
    assert (event.body, event.done_at is not None) == ({}, True)


def test_many_that_wait_do_not_hold_up_the_others(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward)
    with transaction() as writing:
        lost = [told(S.DELIVERED, provider_message_ids=(f"lost{n}",)) for n in range(5)]
        receipts.keep(writing, provider="zalo", told=lost)
        receipts.work_off(writing)
        receipts.keep(writing, provider="zalo", told=[told(S.READ, delivery_key=row.id.hex)])

    last = None
    for _ in range(3):
        with transaction() as writing:
            last = receipts.work_off(writing, again=True, after=last, limit=2).last

    assert now_of(session, row).status is S.READ


def test_what_anybody_could_have_said_is_not_believed_until_the_provider_is_asked(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward, channel=Channel.SMS, status=S.SENT)
    tell(told(S.DELIVERED, delivery_key=row.id.hex, is_sure=False), provider="sms")
    before = now_of(session, row).status

    with transaction() as writing:
        [(event_id, one, asked)] = receipts.unsure(writing, provider="sms")
        assert asked is not None
        receipts.confirm(writing, statuses={event_id: S.REJECTED})
    with transaction() as writing:
        receipts.work_off(writing)

    assert (before, one.status, asked.id) == (S.SENT, S.DELIVERED, row.id)
    assert now_of(session, row).status is S.REJECTED


def test_who_unfollows_is_written_to_no_more_and_who_follows_again_is(session: Session) -> None:
    tell(told(None, hour=1, name="unfollow", recipient="7"))
    out = {one.channel.value for one in session.exec(select(OptOut)) if one.ended_at is None}
    session.rollback()
    tell(told(None, hour=2, name="follow", recipient="7"))
    session.rollback()

    assert out == {"zalo_oa", "zalo_template"}
    assert not [one for one in session.exec(select(OptOut)) if one.ended_at is None]


def test_a_month_later_nothing_of_it_is_kept(session: Session) -> None:
    tell(told(None, name="oa_send_text"))
    with transaction() as writing:
        event = writing.exec(select(WebhookEvent)).one()
        event.done_at = clock.now() - timedelta(days=31)

    with transaction() as writing:
        assert retention.forget(writing, kind="events") == 1
