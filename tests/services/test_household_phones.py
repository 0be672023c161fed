"""Who sees numbers, what is kept of looking, and taking a list away."""

import pytest
from sqlmodel import Session, select

from core.errors import NotAllowed, NotFound
from models import AuditEvent, GroupKind, Role, Unit
from services import audit, household_export, household_phones, households
from services.households import Filters
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit

PHONE = "+84912345678"


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICIAL, Role.STAFF])
def test_numbers_on_lists_are_masked(session: Session, ward: Unit, role: Role) -> None:
    """S48: the whole number needs a click that is kept."""
    assert household_phones.shown(make_actor(session, unit=ward, role=role), PHONE) == "0912 xxx 678"


def test_a_leader_reads_the_numbers_of_the_own_households(session: Session, unit: Unit) -> None:
    leader = make_actor(session, unit=unit, role=Role.LEAD)

    assert household_phones.shown(leader, PHONE) == "0912 345 678"
    assert household_phones.shown(leader, None) == ""


def test_looking_at_a_number_is_kept_but_not_the_number(session: Session, ward: Unit, unit: Unit) -> None:
    household = make_household(session, unit=unit, phone=PHONE)

    assert household_phones.reveal(session, actor=make_actor(session, unit=ward), household_id=household.id) == PHONE

    kept = audit.history(session, subject_kind="household", subject_id=household.id)
    assert [event.action for event in kept] == ["household.phone_seen"]
    assert "912345678" not in str(kept[0].model_dump())


def test_others_numbers_are_not_there(session: Session, ward: Unit, unit: Unit) -> None:
    household = make_household(session, unit=unit, phone=PHONE)

    with pytest.raises(NotAllowed):
        household_phones.reveal(session, actor=make_actor(session, unit=ward, role=Role.VIEWER), household_id=household.id)
    with pytest.raises(NotFound):
        household_phones.reveal(session, actor=make_actor(session, unit=make_unit(session)), household_id=household.id)


def test_a_history_is_of_one_record_the_latest_first(session: Session, ward: Unit, unit: Unit) -> None:
    staff = make_actor(session, unit=ward)
    one, other = make_household(session, unit=unit), make_household(session, unit=unit)
    households.end(session, actor=staff, household_id=one.id)
    households.end(session, actor=staff, household_id=other.id)
    households.reopen(session, actor=staff, household_id=one.id)

    kept = audit.history(session, subject_kind="household", subject_id=one.id)

    assert [event.action for event in kept] == ["household.reopened", "household.ended"]


def test_what_is_taken_away_is_what_the_list_found_on_all_its_pages(session: Session, ward: Unit, unit: Unit) -> None:
    staff = make_actor(session, unit=ward)
    names = [make_household(session, unit=unit).head_name for _ in range(3)]
    make_household(session, unit=make_unit(session))

    rows = household_export.take(session, actor=staff, filters=Filters(order="name"))

    assert sorted(row.head_name for row in rows) == sorted(names)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "household.exported")).one()
    assert event.details == {"households": 3}


def test_the_words_searched_for_are_not_kept(session: Session, ward: Unit, unit: Unit) -> None:
    make_household(session, unit=unit, head_name="Hoàng Thị Bưởi", search="hoang thi buoi")

    household_export.take(session, actor=make_actor(session, unit=ward), filters=Filters(words="hoàng thị bưởi"))

    event = session.exec(select(AuditEvent).where(AuditEvent.action == "household.exported")).one()
    assert event.details == {"households": 1}


def test_a_viewer_takes_nothing_away(session: Session, ward: Unit) -> None:
    with pytest.raises(NotAllowed):
        household_export.take(session, actor=make_actor(session, unit=ward, role=Role.VIEWER), filters=Filters())


def test_households_are_added_where_they_are_seen(session: Session, ward: Unit, unit: Unit) -> None:
    other = make_unit(session, parent=ward, name="Tổ 2", area="Sông Cầu")
    make_unit(session, parent=ward, valid_to=unit.created_at.date().replace(year=2020))
    lead = make_actor(session, unit=unit, role=Role.LEAD)
    make_group(session, unit=other, leader_id=lead.id)

    assert {place.id for place in households.places(session, actor=lead)} == {unit.id, other.id}
    assert {place.id for place in households.places(session, actor=make_actor(session, unit=ward))} == {unit.id, other.id}
    with pytest.raises(NotAllowed):
        households.places(session, actor=make_actor(session, unit=ward, role=Role.VIEWER))


def test_a_household_is_offered_the_open_groups_it_is_not_in_its_own_first(session: Session, ward: Unit, unit: Unit) -> None:
    staff = make_actor(session, unit=ward)
    household = make_household(session, unit=unit)
    women = make_group(session, unit=ward, name="Hội Phụ nữ", kind=GroupKind.ASSOCIATION)
    own = make_group(session, unit=unit, name="Bà con")
    make_group(session, unit=ward, name="An ninh cả phường")
    make_group(session, unit=ward, kind=GroupKind.LEADERS)
    make_group(session, unit=unit, name="Cũ", closed_on=household.arrived_on)
    make_group(session, unit=make_unit(session, parent=ward), name="Tổ khác")

    def offered() -> list[str]:
        card = households.get(session, actor=staff, household_id=household.id)
        return [group.name for group in households.joinable(session, actor=staff, card=card)]

    assert offered() == ["Bà con", "An ninh cả phường", "Hội Phụ nữ"]
    make_membership(session, household=household, group=own)
    assert offered() == ["An ninh cả phường", women.name]
