"""A stopped clock and a ward: each scenario moves the one and peoples the other."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine
from sqlmodel import Session
from time_machine import Traveller

from tests.factories import NOON
from tests.fakes import FakeEngine
from tests.scenarios.town import Town, make_town
from web.scan_recorder import recorder


@pytest.fixture
def clock(engine: Engine) -> Iterator[Traveller]:
    """Noon, standing still until a scenario moves it. What phones opened is written to the scenario's own database."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
        recorder().flush()


@pytest.fixture
def town(session: Session, clock: Traveller, promises: FakeEngine) -> Callable[..., Town]:
    """Makes the ward at an instant: `town(at("2026-09-10", "16:45"), places=6)`."""

    def made(moment: datetime, **size: Any) -> Town:
        clock.move_to(moment)
        return make_town(session, clock, promises, **size)

    return made
