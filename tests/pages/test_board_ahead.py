"""The board's look ahead: the forecast, what would raise it, the follow-up."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from bench import ward_life
from models import Announcement, Channel, ChannelAccount, Forecast, Household, Reach, Role, Unit, User
from tests.factories import NOON, make_user
from tests.pages.conftest import Visit, words
from ui import kept


@pytest.fixture
def sent(session: Session) -> Iterator[Announcement]:
    """Six announcements lie behind; the seventh was sent four hours ago to a ward that can send SMS."""
    kept.forget()
    with time_machine.travel(NOON, tick=False) as traveller:
        ward = ward_life.settle(session, seed=1, groups=4, households=15)
        for seed in range(6):
            traveller.shift(timedelta(days=4))
            ward_life.written_down(session, ward_life.Life(ward, ward_life.announce(session, ward), seed=seed))
        traveller.shift(timedelta(days=4))
        made = ward_life.announce(session, ward)
        life = ward_life.Life(ward, made, seed=9)
        traveller.shift(timedelta(hours=4))
        ward_life.written_down(session, life, until=life.start + timedelta(hours=4))
        told = {row.household_id for row in session.exec(select(Reach).where(Reach.announcement_id == made.id))}
        outside = [id_ for place in ward.places for id_ in place.outside if id_ not in told]
        for place, id_ in enumerate(outside[:3]):
            session.get_one(Household, id_).phone = f"+8491234567{place}"
        session.add(ChannelAccount(unit_id=ward.unit.id, channel=Channel.SMS, price=500))
        session.commit()
        yield made


@pytest.fixture
def chief(session: Session, sent: Announcement) -> User:
    return make_user(session, unit=session.get_one(Unit, sent.unit_id), role=Role.OFFICIAL)


def test_the_board_says_what_to_expect_and_keeps_it_once(session: Session, visit: Visit, chief: User, sent: Announcement) -> None:
    at = visit("announcement", user=chief, id=str(sent.id))
    visit("announcement", user=chief, id=str(sent.id))

    assert not at.exception
    [kept] = session.exec(select(Forecast)).all()
    assert kept.low <= kept.middle <= kept.high
    assert f"Dự báo {round(100 * kept.middle / sent.households)}" in words(at)
    assert f"khoảng {kept.low} đến {kept.high} hộ" in words(at)


def test_a_message_to_those_not_told_is_one_press_away_and_waits_for_approval(
    session: Session, visit: Visit, chief: User, sent: Announcement
) -> None:
    at = visit("announcement", user=chief, id=str(sent.id))
    assert "SMS tới 3 hộ" in words(at)
    assert "1.500" in words(at)

    at.button(key="raise_message_b").click().run()

    made = session.exec(select(Announcement).where(Announcement.follows_id == sent.id)).one()
    assert (made.status.value, made.plan["channels"], made.title) == ("draft", ["sms"], sent.title)
    again = visit("announcement", user=chief, id=str(sent.id))
    assert "Bản báo lại" in words(again)
