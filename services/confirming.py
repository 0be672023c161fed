"""Reports that anybody could have made: the provider is asked before one is believed, and its own word counts."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from models import Batch, Channel, ChannelAccount, DeliveryStatus
from services import channel_accounts, receipts
from services.ports import ports
from services.senders import Accepted, AccountBroken, AccountKeys, Message, Outcome, Rejected

AT_ONCE = 50


@dataclass(frozen=True)
class Question:
    """A report, and what its provider is asked."""

    event_id: UUID
    keys: AccountKeys
    message: Message


@dataclass(frozen=True)
class Round:
    """The next reports: those that can be asked about, and the last one looked at (None: there are no more)."""

    questions: list[Question]
    last: UUID | None


def to_ask(session: Session, *, after: UUID | None = None) -> Round:
    """The next reports of gateways that sign nothing, after the last one looked at."""
    found = receipts.unsure(session, provider="sms", after=after, limit=AT_ONCE)
    accounts = _accounts(session, {row.batch_id for _, _, row in found if row and row.batch_id})
    questions = []
    for event_id, told, row in found:
        keys = accounts.get(row.batch_id) if row else None
        number = next(iter(told.provider_message_ids), "")
        # Of two numbers ours counts: a report may name another message than the one it is about.
        number = (row.provider_message_id or number) if row else ""
        if row and keys and number:
            questions.append(Question(event_id, keys, Message(row.id.hex, row.recipient_id, "", provider_id=number)))
    return Round(questions, found[-1][0] if found else None)


def ask(questions: Sequence[Question]) -> dict[UUID, DeliveryStatus]:
    """What the gateways say. Takes seconds, needs no database; what they cannot say yet is asked again with the next round."""
    sender = ports().senders.get(Channel.SMS)
    if sender is None or not questions:
        return {}

    async def all_of_them() -> list[Outcome | None]:
        return await asyncio.gather(*(sender.look_for(one.keys, one.message) for one in questions))

    answers = asyncio.run(all_of_them())
    said = {one.event_id: _status(answer) for one, answer in zip(questions, answers, strict=True)}
    return {event_id: status for event_id, status in said.items() if status is not None}


def _status(answer: Outcome | None) -> DeliveryStatus | None:
    if isinstance(answer, Accepted):
        return DeliveryStatus.DELIVERED
    return DeliveryStatus.REJECTED if isinstance(answer, Rejected) and answer.trouble == "recipient" else None


def _accounts(session: Session, batch_ids: set[UUID]) -> dict[UUID | None, AccountKeys]:
    found = session.exec(
        select(Batch.id, ChannelAccount)
        .join(ChannelAccount, col(ChannelAccount.id) == col(Batch.account_id))
        .where(col(Batch.id).in_(batch_ids))
    ).all()
    keys: dict[UUID, AccountKeys] = {}
    for _, account in found:
        if account.id not in keys:
            try:
                keys[account.id] = channel_accounts.keys(session, account=account)
            except AccountBroken:
                continue
    return {batch_id: keys[account.id] for batch_id, account in found if account.id in keys}
