"""Ending an account with a provider: its secrets are wiped, what waits for it is counted and stopped, the ledger stays."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlmodel import Session, col

from core import clock
from core.db import changed
from core.errors import Invalid
from core.i18n import N_
from models import Batch, Channel, ChannelAccount, Delivery, DeliveryStatus, Trouble
from services import audit, channel_accounts, channel_usage, proofs
from services.access import Actor
from services.batches import WAITING
from services.channel_fields import OA

STOPPED = N_("Đã ngắt tài khoản của kênh này trước khi gửi.")


@dataclass(frozen=True)
class Leaving:
    """What an account would leave behind."""

    waiting: int  # messages that have not left, and would be stopped
    announcements: int  # of so many announcements
    leans_on_it: tuple[Channel, ...]  # channels of the same official account that send by its tokens


def look(session: Session, *, actor: Actor, account_id: UUID) -> Leaving:
    """What would be stopped with an account; reads only.

    Raises:
        NotAllowed, NotFound: as `channel_accounts.get`.
    """
    account = channel_accounts.get(session, actor=actor, account_id=account_id)
    counted = select(func.count(), func.count(func.distinct(col(Delivery.announcement_id)))).where(_waits(account))
    waiting, announcements = session.execute(counted).one()
    return Leaving(int(waiting), int(announcements), _leaning(session, account))


def disconnect(session: Session, *, actor: Actor, account_id: UUID, expected: int) -> int:
    """End an account for good; how many messages that have not left are stopped, each with its reason in the ledger.

    `expected` is the number of those that the person saw and said yes to. What has left, and what it cost, stays in the ledger;
    what nobody knows of stays for a person to decide.

    Raises:
        Invalid: more are waiting by now than that, or other channels send by its tokens.
        Unproven: the actor must show a secret again. NotAllowed, NotFound: as `channel_accounts.get`.
    """
    proofs.require(actor)
    account = channel_accounts.get(session, actor=actor, account_id=account_id)
    session.execute(select(col(ChannelAccount.id)).where(col(ChannelAccount.id) == account.id).with_for_update())
    if leaning := _leaning(session, account):
        raise Invalid(
            N_("Kênh {channels} đang dùng khóa của tài khoản này. Ngắt kênh đó trước."),
            channels=", ".join(channel.value for channel in leaning),
        )
    now = clock.now()
    values: dict[str, Any] = {
        "status": DeliveryStatus.REJECTED, "trouble": Trouble.CONFIG, "error": STOPPED, "cost": 0, "next_at": None,
        "updated_at": now,
    }  # fmt: skip
    stopped = changed(session, update(Delivery).where(_waits(account)).values(**values))
    if stopped > expected:
        raise Invalid(N_("Nay có {n} tin đang chờ tài khoản này, nhiều hơn số vừa xem. Xin xem lại rồi xác nhận lại."), n=stopped)
    idle = (col(Batch.account_id) == account.id) & col(Batch.lease_until).is_(None) & col(Batch.ended_at).is_(None)
    session.execute(update(Batch).where(idle).values(ended_at=now, next_at=None))  # whoever holds one ends it by itself
    used, cost, unknown = channel_usage.this_month(session, account_ids=[account.id]).get(account.id, (0, 0, 0))
    audit.record(
        session, actor=actor, action="channel.disconnected", subject_kind="channel_account", subject_id=account.id,
        channel=account.channel.value, unit_id=str(account.unit_id), stopped=stopped, used_this_month=used, cost_this_month=cost,
        unknown_this_month=unknown,
    )  # fmt: skip
    account.secrets, account.settings = "", {}
    session.flush()
    session.delete(account)
    session.flush()
    return stopped


def _waits(account: ChannelAccount) -> ColumnElement[bool]:
    of_it = select(col(Batch.id)).where(col(Batch.account_id) == account.id)
    return col(Delivery.batch_id).in_(of_it) & col(Delivery.status).in_(WAITING)


def _leaning(session: Session, account: ChannelAccount) -> tuple[Channel, ...]:
    """Empty for an account that keeps no tokens for others."""
    if account.channel not in OA or not account.settings.get("app_id"):
        return ()
    others = channel_accounts.official(session, unit_id=account.unit_id)
    return tuple(one.channel for one in others if one.id != account.id and not one.settings.get("app_id"))
