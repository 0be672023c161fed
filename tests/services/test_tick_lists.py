"""Who may have a tick list made, for whom, and what ends it."""

from dataclasses import dataclass

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Group, GroupKind, Household, Proposal, Role, TickList, Unit, User
from services import added_households, group_leaders, groups, rollups, tick_lists
from services.access import Actor, actor_of
from services.household_values import HouseholdValues
from services.tick_lists import Saved, Tick
from tests.factories import LONG_AGO, make_actor, make_group, make_household, make_membership, make_unit, make_user


@dataclass
class Place:
    """A ward with one group of households and its leader."""

    ward: Unit
    unit: Unit
    leader: User
    group: Group
    clerk: Actor


@pytest.fixture
def place(session: Session) -> Place:
    ward = make_unit(session)
    unit = make_unit(session, parent=ward)
    leader = make_user(session, unit=unit, role=Role.LEAD, display_name="Hà Thị Minh")
    return Place(ward, unit, leader, make_group(session, unit=unit, leader_id=leader.id), make_actor(session, unit=ward))


def token_of(session: Session, place: Place, actor: Actor | None = None) -> str:
    made = tick_lists.make(session, actor=actor or actor_of(session, place.leader), group_id=place.group.id)
    return made.url.rsplit("/", 1)[1]


def test_the_leader_and_the_wards_staff_make_one_for_the_leader(session: Session, place: Place) -> None:
    own = tick_lists.make(session, actor=actor_of(session, place.leader), group_id=place.group.id)
    by_clerk = tick_lists.make(session, actor=place.clerk, group_id=place.group.id)

    assert (own.owner, by_clerk.owner) == ("Hà Thị Minh", "Hà Thị Minh")
    assert own.url != by_clerk.url
    assert {row.user_id for row in session.exec(select(TickList))} == {place.leader.id}
    assert [event.details for event in session.exec(select(AuditEvent))] == [{"owner_id": str(place.leader.id)}] * 2


def test_a_deputy_makes_an_own_one(session: Session, place: Place) -> None:
    deputy = make_user(session, unit=place.unit, role=Role.LEAD)
    place.group.deputy_id = deputy.id
    session.add(place.group)

    token = token_of(session, place, actor_of(session, deputy))

    assert tick_lists.opened(session, token=token).actor.id == deputy.id


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("is_near", [True, False])
def test_who_else_may(session: Session, place: Place, role: Role, is_near: bool) -> None:
    """S46, S47: staff of the ward; a leader of another group, a viewer, and whoever is elsewhere do not."""
    actor = make_actor(session, unit=place.ward if is_near else make_unit(session), role=role)
    may = is_near and role in (Role.ADMIN, Role.OFFICIAL, Role.STAFF)

    if may:
        assert token_of(session, place, actor)
    else:
        with pytest.raises(NotAllowed if is_near else NotFound):
            token_of(session, place, actor)


@pytest.mark.parametrize("kind", [kind for kind in GroupKind if kind is not GroupKind.HOUSEHOLD])
def test_only_groups_of_households_have_one(session: Session, place: Place, kind: GroupKind) -> None:
    place.group.kind = kind
    session.add(place.group)

    with pytest.raises(Invalid, match="nhóm hộ dân"):
        token_of(session, place)


def test_a_group_without_a_leader_is_told_to_choose_one(session: Session, place: Place) -> None:
    place.group.leader_id = None
    session.add(place.group)

    with pytest.raises(Invalid, match="chưa có người phụ trách"):
        token_of(session, place, place.clerk)


def test_a_new_leader_closes_the_addresses_of_the_old_one(session: Session, place: Place) -> None:
    token = token_of(session, place)
    other = make_user(session, unit=place.unit, role=Role.LEAD)

    group_leaders.set_leader(session, actor=place.clerk, group_id=place.group.id, leader_id=other.id)
    group_leaders.set_leader(session, actor=place.clerk, group_id=place.group.id, leader_id=place.leader.id)

    with pytest.raises(NotFound):
        tick_lists.opened(session, token=token)


