"""A batch in somebody's hands, for tests of what becomes of it."""

from datetime import timedelta

from sqlmodel import Session, select

from models import Batch, Unit
from services import batches, sending
from services.batches import Hold
from tests.factories import make_announcement, make_household, make_unit


def three_held(session: Session, ward: Unit) -> Hold:
    """Three messages of a ward that has one account by telephone, in the hands of one process."""
    place = make_unit(session, parent=ward)
    for number in range(3):
        make_household(session, unit=place, phone=f"+8491200000{number}")
    sending.send(session, announcement=make_announcement(session, unit=ward, units=[place]))
    batch = session.exec(select(Batch)).one()
    hold = batches.claim(session, batch_id=batch.id, attempt=1, owner="a:1", lease=timedelta(seconds=15))
    assert hold
    return hold
