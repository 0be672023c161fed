from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from core import formats
from core.i18n import best_language

SATURDAY = datetime(2026, 11, 28, 0, 0, tzinfo=UTC)  # 7 giờ in Bắc Kạn


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_days_and_hours_as_a_clerk_writes_them() -> None:
    assert plain(formats.moment(SATURDAY)) == "thứ Bảy 28/11/2026, 7 giờ"
    assert plain(formats.hour(SATURDAY + timedelta(minutes=5))) == "7 giờ 05"
    assert plain(formats.day(date(2026, 11, 29))) == "chủ nhật 29/11/2026"
    assert formats.day(date(2026, 11, 5), weekday=False) == "05/11/2026"


def test_other_languages_write_their_own_way() -> None:
    assert formats.day(date(2026, 11, 28), language="en") == "Saturday 28 Nov 2026"
    assert formats.day(date(2026, 11, 28), language="ja").startswith("2026年11月28日")
    assert formats.hour(SATURDAY, language="en") == "07:00"
    assert formats.hour(SATURDAY, language="ja") == "7時"


@pytest.mark.parametrize(
    ("value", "places", "words"), [(1234.5, 1, "1.234,5"), (0, 0, "0"), (2742, 0, "2.742"), (-3.04, 1, "-3,0")]
)
def test_numbers(value: float, places: int, words: str) -> None:
    assert formats.number(value, places=places) == words


def test_shares_and_money() -> None:
    assert plain(formats.share(0.8967)) == "89,7 %"
    assert formats.share(None) == "–"
    assert plain(formats.money(45_600)) == "45.600 ₫"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "0 phút"),
        (timedelta(minutes=18), "18 phút"),
        (timedelta(hours=2, minutes=18), "2 giờ 18 phút"),
        (timedelta(hours=2), "2 giờ"),
        (timedelta(days=3, hours=5), "3 ngày"),
        (timedelta(minutes=-5), "0 phút"),
    ],
)
def test_spans(length: timedelta, words: str) -> None:
    assert plain(formats.span(length)) == words


@time_machine.travel(SATURDAY, tick=False)
def test_today_needs_no_day() -> None:
    assert plain(formats.near(SATURDAY)) == "7 giờ"
    assert plain(formats.near(SATURDAY + timedelta(days=1))) == "7 giờ, chủ nhật 29/11/2026"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ja,en;q=0.8", "ja"),
        ("fr,en;q=0.3", "en"),
        ("", "vi"),
        ("en;q=0.1,vi;q=0.9", "vi"),
        ("de", "vi"),
        ("x;q=nonsense,ja", "ja"),
    ],
)
def test_the_readers_language_is_found(header: str, language: str) -> None:
    assert best_language(header, default="vi") == language
