"""Accounts with providers: connecting, changing, pausing them; what opens one.

The secrets come out of this room only to be handed to a sender.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from core import sealed
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import AccountState, Channel, ChannelAccount, Unit, UnitKind
from services import access, audit, batches, channel_values, proofs, webhook_addresses
from services.access import Actor, May
from services.channel_fields import FIELDS, OA
from services.channel_values import AccountForm
from services.senders import AccountBroken, AccountKeys

UNREADABLE = N_("Không mở được khóa đã lưu: khóa của hệ thống đã đổi. Nhập lại khóa của tài khoản này.")


def get(session: Session, *, actor: Actor, account_id: UUID) -> ChannelAccount:
    """An account of a unit in the actor's sight.

    Raises:
        NotAllowed: the actor is no admin. NotFound: there is none, or it lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_CHANNELS)
    account = session.get(ChannelAccount, account_id)
    unit = session.get(Unit, account.unit_id) if account else None
    if account is None or unit is None or not unit.path.startswith(actor.unit_path):
        raise NotFound(N_("Không tìm thấy tài khoản gửi này."))
    return account


def of_unit(session: Session, *, actor: Actor, unit_id: UUID, channel: Channel) -> ChannelAccount:
    """A unit's own account on a channel.

    Raises:
        NotAllowed: the actor is no admin. NotFound: the unit has none, or lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_CHANNELS)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    account = _own(session, unit, channel)
    if account is None:
        raise NotFound(N_("{unit} chưa có tài khoản {channel}. Dùng channel-connect."), unit=unit.name, channel=channel.value)
    return account


def connect(session: Session, *, actor: Actor, unit_id: UUID, channel: Channel, form: AccountForm) -> ChannelAccount:
    """Connect a ward, or a province for its wards, with a provider; connecting again changes what is said anew.

    Nothing is asked of the provider here: `channel_checks` does that.

    Raises:
        Invalid: a value is missing or cannot be right (`details["field"]` names it), or the channel needs no account.
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin. NotFound: the unit lies outside.
    """
    proofs.require(actor)
    access.require(actor, May.KEEP_CHANNELS)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    if channel not in FIELDS:
        raise Invalid(N_("Kênh {channel} không cần tài khoản: người làm, không qua nhà cung cấp."), channel=channel.value)
    if unit.kind not in (UnitKind.COMMUNE, UnitKind.PROVINCE):
        raise Invalid(N_("Tài khoản gửi là của phường, xã hoặc tỉnh, không phải của {unit}."), unit=unit.name)
    session.exec(select(Unit.id).where(Unit.id == unit.id).with_for_update())  # two who connect at once take turns
    if account := _own(session, unit, channel):
        both = account.told | dict(form.settings)
        return change(session, actor=actor, account_id=account.id, version=account.version, form=replace(form, settings=both))
    account = ChannelAccount(unit_id=unit.id, channel=channel)
    fields = _fill(session, account, form)
    session.add(account)
    session.flush()
    _record(session, actor, account, "channel.connected", fields)
    return account


def change(session: Session, *, actor: Actor, account_id: UUID, version: int, form: AccountForm) -> ChannelAccount:
    """Say anew what an account is. A secret left blank stays; whatever is said anew makes a broken account worth another try.

    Raises:
        Invalid: a value cannot be right (`details["field"]` names it), or someone else changed the account meanwhile.
        Unproven: the actor must show a secret again. NotAllowed, NotFound: as `get`.
    """
    proofs.require(actor)
    account = get(session, actor=actor, account_id=account_id)
    session.exec(select(ChannelAccount.id).where(ChannelAccount.id == account.id).with_for_update())
    session.refresh(account)
    if account.version != version:
        raise Invalid(N_("Người khác vừa đổi tài khoản này. Hãy tải lại trang để xem bản mới rồi sửa tiếp."))
    fields = _fill(session, account, form)
    if fields:
        account.version += 1
        session.add(account)
        session.flush()
        for one in _opened_by(session, account, fields):
            if one.state is AccountState.BROKEN:
                mend(session, account=one)
            else:
                _open_anew(session, one)
        _record(session, actor, account, "channel.changed", fields)
    return account


def pause(session: Session, *, actor: Actor, account_id: UUID) -> ChannelAccount:
    """Let nothing leave by it until it is resumed; what waits goes on waiting. Pausing twice is no error.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    account = get(session, actor=actor, account_id=account_id)
    if account.state is not AccountState.PAUSED:
        account.state = AccountState.PAUSED
        session.add(account)
        _record(session, actor, account, "channel.paused", [])
    return account


