"""A leader's page of what was withdrawn after it had been posted."""

from datetime import timedelta

import pytest
from sqlmodel import Session
from time_machine import Traveller

from core.db import reading
from models import Relay, Role
from services import announcements
from services.access import TERMINAL
from tests.factories import make_announcement, make_user
from tests.web.day import Day, Outline, phone, send


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


def test_the_correction_asks_to_take_the_old_text_down_and_the_leader_says_so_there(
    session: Session, day: Day, clock: Traveller
) -> None:
    phone().post(day.relay_page, data={"do": "posted"})
    clock.shift(timedelta(minutes=10))
    right = make_announcement(session, unit=day.ward, title="Khám chuyển sang thứ Sáu", corrects_id=day.announcement.id)
    new = send(session, right, day.ward, day.unit, day.leader, day.group)
    before = phone().get(new.relay_page).text

    pressed = phone().post(day.relay_page, data={"do": "deleted"})
    after = phone().get(new.relay_page).text
    old = phone().get(day.relay_page).text

    assert "Nhóm này còn bản cũ" in before
    assert f'action="{day.relay_page}"' in before
    assert pressed.status_code == 303
    assert ("Nhóm này còn bản cũ" in after, "đã báo gỡ bài cũ lúc 12" in after.replace("\xa0", " ")) == (False, True)
    assert 'value="not_deleted"' in old
    assert [link["href"] for link in Outline(old).main_buttons] == [f"http://ward.test{new.relay_page}"]


def test_the_deputy_who_is_asked_to_post_the_correction_is_told_of_the_old_text_too(
    session: Session, day: Day, clock: Traveller
) -> None:
    deputy = make_user(session, unit=day.unit, role=Role.LEAD, display_name="Nông Văn Hải")
    day.group.deputy_id = deputy.id
    session.add(day.group)
    session.commit()
    phone().post(day.relay_page, data={"do": "posted"})
    right = make_announcement(session, unit=day.ward, title="Khám chuyển sang thứ Sáu", corrects_id=day.announcement.id)
    new = send(session, right, day.ward, day.unit, day.leader, day.group)
    phone().post(new.relay_page, data={"do": "pass_on", "why": "2"})
    with reading() as looking:
        theirs = f"/r/{looking.get_one(Relay, new.relay.id).deputy_token}"

    before = phone().get(theirs).text
    path = before.split('action="')[1].split('"')[0]
    phone().post(path, data={"do": "deleted"})

    assert "Nhóm này còn bản cũ" in before
    assert "Nhóm này còn bản cũ" not in phone().get(theirs).text


def test_where_the_old_text_was_never_posted_nothing_is_to_take_down(session: Session, day: Day) -> None:
    right = make_announcement(session, unit=day.ward, title="Khám chuyển sang thứ Sáu", corrects_id=day.announcement.id)

    new = send(session, right, day.ward, day.unit, day.leader, day.group)

    assert "bản cũ" not in phone().get(new.relay_page).text


def test_the_page_of_the_first_leads_to_the_newest_of_three(session: Session, day: Day, clock: Traveller) -> None:
    wrong = day.announcement
    for title in ("Bản số 2", "Bản số 3"):
        clock.shift(timedelta(minutes=10))
        wrong = make_announcement(session, unit=day.ward, title=title, corrects_id=wrong.id)
        send(session, wrong, day.ward, day.unit, day.leader, day.group)

    html = phone().get(day.page).text

    assert "Bản số 3" in html
    assert "Bản số 2" not in html
