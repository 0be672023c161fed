"""What wants mending is counted for those who can mend it, in as many queries for a large ward as for a small one."""

import pytest
from sqlalchemy import event
from sqlmodel import Session

from core.errors import NotAllowed
from models import Proposal, ProposalKind, Role, Unit
from services import callouts
from services.cascade import Trouble
from tests.factories import make_actor, make_group, make_household, make_unit


@pytest.fixture
def unit(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward)


def propose(session: Session, unit: Unit) -> None:
    home = make_household(session, unit=unit)
    session.add(Proposal(kind=ProposalKind.LEFT, unit_id=unit.id, household_id=home.id))
    session.commit()


def test_proposals_stand_first_then_groups_by_what_is_wrong(session: Session, ward: Unit, unit: Unit) -> None:
    propose(session, unit)
    propose(session, unit)
    make_group(session, unit=unit)

    found = callouts.of(session, actor=make_actor(session, unit=ward))

    assert [(one.about, one.count) for one in found] == [
        ("proposals", 2), (Trouble.NO_LEADER, 1), (Trouble.NO_LINK, 1), (Trouble.SILENT, 1),
    ]  # fmt: skip


def test_what_lies_elsewhere_or_is_right_calls_for_nothing(session: Session, ward: Unit) -> None:
    elsewhere = make_unit(session, parent=make_unit(session))
    propose(session, elsewhere)
    make_group(session, unit=elsewhere)

    assert callouts.of(session, actor=make_actor(session, unit=ward)) == []


def test_a_larger_ward_asks_no_more_of_the_database(session: Session, ward: Unit, unit: Unit) -> None:
    actor = make_actor(session, unit=ward)

    def asked() -> int:
        said: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            said.append(statement)

        event.listen(session.get_bind(), "before_cursor_execute", note)
        callouts.of(session, actor=actor)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len([one for one in said if one.startswith("SELECT")])

    few = asked()
    for _ in range(6):
        make_group(session, unit=unit)
        propose(session, unit)

    assert asked() == few == 2


def test_leaders_and_observers_are_not_asked_to_mend(session: Session, unit: Unit) -> None:
    for role in (Role.LEAD, Role.VIEWER):
        with pytest.raises(NotAllowed):
            callouts.of(session, actor=make_actor(session, unit=unit, role=role))
