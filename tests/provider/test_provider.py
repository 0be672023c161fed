"""The provider of our own must do what it is told, or nothing that is measured against it means anything."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.provider import Faults, Provider, running

TOKEN = "access-app-0"
CLIENT = httpx.Client()  # one, since each reads all of this computer's certificates


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as provider:
        yield provider


def cs(provider: Provider, user: str, *, token: str = TOKEN) -> httpx.Response:
    body = {"recipient": {"user_id": user}, "message": {"text": "Xin chào"}}
    url = provider.urls["CAUNOI_ZALO_OPENAPI_BASE_URL"] + "/v3.0/oa/message/cs"
    return CLIENT.post(url, json=body, headers={"access_token": token})


def code(answer: httpx.Response) -> Any:
    return answer.json()["error"] if answer.status_code == 200 else f"HTTP {answer.status_code}"


def control(provider: Provider, word: str, told: object = None) -> httpx.Response:
    url = f"http://127.0.0.1:{provider.port}/_control/{word}"
    return CLIENT.get(url) if told is None else CLIENT.post(url, json=told)


def fate(provider: Provider, user: str) -> Any:
    try:
        return code(cs(provider, user))
    except httpx.RemoteProtocolError:
        return "cut"


def test_what_happens_to_a_message_follows_from_the_seed_and_not_from_the_order(provider: Provider) -> None:
    provider.desk.faults = Faults(seed=7, error_rate=0.3, lost_rate=0.2, refuse_rate=0.1)
    forth = {user: fate(provider, user) for user in map(str, range(60))}
    provider.desk.start(provider.desk.faults)
    back = {user: fate(provider, user) for user in map(str, reversed(range(60)))}
    provider.desk.start(Faults(seed=8, error_rate=0.3, lost_rate=0.2, refuse_rate=0.1))
    another = {user: fate(provider, user) for user in map(str, range(60))}

    assert forth == back != another
    assert {-200, "HTTP 503", "HTTP 429", "cut", -230, 0} == set(forth.values())


def test_what_is_lost_was_taken_and_a_repeat_is_a_double(provider: Provider) -> None:
    provider.desk.faults = Faults(lost_rate=1.0)

    fates = [fate(provider, "1"), fate(provider, "1"), fate(provider, "2")]

    assert fates == ["cut"] * 3
    counts = control(provider, "counts").json()
    assert (counts["accepted"], counts["keys"], counts["doubles"], counts["cut"]) == (3, 2, 1, 3)


def test_what_vanishes_was_not_taken(provider: Provider) -> None:
    provider.desk.faults = Faults(vanish_rate=1.0)

    assert fate(provider, "1") == "cut"
    assert provider.desk.book.accepted == 0


def test_a_key_is_taken_once_where_the_provider_dedupes(provider: Provider) -> None:
    provider.desk.faults = Faults(lost_rate=1.0)
    url = provider.urls["CAUNOI_SMS_BASE_URL"] + "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
    asked = {"RequestId": "k1", "Phone": "0901234567", "ApiKey": "a"}

    with pytest.raises(httpx.RemoteProtocolError):
        CLIENT.post(url, json=asked)
    again = CLIENT.post(url, json=asked).json()

    assert again["CodeResult"] == "124"
    assert (provider.desk.book.accepted, provider.desk.book.doubles, provider.desk.book.repeats_refused) == (1, 0, 1)


@pytest.mark.parametrize(("by", "expected"), [("http", "HTTP 429"), ("code", -32)])
def test_an_account_that_goes_too_fast_is_held_back(by: str, expected: object, provider: Provider) -> None:
    provider.desk.faults = Faults().with_({"per_second": 0.01, "limit_by": by})

    codes = [code(cs(provider, str(n), token=token)) for n, token in enumerate(["access-a-0", "access-a-0", "access-b-0"])]

    assert codes == [0, expected, 0]


def test_a_days_quota_ends(provider: Provider) -> None:
    provider.desk.faults = Faults(quota=2)

    assert [code(cs(provider, str(n))) for n in range(4)] == [0, 0, -211, -211]


def test_a_token_is_good_for_so_many_uses_and_the_next_one_comes_by_refreshing_once(provider: Provider) -> None:
    provider.desk.faults = Faults(strict_tokens=True, token_uses=2)
    url = provider.urls["CAUNOI_ZALO_OAUTH_BASE_URL"] + "/v4/oa/access_token"
    form = {"app_id": "app", "grant_type": "refresh_token", "refresh_token": "refresh-app-0"}

    before = [code(cs(provider, str(n))) for n in range(3)]
    pair, used = (CLIENT.post(url, data=form, headers={"secret_key": "s"}).json() for _ in range(2))
    after = [code(cs(provider, "9", token=token)) for token in ("access-app-0", pair["access_token"])]

    assert before == [0, 0, -216]
    assert (pair["refresh_token"], used["error"]) == ("refresh-app-1", -14014)
    assert after == [-216, 0]
    assert (provider.desk.book.refreshes, provider.desk.book.refresh_reused) == (2, 1)


def test_it_is_told_from_outside_what_to_do(provider: Provider) -> None:
    assert control(provider, "faults", {"is_night": True, "seed": 3}).status_code == 200
    assert control(provider, "faults", {"moon": 1}).status_code == 400
    assert provider.desk.faults == Faults(is_night=True, seed=3)

    control(provider, "script", [{"code": -213}])
    assert [code(cs(provider, "1")), code(cs(provider, "1"))] == [-213, 0]
    assert list(control(provider, "keys").json().values()) == [1]

    control(provider, "reset", {"quota": 0})
    assert provider.desk.faults == Faults(quota=0)
    assert control(provider, "counts").json()["accepted"] == 0


def test_nothing_else_is_answered(provider: Provider) -> None:
    assert CLIENT.get(f"http://127.0.0.1:{provider.port}/elsewhere").status_code == 404
    assert control(provider, "nothing").status_code == 404
    none = CLIENT.get(provider.urls["CAUNOI_ZALO_ZNS_BASE_URL"] + "/none", headers={"access_token": "t"})
    assert none.json()["error"] == -101
