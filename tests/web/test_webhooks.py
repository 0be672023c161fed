"""What providers call, through HTTP: verified, stored once, answered at once (S32)."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core.db import reading
from models import Channel, ChannelAccount, Delivery, DeliveryStatus, OptOut, Unit, WebhookEvent
from services import channel_accounts, webhook_addresses
from tests.app_keys import under
from tests.factories import NOON, make_account, make_delivery
from tests.web.day import make_ward, phone
from web import public, webhooks

APP, OA, SECRET = "1234567890123456789", "388613280878808645", "oa-secret-demo-key"
FB_SECRET = "fb-app-secret-demo"
# The worked examples of contracts/channels.md §2.8, §4 and §6, as they are on the wire.
TEXT = (
    '{"app_id":"1234567890123456789","sender":{"id":"246845883529197922"},"recipient":{"id":"388613280878808645"},'
    '"event_name":"user_send_text","message":{"text":"Phường ơi, mai có tiêm phòng không?","msg_id":"96d3cdf3af150460909"},'
    '"timestamp":"1764000000000"}'
)
ZNS = (
    '{"sender":{"id":"388613280878808645"},"recipient":{"id":"84901234567"},"event_name":"user_received_message","message":'
    '{"delivery_time":"1764000000500","msg_id":"a4d0243feee163bd3af2","tracking_id":"tb-000123-r-0042"},'
    '"app_id":"1234567890123456789","timestamp":"1764000001000"}'
)
FACEBOOK = (
    '{"object":"page","entry":[{"id":"1000200030004","time":1764000000,"changes":[{"field":"feed","value":{"item":"post",'
    '"verb":"add","post_id":"1000200030004_555","message":"Th\\u00f4ng b\\u00e1o"}}]}]}'
)
THEN = datetime.fromtimestamp(1_764_000_010, UTC)


@pytest.fixture
def ward(session: Session, clock: Traveller) -> Unit:
    """A ward with an official account, ZNS, a page, a gateway and a bot."""
    ward = make_ward(session)
    for channel in (Channel.ZALO_OA, Channel.ZNS):
        account = make_account(session, unit=ward, channel=channel, settings={"app_id": APP, "oa_id": OA})
        give_keys(session, account, oa_secret_key=SECRET)
    give_keys(session, make_account(session, unit=ward, channel=Channel.FACEBOOK), app_secret=FB_SECRET)
    make_account(session, unit=ward, channel=Channel.SMS)
    make_account(session, unit=ward, channel=Channel.ZALO_BOT)
    return ward


def give_keys(session: Session, account: ChannelAccount, **keys: str) -> None:
    channel_accounts.keep_tokens(session, account_id=account.id, tokens=keys, good_until=None)
    session.commit()


def account(session: Session, channel: Channel) -> ChannelAccount:
    session.rollback()
    with reading() as fresh:
        return fresh.exec(select(ChannelAccount).where(ChannelAccount.channel == channel)).one()


def signed(body: dict[str, Any], *, first: str = APP, secret: str = SECRET) -> dict[str, Any]:
    """A body of the official account and its header."""
    text = json.dumps(body, ensure_ascii=False).encode()
    mac = hashlib.sha256(first.encode() + text + f"{body.get('timestamp')}{secret}".encode()).hexdigest()
    return {"content": text, "headers": {"X-ZEvent-Signature": f"mac={mac}"}}


def event(name: str, *, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    return {"app_id": APP, "oa_id": OA, "event_name": name, "timestamp": str(int(at.timestamp() * 1000)), **more}


def received(number: str, **more: Any) -> dict[str, Any]:
    return event("user_received_message", sender={"id": OA}, recipient={"id": "7"}, message={"msg_id": number}, **more)


def events(session: Session) -> list[WebhookEvent]:
    session.rollback()
    with reading() as fresh:
        return list(fresh.exec(select(WebhookEvent)))


def status_of(session: Session, row: Delivery) -> DeliveryStatus:
    session.rollback()
    with reading() as fresh:
        return fresh.get_one(Delivery, row.id).status


# ---- Zalo


@pytest.mark.parametrize(
    ("body", "mac"),
    [
        (TEXT, "875c8520333a1ce65851e74d20cf0b6b6e66a377a08de553b7654b34faf74c5e"),
        (TEXT, "f2d409cff167dc1376b04f5636a42adc05f0bf1ed2be89568daf4119503a3c23"),  # the official account's id first
        (ZNS, "57ecca0e657e35ad15f3f9527e869aa24408097787a03df8a83cabb02713f078"),
    ],
)
def test_the_contracts_examples_are_taken(session: Session, ward: Unit, clock: Traveller, body: str, mac: str) -> None:
    clock.move_to(THEN)

    answer = phone().post("/webhooks/zalo", content=body.encode(), headers={"X-ZEvent-Signature": f"mac={mac}"})

    assert (answer.status_code, len(events(session))) == (200, 1)


def test_s32_a_wrong_or_missing_signature_is_refused_and_leaves_no_row(session: Session, ward: Unit) -> None:
    right = signed(received("m1"))
    wrong = [
        {"content": right["content"]},
        {"content": right["content"], "headers": {"X-ZEvent-Signature": "mac="}},
        {"content": right["content"] + b" ", "headers": right["headers"]},
        signed(received("m1"), secret="another"),
        signed(received("m1") | {"app_id": "1"}),
        signed(received("m1") | {"oa_id": "1", "sender": {"id": "1"}}),
        {"content": b"", "headers": right["headers"]},
        {"content": b"[]", "headers": right["headers"]},
        {"content": b"\xff\xfe", "headers": right["headers"]},
        {"content": b"[" * 50_000, "headers": right["headers"]},
        {"content": b'{"app_id": "\\u0000", "oa_id": "\\ud800", "timestamp": "\\ud800"}', "headers": right["headers"]},
    ]

    assert {phone().post("/webhooks/zalo", **one).status_code for one in wrong} == {403}
    assert events(session) == []


@pytest.mark.parametrize(("ago", "status"), [(timedelta(hours=2), 200), (timedelta(hours=4), 403), (-timedelta(hours=1), 403)])
def test_s32_an_old_event_is_refused_though_it_is_signed(session: Session, ward: Unit, ago: timedelta, status: int) -> None:
    answer = phone().post("/webhooks/zalo", **signed(received("m1", at=NOON - ago)))

    assert (answer.status_code, len(events(session))) == (status, int(status == 200))


@pytest.mark.parametrize("stamp", ["", "tomorrow", "9" * 40, None])
def test_s32_without_a_time_it_could_be_any_old_one(session: Session, ward: Unit, stamp: object) -> None:
    assert phone().post("/webhooks/zalo", **signed(received("m1") | {"timestamp": stamp})).status_code == 403


def test_s32_the_same_event_twice_is_one_row(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward, channel=Channel.ZALO_OA, provider_message_id="m1")

    answers = [phone().post("/webhooks/zalo", **signed(received("m1"))).status_code for _ in range(3)]

    assert (answers, len(events(session))) == ([200, 200, 200], 1)
    assert status_of(session, row) is DeliveryStatus.DELIVERED


def test_s32_more_than_256_kib_is_not_read(session: Session, ward: Unit) -> None:
    padded = received("m1") | {"pad": "x" * (256 * 1024)}

    assert phone().post("/webhooks/zalo", **signed(padded)).status_code == 413
    assert events(session) == []


def test_a_receipt_of_zns_settles_what_was_unknown_by_our_key(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward, status=DeliveryStatus.UNKNOWN, provider_message_id=None)
    message = {"delivery_time": str(int(NOON.timestamp() * 1000)), "msg_id": "a4", "tracking_id": row.id.hex}

    phone().post("/webhooks/zalo", **signed(received("a4") | {"message": message}))

    assert status_of(session, row) is DeliveryStatus.DELIVERED


def test_seen_names_several_messages_at_once(session: Session, ward: Unit) -> None:
    rows = [
        make_delivery(session, unit=ward, channel=Channel.ZALO_OA, provider_message_id=number) for number in ("m1", "m2", "m3")
    ]
    seen = event("user_seen_message", sender={"id": OA}, recipient={"id": "7"}, message={"msg_ids": ["m1", "m2"]})

    phone().post("/webhooks/zalo", **signed(seen))

    assert [status_of(session, row).value for row in rows] == ["read", "read", "sent"]


def test_who_unfollows_gets_nothing_more(session: Session, ward: Unit) -> None:
    phone().post("/webhooks/zalo", **signed(event("unfollow", follower={"id": "246845883529197922"})))

    session.rollback()
    assert {(one.channel.value, one.recipient) for one in session.exec(select(OptOut))} == {
        ("zalo_oa", "246845883529197922"),
        ("zalo_template", "246845883529197922"),
    }


# ---- Facebook


def test_the_contracts_example_of_facebook_is_taken(session: Session, ward: Unit, clock: Traveller) -> None:
    clock.move_to(THEN)
    row = make_delivery(
        session, unit=ward, channel=Channel.FACEBOOK, status=DeliveryStatus.SENT, provider_message_id="1000200030004_555"
    )
    mac = "ea316647494eab93e1a123283142a81a5ffea68565ed2f9e376bbd39e0fa336a"

    right = phone().post("/webhooks/facebook", content=FACEBOOK.encode(), headers={"X-Hub-Signature-256": f"sha256={mac}"})
    wrong = phone().post("/webhooks/facebook", content=FACEBOOK.encode() + b" ", headers={"X-Hub-Signature-256": f"sha256={mac}"})

    assert (right.status_code, wrong.status_code, len(events(session))) == (200, 403, 1)
    assert status_of(session, row) is DeliveryStatus.DELIVERED


@pytest.mark.parametrize("entry", [None, [], [{}], [{"time": "soon"}], [3]])
def test_what_is_signed_and_makes_no_sense_is_refused(session: Session, ward: Unit, entry: object) -> None:
    body = json.dumps({"object": "page", "entry": entry}).encode()
    mac = hmac.digest(FB_SECRET.encode(), body, "sha256").hex()

    answer = phone().post("/webhooks/facebook", content=body, headers={"X-Hub-Signature-256": f"sha256={mac}"})

    assert (answer.status_code, events(session)) == (403, [])


def test_facebooks_question_is_answered_with_its_number_alone(session: Session, ward: Unit) -> None:
    word = webhook_addresses.token_of(account(session, Channel.FACEBOOK))

    def asked(**query: str) -> tuple[int, str]:
        params = {f"hub.{name}": value for name, value in query.items()}
        answer = phone().get("/webhooks/facebook", params=params)
        return answer.status_code, answer.text

    assert asked(mode="subscribe", challenge="1158201444", verify_token=word) == (200, "1158201444")
    assert {
        asked(mode="subscribe", challenge="1", verify_token=word[:-1])[0],
        asked(mode="other", challenge="1", verify_token=word)[0],
        asked(mode="subscribe", challenge="1")[0],
        asked()[0],
    } == {403}


# ---- SMS and the bot


def test_a_gateways_report_is_only_stored_until_the_gateway_is_asked(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward, channel=Channel.SMS)
    path = webhook_addresses.address_of(account(session, Channel.SMS)).removeprefix("http://ward.test")

    answer = phone().get(
        path, params={"SMSID": "s1", "SendStatus": "5", "SendSuccess": "1", "SendFailed": "0", "RequestId": row.id.hex}
    )

    assert (answer.status_code, len(events(session))) == (200, 1)
    assert status_of(session, row) is DeliveryStatus.SENT


def test_a_gateway_that_does_not_know_its_address_is_refused(session: Session, ward: Unit) -> None:
    bot = webhook_addresses.token_of(account(session, Channel.ZALO_BOT))

    assert phone().get(f"/webhooks/sms/{bot}", params={"SendStatus": "5", "SMSID": "s1"}).status_code == 403
    assert phone().get("/webhooks/sms/x", params={"SendStatus": "5", "SMSID": "s1"}).status_code == 403
    assert events(session) == []


def test_stop_by_sms_ends_sms_and_zns_to_that_number(session: Session, ward: Unit) -> None:
    path = f"/webhooks/sms/{webhook_addresses.token_of(account(session, Channel.SMS))}"

    def says(words: str) -> set[str]:
        phone().get(path, params={"phonenumber": "0912345678", "message": words, "id": words})
        session.rollback()
        found = session.exec(select(OptOut).where(OptOut.recipient == "+84912345678")).all()
        session.rollback()
        return {one.channel.value for one in found if one.ended_at is None}

    assert says("Mấy giờ tiêm?") == set()
    assert says("TU CHOI") == {"sms", "zns"}


def test_a_gateway_may_call_the_parameters_of_an_answer_by_other_names(session: Session, ward: Unit) -> None:
    sms = session.exec(select(ChannelAccount).where(ChannelAccount.channel == Channel.SMS)).one()
    sms.settings = {"answer_text_name": "Content", "answer_phone_name": "Phone"}
    session.commit()
    path = f"/webhooks/sms/{webhook_addresses.token_of(sms)}"

    phone().get(path, params={"phonenumber": "0987654321", "message": "TC"})
    phone().get(path, params={"Phone": "0912345678", "Content": "TC"})

    session.rollback()
    assert {one.recipient for one in session.exec(select(OptOut))} == {"+84912345678"}


def test_the_bots_provider_brings_the_secret_it_was_given(session: Session, ward: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    word = webhook_addresses.token_of(account(session, Channel.ZALO_BOT))
    said = {
        "ok": True,
        "result": {
            "event_name": "message.text.received",
            "message": {
                "from": {"id": "7"},
                "chat": {"id": "7"},
                "text": "alo",
                "message_id": "b1",
                "date": int(NOON.timestamp() * 1000),
            },
        },
    }

    taken = phone().post(f"/webhooks/zalo-bot/{word}", json=said, headers={"X-Bot-Api-Secret-Token": word})
    under(monkeypatch, "another", "a key for tests only")  # the provider has the word of before
    repeated = phone().post(f"/webhooks/zalo-bot/{word}", json=said, headers={"X-Bot-Api-Secret-Token": word})
    refused = [
        phone().post(f"/webhooks/zalo-bot/{word}", json=said, headers={"X-Bot-Api-Secret-Token": "x"}),
        phone().post(f"/webhooks/zalo-bot/{word}", json=said),
        phone().post("/webhooks/zalo-bot/x", json=said, headers={"X-Bot-Api-Secret-Token": word}),
    ]

    assert (taken.status_code, repeated.status_code) == (200, 200)
    assert {one.status_code for one in refused} == {403}
    assert [one.name for one in events(session)] == ["message.text.received"]
    assert "alo" not in str(events(session)[0].body)


# ---- all of them


@pytest.mark.parametrize("path", ["/webhooks/zalo", "/webhooks/zalo-bot/x"])
def test_events_come_by_post_only(session: Session, ward: Unit, path: str) -> None:
    assert phone().get(path).status_code == 405


def test_the_light_process_takes_them_too(session: Session, ward: Unit) -> None:
    row = make_delivery(session, unit=ward, channel=Channel.ZALO_OA, provider_message_id="m1")

    answer = TestClient(public.app, base_url="http://ward.test").post("/webhooks/zalo", **signed(received("m1")))

    assert (answer.status_code, status_of(session, row)) == (200, DeliveryStatus.DELIVERED)
    assert answer.headers["cache-control"] == "no-store"


def test_a_database_that_is_down_while_it_is_worked_off_has_lost_nothing(
    session: Session, ward: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = make_delivery(session, unit=ward, channel=Channel.ZALO_OA, provider_message_id="m1")

    def down(_session: Session, **_more: object) -> None:
        raise OperationalError("", {}, Exception())

    with monkeypatch.context() as patch:
        patch.setattr("services.receipts.work_off", down)
        assert phone().post("/webhooks/zalo", **signed(received("m1"))).status_code == 200
    before = status_of(session, row)
    webhooks.work_off()

    assert (before, status_of(session, row)) == (DeliveryStatus.SENT, DeliveryStatus.DELIVERED)