@pytest.mark.parametrize("ending", ["closed", "switched off", "made a viewer", "no leader any more"])
def test_what_else_ends_it(session: Session, place: Place, ending: str) -> None:
    """S45."""
    token = token_of(session, place)
    if ending == "closed":
        groups.close(session, actor=place.clerk, group_id=place.group.id)
    elif ending == "switched off":
        place.leader.is_active = False
    elif ending == "made a viewer":
        place.leader.role = Role.VIEWER
    else:
        place.group.leader_id = None
    session.add_all([place.leader, place.group])
    session.flush()

    with pytest.raises(NotFound):
        tick_lists.save(session, token=token, ticks=[])


def test_revoking_closes_all_and_counts_them(session: Session, place: Place) -> None:
    tokens = [token_of(session, place) for _ in range(2)]
    before = tick_lists.open_count(session, actor=place.clerk, group_id=place.group.id)

    closed = tick_lists.revoke_all(session, actor=place.clerk, group_id=place.group.id)

    assert (before, closed, tick_lists.open_count(session, actor=place.clerk, group_id=place.group.id)) == (2, 2, 0)
    assert tick_lists.revoke_all(session, actor=place.clerk, group_id=place.group.id) == 0
    for token in tokens:
        with pytest.raises(NotFound):
            tick_lists.sheet(session, token=token)


def test_the_address_opens_this_unit_alone_even_for_a_ward_official(session: Session, place: Place) -> None:
    """S47: what is lost with a phone is one unit."""
    official = make_user(session, unit=place.ward, role=Role.OFFICIAL)
    place.group.leader_id = official.id
    session.add(place.group)
    other = make_household(session, unit=make_unit(session, parent=place.ward))
    token = token_of(session, place, actor_of(session, official))

    held = tick_lists.opened(session, token=token)
    saved = tick_lists.save(session, token=token, ticks=[Tick(other.id, 0, 2)])

    assert (held.actor.role, held.actor.unit_path) == (Role.LEAD, place.unit.path)
    assert saved == Saved()


def test_who_has_left_the_unit_is_neither_listed_nor_ticked(session: Session, place: Place) -> None:
    gone = make_household(session, unit=place.unit, arrived_on=LONG_AGO, left_on=LONG_AGO)
    token = token_of(session, place)

    saved = tick_lists.save(session, token=token, ticks=[Tick(gone.id, 0, 1)])

    assert tick_lists.sheet(session, token=token).lines == []
    assert saved == Saved()


def test_many_ticks_in_one_save_are_counted_by_kind(session: Session, place: Place) -> None:
    homes: list[Household] = [make_household(session, unit=place.unit) for _ in range(4)]
    for home in homes[:2]:
        make_membership(session, household=home, group=place.group)
    rollups.refresh(session, unit_ids=[place.unit.id])
    token = token_of(session, place)

    ticks = [Tick(homes[0].id, 2, 0), Tick(homes[1].id, 2, 3), Tick(homes[2].id, 0, 1), Tick(homes[3].id, 0, 0)]

    saved = tick_lists.save(session, token=token, ticks=ticks)

    assert saved == Saved(joined=1, left=1, recounted=1)
    assert tick_lists.sheet(session, token=token).coverage.joined == 2


def test_a_leader_may_not_propose_without_end(session: Session, place: Place) -> None:
    """S22."""
    actor = actor_of(session, place.leader)
    for n in range(added_households.MOST_WAITING):
        added_households.propose(session, actor=actor, unit=place.unit, values=HouseholdValues(f"Hộ {n}"))

    with pytest.raises(Invalid, match="Phường chưa xem 30 hộ"):
        added_households.propose(session, actor=actor, unit=place.unit, values=HouseholdValues("Hộ nữa"))
    assert len(session.exec(select(Proposal)).all()) == added_households.MOST_WAITING
