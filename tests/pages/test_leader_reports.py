"""Reports of leaders on the board: asking for them, who is missing, the sum, photos of one chat, the table to take away."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from adapters.table_files import Workbooks
from core import clock
from models import Announcement, Group, LeaderReport, Relay, Unit, User
from services import attachments, leader_reports, ports, sending, sessions
from tests.factories import make_announcement, make_group, make_household, make_membership
from tests.formulas import Reader
from tests.pages.conftest import Visit, opened, words
from tests.papers import photo
from ui.leader_reports import workbook

pytestmark = pytest.mark.usefixtures("noon", "documents")


@pytest.fixture
def group(session: Session, unit: Unit) -> Group:
    group = make_group(session, unit=unit, name="Bà con Tổ 13")
    make_membership(session, household=make_household(session, unit=unit), group=group)
    return group


@pytest.fixture
def sent(session: Session, ward: Unit, group: Group) -> Announcement:
    item = make_announcement(session, unit=ward)
    sending.send(session, announcement=item)
    session.commit()
    return item


def ask(session: Session, item: Announcement, at: AppTest) -> AppTest:
    opened(at, "lr_ask")
    tomorrow = clock.today() + timedelta(days=1)
    at.date_input(key="lr_day").set_value(tomorrow)
    at.time_input(key="lr_hour").set_value(time(10)).run()
    at.button(key="lr_ok").click().run()
    session.refresh(item)
    session.rollback()
    return at


def test_the_ward_asks_on_the_board_and_hears_who_is_missing(
    session: Session, visit: Visit, official: User, sent: Announcement
) -> None:
    at = ask(session, sent, visit("announcement", user=official, id=str(sent.id)))

    assert sent.report_by is not None
    assert clock.local(sent.report_by).date() == date(2026, 11, 25)
    page = words(at)
    assert "Tổ trưởng báo cáo" in page
    assert "thiếu 1 nhóm" in page
    assert "chưa báo" in page
    assert not at.exception


def test_an_hour_without_a_day_is_pointed_out_and_a_draft_can_ask_too(
    session: Session, visit: Visit, official: User, ward: Unit, group: Group
) -> None:
    draft = make_announcement(session, unit=ward)
    session.commit()
    at = visit("review", user=official, id=str(draft.id))

    opened(at, "lr_ask").button(key="lr_ok").click().run()
    assert "Chưa đủ ngày và giờ" in words(at)
    ask(session, draft, at)

    assert draft.report_by is not None
    assert draft.version == 1


def test_a_correction_of_what_asked_says_that_it_does_not_ask_yet(
    session: Session, visit: Visit, official: User, ward: Unit, sent: Announcement
) -> None:
    sent.report_by = clock.now() + timedelta(days=1)
    session.add(sent)
    again = make_announcement(session, unit=ward, corrects_id=sent.id)
    session.commit()

    said = "Bản cũ có xin báo cáo, bản này thì chưa"
    at = visit("review", user=official, id=str(again.id))
    assert said in words(at)
    assert said not in words(ask(session, again, at))


def test_the_board_shows_the_sum_and_photos_and_the_ward_mends_a_number(
    session: Session, visit: Visit, official: User, sent: Announcement, group: Group
) -> None:
    sent.report_by = clock.now() + timedelta(hours=1)
    session.add(sent)
    token = session.exec(select(Relay)).one().token
    kept = attachments.store_photo(photo(size=(80, 60)), name="a.jpg")
    leader_reports.say(session, token=token, people=31, line="<b>Sạch</b>", photos=[kept])
    session.commit()

    at = visit("announcement", user=official, id=str(sent.id))
    page = words(at)
    assert "đủ cả" in page
    assert "&lt;b&gt;Sạch" in page
    at.session_state["lr_photos"] = True
    assert not at.run().exception
    assert at.get("image")

    opened(at, "lr_enter").selectbox(key="lr_group").set_value(group.id).run()
    at.number_input(key=f"lr_people_{group.id}").set_value(13).run()
    at.button(key="lr_enter_ok").click().run()
    assert session.exec(select(LeaderReport.people)).one() == 13


def test_the_table_has_a_line_for_every_group_and_the_sum(
    session: Session, official: User, unit: Unit, sent: Announcement, group: Group
) -> None:
    ports.provide(replace(ports.ports(), tables=Workbooks()))
    sent.report_by = clock.now() + timedelta(hours=1)
    session.add(sent)
    leader_reports.say(session, token=session.exec(select(Relay)).one().token, people=31, line="=1+1")
    cookie = sessions.redeem(session, ticket=sessions.issue_ticket(session, user_id=official.id), device="")
    session.commit()

    rows = list(Reader(workbook(sent.id, cookie or "", "vi")).book["Tổ trưởng báo cáo"].iter_rows(values_only=True))

    assert rows[0] == ("Tổ, thôn", "Nhóm", "Tổ trưởng", "Số người", "Ghi chú", "Số ảnh", "Báo lúc", "Báo muộn")
    assert rows[1][:2] == (unit.label, group.name)
    assert (rows[1][3], rows[1][5], rows[2][0], rows[2][3]) == (31, 0, "Tổng", 31)
    assert "1+1" in str(rows[1][4])
    assert not str(rows[1][4]).startswith("=")
