"""A stopped clock and a ward: each scenario moves the one and peoples the other."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import Session
from time_machine import Traveller

from tests.fakes import FakeEngine
from tests.scenarios.town import Town, make_town


@pytest.fixture
def town(session: Session, clock: Traveller, promises: FakeEngine) -> Callable[..., Town]:
    """Makes the ward at an instant: `town(at("2026-09-10", "16:45"), places=6)`."""

    def made(moment: datetime, **size: Any) -> Town:
        clock.move_to(moment)
        return make_town(session, clock, promises, **size)

    return made
