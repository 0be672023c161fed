"""Presses at the same moment, and presses that come too late: one defined outcome each."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select
from time_machine import Traveller

from core.db import transaction
from core.errors import NotAllowed, Refusal
from models import (
    Announcement,
    AnnouncementStatus,
    Delivery,
    DeliveryStatus,
    Group,
    LeaderReport,
    Relay,
    Role,
    Unit,
    Urgency,
)
from services import announcements, leader_reports, passing_on, reach, relays, sending
from services.access import Actor
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_membership, make_unit, make_user

ROUNDS = 4


@pytest.fixture
def clock(session: Session) -> Iterator[Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def group(session: Session, ward: Unit) -> Group:
    place = make_unit(session, parent=ward)
    leader, deputy = (make_user(session, unit=place, role=Role.LEAD) for _ in range(2))
    group = make_group(session, unit=place, leader_id=leader.id, deputy_id=deputy.id)
    make_membership(session, household=make_household(session, unit=place), group=group)
    return group


@pytest.fixture
def chief(session: Session, ward: Unit, group: Group) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


def send(session: Session, ward: Unit) -> tuple[Announcement, Relay]:
    made = make_announcement(session, unit=ward, urgency=Urgency.URGENT)
    sending.send(session, announcement=made)
    session.commit()
    relay = session.exec(select(Relay).where(Relay.announcement_id == made.id)).one()
    passing_on.pass_on(session, token=relay.token)
    session.commit()
    return made, relay


def at_once(*presses: Callable[[], object]) -> list[object]:
    """What each press gave, or how it was refused; all pressed at the same moment."""
    ready = threading.Barrier(len(presses))

    def press(one: Callable[[], object]) -> object:
        ready.wait(timeout=20)
        try:
            return one()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


def post(token: str) -> str:
    with transaction() as session:
        return relays.post(session, token=token).posted_by


def now(session: Session, relay: Relay) -> tuple[Relay, str]:
    session.expire_all()
    status = session.exec(select(Delivery.status).where(Delivery.id == relay.delivery_id)).one()
    found = session.exec(select(Relay).where(Relay.id == relay.id)).one()
    session.commit()
    return found, status


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_deputy_and_leader_who_post_at_the_same_moment_are_one_post(
    session: Session, ward: Unit, group: Group, clock: Traveller, round_: int
) -> None:
    _made, relay = send(session, ward)

    said = at_once(lambda: post(relay.token), lambda: post(relay.deputy_token or ""))

    after, status = now(session, relay)
    assert said == [after.posted_by] * 2  # whoever was second is told who was first
    assert (after.posted_by in ("leader", "deputy"), status) == (True, DeliveryStatus.SENT)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_post_while_the_ward_withdraws_is_either_told_to_delete_or_refused(
    session: Session, ward: Unit, group: Group, chief: Actor, clock: Traveller, round_: int
) -> None:
    made, relay = send(session, ward)

    def withdraw() -> object:
        with transaction() as other:
            return announcements.cancel(other, actor=chief, announcement_id=made.id)

    said, _cancelled = at_once(lambda: post(relay.token), withdraw)

    after, status = now(session, relay)
    work = relays.work_for_token(session, token=relay.token)
    assert work.status == "cancelled"
    if isinstance(said, NotAllowed):
        assert (after.posted_at, status) == (None, DeliveryStatus.CANCELLED)
    else:  # it stands in the group: nobody has said that it is gone
        assert (after.posted_by, status, work.deleted_at) == ("leader", DeliveryStatus.SENT, None)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_passing_on_twice_at_once_makes_one_address(
    session: Session, ward: Unit, group: Group, clock: Traveller, round_: int
) -> None:
    _made, relay = send(session, ward)
    relay.is_deputy_asked, relay.passed_on_at = False, None
    session.add(relay)
    session.commit()

    def pass_on() -> object:
        with transaction() as other:
            passing_on.pass_on(other, token=relay.token)
            return other.get_one(Relay, relay.id).deputy_token

    one, other = at_once(pass_on, pass_on)

    assert one == other


def test_a_leader_who_posts_after_the_deadline_counts_and_is_late(
    session: Session, ward: Unit, group: Group, chief: Actor, clock: Traveller
) -> None:
    made, relay = send(session, ward)
    clock.shift(timedelta(days=2))  # past the deadline, not past its end

    work = relays.post(session, token=relay.token)
    session.flush()

    board = reach.board(session, actor=chief, announcement_id=made.id)
    assert work.posted_at
    assert work.due_at
    assert work.posted_at > work.due_at
    assert (board.posted, board.overdue) == (1, [])


def test_a_link_used_after_its_end_changes_nothing(session: Session, ward: Unit, group: Group, clock: Traveller) -> None:
    _made, relay = send(session, ward)
    clock.shift(timedelta(days=8))

    for act in (relays.post, passing_on.pass_on, passing_on.give_back):
        with pytest.raises(NotAllowed, match="hết hiệu lực"):
            act(session, token=relay.token)
    assert relays.work_for_token(session, token=relay.token).status == "expired"


def test_a_group_that_closes_meanwhile_is_not_posted_into_and_not_late(
    session: Session, ward: Unit, group: Group, chief: Actor, clock: Traveller
) -> None:
    made, relay = send(session, ward)
    group.closed_on = NOON.date()
    session.add(group)
    session.flush()
    clock.shift(timedelta(hours=2))

    with pytest.raises(NotAllowed, match="đã đóng"):
        relays.post(session, token=relay.deputy_token or "")

    assert relays.work_for_token(session, token=relay.token).status == "closed"
    assert reach.board(session, actor=chief, announcement_id=made.id).overdue == []


def test_a_group_that_was_closed_before_it_leaves_gets_nothing_and_its_households_a_knock(
    session: Session, ward: Unit, group: Group, clock: Traveller
) -> None:
    group.closed_on = NOON.date()
    session.add(group)
    made = make_announcement(session, unit=ward)

    sending.send(session, announcement=made)

    assert made.status is AnnouncementStatus.SENT
    assert session.exec(select(Relay)).all() == []
    assert made.plan["sent"]["paths"]["door"] == 1


def test_what_was_posted_before_the_group_closed_stays_posted(
    session: Session, ward: Unit, group: Group, clock: Traveller
) -> None:
    _made, relay = send(session, ward)
    relays.post(session, token=relay.token)
    group.closed_on = NOON.date()
    session.add(group)
    session.flush()

    assert relays.post(session, token=relay.token).status == "posted"


def test_leader_and_deputy_who_report_at_once_make_one_report(
    session: Session, ward: Unit, group: Group, clock: Traveller
) -> None:
    for _ in range(ROUNDS):
        made, relay = send(session, ward)
        made.report_by = NOON + timedelta(days=1)
        session.add(made)
        session.commit()

        def report(token: str) -> None:
            with transaction() as writing:
                leader_reports.say(writing, token=token, people=31)

        outcomes = at_once(*[lambda token=token: report(token) for token in (relay.token, relay.deputy_token, relay.token)])

        found = session.exec(select(LeaderReport).where(LeaderReport.relay_id == relay.id)).all()
        session.rollback()
        assert (outcomes, [one.people for one in found]) == ([None] * 3, [31])
