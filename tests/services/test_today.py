"""The first screen's one look: what waits, and figures that agree with those elsewhere."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session

from models import AnnouncementStatus, Channel, Delivery, RecipientKind, Relay, Unit
from services import participation, today
from tests.factories import NOON, make_actor, make_announcement, make_group, make_link, make_unit


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def send(session: Session, ward: Unit, *minutes: int | None, status: AnnouncementStatus = AnnouncementStatus.SENT) -> None:
    """An announcement sent two hours ago, with a relay a group: after how many minutes it was posted."""
    sent_at = NOON - timedelta(hours=2)
    item = make_announcement(session, unit=ward, status=status, sent_at=sent_at, households=9)
    for took in minutes:
        delivery = Delivery(
            announcement_id=item.id, channel=Channel.RELAY, recipient_kind=RecipientKind.GROUP, recipient_id="",
            idempotency_key=make_link(session).slug,
        )  # fmt: skip
        session.add(delivery)
        session.flush()
        session.add(
            Relay(
                delivery_id=delivery.id, announcement_id=item.id, group_id=make_group(session, unit=ward).id,
                link_id=make_link(session).id, token=str(delivery.id), token_expires_at=NOON,
                posted_at=None if took is None else sent_at + timedelta(minutes=took),
            )
        )  # fmt: skip
    session.commit()


def test_three_withdrawn_announcements_do_not_move_the_median(session: Session) -> None:
    ward = make_unit(session)
    actor = make_actor(session, unit=ward)
    send(session, ward, 10, 20, 30)
    for _ in range(3):
        send(session, ward, None, None, status=AnnouncementStatus.CANCELLED)

    seen = today.of(session, actor=actor).relay_times

    assert (seen.median_minutes, seen.median_is_running, seen.announcements) == (20, False, 1)


def test_the_median_is_the_one_participation_shows_running_or_not(session: Session) -> None:
    ward = make_unit(session)
    actor = make_actor(session, unit=ward)
    send(session, ward, 10, None)

    seen = today.of(session, actor=actor).relay_times

    [elsewhere] = participation.overview(session, actor=actor).reached
    assert (seen.median_minutes, seen.median_is_running) == (65, True)  # between 10 and 120 so far
    assert (elsewhere.minutes, elsewhere.is_running) == (65, True)
