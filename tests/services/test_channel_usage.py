"""What goes through the accounts: counted by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from core.ids import new_id
from models import AccountState, Batch, Channel, ChannelAccount, Delivery, DeliveryStatus, RecipientKind, Role, Unit, UnitKind
from services import channel_usage
from services.access import Actor
from tests.factories import make_account, make_actor, make_announcement, make_unit

TODAY = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)  # 10 giờ, the clock of these tests stands at noon
FIRST = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)  # 0 giờ ngày 1/11 in Bắc Kạn


def batch_of(session: Session, account: ChannelAccount, ward: Unit, **overrides: Any) -> Batch:
    announcement = make_announcement(session, unit=ward)
    batch = Batch(
        announcement_id=announcement.id, channel=account.channel, account_id=account.id, ward_id=ward.id, **overrides
    )  # fmt: skip
    session.add(batch)
    session.flush()
    return batch


def sent(session: Session, batch: Batch, status: DeliveryStatus, *, cost: int, at: datetime | None = TODAY) -> None:
    session.add(
        Delivery(
            announcement_id=batch.announcement_id, channel=batch.channel, recipient_kind=RecipientKind.PHONE,
            recipient_id="+84912345678", idempotency_key=new_id().hex, status=status, cost=cost, batch_id=batch.id, sent_at=at,
            updated_at=at,
        )
    )  # fmt: skip
    session.commit()


def test_the_month_counts_what_left_and_was_paid_for(session: Session, ward: Unit, admin: Actor) -> None:
    account = make_account(session, unit=ward, channel=Channel.SMS, price=500)
    batch = batch_of(session, account, ward)
    for status in (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.UNKNOWN):
        sent(session, batch, status, cost=500)
    for status in (DeliveryStatus.QUEUED, DeliveryStatus.REJECTED, DeliveryStatus.CANCELLED, DeliveryStatus.UNAVAILABLE):
        sent(session, batch, status, cost=500)
    sent(session, batch, DeliveryStatus.SENT, cost=1_000, at=FIRST)
    sent(session, batch, DeliveryStatus.SENT, cost=9_000, at=FIRST - timedelta(seconds=1))
    old = batch_of(session, account, ward, ended_at=FIRST - timedelta(days=3))
    sent(session, old, DeliveryStatus.SENT, cost=9_000, at=FIRST - timedelta(days=3))

    [card] = channel_usage.listing(session, actor=admin)

    assert (card.used, card.cost, card.unknown) == (5, 3_000, 1)
    assert channel_usage.one(session, actor=admin, account_id=account.id).cost == 3_000


def test_a_reserve_is_kept_back_from_what_is_left(session: Session, ward: Unit, admin: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA, quota_left=3, reserve=1)
    make_account(session, unit=ward, channel=Channel.ZNS, quota_left=1, reserve=2)
    make_account(session, unit=ward, channel=Channel.SMS, reserve=2)

    cards = channel_usage.listing(session, actor=admin)

    assert [card.free_quota for card in cards] == [2, 0, None]
    assert [card.account.channel for card in channel_usage.waiting_for(cards)] == [Channel.ZNS]
    assert Channel.SMS not in channel_usage.channels_left(cards)
    assert Channel.EMAIL in channel_usage.channels_left(cards)


def test_broken_ones_wait_first(session: Session, ward: Unit, admin: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZALO_OA, quota_left=0)
    make_account(session, unit=ward, channel=Channel.SMS, state=AccountState.BROKEN)

    waiting = channel_usage.waiting_for(channel_usage.listing(session, actor=admin))

    assert [card.account.channel for card in waiting] == [Channel.SMS, Channel.ZALO_OA]


def test_a_ward_sees_what_it_may_send_by_and_changes_only_its_own(session: Session) -> None:
    province = make_unit(session, kind=UnitKind.PROVINCE)
    ward, other = (make_unit(session, parent=province, kind=UnitKind.COMMUNE) for _ in range(2))
    make_account(session, unit=province, channel=Channel.ZNS)
    make_account(session, unit=ward, channel=Channel.SMS)
    make_account(session, unit=other, channel=Channel.EMAIL)
    admin = make_actor(session, unit=ward, role=Role.ADMIN)

    by_place = channel_usage.listing(session, actor=admin, unit_id=ward.id)

    assert [(card.account.channel, card.is_own) for card in by_place] == [(Channel.ZNS, False), (Channel.SMS, True)]
    assert [card.account.channel for card in channel_usage.listing(session, actor=admin)] == [Channel.SMS]
    with pytest.raises(NotFound):
        channel_usage.listing(session, actor=admin, unit_id=other.id)
    with pytest.raises(NotAllowed):
        channel_usage.listing(session, actor=make_actor(session, unit=ward, role=Role.OFFICIAL))


def test_a_tired_provider_rests_until_it_may_be_tried(session: Session, ward: Unit, admin: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.SMS, open_until=TODAY + timedelta(days=1))
    make_account(session, unit=ward, channel=Channel.ZNS, open_until=TODAY - timedelta(days=1))

    assert [card.is_resting for card in channel_usage.listing(session, actor=admin)] == [False, True]
