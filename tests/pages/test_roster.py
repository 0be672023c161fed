"""The digital team and its roster on the desk's screens."""

from datetime import time, timedelta

import pytest
from sqlmodel import Session, select

from models import DutyPattern, DutyPost, DutyShift, Role, TeamMember, Unit, User
from services import duty_patterns, roster, team_members
from services.access import Actor
from services.duty_patterns import PatternForm
from services.team_members import MemberValues
from tests.factories import NOON, make_unit, make_user
from tests.pages.conftest import Visit, words

pytestmark = pytest.mark.usefixtures("noon")
WEDNESDAY = NOON.date() + timedelta(days=1)


@pytest.fixture
def gap(session: Session, actor: Actor, ward: Unit, minh: TeamMember) -> DutyPattern:
    """Wednesday mornings at the desk, with nobody."""
    post = duty_patterns.add_post(session, actor=actor, unit_id=ward.id, name="Bộ phận Một cửa")
    [made] = duty_patterns.add(session, actor=actor, form=PatternForm(post.id, (2,), time(7, 30), time(11, 30)))
    session.commit()
    return made


def test_empty_screens_say_what_they_are_for_and_where_to_start(visit: Visit, clerk: User) -> None:
    assert "Tổ công nghệ số chưa có ai" in words(visit("team", user=clerk))
    assert "Tổ công nghệ số chưa có ai" in words(visit("roster", user=clerk))
    assert "Chưa có nơi trực nào" in words(visit("duty_posts", user=clerk))


def test_a_member_is_added_changed_and_given_new_addresses(session: Session, visit: Visit, clerk: User) -> None:
    at = visit("member", user=clerk)
    at.text_input(key="m_name_new").set_value(" Lý Văn An ")
    at.button(key="m_save_new").click().run()
    made = session.exec(select(TeamMember)).one()
    session.commit()
    assert made.name == "Lý Văn An"

    at = visit("member", user=clerk, id=str(made.id))
    assert "http://ward.test/d/" in words(at)
    at.text_input(key=f"m_phone_{made.id.hex}").set_value("12")
    at.button(key=f"m_save_{made.id.hex}").click().run()
    assert "không phải số điện thoại" in at.error[0].value
    at = visit("member", user=clerk, id=str(made.id))
    at.button(key="renew").click().run()
    session.refresh(made)
    assert made.issue == 2
    assert "Lý Văn An" in words(visit("team", user=clerk))


def test_a_post_and_its_hours_are_added_and_ended(session: Session, visit: Visit, clerk: User, minh: TeamMember) -> None:
    at = visit("duty_posts", user=clerk)
    at.text_input(key="p_name").set_value("Bộ phận Một cửa")
    at.button(key="p_post_ok").click().run()
    assert session.exec(select(DutyPost)).one().name == "Bộ phận Một cửa"
    session.commit()

    at = visit("duty_posts", user=clerk)
    at.button(key="p_pattern_ok").click().run()
    assert "ít nhất một ngày" in at.error[0].value
    at.button_group(key="p_days").set_value([2])
    at.multiselect(key="p_who").set_value([minh.id])
    at.button(key="p_pattern_ok").click().run()
    pattern = session.exec(select(DutyPattern)).one()
    assert len(session.exec(select(DutyShift)).all()) == 6
    session.commit()

    at = visit("duty_posts", user=clerk)
    assert "Hà Thị Minh" in words(at)
    at.button(key=f"end_{pattern.id.hex}").click().run()
    session.expire_all()
    assert session.exec(select(DutyShift)).all() == []


def test_a_gap_is_called_out_and_filled_on_its_own_screen(
    session: Session, visit: Visit, clerk: User, actor: Actor, minh: TeamMember, gap: DutyPattern
) -> None:  # fmt: skip
    assert "1 ca trực còn thiếu người" in words(visit("today", user=clerk))
    assert "thiếu 1 người" in words(visit("roster", user=clerk))
    at = visit("roster", user=clerk, ca=str(gap.id), ngay=WEDNESDAY.isoformat())
    at.button(key="r_place_ok").click().run()
    [slot] = roster.slots(session, actor=actor, first=WEDNESDAY, last=WEDNESDAY)
    session.commit()
    assert [one.name for one in slot.on_duty] == ["Hà Thị Minh"]

    at = visit("roster", user=clerk, ca=str(gap.id), ngay=WEDNESDAY.isoformat())
    at.button(key=f"out_{slot.on_duty[0].shift_id.hex}").click().run()
    session.expire_all()
    assert roster.gaps(session, actor=actor)[0].missing == 1


def test_an_absence_is_noted_at_the_desk_and_taken_back(session: Session, visit: Visit, clerk: User, minh: TeamMember) -> None:
    at = visit("roster", user=clerk)
    at.button(key="r_away_ok").click().run()
    at = visit("roster", user=clerk)
    assert "Hà Thị Minh" in words(at)
    [back] = [one for one in at.button if str(one.key).startswith("back_")]
    back.click().run()
    assert "Chưa ai báo vắng" in words(visit("roster", user=clerk))


def test_a_slot_of_another_ward_is_not_found(session: Session, visit: Visit, gap: DutyPattern) -> None:
    stranger = make_user(session, unit=make_unit(session), role=Role.STAFF)

    at = visit("roster", user=stranger, ca=str(gap.id), ngay=WEDNESDAY.isoformat())

    assert "Không tìm thấy ca trực này" in at.error[0].value


def test_a_leader_who_is_a_member_finds_their_own_page(session: Session, visit: Visit, actor: Actor, unit: Unit) -> None:
    leader = make_user(session, unit=unit, role=Role.LEAD, username="lan")
    assert "chưa ở trong tổ công nghệ số" in words(visit("team", user=leader))
    team_members.add(session, actor=actor, values=MemberValues("Nông Thị Lan", unit.id, username="lan"))
    session.commit()

    assert "Việc của tôi trong tổ công nghệ số" in words(visit("team", user=leader))
