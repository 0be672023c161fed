"""Settings that cannot be are refused before anything runs."""

import pytest
from pydantic import ValidationError

from core.settings import Settings

BASE_URLS = (
    "zalo_oauth_base_url", "zalo_openapi_base_url", "zalo_zns_base_url", "zalo_bot_base_url", "facebook_graph_base_url",
    "sms_base_url",
)  # fmt: skip


@pytest.mark.parametrize("name", BASE_URLS)
@pytest.mark.parametrize(
    "url", ["", "openapi.zalo.me", "http://", "https:///v3.0", "ftp://openapi.zalo.me", "https://a@openapi.zalo.me",
            "https://openapi.zalo.me?x=1", "https://openapi.zalo.me#x", "https://openapi.zalo.me:port",
            "https://open api.zalo.me"]
)  # fmt: skip
def test_a_base_url_that_leads_to_no_host_is_refused_with_a_sentence(name: str, url: str) -> None:
    with pytest.raises(ValidationError, match=r"must look like https://host"):
        Settings.model_validate({name: url})


@pytest.mark.parametrize("url", ["https://openapi.zalo.me", "http://127.0.0.1:9100/openapi/", "https://[::1]:8443/a/b"])
def test_a_base_url_may_carry_a_port_and_a_path(url: str) -> None:
    assert Settings.model_validate({"zalo_openapi_base_url": url}).zalo_openapi_base_url == url.rstrip("/")


def test_base_urls_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUNOI_ZALO_BOT_BASE_URL", "http://127.0.0.1:9/bot")

    assert Settings().zalo_bot_base_url == "http://127.0.0.1:9/bot"


@pytest.mark.parametrize("url", ["", "smtp://127.0.0.1:25", "smtps://ward:p%40ss@post.example"])
def test_a_mail_server_may_be_named_or_left_out(url: str) -> None:
    assert Settings.model_validate({"smtp_url": url}).smtp_url == url


@pytest.mark.parametrize("url", ["post.example:25", "smtp://", "http://post.example", "smtp://post.example/box", "smtp://a:b@"])
def test_a_mail_server_that_is_none_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(ValidationError, match=r"must look like smtp://"):
        Settings.model_validate({"smtp_url": url})


@pytest.mark.parametrize("seconds", [0, -1, 601, float("nan")])
def test_patience_has_bounds(seconds: float) -> None:
    with pytest.raises(ValidationError, match="more than 0 and at most 600"):
        Settings.model_validate({"provider_whole_seconds": seconds})
