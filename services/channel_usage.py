"""What goes through the accounts: how each stands, what is left of its quota, what it has cost this month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from core import clock
from models import AccountState, Batch, Channel, ChannelAccount, Delivery, DeliveryStatus, Unit, lineage
from services import access, channel_accounts
from services.access import Actor, May
from services.channel_fields import OA, ORDER

LEFT = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.UNKNOWN)  # may have been paid for


@dataclass(frozen=True)
class AccountCard:
    """An account as its screen shows it. No secret is in it, only which are kept."""

    account: ChannelAccount
    unit_name: str
    unit_code: str
    is_own: bool  # it may be changed by who looks: it belongs to a unit in their sight
    secrets: frozenset[str]
    tokens_at: UUID | None  # the account of the same official account that keeps its tokens, where that is another one
    used: int  # messages that have left this month
    cost: int  # đồng this month
    unknown: int  # of these, messages whose answer was lost

    @property
    def is_resting(self) -> bool:
        """Whether its provider has failed so often that nothing is tried for a while."""
        return self.account.open_until is not None and self.account.open_until > clock.now()

    @property
    def free_quota(self) -> int | None:
        """What is left for anything but an emergency; None where the provider tells no quota."""
        left = self.account.quota_left
        return None if left is None else max(0, left - self.account.reserve)

    @property
    def is_low(self) -> bool:
        """Whether a tenth of its quota or less is left for anything but an emergency."""
        free, total = self.free_quota, self.account.quota_total
        return free is not None and (free == 0 or (total is not None and free * 10 <= total))

    @property
    def is_checked(self) -> bool:
        """Whether its provider has ever been asked."""
        return self.account.checked_at is not None


def listing(session: Session, *, actor: Actor, unit_id: UUID | None = None) -> list[AccountCard]:
    """The accounts in the actor's sight, or those a unit can send by: its own and those above it. Three queries.

    Raises:
        NotAllowed: the actor is no admin. NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_CHANNELS)
    wanted = select(ChannelAccount, Unit).join(Unit, col(Unit.id) == col(ChannelAccount.unit_id))
    if unit_id is None:
        wanted = wanted.where(access.path_range(actor.unit_path))
    else:
        unit = access.unit_for(session, actor=actor, unit_id=unit_id)
        wanted = wanted.where(col(Unit.id).in_(lineage(unit.path)))
    rows = session.exec(wanted).all()
    spent = this_month(session, account_ids=[account.id for account, _ in rows])
    holders = {account.unit_id: account.id for account, _ in rows if account.channel in OA and account.settings.get("app_id")}
    cards = [
        _card(actor, account, unit, spent.get(account.id, (0, 0, 0)), holders.get(account.unit_id)) for account, unit in rows
    ]
    return sorted(cards, key=lambda card: (ORDER.index(card.account.channel), len(card.unit_code), card.unit_code))


def one(session: Session, *, actor: Actor, account_id: UUID) -> AccountCard:
    """One account as its screen shows it.

    Raises:
        NotAllowed, NotFound: as `channel_accounts.get`.
    """
    account = channel_accounts.get(session, actor=actor, account_id=account_id)
    unit = session.get_one(Unit, account.unit_id)
    holder = channel_accounts.holder_of(session, account=account)
    spent = this_month(session, account_ids=[account.id])
    return _card(actor, account, unit, spent.get(account.id, (0, 0, 0)), holder.id)


def this_month(session: Session, *, account_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """By account: messages that have left since the first of this month here, what they cost, and how many are unknown.

    The caller has narrowed by its actor.
    """
    if not account_ids:
        return {}
    begin = month_begin()
    at = func.coalesce(col(Delivery.sent_at), col(Delivery.updated_at))
    unknown = func.sum(case((col(Delivery.status) == DeliveryStatus.UNKNOWN, 1), else_=0))
    counted = session.exec(
        select(Batch.account_id, func.count(), func.sum(Delivery.cost), unknown)
        .join(Delivery, col(Delivery.batch_id) == col(Batch.id))
        .where(
            col(Batch.account_id).in_(account_ids), col(Batch.ended_at).is_(None) | (col(Batch.ended_at) >= begin),
            col(Delivery.status).in_(LEFT), at >= begin,
        )
        .group_by(col(Batch.account_id))
    )  # fmt: skip
    return {account: (int(count), int(cost or 0), int(lost or 0)) for account, count, cost, lost in counted if account}


def month_begin() -> datetime:
    """The first instant of this month on the clocks of this place."""
    return clock.midnight(clock.today().replace(day=1))


def waiting_for(cards: Sequence[AccountCard]) -> list[AccountCard]:
    """Those that somebody must look at: broken ones first, then those whose free quota is gone."""
    broken = [card for card in cards if card.account.state is AccountState.BROKEN]
    return broken + [card for card in cards if card not in broken and card.free_quota == 0]


def worst_first(cards: Sequence[AccountCard]) -> list[AccountCard]:
    """Those somebody must look at, then those that stand still or are nearly used up, then the others."""
    first = waiting_for(cards)
    rest = [card for card in cards if card not in first]
    still = [card for card in rest if card.account.state is AccountState.PAUSED or card.is_resting or card.is_low]
    return first + still + [card for card in rest if card not in still]


def channels_left(cards: Sequence[AccountCard]) -> list[Channel]:
    """Channels that nobody here has an account of."""
    used = {card.account.channel for card in cards}
    return [channel for channel in ORDER if channel not in used]


def _card(
    actor: Actor, account: ChannelAccount, unit: Unit, spent: tuple[int, int, int], holder_id: UUID | None
) -> AccountCard:  # fmt: skip
    used, cost, unknown = spent
    is_own = unit.path.startswith(actor.unit_path)
    return AccountCard(
        account=account, unit_name=unit.name, unit_code=unit.code, is_own=is_own,
        secrets=channel_accounts.secret_names(account) if is_own else frozenset(),
        tokens_at=holder_id if holder_id and holder_id != account.id and account.channel in OA else None,
        used=used, cost=cost, unknown=unknown,
    )  # fmt: skip
