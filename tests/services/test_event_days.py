"""The days of an event as people write them."""

from datetime import date, datetime

import pytest
from sqlmodel import Session

from core import clock
from models import Unit
from services import event_days
from services.event_days import Event
from tests.factories import NOON, make_announcement


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("thứ Tư 25/11/2026, từ 7 giờ", [date(2026, 11, 25)]),
        ("7 giờ ngày 2/12", [date(2026, 12, 2)]),
        ("sáng 3-1, 8 giờ", [date(2027, 1, 3)]),
        ("7h30-11h30 ngày 15 và 16/12", [date(2026, 12, 15), date(2026, 12, 16)]),
        ("ngày 30/11 và 1/12", [date(2026, 11, 30), date(2026, 12, 1)]),
        ("từ 25/11 đến 27/11", [date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)]),
        ("từ ngày 25 đến ngày 27/11", [date(2026, 11, 25), date(2026, 11, 26), date(2026, 11, 27)]),
        ("25/11 hoặc 27/11", [date(2026, 11, 25), date(2026, 11, 27)]),
        ("7 giờ 30 sáng mai", []),
        ("ngày 31/2", []),
        ("", []),
    ],
)
def test_each_day_that_is_meant_is_one(session: Session, ward: Unit, words: str, days: list[date]) -> None:
    announcement = make_announcement(session, unit=ward, facts={"when": words}, sent_at=NOON)

    assert event_days.days_of(announcement) == days


def test_each_day_has_the_hours_that_were_written(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward, facts={"when": "7h30-11h30 ngày 15 và 16/12"}, sent_at=NOON)

    def at(day: int, hour: int) -> datetime:
        return datetime(2026, 12, day, hour, 30, tzinfo=clock.zone())

    assert event_days.of(announcement) == [Event(date(2026, 12, day), at(day, 7), at(day, 11)) for day in (15, 16)]


def test_without_hours_it_is_the_whole_day_and_hours_that_run_backwards_have_no_end(session: Session, ward: Unit) -> None:
    whole = make_announcement(session, unit=ward, facts={"when": "ngày 2/12"}, sent_at=NOON)
    odd = make_announcement(session, unit=ward, facts={"when": "19 giờ đến 7 giờ, 2/12"}, sent_at=NOON)

    assert event_days.of(whole) == [Event(date(2026, 12, 2), None, None)]
    assert event_days.of(odd)[0].ends is None
