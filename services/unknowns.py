"""Messages of which nobody knows whether they left: an answer was lost. A person decides, once for all that stand so.

Before something that everybody sees is sent again its provider is asked whether it is there.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import Session, col

from core import clock
from core.db import changed
from core.errors import Invalid, NotAllowed
from core.i18n import N_
from models import LEFT, Announcement, Batch, Channel, ChannelAccount, Delivery, DeliveryStatus, Model, Trouble
from services import access, audit, batches, channel_accounts, drafts, messages
from services.access import Actor, May
from services.ports import ports
from services.senders import Accepted, AccountBroken, AccountKeys, Message, Outcome, Rejected, Unavailable
from services.written_outcomes import Row

_LEDGER = Model.metadata.tables["delivery"]
ASKABLE = (Channel.FACEBOOK,)  # where the provider can be asked, and must be before it is sent again
FAILED = N_("Cán bộ xác nhận là tin không đi.")


class Decision(StrEnum):
    """What a person says of them."""

    SENT = "sent"
    FAILED = "failed"
    RESEND = "resend"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "sent": N_("Coi như đã gửi"), "failed": N_("Coi như không gửi được"), "resend": N_("Gửi lại"),
        }[self]  # fmt: skip


def count(session: Session, *, actor: Actor, announcement_id: UUID) -> dict[Channel, int]:
    """How many messages of each channel wait for a decision.

    Raises:
        NotAllowed: the actor does not write. NotFound: there is no such announcement in the actor's sight.
    """
    access.require(actor, May.WATCH)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id)
    found = session.execute(select(_LEDGER.c.channel, func.count()).where(_unknown(item.id)).group_by(_LEDGER.c.channel))
    return {channel: int(n) for channel, n in found}


def settle(
    session: Session, *, actor: Actor, announcement_id: UUID, decision: Decision, channels: Sequence[Channel] = (),
    expected: int | None = None, found: Mapping[UUID, Outcome] | None = None,
) -> int:  # fmt: skip
    """Decide about every message that stands so, or those of some channels; how many. Decided twice it is decided once.

    `expected` is the number that the person saw; `found` what providers said when they were asked (`look_back`): what is
    there is never sent again, whatever was decided.

    Raises:
        Invalid: more stand so by now than the person saw; or it is to be sent again and its provider was not asked, does not
            say, or the announcement is withdrawn or over.
        NotAllowed: the actor does not approve. NotFound: there is no such announcement in the actor's sight.
    """
    access.require(actor, May.SETTLE_UNKNOWN)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id, for_change=True)
    seen = found or {}
    settled = _settle_found(session, item, seen)
    which = _unknown(item.id)
    if channels:
        which &= _LEDGER.c.channel.in_(channels)
    now = clock.now()
    if decision is Decision.RESEND:
        settled += _send_again(session, item, which, seen)
    else:
        values: dict[str, Any] = {"status": DeliveryStatus.SENT, "error": None, "trouble": None, "sent_at": now}
        if decision is Decision.FAILED:
            values = {"status": DeliveryStatus.REJECTED, "error": FAILED, "trouble": Trouble.UNKNOWN, "cost": 0}
        settled += changed(session, update(_LEDGER).where(which).values(updated_at=now, next_at=None, **values))
    if expected is not None and settled > expected:
        raise Invalid(N_("Nay có {n} tin chưa rõ, nhiều hơn số vừa xem. Xin xem lại rồi bấm lại."), n=settled)
    if settled:
        audit.record(
            session, actor=actor, action="announcement.settled", subject_kind="announcement", subject_id=item.id,
            decision=decision.value, settled=settled, channels=[channel.value for channel in channels],
        )  # fmt: skip
    return settled


def _send_again(session: Session, item: Announcement, which: ColumnElement[bool], seen: Mapping[UUID, Outcome]) -> int:
    if item.status not in LEFT:
        raise NotAllowed(N_("Thông báo này không còn đang gửi."))
    if item.has_expired(clock.now()):
        raise Invalid(N_("Thông báo này đã hết hiệu lực, không gửi lại được."))
    waiting = session.execute(select(_LEDGER.c.id, _LEDGER.c.channel).where(which).order_by(_LEDGER.c.channel, _LEDGER.c.id))
    by_channel: dict[Channel, list[UUID]] = {}
    for id_, channel in waiting:
        by_channel.setdefault(channel, []).append(id_)
    for channel in ASKABLE:
        if any(not isinstance(seen.get(id_), Unavailable) for id_ in by_channel.get(channel, ())):
            raise Invalid(N_("Chưa hỏi được nhà cung cấp bài đã lên hay chưa. Thử lại sau, hoặc tự mở trang xem rồi chọn."))
    sent_again = 0
    for channel, ids in by_channel.items():
        made = batches.begin(session, announcement=item, channel=channel, rows=len(ids))
        for place, batch_id in enumerate(made):
            some = ids[place * batches.SIZE : (place + 1) * batches.SIZE]
            values = {
                "status": DeliveryStatus.QUEUED, "error": None, "trouble": None, "next_at": None, "batch_id": batch_id,
                "updated_at": clock.now(),
            }  # fmt: skip
            sent_again += changed(session, update(_LEDGER).where(_LEDGER.c.id.in_(some)).values(values))
    return sent_again


def _settle_found(session: Session, item: Announcement, seen: Mapping[UUID, Outcome]) -> int:
    """What the providers know for certain is not for a person to decide."""
    settled, now = 0, clock.now()
    for id_, outcome in seen.items():
        values: dict[str, Any] = {}
        if isinstance(outcome, Accepted):
            values = {"status": DeliveryStatus.SENT, "error": None, "trouble": None, "sent_at": now}
            values |= {"provider_message_id": outcome.message_id} if outcome.message_id else {}
        elif isinstance(outcome, Rejected):
            values = {"status": DeliveryStatus.REJECTED, "error": outcome.reason, "trouble": outcome.trouble}
        if values:
            named = _unknown(item.id) & (_LEDGER.c.id == id_)
            settled += changed(session, update(_LEDGER).where(named).values(updated_at=now, **values))
    return settled


def _unknown(announcement_id: UUID) -> ColumnElement[bool]:
    return (_LEDGER.c.announcement_id == announcement_id) & (_LEDGER.c.status == DeliveryStatus.UNKNOWN)


# ---- asking the providers, outside of any transaction


@dataclass(frozen=True)
class Question:
    """A message whose provider can be asked what became of it."""

    delivery_id: UUID
    channel: Channel
    keys: AccountKeys
    message: Message


def to_ask(session: Session, *, actor: Actor, announcement_id: UUID) -> list[Question]:
    """The messages nobody knows about whose providers can be asked.

    Raises:
        NotAllowed, NotFound: as `settle`.
    """
    access.require(actor, May.SETTLE_UNKNOWN)
    item = drafts.get(session, actor=actor, announcement_id=announcement_id)
    found = session.execute(
        select(Delivery, ChannelAccount)
        .join(Batch, col(Batch.id) == col(Delivery.batch_id))
        .join(ChannelAccount, col(ChannelAccount.id) == col(Batch.account_id))
        .where(_unknown(item.id), col(Delivery.channel).in_(ASKABLE))
    ).all()
    asked = []
    for row, account in found:
        sender = ports().senders.get(row.channel)
        if sender is None:
            continue
        try:
            keys = channel_accounts.keys(session, account=account)
        except AccountBroken:
            continue
        said = messages.wording(
            session, announcement=item, channel=row.channel, account_settings=keys.settings, longest=sender.longest
        )  # fmt: skip
        ledger_row = Row(row.id.hex, row.recipient_id, row.attempts, row.idempotency_key)
        [message] = messages.for_rows(session, said, [ledger_row])
        if isinstance(message, Message):
            asked.append(Question(row.id, row.channel, keys, message))
    return asked


def look_back(questions: Sequence[Question]) -> dict[UUID, Outcome]:
    """Ask the providers. Takes seconds, needs no database; what nobody can say is not among the answers."""

    async def ask() -> list[Outcome | None]:
        return await asyncio.gather(
            *(ports().senders[one.channel].look_for(one.keys, one.message) for one in questions)
        )  # fmt: skip

    answers = asyncio.run(ask()) if questions else []
    return {one.delivery_id: answer for one, answer in zip(questions, answers, strict=True) if answer is not None}
