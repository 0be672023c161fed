"""An official account's consent: the code a browser brings back is changed for the first tokens, once."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.ids import new_id
from models import Channel, ChannelAccount
from services import access, channel_accounts
from services.access import Actor
from services.channel_fields import OA, ONCE
from services.channel_values import AccountForm
from services.ports import ports
from services.senders import AccountBroken, AccountKeys, NotNow


def has_code(form: AccountForm) -> bool:
    """Whether a form brings the code of a consent."""
    return bool(form.secrets.get("code", "").strip())


def known(session: Session, *, actor: Actor, unit_id: UUID, channel: Channel) -> AccountKeys:
    """What is kept of an account so far, so that a new consent need not say it again; nothing of a new one.

    Raises:
        NotFound: the unit lies outside the actor's sight.
    """
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    holder = channel_accounts.holder_at(session, unit_id=unit.id) if channel in OA else None
    return _kept(session, holder) if holder else AccountKeys(new_id(), {}, {})


def with_tokens(form: AccountForm, kept: AccountKeys) -> AccountForm:
    """The form with tokens in place of its code; a form without one as it is. Asks the provider: hold no transaction open.

    A code is good once, for ten minutes (channels.md §1): where the answer is lost, a new consent is needed.

    Raises:
        Invalid: the verifier is missing, the provider refuses the code, or it does not answer.
    """
    if not has_code(form):
        return form
    verifier = form.secrets.get("code_verifier", "").strip()
    if not verifier:
        raise Invalid(N_("Còn thiếu {name}."), name="code_verifier", field="code_verifier")
    account = replace(kept, settings={**kept.settings, **form.settings}, secrets={**kept.secrets, **_filled(form.secrets)})
    try:
        pair = asyncio.run(ports().tokens.first(account, code=form.secrets["code"].strip(), verifier=verifier))
    except (AccountBroken, NotNow) as refused:
        raise Invalid(str(refused), field="code") from None
    secrets = {name: value for name, value in form.secrets.items() if name not in ONCE}
    return replace(
        form, secrets=secrets | {"access_token": pair.access_token, "refresh_token": pair.refresh_token},
        good_until=clock.now() + timedelta(seconds=pair.seconds),
    )  # fmt: skip


def _filled(secrets: Mapping[str, str]) -> dict[str, str]:
    return {name: value.strip() for name, value in secrets.items() if value.strip()}


def _kept(session: Session, account: ChannelAccount) -> AccountKeys:
    try:
        return channel_accounts.keys(session, account=account)
    except AccountBroken:  # then everything is said again
        return AccountKeys(account.id, account.told, {})
