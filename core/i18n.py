"""Catalogues. Texts in the code are Vietnamese, what a ward reads; English and Japanese are translated from them.

`N_` marks a text that someone else, who knows the reader, will translate.
"""

from functools import cache
from pathlib import Path
from typing import Literal, cast

from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent.parent / "locales"
SOURCE = "vi"
LANGUAGES: dict[str, str] = {"vi": "Tiếng Việt", "en": "English", "ja": "日本語"}
Language = Literal["vi", "en", "ja"]


@cache
def catalogue(language: str) -> dict[str, str]:
    """The translations of one language, by source text. Empty for Vietnamese."""
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    if language == SOURCE or not path.exists():
        return {}
    with path.open("rb") as file:
        return {
            cast("str", message.id): cast("str", message.string)
            for message in read_po(file, locale=language)
            if message.id and message.string and not message.fuzzy
        }


def translate(message: str, *, language: str) -> str:
    """Say a text in a language; a text without translation stays Vietnamese."""
    return catalogue(language).get(message, message)


def N_(message: str) -> str:
    """Mark a text for the catalogue, unchanged."""
    return message


def best_language(accepts: str, *, default: str) -> str:
    """The first language of an Accept-Language header that we have, else `default` (RFC 9110 §12.5.4)."""
    wishes: list[tuple[float, str]] = []
    for part in accepts.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            wishes.append((-float(weight or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for _, tag in sorted(wishes, key=lambda wish: wish[0]) if tag in LANGUAGES), default)
