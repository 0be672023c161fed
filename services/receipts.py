"""What providers tell us, stored once and worked off after the answer: receipts move the ledger forward, never back.

The end is the same in whatever order and however often things are told. A receipt for a message whose answer is not yet written
down waits for it, for a day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, bindparam, delete, func, or_, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from core import clock
from core.db import changed, upsert
from core.i18n import N_
from core.ids import new_id
from models import Delivery, DeliveryStatus, InquiryChannel, Model, OptOutCause, WebhookEvent
from services import bot_links, inquiry_intake, inquiry_webhooks, opt_outs
from services.told import Told

AT_ONCE = 500
WAITS = timedelta(days=1)  # for the message it is about
UNKNOWN = N_("Chưa biết loại tin này; không làm gì.")
KNOWN = frozenset(
    (
        "follow", "unfollow", "block", "user_withdraw", "sms_stop", "sms_back", "sms_report", "user_received_message",
        "user_seen_message", "feed.add", "message.echo", "comment.echo", "oa_send_text",
    )
)  # fmt: skip
UNREACHED = N_("Nhà mạng báo không tới được máy này.")
# How far a delivery has come. A receipt only moves it to a higher one; what was cancelled before it left stays so.
RANK = {
    status: place
    for place, status in enumerate(
        (
            DeliveryStatus.QUEUED, DeliveryStatus.SENDING, DeliveryStatus.UNAVAILABLE, DeliveryStatus.UNKNOWN,
            DeliveryStatus.SENT, DeliveryStatus.REJECTED, DeliveryStatus.DELIVERED, DeliveryStatus.READ,
        )
    )
}  # fmt: skip
TOLD = (DeliveryStatus.SENT, DeliveryStatus.REJECTED, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
_EVENTS, _LEDGER = (Model.metadata.tables[name] for name in ("webhookevent", "delivery"))
log = structlog.get_logger()


@dataclass(frozen=True)
class Done:
    """What one round did."""

    events: int  # worked off
    moved: int  # deliveries that have come further
    waiting: int  # looked at, and left for later
    last: UUID | None = None  # the last one looked at


def keep(session: Session, *, provider: str, told: Sequence[Told]) -> int:
    """Store what was told; how much of it is new. Told again it is the same row.

    What is kept is what has to be done, not what was said; it is emptied once it is done.
    """
    rows: dict[str, dict[str, Any]] = {
        one.digest: {
            "id": new_id(), "created_at": clock.now(), "provider": provider, "name": one.name, "digest": one.digest,
            "body": _body(one), "problem": "",
        } for one in told
    }  # fmt: skip
    known = set(session.exec(select(WebhookEvent.digest).where(col(WebhookEvent.digest).in_(rows))))
    upsert(session, _EVENTS, [row for digest, row in rows.items() if digest not in known], key=["digest"])
    return len(rows) - len(known)


def work_off(session: Session, *, again: bool = False, after: UUID | None = None, limit: int = AT_ONCE) -> Done:
    """Do what the next events ask for, in the order they came. `again` takes those too that were left for later before,
    `after` the last one looked at, and gives up what waits for too long.
    """
    wanted = select(WebhookEvent).where(col(WebhookEvent.done_at).is_(None))
    if not again:
        wanted = wanted.where(col(WebhookEvent.problem) == "")
    if after is not None:
        wanted = wanted.where(col(WebhookEvent.id) > after)
    events = session.exec(wanted.order_by(col(WebhookEvent.id)).limit(limit).with_for_update(skip_locked=True)).all()
    told = {event.id: _told(event) for event in events}
    receipts = [(event, told[event.id]) for event in events if told[event.id].status and told[event.id].is_sure]
    found = _deliveries(session, [one for _, one in receipts])
    moved = _move(session, [(one, row) for _, one in receipts for row in _of(found, one)])
    done: list[WebhookEvent] = []
    for event in events:
        one = told[event.id]
        if one.status is None:
            if not _do(session, event, one):
                _later(event, N_("Chưa thấy tin mà việc này nói tới."))
                continue
        elif not one.is_sure or not _of(found, one):
            _later(event, N_("Chưa thấy tin này trong sổ gửi."))
            continue
        done.append(event)
    now = clock.now()
    for event in done:
        event.done_at, event.body = now, {}
        is_known = told[event.id].status or event.name in KNOWN or event.name.startswith(inquiry_webhooks.WRITTEN)
        event.problem = "" if is_known else UNKNOWN
    return Done(len(done), moved, len(events) - len(done), events[-1].id if events else None)


def unsure(
    session: Session, *, provider: str, after: UUID | None = None, limit: int = AT_ONCE
) -> list[tuple[UUID, Told, Delivery | None]]:
    """What anybody could have said, in the order it came, with the delivery it is about: the provider is to be asked."""
    wanted = select(WebhookEvent).where(WebhookEvent.provider == provider, col(WebhookEvent.done_at).is_(None))
    if after is not None:
        wanted = wanted.where(col(WebhookEvent.id) > after)
    events = session.exec(wanted.order_by(col(WebhookEvent.id)).limit(limit)).all()
    asked = [(event.id, one) for event in events if not (one := _told(event)).is_sure]
    found = _deliveries(session, [one for _, one in asked])
    ids = {row.id for rows in found.values() for row in rows}
    deliveries = {row.id: row for row in session.exec(select(Delivery).where(col(Delivery.id).in_(ids)))}
    of = {event_id: next((deliveries[row.id] for row in _of(found, one)), None) for event_id, one in asked}
    return [(event_id, one, of[event_id]) for event_id, one in asked]


def confirm(session: Session, *, statuses: dict[UUID, DeliveryStatus]) -> None:
    """What the provider says of events nobody had to believe: they are sure now, and it is its word that counts."""
    for event in session.exec(
        select(WebhookEvent).where(col(WebhookEvent.id).in_(statuses), col(WebhookEvent.done_at).is_(None))
    ):
        event.body = event.body | {"is_sure": True, "status": statuses[event.id].value}
        event.problem = ""


def old(before: datetime) -> ColumnElement[bool]:
    """Events worked off before an instant."""
    return col(WebhookEvent.done_at) < before


def forget_old(session: Session, *, before: datetime) -> int:
    """Forget what was worked off before an instant; how many."""
    return changed(session, delete(WebhookEvent).where(old(before)))


def waiting(session: Session) -> int:
    """How many events are not worked off."""
    return session.exec(select(func.count()).select_from(WebhookEvent).where(col(WebhookEvent.done_at).is_(None))).one()


def unknown(session: Session) -> list[tuple[str, str, int]]:
    """What providers told of late that means nothing here: provider, event, how often."""
    n = func.count()
    found = session.execute(
        sa_select(_EVENTS.c.provider, _EVENTS.c.name, n)
        .where(_EVENTS.c.problem == UNKNOWN)
        .group_by(_EVENTS.c.provider, _EVENTS.c.name)
        .order_by(n.desc(), _EVENTS.c.name)
        .limit(50)
    )
    return [(provider, name, int(count)) for provider, name, count in found]


# ---- the ledger


@dataclass(frozen=True)
class _Row:
    id: UUID
    announcement_id: UUID | None  # None: an answer to what somebody asked
    status: DeliveryStatus
    delivered_at: datetime | None
    read_at: datetime | None


Found = Mapping[str, Sequence[_Row]]  # by our key, and by the provider's number


def _deliveries(session: Session, told: Iterable[Told]) -> Found:
    """The rows that these receipts are about, held until the transaction ends, in the order in which everybody takes them."""
    keys = {UUID(hex=one.delivery_key) for one in told if _is_key(one.delivery_key)}
    numbers = {number for one in told for number in one.provider_message_ids}
    if not keys and not numbers:
        return {}
    names = ("id", "announcement_id", "status", "provider_message_id", "delivered_at", "read_at")
    rows = session.execute(
        sa_select(*[_LEDGER.c[name] for name in names])
        .where(or_(_LEDGER.c.id.in_(keys), _LEDGER.c.provider_message_id.in_(numbers)))
        .order_by(_LEDGER.c.id)
        .with_for_update()
    )
    found: dict[str, list[_Row]] = {}
    for one in rows:
        row = _Row(one.id, one.announcement_id, DeliveryStatus(one.status), one.delivered_at, one.read_at)
        found.setdefault(row.id.hex, []).append(row)
        if one.provider_message_id:
            found.setdefault(one.provider_message_id, []).append(row)
    return found


def _of(found: Found, one: Told) -> list[_Row]:
    return [row for name in (one.delivery_key, *one.provider_message_ids) for row in found.get(name, ())]


def _move(session: Session, pairs: Sequence[tuple[Told, _Row]]) -> int:
    """Move each row as far as what was told of it says; one statement, however many."""
    rows = {row.id: row for _, row in pairs}
    after = {id_: (row.status, row.delivered_at, row.read_at) for id_, row in rows.items()}
    for one, row in pairs:
        status, delivered_at, read_at = after[row.id]
        if one.status is None or status is DeliveryStatus.CANCELLED:
            continue
        if one.status is DeliveryStatus.DELIVERED:
            delivered_at = min(filter(None, (delivered_at, one.at)))
        elif one.status is DeliveryStatus.READ:
            read_at = min(filter(None, (read_at, one.at)))
        after[row.id] = (max(status, one.status, key=RANK.__getitem__), delivered_at, read_at)
    now, values = clock.now(), []
    for id_, (status, delivered_at, read_at) in sorted(after.items()):
        if (status, delivered_at, read_at) == (rows[id_].status, rows[id_].delivered_at, rows[id_].read_at):
            continue
        is_failed = status is DeliveryStatus.REJECTED
        values.append(
            {
                "b_id": id_, "b_status": status, "b_delivered": delivered_at, "b_read": read_at, "b_now": now,
                "b_error": UNREACHED if is_failed else None, "b_trouble": "recipient" if is_failed else None,
            }
        )  # fmt: skip
        log.info(
            "delivery.receipt", announcement_id=str(rows[id_].announcement_id or ""), delivery_id=str(id_), status=status.value
        )
    if values:
        statement = (
            update(_LEDGER)
            .where(_LEDGER.c.id == bindparam("b_id"))
            .values(
                status=bindparam("b_status"), delivered_at=bindparam("b_delivered"), read_at=bindparam("b_read"),
                error=bindparam("b_error"), trouble=bindparam("b_trouble"), updated_at=bindparam("b_now"),
            )
        )  # fmt: skip
        session.connection().execute(statement, values)
    return len(values)


# ---- everything else


def _do(session: Session, event: WebhookEvent, one: Told) -> bool:
    """Who came, went, wrote, or wants to be forgotten. What else providers tell has no meaning here. False: not yet."""
    if one.code:
        bot_links.link(session, code=one.code, chat_id=one.chat_id)
    elif one.name.startswith(inquiry_webhooks.WRITTEN):
        return inquiry_webhooks.arrived(session, provider=event.provider, told=one)
    elif one.name == "follow":
        opt_outs.come_back(session, recipients=[one.recipient], channels=opt_outs.BY_FOLLOWING, at=one.at)
    elif one.name == "unfollow":
        _refused(session, one, OptOutCause.UNFOLLOWED)
    elif one.name == "block":
        _refused(session, one, OptOutCause.BLOCKED)
    elif one.name == "user_withdraw" and one.recipient:
        opt_outs.forget(session, user_id=one.recipient)
        inquiry_intake.forget(session, channel=InquiryChannel.ZALO, from_id=one.recipient)
    elif one.name == "sms_stop":
        opt_outs.refuse(session, recipients=[one.recipient], channels=opt_outs.BY_NUMBER, cause=OptOutCause.SMS, at=one.at)
    elif one.name == "sms_back":
        opt_outs.come_back(session, recipients=[one.recipient], channels=opt_outs.BY_NUMBER, at=one.at)
    return True


def _refused(session: Session, one: Told, cause: OptOutCause) -> None:
    opt_outs.refuse(session, recipients=[one.recipient], channels=opt_outs.BY_FOLLOWING, cause=cause, at=one.at)


def _later(event: WebhookEvent, problem: str) -> None:
    """Look at it again with the next round; given up after a day."""
    event.problem = problem
    if event.created_at < clock.now() - WAITS:
        event.done_at, event.body = clock.now(), {}


def _is_key(text: str) -> bool:
    return len(text) == 32 and all(letter in "0123456789abcdef" for letter in text)


def _body(one: Told) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(), "status": one.status.value if one.status else None, "key": one.delivery_key,
        "ids": list(one.provider_message_ids), "recipient": one.recipient, "is_sure": one.is_sure, "code": one.code,
        "chat_id": one.chat_id, "to": one.to, "said_id": one.said_id, "text": one.text, "attached": list(one.attached),
        "files": list(one.files), "from_name": one.from_name,
    }  # fmt: skip


def _told(event: WebhookEvent) -> Told:
    body = event.body
    return Told(
        name=event.name, digest=event.digest, at=datetime.fromisoformat(body["at"]),
        status=DeliveryStatus(body["status"]) if body["status"] else None, delivery_key=body["key"],
        provider_message_ids=tuple(body["ids"]), recipient=body["recipient"], is_sure=body["is_sure"],
        code=body.get("code", ""), chat_id=body.get("chat_id", ""), to=body.get("to", ""), said_id=body.get("said_id", ""),
        text=body.get("text", ""), attached=tuple(body.get("attached", ())),
        files=tuple(body.get("files", ())), from_name=body.get("from_name", ""),
    )  # fmt: skip
