"""The list behind each number of a plan, and the plan laid beside what happened."""

from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import Audience, AuditEvent, Channel, How, Need, Reach, Role, Unit, Urgency
from services import needs, plan_list, plan_outcome, sending
from services.access import Actor
from services.needs import Why
from services.plan_list import Source
from tests.factories import (
    make_account,
    make_actor,
    make_announcement,
    make_group,
    make_household,
    make_membership,
    make_rules,
    make_unit,
)


@pytest.fixture
def place(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward, code="A1", short_name="Tổ 1")


@pytest.fixture
def clerk(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


def test_the_list_behind_a_number_is_as_long_as_the_number(session: Session, ward: Unit, place: Unit, clerk: Actor) -> None:
    group = make_group(session, unit=place)
    for code in ("10", "9"):
        make_membership(session, household=make_household(session, unit=place, code=code), group=group)
    make_household(session, unit=place, code="2", head_name="Hà Thị Minh", address="Ngõ 4")
    source = Source(unit_ids=(ward.id,))

    by_chat = plan_list.page(session, actor=clerk, source=source, path=Channel.RELAY)
    by_door = plan_list.page(session, actor=clerk, source=source, path=Channel.DOOR)

    assert ([row.code for row in by_chat.rows], by_chat.total) == (["9", "10"], 2)
    assert [(row.unit_label, row.head_name, row.address) for row in by_door.rows] == [("Tổ 1", "Hà Thị Minh", "Ngõ 4")]
    assert plan_list.page(session, actor=clerk, source=source, path=Channel.SMS).rows == []


def test_a_list_comes_in_pages_and_a_page_beyond_the_last_is_the_last(
    session: Session, ward: Unit, place: Unit, clerk: Actor
) -> None:
    for code in range(1, 6):
        make_household(session, unit=place, code=str(code))

    found = plan_list.page(session, actor=clerk, source=Source(unit_ids=(ward.id,)), path=Channel.DOOR, page=9, size=2)

    assert ([row.code for row in found.rows], found.page, found.pages, found.total) == (["5"], 3, 3, 5)


def test_a_draft_shows_today_and_a_sent_one_the_day_it_was_sent(session: Session, ward: Unit, place: Unit, clerk: Actor) -> None:
    make_household(session, unit=place, code="1")
    announcement = make_announcement(session, unit=ward)
    source = Source(announcement_id=announcement.id)
    before = plan_list.page(session, actor=clerk, source=source, path=Channel.DOOR)
    sending.send(session, announcement=announcement)
    make_household(session, unit=place, code="2")

    after = plan_list.page(session, actor=clerk, source=source, path=Channel.DOOR)

    assert [row.code for row in before.rows] == [row.code for row in after.rows] == ["1"]


def test_what_is_taken_away_is_kept_in_the_audit_without_names(session: Session, ward: Unit, place: Unit, clerk: Actor) -> None:
    make_household(session, unit=place, head_name="Hà Thị Minh")
    announcement = make_announcement(session, unit=ward)

    rows = plan_list.take(session, actor=clerk, source=Source(announcement_id=announcement.id), path=Channel.DOOR)

    [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "plan.exported")).all()
    assert [row.head_name for row in rows] == ["Hà Thị Minh"]
    assert (event.subject_id, event.details) == (str(announcement.id), {"path": "door", "households": 1})


def test_a_list_that_would_tell_needs_opens_only_to_who_says_what_for(
    session: Session, ward: Unit, place: Unit, clerk: Actor
) -> None:
    make_household(session, unit=place, needs=["elderly_alone"], code="7")
    make_rules(session, unit=ward, print_for=["elderly_alone"])
    source = Source(unit_ids=(ward.id,))

    with pytest.raises(Invalid):
        plan_list.page(session, actor=clerk, source=source, path=Channel.PRINT)
    needs.keep(session, actor=clerk, why=Why.DOOR, needs=(Need.ELDERLY_ALONE,))

    assert [row.code for row in plan_list.page(session, actor=clerk, source=source, path=Channel.PRINT).rows] == ["7"]


