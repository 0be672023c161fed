"""What each provider is sent, and what is read from its success (contracts/channels.md §2 to §7)."""

import json
import unicodedata
from typing import Any

import pytest

from models import Channel
from services.senders import Accepted, Rejected
from tests.adapters.channels.desk import KEY, Desk, keys, message
from tests.provider import Provider

USER = "2512523625412515"
TEXT = "Sáng mai khám tiểu đường."
BODIES: dict[Channel, tuple[str, dict[str, Any]]] = {
    Channel.ZALO_OA: ("/openapi/v3.0/oa/message/cs", {"recipient": {"user_id": USER}, "message": {"text": TEXT}}),
    Channel.ZALO_TEMPLATE: (
        "/openapi/v3.0/oa/message/template",
        {"user_id": USER, "template_id": "100001", "template_data": {"ward_name": "Bắc Kạn"}},
    ),
    Channel.ZALO_GROUP: ("/openapi/v3.0/oa/group/message", {"recipient": {"group_id": USER}, "message": {"text": TEXT}}),
    Channel.ZNS: (
        "/zns/message/template",
        {"phone": "84987654321", "template_id": "100001", "template_data": {"ward_name": "Bắc Kạn"}, "tracking_id": KEY},
    ),
    Channel.ZALO_BOT: ("/bot/botaccess-app-0/sendMessage", {"chat_id": USER, "text": TEXT}),
    Channel.FACEBOOK: ("/graph/v25.0/1000200030004/feed", {"message": TEXT, "link": "http://ward.test/a/k7"}),
    Channel.SMS: (
        "/sms/MainService.svc/json/SendMultipleMessage_V4_post_json/",
        {
            "ApiKey": "sms-key", "SecretKey": "app-secret", "Brandname": "UBND-PHUONG", "SmsType": "2", "Phone": "0901234567",
            "Content": TEXT, "IsUnicode": "0", "RequestId": KEY, "Sandbox": "0",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("channel", BODIES)
def test_a_provider_gets_what_its_contract_says(channel: Channel, desk: Desk, provider: Provider) -> None:
    outcome = desk.one(channel)

    assert isinstance(outcome, Accepted)
    assert outcome.message_id
    assert [call for call in provider.desk.calls if call[0] == "POST"] == [("POST", *BODIES[channel])]


def test_an_article_is_written_published_and_sent(desk: Desk, provider: Provider) -> None:
    outcome = desk.one(Channel.ZALO_BROADCAST, text="Sáng mai.\n\n" + "Mời bà con. " * 60, title="T" * 160)

    create, verify, sent = provider.desk.calls
    article = create[2]
    assert isinstance(outcome, Accepted)
    assert [call[1] for call in (create, verify, sent)] == [
        "/openapi/v2.0/article/create", "/openapi/v2.0/article/verify", "/openapi/v2.0/oa/message",
    ]  # fmt: skip
    assert (len(article["title"]), len(article["description"]) <= 300, article["status"]) == (150, True, "show")
    assert article["author"] == "UBND phường"
    assert article["body"][0]["content"].startswith("Sáng mai.\n\nMời bà con.")
    assert sent[2]["recipient"] == {"target": {"gender": "0"}}
    assert sent[2]["message"]["attachment"]["payload"]["elements"][0] == {
        "media_type": "article", "attachment_id": f"art-{verify[2]['token']}",
    }  # fmt: skip


@pytest.mark.parametrize(
    "channel", [Channel.ZALO_OA, Channel.ZALO_GROUP, Channel.ZALO_BOT, Channel.FACEBOOK, Channel.SMS, Channel.ZNS]
)
def test_decomposed_letters_are_composed_before_they_leave(channel: Channel, desk: Desk, provider: Provider) -> None:
    apart = unicodedata.normalize("NFD", TEXT)

    desk.send(channel, message(channel, text=apart))

    assert apart != TEXT
    assert apart not in str(provider.desk.calls)


def test_a_text_that_is_short_enough_once_composed_leaves(desk: Desk) -> None:
    assert isinstance(desk.one(Channel.ZALO_OA, text=unicodedata.normalize("NFD", "ệ" * 2000)), Accepted)


@pytest.mark.parametrize(
    ("channel", "longest"),
    [
        (Channel.ZALO_OA, 2000),
        (Channel.ZALO_GROUP, 2000),
        (Channel.ZALO_BOT, 2000),
        (Channel.SMS, 459),
        (Channel.FACEBOOK, 60_000),
    ],
)
def test_a_text_over_the_length_is_refused_before_it_leaves(
    channel: Channel, longest: int, desk: Desk, provider: Provider
) -> None:
    assert desk.senders[channel].longest == longest

    fits, over, empty = (desk.one(channel, text=text) for text in ("a" * longest, "a" * (longest + 1), " \n"))

    assert isinstance(fits, Accepted)
    assert [isinstance(outcome, Rejected) and outcome.trouble for outcome in (over, empty)] == ["content", "content"]
    assert provider.desk.book.asked.total() == 1


@pytest.mark.parametrize("channel", [Channel.ZNS, Channel.SMS])
@pytest.mark.parametrize(
    "phone", ["", "0987654321", "+8498765432", "+849876543210", "+14155550100", "ông Hai", "+84 987 654 321"]
)
def test_a_receiver_who_is_no_number_is_refused_before_it_leaves(
    channel: Channel, phone: str, desk: Desk, provider: Provider
) -> None:
    outcome = desk.one(channel, recipient=phone)

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "recipient"
    assert provider.connected == 0


@pytest.mark.parametrize("channel", [Channel.ZALO_OA, Channel.ZALO_TEMPLATE, Channel.ZALO_GROUP, Channel.ZALO_BOT])
def test_nobody_to_send_to_is_refused_before_it_leaves(channel: Channel, desk: Desk, provider: Provider) -> None:
    outcome = desk.one(channel, recipient="")

    assert isinstance(outcome, Rejected)
    assert outcome.trouble == "recipient"
    assert provider.connected == 0


def test_mentions_that_somebody_typed_do_not_call_a_group(desk: Desk, provider: Provider) -> None:
    desk.one(Channel.ZALO_GROUP, text="Mời [@all] họp [@2512523625412515] lúc 7 giờ [tổ 5]")

    assert provider.desk.calls[0][2]["message"]["text"] == "Mời  họp  lúc 7 giờ [tổ 5]"


def test_what_one_person_may_still_get_is_no_quota_of_the_account(desk: Desk) -> None:
    outcome = desk.one(Channel.ZALO_OA)

    assert outcome == Accepted(message_id="cs1", cost=0)


def test_quotas_are_read_where_they_are_told(desk: Desk) -> None:
    by_phone, by_id = desk.one(Channel.ZNS), desk.one(Channel.ZALO_TEMPLATE)

    assert by_phone == Accepted("zns1", quota_left=4999, quota_total=5000)
    assert by_id == Accepted("uid2", quota_left=4821)


def test_numbers_beyond_two_to_the_53_keep_every_digit(desk: Desk, provider: Provider) -> None:
    provider.script({"body": '{"error": 0, "message": "Success", "data": {"message_id": 9007199254740993123}}'})

    assert desk.one(Channel.ZALO_OA) == Accepted("9007199254740993123")


def test_an_error_that_comes_as_text_is_an_error(desk: Desk, provider: Provider) -> None:
    provider.script({"body": '{"error": "-213", "message": "user is not follower"}'}, {"body": '{"error": "0", "data": {}}'})

    refused, taken = desk.one(Channel.ZALO_OA), desk.one(Channel.ZALO_OA)

    assert isinstance(refused, Rejected)
    assert refused.trouble == "recipient"
    assert taken == Accepted()


def test_sms_goes_with_marks_only_where_the_account_says_so(desk: Desk, provider: Provider) -> None:
    desk.one(Channel.SMS, account=keys(is_unicode="1", callback_url="https://ward.test/webhooks/sms/t"))

    asked = provider.desk.calls[0][2]
    assert (asked["IsUnicode"], asked["CallbackUrl"]) == ("1", "https://ward.test/webhooks/sms/t")


@pytest.mark.parametrize(
    ("channel", "says", "left", "total"),
    [
        (Channel.ZALO_OA, "UBND phường Bắc Kạn", 1234, 2000), (Channel.ZALO_TEMPLATE, "UBND phường Bắc Kạn", None, None),
        (Channel.ZALO_BROADCAST, "UBND phường Bắc Kạn", None, None), (Channel.ZALO_GROUP, "UBND phường Bắc Kạn", None, None),
        (Channel.ZNS, "", 4321, 5000), (Channel.ZALO_BOT, "bot.phuong", None, None),
        (Channel.FACEBOOK, "Phường Bắc Kạn", None, None),
        (Channel.SMS, "1.234.500 ₫", None, None),
    ],
)  # fmt: skip
def test_an_account_says_how_it_stands(
    channel: Channel, says: str, left: int | None, total: int | None, desk: Desk, provider: Provider
) -> None:
    health = desk.check(channel)

    assert (health.is_well, health.says, health.quota_left, health.quota_total) == (True, says, left, total)
    assert provider.desk.book.accepted == 0


@pytest.mark.parametrize(
    ("names", "blanks", "is_well"),
    [
        (["ward_name", "title"], "", True),  # as is usual
        (["ward_name", "day"], "", False),
        (["day"], "day=han, more=tin", True),
        (["day", "ward_name"], "day=han", False),
        ([], "", True),
    ],
)
def test_a_template_with_a_blank_that_nobody_fills_is_found_before_anything_is_sent(
    names: list[str], blanks: str, is_well: bool, desk: Desk, provider: Provider
) -> None:
    listed = json.dumps({"error": 0, "data": {"listParams": [{"name": name, "maxLength": 30} for name in names]}})
    provider.script({"pass": True}, {"body": listed})

    health = desk.check(Channel.ZNS, account=keys(blanks=blanks))

    assert health.is_well is is_well
    assert bool(health.says) is not is_well


def test_a_template_that_is_not_there_is_found_before_anything_is_sent(desk: Desk, provider: Provider) -> None:
    provider.script({"pass": True}, {"code": -109})

    health = desk.check(Channel.ZNS)

    assert (health.is_well, health.code, health.is_sure) == (False, "-109", True)


@pytest.mark.parametrize(("limit", "per_second"), [("120", 2.0), ("", None), ("many", None), ("0", None)])
def test_what_a_package_allows_is_read_from_its_answer(
    limit: str, per_second: float | None, desk: Desk, provider: Provider
) -> None:
    told = {"body": '{"error": 0, "data": {"name": "UBND"}}', "headers": {"X-RateLimit-Limit": limit}}
    provider.script(told)

    assert desk.check(Channel.ZALO_GROUP).per_second == per_second


@pytest.mark.parametrize("channel", BODIES)
@pytest.mark.parametrize("how", [{"status": 502}, {"body": "<html>"}, {"fate": "cut"}, {"status": 404}])
def test_an_account_that_gives_no_answer_is_not_well(
    channel: Channel, how: dict[str, object], desk: Desk, provider: Provider
) -> None:
    provider.script(how, how)  # what is only read may be asked twice

    health = desk.check(channel)

    assert not health.is_well
    assert health.says
    assert health.is_sure is (how == {"status": 404})


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        (Channel.ZALO_OA, "-204"),
        (Channel.ZNS, "-135"),
        (Channel.ZALO_BOT, "401"),
        (Channel.FACEBOOK, "190"),
        (Channel.SMS, "101"),
    ],
)
def test_an_account_that_is_refused_says_why(channel: Channel, code: str, desk: Desk, provider: Provider) -> None:
    provider.script({"code": code} if channel is not Channel.SMS else {"body": '{"CodeResponse": "101"}'})

    health = desk.check(channel)

    assert (health.is_well, health.code, health.is_sure) == (False, code, True)


@pytest.mark.parametrize("channel", BODIES)
def test_an_account_without_keys_is_not_well(channel: Channel, desk: Desk) -> None:
    lacks = "api_key" if channel is Channel.SMS else "access_token"

    assert not desk.check(channel, account=keys(without=lacks)).is_well


def test_base_urls_may_carry_a_path_and_a_slash_at_their_end(provider: Provider) -> None:
    there = provider.urls["CAUNOI_SMS_BASE_URL"] + "/"

    assert isinstance(Desk(provider, sms_base_url=there).one(Channel.SMS), Accepted)


def test_facebooks_version_may_be_left_out(provider: Provider) -> None:
    Desk(provider, facebook_graph_version="").one(Channel.FACEBOOK)

    assert provider.desk.calls[0][1] == "/graph/1000200030004/feed"
