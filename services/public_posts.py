"""What leaves for everybody at once: a post on the page, an article to all followers, a message in a group the account owns.

A page and an article leave only where the author named them: there is no taking back, and an article is one shot a day.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from core import clock
from core.db import upsert
from core.ids import new_id
from models import Announcement, Audience, Channel, Delivery, DeliveryStatus, Group, Model, RecipientKind, Unit
from services import access, batches, reach_rules
from services.presence import stands
from services.reach_rules import Account

NAMED = (Channel.FACEBOOK, Channel.ZALO_BROADCAST)
EVERYBODY = "*"


def publish(session: Session, *, announcement: Announcement) -> int:
    """Write what leaves for everybody, once an announcement; how many rows."""
    ward = access.commune_of(session, session.get_one(Unit, announcement.unit_id))
    accounts = {channel: one for channel, one in reach_rules.accounts(session, ward=ward).items() if one.works}
    named = [Channel(name) for name in announcement.plan.get("channels", [])]
    written = 0
    for channel in NAMED:
        if channel in named and channel in accounts:
            written += _write(session, announcement, accounts[channel], RecipientKind.PAGE, {EVERYBODY: EVERYBODY})
    if Channel.ZALO_GROUP in accounts and (not named or Channel.ZALO_GROUP in named):
        groups = {external: str(id_) for id_, external in _owned_groups(session, announcement)}
        written += _write(session, announcement, accounts[Channel.ZALO_GROUP], RecipientKind.GROUP, groups)
    return written


def _owned_groups(session: Session, announcement: Announcement) -> list[tuple[UUID, str]]:
    audience = session.scalars(select(Audience).where(col(Audience.announcement_id) == announcement.id)).all()
    units = session.scalars(select(Unit).where(col(Unit.id).in_([entry.unit_id for entry in audience]))).all()
    within = [access.path_range(unit.path) for unit in units]
    found: list[tuple[UUID, str]] = []
    for one in within:
        rows = session.execute(
            select(col(Group.id), col(Group.external_id))
            .join(Unit, col(Unit.id) == col(Group.unit_id))
            .where(one, col(Group.channel) == Channel.ZALO_GROUP, col(Group.external_id).is_not(None), stands(clock.today()))
        )
        found += [(id_, external) for id_, external in rows]
    return found


def _write(
    session: Session, announcement: Announcement, account: Account, kind: RecipientKind, receivers: dict[str, str]
) -> int:  # fmt: skip
    now = clock.now()
    names = [f"{announcement.id}:{account.channel.value}:{name}" for name in receivers.values()]
    have = set(session.scalars(select(col(Delivery.idempotency_key)).where(col(Delivery.idempotency_key).in_(names))))
    new = [(to, name) for to, name in zip(receivers, names, strict=True) if name not in have]
    made = batches.begin(session, announcement=announcement, channel=account.channel, rows=len(new))
    rows = [
        _row(announcement, account, kind, to, name, made[place // batches.SIZE], now) for place, (to, name) in enumerate(new)
    ]  # fmt: skip
    upsert(session, Model.metadata.tables["delivery"], rows, key=["idempotency_key"])
    return len(rows)


def _row(
    announcement: Announcement, account: Account, kind: RecipientKind, to: str, name: str, batch_id: UUID, now: datetime
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": new_id(), "created_at": now, "announcement_id": announcement.id, "channel": account.channel, "recipient_kind": kind,
        "recipient_id": to, "idempotency_key": name, "status": DeliveryStatus.QUEUED, "attempts": 0, "cost": account.price,
        "updated_at": now, "batch_id": batch_id,
    }  # fmt: skip
