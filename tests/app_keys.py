"""Another app key in the midst of a test."""

import pytest

from core.settings import settings


def under(monkeypatch: pytest.MonkeyPatch, key: str, *before: str) -> None:
    """From here on the app key is this one, and these are those of before that are still known."""
    monkeypatch.setenv("CAUNOI_SECRET_KEY", key)
    monkeypatch.setenv("CAUNOI_PREVIOUS_SECRET_KEYS", ",".join(before))
    settings.cache_clear()
