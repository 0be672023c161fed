"""Days and hours found in what people write."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import formats, written_times
from core.written_times import WrittenDay


def only(text: str) -> WrittenDay:
    [found] = written_times.days(text)
    return found


@pytest.mark.parametrize(
    ("text", "weekday", "written"),
    [
        ("Sáng thứ Bảy 28/11 tổng vệ sinh", 5, (28, 11, None)), ("Thứ bảy, ngày 28/11/2026", 5, (28, 11, 2026)),
        ("Chủ nhật (29/11)", 6, (29, 11, None)), ("CN 29-11-2026", 6, (29, 11, 2026)), ("T7, 28/11", 5, (28, 11, None)),
        ("thứ 4 ngày 5 tháng 3 năm 2026", 2, (5, 3, 2026)), ("ngày 05.3.2026", None, (5, 3, 2026)),
        ("hạn 30/2", None, (30, 2, None)), ("tổ 15 và 16/8", None, (16, 8, None)), ("ngày 1/5/26", None, (1, 5, 2026)),
    ],
)  # fmt: skip
def test_a_day_is_found_as_it_is_written(text: str, weekday: int | None, written: tuple[int, int, int | None]) -> None:
    found = only(text)

    assert (found.weekday, (found.day, found.month, found.year)) == (weekday, written)


@pytest.mark.parametrize(
    "text",
    [
        "Thông báo số 45/TB-UBND", "Nghị định 30/2020/NĐ-CP", "trực 24/7", "trực 24/24 giờ", "số 12/5 đường Nông Văn Quang",
        "ngõ 12/5", "tháng 12/2026", "giá 1.234,5 đồng", "10/3 âm lịch", "0209 3870 123", "lúc 7.30", "từ 7-11 giờ",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_day_is_none(text: str) -> None:
    assert list(written_times.days(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7h30-11h30 ngày 15 và 16/8", [(None, 15, 8, None), (None, 16, 8, None)]),
        ("ngày 15, 16 và ngày 17/8/2026", [(None, 15, 8, 2026), (None, 16, 8, 2026), (None, 17, 8, 2026)]),
        ("ngày 15-16/8", [(None, 15, 8, None), (None, 16, 8, None)]),
        ("từ ngày 30 đến hết 2/1/2027", [(None, 30, 12, 2026), (None, 2, 1, 2027)]),
        ("thứ Bảy 15 và Chủ nhật 16/8", [(5, 15, 8, None), (6, 16, 8, None)]),
        ("ngày 15/8, 16/8", [(None, 15, 8, None), (None, 16, 8, None)]),
        ("ngày 45 và 16/8", [(None, 16, 8, None)]),
    ],
)  # fmt: skip
def test_days_that_share_a_month_are_each_found(text: str, expected: list[tuple[int | None, int, int, int | None]]) -> None:
    found = list(written_times.days(text))

    assert [(one.weekday, one.day, one.month, one.year) for one in found] == expected
    assert [text[one.start : one.end] for one in found] == [one.text for one in found]
    assert [one.start for one in found] == sorted(one.start for one in found)


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_every_day_we_write_ourselves_is_read_back_with_its_weekday(day: date) -> None:
    found = only(f"Sáng {formats.day(day)}, từ 6 giờ.")

    assert (found.near(day), found.weekday) == (day, day.weekday())


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.integers(-180, 180))
def test_a_day_without_a_year_is_the_nearest_one(day: date, away: int) -> None:
    reference = date.fromordinal(day.toordinal() + away)

    found = only(f"ngày {day.day}/{day.month}").near(reference)

    assert found is not None
    assert (found == day) or (day.month, day.day) == (2, 29)


def test_the_thirtieth_of_february_is_no_day_in_any_year() -> None:
    assert only("ngày 30/2").near(date(2026, 11, 28)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7h30", (7, 30)), ("7 giờ 30", (7, 30)), ("7 giờ 30 phút", (7, 30)), ("7:30", (7, 30)), ("19h", (19, None)),
        ("7 giờ", (7, None)), ("25h30", (25, 30)), ("7h75", (7, 75)), ("7g15", (7, 15)),
    ],
)  # fmt: skip
def test_an_hour_is_found_as_it_is_written(text: str, expected: tuple[int, int | None]) -> None:
    [found] = written_times.hours(f"từ {text}, xin mời")

    assert (found.hour, found.minute) == expected


@pytest.mark.parametrize("text", ["7 hộ", "3 giỏ", "5 gói", "2 giường"])
def test_a_number_of_things_is_no_hour(text: str) -> None:
    assert list(written_times.hours(text)) == []
