"""A stopped clock and a ward that has just sent an announcement."""

from collections.abc import Iterator

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session
from time_machine import Traveller

from tests.factories import NOON
from tests.web.day import Day, make_day
from web.scan_recorder import recorder


@pytest.fixture
def clock(engine: Engine) -> Iterator[Traveller]:
    """Noon, standing still until a test moves it. Openings noted in the test are written to its own database, none later."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
        recorder().flush()


@pytest.fixture
def day(session: Session, clock: Traveller) -> Day:
    """One announcement that asks for attendance, just sent to one group."""
    return make_day(session)
