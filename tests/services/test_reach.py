from datetime import datetime, timedelta

import pytest
import time_machine
from sqlmodel import Session, select

from core.errors import Invalid, NotFound
from models import Announcement, AsksFor, Group, Household, How, Reach, ReachCount, Relay, Role, ShortLink, Unit, Urgency
from services import announcements, known_openings, reach, relays, retractions, sending
from services.access import TERMINAL
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_membership, make_unit


@pytest.fixture
def groups(session: Session, ward: Unit) -> list[Group]:
    """Three households in the chat of the first residential group, one in that of the second, none outside."""
    made = []
    for code, households in (("A1", 3), ("A2", 1)):
        place = make_unit(session, parent=ward, code=code)
        group = make_group(session, unit=place, name=f"Nhóm {code}")
        for _ in range(households):
            make_membership(session, household=make_household(session, unit=place), group=group)
        made.append(group)
    return made


@pytest.fixture
def sent(session: Session, ward: Unit, groups: list[Group]) -> Announcement:
    with time_machine.travel(NOON, tick=False):
        announcement = make_announcement(session, unit=ward, urgency=Urgency.URGENT)
        sending.send(session, announcement=announcement)
        session.commit()
    return announcement


def slug_of(session: Session, group: Group | None) -> str:
    id_ = group.id if group else None
    return session.exec(select(ShortLink.slug).where(ShortLink.group_id == id_)).one()


def confirm(
    session: Session, group: Group | None, visitor: str, *, at: datetime, how: How = How.CONFIRMED, people: int = 0
) -> None:
    with time_machine.travel(at, tick=False):
        announcements.answer(session, slug=slug_of(session, group), visitor=visitor, how=how, people=people)
        session.commit()


def test_a_confirmation_is_a_known_household_of_its_group(session: Session, sent: Announcement, groups: list[Group]) -> None:
    confirm(session, groups[0], "phone-1", at=NOON + timedelta(minutes=7))

    board = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert [(row.group, row.known, row.households) for row in board.rows] == [("Nhóm A1", 1, 3), ("Nhóm A2", 0, 1)]
    assert (board.known, board.households) == (1, 4)


def test_who_answered_is_told_apart_from_who_is_known_otherwise(
    session: Session, sent: Announcement, groups: list[Group]
) -> None:
    homes = session.exec(select(Household).order_by(Household.code)).all()
    confirm(session, groups[0], "phone-1", at=NOON)
    confirm(session, None, "phone-2", at=NOON, how=How.ATTENDING, people=2)
    known_openings.tell_at_door(session, announcement_id=sent.id, household_id=homes[0].id, at=NOON, by=None)
    known_openings.tell(
        session, announcement_id=sent.id, group_id=groups[0].id, household_id=homes[1].id, visitor="phone-3", at=NOON
    )  # opened on a phone with a card
    session.commit()

    board = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert (board.known, board.confirmed) == (4, 2)
    assert [(row.known, row.confirmed) for row in board.rows] == [(2, 1), (0, 0)]
    row, _curve = reach.of_group(session, actor=TERMINAL, announcement_id=sent.id, group_id=groups[0].id)
    assert row
    assert row.confirmed == 1


def test_answering_twice_counts_once_and_keeps_the_last_answer(session: Session, sent: Announcement, groups: list[Group]) -> None:
    confirm(session, groups[0], "phone-1", at=NOON, how=How.ATTENDING, people=2)
    confirm(session, groups[0], "phone-1", at=NOON + timedelta(hours=1), how=How.ATTENDING, people=3)

    page = announcements.for_slug(session, slug=slug_of(session, groups[0]), visitor="phone-1")

    assert page.answer
    assert (page.answer.how, page.answer.people) == (How.ATTENDING, 3)
    assert reach.board(session, actor=TERMINAL, announcement_id=sent.id).known == 1


def test_taking_an_answer_back_uncounts_it(session: Session, sent: Announcement, groups: list[Group]) -> None:
    confirm(session, groups[0], "phone-1", at=NOON)

    announcements.take_back(session, slug=slug_of(session, groups[0]), visitor="phone-1")
    announcements.take_back(session, slug=slug_of(session, groups[0]), visitor="phone-1")

    assert session.exec(select(Reach)).all() == []
    assert reach.board(session, actor=TERMINAL, announcement_id=sent.id).known == 0


def test_a_group_never_counts_more_households_than_it_has(session: Session, sent: Announcement, groups: list[Group]) -> None:
    for phone in range(4):
        confirm(session, groups[1], f"phone-{phone}", at=NOON + timedelta(minutes=phone))
    session.add(ReachCount(announcement_id=sent.id, group_id=groups[1].id, at=NOON + timedelta(hours=1), opens=9))
    session.commit()

    board = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert (board.known, board.estimated, board.opens) == (1, 1, 9)


