"""The calendar: what left, what will, what only wishes to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from models import AnnouncementStatus, Role, Unit
from services import announcement_days
from tests.factories import NOON, make_actor, make_announcement, make_unit

pytestmark = pytest.mark.usefixtures("noon")
NOVEMBER = date(2026, 11, 24)


def titles(session: Session, ward: Unit, month: date = NOVEMBER, role: Role = Role.STAFF) -> list[str]:
    entries = announcement_days.of_month(session, actor=make_actor(session, unit=ward, role=role), month=month)
    return [entry.announcement.title for entry in entries]


@pytest.fixture
def month(session: Session, ward: Unit) -> Unit:
    """One sent, one planned, one approved at night, one that wishes an hour, one without, one dropped."""
    made: list[tuple[str, AnnouncementStatus, dict[str, Any]]] = [
        ("đã gửi", AnnouncementStatus.SENT, {"sent_at": NOON - timedelta(days=2)}),
        ("hẹn", AnnouncementStatus.SCHEDULED, {"send_at": NOON + timedelta(hours=3)}),
        ("đợi sáng", AnnouncementStatus.SCHEDULED, {"leaves_at": NOON + timedelta(hours=18)}),
        ("muốn gửi", AnnouncementStatus.IN_REVIEW, {"send_at": NOON + timedelta(days=2)}),
        ("chưa có giờ", AnnouncementStatus.DRAFT, {}),
        ("đã bỏ", AnnouncementStatus.CANCELLED, {"send_at": NOON + timedelta(days=1)}),
    ]
    for title, status, times in made:
        make_announcement(session, unit=ward, title=title, status=status, **times)
    return ward


def test_a_month_holds_what_left_and_what_has_an_hour_in_order(session: Session, month: Unit) -> None:
    assert titles(session, month) == ["đã gửi", "hẹn", "đợi sáng", "muốn gửi"]


def test_a_viewer_sees_what_was_sent(session: Session, month: Unit) -> None:
    assert titles(session, month, role=Role.VIEWER) == ["đã gửi"]


def test_a_month_begins_and_ends_at_midnight_of_this_place(session: Session, ward: Unit) -> None:
    midnight = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
    for title, at in (("đêm cuối tháng", midnight - timedelta(minutes=1)), ("rạng ngày đầu", midnight)):
        make_announcement(session, unit=ward, title=title, status=AnnouncementStatus.SENT, sent_at=at)

    assert titles(session, ward) == ["đêm cuối tháng"]
    assert titles(session, ward, date(2026, 12, 31)) == ["rạng ngày đầu"]


def test_another_wards_plans_are_not_seen(session: Session, month: Unit) -> None:
    assert titles(session, make_unit(session)) == []
