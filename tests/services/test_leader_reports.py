"""What leaders report after an event: once a chat, mended in time, late ones too; photos without their place."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlmodel import Session, select
from time_machine import Traveller

from core import clock as clocks
from core.errors import Invalid, NotAllowed, NotFound
from models import Announcement, AnnouncementStatus, AuditEvent, Group, GroupKind, LeaderReport, Relay, Role, Unit
from services import attachments, leader_reports, retention, sending
from services.access import Actor
from tests.factories import make_actor, make_announcement, make_group, make_household, make_membership, make_unit
from tests.papers import GPS, photo
from tests.services.test_attachments import grow_old, stored

pytestmark = pytest.mark.usefixtures("clock", "documents")
DAY = timedelta(days=1)


@pytest.fixture
def groups(session: Session, ward: Unit) -> list[Group]:
    made = []
    for code in ("A1", "A2", "A3"):
        place = make_unit(session, parent=ward, code=code)
        group = make_group(session, unit=place, name=f"Nhóm {code}")
        make_membership(session, household=make_household(session, unit=place), group=group)
        made.append(group)
    return made


@pytest.fixture
def due() -> datetime:
    return clocks.now() + 3 * DAY


@pytest.fixture
def staff(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF)


@pytest.fixture
def event(session: Session, ward: Unit, groups: list[Group], due: datetime) -> Announcement:
    event = make_announcement(session, unit=ward, report_by=due)
    sending.send(session, announcement=event)
    session.commit()
    return event


def token_of(session: Session, group: Group, event: Announcement | None = None) -> str:
    wanted = select(Relay).where(Relay.group_id == group.id)
    return session.exec(wanted.where(Relay.announcement_id == event.id) if event else wanted).one().token


def shot(width: int = 60) -> dict[str, Any]:
    return attachments.store_photo(photo(size=(width, 40)), name="IMG_1.jpg")


def one_report(session: Session) -> LeaderReport:
    return session.exec(select(LeaderReport)).one()


def test_the_board_says_who_reported_how_many_in_all_and_who_is_missing(
    session: Session, groups: list[Group], event: Announcement, staff: Actor
) -> None:
    leader_reports.say(session, token=token_of(session, groups[0]), people=31, line=" Sạch ngõ 3 ", photos=[shot(), shot(50)])
    leader_reports.say(session, token=token_of(session, groups[2]), people=0)

    seen = leader_reports.of_announcement(session, actor=staff, announcement_id=event.id)

    assert [(row.group_name, row.people, row.line, len(row.photos)) for row in seen.rows] == [
        ("Nhóm A2", None, "", 0), ("Nhóm A1", 31, "Sạch ngõ 3", 2), ("Nhóm A3", 0, "", 0),
    ]  # fmt: skip
    assert (seen.reported, seen.people, seen.photos) == (2, 31, 2)


def test_the_same_press_twice_is_one_report_with_one_photo(session: Session, groups: list[Group], event: Announcement) -> None:
    for _ in range(2):
        leader_reports.say(session, token=token_of(session, groups[0]), people=31, photos=[shot()])

    report = one_report(session)
    assert (report.people, len(report.photos), report.mended_at, report.reported_by) == (31, 1, None, "leader")


def test_until_its_hour_a_report_is_mended_photos_added_and_taken_away(
    session: Session, groups: list[Group], event: Announcement, clock: Traveller, due: datetime
) -> None:
    first, second = shot(60), shot(50)
    token = token_of(session, groups[0])
    leader_reports.say(session, token=token, people=31, photos=[first])

    clock.move_to(due)
    leader_reports.say(session, token=token, people=33, line="còn một đống rác", photos=[second], without=[first["sha256"]])

    report = one_report(session)
    assert (report.people, report.line, report.mended_at) == (33, "còn một đống rác", due)
    assert [one["sha256"] for one in report.photos] == [second["sha256"]]


def test_after_its_hour_a_report_stands_and_a_first_one_is_still_taken_and_late(
    session: Session, groups: list[Group], event: Announcement, staff: Actor, clock: Traveller, due: datetime
) -> None:
    in_time, late = (token_of(session, group) for group in groups[:2])
    leader_reports.say(session, token=in_time, people=31)

    clock.move_to(due + timedelta(minutes=1))
    leader_reports.say(session, token=in_time, people=31)
    with pytest.raises(NotAllowed, match="qua hạn sửa"):
        leader_reports.say(session, token=in_time, people=99)
    for _ in range(2):
        leader_reports.say(session, token=late, people=12)

    seen = leader_reports.of_announcement(session, actor=staff, announcement_id=event.id)
    assert [(row.group_name, row.people, row.is_late) for row in seen.rows] == [
        ("Nhóm A3", None, False), ("Nhóm A1", 31, False), ("Nhóm A2", 12, True),
    ]  # fmt: skip
    clock.move_to(due + leader_reports.LATE_FOR + DAY)
    with pytest.raises(NotAllowed, match="quá lâu"):
        leader_reports.say(session, token=token_of(session, groups[2]), people=1)


def test_photos_are_kept_small_and_without_the_place_where_they_were_taken(
    session: Session, groups: list[Group], event: Announcement
) -> None:
    brought = photo(size=(4000, 3000), quality=95)
    leader_reports.say(session, token=token_of(session, groups[0]), people=1, photos=[attachments.store_photo(brought, name="a")])

    kept = attachments.path_of(one_report(session).photos[0]["sha256"]).read_bytes()

    assert GPS not in Image.open(BytesIO(kept)).getexif()
    assert len(kept) < len(brought)


def test_what_cannot_be_is_refused_and_nothing_of_it_kept(session: Session, groups: list[Group], event: Announcement) -> None:
    token = token_of(session, groups[0])
    six = [shot(width) for width in range(40, 46)]

    for wrong, words in (
        ({"people": -1}, "từ 0 đến 2000"), ({"people": 2001}, "từ 0 đến 2000"), ({"people": 1, "line": "a" * 301}, "dài quá 300"),
        ({"people": 1, "photos": six}, "Nhiều nhất 5 ảnh"), ({"people": 1, "photos": [six[0] | {"sha256": "../x"}]}, "không còn"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=words):
            leader_reports.say(session, token=token, **wrong)

    assert session.exec(select(LeaderReport)).all() == []


def test_called_off_or_corrected_it_takes_no_report(
    session: Session, ward: Unit, groups: list[Group], event: Announcement, staff: Actor, due: datetime
) -> None:
    again = make_announcement(session, unit=ward, corrects_id=event.id)
    assert leader_reports.asked_before(session, actor=staff, announcement_id=again.id) == due
    leader_reports.ask(session, actor=staff, announcement_id=again.id, due_at=due + DAY)
    assert leader_reports.asked_before(session, actor=staff, announcement_id=again.id) is None
    sending.send(session, announcement=again)

    with pytest.raises(NotAllowed, match="đính chính"):
        leader_reports.say(session, token=token_of(session, groups[0], event), people=3)
    leader_reports.say(session, token=token_of(session, groups[0], again), people=3)
    again.status = AnnouncementStatus.CANCELLED
    session.add(again)
    with pytest.raises(NotAllowed, match="thu hồi"):
        leader_reports.say(session, token=token_of(session, groups[1], again), people=3)


def test_asking_voids_no_approval_and_ends_only_while_nobody_has_reported(
    session: Session, ward: Unit, groups: list[Group], staff: Actor, due: datetime
) -> None:
    event = make_announcement(session, unit=ward)
    sending.send(session, announcement=event)
    token = token_of(session, groups[0])
    with pytest.raises(NotFound):
        leader_reports.page(session, token=token)
    assert leader_reports.asked_of(session, token=token) is None

    for due_at in (due, None, due):
        leader_reports.ask(session, actor=staff, announcement_id=event.id, due_at=due_at)
    assert leader_reports.asked_of(session, token=token) == leader_reports.Asked(due, is_reported=False)
    leader_reports.say(session, token=token, people=1)

    assert leader_reports.asked_of(session, token=token) == leader_reports.Asked(due, is_reported=True)
    assert (event.version, event.status) == (1, AnnouncementStatus.SENT)
    with pytest.raises(Invalid, match="Đã có tổ trưởng báo cáo"):
        leader_reports.ask(session, actor=staff, announcement_id=event.id, due_at=None)
    for wrong in (clocks.now(), clocks.now() + 121 * DAY):
        with pytest.raises(Invalid, match="120 ngày"):
            leader_reports.ask(session, actor=staff, announcement_id=event.id, due_at=wrong)


def test_the_leaders_own_chat_reports_nothing(session: Session, ward: Unit, staff: Actor, due: datetime) -> None:
    chat = make_group(session, unit=ward, kind=GroupKind.LEADERS, name="Tổ trưởng TDP")
    event = make_announcement(session, unit=ward, report_by=due, also_groups=[str(chat.id)])
    sending.send(session, announcement=event)
    token = token_of(session, chat)

    assert leader_reports.of_announcement(session, actor=staff, announcement_id=event.id).rows == []
    assert leader_reports.asked_of(session, token=token) is None
    with pytest.raises(NotFound):
        leader_reports.say(session, token=token, people=1)


def test_the_ward_writes_down_what_a_leader_telephones_and_mends_it_when_it_is_late(
    session: Session, groups: list[Group], event: Announcement, staff: Actor, clock: Traveller, due: datetime
) -> None:
    leader_reports.say(session, token=token_of(session, groups[0]), people=31, photos=[shot()])

    clock.move_to(due + DAY)
    leader_reports.enter(session, actor=staff, announcement_id=event.id, group_id=groups[0].id, people=13, line="đếm nhầm")

    report = one_report(session)
    assert (report.people, report.line, len(report.photos), report.reported_by) == (13, "đếm nhầm", 1, staff.display_name)
    assert "report.entered" in session.exec(select(AuditEvent.action)).all()


def test_strangers_observers_and_leaders_neither_see_nor_ask(
    session: Session, ward: Unit, groups: list[Group], event: Announcement, due: datetime
) -> None:
    stranger = make_actor(session, unit=make_unit(session))
    for actor, refusal in (
        (stranger, NotFound), (make_actor(session, unit=ward, role=Role.VIEWER), NotAllowed),
        (make_actor(session, unit=ward, role=Role.LEAD), NotAllowed),
    ):  # fmt: skip
        with pytest.raises(refusal):
            leader_reports.of_announcement(session, actor=actor, announcement_id=event.id)
        with pytest.raises(refusal):
            leader_reports.ask(session, actor=actor, announcement_id=event.id, due_at=due)
        with pytest.raises(refusal):
            leader_reports.asked_before(session, actor=actor, announcement_id=event.id)
        with pytest.raises(refusal):
            leader_reports.enter(session, actor=actor, announcement_id=event.id, group_id=groups[0].id, people=1)


def test_the_sweep_keeps_photos_of_reports_until_their_ninety_days_are_over(
    session: Session, groups: list[Group], event: Announcement, clock: Traveller, due: datetime
) -> None:
    leader_reports.say(session, token=token_of(session, groups[0]), people=31, photos=[shot()])
    for path in stored():
        grow_old(path)

    clock.move_to(due + timedelta(days=90))
    assert (retention.forget(session, kind="report_photos"), attachments.sweep(session), len(list(stored()))) == (0, 0, 1)
    clock.shift(timedelta(seconds=1))
    assert (retention.forget(session, kind="report_photos"), attachments.sweep(session), list(stored())) == (1, 1, [])
    assert retention.forget(session, kind="report_photos") == 0
    assert one_report(session).people == 31


def test_a_report_goes_with_the_work_it_is_of(session: Session, groups: list[Group], event: Announcement) -> None:
    leader_reports.say(session, token=token_of(session, groups[0]), people=31)
    session.commit()
    session.expunge_all()

    session.delete(session.get_one(Relay, one_report(session).relay_id))
    session.commit()

    assert session.exec(select(LeaderReport)).all() == []
