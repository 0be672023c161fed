"""Five households that the terminal is asked about."""

import pytest
import time_machine
from sqlmodel import Session

from tests.factories import NOON
from tests.services.five import Five, announce, settle


@pytest.fixture
def five(session: Session) -> Five:
    """As they stood at noon of the 24th; each test stops the clock where it wants it."""
    with time_machine.travel(NOON):
        five = settle(session)
        announce(session, five)
    return five
