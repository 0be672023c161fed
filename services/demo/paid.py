"""Messages that cost something: what was sent lately, and is over, went to some households outside the chats by telephone too."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from sqlmodel import Session, col, select

from models import Announcement, AsksFor, Channel, Delivery, DeliveryStatus, Household, PlannedPath, RecipientKind
from services.demo import planned
from services.demo.stage import Keys, Stage, write

EACH = 24  # households an announcement
SHORT_MESSAGES = 0.3  # go as SMS, the others over Zalo
PRICES = {Channel.ZNS: 300, Channel.SMS: 820}  # đồng, of a message and of a text of two segments
ENDS: Sequence[tuple[DeliveryStatus, int]] = (
    (DeliveryStatus.DELIVERED, 60), (DeliveryStatus.READ, 28), (DeliveryStatus.SENT, 6), (DeliveryStatus.REJECTED, 6),
)  # fmt: skip


def send(session: Session, stage: Stage) -> None:
    """Write what became of them."""
    dice, keys = stage.dice("paid"), stage.keys("paid")
    recent = (col(Announcement.sent_at) > stage.now - planned.FOR) & (col(Announcement.must_reach_by) <= stage.now)
    asking = recent & (col(Announcement.asks_for) != AsksFor.NOTHING)
    for announcement in session.exec(select(Announcement).where(asking).order_by(col(Announcement.sent_at))).all():
        outside = (
            select(Household)
            .join(PlannedPath, col(PlannedPath.household_id) == Household.id)
            .where(
                PlannedPath.announcement_id == announcement.id, PlannedPath.path == Channel.DOOR,
                col(Household.phone).is_not(None), col(Household.left_on).is_(None),
            )
            .order_by(col(Household.id))
        )  # fmt: skip
        homes = session.exec(outside).all()
        chosen = dice.sample(homes, min(EACH, len(homes)))
        write(session, "delivery", [_message(stage, announcement, home, dice, keys) for home in chosen])


def _message(stage: Stage, announcement: Announcement, home: Household, dice: Random, keys: Keys) -> dict[str, Any]:
    channel = Channel.SMS if dice.random() < SHORT_MESSAGES else Channel.ZNS
    status = dice.choices([one for one, _ in ENDS], [weight for _, weight in ENDS])[0]
    if channel is Channel.SMS and status is DeliveryStatus.READ:
        status = DeliveryStatus.DELIVERED  # nobody tells that an SMS was read
    left = (announcement.sent_at or stage.now) + timedelta(seconds=dice.randint(40, 400))
    arrived = min(left + timedelta(seconds=dice.randint(3, 90)), stage.now)
    read = min(arrived + timedelta(minutes=dice.randint(2, 300)), stage.now)
    has_arrived = status in (DeliveryStatus.DELIVERED, DeliveryStatus.READ)
    return Delivery(
        id=keys.next(), created_at=announcement.sent_at or stage.now, announcement_id=announcement.id, channel=channel,
        recipient_kind=RecipientKind.PHONE, recipient_id=home.phone or "",
        idempotency_key=f"{announcement.id}:{channel}:{home.id}", status=status, attempts=1,
        cost=0 if status is DeliveryStatus.REJECTED else PRICES[channel], sent_at=left,
        delivered_at=arrived if has_arrived else None, read_at=read if status is DeliveryStatus.READ else None,
        updated_at=read if status is DeliveryStatus.READ else arrived,
    ).model_dump()  # fmt: skip
