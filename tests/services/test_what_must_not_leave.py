"""What must never be seen, sent or posted: drafts that were dropped, news that is over, doors that should be shut."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import Announcement, AnnouncementStatus, Channel, Delivery, Group, Relay, Role, ShortLink, Unit, Urgency, User
from services import announcements, approvals, drafts, due, leaders, reach, relays, sending
from services.access import TERMINAL, Actor
from services.drafts import Words
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_membership, make_unit, make_user


@pytest.fixture
def group(session: Session, ward: Unit) -> Group:
    place = make_unit(session, parent=ward)
    leader = make_user(session, unit=place, role=Role.LEAD, phone="+84912345678")
    group = make_group(session, unit=place, leader_id=leader.id)
    make_membership(session, household=make_household(session, unit=place), group=group)
    return group


@pytest.fixture
def writer(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


@pytest.fixture
def chief(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


def words(unit: Unit, **more: object) -> Words:
    return Words(**({"title": "Khám", "body": "Sáng mai.", "unit_ids": [unit.id]} | more))  # type: ignore[arg-type]


def sent_now(session: Session, ward: Unit, **more: Any) -> Announcement:
    announcement = make_announcement(session, unit=ward, **more)
    sending.send(session, announcement=announcement)
    session.commit()
    return announcement


def group_slug(session: Session, announcement: Announcement, group: Group | None) -> str:
    wanted = select(ShortLink.slug).where(ShortLink.announcement_id == announcement.id)
    return session.exec(wanted.where(ShortLink.group_id == (group.id if group else None))).one()


def test_a_draft_dropped_before_it_was_sent_is_never_public(session: Session, ward: Unit, group: Group, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=words(ward))
    announcements.cancel(session, actor=writer, announcement_id=draft.id)
    session.commit()

    with pytest.raises(NotFound):
        announcements.for_slug(session, slug=group_slug(session, draft, None))
    rows, total = announcements.listing(session, actor=make_actor(session, unit=ward, role=Role.VIEWER))
    assert (rows, total) == ([], 0)


def test_a_dropped_or_withdrawn_correction_corrects_nothing(
    session: Session, ward: Unit, group: Group, writer: Actor, chief: Actor
) -> None:
    wrong = sent_now(session, ward)
    dropped = drafts.write(session, actor=writer, words=words(ward, corrects_id=wrong.id))
    announcements.cancel(session, actor=writer, announcement_id=dropped.id)
    withdrawn = sent_now(session, ward, corrects_id=wrong.id)
    announcements.cancel(session, actor=chief, announcement_id=withdrawn.id)
    session.commit()

    assert announcements.for_slug(session, slug=group_slug(session, wrong, group)).corrected_by is None
    token = session.exec(select(Relay).where(Relay.announcement_id == wrong.id)).one().token
    assert relays.work_for_token(session, token=token).status == "waiting"


def test_an_hour_that_has_passed_is_refused(session: Session, ward: Unit, writer: Actor) -> None:
    with pytest.raises(Invalid, match="đã qua"):
        drafts.write(session, actor=writer, words=words(ward, send_at=clock.now() - timedelta(hours=1)))


def test_a_draft_that_lay_until_it_was_over_is_not_sent(
    session: Session, ward: Unit, group: Group, writer: Actor, chief: Actor
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        draft = drafts.write(session, actor=writer, words=words(ward))
        approvals.submit(session, actor=writer, announcement_id=draft.id)
        traveller.shift(timedelta(days=15))

        with pytest.raises(Invalid, match="hết hiệu lực"):
            approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)


def test_leaders_are_not_due_after_the_end(session: Session, ward: Unit) -> None:
    announcement = make_announcement(session, unit=ward, must_reach_by=None, expires_at=NOON + timedelta(hours=1))

    assert sending.due_at(announcement, NOON) == NOON + timedelta(hours=1)


def test_undo_on_a_withdrawn_announcement_queues_nothing(session: Session, ward: Unit, group: Group, chief: Actor) -> None:
    sent = sent_now(session, ward)
    token = session.exec(select(Relay)).one().token
    relays.post(session, token=token)
    announcements.cancel(session, actor=chief, announcement_id=sent.id)

    relays.undo(session, token=token)

    assert session.exec(select(Delivery.status)).one() == "sent"


def test_the_common_door_closes_with_its_announcement(session: Session, ward: Unit, group: Group) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        token = sent_now(session, ward).leaders_token or ""
        traveller.shift(timedelta(days=40))

        with pytest.raises(NotFound):
            leaders.enter(session, token=token, group_id=group.id, last_four="5678")


def test_the_phone_of_a_leader_who_was_dismissed_opens_nothing(session: Session, ward: Unit, group: Group) -> None:
    token = sent_now(session, ward).leaders_token or ""
    device = leaders.enter(session, token=token, group_id=group.id, last_four="5678") or ""
    session.flush()
    assert leaders.known(session, token=token, device_token=device).works

    session.get_one(User, group.leader_id).is_active = False
    session.flush()

    assert leaders.known(session, token=token, device_token=device).works == []


def test_right_digits_forget_the_wrong_ones(session: Session, ward: Unit, group: Group) -> None:
    token = sent_now(session, ward).leaders_token or ""
    for digits in ("0000", "1111", "2222", "3333", "5678", "0000"):
        leaders.enter(session, token=token, group_id=group.id, last_four=digits)
        session.commit()

    assert leaders.enter(session, token=token, group_id=group.id, last_four="5678")


def test_a_demoted_leader_no_longer_speaks_for_the_group(session: Session, ward: Unit, group: Group) -> None:
    sent_now(session, ward)
    relay_id = session.exec(select(Relay.id)).one()
    leader = session.get_one(User, group.leader_id)
    viewer = Actor(leader.id, "x", "X", Role.VIEWER, ward.id, ward.path)

    with pytest.raises(NotAllowed):
        relays.enter_for(session, actor=viewer, relay_id=relay_id, is_posted=True)


def test_staff_of_a_group_do_not_speak_in_the_wards_name(session: Session, group: Group) -> None:
    place = session.get_one(Unit, group.unit_id)

    with pytest.raises(NotAllowed, match="lời của phường"):
        drafts.write(session, actor=make_actor(session, unit=place), words=words(place))


def test_a_plan_limited_to_channels_stays_limited_until_it_is_approved(
    session: Session, ward: Unit, group: Group, writer: Actor, chief: Actor
) -> None:
    draft = drafts.write(session, actor=writer, words=words(ward, channels=[Channel.ZNS]))
    approvals.submit(session, actor=writer, announcement_id=draft.id)

    approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)

    assert draft.plan["paths"]["relay"] == 0
    assert session.exec(select(Relay)).all() == []


def test_editing_a_correction_leaves_it_a_correction(session: Session, ward: Unit, group: Group, writer: Actor) -> None:
    wrong = sent_now(session, ward)
    draft = drafts.write(session, actor=writer, words=words(ward, corrects_id=wrong.id))

    drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=words(ward, title="Đã sửa"))

    assert (draft.kind, draft.corrects_id) == ("correction", wrong.id)


def test_a_reminder_that_died_with_its_process_is_made_up_for(session: Session, ward: Unit, group: Group) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        announcement = sent_now(session, ward, urgency=Urgency.URGENT, must_reach_by=NOON + timedelta(hours=4))
        traveller.shift(timedelta(minutes=29))
        assert due.announcements(session) == []
        traveller.shift(timedelta(minutes=3))

        [piece] = due.announcements(session)
        assert (piece.work, piece.announcement_id, due.do(session, piece)) == ("remind", announcement.id, 1)
        assert due.announcements(session) == []


def test_a_database_error_names_no_values(session: Session) -> None:
    make_user(session, unit=make_unit(session), username="lan", phone="+84912345678")

    with pytest.raises(Exception, match=r"(?i)unique") as caught:
        make_user(session, unit=make_unit(session), username="lan", phone="+84912345678")
    assert "912345678" not in str(caught.value).split("DETAIL")[0]


def test_nothing_is_posted_by_terminal_for_a_cancelled_one(session: Session, ward: Unit, group: Group) -> None:
    sent = sent_now(session, ward)
    sending.cancel(session, actor=TERMINAL, announcement=sent)
    relay_id = session.exec(select(Relay.id)).one()

    with pytest.raises(NotAllowed):
        relays.enter_for(session, actor=TERMINAL, relay_id=relay_id, is_posted=True)
    assert sent.status is AnnouncementStatus.CANCELLED


def test_the_board_says_what_changed_between_approval_and_sending(
    session: Session, ward: Unit, group: Group, writer: Actor, chief: Actor
) -> None:
    with time_machine.travel(NOON, tick=False) as traveller:
        draft = drafts.write(session, actor=writer, words=words(ward, send_at=NOON + timedelta(hours=2)))
        approvals.submit(session, actor=writer, announcement_id=draft.id)
        approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)
        make_household(session, unit=session.get_one(Unit, group.unit_id))
        traveller.shift(timedelta(hours=2))
        sending.send_scheduled(session, announcement_id=draft.id)
        session.commit()

        board = reach.board(session, actor=chief, announcement_id=draft.id)

    assert board.changed_paths
    approved, sent = board.changed_paths
    assert (approved["door"], sent["door"], board.paths["door"]) == (0, 1, 1)


def test_a_group_closed_after_the_sending_is_not_late_for_ever(session: Session, ward: Unit, group: Group, chief: Actor) -> None:
    sent = sent_now(session, ward, must_reach_by=clock.now() + timedelta(seconds=1))
    group.closed_on = clock.today()
    session.add(group)
    session.commit()

    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        board = reach.board(session, actor=chief, announcement_id=sent.id)

    assert (board.overdue, [row.is_cancelled for row in board.rows]) == ([], [True])
