"""When an office is open, and when so many hours of work are over."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from core.errors import Invalid
from services import office_hours

USUAL = office_hours.read(office_hours.USUAL)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.mark.parametrize(
    ("since", "minutes", "until"),
    [
        ("2026-11-25 08:00", 120, "2026-11-25 10:00"),
        ("2026-11-25 11:00", 120, "2026-11-25 15:00"),  # noon is between
        ("2026-11-25 16:30", 120, "2026-11-26 09:00"),
        ("2026-11-25 22:00", 120, "2026-11-26 09:30"),
        ("2026-11-27 16:30", 120, "2026-11-30 09:00"),  # Friday to Monday
        ("2026-04-29 16:00", 120, "2026-05-04 08:30"),  # 30/4, 1/5, a weekend
        ("2026-02-13 16:00", 450, "2026-02-23 16:00"),  # Tết
        ("2027-02-03 16:00", 450, "2027-02-11 16:00"),
        ("2026-04-24 16:30", 60, "2026-04-28 08:00"),  # the Hùng kings' day fell on a Sunday
        ("2026-08-21 16:30", 60, "2026-08-22 08:00"),  # a Saturday worked for 31/8
        ("2026-08-28 16:30", 60, "2026-09-03 08:00"),
    ],
)
def test_minutes_of_work_pass_only_while_the_office_is_open(since: str, minutes: int, until: str) -> None:
    assert USUAL.after(at(since), minutes) == at(until)


def test_minutes_between_are_counted_the_same_way() -> None:
    assert USUAL.between(at("2026-11-27 16:30"), at("2026-11-30 09:00")) == 120
    assert USUAL.between(at("2026-11-28 08:00"), at("2026-11-29 20:00")) == 0
    assert USUAL.day_minutes == 450


def test_a_ward_adds_free_days_and_works_a_saturday_for_one() -> None:
    hours = office_hours.read("8:00-12:00", free_days=["2026-11-25"], work_days=["2026-11-28"])

    assert not hours.is_open_on(date(2026, 11, 25))
    assert hours.is_open(at("2026-11-28 09:00"))
    assert not hours.is_open(at("2026-11-28 12:00"))
    assert hours.after(at("2026-11-23 11:00"), 120) == at("2026-11-26 09:00")  # the 24th is the day of Vietnamese culture


def test_a_ward_may_work_on_a_holiday_and_keep_a_working_saturday_free() -> None:
    hours = office_hours.read(office_hours.USUAL, free_days=["22/08/2026"], work_days=["24.11.2026"])

    assert hours.is_open_on(date(2026, 11, 24))
    assert not hours.is_open_on(date(2026, 8, 22))
    assert office_hours.coming_holidays(date(2026, 11, 23))[:2] == [date(2026, 11, 24), date(2027, 1, 1)]


@pytest.mark.parametrize("wrong", ["", "sáng chiều", "11:30-07:30", "07:30-11:30, 10:00-17:00", "25:00-26:00", "07:30-07:30"])
def test_hours_that_cannot_be_are_refused(wrong: str) -> None:
    with pytest.raises(Invalid):
        office_hours.read(wrong)


@pytest.mark.parametrize(
    "days", [["24/11"], ["31/02/2027"], ["2026-11-24"], [f"{n % 28 + 1}/{n // 28 + 1}/2027" for n in range(201)]]
)
def test_a_day_that_is_none_or_both_or_one_too_many_is_refused(days: list[str]) -> None:
    with pytest.raises(Invalid):
        office_hours.read(office_hours.USUAL, free_days=days, work_days=["2026-11-24"])
