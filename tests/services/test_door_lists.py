"""Who stands on a door list, under which number, and whose page it is."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import AnnouncementStatus, Channel, DoorLine, DoorList, DoorOutcome, How, Reach, Relay, Role, Unit
from services import door_addresses, door_knocks, door_lists, door_numbers, door_paper, group_leaders
from services.access import actor_of
from tests.factories import make_actor, make_announcement, make_household, make_unit, make_user
from tests.services.street import Street, knock, make_street

pytestmark = pytest.mark.usefixtures("noon")


def numbered(street: Street) -> dict[int, str]:
    return {line.number: line.address for line in door_lists.lines_of(street.session, street.list())}


def still_open(street: Street) -> list[str]:
    return [line.address for line in door_lists.lines_of(street.session, street.list()) if line.is_open]


def test_those_in_no_chat_are_numbered_in_the_order_of_a_walk(session: Session) -> None:
    street = make_street(session, "Số 10, ngõ 4", "Số 9, ngõ 4", "", "Số 3, ngõ 12", in_chat=("Số 1, ngõ 4",))

    assert numbered(street) == {1: "Số 9, ngõ 4", 2: "Số 10, ngõ 4", 3: "Số 3, ngõ 12", 4: ""}
    assert [one.phone_end for one in door_lists.lines_of(session, street.list())] == ["678"] * 4


def test_where_paths_were_written_those_of_the_door_stand_on_it(session: Session) -> None:
    planned = {"Số 1": Channel.DOOR, "Số 2": Channel.SMS, "Số 3": Channel.RELAY}

    street = make_street(session, "Số 1", "Số 2", "Số 3", planned=planned)

    assert numbered(street) == {1: "Số 1"}


def test_a_household_told_meanwhile_leaves_the_list_and_keeps_its_number(session: Session) -> None:
    street = make_street(session, "Số 1", "Số 2")
    session.add(
        Reach(
            announcement_id=street.announcement.id, household_id=street.homes["Số 1"].id, how=How.CONFIRMED, told_at=clock.now()
        )
    )
    session.commit()

    assert still_open(street) == ["Số 2"]
    assert numbered(street) == {1: "Số 1", 2: "Số 2"}


def test_whom_a_list_still_has_to_tell_is_said_alike_to_the_page_and_to_paper(session: Session) -> None:
    """Nobody yet; not at home; not at home but told since; refused; told; moved away before a knock; not at home, then moved."""
    street = make_street(session, *(f"Số {n}" for n in range(1, 8)))
    outcomes = {2: "not_home", 3: "not_home", 4: "refused", 5: "told", 7: "not_home"}
    ticks = [knock(number, DoorOutcome(outcome)) for number, outcome in outcomes.items()]
    door_knocks.by_phone(session, token=street.token, knocks=ticks)
    told = street.homes["Số 3"].id
    session.add(Reach(announcement_id=street.announcement.id, household_id=told, how=How.CONFIRMED, told_at=clock.now()))
    for number in (6, 7):
        street.homes[f"Số {number}"].left_on = clock.today()
    session.commit()

    lines = door_lists.lines_of(session, street.list())
    [sheet] = door_paper.sheets(session, actor=street.clerk, announcement_id=street.announcement.id)[0]

    assert [line.number for line in lines if line.is_open] == [1]
    assert [line.number for line in lines if line.is_to_tell] == [row.number for row in sheet.rows] == [1, 2, 7]
    assert [line.number for line in lines if line.is_elsewhere] == [3, 6]


def test_a_household_that_comes_later_gets_a_new_number(session: Session) -> None:
    street = make_street(session, "Số 5", "Số 9")
    make_household(session, unit=street.unit, address="Số 1")

    added = [door_numbers.prepare(session, announcement=street.announcement) for _ in range(2)]

    assert added == [1, 0]
    assert numbered(street) == {3: "Số 1", 1: "Số 5", 2: "Số 9"}
    assert [line.number for line in door_lists.lines_of(session, street.list())] == [3, 1, 2]


def test_everybody_not_reached_can_be_asked_for(session: Session) -> None:
    """Those in a chat where it is posted stay out unless chosen; where nobody posted they come."""
    street = make_street(session, "Số 1", in_chat=("Số 2", "Số 3"))
    relay = session.exec(select(Relay)).one()
    relay.posted_at = clock.now()
    session.add(relay)
    session.add(
        Reach(announcement_id=street.announcement.id, household_id=street.homes["Số 3"].id, how=How.PHONE, told_at=clock.now())
    )
    session.commit()
    ask: dict[str, Any] = {"actor": street.clerk, "announcement_id": street.announcement.id}

    without = door_lists.widen(session, **ask)
    with_them = door_lists.widen(session, **ask, in_posted_groups=True)
    relay.posted_at = None
    session.flush()

    assert (without, with_them) == (0, 1)
    assert still_open(street) == ["Số 1", "Số 2"]


def test_where_nobody_posted_the_whole_chat_can_be_knocked_at(session: Session) -> None:
    street = make_street(session, "Số 1", in_chat=("Số 2",))

    door_lists.widen(session, actor=street.clerk, announcement_id=street.announcement.id, unit_ids=[street.unit.id])

    assert numbered(street) == {1: "Số 1", 2: "Số 2"}


def test_asking_for_one_unit_adds_to_no_other(session: Session) -> None:
    street = make_street(session, in_chat=("Số 2",))
    elsewhere = make_unit(session, parent=street.ward)

    assert door_lists.widen(session, actor=street.clerk, announcement_id=street.announcement.id, unit_ids=[elsewhere.id]) == 0


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("is_near", [True, False])
def test_who_may_ask(session: Session, role: Role, is_near: bool) -> None:
    """S46, S47."""
    street = make_street(session, "Số 1")
    actor = make_actor(session, unit=street.ward if is_near else make_unit(session), role=role)

    if is_near and role in (Role.ADMIN, Role.OFFICIAL, Role.STAFF):
        found = door_lists.of_announcement(session, actor=actor, announcement_id=street.announcement.id)
        assert [(one.owner, one.households, one.still_open) for one in found] == [("Hà Thị Minh", 1, 1)]
    else:
        wrong = NotFound if role in (Role.ADMIN, Role.OFFICIAL, Role.STAFF) else NotAllowed
        with pytest.raises(wrong):
            door_lists.of_announcement(session, actor=actor, announcement_id=street.announcement.id)
        with pytest.raises(wrong):
            door_lists.widen(session, actor=actor, announcement_id=street.announcement.id)
        with pytest.raises(wrong):
            door_lists.renew(session, actor=actor, list_id=street.list().id)


def test_what_is_not_sent_has_no_list(session: Session, ward: Unit) -> None:
    draft = make_announcement(session, unit=ward, status=AnnouncementStatus.DRAFT)

    with pytest.raises(Invalid, match="chưa gửi"):
        door_lists.of_announcement(session, actor=make_actor(session, unit=ward), announcement_id=draft.id)


# ---- the address


def test_the_database_holds_no_address(session: Session) -> None:
    street = make_street(session, "Số 1")

    held = street.list()

    assert street.token not in (held.token_hash, str(held.id))
    assert len(street.token) * 4 >= 128
    assert door_addresses.opened(session, token=street.token).actor.id == street.leader.id


def test_the_ward_can_show_the_address_again(session: Session) -> None:
    street = make_street(session, "Số 1")

    found = [door_lists.of_announcement(session, actor=street.clerk, announcement_id=street.announcement.id) for _ in range(2)]

    assert found[0][0].url == found[1][0].url == f"http://ward.test/door/{street.token}"


@pytest.mark.parametrize("ending", ["over", "revoked", "group closed", "switched off", "made a viewer", "no leader any more"])
def test_what_ends_an_address(session: Session, ending: str) -> None:
    """S45."""
    street = make_street(session, "Số 1")
    token, listed = street.token, street.list()
    if ending == "over":
        listed.expires_at = clock.now()
    elif ending == "revoked":
        listed.revoked_at = clock.now()
    elif ending == "group closed":
        street.group.closed_on = clock.today()
    elif ending == "switched off":
        street.leader.is_active = False
    elif ending == "made a viewer":
        street.leader.role = Role.VIEWER
    else:
        street.group.leader_id = None
    session.add_all([listed, street.group, street.leader])
    session.flush()

    with pytest.raises(NotFound):
        door_addresses.opened(session, token=token)


def test_a_handover_and_back_leaves_no_old_address(session: Session) -> None:
    street = make_street(session, "Số 1")
    first = street.token
    other = make_user(session, unit=street.unit, role=Role.LEAD)
    clerk = actor_of(session, make_user(session, unit=street.ward, role=Role.OFFICIAL))

    group_leaders.set_leader(session, actor=clerk, group_id=street.group.id, leader_id=other.id)
    second = street.token
    opened_by = door_addresses.opened(session, token=second).actor.id
    group_leaders.set_leader(session, actor=clerk, group_id=street.group.id, leader_id=street.leader.id)

    assert opened_by == other.id
    for token in (first, second):
        with pytest.raises(NotFound):
            door_addresses.opened(session, token=token)


def test_a_deputy_who_goes_takes_no_address_along(session: Session) -> None:
    street = make_street(session, "Số 1")
    clerk = actor_of(session, make_user(session, unit=street.ward, role=Role.OFFICIAL))
    deputy = make_user(session, unit=street.unit, role=Role.LEAD)
    group_leaders.set_deputy(session, actor=clerk, group_id=street.group.id, deputy_id=deputy.id)
    known = street.token

    group_leaders.set_deputy(session, actor=clerk, group_id=street.group.id, deputy_id=None)

    with pytest.raises(NotFound):
        door_addresses.opened(session, token=known)


def test_without_a_leader_the_deputy_has_it_and_without_both_nobody(session: Session) -> None:
    street = make_street(session, "Số 1")
    deputy = make_user(session, unit=street.unit, role=Role.LEAD)
    street.group.leader_id, street.group.deputy_id = None, deputy.id
    session.add(street.group)
    session.flush()

    made = door_lists.renew(session, actor=street.clerk, list_id=street.list().id)
    street.group.deputy_id = None
    session.flush()
    after = door_lists.of_announcement(session, actor=street.clerk, announcement_id=street.announcement.id)

    assert made.owner == deputy.display_name
    assert [(one.owner, one.url) for one in after] == [("", "")]
    with pytest.raises(Invalid, match="chưa có người phụ trách"):
        door_lists.renew(session, actor=street.clerk, list_id=street.list().id)


def test_a_list_ends_with_its_announcement(session: Session) -> None:
    street = make_street(session, "Số 1", expires_at=None)

    assert street.list().expires_at == clock.now() + timedelta(days=14)
    assert session.exec(select(DoorList)).one().user_id == street.leader.id
    assert session.exec(select(DoorLine)).one().number == 1
