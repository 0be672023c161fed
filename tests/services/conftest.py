"""Where most rules are tried: a ward."""

import pytest
from sqlmodel import Session

from models import Role, Unit
from services.access import Actor
from tests.factories import make_actor, make_group, make_household, make_unit
from tests.services.five import Five, announce, ask, help_people, scan, settle


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session)


@pytest.fixture
def place(session: Session, ward: Unit) -> Unit:
    """A residential group of the ward with a household and a chat."""
    place = make_unit(session, parent=ward)
    make_household(session, unit=place)
    make_group(session, unit=place)
    return place


@pytest.fixture
def writer(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF)


@pytest.fixture
def admin(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.ADMIN)


@pytest.fixture
def five(session: Session, noon: None) -> Five:
    """Five households at noon of the 24th, with their announcement, the code that was scanned, what was asked and helped."""
    five = settle(session)
    announce(session, five)
    scan(session, five)
    ask(session, five)
    help_people(session, five)
    return five
