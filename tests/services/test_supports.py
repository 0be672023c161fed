"""What the digital team does for people: the log of help, visits at home, lessons, the survey of smartphones, the figures."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core import clock as house_clock
from core.errors import Invalid, NotAllowed, NotFound
from models import (
    AuditEvent,
    HelpOutcome,
    HelpPlace,
    HomeVisit,
    Household,
    HouseholdPast,
    ProcedureLevel,
    Role,
    Skill,
    SupportVisit,
    SurveyResult,
    TeamMember,
    Unit,
    VisitAskedBy,
    VisitStatus,
)
from services import (
    duty_absences,
    duty_patterns,
    figures,
    home_visits,
    household_cards,
    lessons,
    phone_surveys,
    retention,
    rollups,
    support_figures,
    supports,
    team_members,
)
from services.access import TERMINAL, Actor
from services.duty_patterns import PatternForm
from services.home_visits import Wish
from services.lessons import LessonForm
from services.phone_surveys import SurveyForm
from services.support_figures import Sums
from services.supports import Help
from services.team_members import MemberValues, token_of
from tests.factories import make_actor, make_household, make_procedure, make_unit, make_user

pytestmark = pytest.mark.usefixtures("clock")
TUESDAY = date(2026, 11, 24)
DONE, PARTLY, ELSEWHERE = HelpOutcome.DONE, HelpOutcome.PARTLY, HelpOutcome.SENT_ELSEWHERE


def member(session: Session, unit: Unit, name: str, **values: Any) -> TeamMember:
    made = team_members.add(session, actor=TERMINAL, values=MemberValues(name, unit.id, **values))
    session.commit()
    return made


@pytest.fixture
def minh(session: Session, ward: Unit) -> TeamMember:
    return member(session, ward, "Hà Thị Minh")


@pytest.fixture
def token(minh: TeamMember) -> str:
    return token_of(minh, "page")


def card_of(session: Session, writer: Actor, home: Household) -> str:
    [printed] = household_cards.issue(session, actor=writer, household_ids=[home.id])
    session.commit()
    return printed.cards[0].url.rpartition("/")[2]


# ---- the log


def test_help_is_noted_once_however_often_it_is_pressed(session: Session, ward: Unit, token: str) -> None:
    procedure = make_procedure(session, unit=ward)

    for _twice in range(2):
        supports.log(session, token=token, help_=Help("k1", DONE, procedure.id, 20, is_first_online=True))

    [line] = supports.given(session, token=token)
    assert (line.procedure, line.visit.minutes, line.visit.place, line.may_undo) == (
        procedure.name,
        20,
        HelpPlace.ELSEWHERE,
        True,
    )
    assert line.visit.household_id is None


def test_help_during_duty_is_noted_at_its_post(session: Session, ward: Unit, writer: Actor, minh: TeamMember, token: str) -> None:
    post = duty_patterns.add_post(session, actor=writer, unit_id=ward.id, name="Bộ phận Một cửa")
    form = PatternForm(post.id, (1,), time(11), time(13), member_ids=(minh.id,))
    duty_patterns.add(session, actor=writer, form=form)

    made = supports.log(session, token=token, help_=Help("k1", DONE))

    assert (made.place, made.post_id) == (HelpPlace.POST, post.id)


def test_a_scanned_card_notes_the_household_and_shows_no_full_name(
    session: Session, place: Unit, writer: Actor, token: str
) -> None:  # fmt: skip
    home = make_household(session, unit=place, head_name="Nông Thị Lan")
    card = card_of(session, writer, home)

    assert supports.scanned(session, token=token, card=card).masked_name == "Nông T. L."
    made = supports.log(session, token=token, help_=Help("k1", PARTLY), card=card)

    assert made.household_id == home.id
    [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "support.logged")).all()
    assert (event.actor_name, event.subject_id) == ("Hà Thị Minh", str(home.id))
    household_cards.revoke(session, actor=writer, household_id=home.id)
    with pytest.raises(NotFound):
        supports.log(session, token=token, help_=Help("k2", DONE), card=card)


def test_a_card_or_procedure_of_another_ward_is_not_found(session: Session, token: str) -> None:
    elsewhere = make_unit(session)
    home = make_household(session, unit=make_unit(session, parent=elsewhere))
    card = card_of(session, make_actor(session, unit=elsewhere), home)

    with pytest.raises(NotFound):
        supports.log(session, token=token, help_=Help("k1", DONE), card=card)
    with pytest.raises(NotFound):
        supports.log(session, token=token, help_=Help("k1", DONE, make_procedure(session, unit=elsewhere).id))


@pytest.mark.parametrize(
    "help_", [Help("", DONE), Help("k", DONE, minutes=0), Help("k", DONE, minutes=481), Help("k" * 65, DONE)]
)
def test_what_cannot_be_right_of_help_is_refused(session: Session, token: str, help_: Help) -> None:
    with pytest.raises(Invalid):
        supports.log(session, token=token, help_=help_)


def test_a_slip_is_taken_back_the_same_day_by_whoever_made_it(
    session: Session, ward: Unit, token: str, clock: Traveller
) -> None:  # fmt: skip
    made = supports.log(session, token=token, help_=Help("k1", DONE))
    kept = supports.log(session, token=token, help_=Help("k2", DONE))
    other = token_of(member(session, ward, "Lý Văn An"), "page")
    with pytest.raises(NotFound):
        supports.undo(session, token=other, visit_id=made.id)

    for _twice in range(2):
        supports.undo(session, token=token, visit_id=made.id)

    assert [line.visit.id for line in supports.given(session, token=token)] == [kept.id]
    clock.shift(timedelta(hours=13))
    with pytest.raises(Invalid):
        supports.undo(session, token=token, visit_id=kept.id)


def test_the_procedures_helped_with_most_are_offered_first(session: Session, ward: Unit, token: str) -> None:
    names = ("An táng", "Bảo hiểm", "Chứng thực")
    made = {name: make_procedure(session, unit=ward, name=name) for name in names}
    make_procedure(session, unit=ward, name="Đã bỏ", is_active=False)
    for n in range(2):
        supports.log(session, token=token, help_=Help(f"c{n}", DONE, made["Chứng thực"].id))
    supports.log(session, token=token, help_=Help("b", DONE, made["Bảo hiểm"].id))

    assert [one.name for one in supports.offered(session, token=token)] == ["Chứng thực", "Bảo hiểm", "An táng"]
    assert [one.name for one in supports.offered(session, token=token, words="chung thuc")] == ["Chứng thực"]


# ---- figures


def test_figures_of_a_month_are_what_a_hand_counts(
    session: Session, ward: Unit, writer: Actor, minh: TeamMember, token: str, clock: Traveller
) -> None:  # fmt: skip
    online = make_procedure(session, unit=ward, name="Khai sinh", level=ProcedureLevel.FULL)
    paper = make_procedure(session, unit=ward, name="Chứng thực", level=ProcedureLevel.OFFLINE)
    an = token_of(member(session, ward, "Lý Văn An"), "page")
    supports.log(session, token=token, help_=Help("1", DONE, online.id, 10, is_first_online=True))
    supports.log(session, token=token, help_=Help("2", ELSEWHERE, online.id, 5))
    supports.log(session, token=token, help_=Help("3", PARTLY, paper.id, 20))
    supports.log(session, token=an, help_=Help("4", DONE, None, 40))
    slip = supports.log(session, token=an, help_=Help("5", DONE))
    supports.undo(session, token=an, visit_id=slip.id)

    whole = Sums(supports=4, online=1, first_timers=1, elsewhere=1, minutes=75)
    assert support_figures.by_month(session, actor=writer)[-1] == (TUESDAY.replace(day=1), whole)
    assert support_figures.own(session, token=token) == Sums(3, 1, 1, 1, 35)
    rows = support_figures.by_procedure(session, actor=writer, month=TUESDAY)
    assert [(row.procedure and row.procedure.name, row.sums.supports, row.usual_minutes) for row in rows] == [
        ("Khai sinh", 2, 8), ("Chứng thực", 1, 20), (None, 1, 40),
    ]  # fmt: skip
    months = support_figures.by_month(session, actor=writer, months=3)
    assert [(first.month, sums.supports) for first, sums in months] == [(9, 0), (10, 0), (11, 4)]
    stranger = make_actor(session, unit=make_unit(session))
    assert {sums for _first, sums in support_figures.by_month(session, actor=stranger)} == {Sums()}


def test_what_each_member_did_is_the_teams_own_first(
    session: Session, ward: Unit, writer: Actor, token: str, clock: Traveller
) -> None:  # fmt: skip
    head_user = make_user(session, unit=ward, role=Role.STAFF, username="truong")
    member(session, ward, "Ma Bình", is_head=True, username="truong")
    supports.log(session, token=token, help_=Help("1", DONE))
    head = make_actor(session, unit=ward)
    head = Actor(head_user.id, "truong", "", Role.STAFF, ward.id, ward.path)
    supports.log(session, token=token_of(member(session, ward, "Lý Văn An"), "page"), help_=Help("2", DONE))

    assert support_figures.by_member(session, actor=writer, month=TUESDAY) is None
    seen = support_figures.by_member(session, actor=head, month=TUESDAY)
    assert [row.member.name for row in seen or []] == ["Lý Văn An", "Hà Thị Minh"]
    clock.move_to(datetime(2026, 12, 4, 12, tzinfo=house_clock.zone()))
    assert support_figures.by_member(session, actor=writer, month=TUESDAY) is None
    clock.move_to(datetime(2026, 12, 5, 12, tzinfo=house_clock.zone()))
    assert len(support_figures.by_member(session, actor=writer, month=TUESDAY) or []) == 2
    with pytest.raises(NotAllowed):
        support_figures.by_member(session, actor=make_actor(session, unit=ward, role=Role.VIEWER), month=TUESDAY)


# ---- visits at home


def wish(**overrides: Any) -> Wish:
    return Wish(**({"name": "Nông Thị Lan", "address": "Số 5, ngõ 2", "phone": "0912 345 678"} | overrides))


def test_a_visit_is_asked_for_planned_and_closed_with_its_help_noted(
    session: Session, ward: Unit, place: Unit, writer: Actor, minh: TeamMember, token: str
) -> None:  # fmt: skip
    made = home_visits.ask_publicly(session, ward_id=ward.id, wish=wish(unit_id=place.id, words="Lương hưu"))
    person = made.url.rpartition("/")[2]
    assert home_visits.waiting(session, actor=writer) == 1
    assert (made.visit.unit_id, made.visit.asked_by) == (place.id, VisitAskedBy.PERSON)

    home_visits.plan(session, actor=writer, visit_ids=[made.visit.id], member_id=minh.id, visit_on=TUESDAY)
    assert home_visits.standing(session, token=person).member == "Hà Thị Minh"
    [row] = home_visits.of_member(session, token=token)
    assert (row.visit.name, row.visit.phone) == ("Nông Thị Lan", "+84912345678")
    for _twice in range(2):
        home_visits.close(session, token=token, visit_id=row.visit.id, help_=Help("k1", DONE), note="Đã cài VNeID")

    assert home_visits.standing(session, token=person).visit.status is VisitStatus.CLOSED
    [logged] = session.exec(select(SupportVisit)).all()
    assert (logged.place, logged.outcome) == (HelpPlace.HOME, DONE)
    assert home_visits.of_member(session, token=token) == []


def test_visits_are_listed_as_one_walks_and_seen_by_their_member_alone(
    session: Session, ward: Unit, place: Unit, writer: Actor, minh: TeamMember, token: str
) -> None:  # fmt: skip
    ids = [
        home_visits.ask_for(session, actor=writer, wish=wish(address=f"Số {n}", unit_id=place.id)).visit.id for n in (10, 9, 2)
    ]
    an = token_of(member(session, ward, "Lý Văn An"), "page")
    home_visits.plan(session, actor=writer, visit_ids=ids, member_id=minh.id, visit_on=TUESDAY)

    assert [row.visit.address for row in home_visits.of_member(session, token=token)] == ["Số 2", "Số 9", "Số 10"]
    assert home_visits.of_member(session, token=an) == []
    with pytest.raises(NotFound):
        home_visits.close(session, token=an, visit_id=ids[0], help_=Help("k", DONE))


def test_nobody_at_home_and_a_member_who_leaves_send_the_visit_back(
    session: Session, ward: Unit, writer: Actor, minh: TeamMember, token: str
) -> None:  # fmt: skip
    made = home_visits.ask_for(session, actor=writer, wish=wish(unit_id=ward.id)).visit
    home_visits.plan(session, actor=writer, visit_ids=[made.id], member_id=minh.id, visit_on=TUESDAY)
    home_visits.not_home(session, token=token, visit_id=made.id)
    assert (made.status, made.put_off, made.member_id) == (VisitStatus.ASKED, 1, None)

    home_visits.plan(session, actor=writer, visit_ids=[made.id], member_id=minh.id, visit_on=TUESDAY)
    duty_absences.leave(session, actor=writer, member_id=minh.id)
    session.expire_all()
    assert (made.status, made.member_id, made.visit_on) == (VisitStatus.ASKED, None, None)


def test_a_leader_asks_for_a_household_of_the_own_group_only(session: Session, ward: Unit, place: Unit) -> None:
    leader = make_actor(session, unit=place, role=Role.LEAD)
    home = make_household(session, unit=place)
    other = make_household(session, unit=make_unit(session, parent=ward))

    made = home_visits.ask_for(session, actor=leader, wish=wish(phone=""), household_id=home.id).visit

    assert (made.asked_by, made.unit_id, made.household_id) == (VisitAskedBy.LEADER, place.id, home.id)
    with pytest.raises(NotFound):
        home_visits.ask_for(session, actor=leader, wish=wish(), household_id=other.id)
    with pytest.raises(NotAllowed):
        home_visits.listing(session, actor=leader)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"), ({"address": " "}, "address"), ({"phone": ""}, "phone"), ({"phone": "12"}, "phone"),
        ({"words": "x" * 301}, "words"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_of_a_wish_is_refused_by_field(
    session: Session, ward: Unit, wrong: dict[str, str], field: str
) -> None:  # fmt: skip
    with pytest.raises(Invalid) as refused:
        home_visits.ask_publicly(session, ward_id=ward.id, wish=wish(**wrong))

    assert refused.value.details["field"] == field


def test_one_number_may_have_three_visits_open(session: Session, ward: Unit) -> None:
    made = [home_visits.ask_publicly(session, ward_id=ward.id, wish=wish()) for _ in range(3)]
    with pytest.raises(Invalid, match="đang có 3 lời hẹn"):
        home_visits.ask_publicly(session, ward_id=ward.id, wish=wish())

    home_visits.need_no_more(session, token=made[0].url.rpartition("/")[2])

    assert home_visits.ask_publicly(session, ward_id=ward.id, wish=wish())


def test_names_and_addresses_are_forgotten_ninety_days_after_the_end(
    session: Session, ward: Unit, writer: Actor, clock: Traveller
) -> None:  # fmt: skip
    ended = home_visits.ask_publicly(session, ward_id=ward.id, wish=wish())
    home_visits.ask_publicly(session, ward_id=ward.id, wish=wish())
    home_visits.call_off(session, actor=writer, visit_id=ended.visit.id, note="Con về giúp")
    clock.shift(timedelta(days=89))
    assert retention.forget(session, kind="home_visits") == 0
    clock.shift(timedelta(days=2))

    assert retention.forget(session, kind="home_visits") == 1
    assert retention.forget(session, kind="home_visits") == 0

    session.expire_all()
    gone = session.get_one(HomeVisit, ended.visit.id)
    assert (gone.name, gone.phone, gone.address, gone.note) == ("", None, "", "")
    with pytest.raises(NotFound):
        home_visits.standing(session, token=ended.url.rpartition("/")[2])


# ---- lessons


def test_a_lesson_is_planned_held_and_counted(
    session: Session, place: Unit, writer: Actor, minh: TeamMember, token: str, clock: Traveller
) -> None:  # fmt: skip
    starts = house_clock.now() + timedelta(hours=3)
    lesson = lessons.plan(session, actor=writer, form=LessonForm(place.id, minh.id, Skill.VNEID, "Nhà văn hóa", starts))
    card = card_of(session, writer, make_household(session, unit=place))
    with pytest.raises(Invalid):
        lessons.count(session, token=token, lesson_id=lesson.id, people=12, first_timers=5)
    clock.shift(timedelta(hours=4))
    assert [one.id for one in lessons.now(session, token=token)] == [lesson.id]

    for _twice in range(2):
        lessons.present(session, token=token, lesson_id=lesson.id, card=card)
    lessons.count(session, token=token, lesson_id=lesson.id, people=12, first_timers=5)

    [row] = lessons.listing(session, actor=writer)
    assert (row.member, row.cards, row.lesson.people) == ("Hà Thị Minh", 1, 12)
    held = support_figures.taught(session, actor=writer, month=TUESDAY)
    assert (held.lessons, held.people, held.first_timers) == (1, 12, 5)
    with pytest.raises(Invalid):
        lessons.call_off(session, actor=writer, lesson_id=lesson.id)
    with pytest.raises(Invalid):
        lessons.count(session, token=token, lesson_id=lesson.id, people=3, first_timers=4)


def test_a_lesson_does_not_begin_where_its_member_has_duty(
    session: Session, ward: Unit, writer: Actor, minh: TeamMember
) -> None:  # fmt: skip
    post = duty_patterns.add_post(session, actor=writer, unit_id=ward.id, name="Bộ phận Một cửa")
    duty_patterns.add(session, actor=writer, form=PatternForm(post.id, (1,), time(13), time(17), member_ids=(minh.id,)))
    form = LessonForm(ward.id, minh.id, Skill.ZALO, "Hội trường", house_clock.now() + timedelta(hours=2))

    with pytest.raises(Invalid, match="đã trực"):
        lessons.plan(session, actor=writer, form=form)


def test_who_teaches_is_given_no_duty_at_that_hour(session: Session, ward: Unit, writer: Actor, minh: TeamMember) -> None:
    form = LessonForm(ward.id, minh.id, Skill.ZALO, "Hội trường", house_clock.now() + timedelta(hours=2))
    lessons.plan(session, actor=writer, form=form)
    post = duty_patterns.add_post(session, actor=writer, unit_id=ward.id, name="Bộ phận Một cửa")

    with pytest.raises(Invalid, match="có buổi hướng dẫn lúc 14:00"):
        duty_patterns.add(session, actor=writer, form=PatternForm(post.id, (1,), time(15), time(17), member_ids=(minh.id,)))
    with pytest.raises(Invalid, match="có buổi hướng dẫn"):
        lessons.plan(session, actor=writer, form=form)


# ---- the survey


def test_a_survey_shares_each_street_out_among_its_members(session: Session, ward: Unit, writer: Actor) -> None:
    place, other = make_unit(session, parent=ward), make_unit(session, parent=ward)
    for n in (10, 2, 1, 9):
        make_household(session, unit=place, address=f"Số {n}")
    make_household(session, unit=other, address="Số 3")
    an, binh = member(session, place, "Lý Văn An"), member(session, place, "Ma Bình")
    form = SurveyForm("Đợt tháng 11", (place.id, other.id), (an.id, binh.id), TUESDAY + timedelta(days=20))

    survey = phone_surveys.begin(session, actor=writer, form=form)

    walks = [[door.address for door in phone_surveys.doors(session, token=token_of(one, "page"))] for one in (an, binh)]
    stretches = sorted([one for one in walk if one != "Số 3"] for walk in walks)
    assert stretches == [["Số 1", "Số 2"], ["Số 9", "Số 10"]]
    assert sum(row.homes for row in phone_surveys.shares(session, actor=writer, survey_id=survey.id)) == 5


def test_an_answer_becomes_how_the_household_is_with_what_was_before_kept(
    session: Session, place: Unit, writer: Actor, minh: TeamMember, token: str
) -> None:  # fmt: skip
    home = session.exec(select(Household).where(Household.unit_id == place.id)).one()
    rollups.refresh(session, unit_ids=[place.id])
    form = SurveyForm("Đợt 1", (place.id,), (minh.id,), TUESDAY)
    phone_surveys.begin(session, actor=writer, form=form)
    [door] = phone_surveys.doors(session, token=token)
    with pytest.raises(Invalid):
        phone_surveys.answer(session, token=token, line_id=door.id, result=SurveyResult.ANSWERED, people=2, smartphones=3)

    phone_surveys.answer(session, token=token, line_id=door.id, result=SurveyResult.ANSWERED, people=5, smartphones=2)

    session.refresh(home)
    assert (home.people, home.smartphones, home.arrived_on) == (5, 2, TUESDAY)
    [past] = session.exec(select(HouseholdPast).where(HouseholdPast.household_id == home.id)).all()
    assert (past.people, past.smartphones, past.ended_on) == (4, 0, TUESDAY)
    counted = figures.coverage(session, actor=writer, on=TUESDAY).total
    assert (counted.smartphones, counted.people) == (2, 5)
    phone_surveys.answer(session, token=token, line_id=door.id, result=SurveyResult.ANSWERED, people=5, smartphones=3)
    session.refresh(home)
    assert home.smartphones == 3
    [row] = phone_surveys.listing(session, actor=writer)
    assert (row.homes, row.answered, row.smartphones, row.before) == (1, 1, 3, 0)


def test_doors_that_did_not_open_stay_and_can_be_handed_over(
    session: Session, ward: Unit, place: Unit, writer: Actor, minh: TeamMember, token: str
) -> None:  # fmt: skip
    survey = phone_surveys.begin(session, actor=writer, form=SurveyForm("Đợt 1", (place.id,), (minh.id,), TUESDAY))
    [door] = phone_surveys.doors(session, token=token)
    phone_surveys.answer(session, token=token, line_id=door.id, result=SurveyResult.NOT_HOME)
    assert phone_surveys.left(session, token=token) == 1
    an = member(session, ward, "Lý Văn An")

    assert phone_surveys.hand_over(session, actor=writer, survey_id=survey.id, from_id=minh.id, to_id=an.id) == 1

    assert phone_surveys.doors(session, token=token) == []
    with pytest.raises(NotFound):
        phone_surveys.answer(session, token=token, line_id=door.id, result=SurveyResult.DECLINED)
    phone_surveys.close(session, actor=writer, survey_id=survey.id)
    assert phone_surveys.doors(session, token=token_of(an, "page")) == []


def test_doors_of_someone_who_leaves_wait_for_another_those_nobody_opened_too(
    session: Session, ward: Unit, place: Unit, writer: Actor, minh: TeamMember, token: str
) -> None:  # fmt: skip
    make_household(session, unit=place, address="Số 90")
    survey = phone_surveys.begin(session, actor=writer, form=SurveyForm("Đợt 1", (place.id,), (minh.id,), TUESDAY))
    door, _other = phone_surveys.doors(session, token=token)
    phone_surveys.answer(session, token=token, line_id=door.id, result=SurveyResult.NOT_HOME)

    duty_absences.leave(session, actor=writer, member_id=minh.id)

    shares = phone_surveys.shares(session, actor=writer, survey_id=survey.id)
    assert [(row.member_id, row.homes, row.done) for row in shares] == [(None, 2, 0)]
    with pytest.raises(NotFound):
        phone_surveys.doors(session, token=token)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"), ({"unit_ids": ()}, "units"), ({"member_ids": ()}, "members"),
        ({"ends_on": date(2026, 1, 1)}, "ends_on"),
    ],
)  # fmt: skip
def test_a_survey_that_cannot_be_is_refused(
    session: Session, place: Unit, writer: Actor, minh: TeamMember, wrong: dict[str, Any], field: str
) -> None:  # fmt: skip
    fields: dict[str, Any] = {"title": "Đợt 1", "unit_ids": (place.id,), "member_ids": (minh.id,), "ends_on": TUESDAY} | wrong

    with pytest.raises(Invalid) as refused:
        phone_surveys.begin(session, actor=writer, form=SurveyForm(**fields))

    assert refused.value.details["field"] == field
