"""What an answer means that is none, or never comes (contracts/channels.md §0, rules 2 and 3)."""

import asyncio
import logging
import socket

import pytest

from adapters.channels.connections import LARGEST_ANSWER
from adapters.channels.http import Client, waits
from core.clock import now
from models import Channel
from services.senders import Accepted, Message, Outcome, Rejected, Unavailable, Unknown
from tests.adapters.channels.desk import SECRETS, Desk, keys, message
from tests.provider import Faults, Provider, running

HTTP = [
    Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZALO_GROUP, Channel.ZNS, Channel.ZALO_BOT, Channel.FACEBOOK, Channel.SMS,
]  # fmt: skip
HTML = "<html><h1>Bad Gateway</h1></html>"
UNKNOWN: dict[str, dict[str, object]] = {
    "HTML": {"body": HTML, "media_type": "text/html"},
    "no object": {"body": "[1, 2]"},
    "another's words": {"body": '{"hello": "you"}'},
    "nested without end": {"body": "[" * 30_000},
    "cut before the answer": {"fate": "cut"},
    "cut within the answer": {"fate": "half", "body": '{"error": 0, "ok": true, "id": "1", "CodeResult": "100"}'},
    "HTTP 500": {"status": 500, "body": HTML},
    "HTTP 502": {"status": 502, "body": HTML},
    "HTTP 504": {"status": 504},
    "HTTP 408": {"status": 408},
}
NOT_TAKEN = {"HTTP 429": {"status": 429, "body": HTML}, "HTTP 503": {"status": 503, "body": HTML}}
NOT_THE_PROVIDER: dict[str, dict[str, object]] = {
    "HTTP 302": {"status": 302},
    "HTTP 404": {"status": 404, "body": HTML},
    "HTTP 401": {"status": 401},
}


@pytest.mark.parametrize("channel", HTTP)
def test_an_answer_that_is_none_leaves_it_unknown(channel: Channel, desk: Desk, provider: Provider) -> None:
    desk.script(channel, *UNKNOWN.values())

    outcomes = {name: desk.one(channel) for name in UNKNOWN}

    assert [name for name, outcome in outcomes.items() if not isinstance(outcome, Unknown)] == []


@pytest.mark.parametrize("channel", HTTP)
def test_an_answer_of_ten_megabytes_is_not_read(channel: Channel, provider: Provider) -> None:
    provider.desk.faults = Faults(answer="big")

    assert isinstance(Desk(provider).one(channel), Unknown)


@pytest.mark.parametrize("kind", ["never", "drip"])
@pytest.mark.parametrize("channel", HTTP)
def test_an_answer_that_does_not_come_in_time_leaves_it_unknown(channel: Channel, kind: str, provider: Provider) -> None:
    provider.desk.faults = Faults().with_({"answer": kind})

    assert isinstance(Desk(provider, provider_whole_seconds=0.3).one(channel), Unknown)


def test_a_first_byte_is_not_waited_for_as_long_as_the_whole(provider: Provider) -> None:
    provider.desk.faults = Faults(answer="never")

    assert isinstance(Desk(provider, provider_first_byte_seconds=0.2, provider_whole_seconds=300).one(Channel.ZALO_OA), Unknown)


@pytest.mark.parametrize("channel", HTTP)
def test_a_busy_provider_has_not_taken_it(channel: Channel, desk: Desk, provider: Provider) -> None:
    desk.script(channel, *NOT_TAKEN.values())

    outcomes = [desk.one(channel) for _ in NOT_TAKEN]

    assert all(isinstance(outcome, Unavailable) and outcome.trouble == "backoff" for outcome in outcomes)


@pytest.mark.parametrize("channel", HTTP)
def test_who_sends_on_or_knows_no_such_address_stops_the_account(channel: Channel, desk: Desk, provider: Provider) -> None:
    with running() as elsewhere:
        moved: dict[str, object] = {
            "status": 302,
            "headers": {"Location": f"http://127.0.0.1:{elsewhere.port}/openapi/v3.0/oa/message/cs"},
        }
        desk.script(channel, moved, *list(NOT_THE_PROVIDER.values())[1:])

        outcomes = [desk.one(channel) for _ in NOT_THE_PROVIDER]

        assert elsewhere.connected == 0
    assert all(isinstance(outcome, Rejected) and outcome.trouble == "config" for outcome in outcomes)


@pytest.mark.parametrize("channel", [*HTTP, Channel.ZALO_BROADCAST])
def test_where_nobody_listens_nothing_was_taken(channel: Channel, provider: Provider) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and never listens
        there = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        names = [
            "zalo_openapi_base_url", "zalo_zns_base_url", "zalo_bot_base_url", "facebook_graph_base_url", "sms_base_url",
        ]  # fmt: skip

        outcome = Desk(provider, **dict.fromkeys(names, there)).one(channel)

    assert isinstance(outcome, Unavailable)
    assert outcome.trouble == "backoff"


