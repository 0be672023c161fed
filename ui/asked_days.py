"""Which days a screen of figures is about: the last one, and how far back; both stand in the address."""

from collections.abc import Mapping
from datetime import date, timedelta

import streamlit as st

from core import clock
from ui import addressed
from ui.words import _, number

FIRST = date(2000, 1, 1)
SPANS = (30, 90, 365)
KEPT_SECONDS = 300


def until(label: str, today: date, *, first: date = FIRST) -> date:
    """The last day, today where the address names none."""
    return st.date_input(
        label,
        today,
        min_value=min(first, today),
        max_value=today,
        key="ngay",
        bind="query-params",
        format="DD/MM/YYYY",
        width=170,
    )


def back(words: Mapping[str, str]) -> int:
    """How many days are looked at, of those there are words for; 30 where the address names none of them."""
    return int(addressed.segments(_("Nhìn lại"), words, key="ky", usual="30"))


def usual() -> dict[str, str]:
    """A month, a quarter, a year, in days."""
    return {str(days): _("{n} ngày", n=number(days)) for days in SPANS}


def over(since: date, until: date) -> dict[str, str]:
    """What an address says of days from one to another, for a link to a figure of the same."""
    return {"ngay": until.isoformat(), "ky": str((until - since).days + 1)}


def last(days: int) -> dict[str, str]:
    """The same of so many days up to today."""
    return over(clock.today() - timedelta(days=days - 1), clock.today())


def month(day: date) -> dict[str, str]:
    """The same of the month a day lies in, up to today."""
    first, following = clock.month_of(day)
    return over(first, min(following - timedelta(days=1), clock.today()))