def test_an_audience_chosen_by_needs_is_guarded_too(session: Session, ward: Unit, place: Unit, clerk: Actor) -> None:
    make_household(session, unit=place, needs=["disabled"])
    announcement = make_announcement(session, unit=ward, units=[place])
    entry = session.exec(select(Audience).where(Audience.announcement_id == announcement.id)).one()
    entry.needs = ["disabled"]
    session.add(entry)
    session.commit()

    with pytest.raises(Invalid):
        plan_list.page(session, actor=clerk, source=Source(announcement_id=announcement.id), path=Channel.DOOR)


def test_names_are_not_for_viewers_nor_for_neighbours(session: Session, ward: Unit, place: Unit) -> None:
    announcement = make_announcement(session, unit=ward)
    stranger, viewer = make_actor(session, unit=make_unit(session)), make_actor(session, unit=ward, role=Role.VIEWER)

    for source in (Source(announcement_id=announcement.id), Source(unit_ids=(place.id,))):
        with pytest.raises(NotFound):
            plan_list.page(session, actor=stranger, source=source, path=Channel.DOOR)
        with pytest.raises(NotAllowed):
            plan_list.take(session, actor=viewer, source=source, path=Channel.DOOR)


# -- what happened ---------------------------------------------------------------------------------------------------------


def test_the_outcome_lays_what_happened_beside_the_plan(session: Session, ward: Unit, place: Unit, clerk: Actor) -> None:
    group = make_group(session, unit=place)
    inside = [make_household(session, unit=place) for _ in range(3)]
    for home in inside:
        make_membership(session, household=home, group=group)
    outside = [make_household(session, unit=place) for _ in range(2)]
    announcement = make_announcement(session, unit=ward)
    sending.send(session, announcement=announcement)
    now = clock.now()
    told: dict[str, Any] = {"announcement_id": announcement.id, "told_at": now}
    session.add(Reach(**told, household_id=inside[0].id, group_id=group.id, how=How.CONFIRMED))  # by name
    session.add(Reach(**told, visitor="a phone of the chat", group_id=group.id, how=How.CONFIRMED))
    session.add(Reach(**told, visitor="a phone by the ward's own link", how=How.CONFIRMED))
    session.add(Reach(**told, household_id=outside[0].id, how=How.DOOR))
    session.commit()

    found = plan_outcome.of(session, actor=clerk, announcement_id=announcement.id)

    assert [(one.path, one.planned, one.reached, one.not_yet) for one in found.paths] == [("relay", 3, 2, 1), ("door", 2, 1, 1)]
    assert (found.planned, found.elsewhere, found.reached) == (5, 1, 4)


def test_a_chat_never_counts_more_households_than_were_planned_in_it(
    session: Session, ward: Unit, place: Unit, clerk: Actor
) -> None:
    group = make_group(session, unit=place)
    make_membership(session, household=make_household(session, unit=place), group=group)
    announcement = make_announcement(session, unit=ward)
    sending.send(session, announcement=announcement)
    for name in "abc":
        session.add(
            Reach(
                announcement_id=announcement.id, visitor=name, group_id=group.id, how=How.CONFIRMED, told_at=clock.now()
            )
        )  # fmt: skip
    session.commit()

    [one] = plan_outcome.of(session, actor=clerk, announcement_id=announcement.id).paths

    assert (one.planned, one.reached, one.not_yet) == (1, 1, 0)


def test_a_second_path_is_told_but_counts_no_household_twice(session: Session, ward: Unit, place: Unit, clerk: Actor) -> None:
    home = make_household(session, unit=place, phone="+84912345678")
    make_membership(session, household=home, group=make_group(session, unit=place))
    make_account(session, unit=ward, channel=Channel.SMS, price=500)
    announcement = make_announcement(session, unit=ward, urgency=Urgency.EMERGENCY)
    sending.send(session, announcement=announcement)
    session.commit()

    found = plan_outcome.of(session, actor=clerk, announcement_id=announcement.id)

    assert [(one.path, one.planned, one.also) for one in found.paths] == [("relay", 1, 0), ("sms", 0, 1)]
    assert found.planned == 1


def test_another_wards_outcome_is_not_found(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward)

    with pytest.raises(NotFound):
        plan_outcome.of(session, actor=make_actor(session, unit=make_unit(session)), announcement_id=announcement.id)
