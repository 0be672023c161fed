"""A correction goes to whoever got the old text, and the newest of a chain stands everywhere."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import NotAllowed
from models import Announcement, AnnouncementStatus, Audience, Group, GroupKind, PlannedPath, Relay, Role, Unit
from services import announcements, corrections, door_closing, door_lists, drafts, progress, relays, retractions, sending
from services.access import TERMINAL, Actor
from services.drafts import Words
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_membership, make_unit

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def places(session: Session, ward: Unit) -> list[Unit]:
    """Two residential groups, each with a chat and a household in it."""
    found = [make_unit(session, parent=ward) for _ in range(2)]
    for place in found:
        make_membership(session, household=make_household(session, unit=place), group=make_group(session, unit=place))
    return found


def sent(session: Session, ward: Unit, *units: Unit, minutes: int = 0, **overrides: object) -> Announcement:
    made = make_announcement(session, unit=ward, units=list(units), **overrides)
    sending.send(session, announcement=made)
    made.sent_at = NOON + timedelta(minutes=minutes)
    session.commit()
    return made


def groups_of(session: Session, announcement: Announcement) -> set[UUID]:
    return set(session.exec(select(Relay.group_id).where(Relay.announcement_id == announcement.id)))


def homes_of(session: Session, announcement: Announcement) -> set[UUID]:
    return set(session.exec(select(PlannedPath.household_id).where(PlannedPath.announcement_id == announcement.id)))


def test_the_newest_that_was_sent_stands_for_all_before_it(session: Session, ward: Unit, places: list[Unit]) -> None:
    one = sent(session, ward, *places)
    two = sent(session, ward, *places, corrects_id=one.id, minutes=1)
    three = sent(session, ward, *places, corrects_id=two.id, minutes=2)
    make_announcement(session, unit=ward, corrects_id=three.id)  # a draft corrects nothing yet

    assert [corrections.standing_for(session, item.id) for item in (one, two, three)] == [three, three, None]
    assert corrections.before(session, three) == [two.id, one.id]
    assert set(session.exec(corrections.corrected())) == {one.id, two.id}  # type: ignore[call-overload]
    far = progress.of_announcements(session, [one, two, three])
    assert [far[item.id].is_corrected for item in (one, two, three)] == [True, True, False]


def test_withdrawing_the_newest_lets_the_one_before_stand(session: Session, ward: Unit, places: list[Unit]) -> None:
    one = sent(session, ward, *places)
    two = sent(session, ward, *places, corrects_id=one.id, minutes=1)
    three = sent(session, ward, *places, corrects_id=two.id, minutes=2)

    with pytest.raises(NotAllowed, match="Đã có bản đính chính"):
        announcements.cancel(session, actor=TERMINAL, announcement_id=two.id)
    announcements.cancel(session, actor=TERMINAL, announcement_id=three.id)

    assert [corrections.standing_for(session, item.id) for item in (one, two)] == [two, None]


def test_who_corrects_an_old_one_corrects_the_newest(session: Session, ward: Unit, places: list[Unit]) -> None:
    one = sent(session, ward, *places)
    two = sent(session, ward, *places, corrects_id=one.id, minutes=1)
    words = Words(title="Bản số 3", body="Nội dung.", unit_ids=[ward.id], corrects_id=one.id)

    three = drafts.write(session, actor=make_actor(session, unit=ward), words=words)

    assert three.corrects_id == two.id


def test_a_correction_goes_also_to_groups_and_homes_its_author_left_out(session: Session, ward: Unit, places: list[Unit]) -> None:
    sector = make_group(session, unit=ward, kind=GroupKind.SECTOR, name="Trạm y tế")
    wrong = sent(session, ward, *places, also_groups=[str(sector.id)])

    right = sent(session, ward, places[0], corrects_id=wrong.id, also_groups=[str(sector.id)], minutes=1)

    assert groups_of(session, right) == groups_of(session, wrong)
    assert sector.id in groups_of(session, right)
    assert homes_of(session, right) == homes_of(session, wrong)
    assert right.households == 2


def test_the_loop_of_a_correction_closes_over_all_who_are_told_by_it(session: Session, ward: Unit, places: list[Unit]) -> None:
    wrong = sent(session, ward, *places)
    right = sent(session, ward, places[0], corrects_id=wrong.id, minutes=1)

    added = door_lists.widen(session, actor=TERMINAL, announcement_id=right.id, in_posted_groups=True)

    total = door_closing.closing(session, actor=TERMINAL, announcement_id=right.id)[0]
    assert (added, total.households, total.to_knock) == (2, right.households, 2)


def test_of_a_closed_group_the_homes_are_told_by_the_path_they_have_now(session: Session, ward: Unit, places: list[Unit]) -> None:
    wrong = sent(session, ward, *places)
    closed = session.exec(select(Group).where(Group.unit_id == places[0].id)).one()
    closed.closed_on = clock.today()
    session.commit()

    right = sent(session, ward, places[1], corrects_id=wrong.id, minutes=1)

    assert closed.id not in groups_of(session, right)
    assert homes_of(session, right) == homes_of(session, wrong)
    paths = session.exec(select(PlannedPath.path).where(PlannedPath.announcement_id == right.id)).all()
    assert sorted(paths) == ["door", "relay"]


def test_of_a_unit_that_ended_the_homes_are_told_where_they_belong_now(session: Session, ward: Unit, places: list[Unit]) -> None:
    moved = make_household(session, unit=places[0])
    wrong = sent(session, ward, places[0])
    moved.unit_id, places[0].valid_to = make_unit(session, parent=ward).id, clock.today()
    session.commit()

    right = sent(session, ward, places[0], corrects_id=wrong.id, minutes=1)

    assert moved.id in homes_of(session, right)


def test_who_moved_away_or_never_got_it_is_not_told(session: Session, ward: Unit, places: list[Unit]) -> None:
    gone, other = make_household(session, unit=places[0]), make_household(session, unit=places[1])
    wrong = sent(session, ward, places[0])
    gone.left_on = clock.today()
    session.commit()

    right = sent(session, ward, places[0], corrects_id=wrong.id, minutes=1)

    assert {gone.id, other.id}.isdisjoint(homes_of(session, right))


def test_a_leader_says_that_the_corrected_text_is_gone(session: Session, ward: Unit, places: list[Unit]) -> None:
    wrong = sent(session, ward, places[0])
    old = session.exec(select(Relay)).one()
    relays.post(session, token=old.token)
    with pytest.raises(NotAllowed):
        retractions.say_deleted(session, token=old.token)
    right = sent(session, ward, places[0], corrects_id=wrong.id, minutes=1)
    new = session.exec(select(Relay).where(Relay.announcement_id == right.id)).one()

    before = retractions.old_post(session, token=new.token)
    retractions.say_deleted(session, token=old.token)
    after = retractions.old_post(session, token=new.token)

    assert before
    assert after
    assert (before.posted_at, before.deleted_at, after.deleted_at) == (NOON, None, NOON)
    assert relays.of_announcement(session, actor=TERMINAL, announcement_id=wrong.id)[0].deleted_at == NOON
    assert retractions.old_post(session, token=old.token) is None


def test_two_wards_never_meet_in_a_chain(session: Session, ward: Unit, places: list[Unit]) -> None:
    wrong = sent(session, ward, *places)
    elsewhere = make_unit(session)
    stranger: Actor = make_actor(session, unit=elsewhere, role=Role.OFFICIAL)
    words = Words(title="A", body="B", unit_ids=[elsewhere.id], corrects_id=wrong.id)

    with pytest.raises(Exception, match="Không tìm thấy"):
        drafts.write(session, actor=stranger, words=words)

    assert session.exec(select(Audience.unit_id).where(Audience.unit_id == elsewhere.id)).all() == []
    assert wrong.status is AnnouncementStatus.SENT
