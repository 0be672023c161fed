"""How fast an account sends: as a person says, and never faster than its provider allows."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models import Batch, Channel, Unit
from services import batches, chunks, sending
from services.chunks import Marked
from tests.factories import make_account, make_announcement, make_household, make_unit

USUAL = 50.0


@pytest.mark.parametrize(
    ("set_by_person", "told", "rate"),
    [(None, None, USUAL), (10.0, None, 10.0), (None, 2.0, 2.0), (10.0, 2.0, 2.0), (1.0, 2.0, 1.0)],
)
def test_nobody_sends_faster_than_the_provider_allows_nor_than_a_person_says(
    session: Session, ward: Unit, set_by_person: float | None, told: float | None, rate: float
) -> None:
    make_account(session, unit=ward, channel=Channel.SMS, per_second=set_by_person, told_per_second=told)
    place = make_unit(session, parent=ward)
    for number in range(3):
        make_household(session, unit=place, phone=f"+8491200000{number}")
    sending.send(session, announcement=make_announcement(session, unit=ward, units=[place]))
    batch = session.exec(select(Batch)).one()
    hold = batches.claim(session, batch_id=batch.id, attempt=1, owner="a:1", lease=timedelta(seconds=15))
    assert hold

    found = chunks.turn(session, hold, settled=(), usual_rate=USUAL, dedupes=False)

    assert isinstance(found, Marked)
    assert (found.rate, len(found.rows)) == (rate, min(3, rate))
