"""What leaves for leaders, deputies and the ward's people on duty by an account, written into the ledger once each.

Without an account nothing is written: the ward telephones (`services.calls`). A bot's message costs nothing, so it goes first.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core import clock, phones
from core.db import upsert
from core.ids import new_id
from models import (
    Announcement,
    Channel,
    Delivery,
    DeliveryStatus,
    Group,
    Model,
    RecipientKind,
    Relay,
    Role,
    Unit,
    User,
)
from services import batches, reach_rules
from services.reach_rules import Account, Duty

CHANNELS = (Channel.ZALO_BOT, Channel.SMS)
STEPS = ("remind", "remind_again", "escalate", "duty")  # what a message of this room is about, as its key says


def duty_of(session: Session, *, ward_id: UUID) -> list[Duty]:
    """Whom of a ward to fetch, in its order; nobody where it has no list."""
    return list(reach_rules.of(session, ward=session.get_one(Unit, ward_id)).duty)


def to_holders(session: Session, *, announcement: Announcement, relays: Sequence[Relay], step: str) -> int:
    """A reminder for whoever has the work of each: the leader, or the deputy it was passed on to; how many were written."""
    return _write(session, announcement, [(relay, relay.passed_on_at is not None) for relay in relays], step)


def to_deputies(session: Session, *, announcement: Announcement, relays: Sequence[Relay]) -> int:
    """The time is over: the deputy of each is asked; how many messages were written."""
    return _write(session, announcement, [(relay, True) for relay in relays], "escalate")


def to_duty(session: Session, *, announcement: Announcement) -> int:
    """The time is over: the ward's people on duty are told, once an announcement; how many messages were written."""
    account = _accounts(session, announcement.unit_id).get(Channel.SMS)
    if account is None:
        return 0
    rows = [
        _row(announcement, account, RecipientKind.PHONE, one.phone, f"{announcement.id}:duty:{one.phone}")
        for one in duty_of(session, ward_id=announcement.unit_id)
        if phones.is_mobile(one.phone)
    ]
    return _keep(session, announcement, rows)


def written(session: Session, *, announcement_ids: Sequence[UUID]) -> set[str]:
    """The keys of what was written for leaders of these announcements; see `key`."""
    found = session.exec(
        select(Delivery.idempotency_key).where(
            col(Delivery.announcement_id).in_(announcement_ids), col(Delivery.channel).in_(CHANNELS)
        )
    )
    return set(found)


def key(relay: Relay, step: str) -> str:
    """The name under which the message of a step for a relay stands in the ledger."""
    return f"{relay.announcement_id}:{step}:{relay.id}"


def are_of(announcement_id: UUID) -> ColumnElement[bool]:
    """Whether a row of the ledger is a message to whoever spreads this announcement, and not the announcement itself."""
    return or_(*[col(Delivery.idempotency_key).startswith(f"{announcement_id}:{step}:", autoescape=True) for step in STEPS])


def _write(session: Session, announcement: Announcement, work: Sequence[tuple[Relay, bool]], step: str) -> int:
    accounts = _accounts(session, announcement.unit_id)
    if not accounts or not work:
        return 0
    heads = _heads(session, {relay.group_id for relay, _ in work})
    rows = []
    for relay, is_deputys in work:
        leader, deputy = heads[relay.group_id]
        person = (deputy if is_deputys else None) or leader
        if person and (row := _to(announcement, accounts, person, key(relay, step))):
            rows.append(row)
    return _keep(session, announcement, rows)


_leader, _deputy = aliased(User), aliased(User)  # once: each costs as much as a small query


def _heads(session: Session, group_ids: set[UUID]) -> dict[UUID, tuple[User | None, User | None]]:
    """Leader and deputy of each group."""
    found = session.exec(
        select(Group.id, _leader, _deputy)
        .outerjoin(_leader, col(_leader.id) == Group.leader_id)
        .outerjoin(_deputy, col(_deputy.id) == Group.deputy_id)
        .where(col(Group.id).in_(group_ids))
    ).all()
    return {group_id: (first, second) for group_id, first, second in found}


def _to(announcement: Announcement, accounts: dict[Channel, Account], person: User, key_: str) -> dict[str, object] | None:
    """By the bot where there is one, else by SMS to a mobile; None where neither reaches."""
    if not person.is_active or person.role is Role.VIEWER:
        return None
    if bot := accounts.get(Channel.ZALO_BOT):
        return _row(announcement, bot, RecipientKind.FOLLOWER, str(person.id), key_)
    sms = accounts.get(Channel.SMS)
    if sms and person.phone and phones.is_mobile(person.phone):
        return _row(announcement, sms, RecipientKind.PHONE, person.phone, key_)
    return None


def _row(announcement: Announcement, account: Account, kind: RecipientKind, to: str, key_: str) -> dict[str, object]:
    now = clock.now()
    return {
        "id": new_id(), "created_at": now, "announcement_id": announcement.id, "channel": account.channel,
        "recipient_kind": kind, "recipient_id": to, "idempotency_key": key_, "status": DeliveryStatus.QUEUED, "attempts": 0,
        "cost": account.price, "updated_at": now,
    }  # fmt: skip


def _keep(session: Session, announcement: Announcement, rows: list[dict[str, object]]) -> int:
    """What is in the ledger already stays as it is; a batch in which nothing is left for it ends by itself."""
    for channel in CHANNELS:
        some = [row for row in rows if row["channel"] is channel]
        made = batches.begin(session, announcement=announcement, channel=channel, rows=len(some))
        for place, row in enumerate(some):
            row["batch_id"] = made[place // batches.SIZE]
    upsert(session, Model.metadata.tables["delivery"], rows, key=["idempotency_key"])
    return len(rows)


def _accounts(session: Session, ward_id: UUID) -> dict[Channel, Account]:
    """Those by which a message can leave now."""
    found = reach_rules.accounts(session, ward=session.get_one(Unit, ward_id))
    return {channel: one for channel, one in found.items() if channel in CHANNELS and one.works}
