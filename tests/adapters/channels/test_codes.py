"""Every code of the contract's tables (contracts/channels.md §2.7, §4, §5, §6, §7), by a real answer of the provider."""

import pytest

from models import Channel
from services.senders import Accepted, Rejected, Unavailable, Unknown
from tests.adapters.channels.desk import Desk, keys
from tests.provider import Provider

OA = {
    "backoff": "-32 -200", "later": "-211 -218 -234", "content": "-100 -201 -210 -233 -248",
    "recipient": "-213 -217 -227 -230 -232 -244",
    "config": "-204 -205 -209 -212 -219 -221 -223 -224 -235 -320 -321 -237 -238 -241 -403 -240 -99999",
}  # fmt: skip
ZNS = {
    "backoff": "-100 -32", "later": "-144 -147 -1441 -1471 -133", "recipient": "-108 -118 -119 -110 -114 -139 -140 -141",
    "content": "-109 -111 -112 -1121 -1122 -1124 -116 -122 -131 -132 -146",
    "config": "-101 -102 -103 -104 -105 -115 -117 -120 -125 -135 -1351 -136 -137 -138 -145 -99999",
}  # fmt: skip
TEMPLATE = {"content": "-249 -109 -131", "recipient": "-213 -118", "backoff": "-32", "config": "-135"}
BOT = {"content": "400", "config": "401 404 999", "recipient": "403", "later": "429", "backoff": "500"}
FACEBOOK = {
    "config": "190 102 104 10 200 250 299 368 99999", "unknown": "1 2", "backoff": "4 17 32 341",
    "content": "100 324 1609005 506",
}  # fmt: skip
SMS = {"config": "103 101 102 104 140 177 99999", "recipient": "99 108", "content": "110 118 146 300"}
TABLES = {
    Channel.ZALO_OA: OA, Channel.ZALO_GROUP: OA, Channel.ZALO_TEMPLATE: TEMPLATE, Channel.ZNS: ZNS, Channel.ZALO_BOT: BOT,
    Channel.FACEBOOK: FACEBOOK, Channel.SMS: SMS,
}  # fmt: skip
ROWS = [(channel, code, kind) for channel, rows in TABLES.items() for kind, codes in rows.items() for code in codes.split()]


def kind_of(outcome: object) -> str:
    match outcome:
        case Rejected() | Unavailable():
            return outcome.trouble
        case Unknown():
            return "unknown"
    return "accepted"


@pytest.mark.parametrize("channel", TABLES)
def test_each_code_of_the_contract_means_what_it_says(channel: Channel, desk: Desk, provider: Provider) -> None:
    expected = {code: kind for of, code, kind in ROWS if of is channel}
    desk.script(channel, *({"code": code} for code in expected))

    found = {code: desk.one(channel) for code in expected}

    assert {code: kind_of(outcome) for code, outcome in found.items()} == expected
    assert {code: outcome.code for code, outcome in found.items() if isinstance(outcome, Rejected | Unavailable)} == {
        code: code for code, kind in expected.items() if kind != "unknown"
    }
    assert provider.desk.book.accepted == 0


@pytest.mark.parametrize(("channel", "code"), [(Channel.ZALO_OA, "-216"), (Channel.ZALO_OA, "-220"), (Channel.ZNS, "-124")])
def test_a_stale_token_that_cannot_be_renewed_stops_the_account(
    channel: Channel, code: str, desk: Desk, provider: Provider
) -> None:
    provider.script({"code": code})

    outcome = desk.one(channel)

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "config"


def test_a_refusal_of_an_article_is_the_broadcasts(desk: Desk, provider: Provider) -> None:
    provider.script({"pass": True}, {"pass": True}, {"code": -234})

    outcome = desk.one(Channel.ZALO_BROADCAST)

    assert isinstance(outcome, Unavailable)
    assert outcome.trouble == "later"


def test_a_key_taken_before_counts_as_taken(desk: Desk, provider: Provider) -> None:
    first, second = desk.one(Channel.SMS), desk.one(Channel.SMS)

    assert isinstance(first, Accepted)
    assert isinstance(second, Accepted)
    assert (provider.desk.book.accepted, provider.desk.book.repeats_refused) == (1, 1)


@pytest.mark.parametrize(
    ("channel", "lacks"),
    [
        (Channel.ZALO_TEMPLATE, "template_id"), (Channel.ZNS, "template_id"), (Channel.ZALO_BOT, "access_token"),
        (Channel.FACEBOOK, "page_id"), (Channel.FACEBOOK, "access_token"), (Channel.SMS, "api_key"), (Channel.SMS, "secret_key"),
        (Channel.SMS, "brandname"), (Channel.ZALO_OA, "access_token"),
    ],
)  # fmt: skip
def test_an_account_without_what_it_needs_sends_nothing(channel: Channel, lacks: str, desk: Desk, provider: Provider) -> None:
    outcome = desk.one(channel, account=keys(without=lacks))

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "config"
    assert provider.desk.book.asked.total() == 0
