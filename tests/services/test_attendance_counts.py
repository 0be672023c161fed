"""A leader's count of who comes: beside the answers of the chat, never added to them."""

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import Announcement, AnnouncementStatus, AsksFor, AuditEvent, Group, Relay, Role, Unit
from services import attendance_counts, attendance_figures, attendance_places, sending
from services.access import Actor
from services.attendance_figures import Figures
from services.attendance_places import Party
from tests.factories import make_actor, make_announcement, make_group, make_household, make_membership, make_unit

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def groups(session: Session, ward: Unit) -> list[Group]:
    made = []
    for code in ("A1", "A2"):
        place = make_unit(session, parent=ward, code=code)
        group = make_group(session, unit=place, name=f"Nhóm {code}")
        make_membership(session, household=make_household(session, unit=place), group=group)
        made.append(group)
    return made


@pytest.fixture
def event(session: Session, ward: Unit, groups: list[Group]) -> Announcement:
    event = make_announcement(session, unit=ward, asks_for=AsksFor.ATTENDANCE)
    sending.send(session, announcement=event)
    session.commit()
    return event


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


def token_of(session: Session, group: Group) -> str:
    return session.exec(select(Relay).where(Relay.group_id == group.id)).one().token


def comes(session: Session, event: Announcement, group: Group | None, visitor: str, people: int) -> None:
    party = Party(visitor=visitor, group_id=group.id if group else None)
    attendance_places.answered(session, announcement=event, party=party, people=people)


def test_a_group_is_prepared_for_by_the_greater_of_answers_and_count_never_both(
    session: Session, event: Announcement, groups: list[Group], staff: Actor
) -> None:
    comes(session, event, groups[0], "a", 4)
    comes(session, event, groups[1], "b", 4)
    comes(session, event, None, "c", 2)
    attendance_counts.say(session, token=token_of(session, groups[0]), people=10)
    attendance_counts.say(session, token=token_of(session, groups[1]), people=3)

    seen = attendance_figures.coming(session, actor=staff, announcement_id=event.id)

    assert seen
    assert [(one.name, one.figures.placed, one.counted, one.expected) for one in seen.groups] == [
        ("Nhóm A1", 4, 10, 10), ("Nhóm A2", 4, 3, 4), ("", 2, None, 2),
    ]  # fmt: skip
    assert (seen.total.placed, seen.expected) == (10, 16)


def test_a_count_gives_nobody_a_place(session: Session, event: Announcement, groups: list[Group]) -> None:
    attendance_counts.say(session, token=token_of(session, groups[0]), people=10)

    assert attendance_places.taken(session, event.id) == 0


def test_a_count_is_said_again_and_taken_back(session: Session, event: Announcement, groups: list[Group]) -> None:
    token, said = token_of(session, groups[0]), []

    for people in (10, 10, 7, None, 0):
        attendance_counts.say(session, token=token, people=people)
        said.append(attendance_counts.page(session, token=token).counted)

    assert said == [10, 10, 7, None, 0]


def test_the_leader_sees_what_the_own_chat_has_answered(session: Session, event: Announcement, groups: list[Group]) -> None:
    comes(session, event, groups[0], "a", 4)
    comes(session, event, groups[1], "b", 2)

    page = attendance_counts.page(session, token=token_of(session, groups[0]))

    assert (page.group_name, page.answered, page.is_open) == ("Nhóm A1", Figures(placed=4), True)


def test_the_ward_enters_it_for_a_leader_who_telephones(
    session: Session, event: Announcement, groups: list[Group], staff: Actor
) -> None:
    attendance_counts.enter(session, actor=staff, announcement_id=event.id, group_id=groups[1].id, people=12)

    listed = attendance_counts.groups_of(session, actor=staff, announcement_id=event.id)
    assert [(name, count) for _, name, count in listed] == [("Nhóm A1", None), ("Nhóm A2", 12)]
    assert session.exec(select(AuditEvent.action).where(AuditEvent.action == "attendance.counted")).all() == [
        "attendance.counted"
    ]


@pytest.mark.parametrize("people", [-1, 2001])
def test_a_count_that_cannot_be_is_refused(session: Session, event: Announcement, groups: list[Group], people: int) -> None:
    with pytest.raises(Invalid, match="từ 0 đến 2000"):
        attendance_counts.say(session, token=token_of(session, groups[0]), people=people)


def test_called_off_it_takes_no_count(session: Session, event: Announcement, groups: list[Group]) -> None:
    event.status = AnnouncementStatus.CANCELLED
    session.add(event)

    with pytest.raises(Invalid, match="hết hiệu lực"):
        attendance_counts.say(session, token=token_of(session, groups[0]), people=3)


def test_an_unknown_address_a_stranger_and_a_leader_are_refused(
    session: Session, ward: Unit, event: Announcement, groups: list[Group]
) -> None:
    stranger = make_actor(session, unit=make_unit(session))
    leader = make_actor(session, unit=ward, role=Role.LEAD)

    with pytest.raises(NotFound):
        attendance_counts.page(session, token="x" * 32)
    with pytest.raises(NotFound):
        attendance_counts.enter(session, actor=stranger, announcement_id=event.id, group_id=groups[0].id, people=1)
    with pytest.raises(NotAllowed):
        attendance_counts.enter(session, actor=leader, announcement_id=event.id, group_id=groups[0].id, people=1)


def test_where_nobody_is_asked_to_come_nothing_is_counted(session: Session, ward: Unit, groups: list[Group]) -> None:
    plain = make_announcement(session, unit=ward)
    sending.send(session, announcement=plain)

    with pytest.raises(NotFound):
        attendance_counts.page(session, token=token_of(session, groups[0]))
