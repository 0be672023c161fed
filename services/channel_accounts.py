"""Accounts with providers: what opens one. The secrets come out of this room only to be handed to a sender."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from core import sealed
from core.i18n import N_
from models import ChannelAccount
from services.channel_fields import OA
from services.senders import AccountBroken, AccountKeys

UNREADABLE = N_("Không mở được khóa đã lưu: khóa của hệ thống đã đổi. Nhập lại khóa của tài khoản này.")


def holder_of(session: Session, *, account: ChannelAccount) -> ChannelAccount:
    """The account that keeps the tokens: of the channels of one official account the one connected with them, else itself.

    A refresh token is good once (channels.md §1): kept twice, each refresh would lock the other out.
    """
    if account.channel not in OA or account.settings.get("app_id"):
        return account
    return holder_at(session, unit_id=account.unit_id) or account


def holder_at(session: Session, *, unit_id: UUID) -> ChannelAccount | None:
    """The account with the tokens of a unit's official account, None where it has none."""
    siblings = session.exec(
        select(ChannelAccount)
        .where(ChannelAccount.unit_id == unit_id, col(ChannelAccount.channel).in_(OA))
        .order_by(col(ChannelAccount.created_at), col(ChannelAccount.id))
    )
    return next((one for one in siblings if one.settings.get("app_id")), None)


def keys(session: Session, *, account: ChannelAccount) -> AccountKeys:
    """What a provider must know to let an account in, without `renew`.

    `account_id` is that of the account whose tokens they are (`holder_of`): renewing one renews it for all channels of an
    official account.

    Raises:
        AccountBroken: what was kept cannot be read with the app key, nor with a previous one.
    """
    holder = holder_of(session, account=account)
    try:
        secrets = _opened(holder) if holder is account else _opened(holder) | _opened(account)
    except sealed.Unreadable:
        raise AccountBroken(UNREADABLE) from None
    told = {name: str(value) for name, value in {**holder.settings, **account.settings}.items()}
    return AccountKeys(account_id=holder.id, settings=told, secrets=secrets)


def keep_tokens(session: Session, *, account_id: UUID, tokens: Mapping[str, str], good_until: datetime | None) -> None:
    """Keep a renewed pair of tokens in place of the old one, beside the other secrets. Commit before the new one is used."""
    account = session.exec(select(ChannelAccount).where(ChannelAccount.id == account_id).with_for_update()).one()
    account.secrets = sealed.seal(_opened(account) | dict(tokens), owner=_owner(account))
    account.token_until = good_until
    session.add(account)
    session.flush()


def _opened(account: ChannelAccount) -> dict[str, str]:
    return sealed.unseal(account.secrets, owner=_owner(account))


def _owner(account: ChannelAccount) -> str:
    return f"channel account {account.id}"
