"""The words that stand for Streamlit's English: each must be one that the installed Streamlit still says."""

import json
import re
from functools import cache

import pytest

from core.i18n import LANGUAGES
from ui import streamlits
from ui.shell import INDEX


@cache
def interface() -> str:
    """The whole interface as it is installed."""
    return "".join(path.read_text(encoding="utf-8") for path in sorted((INDEX.parent / "static" / "js").glob("*.js")))


@pytest.mark.parametrize("english", streamlits.WORDS)
def test_streamlit_still_says_it(english: str) -> None:
    """Red after an upgrade: look what stands there now, and write our words over that."""
    pieces = re.split(r"\{\w+\}|(?<=[.:]) | available", english)  # as the interface puts them together

    missing = [piece for piece in pieces if len(piece.strip(" :.")) > 1 and piece.strip(" :.") not in interface()]

    assert missing == []


@pytest.mark.parametrize(("english", "ours"), streamlits.WORDS.items())
def test_our_words_use_no_blank_that_the_english_has_not(english: str, ours: str) -> None:
    assert set(re.findall(r"\{\w+\}", ours)) <= set(re.findall(r"\{\w+\}", english))


@pytest.mark.parametrize("name", ["BACKEND_BASE_URL", "HOST_CONFIG", "allowedOrigins", "useExternalAuthToken"])
def test_streamlit_still_reads_where_its_server_is(name: str) -> None:
    assert "window.__streamlit" in interface()
    assert name in interface()
    assert name in streamlits.script().decode()


def test_every_language_but_english_is_spoken_and_an_address_keeps_its_words() -> None:
    spoken = json.loads(streamlits.script().decode().split("\n", 1)[0].removeprefix("const WORDS = ").removesuffix(";"))

    assert set(spoken) == set(LANGUAGES) - {"en"}
    assert all(words.keys() == streamlits.WORDS.keys() for words in spoken.values())
    assert spoken["vi"]["No results"] == "Không có mục nào khớp"