def test_the_curve_cumulates_by_five_minutes(session: Session, sent: Announcement, groups: list[Group]) -> None:
    for minutes, phone in ((1, "a"), (3, "b"), (11, "c")):
        confirm(session, groups[0], phone, at=NOON + timedelta(minutes=minutes))

    board = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert [(point.at - NOON, point.known) for point in board.points] == [(timedelta(0), 2), (timedelta(minutes=10), 3)]


def test_time_to_half_is_the_first_instant_at_which_half_is_known(
    session: Session, sent: Announcement, groups: list[Group]
) -> None:
    confirm(session, groups[0], "a", at=NOON + timedelta(minutes=4))
    assert reach.board(session, actor=TERMINAL, announcement_id=sent.id).time_to_half is None

    confirm(session, groups[0], "b", at=NOON + timedelta(minutes=9))

    board = reach.board(session, actor=TERMINAL, announcement_id=sent.id)
    assert (board.time_to_half, board.time_to_ninety) == (timedelta(minutes=9), None)


def test_time_to_ninety_waits_for_nine_in_ten(session: Session, sent: Announcement, groups: list[Group]) -> None:
    for minutes, group in enumerate((groups[0], groups[0], groups[0], groups[1]), start=1):
        confirm(session, group, f"phone {minutes}", at=NOON + timedelta(minutes=minutes))

    board = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert (board.time_to_half, board.time_to_ninety) == (timedelta(minutes=2), timedelta(minutes=4))


def test_posted_waiting_and_overdue_add_up(session: Session, sent: Announcement, groups: list[Group]) -> None:
    first, _ = session.exec(select(Relay)).all()
    with time_machine.travel(NOON + timedelta(minutes=20), tick=False):
        relays.post(session, token=first.token)
        session.commit()
        early = reach.board(session, actor=TERMINAL, announcement_id=sent.id)
    with time_machine.travel(NOON + timedelta(minutes=61), tick=False):
        late = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert (early.posted, early.waiting, len(early.overdue)) == (1, 1, 0)
    assert (late.posted, late.waiting, len(late.overdue)) == (1, 0, 1)
    assert sorted(late.minutes_to_post, key=lambda minutes: minutes or 0) == [None, 20.0]


def test_the_general_link_counts_for_the_ward_but_for_no_group(session: Session, sent: Announcement) -> None:
    confirm(session, None, "phone-1", at=NOON)

    board = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert (board.known, [row.known for row in board.rows]) == (1, [0, 0])


@pytest.mark.parametrize(("how", "people"), [(How.DOOR, 0), (How.OPENED, 0), (How.ATTENDING, -1), (How.ATTENDING, 21)])
def test_an_answer_that_cannot_be_is_refused(
    session: Session, sent: Announcement, groups: list[Group], how: How, people: int
) -> None:
    with pytest.raises(Invalid):
        announcements.answer(session, slug=slug_of(session, groups[0]), visitor="x", how=how, people=people)

    assert session.exec(select(Reach)).all() == []


def test_an_expired_announcement_takes_no_answers(session: Session, sent: Announcement, groups: list[Group]) -> None:
    with pytest.raises(Invalid, match="hết hiệu lực"), time_machine.travel(NOON + timedelta(days=40), tick=False):
        announcements.answer(session, slug=slug_of(session, groups[0]), visitor="x", how=How.CONFIRMED)


def test_a_draft_has_no_public_page(session: Session, ward: Unit) -> None:
    draft = make_announcement(session, unit=ward)
    session.add(ShortLink(slug="drafty", purpose="announcement", announcement_id=draft.id))  # type: ignore[arg-type]
    session.commit()

    with pytest.raises(NotFound):
        announcements.for_slug(session, slug="drafty")


def test_a_correction_and_what_it_corrects_name_each_other(
    session: Session, ward: Unit, sent: Announcement, groups: list[Group]
) -> None:
    correction = make_announcement(session, unit=ward, title="Đính chính giờ khám", corrects_id=sent.id)
    sending.send(session, announcement=correction)
    session.commit()

    old = announcements.for_slug(session, slug=slug_for(session, sent, groups[0]))
    new = announcements.for_slug(session, slug=slug_for(session, correction, groups[0]))

    assert old.corrected_by == ("Đính chính giờ khám", new.url)
    assert new.corrects == (sent.title, old.url)


