"""Announcements with blanks: what ships is whole, what is filled is right, what is left open is never sent."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Role, Template, Unit, Urgency
from services import quiet_hours, templates, text_checks
from services.access import Actor
from services.draft_words import BODY_MAX, FACT_MAX, GROUP_TEXT_MAX, TITLE_MAX
from services.templates import Answer, Pattern
from services.text_checks import Checked
from tests.factories import make_actor, make_announcement, make_unit

pytestmark = pytest.mark.usefixtures("noon")

SHIPPED = {one.key.removeprefix(templates.SHIPPED): one for one in templates.shipped()}


def answers_for(pattern: Pattern, day: date) -> dict[str, Answer]:
    """Every blank answered: days in the order they are asked, hours likewise, an example for the rest."""
    hours = iter(time(7 + step, 30) for step in range(8))
    return {
        blank.name: day if blank.sort == "day" else next(hours) if blank.sort == "hour" else blank.example
        for blank in pattern.blanks
    }


def test_the_nine_occasions_of_a_ward_ship() -> None:
    assert set(SHIPPED) == {
        "screening", "cleaning", "flags", "power_cut", "storm", "voters", "vaccination", "fees", "scam",
    }  # fmt: skip


@pytest.mark.parametrize("key", sorted(SHIPPED))
@given(ahead=st.integers(2, 300))
def test_a_shipped_one_filled_has_nothing_to_be_said_against_it(key: str, ahead: int) -> None:
    pattern = SHIPPED[key]
    day = clock.today() + timedelta(days=ahead)

    filled = templates.fill(pattern, answers_for(pattern, day))

    assert filled.unfilled == ()
    texts = filled.pattern.texts
    assert text_checks.findings(Checked(texts, kind=pattern.kind, urgency=pattern.urgency)) == []
    assert len([line for line in texts["group_text"].split("\n") if line]) <= text_checks.GROUP_LINES
    assert len(texts["title"]) <= TITLE_MAX
    assert len(texts["group_text"]) <= GROUP_TEXT_MAX
    assert len(texts["body"]) <= BODY_MAX
    assert all(len(texts[fact]) <= FACT_MAX for fact in ("when", "where", "who", "bring"))


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_every_blank_of_a_shipped_one_left_open_is_pointed_out_and_stops(key: str) -> None:
    pattern = SHIPPED[key]

    filled = templates.fill(pattern, {})

    stops = {one.words for one in text_checks.findings(Checked(filled.pattern.texts)) if one.message == text_checks.UNFILLED}
    assert {f"[{name}]".lower() for name in filled.unfilled} == {words.lower() for words in stops}
    assert filled.unfilled == tuple(blank.name for blank in pattern.blanks)


def test_a_day_brings_its_weekday_and_an_hour_is_written_as_people_say_it() -> None:
    filled = templates.fill(
        SHIPPED["cleaning"], {"ngày làm": date(2026, 11, 28), "giờ bắt đầu": time(6), "giờ kết thúc": time(8, 30)}
    )

    assert filled.pattern.texts["title"] == "Tổng vệ sinh môi trường thứ Bảy 28/11/2026"
    assert "từ 6 giờ đến 8 giờ 30" in filled.pattern.texts["group_text"]


def test_an_answer_is_words_only_and_opens_no_new_blank() -> None:
    odd = "{0.__class__} %(a)s {{ x }} [ngày làm]"

    filled = templates.fill(SHIPPED["cleaning"], {"dụng cụ": odd, "ngày làm": date(2026, 11, 28)})

    assert filled.pattern.texts["bring"] == "{0.__class__} %(a)s {{ x }} (ngày làm)"


@pytest.mark.parametrize("key", sorted(SHIPPED))
def test_the_deadline_suggested_is_never_in_the_night_unless_minutes_count(key: str) -> None:
    by = SHIPPED[key].must_reach_by

    assert by is not None
    assert by > clock.now()
    assert SHIPPED[key].urgency is Urgency.EMERGENCY or not quiet_hours.is_quiet(by)


def test_a_draft_becomes_the_wards_own_template_and_comes_first(session: Session, ward: Unit, writer: Actor) -> None:
    draft = make_announcement(session, unit=ward, title="Họp tổ [ngày họp]", body="Mời bà con.", group_text="Họp.")

    made = templates.save_from(session, actor=writer, announcement_id=draft.id, name=" Họp  tổ ")

    assert (made.name, made.is_own, [blank.name for blank in made.blanks]) == ("Họp tổ", True, ["ngày họp"])
    assert [one.key for one in templates.all_for(session, actor=writer)] == [made.key, *(one.key for one in templates.shipped())]


@pytest.mark.parametrize(("name", "why"), [("  ", "đặt tên"), ("x" * 61, "tối đa 60"), ("HỌP TỔ", "Đã có mẫu")])
def test_a_name_is_needed_short_and_not_taken(session: Session, ward: Unit, writer: Actor, name: str, why: str) -> None:
    draft = make_announcement(session, unit=ward)
    templates.save_from(session, actor=writer, announcement_id=draft.id, name="Họp tổ")

    with pytest.raises(Invalid, match=why):
        templates.save_from(session, actor=writer, announcement_id=draft.id, name=name)


def test_a_template_is_renamed_and_taken_away_and_both_are_written_down(session: Session, ward: Unit, writer: Actor) -> None:
    draft = make_announcement(session, unit=ward)
    templates.save_from(session, actor=writer, announcement_id=draft.id, name="Họp tổ")
    row = session.exec(select(Template)).one()

    renamed = templates.rename(session, actor=writer, template_id=row.id, name="Họp thôn")
    templates.drop(session, actor=writer, template_id=row.id)
    session.flush()

    assert renamed.name == "Họp thôn"
    assert session.exec(select(Template)).all() == []
    assert {"template.save", "template.rename", "template.drop"} <= set(session.exec(select(AuditEvent.action)).all())


def test_another_wards_template_is_not_found(session: Session, ward: Unit, writer: Actor) -> None:
    draft = make_announcement(session, unit=ward)
    made = templates.save_from(session, actor=writer, announcement_id=draft.id, name="Họp tổ")
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)
    row = session.exec(select(Template)).one()

    with pytest.raises(NotFound):
        templates.rename(session, actor=stranger, template_id=row.id, name="Của tôi")
    with pytest.raises(NotFound):
        templates.drop(session, actor=stranger, template_id=row.id)
    assert made.key not in [one.key for one in templates.all_for(session, actor=stranger)]


def test_only_writers_see_templates(session: Session, ward: Unit) -> None:
    with pytest.raises(NotAllowed):
        templates.all_for(session, actor=make_actor(session, unit=ward, role=Role.LEAD))