def resume(session: Session, *, actor: Actor, account_id: UUID) -> ChannelAccount:
    """Use it again: after a pause, or after what was broken has been mended at the provider's. What waits for it leaves now.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    account = get(session, actor=actor, account_id=account_id)
    if account.state is not AccountState.ACTIVE or account.open_until is not None:
        mend(session, account=account)
        _record(session, actor, account, "channel.resumed", [])
    return account


def mend(session: Session, *, account: ChannelAccount) -> None:
    """Nothing speaks against an account any more: it is tried again, and what waited for it leaves now, not at the next look."""
    account.state, account.message, account.failures, account.open_until = AccountState.ACTIVE, "", 0, None
    session.add(account)
    session.flush()
    _open_anew(session, account)
    batches.wake(session, account_id=account.id)


def holder_of(session: Session, *, account: ChannelAccount) -> ChannelAccount:
    """The account that keeps the tokens: of the channels of one official account the one connected with them, else itself.

    A refresh token is good once (channels.md §1): kept twice, each refresh would lock the other out.
    """
    if account.channel not in OA or account.settings.get("app_id"):
        return account
    return holder_at(session, unit_id=account.unit_id) or account


def holder(session: Session, *, actor: Actor, unit_id: UUID) -> ChannelAccount | None:
    """The account with the tokens of a unit's official account, None where it has none.

    Raises:
        NotAllowed: the actor is no admin. NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_CHANNELS)
    return holder_at(session, unit_id=access.unit_for(session, actor=actor, unit_id=unit_id).id)


def holder_at(session: Session, *, unit_id: UUID) -> ChannelAccount | None:
    """The same for services, which have narrowed by their actor."""
    return next((one for one in official(session, unit_id=unit_id) if one.settings.get("app_id")), None)


def official(session: Session, *, unit_id: UUID) -> Sequence[ChannelAccount]:
    """The channels of a unit's official account, in the order they were connected. The caller has narrowed by its actor."""
    return session.exec(
        select(ChannelAccount)
        .where(ChannelAccount.unit_id == unit_id, col(ChannelAccount.channel).in_(OA))
        .order_by(col(ChannelAccount.created_at), col(ChannelAccount.id))
    ).all()


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
    told = holder.told | account.told
    if account.channel is Channel.SMS:  # the only provider that is told with each message where to report
        told["callback_url"] = webhook_addresses.address_of(account)
    return AccountKeys(account_id=holder.id, settings=told, secrets=secrets)


def secret_names(account: ChannelAccount) -> frozenset[str]:
    """Which secrets are kept, by name; none that cannot be read."""
    try:
        return frozenset(_opened(account))
    except sealed.Unreadable:
        return frozenset()


def keep_tokens(session: Session, *, account_id: UUID, tokens: Mapping[str, str], good_until: datetime | None) -> None:
    """Keep a renewed pair of tokens in place of the old one, beside the other secrets. Commit before the new one is used."""
    account = session.exec(select(ChannelAccount).where(ChannelAccount.id == account_id).with_for_update()).one()
    account.secrets = sealed.seal(_opened(account) | dict(tokens), owner=_owner(account))
    account.token_until = good_until
    session.add(account)
    session.flush()


