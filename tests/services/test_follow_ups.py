"""Follow-ups: the same words again, to those nobody knows to have been told."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlmodel import Session, select
from time_machine import Traveller

from bench import ward_life
from bench.ward_life import Ward
from core import clock
from core.errors import NotAllowed, NotFound
from models import (
    AccountState,
    Announcement,
    AnnouncementStatus,
    Channel,
    ChannelAccount,
    Household,
    How,
    Reach,
    Relay,
    Role,
    Unit,
)
from services import announcements, approvals, attachments, door_closing, door_lists, drafts, follow_ups, foresight, plans
from tests.factories import NOON, make_actor, make_unit, make_words


@pytest.fixture
def travelled() -> Iterator[Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def past(session: Session, travelled: Traveller) -> Ward:
    ward = ward_life.settle(session, seed=1, groups=4, households=15)
    for seed in range(6):
        travelled.shift(timedelta(days=4))
        ward_life.written_down(session, ward_life.Life(ward, ward_life.announce(session, ward), seed=seed))
    travelled.shift(timedelta(days=4))
    return ward


@pytest.fixture
def sent(session: Session, past: Ward, travelled: Traveller) -> Announcement:
    """Sent to four groups that have not posted yet; three households were told by name."""
    made = ward_life.announce(session, past)
    travelled.shift(timedelta(hours=1))
    for home in session.exec(select(Household)).all()[:3]:
        session.add(Reach(announcement_id=made.id, household_id=home.id, how=How.DOOR, told_at=clock.now()))
    session.commit()
    return made


def test_a_follow_up_is_a_draft_of_the_same_words_for_those_not_told_when_it_leaves(
    session: Session, past: Ward, sent: Announcement
) -> None:
    clerk, chief = (make_actor(session, unit=past.unit, role=role) for role in (Role.STAFF, Role.OFFICIAL))

    made = follow_ups.draft(session, actor=clerk, announcement_id=sent.id)
    told_meanwhile = session.exec(select(Household)).all()[3]
    session.add(Reach(announcement_id=sent.id, household_id=told_meanwhile.id, how=How.PHONE, told_at=clock.now()))
    approvals.submit(session, actor=clerk, announcement_id=made.id)
    approvals.approve(session, actor=chief, announcement_id=made.id, version=made.version)

    assert (made.title, made.body, made.follows_id) == (sent.title, sent.body, sent.id)
    assert made.status is not AnnouncementStatus.DRAFT
    assert plans.of_audience(session, audience=drafts.audience_of(session, made.id)).households == sent.households - 4
    assert plans.of_audience(session, audience=drafts.audience_of(session, sent.id)).households == sent.households


def test_a_follow_up_carries_the_documents_of_what_it_repeats_as_far_as_they_are_there(
    session: Session, past: Ward, sent: Announcement
) -> None:
    clerk = make_actor(session, unit=past.unit)
    there = {"sha256": "ab" * 32, "name": "QD 12.pdf", "media_type": "application/pdf", "bytes": 5}
    path = attachments.path_of(str(there["sha256"]))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%PDF-")
    sent.attachments = [there, there | {"sha256": "cd" * 32}]

    made = follow_ups.draft(session, actor=clerk, announcement_id=sent.id)

    assert [one["name"] for one in made.attachments] == ["QD 12.pdf"]
    assert len(made.attachments) == 1


def test_a_follow_up_of_a_follow_up_leaves_out_all_who_were_told_before(session: Session, past: Ward, sent: Announcement) -> None:
    clerk = make_actor(session, unit=past.unit)
    second = follow_ups.draft(session, actor=clerk, announcement_id=sent.id)
    second.status, second.sent_at = AnnouncementStatus.SENT, clock.now()
    told = session.exec(select(Household)).all()[5]
    session.add(Reach(announcement_id=second.id, household_id=told.id, how=How.PHONE, told_at=clock.now()))
    session.commit()

    third = follow_ups.draft(session, actor=clerk, announcement_id=second.id)

    assert plans.of_audience(session, audience=drafts.audience_of(session, third.id)).households == sent.households - 4


def test_while_it_is_composed_its_plan_is_of_those_who_are_missing(session: Session, past: Ward, sent: Announcement) -> None:
    clerk = make_actor(session, unit=past.unit)
    made = follow_ups.draft(session, actor=clerk, announcement_id=sent.id)
    units = [entry.unit_id for entry in drafts.audience_of(session, made.id)]

    shown = plans.preview(session, actor=clerk, unit_ids=units, draft=made)

    assert shown.households == plans.of_announcement(session, announcement=made).households == sent.households - 3
    assert plans.preview(session, actor=clerk, unit_ids=units).households == sent.households


def test_who_is_in_a_chat_where_it_was_posted_is_not_told_again(session: Session, past: Ward, sent: Announcement) -> None:
    clerk = make_actor(session, unit=past.unit)
    made = follow_ups.draft(session, actor=clerk, announcement_id=sent.id)
    before = plans.of_audience(session, audience=drafts.audience_of(session, made.id)).households
    last = past.places[-1]  # nobody of it was told by name
    relay = session.exec(select(Relay).where(Relay.announcement_id == sent.id, Relay.group_id == last.group_id)).one()
    relay.posted_at = clock.now()
    session.commit()

    after = plans.of_audience(session, audience=drafts.audience_of(session, made.id)).households

    assert before - after == last.inside


def test_pressing_twice_is_one_draft_and_another_channel_is_another(session: Session, past: Ward, sent: Announcement) -> None:
    clerk = make_actor(session, unit=past.unit)

    first = follow_ups.draft(session, actor=clerk, announcement_id=sent.id, channels=[Channel.SMS])
    again = follow_ups.draft(session, actor=clerk, announcement_id=sent.id, channels=[Channel.SMS])
    other = follow_ups.draft(session, actor=clerk, announcement_id=sent.id)

    assert first.id == again.id != other.id
    assert drafts.channels_of(first) == [Channel.SMS]
    assert {one.id for one in follow_ups.of(session, actor=clerk, announcement_id=sent.id)} == {other.id, first.id}


def test_what_was_withdrawn_is_over_or_not_sent_is_not_followed(
    session: Session, past: Ward, sent: Announcement, travelled: Traveller
) -> None:
    clerk = make_actor(session, unit=past.unit)
    chief, stranger = make_actor(session, unit=past.unit, role=Role.OFFICIAL), make_actor(session, unit=make_unit(session))
    draft = follow_ups.draft(session, actor=clerk, announcement_id=sent.id)

    with pytest.raises(NotFound):
        follow_ups.draft(session, actor=stranger, announcement_id=sent.id)
    with pytest.raises(NotAllowed, match="đã gửi"):
        follow_ups.draft(session, actor=clerk, announcement_id=draft.id)
    announcements.cancel(session, actor=chief, announcement_id=sent.id)
    with pytest.raises(NotAllowed, match="thu hồi"):
        follow_ups.draft(session, actor=clerk, announcement_id=sent.id)


def test_what_has_expired_is_not_followed(session: Session, past: Ward, sent: Announcement, travelled: Traveller) -> None:
    clerk = make_actor(session, unit=past.unit)
    travelled.shift(timedelta(days=9))

    with pytest.raises(NotAllowed, match="hết hiệu lực"):
        follow_ups.draft(session, actor=clerk, announcement_id=sent.id)


def test_the_board_offers_what_tells_most_and_paid_messages_only_with_an_account(
    session: Session, past: Ward, sent: Announcement
) -> None:
    clerk = make_actor(session, unit=past.unit)
    homes = session.exec(select(Household)).all()
    for place, home in enumerate(homes[3:23]):
        home.phone = f"+849123456{place // 2:02}"  # two share one
    homes[23].phone = "+842093000000"  # no mobile: no message reaches it
    sent.group_text = "a" * 200
    without = foresight.of(session, actor=clerk, announcement_id=sent.id)
    session.add(ChannelAccount(unit_id=past.unit.id, channel=Channel.ZNS, price=300, state=AccountState.PAUSED))
    session.add(ChannelAccount(unit_id=past.unit.id, channel=Channel.SMS, price=500))
    session.commit()

    seen = foresight.of(session, actor=clerk, announcement_id=sent.id)

    assert "message" not in {one.kind for one in without.raises}
    found = {one.kind: one for one in seen.raises}
    assert (found["call"].count, found["call"].gain > 0) == (4, True)
    assert (found["message"].count, found["message"].cost, found["message"].channel) == (20, 10 * 2 * 500, Channel.SMS)
    assert 0 < found["message"].gain <= 18
    assert 0 < found["door"].count <= sum(len(place.outside) for place in past.places)
    assert [one.gain for one in seen.raises] == sorted((one.gain for one in seen.raises), reverse=True)


def test_the_usual_band_rises_and_is_of_one_group_where_it_is_named(session: Session, past: Ward, sent: Announcement) -> None:
    clerk = make_actor(session, unit=past.unit)

    ward = foresight.of(session, actor=clerk, announcement_id=sent.id).usual
    group = foresight.of_group(session, actor=clerk, announcement_id=sent.id, group_id=past.places[0].group_id)

    assert [one.low for one in ward] == sorted(one.low for one in ward)
    assert all(0 <= one.low <= one.high <= 1 for one in ward + group)
    assert ward[0].high == 0 < ward[-1].low
    assert [one.high for one in ward] != [one.high for one in group]


def test_nobody_is_asked_to_post_again_where_it_stands_already(session: Session, past: Ward, sent: Announcement) -> None:
    clerk, chief = (make_actor(session, unit=past.unit, role=role) for role in (Role.STAFF, Role.OFFICIAL))
    posted = session.exec(select(Relay).where(Relay.announcement_id == sent.id, Relay.group_id == past.places[0].group_id)).one()
    posted.posted_at = clock.now()
    session.commit()
    made = follow_ups.draft(session, actor=clerk, announcement_id=sent.id)
    approvals.submit(session, actor=clerk, announcement_id=made.id)

    approvals.approve(session, actor=chief, announcement_id=made.id, version=made.version)

    asked = set(session.exec(select(Relay.group_id).where(Relay.announcement_id == made.id)))
    assert asked == {place.group_id for place in past.places[1:]}


def test_the_loop_of_a_follow_up_closes_over_those_it_is_for(session: Session, past: Ward, sent: Announcement) -> None:
    clerk, chief = (make_actor(session, unit=past.unit, role=role) for role in (Role.STAFF, Role.OFFICIAL))
    made = follow_ups.draft(session, actor=clerk, announcement_id=sent.id)
    approvals.submit(session, actor=clerk, announcement_id=made.id)
    approvals.approve(session, actor=chief, announcement_id=made.id, version=made.version)

    door_lists.widen(session, actor=clerk, announcement_id=made.id, in_posted_groups=True)

    total = door_closing.closing(session, actor=clerk, announcement_id=made.id)[0]
    assert (total.households, total.to_knock) == (made.households, sent.households - 3)


def test_whom_only_the_first_of_two_named_is_not_lost_when_the_correction_is_said_again(
    session: Session, past: Ward, sent: Announcement
) -> None:
    clerk, chief = (make_actor(session, unit=past.unit, role=role) for role in (Role.STAFF, Role.OFFICIAL))
    narrow = make_words(session.get_one(Unit, past.places[0].unit_id), corrects_id=sent.id)
    right = drafts.write(session, actor=clerk, words=narrow)
    approvals.submit(session, actor=clerk, announcement_id=right.id)
    approvals.approve(session, actor=chief, announcement_id=right.id, version=right.version)

    made = follow_ups.draft(session, actor=clerk, announcement_id=right.id)

    assert plans.of_announcement(session, announcement=made).households == right.households == sent.households
