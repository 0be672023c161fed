"""Whom to telephone, on the first screen and on the board; what a deputy was asked for, on the deputy's own screen."""

from datetime import timedelta

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from core import clock
from models import Relay, Role, Unit, User
from services import passing_on, reminders
from tests.factories import make_user
from tests.pages.conftest import Visit, words
from tests.web.day import LEADERS_PHONE, TITLE, Day, make_day

SCRIPT = "<img src=x onerror=alert(1)>"


@pytest.fixture
def late(session: Session) -> Day:
    """An announcement whose leader is 42 minutes late, with a note."""
    day = make_day(session, sent_at=clock.now())
    day.relay.due_at = clock.now() - timedelta(minutes=42)
    deputy = make_user(session, unit=day.unit, role=Role.LEAD, display_name="Nông Văn Hải", phone="+84987654321")
    day.group.deputy_id = deputy.id
    session.add_all([day.relay, day.group])
    session.flush()
    passing_on.note(session, token=day.relay.token, words=f"Mất sóng {SCRIPT}")
    reminders.escalate(session, announcement_id=day.announcement.id)
    session.commit()
    return day


@pytest.fixture
def chief(session: Session, late: Day) -> User:
    return make_user(session, unit=late.ward, role=Role.OFFICIAL, display_name="Đào Minh Tú")


def called(at: AppTest, day: Day) -> AppTest:
    return at.button(key=f"called_{day.relay.id.hex}").click().run()


def test_the_first_screen_gives_the_numbers_to_tap_and_takes_off_who_was_called(
    session: Session, visit: Visit, late: Day, chief: User
) -> None:
    at = visit("today", user=chief)
    before = words(at)

    called(at, late)
    after = words(at)

    assert f'href="tel:{LEADERS_PHONE}"' in before
    assert 'href="tel:+84987654321"' in before
    assert "Tổ 13, Sông Cầu: quá hạn 42\u00a0phút" in before
    assert TITLE in before
    assert "<img" not in before
    assert "&lt;img src=x" in before
    assert f'href="tel:{LEADERS_PHONE}"' not in after
    session.expire_all()
    assert session.get_one(Relay, late.relay.id).called_by_id == chief.id


def test_the_board_says_who_called_and_lets_it_be_taken_back(session: Session, visit: Visit, late: Day, chief: User) -> None:
    at = visit("announcement", user=chief, id=str(late.announcement.id))

    called(at, late)
    said = words(at)
    called(at, late)

    assert "Đào Minh Tú đã gọi" in said
    session.expire_all()
    assert session.get_one(Relay, late.relay.id).called_at is None


def test_a_deputy_who_leads_nothing_finds_what_was_asked(session: Session, visit: Visit, late: Day) -> None:
    deputy = session.get_one(User, late.group.deputy_id)

    at = visit("my_group", user=deputy)

    assert [title.value for title in at.title] == ["Việc nhờ đăng thay"]
    assert [link.proto.url for link in at.get("link_button")] == [f"http://ward.test/r/{late.relay.deputy_token}"]
    assert TITLE in words(at)


def test_a_leader_reads_that_the_work_was_passed_on(session: Session, visit: Visit, unit: Unit) -> None:
    day = make_day(session, sent_at=clock.now())
    day.group.deputy_id = make_user(session, unit=day.unit, role=Role.LEAD).id
    session.add(day.group)
    session.flush()
    passing_on.pass_on(session, token=day.relay.token)
    session.commit()

    at = visit("my_group", user=day.leader)

    assert "đã nhờ phó đăng thay" in words(at)


def test_on_the_board_whom_to_call_stands_below_the_things_to_do_and_above_the_groups(
    visit: Visit, late: Day, chief: User
) -> None:
    shown = words(visit("announcement", user=chief, id=str(late.announcement.id)))

    places = [shown.index(title) for title in ("Việc cần làm ngay", "Gọi điện", "Từng tổ")]
    assert places == sorted(places)
