"""A large audience leaves in parts: the same as at once, whoever goes on and wherever it was broken off."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from models import (
    Announcement,
    AnnouncementStatus,
    AuditEvent,
    Channel,
    Delivery,
    DeliveryStatus,
    DoorLine,
    DoorList,
    Group,
    GroupKind,
    Household,
    PlannedPath,
    Relay,
    Role,
    Unit,
    Urgency,
)
from services import announcements, approvals, dispatch, due, relays, sending
from services.access import Actor
from tests.factories import (
    NOON,
    make_account,
    make_actor,
    make_announcement,
    make_group,
    make_household,
    make_membership,
    make_rules,
    make_unit,
)
from tests.fakes import FakeEngine

UNITS, EACH = 5, 3


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch, noon: None) -> None:
    """Three households are few and four are many, so that a part is one unit."""
    monkeypatch.setattr(dispatch, "AT_ONCE", EACH)
    monkeypatch.setattr(dispatch, "PART", EACH)


@pytest.fixture
def ward(session: Session) -> Unit:
    """Five units of three households: one in the chat, one by telephone, one at the door; a telephone that two units share."""
    ward = make_unit(session)
    for number in range(UNITS):
        place = make_unit(session, parent=ward, code=f"A{number}")
        group = make_group(session, unit=place, name=f"Nhóm {number}")
        make_membership(session, household=make_household(session, unit=place, phone="+84912345600"), group=group)
        make_household(session, unit=place, phone="+84912345678" if number in (0, 3) else f"+8491234560{number}")
        make_household(session, unit=place, needs=["disabled"])
    return ward


@pytest.fixture
def chair(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


def began(session: Session, ward: Unit, **more: Any) -> Announcement:
    made = make_announcement(session, unit=ward, **more)
    sending.start(session, announcement=made)
    session.commit()
    return made


def finish(session: Session, announcement: Announcement) -> int:
    """How many parts it took."""
    parts = 1
    while go_on(session, announcement):
        parts += 1
    return parts


def go_on(session: Session, announcement: Announcement) -> bool:
    """One part, in a transaction of its own."""
    session.commit()
    is_left = sending.go_on(session, announcement_id=announcement.id)
    session.commit()
    return is_left


def written(session: Session, announcement: Announcement) -> dict[str, Any]:
    """Everything that left, without keys and times."""
    session.expire_all()
    paths = select(PlannedPath).where(PlannedPath.announcement_id == announcement.id)
    ledger = select(Delivery).where(Delivery.announcement_id == announcement.id)
    relayed = select(Relay).where(Relay.announcement_id == announcement.id)
    doors = select(DoorList.unit_id, DoorLine.household_id, DoorLine.number).join(DoorLine)
    return {
        "paths": Counter((row.household_id, row.path, row.group_id, row.is_first) for row in session.exec(paths)),
        "ledger": Counter((row.channel, row.recipient_kind, row.recipient_id, row.cost) for row in session.exec(ledger)),
        "relays": Counter((row.group_id, row.households, row.due_at) for row in session.exec(relayed)),
        "doors": Counter(session.exec(doors.where(DoorList.announcement_id == announcement.id))),
        "plan": announcement.plan, "households": announcement.households, "status": announcement.status,
    }  # fmt: skip


def test_it_is_sending_from_the_first_moment_and_says_how_far_it_is(session: Session, ward: Unit, promises: FakeEngine) -> None:
    made = began(session, ward, urgency=Urgency.URGENT)

    assert (made.status, made.sent_at, made.households) == (AnnouncementStatus.SENDING, NOON, UNITS * EACH)
    assert session.exec(select(Relay)).all() == []
    assert [(p.work, p.key) for p in promises.promises.values()] == [("hand_over", f"hand_over:{made.id}:0")]
    assert go_on(session, made)
    session.refresh(made)
    far = dispatch.how_far(made)
    assert far == dispatch.HowFar(handed=EACH, households=UNITS * EACH, parts=1, at=NOON)
    assert finish(session, made) == UNITS - 1
    session.refresh(made)
    assert (made.status, dispatch.how_far(made)) == (AnnouncementStatus.SENT, None)
    assert {p.work for p in promises.promises.values()} == {"hand_over", "remind", "remind_again", "escalate"}


@pytest.mark.parametrize("budget", [None, 0, 700, 1500])
@pytest.mark.parametrize("urgency", [Urgency.NORMAL, Urgency.EMERGENCY])
def test_in_parts_leaves_what_would_leave_at_once(session: Session, ward: Unit, urgency: Urgency, budget: int | None) -> None:
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    make_account(session, unit=ward, channel=Channel.SMS, price=300)
    make_rules(session, unit=ward, budget=budget, print_for=["disabled"])
    make_group(session, unit=ward, kind=GroupKind.SECTOR)
    beside = make_group(session, unit=ward, kind=GroupKind.LEADERS)
    at_once = make_announcement(session, unit=ward, urgency=urgency, also_groups=[str(beside.id)])
    sending.send(session, announcement=at_once)
    session.commit()

    made = began(session, ward, urgency=urgency, also_groups=[str(beside.id)])
    finish(session, made)

    assert written(session, made) == written(session, at_once)
    assert sum(written(session, made)["paths"].values()) >= UNITS * EACH


def test_a_large_one_whose_parts_are_all_of_it_is_not_in_parts(session: Session, ward: Unit) -> None:
    place = session.exec(select(Unit).where(Unit.code == "A1")).one()
    made = make_announcement(session, unit=ward, units=[place])

    sending.start(session, announcement=made)

    assert (made.status, made.households) == (AnnouncementStatus.SENT, EACH)


def test_pressing_twice_begins_once(session: Session, ward: Unit, chair: Actor, promises: FakeEngine) -> None:
    made = make_announcement(session, unit=ward, status=AnnouncementStatus.IN_REVIEW)
    for _ in range(2):
        approvals.approve(session, actor=chair, announcement_id=made.id, version=made.version)
    session.commit()
    go_on(session, made)

    again = approvals.approve(session, actor=chair, announcement_id=made.id, version=made.version)
    is_sent_again = sending.send_scheduled(session, announcement_id=made.id)
    status = again.status
    finish(session, made)

    assert (status, is_sent_again) == (AnnouncementStatus.SENDING, False)
    assert len(session.exec(select(Relay)).all()) == UNITS
    assert len(session.exec(select(PlannedPath)).all()) == UNITS * EACH
    assert [key for key in promises.promises if key.startswith("hand_over")] == [f"hand_over:{made.id}:0"]


def test_withdrawn_while_it_is_sent_it_goes_no_further_and_says_how_far_it_came(
    session: Session, ward: Unit, chair: Actor
) -> None:
    made = began(session, ward)
    go_on(session, made)
    go_on(session, made)
    first = session.exec(select(Relay)).first()
    assert first
    relays.post(session, token=first.token)
    session.commit()

    stopped = announcements.cancel(session, actor=chair, announcement_id=made.id)
    is_left = go_on(session, made)

    session.expire_all()
    far = dispatch.how_far(made)
    assert (stopped.cancelled, stopped.already_sent, stopped.not_handed) == (1, 1, (UNITS - 2) * EACH)
    assert (is_left, made.status) == (False, AnnouncementStatus.CANCELLED)
    assert far is not None
    assert (far.handed, far.households) == (2 * EACH, UNITS * EACH)
    assert sorted(session.exec(select(Delivery.status)).all()) == [DeliveryStatus.CANCELLED, DeliveryStatus.SENT]
    [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "announcement.cancel"))
    assert event.details == {"cancelled": 1, "already_sent": 1, "not_handed": 9}


def test_what_a_correction_stands_for_goes_no_further(session: Session, ward: Unit) -> None:
    wrong = began(session, ward)
    go_on(session, wrong)

    right = began(session, ward, corrects_id=wrong.id)
    is_left = go_on(session, wrong)
    finish(session, right)

    session.expire_all()
    assert (is_left, wrong.status) == (False, AnnouncementStatus.SENT)
    assert len(session.exec(select(Relay).where(Relay.announcement_id == wrong.id)).all()) == 1
    assert len(session.exec(select(PlannedPath).where(PlannedPath.announcement_id == right.id)).all()) == UNITS * EACH


def test_what_is_over_goes_no_further(session: Session, ward: Unit) -> None:
    made = began(session, ward, expires_at=NOON + timedelta(hours=1))
    go_on(session, made)

    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        is_left = go_on(session, made)

    session.expire_all()
    assert (is_left, made.status, len(session.exec(select(Relay)).all())) == (False, AnnouncementStatus.SENT, 1)


def test_a_household_that_moves_or_comes_meanwhile_is_told_once(session: Session, ward: Unit) -> None:
    places = session.exec(select(Unit).where(Unit.parent_id == ward.id).order_by(Unit.id)).all()  # type: ignore[arg-type]
    make_account(session, unit=ward, channel=Channel.ZNS, price=300)
    made = began(session, ward)
    go_on(session, made)
    moved = session.exec(select(Household).where(Household.unit_id == places[0].id)).all()
    for home in moved:
        home.unit_id = places[-1].id
    newcomer = make_household(session, unit=places[2])
    gone = session.exec(select(Household).where(Household.unit_id == places[3].id)).first()
    assert gone
    gone.left_on = date(2026, 11, 1)
    session.add_all([*moved, gone])
    session.commit()

    finish(session, made)

    told = Counter(row.household_id for row in session.exec(select(PlannedPath)))
    assert set(told.values()) == {1}
    assert newcomer.id in told
    assert gone.id not in told
    assert len(told) == UNITS * EACH
    ledger = session.exec(select(Delivery).where(Delivery.channel == Channel.ZNS)).all()
    assert len({row.recipient_id for row in ledger}) == len(ledger)


def test_a_unit_with_a_chat_and_no_household_gets_its_relay(session: Session, ward: Unit) -> None:
    place = make_unit(session, parent=ward)
    empty = make_group(session, unit=place)

    made = began(session, ward)
    finish(session, made)

    assert empty.id in session.exec(select(Relay.group_id)).all()


def test_the_sweep_goes_on_where_everybody_died_and_leaves_alone_what_someone_does(
    session: Session, ward: Unit, promises: FakeEngine
) -> None:
    made = began(session, ward)
    go_on(session, made)
    with time_machine.travel(NOON + timedelta(seconds=15), tick=False):
        assert due.announcements(session) == []

    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        [piece] = due.announcements(session)
        done = due.do(session, piece)
        assert due.announcements(session) == []
        finish(session, made)

    assert (piece.work, done) == ("hand_over", 1)
    assert f"hand_over:{made.id}:2" in promises.promises
    assert len(session.exec(select(Relay)).all()) == UNITS


def test_a_leader_of_the_first_part_posts_and_takes_it_back_while_the_others_wait(session: Session, ward: Unit) -> None:
    made = began(session, ward)
    go_on(session, made)
    [relay] = session.exec(select(Relay)).all()

    posted = relays.post(session, token=relay.token)
    undone = relays.undo(session, token=relay.token)

    assert (posted.status, undone.status) == ("posted", "waiting")


def test_part_by_part_the_groups_of_a_part_are_its_units(session: Session, ward: Unit) -> None:
    made = began(session, ward)
    go_on(session, made)

    [relay] = session.exec(select(Relay)).all()
    homes = session.exec(select(Household.unit_id).join(PlannedPath)).all()
    assert set(homes) == {session.get_one(Group, relay.group_id).unit_id}