def test_the_board_of_a_corrected_one_names_the_correction_and_calls_nobody(
    session: Session, ward: Unit, sent: Announcement, groups: list[Group]
) -> None:
    correction = make_announcement(session, unit=ward, title="Đính chính giờ khám", corrects_id=sent.id)
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        before = reach.board(session, actor=TERMINAL, announcement_id=sent.id)
        sending.send(session, announcement=correction)
        session.commit()
        old = reach.board(session, actor=TERMINAL, announcement_id=sent.id)
        new = reach.board(session, actor=TERMINAL, announcement_id=correction.id)

    assert (len(before.overdue), before.correction) == (2, None)
    assert (old.overdue, old.waiting, old.unposted, old.correction) == ([], 0, 2, correction)
    assert (new.corrects, new.correction) == (sent, None)


def test_the_board_of_a_withdrawn_one_says_who_did_it_when_and_who_deleted(
    session: Session, ward: Unit, sent: Announcement, groups: list[Group]
) -> None:
    chief = make_actor(session, unit=ward, role=Role.OFFICIAL, display_name="Đào Minh Tú")
    first, _ = session.exec(select(Relay)).all()
    with time_machine.travel(NOON + timedelta(minutes=20), tick=False) as traveller:
        relays.post(session, token=first.token)
        announcements.cancel(session, actor=chief, announcement_id=sent.id)
        session.commit()
        before = reach.board(session, actor=TERMINAL, announcement_id=sent.id)
        traveller.shift(timedelta(minutes=5))
        retractions.say_deleted(session, token=first.token)
        session.commit()
        after = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert before.is_withdrawn
    assert before.withdrawal == reach.Withdrawal(NOON + timedelta(minutes=20), "Đào Minh Tú")
    assert (before.posted, before.unposted, before.deleted, after.deleted) == (1, 1, 0, 1)
    assert [row.deleted_at for row in after.rows if row.posted_at] == [NOON + timedelta(minutes=25)]


def test_what_has_expired_is_late_no_more(session: Session, sent: Announcement) -> None:
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        running = reach.board(session, actor=TERMINAL, announcement_id=sent.id)
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        over = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert (running.is_expired, len(running.overdue), running.unposted) == (False, 2, 0)
    assert (over.is_expired, over.overdue, over.waiting, over.unposted) == (True, [], 0, 2)


def test_what_is_known_is_never_more_than_the_estimate_beside_it(
    session: Session, sent: Announcement, groups: list[Group]
) -> None:
    for phone in ("a", "b"):
        confirm(session, None, phone, at=NOON)  # by the ward's link: opened none of a group's
    confirm(session, groups[0], "c", at=NOON)
    session.add(ReachCount(announcement_id=sent.id, group_id=groups[1].id, at=NOON, opens=5))
    session.commit()

    board = reach.board(session, actor=TERMINAL, announcement_id=sent.id)

    assert (board.known, board.by_opens, board.estimated, board.opens) == (3, 1, 3, 5)
    assert [(row.known, row.by_opens, row.estimated) for row in board.rows] == [(1, 0, 1), (0, 1, 1)]
    assert all(point.estimated >= point.known for point in board.points)


def test_where_nothing_was_asked_known_counts_only_if_somebody_was_told(session: Session, sent: Announcement) -> None:
    sent.asks_for = AsksFor.NOTHING
    session.add(sent)
    session.commit()
    silent = reach.board(session, actor=TERMINAL, announcement_id=sent.id).counts_known
    session.add(ReachCount(announcement_id=sent.id, group_id=None, at=NOON, known=1))
    session.commit()

    assert (silent, reach.board(session, actor=TERMINAL, announcement_id=sent.id).counts_known) == (False, True)


def slug_for(session: Session, announcement: Announcement, group: Group) -> str:
    wanted = select(ShortLink.slug).where(ShortLink.announcement_id == announcement.id, ShortLink.group_id == group.id)
    return session.exec(wanted).one()


def test_the_list_shows_what_is_in_sight_newest_first(session: Session, ward: Unit, sent: Announcement) -> None:
    staff = make_actor(session, unit=ward)
    make_announcement(session, unit=make_unit(session))
    make_announcement(session, unit=ward, title="Dự thảo về rác")

    rows, total = announcements.listing(session, actor=staff)
    found, _ = announcements.listing(session, actor=staff, words="du thao rac")
    seen, _ = announcements.listing(session, actor=make_actor(session, unit=ward, role=Role.VIEWER))

    assert total == 2
    assert [(row.announcement.title, row.progress.relays) for row in rows][-1] == (sent.title, 2)
    assert [row.announcement.title for row in found] == ["Dự thảo về rác"]
    assert [row.announcement.id for row in seen] == [sent.id]
