"""Targets of many units in one save, and the save taken back."""

import pytest
from sqlmodel import Session

from core.errors import Invalid, NotAllowed, NotFound
from models import Role, Unit
from services import unit_targets
from services.access import Actor
from tests.factories import make_actor, make_unit


@pytest.fixture
def units(session: Session, ward: Unit) -> list[Unit]:
    return [make_unit(session, parent=ward, short_name=f"Tổ {number}") for number in (1, 2, 3)]


@pytest.fixture
def chief(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


def test_several_targets_are_set_at_once_and_taken_back(
    session: Session, ward: Unit, units: list[Unit], chief: Actor
) -> None:  # fmt: skip
    seen = {unit.id: 90 for unit in units}

    changed = unit_targets.save(
        session, actor=chief, unit_id=ward.id, targets=seen | {units[0].id: 70, units[2].id: 95}, seen=seen
    )  # fmt: skip
    set_to = [unit.target_percent for unit in units]
    undone = unit_targets.undo(session, actor=chief, unit_id=ward.id)

    assert (changed, set_to) == (2, [70, 90, 95])
    assert (undone, [unit.target_percent for unit in units]) == (2, [90, 90, 90])
    assert unit_targets.last_save(session, actor=chief, unit_id=ward.id) is None
    with pytest.raises(Invalid):
        unit_targets.undo(session, actor=chief, unit_id=ward.id)


def test_nothing_is_written_when_one_cannot_be_right(session: Session, ward: Unit, units: list[Unit], chief: Actor) -> None:
    seen = {unit.id: 90 for unit in units}

    with pytest.raises(Invalid, match="Tổ 2"):
        unit_targets.save(session, actor=chief, unit_id=ward.id, targets={units[0].id: 70, units[1].id: 101}, seen=seen)

    assert [unit.target_percent for unit in units] == [90, 90, 90]


def test_what_someone_else_has_set_meanwhile_is_not_written_over(
    session: Session, ward: Unit, units: list[Unit], chief: Actor
) -> None:  # fmt: skip
    seen = {unit.id: 90 for unit in units}
    unit_targets.save(session, actor=chief, unit_id=ward.id, targets={units[0].id: 80}, seen=seen)

    with pytest.raises(Invalid, match="80"):
        unit_targets.save(session, actor=chief, unit_id=ward.id, targets={units[0].id: 70}, seen=seen)

    assert units[0].target_percent == 80


def test_a_save_is_not_taken_back_once_a_target_was_set_otherwise(
    session: Session, ward: Unit, units: list[Unit], chief: Actor
) -> None:  # fmt: skip
    unit_targets.save(session, actor=chief, unit_id=ward.id, targets={units[0].id: 80}, seen={units[0].id: 90})
    units[0].target_percent = 60
    session.add(units[0])
    session.flush()

    with pytest.raises(Invalid, match="60"):
        unit_targets.undo(session, actor=chief, unit_id=ward.id)

    assert units[0].target_percent == 60


def test_saving_what_stands_is_no_change(session: Session, ward: Unit, units: list[Unit], chief: Actor) -> None:
    seen = {unit.id: 90 for unit in units}

    assert unit_targets.save(session, actor=chief, unit_id=ward.id, targets=seen, seen=seen) == 0
    assert unit_targets.last_save(session, actor=chief, unit_id=ward.id) is None


def test_only_officials_set_targets_and_only_in_their_units(
    session: Session, ward: Unit, units: list[Unit], chief: Actor
) -> None:
    staff = make_actor(session, unit=ward, role=Role.STAFF)
    elsewhere = make_unit(session, parent=make_unit(session))

    with pytest.raises(NotAllowed):
        unit_targets.save(session, actor=staff, unit_id=ward.id, targets={units[0].id: 1}, seen={units[0].id: 90})
    with pytest.raises(NotFound):
        unit_targets.save(session, actor=chief, unit_id=ward.id, targets={elsewhere.id: 1}, seen={elsewhere.id: 90})
    with pytest.raises(NotFound):
        unit_targets.save(session, actor=chief, unit_id=elsewhere.id, targets={elsewhere.id: 1}, seen={elsewhere.id: 90})
