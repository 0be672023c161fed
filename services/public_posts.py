"""What leaves for many at once: a post, an article to all followers, a message in an account's own group, a letter to an office.

A page and an article leave only where the author named them: there is no taking back, and an article is one shot a day.
"""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from core import clock
from core.db import upsert
from core.ids import new_id
from models import Announcement, Audience, Channel, Delivery, DeliveryStatus, Group, Model, RecipientKind, Unit
from services import access, also_groups, batches, reach_rules
from services.presence import stands

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
            written += _write(session, announcement, channel, accounts[channel].price, RecipientKind.PAGE, {EVERYBODY: EVERYBODY})
    if Channel.ZALO_GROUP in accounts and (not named or Channel.ZALO_GROUP in named):
        groups = {external: str(id_) for id_, external in _owned_groups(session, announcement)}
        price = accounts[Channel.ZALO_GROUP].price
        written += _write(session, announcement, Channel.ZALO_GROUP, price, RecipientKind.GROUP, groups)
    letters = {to: str(id_) for to, id_ in also_groups.mailboxes(session, announcement=announcement).items()}
    if letters:  # somebody chose them: without an account the ledger says that nothing left
        written += _write(session, announcement, Channel.EMAIL, 0, RecipientKind.MAIL, letters)
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
    session: Session, announcement: Announcement, channel: Channel, price: int, kind: RecipientKind, receivers: dict[str, str]
) -> int:  # fmt: skip
    now = clock.now()
    names = [f"{announcement.id}:{channel.value}:{name}" for name in receivers.values()]
    have = set(session.scalars(select(col(Delivery.idempotency_key)).where(col(Delivery.idempotency_key).in_(names))))
    new = [(to, name) for to, name in zip(receivers, names, strict=True) if name not in have]
    made = batches.begin(session, announcement=announcement, channel=channel, rows=len(new))
    rows = [
        {
            "id": new_id(), "created_at": now, "announcement_id": announcement.id, "channel": channel, "recipient_kind": kind,
            "recipient_id": to, "idempotency_key": name, "status": DeliveryStatus.QUEUED, "attempts": 0, "cost": price,
            "updated_at": now, "batch_id": made[place // batches.SIZE],
        }
        for place, (to, name) in enumerate(new)
    ]  # fmt: skip
    upsert(session, Model.metadata.tables["delivery"], rows, key=["idempotency_key"])
    return len(rows)