@pytest.mark.parametrize("step", ["create", "verify"])
@pytest.mark.parametrize("how", [{"fate": "cut"}, {"body": HTML}, {"status": 502}, {"body": '{"error": 0, "data": {}}'}])
def test_what_is_lost_before_an_article_is_sent_may_begin_anew(
    step: str, how: dict[str, object], desk: Desk, provider: Provider
) -> None:
    provider.script(*([{"pass": True}] if step == "verify" else []), how)

    outcome = desk.one(Channel.ZALO_BROADCAST)

    assert isinstance(outcome, Unavailable)
    assert provider.desk.book.accepted == 0


def test_an_article_whose_sending_is_lost_waits_for_a_person(provider: Provider) -> None:
    provider.desk.faults = Faults(lost_rate=1.0)

    assert isinstance(Desk(provider).one(Channel.ZALO_BROADCAST), Unknown)
    assert provider.desk.book.accepted == 1


@pytest.mark.parametrize(
    ("told", "seconds"), [("120", 120.0), ("0", 0.0), ("", None), ("soon", None), ("-5", None), ("9" * 400, None), ("1.5", None)]
)
def test_retry_after_is_obeyed_where_it_can_be_read(told: str, seconds: float | None, desk: Desk, provider: Provider) -> None:
    provider.script({"status": 503, "headers": {"Retry-After": told}})

    outcome = desk.one(Channel.ZALO_OA)

    assert isinstance(outcome, Unavailable)
    assert outcome.after_seconds == seconds


def test_retry_after_may_be_a_date(noon: None) -> None:
    assert waits(now().strftime("%a, %d %b %Y %H:%M:%S GMT")) == 0.0
    assert waits(now().replace(minute=now().minute + 2).strftime("%a, %d %b %Y %H:%M:%S GMT")) == 120.0
    assert waits("Mon, 01 Jan 2001 00:00:00 GMT") == 0.0
    assert waits("Mon, 01 Jan 2001 00:00:00") is None


def test_a_code_for_busy_waits_as_long_as_the_answer_says(desk: Desk, provider: Provider) -> None:
    provider.script({"code": -32, "headers": {"Retry-After": "7"}}, {"code": -32})

    told, untold = desk.one(Channel.ZALO_OA), desk.one(Channel.ZALO_OA)

    assert isinstance(told, Unavailable)
    assert isinstance(untold, Unavailable)
    assert told.after_seconds == 7.0
    assert untold.after_seconds is not None
    assert 0 < untold.after_seconds <= 61  # the next minute


def test_what_may_not_go_at_night_waits_for_five_past_six(desk: Desk, provider: Provider, noon: None) -> None:
    provider.script({"code": -133})

    outcome = desk.one(Channel.ZNS)

    assert isinstance(outcome, Unavailable)
    assert (outcome.trouble, outcome.after_seconds) == ("later", 18 * 3600 + 300)


def test_an_answer_at_the_limit_is_read_and_one_over_it_is_not(provider: Provider) -> None:
    client = Client(connect_seconds=1, first_byte_seconds=1, whole_seconds=5)
    provider.script({"body": "x" * LARGEST_ANSWER}, {"body": "x" * (LARGEST_ANSWER + 1)})
    url = f"{provider.urls['CAUNOI_ZALO_OPENAPI_BASE_URL']}/v2.0/oa/getoa"

    async def both() -> list[tuple[int, bool]]:
        answers = [await client.get(url), await client.get(url)]
        return [(len(answer.body), answer.is_whole) for answer in answers]

    assert asyncio.run(both()) == [(LARGEST_ANSWER, True), (0, False)]


def test_one_connection_serves_many_messages(desk: Desk, provider: Provider) -> None:
    async def each_after_the_other() -> list[Outcome]:
        said = [await desk.senders[Channel.ZALO_OA].send(keys(), [message(Channel.ZALO_OA, text=f"{n}")]) for n in range(20)]
        return [outcome for [outcome] in said]

    outcomes = asyncio.run(each_after_the_other())

    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert provider.connected == 1


def test_connections_end_with_the_loop_that_made_them(desk: Desk, provider: Provider) -> None:
    assert isinstance(desk.one(Channel.ZALO_OA), Accepted)

    assert provider.is_left.wait(5)


def test_outcomes_stand_in_the_order_of_their_messages(provider: Provider) -> None:
    provider.desk.faults = Faults(jitter_seconds=0.05)
    said = [message(Channel.ZNS, key=f"k{n}", recipient="+84987654321" if n % 3 else "none") for n in range(60)]

    outcomes = Desk(provider).send(Channel.ZNS, *said)

    assert [isinstance(outcome, Accepted) for outcome in outcomes] == [bool(n % 3) for n in range(60)]


def test_nothing_is_sent_for_nobody(desk: Desk, provider: Provider) -> None:
    said: list[Message] = []

    assert all(asyncio.run(sender.send(keys(), said)) == [] for sender in desk.senders.values())
    assert provider.connected == 0


def test_no_key_is_logged_or_told_whatever_goes_wrong(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    desk = Desk(provider, provider_whole_seconds=0.3)
    told = ""
    for step in ({"fate": "cut"}, {"fate": "never"}, {"body": HTML}, {"status": 302}, {"code": 401}):
        for channel in HTTP:
            desk.script(channel, step)
            told += repr(desk.one(channel))

    assert [secret for secret in SECRETS.values() if secret in told + caplog.text] == []
    assert [secret for secret in SECRETS.values() if secret in repr(keys())] == []
