"""Visits at home, the survey, lessons and the team's figures on the desk's screens."""

import pytest
from sqlmodel import Session, select

from models import HelpOutcome, HomeVisit, Lesson, PhoneSurvey, Role, SurveyHome, TeamMember, Unit, User, VisitStatus
from services import home_visits, supports, team_members
from services.access import Actor
from services.home_visits import Wish
from services.supports import Help
from services.team_members import MemberValues, token_of
from tests.factories import make_household, make_procedure, make_unit, make_user
from tests.pages.conftest import Visit, words

pytestmark = pytest.mark.usefixtures("noon")


def test_empty_screens_say_what_they_are_for(visit: Visit, clerk: User) -> None:
    assert "Chưa có lời hẹn nào" in words(visit("home_visits", user=clerk))
    assert "Chưa có đợt khảo sát nào" in words(visit("phone_survey", user=clerk))
    assert "Chưa có buổi nào" in words(visit("lessons", user=clerk))


def test_a_visit_is_noted_planned_and_called_off_at_the_desk(
    session: Session, visit: Visit, clerk: User, minh: TeamMember
) -> None:  # fmt: skip
    at = visit("home_visits", user=clerk)
    at.text_input(key="v_name").set_value("Nông Thị Lan")
    at.button(key="v_new_ok").click().run()
    assert "địa chỉ nhà" in at.error[0].value
    at.text_input(key="v_address").set_value("Số 5")
    at.button(key="v_new_ok").click().run()
    made = session.exec(select(HomeVisit)).one()
    session.commit()
    assert "1 người chờ được đến nhà giúp" in words(visit("today", user=clerk))

    at = visit("home_visits", user=clerk)
    at.multiselect(key="v_which").set_value([made.id])
    at.button(key="v_plan_ok").click().run()
    session.refresh(made)
    assert (made.status, made.member_id) == (VisitStatus.PLANNED, minh.id)
    session.commit()
    at = visit("home_visits", user=clerk)
    at.button(key=f"off_{made.id.hex}").click().run()
    session.refresh(made)
    assert made.status is VisitStatus.CALLED_OFF
    session.commit()
    assert "đã thôi" in words(visit("home_visits", user=clerk))


def test_a_leader_asks_for_a_visit_on_the_page_of_a_household(session: Session, visit: Visit, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD)
    home = make_household(session, unit=unit, address="Số 9")

    at = visit("household", user=leader, id=str(home.id))
    at.text_input(key="v_home_words").set_value("Không đi lại được")
    at.button(key="v_home_ok").click().run()

    made = session.exec(select(HomeVisit)).one()
    assert (made.household_id, made.name, made.words) == (home.id, home.head_name, "Không đi lại được")


def test_a_survey_is_begun_handed_over_and_closed(
    session: Session, visit: Visit, clerk: User, actor: Actor, ward: Unit, unit: Unit, minh: TeamMember
) -> None:  # fmt: skip
    make_household(session, unit=unit)
    an = team_members.add(session, actor=actor, values=MemberValues("Lý Văn An", ward.id))
    session.commit()
    at = visit("phone_survey", user=clerk)
    at.button(key="s_new_ok").click().run()
    assert "ít nhất một thành viên" in at.error[0].value
    at.multiselect(key="s_units").set_value([unit.id])
    at.multiselect(key="s_members").set_value([minh.id])
    at.button(key="s_new_ok").click().run()
    survey = session.exec(select(PhoneSurvey)).one()
    session.commit()

    at = visit("phone_survey", user=clerk, id=str(survey.id))
    assert "Hà Thị Minh" in words(at)
    at.selectbox(key="s_to").set_value(an.id)
    at.button(key="s_hand_ok").click().run()
    assert session.exec(select(SurveyHome)).one().member_id == an.id
    session.commit()
    at = visit("phone_survey", user=clerk, id=str(survey.id))
    at.button(key="s_end_ok").click().run()
    session.refresh(survey)
    assert survey.closed_at is not None


def test_a_lesson_is_added_and_called_off(session: Session, visit: Visit, clerk: User, minh: TeamMember) -> None:
    at = visit("lessons", user=clerk)
    at.button(key="l_new_ok").click().run()
    assert "nơi mở lớp" in at.error[0].value
    at.text_input(key="l_place").set_value("Nhà văn hóa tổ 13")
    at.button(key="l_new_ok").click().run()
    made = session.exec(select(Lesson)).one()
    session.commit()
    assert minh.id == made.member_id

    at = visit("lessons", user=clerk)
    at.button(key=f"l_off_{made.id.hex}").click().run()
    session.refresh(made)
    assert made.called_off_at is not None


def test_the_team_screen_tells_of_procedures_at_once_and_of_members_when_the_month_is_over(
    session: Session, visit: Visit, clerk: User, ward: Unit, minh: TeamMember
) -> None:  # fmt: skip
    procedure = make_procedure(session, unit=ward, name="Đăng ký tạm trú")
    supports.log(session, token=token_of(minh, "page"), help_=Help("1", HelpOutcome.DONE, procedure.id, 20))
    session.commit()

    seen = words(visit("team", user=clerk))

    assert "Đăng ký tạm trú" in seen
    assert "mỗi lượt 20 phút" in seen
    assert "Số của từng người là của tổ trước" in seen


def test_visits_of_another_ward_are_not_listed(session: Session, visit: Visit, actor: Actor) -> None:
    home_visits.ask_for(session, actor=actor, wish=Wish("Nông Thị Lan", "Số 5", unit_id=actor.unit_id))
    stranger = make_user(session, unit=make_unit(session), role=Role.STAFF)

    assert "Nông Thị Lan" not in words(visit("home_visits", user=stranger))
