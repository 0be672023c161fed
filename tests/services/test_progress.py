"""How far announcements have come, many at one look: the counts are those of each board."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from models import Announcement, AnnouncementStatus, Group, ReachCount, Relay, Unit, Urgency
from services import announcements, progress, reach, relays, sending
from services.access import TERMINAL
from tests.factories import NOON, make_actor, make_announcement, make_group, make_household, make_membership, make_unit


@pytest.fixture
def groups(session: Session, ward: Unit) -> list[Group]:
    """Three households in the first chat, one in the second."""
    made = []
    for households in (3, 1):
        place = make_unit(session, parent=ward)
        made.append(make_group(session, unit=place))
        for _ in range(households):
            make_membership(session, household=make_household(session, unit=place), group=made[-1])
    return made


def send(session: Session, ward: Unit, title: str = "", **fields: Any) -> Announcement:
    item = make_announcement(session, unit=ward, title=title, **fields)
    sending.send(session, announcement=item)
    session.commit()
    return item


@time_machine.travel(NOON, tick=False)
def test_the_counts_are_those_of_the_board(session: Session, ward: Unit, groups: list[Group]) -> None:
    item = send(session, ward)
    relays.post(session, token=session.exec(select(Relay).limit(1)).one().token)
    for group_id, opens, known in ((groups[0].id, 2, 1), (groups[1].id, 7, 4), (None, 0, 1)):
        session.add(ReachCount(announcement_id=item.id, group_id=group_id, at=NOON, opens=opens, known=known))
    session.commit()

    with time_machine.travel(NOON + timedelta(hours=20), tick=False):
        seen = progress.of_announcements(session, [item])[item.id]
        board = reach.board(session, actor=TERMINAL, announcement_id=item.id)

    assert (seen.known, seen.by_opens, seen.opens) == (1 + 1 + 1, 2 + 1, 9)
    assert (seen.known, seen.by_opens, seen.opens) == (board.known, board.by_opens, board.opens)
    assert (seen.relays, seen.posted, seen.overdue) == (2, 1, 1) == (len(board.rows), board.posted, len(board.overdue))


@time_machine.travel(NOON, tick=False)
def test_the_most_urgent_stands_first_then_the_nearest_deadline_and_the_rest_is_counted(
    session: Session, ward: Unit, groups: list[Group]
) -> None:
    def until(hours: int) -> dict[str, Any]:
        return {"must_reach_by": NOON + timedelta(hours=hours)}

    send(session, ward, "khẩn mai", urgency=Urgency.URGENT, **until(24))
    send(session, ward, "khẩn chiều", urgency=Urgency.URGENT, **until(4))
    send(session, ward, "hỏa tốc", urgency=Urgency.EMERGENCY, **until(48))
    send(session, ward, "khẩn đã qua", urgency=Urgency.URGENT, **until(1))
    send(session, ward, "thường, mới nhất", **until(3))
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        found, in_all = progress.most_pressing(session, actor=make_actor(session, unit=ward), limit=4)

    assert [one.announcement.title for one in found] == ["hỏa tốc", "khẩn chiều", "khẩn mai", "khẩn đã qua"]
    assert in_all == 5


@time_machine.travel(NOON, tick=False)
def test_what_is_withdrawn_corrected_expired_or_elsewhere_is_not_under_way(
    session: Session, ward: Unit, groups: list[Group]
) -> None:
    wrong = send(session, ward, "sai")
    right = send(session, ward, "đúng", corrects_id=wrong.id)
    announcements.cancel(session, actor=TERMINAL, announcement_id=send(session, ward, "thu hồi").id)
    send(session, ward, "hết hạn", must_reach_by=None, expires_at=NOON - timedelta(minutes=1))
    send(session, make_unit(session), "phường khác")
    make_announcement(session, unit=ward, title="chờ duyệt", status=AnnouncementStatus.IN_REVIEW)
    staff = make_actor(session, unit=ward)

    found, in_all = progress.most_pressing(session, actor=staff, limit=3)
    rows, total = announcements.listing(session, actor=staff, is_under_way=True)

    assert ([one.announcement.id for one in found], in_all) == ([right.id], 1)
    assert ([row.announcement.id for row in rows], total) == ([right.id], 1)
    assert progress.of_announcements(session, [wrong, right])[wrong.id].is_corrected


@time_machine.travel(NOON, tick=False)
def test_nobody_is_late_with_what_is_not_to_be_posted_any_more(session: Session, ward: Unit, groups: list[Group]) -> None:
    wrong = send(session, ward, "sai", must_reach_by=NOON + timedelta(hours=1))
    groups[1].closed_on = NOON.date()
    session.add(groups[1])
    session.commit()
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        before = progress.of_announcements(session, [wrong])[wrong.id].overdue
        send(session, ward, "đúng", corrects_id=wrong.id)
        after = progress.of_announcements(session, [wrong])[wrong.id].overdue

    assert (before, after) == (1, 0)
