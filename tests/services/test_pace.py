"""How fast an account sends: as a person says, and never faster than its provider allows."""

import pytest
from sqlmodel import Session

from models import Channel, Unit
from services.chunks import Marked
from tests import turns
from tests.factories import make_account
from tests.services.held import three_held

USUAL = 50.0


@pytest.mark.parametrize(
    ("set_by_person", "told", "rate"),
    [(None, None, USUAL), (10.0, None, 10.0), (None, 2.0, 2.0), (10.0, 2.0, 2.0), (1.0, 2.0, 1.0)],
)
def test_nobody_sends_faster_than_the_provider_allows_nor_than_a_person_says(
    session: Session, ward: Unit, set_by_person: float | None, told: float | None, rate: float
) -> None:
    make_account(session, unit=ward, channel=Channel.SMS, per_second=set_by_person, told_per_second=told)
    hold = three_held(session, ward)

    found = turns.turn(session, hold, settled=(), usual_rate=USUAL, dedupes=False)

    assert isinstance(found, Marked)
    assert (found.rate, len(found.rows)) == (rate, min(3, rate))
