"""Tokens of official accounts (contracts/channels.md §1), and how a stale one is renewed under way."""

import asyncio
from collections.abc import Mapping

import pytest

from core.pkce import challenge, verifier
from models import Channel
from services.senders import Accepted, AccountBroken, NotNow, Rejected, TokenPair, Unavailable
from tests.adapters.channels.desk import Desk, Renew, keys, message
from tests.provider import Faults, Provider

OFFICIAL = [Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZALO_GROUP, Channel.ZNS, Channel.ZALO_BROADCAST]


class Kept:
    """Where tokens are kept: renews by the office, and remembers which ones were stale."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self.account, self.stale = desk, keys(), list[str]()

    async def renew(self, stale: str) -> Mapping[str, str]:
        """One renewal."""
        self.stale.append(stale)
        pair = await self._desk.office.renewed(self.account)
        self.account = keys(access_token=pair.access_token, refresh_token=pair.refresh_token)
        return self.account.secrets


def refusing(error: Exception) -> Renew:
    async def renew(_stale: str) -> Mapping[str, str]:
        raise error

    return renew


@pytest.mark.parametrize("channel", OFFICIAL)
def test_a_stale_token_is_renewed_and_the_message_sent(channel: Channel, provider: Provider) -> None:
    provider.desk.faults = Faults(strict_tokens=True)
    desk = Desk(provider)
    desk.one(channel, account=keys(access_token="long gone"), renew=None)
    kept = Kept(desk)

    outcome = desk.one(channel, account=keys(access_token="access-app-9", renew=kept.renew))

    assert isinstance(outcome, Accepted)
    assert kept.stale == ["access-app-9"]
    assert (provider.desk.book.accepted, provider.desk.book.refreshes) == (1, 1)


def test_a_chunk_renews_once_however_many_of_it_are_refused(provider: Provider) -> None:
    provider.desk.faults = Faults(strict_tokens=True, delay_seconds=0.01)
    desk = Desk(provider)
    kept = Kept(desk)
    said = [message(Channel.ZALO_OA, text=f"{n}") for n in range(50)]

    outcomes = desk.send(Channel.ZALO_OA, *said, account=keys(access_token="access-app-7", renew=kept.renew))

    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert kept.stale == ["access-app-7"]
    assert (provider.desk.book.accepted, provider.desk.book.doubles) == (50, 0)


def test_an_account_without_an_access_token_gets_one_first(provider: Provider) -> None:
    provider.desk.faults = Faults(strict_tokens=True)
    desk = Desk(provider)
    kept = Kept(desk)

    outcome = desk.one(Channel.ZALO_OA, account=keys(without="access_token", renew=kept.renew))

    assert isinstance(outcome, Accepted)
    assert kept.stale == [""]


def test_a_renewed_token_that_is_refused_too_is_not_renewed_again(desk: Desk, provider: Provider) -> None:
    kept = Kept(desk)
    provider.script({"code": -216}, {"pass": True}, {"code": -216})

    outcome = desk.one(Channel.ZALO_OA, renew=kept.renew)

    assert isinstance(outcome, Unavailable)
    assert (outcome.trouble, outcome.code) == ("backoff", "-216")
    assert len(kept.stale) == 1


def test_an_account_that_a_person_must_mend_says_so(desk: Desk, provider: Provider) -> None:
    provider.script({"code": -216})

    outcome = desk.one(Channel.ZALO_OA, renew=refusing(AccountBroken("Kết nối lại.")))

    assert outcome == Rejected("config", "", "Kết nối lại.")


def test_an_office_that_nobody_answers_in_is_tried_later(desk: Desk, provider: Provider) -> None:
    provider.script({"code": -216})

    outcome = desk.one(Channel.ZALO_OA, renew=refusing(NotNow("Chờ.")))

    assert outcome == Unavailable("backoff", "", "Chờ.")


@pytest.mark.parametrize("channel", OFFICIAL)
def test_a_check_renews_a_stale_token_as_well(channel: Channel, provider: Provider) -> None:
    provider.desk.faults = Faults(strict_tokens=True)
    desk = Desk(provider)

    health = desk.check(channel, account=keys(access_token="access-app-7", renew=Kept(desk).renew))

    assert health.is_well


# ---- the office


def test_a_refresh_token_is_good_once(provider: Provider) -> None:
    desk = Desk(provider)

    pair = asyncio.run(desk.office.renewed(keys()))

    assert pair == TokenPair("access-app-1", "refresh-app-1", 90_000)
    assert "access-app" not in repr(pair)
    with pytest.raises(AccountBroken, match="refresh token"):
        asyncio.run(desk.office.renewed(keys()))


def test_a_lost_refresh_is_tried_once_more_and_then_a_person_must_consent(provider: Provider) -> None:
    provider.desk.faults = Faults(lose_refreshes=1)

    with pytest.raises(AccountBroken, match="kết nối lại"):
        asyncio.run(Desk(provider).office.renewed(keys()))

    assert provider.desk.book.refreshes == 2


def test_a_refresh_that_was_lost_before_it_was_taken_goes_well(desk: Desk, provider: Provider) -> None:
    provider.script({"fate": "cut"})

    assert asyncio.run(desk.office.renewed(keys())).refresh_token == "refresh-app-1"


@pytest.mark.parametrize("how", [{"status": 502}, {"body": "<html>"}, {"fate": "cut"}, {"body": "{}"}, {"status": 503}])
def test_an_office_without_an_answer_is_not_a_refusal(how: dict[str, object], desk: Desk, provider: Provider) -> None:
    provider.script(how, how)

    with pytest.raises(NotNow):
        asyncio.run(desk.office.renewed(keys()))


def test_an_office_that_does_not_listen_is_not_a_refusal(provider: Provider) -> None:
    desk = Desk(provider, zalo_oauth_base_url="http://127.0.0.1:1")

    for asking in (desk.office.renewed(keys()), desk.office.first(keys(), code="c", verifier="v")):
        with pytest.raises(NotNow):
            asyncio.run(asking)


@pytest.mark.parametrize("lacks", ["refresh_token", "secret_key", "app_id"])
def test_an_account_that_cannot_be_renewed_says_so_at_once(lacks: str, desk: Desk, provider: Provider) -> None:
    with pytest.raises(AccountBroken):
        asyncio.run(desk.office.renewed(keys(without=lacks)))

    assert provider.connected == 0


def test_a_code_gives_the_first_pair_once(desk: Desk, provider: Provider) -> None:
    secret = verifier()
    provider.desk.tokens.challenges["consent"] = challenge(secret)

    pair = asyncio.run(desk.office.first(keys(), code="consent", verifier=secret))

    assert pair.access_token == "access-app-0"
    with pytest.raises(AccountBroken, match="mã cho phép"):
        asyncio.run(desk.office.first(keys(), code="consent", verifier=secret))


def test_a_code_without_its_verifier_is_worth_nothing(desk: Desk, provider: Provider) -> None:
    provider.desk.tokens.challenges["consent"] = challenge(verifier())

    with pytest.raises(AccountBroken, match="mã cho phép"):
        asyncio.run(desk.office.first(keys(), code="consent", verifier=verifier()))


def test_an_app_that_zalo_does_not_know_is_told_apart(desk: Desk, provider: Provider) -> None:
    provider.script({"body": '{"error": -14002, "error_name": "Invalid app id"}'})

    with pytest.raises(AccountBroken, match="App ID"):
        asyncio.run(desk.office.first(keys(), code="c", verifier="v"))
