"""The days of an announcement for the calendar of a phone."""

import pytest
from sqlmodel import Session

from services import announcements
from services.access import TERMINAL
from tests.web.day import Day, phone

WHEN = "7h30-11h30 ngày 15 và 16/12"


@pytest.fixture
def cut(session: Session, day: Day) -> Day:
    """A power cut of two mornings."""
    day.announcement.facts = {"when": WHEN, "where": "Tổ 3, tổ 4; cả hai bên đường"}
    session.commit()
    return day


def fetched(day: Day) -> str:
    answer = phone().get(f"{day.page}/lich.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    return str(answer.content, "utf-8").replace("\r\n ", "")


def test_two_days_with_their_hours_are_two_events(cut: Day) -> None:
    file = fetched(cut)

    assert file.count("BEGIN:VEVENT\r\n") == file.count("END:VEVENT\r\n") == 2
    for day in (15, 16):
        assert f"DTSTART:202612{day}T003000Z\r\nDTEND:202612{day}T043000Z" in file
        assert f"UID:{cut.announcement.id.hex}-202612{day}@ward.test" in file
    assert "LOCATION:Tổ 3\\, tổ 4\\; cả hai bên đường" in file
    assert f"SUMMARY:{cut.announcement.title}" in file
    assert "STATUS:CONFIRMED" in file


def test_a_withdrawn_one_is_called_off_under_the_same_name(session: Session, cut: Day) -> None:
    before = fetched(cut)
    announcements.cancel(session, actor=TERMINAL, announcement_id=cut.announcement.id)
    session.commit()

    after = fetched(cut)

    uids = [[line for line in file.splitlines() if line.startswith("UID:")] for file in (before, after)]
    assert uids[0] == uids[1]
    assert after.count("STATUS:CANCELLED\r\nSEQUENCE:1") == 2


def test_a_day_without_hours_lasts_all_of_it(session: Session, day: Day) -> None:
    day.announcement.facts = {"when": "ngày 31/12"}
    session.commit()

    assert "DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270101" in fetched(day)


def test_the_page_offers_it_where_a_day_is_named_and_nowhere_else(session: Session, cut: Day) -> None:
    offered = phone().get(cut.page).text
    cut.announcement.facts = {"when": "sáng mai"}
    session.commit()

    assert f'href="{cut.page}/lich.ics"' in offered
    assert phone().get(f"{cut.page}/lich.ics").status_code == 404
