"""Secrets of others, kept encrypted."""

import pytest

from core import sealed
from core.settings import settings

OWNER = "channel account 1"
TOKENS = {"access_token": "thẻ-bí-mật", "refresh_token": "một lần"}


def under(monkeypatch: pytest.MonkeyPatch, key: str, *previous: str) -> None:
    monkeypatch.setenv("CAUNOI_SECRET_KEY", key)
    monkeypatch.setenv("CAUNOI_PREVIOUS_SECRET_KEYS", ",".join(previous))
    settings.cache_clear()


def test_what_is_sealed_opens_again_and_shows_nothing_of_itself() -> None:
    kept = sealed.seal(TOKENS, owner=OWNER)

    assert sealed.unseal(kept, owner=OWNER) == TOKENS
    assert "bí" not in kept
    assert kept != sealed.seal(TOKENS, owner=OWNER), "the same words look the same every time"


def test_nothing_sealed_is_nothing() -> None:
    assert sealed.unseal("", owner=OWNER) == {}
    assert sealed.is_current("", owner=OWNER)


def test_another_owners_row_does_not_open() -> None:
    kept = sealed.seal(TOKENS, owner=OWNER)

    with pytest.raises(sealed.Unreadable):
        sealed.unseal(kept, owner="channel account 2")


def test_a_changed_row_does_not_open() -> None:
    kept = sealed.seal(TOKENS, owner=OWNER)

    with pytest.raises(sealed.Unreadable):
        sealed.unseal(kept[:-4] + "AAA=", owner=OWNER)


def test_an_app_key_of_before_opens_until_it_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    under(monkeypatch, "old")
    kept = sealed.seal(TOKENS, owner=OWNER)

    under(monkeypatch, "new", "older", "old")

    assert sealed.unseal(kept, owner=OWNER) == TOKENS
    assert not sealed.is_current(kept, owner=OWNER)
    anew = sealed.seal(TOKENS, owner=OWNER)
    under(monkeypatch, "new")
    assert sealed.unseal(anew, owner=OWNER) == TOKENS
    assert sealed.is_current(anew, owner=OWNER)
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(kept, owner=OWNER)
