"""The wall, and the page of the story."""

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from bench import ward_life
from models import Announcement, AsksFor, Household, Role, Unit, User
from tests.factories import NOON, make_user
from tests.pages.conftest import Visit, words
from ui import kept


@pytest.fixture
def sent(session: Session) -> Announcement:
    kept.forget()
    with time_machine.travel(NOON, tick=False):
        ward = ward_life.settle(session, seed=1, groups=4, households=15)
        made = ward_life.announce(session, ward, title="Mưa lớn đêm nay")
        ward_life.written_down(session, ward_life.Life(ward, made, seed=3), until=NOON + timedelta(hours=2))
        session.commit()
    return made


@pytest.fixture
def chief(session: Session, sent: Announcement) -> User:
    return make_user(session, unit=session.get_one(Unit, sent.unit_id), role=Role.OFFICIAL, display_name="Đào Minh Tú")


def test_the_wall_tells_of_places_and_never_of_people(session: Session, visit: Visit, chief: User, sent: Announcement) -> None:
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        at = visit("wall", user=chief)

    shown = words(at)
    assert not at.exception
    assert "Mưa lớn đêm nay" in shown
    assert "/ 4 tổ" in shown
    assert "Tổ trưởng 1" not in shown
    assert "+84" not in shown
    assert not any(home.head_name in shown for home in session.exec(select(Household)))
    assert not at.button


def test_a_wall_without_news_says_so(session: Session, visit: Visit, chief: User, sent: Announcement) -> None:
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        at = visit("wall", user=chief)

    assert "Không có thông báo nào đang truyền đi" in words(at)


def test_announcements_take_turns_on_the_wall(session: Session, visit: Visit, chief: User, sent: Announcement) -> None:
    with time_machine.travel(NOON + timedelta(hours=1), tick=False) as traveller:
        other = Announcement(**(sent.model_dump() | {"title": "Cắt nước", "leaders_issue": None, "asks_for": AsksFor.NOTHING}))
        other.id = chief.id
        session.add(other)
        session.commit()
        first = words(visit("wall", user=chief))
        traveller.shift(timedelta(seconds=20))
        second = words(visit("wall", user=chief))

    assert ("Cắt nước" in first) != ("Cắt nước" in second)
    assert ("Mưa lớn đêm nay" in first) != ("Mưa lớn đêm nay" in second)


def test_the_story_names_the_groups_where_somebody_was_missed(visit: Visit, chief: User, sent: Announcement) -> None:
    with time_machine.travel(NOON + timedelta(hours=40), tick=False):
        at = visit("story", user=chief, id=str(sent.id))

    assert not at.exception
    shown = words(at)
    assert "Còn thiếu ở đâu" in shown
    assert "Hộ ngoài nhóm" in shown
    assert "Tổ 1" in shown
