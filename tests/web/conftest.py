"""A stopped clock and a ward that has just sent an announcement."""

import pytest
from sqlmodel import Session
from time_machine import Traveller

from tests.web.day import Day, make_day


@pytest.fixture
def day(session: Session, clock: Traveller) -> Day:
    """One announcement that asks for attendance, just sent to one group."""
    return make_day(session)
