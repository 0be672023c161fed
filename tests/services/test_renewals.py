"""Tokens that are renewed while an admin connects the account anew: what came of the old ones says nothing of the new."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from core import clock, sealed
from models import AccountState, Channel, ChannelAccount
from services import access, channel_accounts, renewals
from services.channel_values import AccountForm
from tests.factories import make_account, make_unit

SETTINGS = {"app_id": "1234567890", "oa_id": "388613280878808645", "template_id": "100001"}
OLD = {"secret_key": "app-secret", "access_token": "access 0", "refresh_token": "refresh 0"}


@pytest.fixture
def account(session: Session) -> ChannelAccount:
    """One whose tokens somebody is fetching."""
    account = make_account(session, unit=make_unit(session), channel=Channel.ZNS, settings=SETTINGS)
    account.secrets = sealed.seal(OLD, owner=f"channel account {account.id}")
    session.flush()
    assert (
        renewals.begin(session, account_id=account.id, stale="access 0", owner="worker").secrets["refresh_token"] == "refresh 0"
    )
    return account


def connect_anew(session: Session, account: ChannelAccount) -> None:
    tokens = {"access_token": "access-of-another-consent", "refresh_token": "refresh-of-another-consent"}
    form = AccountForm(settings=SETTINGS, secrets=tokens)
    channel_accounts.change(session, actor=access.TERMINAL, account_id=account.id, version=account.version, form=form)


def fail(session: Session, account: ChannelAccount) -> None:
    renewals.fail(
        session, account_id=account.id, owner="worker", spent="refresh 0", message="Cần kết nối lại.", is_broken=True
    )  # fmt: skip


@pytest.mark.parametrize(("is_anew", "state"), [(True, AccountState.ACTIVE), (False, AccountState.BROKEN)])
def test_a_refused_refresh_token_breaks_only_an_account_that_still_has_it(
    session: Session, account: ChannelAccount, *, is_anew: bool, state: AccountState
) -> None:
    if is_anew:
        connect_anew(session, account)

    fail(session, account)

    assert (account.state, account.renewing_by) == (state, "")


@pytest.mark.parametrize(("is_anew", "kept"), [(True, "refresh-of-another-consent"), (False, "refresh 1")])
def test_a_pair_that_comes_late_takes_the_place_of_the_one_it_was_got_with_only(
    session: Session, account: ChannelAccount, *, is_anew: bool, kept: str
) -> None:
    if is_anew:
        connect_anew(session, account)

    secrets = renewals.keep(
        session, account_id=account.id, owner="worker", spent="refresh 0",
        tokens={"access_token": "access 1", "refresh_token": "refresh 1"}, good_until=clock.now() + timedelta(hours=25),
    )  # fmt: skip

    assert secrets["refresh_token"] == channel_accounts.keys(session, account=account).secrets["refresh_token"] == kept
    assert account.renewing_by == ""
