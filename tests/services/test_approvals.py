"""Approving: ten seconds to take it back, the quiet hours, two who press at once, what voids an approval."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from sqlmodel import Session, select

from core import clock
from core.db import transaction
from core.errors import Invalid, NotAllowed, NotFound, Refusal
from models import Announcement, AnnouncementStatus, AuditEvent, Channel, Delivery, DeliveryStatus, Relay, Role, Unit, Urgency
from services import announcements, approvals, draft_comments, drafts, due, quiet_hours, second_looks, sending
from services.access import Actor
from services.drafts import Words
from services.sending import Cancelled
from tests.factories import NOON, make_actor, make_unit
from tests.fakes import FakeEngine

EVENING = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 22 giờ of the same Tuesday
MORNING = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)  # 6 giờ of the Wednesday
pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def writer(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF, display_name="Chu Thị Lan")


@pytest.fixture
def chief(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL, display_name="Ma Văn Bình")


@pytest.fixture
def waiting(session: Session, place: Unit, writer: Actor) -> Callable[..., Announcement]:
    """An announcement in review, with what the test says of it."""

    def made(*, by: Actor = writer, **overrides: object) -> Announcement:
        fields = {"title": "Tổng vệ sinh", "body": "Sáng thứ Bảy.", "unit_ids": [place.id]} | overrides
        draft = drafts.write(session, actor=by, words=Words(**fields))  # type: ignore[arg-type]
        approvals.submit(session, actor=by, announcement_id=draft.id)
        session.commit()
        return draft

    return made


Waiting = Callable[..., Announcement]


def approve(session: Session, actor: Actor, item: Announcement, note: str = "") -> Announcement:
    return approvals.approve_with_grace(session, actor=actor, announcement_id=item.id, version=item.version, note=note)


# Ten seconds


def test_what_is_approved_on_a_screen_leaves_ten_seconds_later(
    session: Session, waiting: Waiting, chief: Actor, promises: FakeEngine
) -> None:
    item = approve(session, chief, waiting())

    assert (item.status, item.leaves_at, item.sent_at) == (AnnouncementStatus.SCHEDULED, NOON + timedelta(seconds=10), None)
    assert [(p.work, p.at) for p in promises.promises.values()] == [("send", NOON + timedelta(seconds=10))]
    with time_machine.travel(NOON + timedelta(seconds=9), tick=False):
        assert not sending.send_scheduled(session, announcement_id=item.id)
    with time_machine.travel(NOON + timedelta(seconds=10), tick=False):
        assert sending.send_scheduled(session, announcement_id=item.id)
    assert (item.status, item.sent_at) == (AnnouncementStatus.SENT, NOON + timedelta(seconds=10))


def test_taken_back_in_time_it_waits_for_review_again_and_nothing_leaves(
    session: Session, waiting: Waiting, chief: Actor
) -> None:
    item = approve(session, chief, waiting())

    approvals.take_back(session, actor=chief, announcement_id=item.id)

    assert (item.status, item.approver_id, item.approved_at, item.leaves_at) == (AnnouncementStatus.IN_REVIEW, None, None, None)
    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert not sending.send_scheduled(session, announcement_id=item.id)
    assert "announcement.take_back" in session.exec(select(AuditEvent.action)).all()


def test_approved_again_after_taking_back_it_is_promised_again(
    session: Session, waiting: Waiting, chief: Actor, promises: FakeEngine
) -> None:
    item = approve(session, chief, waiting())
    approvals.take_back(session, actor=chief, announcement_id=item.id)

    with time_machine.travel(NOON + timedelta(seconds=20), tick=False):
        approve(session, chief, item)

    assert sorted(p.at - NOON for p in promises.promises.values()) == [timedelta(seconds=10), timedelta(seconds=30)]


def test_what_has_left_is_not_taken_back(session: Session, waiting: Waiting, chief: Actor) -> None:
    item = approvals.approve(session, actor=chief, announcement_id=waiting().id, version=1)

    with pytest.raises(NotAllowed, match="đã gửi đi rồi"):
        approvals.take_back(session, actor=chief, announcement_id=item.id)


def test_who_only_writes_takes_no_approval_back(session: Session, waiting: Waiting, writer: Actor, chief: Actor) -> None:
    item = approve(session, chief, waiting())

    with pytest.raises(NotAllowed):
        approvals.take_back(session, actor=writer, announcement_id=item.id)


def test_a_promise_lost_with_its_process_is_made_up_for(session: Session, waiting: Waiting, chief: Actor) -> None:
    item = approve(session, chief, waiting())
    session.commit()

    with time_machine.travel(NOON + timedelta(seconds=31), tick=False):
        [piece] = due.announcements(session)
        done = due.do(session, piece)

    assert (piece.work, piece.announcement_id, done, item.status) == ("send", item.id, 1, AnnouncementStatus.SENT)


def test_an_emergency_leaves_at_once(session: Session, waiting: Waiting, chief: Actor) -> None:
    item = approve(session, chief, waiting(urgency=Urgency.EMERGENCY))

    assert (item.status, item.sent_at) == (AnnouncementStatus.SENT, NOON)


# Quiet hours


@pytest.mark.parametrize(
    ("hour", "quiet"), [("20:59", False), ("21:00", True), ("23:30", True), ("05:59", True), ("06:00", False)]
)
def test_the_night_is_from_nine_to_six(hour: str, quiet: bool) -> None:
    at = datetime.fromisoformat(f"2026-11-24T{hour}+07:00")

    assert quiet_hours.is_quiet(at) is quiet
    assert not quiet_hours.is_quiet(quiet_hours.after(at))


@pytest.mark.parametrize(("hour", "day"), [("2026-11-25T22:00+07:00", "26/11/2026"), ("2026-11-25T02:00+07:00", "25/11/2026")])
def test_an_hour_of_the_night_is_refused_at_its_field_with_the_next_morning(
    session: Session, place: Unit, writer: Actor, hour: str, day: str
) -> None:
    words = Words(title="A", body="B", unit_ids=[place.id], send_at=datetime.fromisoformat(hour))

    with pytest.raises(Invalid, match=f"6 giờ ngày {day}") as refused:
        drafts.write(session, actor=writer, words=words)

    assert refused.value.details["field"] == "send_at"


def test_an_emergency_may_be_planned_at_night(session: Session, waiting: Waiting) -> None:
    assert waiting(urgency=Urgency.EMERGENCY, send_at=EVENING).send_at == EVENING


def test_approved_at_night_it_leaves_in_the_morning(
    session: Session, waiting: Waiting, chief: Actor, promises: FakeEngine
) -> None:
    item = waiting()

    with time_machine.travel(EVENING, tick=False):
        approve(session, chief, item)

    assert (item.status, item.leaves_at, item.send_at) == (AnnouncementStatus.SCHEDULED, MORNING, None)
    assert [p.at for p in promises.promises.values()] == [MORNING]


def test_approved_at_night_after_a_deadline_of_the_night_it_is_refused(session: Session, waiting: Waiting, chief: Actor) -> None:
    item = waiting(must_reach_by=MORNING - timedelta(hours=1))

    with time_machine.travel(EVENING, tick=False), pytest.raises(Invalid, match="sau hạn đến mọi hộ"):
        approve(session, chief, item)

    assert item.status is AnnouncementStatus.IN_REVIEW


def test_an_emergency_at_night_needs_a_reason_which_stays_with_it(session: Session, waiting: Waiting, chief: Actor) -> None:
    item = waiting(urgency=Urgency.EMERGENCY)

    with time_machine.travel(EVENING, tick=False):
        with pytest.raises(Invalid, match="vì sao phải gửi lúc này") as refused:
            approve(session, chief, item)
        approve(session, chief, item, note="Nước lên nhanh ở ba tổ ven sông.")

    assert refused.value.details["field"] == "note"
    assert (item.status, item.sent_at) == (AnnouncementStatus.SENT, EVENING)
    [said] = draft_comments.of_announcement(session, actor=chief, announcement_id=item.id)
    assert (said.author, said.text) == ("Ma Văn Bình", "Nước lên nhanh ở ba tổ ven sông.")
    assert {"version": 1, "urgency": "emergency", "at_night": True} in session.exec(select(AuditEvent.details)).all()


# Two at once


def in_threads(*acts: Callable[[Session], object]) -> list[object]:
    """Each act in a transaction of its own, begun at the same moment; what came of each, a refusal included."""
    start, came = Barrier(len(acts)), dict[int, object]()

    def run(place: int, act: Callable[[Session], object]) -> None:
        start.wait()
        try:
            with transaction() as own:
                came[place] = act(own)
        except Refusal as refusal:
            came[place] = refusal

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [came[place] for place in range(len(acts))]


def test_two_officials_who_approve_at_once_send_it_once(session: Session, ward: Unit, waiting: Waiting, chief: Actor) -> None:
    item, other = waiting(), make_actor(session, unit=ward, role=Role.OFFICIAL)

    def approving(actor: Actor) -> Callable[[Session], object]:
        return lambda own: approvals.approve(own, actor=actor, announcement_id=item.id, version=1).approver_id

    first, second = in_threads(approving(chief), approving(other))

    session.expire_all()
    assert first == second  # whoever was later is told who was first
    assert len(session.exec(select(Relay)).all()) == len(session.exec(select(Delivery)).all()) == 1
    assert session.exec(select(AuditEvent.action)).all().count("announcement.approve") == 1


def test_taking_back_and_sending_at_once_end_in_one_of_the_two(session: Session, waiting: Waiting, chief: Actor) -> None:
    item = approve(session, chief, waiting())
    session.commit()

    with time_machine.travel(NOON + timedelta(seconds=10), tick=False):
        back, sent = in_threads(
            lambda own: approvals.take_back(own, actor=chief, announcement_id=item.id).status,
            lambda own: sending.send_scheduled(own, announcement_id=item.id),
        )

    session.expire_all()
    relays = len(session.exec(select(Relay)).all())
    if sent:
        assert isinstance(back, NotAllowed)
        assert (session.get_one(Announcement, item.id).status, relays) == (AnnouncementStatus.SENT, 1)
    else:
        assert (back, session.get_one(Announcement, item.id).status, relays) == (
            AnnouncementStatus.IN_REVIEW, AnnouncementStatus.IN_REVIEW, 0,
        )  # fmt: skip


def test_approving_and_editing_at_once_never_sends_what_nobody_read(
    session: Session, place: Unit, waiting: Waiting, writer: Actor, chief: Actor
) -> None:
    item = waiting()
    words = Words(title="Lời mới", body="B", unit_ids=[place.id])

    approved, edited = in_threads(
        lambda own: approvals.approve_with_grace(own, actor=chief, announcement_id=item.id, version=1).status,
        lambda own: drafts.edit(own, actor=writer, announcement_id=item.id, version=1, words=words).title,
    )

    session.expire_all()
    kept = session.get_one(Announcement, item.id)
    assert edited == "Lời mới"  # the author may still change what has not left
    assert (kept.status, kept.title, kept.approver_id) == (AnnouncementStatus.DRAFT, "Lời mới", None)
    assert approved is AnnouncementStatus.SCHEDULED or isinstance(approved, Refusal)


# What voids an approval


@pytest.mark.parametrize("change", ["title", "audience", "send_at", "must_reach_by", "channels"])
def test_any_edit_voids_the_approval(
    session: Session, ward: Unit, place: Unit, waiting: Waiting, writer: Actor, chief: Actor, change: str
) -> None:
    item = approve(session, chief, waiting())
    other = make_unit(session, parent=ward)
    by_name: dict[str, dict[str, Any]] = {
        "title": {"title": "Lời khác"}, "audience": {"unit_ids": [place.id, other.id]},
        "send_at": {"send_at": NOON + timedelta(hours=2)}, "must_reach_by": {"must_reach_by": NOON + timedelta(days=1)},
        "channels": {"channels": [Channel.DOOR]},
    }  # fmt: skip
    fields: dict[str, Any] = {"title": "Tổng vệ sinh", "body": "Sáng thứ Bảy.", "unit_ids": [place.id]} | by_name[change]

    drafts.edit(session, actor=writer, announcement_id=item.id, version=1, words=Words(**fields))

    assert (item.status, item.approver_id, item.approved_at, item.leaves_at) == (AnnouncementStatus.DRAFT, None, None, None)
    with time_machine.travel(NOON + timedelta(hours=3), tick=False):
        assert not sending.send_scheduled(session, announcement_id=item.id)


def test_a_deadline_that_passed_in_review_is_not_approved(session: Session, waiting: Waiting, chief: Actor) -> None:
    item = waiting(must_reach_by=NOON + timedelta(hours=1))

    with time_machine.travel(NOON + timedelta(hours=1), tick=False), pytest.raises(Invalid, match="Hạn đến mọi hộ đã qua"):
        approve(session, chief, item)


def test_an_empty_audience_is_not_approved(session: Session, ward: Unit, waiting: Waiting, chief: Actor) -> None:
    empty = make_unit(session, parent=ward)
    item = waiting(unit_ids=[empty.id])

    with pytest.raises(Invalid, match="Không có hộ nào"):
        approve(session, chief, item)

    assert (item.status, item.approver_id) == (AnnouncementStatus.IN_REVIEW, None)


# What is said about it


def test_a_returned_draft_keeps_every_reason_in_its_order(
    session: Session, waiting: Waiting, writer: Actor, chief: Actor
) -> None:
    item = waiting()
    draft_comments.add(session, actor=writer, announcement_id=item.id, text="Giờ này trạm y tế đã xác nhận.")
    for reason in ("Thiếu giờ.", "Thiếu nơi hỏi."):
        approvals.give_back(session, actor=chief, announcement_id=item.id, reason=reason)
        approvals.submit(session, actor=writer, announcement_id=item.id)

    said = draft_comments.of_announcement(session, actor=writer, announcement_id=item.id)

    assert [(one.author, one.is_return, one.text) for one in said] == [
        ("Chu Thị Lan", False, "Giờ này trạm y tế đã xác nhận."), ("Ma Văn Bình", True, "Thiếu giờ."),
        ("Ma Văn Bình", True, "Thiếu nơi hỏi."),
    ]  # fmt: skip


@pytest.mark.parametrize("text", [" \n ", "a" * 1001])
def test_a_comment_says_something_and_not_too_much(session: Session, waiting: Waiting, chief: Actor, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        draft_comments.add(session, actor=chief, announcement_id=waiting().id, text=text)

    assert refused.value.details["field"] == "comment"


def test_comments_of_another_ward_are_not_read(session: Session, waiting: Waiting) -> None:
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)

    with pytest.raises(NotFound):
        draft_comments.of_announcement(session, actor=stranger, announcement_id=waiting().id)


# The second look


def test_an_emergency_edited_and_sent_by_one_official_waits_for_another(
    session: Session, ward: Unit, place: Unit, waiting: Waiting, chief: Actor
) -> None:
    item, other = waiting(urgency=Urgency.EMERGENCY), make_actor(session, unit=ward, role=Role.OFFICIAL)
    words = Words(title="Lời của lãnh đạo", body="B", unit_ids=[place.id], urgency=Urgency.EMERGENCY)
    drafts.edit(session, actor=chief, announcement_id=item.id, version=1, words=words)
    approvals.submit(session, actor=chief, announcement_id=item.id)
    approve(session, chief, item, note="Chủ tịch đồng ý qua điện thoại lúc 11 giờ 55.")
    session.commit()

    before = [second_looks.waiting(session, actor=one) for one in (chief, other)]
    with time_machine.travel(clock.now() + timedelta(days=60), tick=False):  # it does not fall silent
        later = second_looks.waiting(session, actor=other)
    second_looks.look(session, actor=other, announcement_id=item.id, note="Đã gọi xác nhận.")
    second_looks.look(session, actor=other, announcement_id=item.id)

    assert (before, later) == ([[], [item]], [item])
    assert second_looks.waiting(session, actor=other) == []
    said = [one.text for one in draft_comments.of_announcement(session, actor=other, announcement_id=item.id)]
    assert said == ["Chủ tịch đồng ý qua điện thoại lúc 11 giờ 55.", "Đã gọi xác nhận."]


def test_what_two_have_seen_needs_no_second_look(session: Session, ward: Unit, waiting: Waiting, chief: Actor) -> None:
    item, other = approve(session, chief, waiting(urgency=Urgency.EMERGENCY)), make_actor(session, unit=ward, role=Role.OFFICIAL)

    assert second_looks.waiting(session, actor=other) == []
    with pytest.raises(NotAllowed, match="không chờ xem lại"):
        second_looks.look(session, actor=other, announcement_id=item.id)


def test_a_dropped_one_within_the_ten_seconds_never_leaves(session: Session, waiting: Waiting, chief: Actor) -> None:
    item = approve(session, chief, waiting())

    announcements.cancel(session, actor=chief, announcement_id=item.id)

    with time_machine.travel(NOON + timedelta(minutes=1), tick=False):
        assert not sending.send_scheduled(session, announcement_id=item.id)
    assert (item.status, item.sent_at) == (AnnouncementStatus.CANCELLED, None)


# Another hour


@pytest.fixture
def planned(session: Session, waiting: Waiting, chief: Actor) -> Announcement:
    """Approved by the chief, to leave in two hours."""
    return approve(session, chief, waiting(send_at=NOON + timedelta(hours=2), must_reach_by=NOON + timedelta(days=3)))


def move(session: Session, actor: Actor, item: Announcement, at: datetime) -> Announcement:
    return approvals.move_hour(session, actor=actor, announcement_id=item.id, version=item.version, send_at=at)


def test_who_may_approve_moves_the_hour_and_the_approval_stands(session: Session, chief: Actor, planned: Announcement) -> None:
    later = NOON + timedelta(hours=4)

    move(session, chief, planned, later)

    assert (planned.status, planned.approver_id, planned.send_at) == (AnnouncementStatus.SCHEDULED, chief.id, later)
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        assert not sending.send_scheduled(session, announcement_id=planned.id)
    with time_machine.travel(later, tick=False):
        assert sending.send_scheduled(session, announcement_id=planned.id)
    moved = session.exec(select(AuditEvent.details).where(AuditEvent.action == "announcement.move_hour")).one()
    assert moved == {"before": (NOON + timedelta(hours=2)).isoformat(), "after": later.isoformat()}


def test_who_wrote_it_or_only_writes_does_not_move_an_approved_hour(
    session: Session, place: Unit, ward: Unit, waiting: Waiting, writer: Actor, chief: Actor, planned: Announcement
) -> None:
    other = make_actor(session, unit=ward, role=Role.OFFICIAL)
    own = approve(session, other, waiting(by=chief, send_at=NOON + timedelta(hours=2)))

    for actor, item in ((writer, planned), (chief, own)):
        with pytest.raises(NotAllowed):
            move(session, actor, item, NOON + timedelta(hours=3))


@pytest.mark.parametrize(
    ("at", "says"),
    [(NOON, "đã qua"), (EVENING, "6 giờ ngày 25/11/2026"), (NOON + timedelta(days=3), "sau hạn đến mọi hộ")],
    ids=["past", "night", "after the deadline"],
)
def test_an_hour_that_cannot_be_is_refused(
    session: Session, chief: Actor, planned: Announcement, at: datetime, says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        move(session, chief, planned, at)

    assert planned.send_at == NOON + timedelta(hours=2)


def test_what_left_meanwhile_is_not_moved(session: Session, chief: Actor, planned: Announcement) -> None:
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        sending.send_scheduled(session, announcement_id=planned.id)
        with pytest.raises(NotAllowed):
            move(session, chief, planned, NOON + timedelta(hours=5))


def test_cancelling_and_sending_at_once_always_ends_cancelled_with_nothing_left_to_post(
    session: Session, chief: Actor, planned: Announcement
) -> None:
    session.commit()

    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        stopped, sent = in_threads(
            lambda own: announcements.cancel(own, actor=chief, announcement_id=planned.id),
            lambda own: sending.send_scheduled(own, announcement_id=planned.id),
        )

    session.expire_all()
    assert session.get_one(Announcement, planned.id).status is AnnouncementStatus.CANCELLED
    assert session.exec(select(Delivery.status)).all() == ([DeliveryStatus.CANCELLED] if sent else [])
    assert stopped == Cancelled(cancelled=int(bool(sent)), already_sent=0)
