"""Telling that an announcement was withdrawn to exactly those who got its text by an account, each by the way it came.

Leaders are asked on their own pages to take a post down (`services.retractions`); what an account has brought to a telephone
cannot be taken down, so a second message says that the first no longer counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Uuid, func, insert, literal, select
from sqlmodel import Session

from core import clock
from core.bulk import as_json, given
from core.errors import Invalid, NotAllowed
from core.i18n import N_, translate
from core.settings import settings
from core.sql_ids import NewIds
from models import Announcement, AnnouncementStatus, Channel, DeliveryStatus, Model, Unit
from models.base import Instant
from services import access, audit, batches, drafts, leader_messages, opt_outs, plans, reach_rules
from services.access import Actor, May
from services.paths import CALLED, FOLLOWED, ONE_BY_ONE

GOT = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.UNKNOWN)  # or may have got
STEP = "withdrawn"
TITLE_SHOWN = 80  # letters of the title in a message, which must fit where the text did
TITLE = N_("Thu hồi: {title}")
BODY = N_("Phường đã thu hồi thông báo “{title}”. Xin bà con không làm theo bản cũ; khi có tin mới phường sẽ báo.")
_LEDGER = Model.metadata.tables["delivery"]


@dataclass(frozen=True)
class ByChannel:
    """Who is still to be told on one channel, and what that costs in đồng."""

    channel: Channel
    count: int
    cost: int


@dataclass(frozen=True)
class Receivers:
    """Who got the text by an account and has not been told that it was withdrawn; and how many have been."""

    channels: list[ByChannel]
    told: int
    without_account: int = 0  # no account of the ward can reach them any more

    @property
    def count(self) -> int:
        """Messages that telling them takes."""
        return sum(one.count for one in self.channels)

    @property
    def cost(self) -> int:
        """What they cost together."""
        return sum(one.cost for one in self.channels)


def receivers(session: Session, *, actor: Actor, announcement_id: UUID) -> Receivers:
    """Who would be told now, before a withdrawal or after it; who wants no more messages is left alone.

    Raises:
        NotAllowed: the actor does not write. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WATCH)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id)
    counted = session.execute(
        select(_LEDGER.c.channel, func.count()).where(_is_due(item.id)).group_by(_LEDGER.c.channel)
    ).all()  # fmt: skip
    told = session.execute(select(func.count()).select_from(_LEDGER).where(are_of(item.id))).scalar_one()
    ward = session.get_one(Unit, item.unit_id)
    accounts, segments = reach_rules.accounts(session, ward=ward), plans.segments_of(as_withdrawn(item))
    due = {Channel(channel): int(count) for channel, count in counted}
    prices = {
        channel: one.price * (segments if channel is Channel.SMS else 1) for channel, one in accounts.items() if channel in due
    }
    found = [ByChannel(channel, due[channel], due[channel] * prices[channel]) for channel in ONE_BY_ONE if channel in prices]
    return Receivers(found, int(told), sum(count for channel, count in due.items() if channel not in prices))


def tell(session: Session, *, actor: Actor, announcement_id: UUID, expected: int) -> int:
    """Have a message leave for each of them; how many. Whoever has one gets no second, however often it is pressed.

    `expected` is the number that the person saw and said yes to.

    Raises:
        Invalid: by now it is another number. NotAllowed: it is not withdrawn, or the actor does not approve.
        NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.APPROVE)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    if item.status is not AnnouncementStatus.CANCELLED or item.sent_at is None:
        raise NotAllowed(N_("Chỉ báo thu hồi khi thông báo đã gửi và đã thu hồi."))
    due = receivers(session, actor=actor, announcement_id=announcement_id)
    if due.count != expected:
        raise Invalid(N_("Nay có {n} tin cần gửi, khác số vừa xem. Xin xem lại rồi bấm lại."), n=due.count)
    if not due.count:
        return 0
    item.paused_at = None  # what was held back is stopped by now; this is not it
    for one in due.channels:
        _write(session, item, one)
    audit.record(
        session, actor=actor, action="announcement.withdrawal_told", subject_kind="announcement", subject_id=item.id,
        messages=due.count, cost=due.cost,
    )  # fmt: skip
    return due.count


def are_of(announcement_id: UUID) -> ColumnElement[bool]:
    """Whether a row of the ledger says that this announcement was withdrawn, and is not the announcement itself."""
    return _LEDGER.c.idempotency_key.startswith(f"{announcement_id}:{STEP}:", autoescape=True)


def as_withdrawn(announcement: Announcement) -> Announcement:
    """What its receivers are told, in the ward's language, in the shape of an announcement that is stored nowhere."""
    title = announcement.title
    named = title if len(title) <= TITLE_SHOWN else f"{title[: TITLE_SHOWN - 1].rstrip()}…"
    heading, body = (translate(text, language=settings().language).format(title=named) for text in (TITLE, BODY))
    return Announcement(
        unit_id=announcement.unit_id, title=heading, body=body, must_reach_by=announcement.must_reach_by,
        expires_at=announcement.expires_at,
    )  # fmt: skip


def _is_due(announcement_id: UUID) -> ColumnElement[bool]:
    told, channel, to = _LEDGER.alias(), _LEDGER.c.channel, _LEDGER.c.recipient_id
    has_one = select(literal(1)).where(told.c.idempotency_key == _key(announcement_id)).exists()
    wants_none = (channel.in_(CALLED) & opt_outs.is_out(CALLED, to)) | (channel.in_(FOLLOWED) & opt_outs.is_out(FOLLOWED, to))
    return (
        (_LEDGER.c.announcement_id == announcement_id) & channel.in_(ONE_BY_ONE) & _LEDGER.c.status.in_(GOT)
        & ~leader_messages.are_of(announcement_id) & ~are_of(announcement_id) & (to != opt_outs.ERASED)
        & ~wants_none & ~has_one
    )  # fmt: skip


def _key(announcement_id: UUID) -> ColumnElement[str]:
    """The name of the message that takes back a row: its own, with the step in it."""
    return func.replace(_LEDGER.c.idempotency_key, f"{announcement_id}:", f"{announcement_id}:{STEP}:")


def _write(session: Session, item: Announcement, one: ByChannel) -> None:
    made: Sequence[UUID] = batches.begin(
        session, announcement=item, channel=one.channel, rows=one.count, takes_back=True
    )  # fmt: skip
    now, dialect = literal(clock.now(), Instant()), session.get_bind().dialect.name
    turn = func.row_number().over(order_by=_LEDGER.c.id).label("turn")
    columns = [_LEDGER.c.recipient_kind, _LEDGER.c.recipient_id, _key(item.id).label("name"), turn]
    each = select(*columns).where(_is_due(item.id), _LEDGER.c.channel == one.channel).subquery()
    batch = given(dialect, "batches", {"place": Integer(), "id": Uuid()})
    rows = select(
        NewIds(), now, literal(item.id), literal(one.channel.value), each.c.recipient_kind, each.c.recipient_id, each.c.name,
        literal(DeliveryStatus.QUEUED.value), literal(0), literal(one.cost // one.count), now, batch.c.id,
    ).join_from(each, batch, batch.c.place == (each.c.turn - 1) // batches.SIZE)  # fmt: skip
    names: list[Any] = [
        "id", "created_at", "announcement_id", "channel", "recipient_kind", "recipient_id", "idempotency_key", "status",
        "attempts", "cost", "updated_at", "batch_id",
    ]  # fmt: skip
    statement = insert(_LEDGER).from_select(names, rows, include_defaults=False)
    session.execute(statement, {"batches": as_json(enumerate(made))})
