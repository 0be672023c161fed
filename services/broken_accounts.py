"""Accounts that a provider no longer lets in: whoever sends by them is told on the first screen, not only who looks for it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from models import AccountState, Batch, Channel, ChannelAccount, Delivery, Unit, lineage
from services import access
from services.access import Actor, May
from services.batches import WAITING


@dataclass(frozen=True)
class BrokenAccount:
    """One of them."""

    account_id: UUID
    channel: Channel
    why: str  # to be translated
    waiting: int  # messages that leave once it is mended
    may_mend: bool  # whether the reader is who can do it


def of(session: Session, *, actor: Actor) -> list[BrokenAccount]:
    """Those the actor's units send by, the one for which most waits first. Two queries at most.

    Raises:
        NotAllowed: the actor writes no announcements.
    """
    access.require(actor, May.SEE_BROKEN_CHANNELS)
    sends_by = or_(access.path_range(actor.unit_path), col(Unit.id).in_(lineage(actor.unit_path)))
    found = session.exec(
        select(ChannelAccount, Unit.path)
        .join(Unit, col(Unit.id) == col(ChannelAccount.unit_id))
        .where(col(ChannelAccount.state) == AccountState.BROKEN, sends_by)
    ).all()
    waiting = _waiting(session, [account.id for account, _ in found], actor) if found else {}
    listed = [
        BrokenAccount(
            account.id, account.channel, account.message, waiting.get(account.id, 0),
            may_mend=access.may(actor, May.KEEP_CHANNELS) and path.startswith(actor.unit_path),
        )
        for account, path in found
    ]  # fmt: skip
    return sorted(listed, key=lambda one: (-one.waiting, one.channel))


def _waiting(session: Session, account_ids: list[UUID], actor: Actor) -> dict[UUID, int]:
    counted = session.exec(
        select(Batch.account_id, func.count())
        .join(Delivery, col(Delivery.batch_id) == col(Batch.id))
        .join(Unit, col(Unit.id) == col(Batch.ward_id))
        .where(
            col(Batch.account_id).in_(account_ids), col(Batch.ended_at).is_(None), col(Delivery.status).in_(WAITING),
            access.path_range(actor.unit_path),
        )
        .group_by(col(Batch.account_id))
    )  # fmt: skip
    return {account_id: int(count) for account_id, count in counted if account_id}
