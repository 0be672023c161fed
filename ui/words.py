"""The reader's language: texts, numbers, days and hours as they are written in it; other people's words made harmless."""

import re
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Any, cast

import streamlit as st

from core import formats
from core.i18n import LANGUAGES, Language, translate
from core.settings import settings

_MARKS = re.compile(r"([\\`*_{}\[\]<>$~|:&#])")


# Set at the start of each run: asking the session for it at each word would take longer than translating.
_READER: ContextVar[Language | None] = ContextVar("reader", default=None)


def read_by(reader: str | None) -> None:
    """Remember the language of whoever reads, for this run; None for a stranger, who may still choose."""
    _READER.set(cast("Language", reader) if reader in LANGUAGES else None)


def language() -> Language:
    """The language of whoever reads this screen: the account's, a stranger's choice, else the house's."""
    if known := _READER.get():
        return known
    chosen = st.session_state.get("language")
    return cast("Language", chosen if chosen in LANGUAGES else settings().language)


def _(message: str, **blanks: Any) -> str:
    """A text in the reader's language, its blanks filled."""
    said = translate(message, language=language())
    return said.format(**blanks) if blanks else said


def plain(text: str) -> str:
    """Other people's words for a place where Streamlit reads Markdown: shown as they are, nothing comes to life."""
    return _MARKS.sub(r"\\\1", text)


def beginning(words: str) -> str:
    """As at the beginning of a line: the other letters stay."""
    return words[:1].upper() + words[1:]


def number(value: float, places: int = 0) -> str:
    """`1.234,5`."""
    return formats.number(value, language=language(), places=places)


def signed(value: int) -> str:
    """`+3`, `−2`, `0`."""
    return formats.signed(value, language=language())


def share(value: float | None, places: int = 1) -> str:
    """`89,7 %`; "–" where there is nothing to divide by."""
    return formats.share(value, language=language(), places=places)


def money(value: int) -> str:
    """`45.600 ₫`."""
    return formats.money(value, language=language())


def weight(size: int) -> str:
    """`1,2 MB`."""
    return formats.weight(size, language=language())


def day(value: date, *, weekday: bool = True) -> str:
    """`thứ Bảy 28/11/2026`."""
    return formats.day(value, language=language(), weekday=weekday)


def hour(instant: datetime) -> str:
    """`16 giờ 52`."""
    return formats.hour(instant, language=language())


def moment(instant: datetime) -> str:
    """`thứ Bảy 28/11/2026, 7 giờ`."""
    return formats.moment(instant, language=language())


def near(instant: datetime) -> str:
    """The hour alone for today, else the day with it."""
    return formats.near(instant, language=language())


def span(length: timedelta) -> str:
    """`2 giờ 18 phút`."""
    return formats.span(length, language=language())
