"""What providers tell us is read by the contract's own examples (contracts/channels.md §2.8, §4, §6), and by nothing unsigned."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.channels import webhooks
from models import DeliveryStatus
from services.told import BadSignature, Told

APP, OA, SECRET = "1234567890123456789", "388613280878808645", "oa-secret-demo-key"
TEXT = (
    '{"app_id":"1234567890123456789","sender":{"id":"246845883529197922"},"recipient":{"id":"388613280878808645"},'
    '"event_name":"user_send_text","message":{"text":"Phường ơi, mai có tiêm phòng không?","msg_id":"96d3cdf3af150460909"},'
    '"timestamp":"1764000000000"}'
).encode()
ZNS = (
    b'{"sender":{"id":"388613280878808645"},"recipient":{"id":"84901234567"},"event_name":"user_received_message",'
    b'"message":{"delivery_time":"1764000000500","msg_id":"a4d0243feee163bd3af2","tracking_id":"tb-000123-r-0042"},'
    b'"app_id":"1234567890123456789","timestamp":"1764000001000"}'
)
POST = (
    rb'{"object":"page","entry":[{"id":"1000200030004","time":1764000000,"changes":[{"field":"feed","value":{"item":"post",'
    rb'"verb":"add","post_id":"1000200030004_555","message":"Th\u00f4ng b\u00e1o"}}]}]}'
)
MACS = {
    "app first": "875c8520333a1ce65851e74d20cf0b6b6e66a377a08de553b7654b34faf74c5e",
    "account first": "f2d409cff167dc1376b04f5636a42adc05f0bf1ed2be89568daf4119503a3c23",
}
ZNS_MAC = "57ecca0e657e35ad15f3f9527e869aa24408097787a03df8a83cabb02713f078"
POST_MAC = "ea316647494eab93e1a123283142a81a5ffea68565ed2f9e376bbd39e0fa336a"


def zalo(body: bytes, mac: str, *, secret: str = SECRET) -> list[Told]:
    return webhooks.zalo(body, {"x-zevent-signature": mac}, app_id=APP, oa_id=OA, secret=secret)


def signed(**body: Any) -> list[Told]:
    text = json.dumps({"app_id": APP, "timestamp": "1764000000000", **body}).encode()
    return zalo(text, hashlib.sha256(APP.encode() + text + f"1764000000000{SECRET}".encode()).hexdigest())


@pytest.mark.parametrize("first", MACS)
@pytest.mark.parametrize("prefix", ["mac=", ""])
def test_the_contracts_event_is_read_whichever_number_its_signature_begins_with(first: str, prefix: str) -> None:
    [told] = zalo(TEXT, prefix + MACS[first])

    assert len(TEXT) == 263
    assert (told.name, told.status, told.recipient) == ("user_send_text", None, "246845883529197922")
    assert told.at == datetime(2025, 11, 24, 16, 0, tzinfo=UTC)


def test_the_contracts_receipt_of_zns_names_our_key_and_when_the_phone_got_it() -> None:
    [told] = zalo(ZNS, f"mac={ZNS_MAC}")

    assert (told.status, told.delivery_key) == (DeliveryStatus.DELIVERED, "tb-000123-r-0042")
    assert told.provider_message_ids == ("a4d0243feee163bd3af2",)
    assert told.at == datetime(2025, 11, 24, 16, 0, 0, 500_000, tzinfo=UTC)  # not when it was told


def test_the_contracts_event_of_a_page_names_the_post() -> None:
    [told] = webhooks.facebook(POST, {"x-hub-signature-256": f"sha256={POST_MAC}"}, app_secret="fb-app-secret-demo")

    assert len(POST) == 196
    assert (told.status, told.provider_message_ids) == (DeliveryStatus.DELIVERED, ("1000200030004_555",))


@pytest.mark.parametrize(
    ("body", "mac", "secret"),
    [
        (TEXT, MACS["app first"][:-1] + "f", SECRET), (TEXT, "", SECRET), (TEXT, "mac=", SECRET),
        (TEXT, MACS["app first"], "other"),
        (TEXT, hashlib.sha256(TEXT).hexdigest(), ""), (TEXT + b" ", MACS["app first"], SECRET), (ZNS, MACS["app first"], SECRET),
        (b"", MACS["app first"], SECRET), (b"[]", MACS["app first"], SECRET), (b'{"timestamp":"\\ud800"}', "mac=00", SECRET),
        (b"[" * 100_000, "mac=00", SECRET), (b'{"a":' * 900 + b"1" + b"}" * 900, "mac=00", SECRET),
    ],
)  # fmt: skip
def test_what_is_not_signed_is_not_read(body: bytes, mac: str, secret: str) -> None:
    with pytest.raises(BadSignature):
        zalo(body, mac, secret=secret)


def test_what_was_seen_names_every_message_of_it() -> None:
    [told] = signed(event_name="user_seen_message", recipient={"id": "7"}, message={"msg_ids": ["m1", "m2"]})

    assert (told.status, told.provider_message_ids) == (DeliveryStatus.READ, ("m1", "m2"))


@pytest.mark.parametrize(
    ("body", "who"),
    [
        ({"event_name": "unfollow", "oa_id": OA, "follower": {"id": "7"}}, "7"),
        ({"event_name": "follow", "oa_id": OA, "follower": {"id": "8"}}, "8"),
        ({"event_name": "user_withdraw", "oa_id": OA, "user_id": "9", "user_id_by_app": "99"}, "9"),
    ],
)
def test_who_came_or_went_is_named_and_nothing_was_received_by_it(body: dict[str, Any], who: str) -> None:
    [told] = signed(**body)

    assert (told.recipient, told.status, told.provider_message_ids) == (who, None, ())


def test_an_event_told_again_has_the_same_digest_and_another_one_has_not() -> None:
    body: dict[str, Any] = {"event_name": "user_received_message", "recipient": {"id": "7"}, "message": {"msg_id": "m1"}}
    [first], [again] = signed(**body), signed(**body, num_retry=1)
    others = [
        signed(**{**body, "message": {"msg_id": "m2"}}), signed(**{**body, "event_name": "user_seen_message"}),
        signed(event_name="follow", follower={"id": "7"}), signed(event_name="follow", follower={"id": "8"}),
    ]  # fmt: skip

    assert first.digest == again.digest
    assert len({first.digest, *(other.digest for [other] in others)}) == 5


def test_signs_that_no_database_takes_are_left_out() -> None:
    [told] = signed(event_name="follow\0", follower={"id": "7\ud83d"})
    reports = webhooks.sms_callback({"SendStatus": "5", "SendSuccess": "1", "SMSID": "d5\0", "RequestId": "k\0"})

    assert (told.name, told.recipient) == ("follow", "7?")
    assert [(one.provider_message_ids, one.delivery_key) for one in reports] == [(("d5",), "k")]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"SendStatus": "5", "SendSuccess": "1", "SendFailed": "0"}, DeliveryStatus.DELIVERED),
        ({"SendStatus": "5", "SendSuccess": "0", "SendFailed": "1"}, DeliveryStatus.REJECTED),
        ({"SendStatus": "4"}, DeliveryStatus.REJECTED), ({"SendStatus": "2"}, None), ({"SendStatus": "7"}, None), ({}, None),
    ],
)  # fmt: skip
def test_a_gateways_report_is_never_sure(query: dict[str, str], status: DeliveryStatus | None) -> None:
    told = webhooks.sms_callback({"SMSID": "d533", "RequestId": "k1", **query})

    assert [(one.status, one.delivery_key, one.is_sure) for one in told] == ([(status, "k1", False)] if status else [])


def test_the_bots_message_is_read_with_its_secret_only() -> None:
    said = {"event_name": "message.text.received", "message": {"from": {"id": "7"}, "message_id": "m1", "date": 1764000000000}}
    body = json.dumps({"ok": True, "result": said}).encode()

    [told] = webhooks.zalo_bot(body, {"x-bot-api-secret-token": "a secret"}, secret="a secret")

    assert (told.name, told.recipient) == ("message.text.received", "7")
    for given_, known in (("other", "a secret"), ("", ""), ("a secret", "")):
        with pytest.raises(BadSignature):
            webhooks.zalo_bot(body, {"x-bot-api-secret-token": given_}, secret=known)


NAMES = ["message", "timestamp", "event_name", "entry", "changes", "result", "msg_ids", "msg_id", "date", "time"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=12,
)
READERS: dict[str, Callable[[bytes], list[Told]]] = {
    "zalo": lambda body: zalo(
        body, hashlib.sha256(APP.encode() + body + f"{webhooks.read(body).get('timestamp', '')}{SECRET}".encode()).hexdigest()
    ),
    "facebook": lambda body: webhooks.facebook(
        body, {"x-hub-signature-256": hmac.digest(b"s", body, "sha256").hex()}, app_secret="s"
    ),
    "zalo_bot": lambda body: webhooks.zalo_bot(body, {"x-bot-api-secret-token": "s"}, secret="s"),
}


@pytest.mark.parametrize("provider", READERS)
@given(said=st.dictionaries(st.sampled_from(NAMES), JSON))
def test_whatever_is_signed_is_read_or_refused(provider: str, said: Mapping[str, Any]) -> None:
    try:
        told = READERS[provider](json.dumps(said).encode())
    except BadSignature:
        return

    assert all(one.at.tzinfo is UTC and one.digest for one in told)
