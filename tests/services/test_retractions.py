"""Who says that a withdrawn text is gone from the chat."""

from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from core.errors import NotAllowed, NotFound
from models import Announcement, AuditEvent, Relay, Unit
from services import announcements, relays, retractions, sending
from services.access import TERMINAL
from tests.factories import NOON, make_actor, make_announcement, make_group, make_unit


@pytest.fixture
def sent(session: Session, ward: Unit) -> Announcement:
    make_group(session, unit=make_unit(session, parent=ward))
    with time_machine.travel(NOON, tick=False):
        announcement = make_announcement(session, unit=ward)
        sending.send(session, announcement=announcement)
    session.commit()
    return announcement


@pytest.fixture
def relay(session: Session, sent: Announcement) -> Relay:
    return session.exec(select(Relay)).one()


def withdraw(session: Session, sent: Announcement) -> None:
    announcements.cancel(session, actor=TERMINAL, announcement_id=sent.id)
    session.commit()


def deleted_at(session: Session, relay: Relay) -> object:
    return relays.work_for_token(session, token=relay.token).deleted_at


def test_a_leader_says_once_that_it_is_gone_and_may_have_pressed_by_mistake(
    session: Session, sent: Announcement, relay: Relay
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        relays.post(session, token=relay.token)
        withdraw(session, sent)
        before = deleted_at(session, relay)
        retractions.say_deleted(session, token=relay.token)
        traveller.shift(timedelta(minutes=9))
        retractions.say_deleted(session, token=relay.token)
        said = deleted_at(session, relay)
        retractions.say_deleted(session, token=relay.token, is_deleted=False)

    assert (before, said, deleted_at(session, relay)) == (None, NOON, None)


def test_what_is_not_withdrawn_or_was_never_posted_is_not_deleted(session: Session, sent: Announcement, relay: Relay) -> None:
    with time_machine.travel(NOON, tick=False):
        with pytest.raises(NotAllowed):
            retractions.say_deleted(session, token=relay.token)
        withdraw(session, sent)
        with pytest.raises(NotAllowed):
            retractions.say_deleted(session, token=relay.token)

    assert deleted_at(session, relay) is None
    with pytest.raises(NotFound):
        retractions.say_deleted(session, token="guessed")


def test_the_ward_enters_it_for_a_leader_and_another_ward_cannot(
    session: Session, ward: Unit, sent: Announcement, relay: Relay
) -> None:
    with time_machine.travel(NOON, tick=False):
        relays.post(session, token=relay.token)
        withdraw(session, sent)

        retractions.enter_for(session, actor=make_actor(session, unit=ward), relay_id=relay.id, is_deleted=True)
        stranger = make_actor(session, unit=make_unit(session))
        with pytest.raises(NotFound):
            retractions.enter_for(session, actor=stranger, relay_id=relay.id, is_deleted=False)

    assert deleted_at(session, relay) == NOON
    assert "relay.deleted" in session.exec(select(AuditEvent.action)).all()
    [row] = relays.of_announcement(session, actor=TERMINAL, announcement_id=sent.id)
    assert row.deleted_at == NOON
