"""What a gateway says of a message that it has taken (contracts/channels.md §7)."""

import json

import pytest

from models import Channel
from services.senders import Accepted, Rejected, Unknown
from tests.adapters.channels.desk import Desk
from tests.provider import Provider


def status(**changes: object) -> dict[str, object]:
    told = {"CodeResponse": "100", "SendStatus": 5, "SendSuccess": 1, "SendFailed": 0, "TotalPrice": 850.0}
    return {"body": json.dumps({**told, **changes})}


def test_a_message_that_arrived_says_what_it_cost(desk: Desk, provider: Provider) -> None:
    provider.script(status())

    assert desk.look_for(Channel.SMS, provider_id="d533") == Accepted("d533", cost=850)


@pytest.mark.parametrize("said", [{"SendSuccess": 0, "SendFailed": 1}, {"SendStatus": "4"}])
def test_a_message_that_did_not_arrive_is_refused(said: dict[str, object], desk: Desk, provider: Provider) -> None:
    provider.script(status(**said))

    outcome = desk.look_for(Channel.SMS, provider_id="d533")

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "recipient"


@pytest.mark.parametrize("how", [status(SendStatus=2), status(SendStatus=7), status(CodeResponse="105"), {"status": 500}])
def test_a_message_that_is_under_way_is_not_told_yet(how: dict[str, object], desk: Desk, provider: Provider) -> None:
    provider.script(how)

    assert isinstance(desk.look_for(Channel.SMS, provider_id="d533"), Unknown)


def test_a_message_without_a_number_cannot_be_asked_for(desk: Desk, provider: Provider) -> None:
    assert desk.look_for(Channel.SMS) is None
    assert provider.connected == 0


@pytest.mark.parametrize(
    "channel", [Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZALO_GROUP, Channel.ZALO_BROADCAST, Channel.ZNS, Channel.ZALO_BOT]
)
def test_nobody_can_be_asked_where_there_is_nothing_to_ask_by(channel: Channel, desk: Desk, provider: Provider) -> None:
    assert desk.look_for(channel) is None
    assert provider.connected == 0


def test_only_sms_may_be_repeated(desk: Desk) -> None:
    assert [channel for channel, sender in desk.senders.items() if sender.dedupes] == [Channel.SMS]
