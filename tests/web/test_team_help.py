"""Help noted in two taps, also by a scanned card; visits at home from the wish to the end; the survey, lessons on the phone."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from core import clock as house_clock
from core.db import reading
from models import HelpOutcome, HelpPlace, HomeVisit, Household, Skill, SupportVisit, SurveyHome, SurveyResult, VisitStatus
from services import home_visits, household_cards, lessons, phone_surveys, team_members
from services.access import TERMINAL
from services.home_visits import Wish
from services.lessons import LessonForm
from services.phone_surveys import SurveyForm
from services.team_members import MemberValues
from tests.factories import make_household, make_procedure, make_unit
from tests.web.day import Day, Outline, phone
from tests.web.test_team_pages import LARGEST_PAGE, SCRIPT, Team, path, pressed

pytestmark = pytest.mark.usefixtures("clock")
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def team(session: Session) -> Team:
    return Team(session)


def rows(model: Any) -> list[Any]:
    """What stands in the database, read apart: an open transaction of the test would hold up the page."""
    with reading() as look:
        return list(look.exec(select(model)))


def key_in(html: str) -> str:
    return next(one["value"] for one in Outline(html).all("input") if one.get("name") == "key")


def card_of(team: Team, home: Household) -> str:
    [printed] = household_cards.issue(team.session, actor=TERMINAL, household_ids=[home.id])
    team.session.commit()
    return path(printed.cards[0].url)


def test_help_is_noted_by_two_taps(team: Team) -> None:
    procedure, client = make_procedure(team.session, unit=team.ward), phone()
    at = f"{team.page(team.minh)}/support"
    first = client.get(at).text
    assert f"?tt={procedure.code}" in first

    second = client.get(f"{at}?tt={procedure.code}").text
    assert "khoảng 5\u00a0phút" in second
    form = {"key": key_in(second), "tt": procedure.code, "minutes": "10", "outcome": "done", "first": "1"}
    for _twice in range(2):
        assert "Đã ghi lượt hỗ trợ" in pressed(client, at, **form)

    [made] = rows(SupportVisit)
    assert (made.procedure_id, made.outcome, made.is_first_online) == (procedure.id, HelpOutcome.DONE, True)
    assert "Lượt hỗ trợ" in client.get(team.page(team.minh)).text
    assert "Ghi nhầm" in client.get(at).text
    pressed(client, at, do="undo", visit=str(made.id))
    assert rows(SupportVisit)[0].taken_back_at is not None


@pytest.mark.parametrize("wrong", [{"outcome": "great"}, {"minutes": "0"}, {"minutes": "a few"}, {"key": ""}])
def test_what_cannot_be_right_is_said_on_the_page(team: Team, wrong: dict[str, str]) -> None:
    form = {"key": "k", "tt": "khac", "minutes": "10", "outcome": "done"} | wrong

    answer = phone().post(f"{team.page(team.minh)}/support", data=form)

    assert answer.status_code == 422
    assert rows(SupportVisit) == []


def test_a_card_scanned_by_a_members_phone_offers_to_note_help_for_its_household(team: Team) -> None:
    unit = make_unit(team.session, parent=team.ward)
    home = make_household(team.session, unit=unit, head_name="Nông Thị Lan")
    card, client = card_of(team, home), phone()
    assert "/support" not in client.get(card).text
    assert client.get(f"{card}/support").status_code == 404

    client.get(team.page(team.minh))
    scanned = client.get(card).text
    assert f'href="{card}/support"' in scanned
    shown = client.get(f"{card}/support?tt=khac").text
    assert "Nông T. L." in shown
    assert "Nông Thị Lan" not in shown
    pressed(client, f"{card}/support", key=key_in(shown), tt="khac", minutes="20", outcome="partly")

    [made] = rows(SupportVisit)
    assert (made.household_id, made.member_id) == (home.id, team.minh.id)


def test_the_cookie_of_a_member_goes_to_cards_alone(team: Team) -> None:
    cookie = phone().get(team.page(team.minh)).headers["set-cookie"]

    assert "cn_team=" in cookie
    assert "Path=/h" in cookie
    assert "HttpOnly" in cookie


def ask(client: TestClient, **form: str) -> Any:
    client.get("/visit")
    fields = {"name": "Nông Thị Lan", "phone": "0912 345 678", "address": "Số 5, ngõ 2", "words": "Cài VNeID"} | form
    return client.post("/visit", data=fields)


def test_a_person_asks_for_a_visit_sees_it_planned_and_a_member_closes_it(team: Team) -> None:
    client = phone()
    answer = ask(client)
    assert answer.status_code == 303
    state = answer.headers["location"]
    assert "đang xếp người" in client.get(state).text

    [visit] = rows(HomeVisit)
    home_visits.plan(team.session, actor=TERMINAL, visit_ids=[visit.id], member_id=team.minh.id, visit_on=TUESDAY)
    team.session.commit()
    assert "Hà Thị Minh sẽ đến" in client.get(state).text
    at = f"{team.page(team.minh)}/visits"
    listed = client.get(at).text
    assert "tel:+84912345678" in listed
    assert "tel:+84912345678" not in client.get(f"{team.page(team.an)}/visits").text
    pressed(client, at, visit=str(visit.id), key=key_in(listed), minutes="20", outcome="done", note="Xong")

    assert "Đã đến giúp" in client.get(state).text
    [logged] = rows(SupportVisit)
    assert logged.place is HelpPlace.HOME


def test_nobody_at_home_and_a_person_who_needs_it_no_more(team: Team) -> None:
    client = phone()
    state = ask(client).headers["location"]
    [visit] = rows(HomeVisit)
    home_visits.plan(team.session, actor=TERMINAL, visit_ids=[visit.id], member_id=team.minh.id, visit_on=TUESDAY)
    team.session.commit()
    pressed(client, f"{team.page(team.minh)}/visits", visit=str(visit.id), do="not_home")
    assert "không gặp ai ở nhà" in client.get(state).text

    assert "Lời hẹn này đã thôi" in pressed(client, state, do="off")
    assert rows(HomeVisit)[0].status is VisitStatus.CALLED_OFF


def test_a_wish_that_cannot_be_right_is_said_beside_its_field_and_a_press_without_our_page_counts_nothing(team: Team) -> None:
    stranger = phone()
    assert stranger.post("/visit", data={"name": "x"}).headers["location"] == "/visit"
    answer = ask(phone(), phone="12")

    assert answer.status_code == 422
    assert 'aria-describedby="wphone"' in answer.text
    assert "Nông Thị Lan" in answer.text
    assert rows(HomeVisit) == []


def test_a_leader_is_shown_the_way_to_a_visit_where_the_ward_has_a_team(session: Session, day: Day) -> None:
    assert 'href="/visit"' not in phone().get(day.relay_page).text
    team_members.add(session, actor=TERMINAL, values=MemberValues("Hà Thị Minh", day.ward.id))
    session.commit()
    assert 'href="/visit"' in phone().get(day.relay_page).text


def test_the_fifth_wish_of_a_phone_within_an_hour_is_refused(team: Team) -> None:
    client = phone()
    for n in range(4):
        ask(client, phone=f"091234567{n}")

    assert ask(client, phone="0912345679").status_code == 429


def test_the_survey_is_asked_door_by_door(team: Team) -> None:
    unit = make_unit(team.session, parent=team.ward)
    make_household(team.session, unit=unit, head_name=f"Ma {SCRIPT}", address="Số 2")
    home = make_household(team.session, unit=unit, head_name="Lý Văn Tư", address="Số 1")
    form = SurveyForm("Đợt 1", (unit.id,), (team.minh.id,), TUESDAY)
    phone_surveys.begin(team.session, actor=TERMINAL, form=form)
    team.session.commit()
    client, at = phone(), f"{team.page(team.minh)}/survey"
    html = client.get(at).text
    assert "còn 2 hộ chưa hỏi" in client.get(team.page(team.minh)).text
    assert SCRIPT not in html
    door = re.search(r'href="(\?ho=[^"]*)"', html)
    assert door is not None
    one = client.get(at + door[1]).text
    assert "Hộ Lý Văn Tư" in one
    line = door[1].rpartition("=")[2]
    assert client.post(at, data={"ho": line, "result": "answered", "people": "2", "smartphones": "3"}).status_code == 422

    said = pressed(client, at, ho=line, result="answered", people="3", smartphones="2")

    assert "Đã hỏi 1 / 2 hộ" in said
    team.session.refresh(home)
    assert (home.people, home.smartphones) == (3, 2)
    team.session.commit()
    other = next(one for one in rows(SurveyHome) if str(one.id) != line)
    assert "Đã hỏi 1 / 2 hộ" in pressed(client, at, ho=str(other.id), result="not_home")
    assert {one.result for one in rows(SurveyHome)} == {SurveyResult.ANSWERED, SurveyResult.NOT_HOME}


def test_a_long_survey_is_turned_by_buttons_a_thumb_can_hit(team: Team) -> None:
    unit = make_unit(team.session, parent=team.ward)
    for n in range(40):
        make_household(team.session, unit=unit, address=f"Số {n}, đường Nông Văn Quang")
    form = SurveyForm("Đợt 1", (unit.id,), (team.minh.id,), TUESDAY)
    phone_surveys.begin(team.session, actor=TERMINAL, form=form)
    team.session.commit()

    html = phone().get(f"{team.page(team.minh)}/survey?page=2").text

    assert '<a class="btn" href="?page=1">1</a><a class="btn" href="?page=2" aria-current="page">2</a>' in html
    assert Outline(html).classes - set(re.findall(r"\.([a-z][\w-]*)", html)) == set()


def test_a_lesson_is_counted_and_cards_are_taken_at_it(team: Team) -> None:
    unit = make_unit(team.session, parent=team.ward)
    card = card_of(team, make_household(team.session, unit=unit))
    lesson = lessons.plan(
        team.session, actor=TERMINAL,
        form=LessonForm(unit.id, team.minh.id, Skill.VNEID, "Nhà văn hóa", house_clock.now() + timedelta(minutes=5)),
    )  # fmt: skip
    team.session.commit()
    client = phone()
    client.get(team.page(team.minh))
    assert "Hộ này có mặt ở lớp" in client.get(f"{card}/support").text
    assert "có mặt ở lớp" in pressed(client, f"{card}/support", do="present", lesson=str(lesson.id))

    at = f"{team.page(team.minh)}/lessons"
    assert client.post(at, data={"lesson": str(lesson.id), "people": "x", "first": "0"}).status_code == 422
    assert "Đã ghi số người dự" in pressed(client, at, lesson=str(lesson.id), people="9", first="4")
    assert "đã ghi 9 người dự" in client.get(at).text


def test_all_pages_are_small_and_their_styles_whole(team: Team) -> None:
    ask(phone())
    [visit] = rows(HomeVisit)
    home_visits.plan(team.session, actor=TERMINAL, visit_ids=[visit.id], member_id=team.minh.id, visit_on=TUESDAY)
    made = home_visits.ask_for(team.session, actor=TERMINAL, wish=Wish(f"Ma {SCRIPT}"[:60], SCRIPT, unit_id=team.ward.id))
    team.session.commit()
    page = team.page(team.minh)

    own = [page, *(f"{page}/{one}" for one in ("support", "support?tt=khac", "visits", "survey", "lessons"))]
    for at in (*own, "/visit", path(made.url)):
        answer = phone().get(at)
        assert answer.status_code == 200, at
        assert len(answer.content) < LARGEST_PAGE, at
        assert SCRIPT not in answer.text
        rules = answer.text.partition("<style>")[2].partition("</style>")[0]
        assert Outline(answer.text).classes - set(re.findall(r"\.([a-z][\w-]*)", rules)) == set(), at
    assert team_members.opened(team.session, token=page.rpartition("/")[2]).member.id == team.minh.id