def reseal(session: Session, *, actor: Actor) -> int:
    """Seal with today's app key whatever is still sealed with one of before (`PREVIOUS_SECRET_KEYS`); how many there were.

    Raises:
        Invalid: an account that no key opens; its unit and channel are named. NotAllowed: the actor is no admin.
    """
    access.require(actor, May.KEEP_CHANNELS)
    wanted = (
        select(ChannelAccount, Unit.name)
        .join(Unit, col(Unit.id) == col(ChannelAccount.unit_id))
        .where(access.path_range(actor.unit_path))
        .with_for_update(of=ChannelAccount)
    )
    done = 0
    for account, name in session.exec(wanted).all():
        if sealed.is_current(account.secrets, owner=_owner(account)):
            continue
        try:
            account.secrets = sealed.seal(_opened(account), owner=_owner(account))
        except sealed.Unreadable:
            raise Invalid(
                N_("Không khóa nào mở được tài khoản {channel} của {unit}: thêm khóa cũ vào CAUNOI_PREVIOUS_SECRET_KEYS."),
                channel=account.channel.value, unit=name,
            ) from None  # fmt: skip
        session.add(account)
        done += 1
    if done:
        audit.record(session, actor=actor, action="channel.resealed", accounts=done)
    return done


def _fill(session: Session, account: ChannelAccount, form: AccountForm) -> list[str]:
    """Take over what a form says; the names of what is different now."""
    channel_values.check_numbers(form)
    holder = holder_at(session, unit_id=account.unit_id) if account.channel in OA else None
    is_elsewhere = holder is not None and holder.id != account.id
    kept = _readable(account)
    settings = channel_values.checked_settings(account.channel, form.settings, has_tokens_elsewhere=is_elsewhere)
    given = channel_values.checked_secrets(account.channel, form.secrets, kept=kept, has_tokens_elsewhere=is_elsewhere)
    said = {"price": form.price, "reserve": form.reserve, "per_second": form.per_second}
    wanted = {"settings": settings} | {name: value or (None if name == "per_second" else 0) for name, value in said.items()
                                       if value is not None}  # fmt: skip
    fields = [name for name, value in wanted.items() if name != "settings" and getattr(account, name) != value]
    fields += [name for name in {**account.settings, **settings} if account.settings.get(name) != settings.get(name)]
    for name, value in wanted.items():
        setattr(account, name, value)
    if given:
        if "refresh_token" in given and "access_token" not in given:
            kept.pop("access_token", None)  # of another consent: it is asked for anew
            account.token_until = None
        if "access_token" in given:
            account.token_until = form.good_until
        account.secrets = sealed.seal(kept | given, owner=_owner(account))
    return [*fields, *given]


def _readable(account: ChannelAccount) -> dict[str, str]:
    """What is kept; nothing where no key opens it any more: then all of it is asked for again."""
    try:
        return _opened(account)
    except sealed.Unreadable:
        return {}


def _opened_by(session: Session, account: ChannelAccount, fields: Sequence[str]) -> list[ChannelAccount]:
    """Whom something said anew lets in another way: itself, and where its tokens are new those that send by them too."""
    opened = [account]
    if account.channel in OA and any(field.is_secret for field in FIELDS[Channel.ZALO_OA] if field.name in fields):
        opened += [one for one in official(session, unit_id=account.unit_id) if one.id != account.id]
    return opened


def _open_anew(session: Session, account: ChannelAccount) -> None:
    """What was refused with its keys of before says nothing of it from now on; counted in the database, so never twice alike."""
    counted = col(ChannelAccount.opening) + 1
    session.execute(update(ChannelAccount).where(col(ChannelAccount.id) == account.id).values(opening=counted))


def _own(session: Session, unit: Unit, channel: Channel) -> ChannelAccount | None:
    wanted = select(ChannelAccount).where(ChannelAccount.unit_id == unit.id, ChannelAccount.channel == channel)
    return session.exec(wanted).first()


def _opened(account: ChannelAccount) -> dict[str, str]:
    return sealed.unseal(account.secrets, owner=_owner(account))


def _owner(account: ChannelAccount) -> str:
    return f"channel account {account.id}"


def _record(session: Session, actor: Actor, account: ChannelAccount, action: str, fields: list[str]) -> None:
    """Names of what was said, never what."""
    audit.record(
        session, actor=actor, action=action, subject_kind="channel_account", subject_id=account.id, channel=account.channel.value,
        **({"fields": fields} if fields else {}),
    )  # fmt: skip
