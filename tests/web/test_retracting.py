"""A leader's page of what was withdrawn after it had been posted."""

from datetime import timedelta

import pytest
from sqlmodel import Session
from time_machine import Traveller

from services import announcements
from services.access import TERMINAL
from tests.web.day import Day, Outline, phone


@pytest.fixture
def withdrawn(session: Session, day: Day) -> Day:
    phone().post(day.relay_page, data={"do": "posted"})
    announcements.cancel(session, actor=TERMINAL, announcement_id=day.announcement.id)
    session.commit()
    return day


def test_a_leader_says_that_the_text_is_gone_and_can_take_it_back(withdrawn: Day, clock: Traveller) -> None:
    before = phone().get(withdrawn.relay_page).text
    clock.shift(timedelta(minutes=5))

    phone().post(withdrawn.relay_page, data={"do": "deleted"})
    said = phone().get(withdrawn.relay_page).text
    phone().post(withdrawn.relay_page, data={"do": "not_deleted"})

    assert ('value="deleted"' in before, 'value="deleted"' in said) == (True, False)
    assert [button["value"] for button in Outline(before).main_buttons] == ["deleted"]
    assert "đã báo gỡ bài lúc 12" in said.replace("\xa0", " ")
    assert 'value="deleted"' in phone().get(withdrawn.relay_page).text


def test_who_never_posted_has_nothing_to_delete(session: Session, day: Day) -> None:
    announcements.cancel(session, actor=TERMINAL, announcement_id=day.announcement.id)
    session.commit()

    pressed = phone().post(day.relay_page, data={"do": "deleted"})

    html = phone().get(day.relay_page).text
    assert pressed.status_code == 303
    assert ('value="deleted"' in html, "đã báo gỡ bài" in html) == (False, False)
