"""The first screen's one look: what waits, and figures that agree with those elsewhere."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from models import AnnouncementStatus, Channel, Delivery, Purpose, RecipientKind, Relay, Role, Unit, Urgency
from services import drafts, links, participation, plans, rollups, today
from services.access import Actor
from services.cascade import Trouble
from services.links import LinkState
from tests.factories import (
    NOON,
    make_actor,
    make_announcement,
    make_group,
    make_household,
    make_link,
    make_membership,
    make_unit,
    make_user,
)

pytestmark = pytest.mark.usefixtures("noon")


def send(session: Session, ward: Unit, *minutes: int | None, status: AnnouncementStatus = AnnouncementStatus.SENT) -> None:
    """An announcement sent two hours ago, with a relay a group, due an hour ago: after how many minutes it was posted."""
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
                link_id=make_link(session).id, token_expires_at=NOON,
                due_at=NOON - timedelta(hours=1),
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


def test_many_drafts_never_hide_what_waits_for_approval(session: Session) -> None:
    ward = make_unit(session)
    chief = make_actor(session, unit=ward, role=Role.OFFICIAL)
    other = make_user(session, unit=ward)
    for _ in range(55):
        make_announcement(session, unit=ward, author_id=other.id, urgency=Urgency.EMERGENCY)
    back = make_announcement(session, unit=ward, author_id=chief.id, return_reason="Thiếu giờ")
    waiting = make_announcement(session, unit=ward, author_id=other.id, status=AnnouncementStatus.IN_REVIEW)
    make_announcement(session, unit=ward, author_id=chief.id, status=AnnouncementStatus.IN_REVIEW)
    make_announcement(session, unit=make_unit(session), status=AnnouncementStatus.IN_REVIEW)

    seen = today.of(session, actor=chief)

    assert [(one.announcement.id, one.is_returned) for one in seen.reviews] == [(waiting.id, False), (back.id, True)]
    assert (seen.reviews_waiting, seen.things) == (2, 2)


def test_the_most_pressing_stands_first_and_one_without_a_deadline_last(session: Session) -> None:
    ward = make_unit(session)
    for title, urgency, days in (
        ("không hạn", Urgency.NORMAL, None), ("mai", Urgency.NORMAL, 1), ("kia", Urgency.NORMAL, 2),
        ("khẩn", Urgency.URGENT, None),
    ):  # fmt: skip
        make_announcement(
            session, unit=ward, title=title, urgency=urgency, status=AnnouncementStatus.IN_REVIEW,
            must_reach_by=None if days is None else NOON + timedelta(days=days),
        )  # fmt: skip

    seen = today.of(session, actor=make_actor(session, unit=ward, role=Role.OFFICIAL))

    assert [one.announcement.title for one in seen.reviews] == ["khẩn", "mai", "kia", "không hạn"]


def test_the_number_of_things_counts_those_not_listed(session: Session) -> None:
    ward = make_unit(session)
    chief = make_actor(session, unit=ward, role=Role.OFFICIAL)
    for _ in range(51):
        make_announcement(session, unit=ward, status=AnnouncementStatus.IN_REVIEW)
    for _ in range(4):
        send(session, ward, None, 10)
    for _ in range(6):
        make_link(session, unit_id=ward.id, last_status=404)

    seen = today.of(session, actor=chief)

    assert (len(seen.reviews), len(seen.late), len(seen.broken_links)) == (50, 3, 5)
    assert (seen.reviews_waiting, seen.late_waiting, seen.links_broken) == (51, 4, 6)
    bare = [(one.about, one.count) for one in seen.callouts]
    assert bare == [(Trouble.NO_LEADER, 8), (Trouble.NO_LINK, 8), (Trouble.SILENT, 4)]
    assert seen.things == 51 + 4 + 6 + 3


def test_staff_wait_for_their_own_returned_drafts_only(session: Session) -> None:
    ward = make_unit(session)
    staff = make_actor(session, unit=ward)
    make_announcement(session, unit=ward, status=AnnouncementStatus.IN_REVIEW)
    back = make_announcement(session, unit=ward, author_id=staff.id, return_reason="Thiếu giờ")

    seen = today.of(session, actor=staff)

    assert [one.announcement.id for one in seen.reviews] == [back.id]
    assert seen.things == 1


def test_links_live_by_the_rule_of_their_own_screen(session: Session) -> None:
    ward = make_unit(session)
    staff = make_actor(session, unit=ward)
    for fields in (
        {}, {"purpose": Purpose.ASK, "target_url": None}, {"last_status": 404, "scans": 3}, {"is_active": False},
        {"expires_at": NOON - timedelta(days=1)}, {"target_url": "http://localhost/", "scans": 9},
        {"is_active": False, "last_status": 404},
    ):  # fmt: skip
        make_link(session, unit_id=ward.id, **fields)
    make_link(session, unit_id=ward.id, purpose=Purpose.ANNOUNCEMENT, last_status=404)
    make_link(session, unit_id=make_unit(session).id, last_status=404)

    seen = today.of(session, actor=staff)

    states = [row.state for row in links.listing(session, actor=staff, purposes=links.PRINTED)]
    assert (seen.links_alive, seen.links_broken, seen.links) == (2, 2, 7)
    assert [link.scans for link in seen.broken_links] == [9, 3]
    assert states.count(LinkState.BROKEN) == seen.links_broken


def test_what_waits_for_approval_says_who_wrote_it_and_for_how_many_households(session: Session) -> None:
    ward = make_unit(session)
    one, other = (make_unit(session, parent=ward) for _ in range(2))
    for place, needs in ((one, []), (one, ["no_phone"]), (other, ["no_phone"])):
        make_household(session, unit=place, needs=needs)
    make_household(session, unit=one, left_on=NOON.date())
    rollups.refresh(session, unit_ids=[one.id, other.id])
    author = make_user(session, unit=ward, display_name="Lò Thị Mai")
    waits: dict[str, Any] = {"status": AnnouncementStatus.IN_REVIEW, "author_id": author.id}
    make_announcement(session, unit=ward, title="cả phường", units=[ward, one], **waits)
    make_announcement(session, unit=ward, title="một tổ", units=[one], **waits)
    needy = make_announcement(session, unit=ward, title="hộ không điện thoại", **waits)
    for entry in drafts.audience_of(session, needy.id):
        entry.needs = ["no_phone"]
        session.add(entry)
    make_announcement(session, unit=ward, title="người soạn đã xóa", status=AnnouncementStatus.IN_REVIEW, units=[other])
    session.commit()

    seen = today.of(session, actor=make_actor(session, unit=ward, role=Role.OFFICIAL)).reviews

    assert {review.announcement.title: (review.author, review.households) for review in seen} == {
        "cả phường": ("Lò Thị Mai", 3), "một tổ": ("Lò Thị Mai", 2), "hộ không điện thoại": ("Lò Thị Mai", 2),
        "người soạn đã xóa": ("", 1),
    }  # fmt: skip
    for review in seen:
        audience = drafts.audience_of(session, review.announcement.id)
        assert review.households == plans.of_audience(session, audience=audience).households


def test_the_first_look_asks_as_many_questions_for_fifty_as_for_one(session: Session) -> None:
    ward = make_unit(session)
    chief = make_actor(session, unit=ward, role=Role.OFFICIAL)
    make_announcement(session, unit=ward, status=AnnouncementStatus.IN_REVIEW)
    send(session, ward, None, 10)
    few = questions(session, chief)
    for _ in range(49):
        make_announcement(session, unit=ward, status=AnnouncementStatus.IN_REVIEW)
    for _ in range(4):
        send(session, ward, None, 10)

    assert questions(session, chief) == few


def questions(session: Session, actor: Actor) -> int:
    asked: list[object] = []

    def note(*_: object) -> None:
        asked.append(None)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    today.of(session, actor=actor)
    event.remove(session.get_bind(), "before_cursor_execute", note)
    session.commit()
    return len(asked)


def test_a_corrected_one_is_neither_late_nor_on_its_way(session: Session) -> None:
    ward = make_unit(session)
    send(session, ward, None)
    chief = make_actor(session, unit=ward, role=Role.OFFICIAL)
    before = today.of(session, actor=chief)
    wrong = before.running[0].announcement
    right = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON, corrects_id=wrong.id)

    seen = today.of(session, actor=chief)

    assert (len(before.late), seen.late) == (1, [])
    assert [one.announcement.id for one in seen.running] == [right.id]


def test_a_group_is_called_out_below_the_coverage_it_aims_for_and_not_at_it(session: Session) -> None:
    ward = make_unit(session)
    short, just, bare = (
        make_unit(session, parent=ward, short_name=name, target_percent=target)
        for name, target in (("Tổ 1", 51), ("Tổ 2", 50), ("Tổ 3", 90))
    )
    for unit in (short, just):
        group = make_group(session, unit=unit, leader_id=make_user(session, unit=unit).id, join_url="https://zalo.me/g/abc123")
        make_membership(session, household=make_household(session, unit=unit), group=group)
        make_household(session, unit=unit)
    rollups.refresh(session, unit_ids=[short.id, just.id, bare.id])
    session.commit()

    seen = today.of(session, actor=make_actor(session, unit=ward))

    assert [(row.unit_id, row.joined, row.households) for row in seen.below_target] == [(short.id, 1, 2)]
    assert seen.things == 1 + len(seen.callouts)
