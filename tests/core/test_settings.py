"""Settings that cannot be are refused before anything runs."""

from pathlib import Path

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


def test_files_are_named_whole_from_where_one_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAUNOI_DATA_DIR", "dữ liệu")
    monkeypatch.delenv("CAUNOI_DATABASE_URL")
    by_folder = Settings()
    monkeypatch.setenv("CAUNOI_DATABASE_URL", "sqlite:///của tôi.db")

    by_file = Settings()

    assert by_folder.data_dir == tmp_path / "dữ liệu"
    assert by_folder.database_url == f"sqlite:///{tmp_path}/dữ liệu/caunoi.db"
    assert by_file.database_url == f"sqlite:///{tmp_path}/của tôi.db"


def test_files_that_the_houses_own_file_names_are_the_houses_wherever_one_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    house, elsewhere = tmp_path / "house", tmp_path / "elsewhere"
    house.mkdir()
    elsewhere.mkdir()
    (house / ".env").write_text("CAUNOI_DATA_DIR=var2\nCAUNOI_DATABASE_URL=sqlite:///ward.db\nCAUNOI_LANGUAGE=ja\n")
    (elsewhere / ".env").write_text("CAUNOI_LANGUAGE=en\n")
    monkeypatch.setattr("core.settings.ROOT", house)
    monkeypatch.setitem(Settings.model_config, "env_file", house / ".env")
    monkeypatch.chdir(elsewhere)
    for name in ("DATA_DIR", "DATABASE_URL"):
        monkeypatch.delenv(f"CAUNOI_{name}")

    said = Settings()

    assert (said.data_dir, said.database_url, said.language) == (house / "var2", f"sqlite:///{house}/ward.db", "ja")


@pytest.mark.parametrize("url", ["postgresql://ward@db/caunoi", "sqlite:///:memory:", "sqlite:////srv/caunoi.db", "sqlite://"])
def test_a_database_that_is_named_whole_or_is_no_file_stays_as_it_is(url: str) -> None:
    assert Settings(database_url=url).database_url == url


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
