"""Tokens as the senders of a process get them: a failure is remembered, for those tokens only."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlmodel import Session

from core import sealed
from jobs.renewing import Alone, Renewals
from models import Channel
from services import access, channel_accounts, ports
from services.channel_values import AccountForm
from services.senders import AccountBroken, AccountKeys
from tests.factories import make_account, make_unit
from tests.jobs.office import Office

SETTINGS = {"app_id": "1234567890", "oa_id": "388613280878808645", "template_id": "100001"}


def test_a_failure_with_old_tokens_is_no_answer_to_who_asks_with_new_ones(session: Session) -> None:
    account = make_account(session, unit=make_unit(session), channel=Channel.ZNS, settings=SETTINGS)
    office = Office(AccountBroken("Cần kết nối lại."))
    ports.provide(replace(ports.ports(), tokens=office))
    renewing = Renewals(Alone(), owner="worker")
    only = {"secret_key": "app-secret"}  # neither consent has brought an access token yet
    account.secrets = sealed.seal(only | {"refresh_token": "refresh 0"}, owner=f"channel account {account.id}")
    old = renewing.given(channel_accounts.keys(session, account=account), channel=Channel.ZNS)
    form = AccountForm(settings=SETTINGS, secrets={"refresh_token": "refresh-1"})
    session.commit()
    with pytest.raises(AccountBroken):
        asked(old)
    session.refresh(account)
    channel_accounts.change(session, actor=access.TERMINAL, account_id=account.id, version=account.version, form=form)
    new = renewing.given(channel_accounts.keys(session, account=account), channel=Channel.ZNS)
    session.commit()

    fresh = asked(new)

    assert fresh["access_token"] == "access 2"
    assert office.asked == ["refresh 0", "refresh-1"]


def asked(keys: AccountKeys) -> Mapping[str, str]:
    async def ask() -> Mapping[str, str]:
        assert keys.renew
        return await keys.renew("")

    return asyncio.run(ask())
