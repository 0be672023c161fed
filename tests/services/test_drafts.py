from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from models import Announcement, AnnouncementStatus, Audience, AuditEvent, GroupKind, Need, Role, Unit, Urgency
from services import announcements, approvals, audiences, drafts, second_looks, sending
from services.access import Actor
from tests.factories import make_actor, make_unit, make_words
from tests.fakes import FakeEngine

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def chief(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


def test_a_draft_belongs_to_the_ward_of_its_audience(session: Session, ward: Unit, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))

    assert (draft.unit_id, draft.status, draft.author_id) == (ward.id, AnnouncementStatus.DRAFT, writer.id)
    assert session.exec(select(Audience.unit_id)).all() == [place.id]


@pytest.mark.parametrize("field", ["title", "body"])
def test_a_draft_without_words_is_refused_and_nothing_is_written(
    session: Session, place: Unit, writer: Actor, field: str
) -> None:
    with pytest.raises(Invalid, match="Chưa có"):
        drafts.write(session, actor=writer, words=make_words(place, **{field: "  \n "}))

    assert session.exec(select(Announcement)).all() == []


def test_a_deadline_before_sending_is_refused(session: Session, place: Unit, writer: Actor) -> None:
    with pytest.raises(Invalid, match="Hạn đến mọi hộ"):
        drafts.write(session, actor=writer, words=make_words(place, must_reach_by=clock.now() - timedelta(minutes=1)))


def test_a_unit_of_another_ward_is_not_found(session: Session, writer: Actor) -> None:
    stranger = make_unit(session, parent=make_unit(session))

    with pytest.raises(NotFound):
        drafts.write(session, actor=writer, words=make_words(stranger))


@pytest.mark.parametrize("role", [Role.LEAD, Role.VIEWER])
def test_leaders_and_viewers_do_not_write(session: Session, ward: Unit, place: Unit, role: Role) -> None:
    with pytest.raises(NotAllowed):
        drafts.write(session, actor=make_actor(session, unit=ward, role=role), words=make_words(place))


def test_whoever_wrote_it_cannot_approve_it(session: Session, place: Unit, chief: Actor) -> None:
    draft = drafts.write(session, actor=chief, words=make_words(place))
    approvals.submit(session, actor=chief, announcement_id=draft.id)

    with pytest.raises(NotAllowed, match="không tự duyệt"):
        approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)

    assert draft.status is AnnouncementStatus.IN_REVIEW


def test_whoever_edited_it_cannot_approve_it(session: Session, place: Unit, chief: Actor, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    drafts.edit(
        session, actor=chief, announcement_id=draft.id, version=draft.version, words=make_words(place, title="Lời của người khác")
    )
    approvals.submit(session, actor=writer, announcement_id=draft.id)

    with pytest.raises(NotAllowed, match="không tự duyệt"):
        approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)


def test_staff_cannot_approve(session: Session, ward: Unit, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    approvals.submit(session, actor=writer, announcement_id=draft.id)

    with pytest.raises(NotAllowed):
        approvals.approve(session, actor=make_actor(session, unit=ward, role=Role.STAFF), announcement_id=draft.id, version=1)


def test_a_second_person_approves_and_it_is_sent(session: Session, place: Unit, writer: Actor, chief: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    approvals.submit(session, actor=writer, announcement_id=draft.id)

    approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)

    assert (draft.status, draft.approver_id, draft.households) == (AnnouncementStatus.SENT, chief.id, 1)
    assert draft.plan["paths"] == {"relay": 0, "zalo_oa": 0, "zns": 0, "sms": 0, "door": 1}


def test_approving_twice_sends_once(session: Session, place: Unit, writer: Actor, chief: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    approvals.submit(session, actor=writer, announcement_id=draft.id)
    approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)
    sent_at = draft.sent_at

    approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)

    assert draft.sent_at == sent_at


def test_in_an_emergency_the_author_may_send_and_another_looks_after(
    session: Session, place: Unit, chief: Actor, ward: Unit
) -> None:
    draft = drafts.write(session, actor=chief, words=make_words(place, urgency=Urgency.EMERGENCY))
    approvals.submit(session, actor=chief, announcement_id=draft.id)
    approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)

    with pytest.raises(NotAllowed):
        second_looks.look(session, actor=chief, announcement_id=draft.id)
    other = make_actor(session, unit=ward, role=Role.OFFICIAL)
    second_looks.look(session, actor=other, announcement_id=draft.id)

    assert draft.second_look_id == other.id
    assert "announcement.approve_own" in session.exec(select(AuditEvent.action)).all()


def test_a_ward_may_switch_four_eyes_off_and_the_audit_says_so(session: Session, ward: Unit, place: Unit, chief: Actor) -> None:
    ward.allows_self_approval = True
    draft = drafts.write(session, actor=chief, words=make_words(place))
    approvals.submit(session, actor=chief, announcement_id=draft.id)

    approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)

    assert draft.status is AnnouncementStatus.SENT
    assert "announcement.approve_own" in session.exec(select(AuditEvent.action)).all()


def test_an_edit_takes_it_out_of_review_and_makes_the_read_version_stale(
    session: Session, place: Unit, writer: Actor, chief: Actor
) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    approvals.submit(session, actor=writer, announcement_id=draft.id)
    read = draft.version
    drafts.edit(session, actor=writer, announcement_id=draft.id, version=read, words=make_words(place, title="Đã đổi"))
    approvals.submit(session, actor=writer, announcement_id=draft.id)

    with pytest.raises(Invalid, match="đã được sửa"):
        approvals.approve(session, actor=chief, announcement_id=draft.id, version=read)


def test_two_authors_do_not_overwrite_each_other(session: Session, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=make_words(place, title="Bản của tôi"))

    with pytest.raises(Invalid, match="Người khác vừa sửa"):
        drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=make_words(place, title="Bản của chị"))

    assert draft.title == "Bản của tôi"


def test_sent_text_never_changes(session: Session, place: Unit, writer: Actor, chief: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    approvals.submit(session, actor=writer, announcement_id=draft.id)
    approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)

    with pytest.raises(NotAllowed, match="đính chính"):
        drafts.edit(session, actor=writer, announcement_id=draft.id, version=draft.version, words=make_words(place))


def test_returning_needs_a_reason_and_shows_it_to_the_author(session: Session, place: Unit, writer: Actor, chief: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    approvals.submit(session, actor=writer, announcement_id=draft.id)

    with pytest.raises(Invalid):
        approvals.give_back(session, actor=chief, announcement_id=draft.id, reason=" ")
    approvals.give_back(session, actor=chief, announcement_id=draft.id, reason="Thiếu giờ.")

    assert (draft.status, draft.return_reason) == (AnnouncementStatus.DRAFT, "Thiếu giờ.")


def test_an_hour_to_come_is_scheduled_and_promised(
    session: Session, place: Unit, writer: Actor, chief: Actor, promises: FakeEngine
) -> None:
    at = clock.now() + timedelta(hours=3)
    draft = drafts.write(session, actor=writer, words=make_words(place, send_at=at))
    approvals.submit(session, actor=writer, announcement_id=draft.id)

    approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)

    assert (draft.status, draft.sent_at) == (AnnouncementStatus.SCHEDULED, None)
    assert [(p.work, p.at, p.subject_id) for p in promises.promises.values()] == [("send", at, str(draft.id))]


def test_what_lies_outside_is_not_found(session: Session, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)

    with pytest.raises(NotFound):
        drafts.get(session, actor=stranger, announcement_id=draft.id)
    with pytest.raises(NotFound):
        drafts.get(session, actor=writer, announcement_id=uuid4())


def test_every_flaw_is_told_at_once_by_its_field(session: Session, writer: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        drafts.write(session, actor=writer, words=make_words(title=" ", body="", group_text="a" * 1201, send_at=clock.now()))

    assert [(flaw.place, flaw.is_missing) for flaw in refused.value.details["flaws"]] == [  # type: ignore[attr-defined]
        ("title", True), ("body", True), ("group_text", False), ("unit_ids", True),
    ]  # fmt: skip
    assert refused.value.details["field"] == "title"


@pytest.fixture
def planned(session: Session, place: Unit, writer: Actor, chief: Actor, promises: FakeEngine) -> Announcement:
    """Approved, and to leave in three hours."""
    draft = drafts.write(session, actor=writer, words=make_words(place, send_at=clock.now() + timedelta(hours=3)))
    approvals.submit(session, actor=writer, announcement_id=draft.id)
    return approvals.approve(session, actor=chief, announcement_id=draft.id, version=draft.version)


def test_an_edit_voids_the_approval_and_nothing_leaves_at_the_old_hour(
    session: Session, place: Unit, writer: Actor, planned: Announcement
) -> None:
    at = clock.now() + timedelta(hours=3)

    drafts.edit(session, actor=writer, announcement_id=planned.id, version=1, words=make_words(place, send_at=at))

    assert (planned.status, planned.approver_id, planned.approved_at) == (AnnouncementStatus.DRAFT, None, None)
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        assert sending.send_scheduled(session, announcement_id=planned.id) is False
    assert {"approval_voided": True} in session.exec(select(AuditEvent.details)).all()


def test_an_approved_one_is_edited_by_its_author_and_by_those_who_approve_only(
    session: Session, ward: Unit, place: Unit, writer: Actor, chief: Actor, planned: Announcement
) -> None:
    clerk = make_actor(session, unit=ward, role=Role.STAFF)

    with pytest.raises(NotAllowed, match="chỉ người soạn hoặc lãnh đạo"):
        drafts.edit(session, actor=clerk, announcement_id=planned.id, version=1, words=make_words(place))
    assert [drafts.may_edit(planned, actor=one) for one in (writer, chief, clerk)] == [True, True, False]
    assert [drafts.may_drop(planned, actor=one) for one in (writer, chief, clerk)] == [False, True, False]


def test_a_dropped_draft_is_not_edited_but_taken_up(session: Session, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    with pytest.raises(NotAllowed, match="Chỉ dùng lại"):
        drafts.dropped(session, actor=writer, announcement_id=draft.id)

    announcements.cancel(session, actor=writer, announcement_id=draft.id)

    assert drafts.dropped(session, actor=writer, announcement_id=draft.id) is draft
    with pytest.raises(NotAllowed, match="Dùng lại"):
        drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=make_words(place))


def test_an_edit_keeps_for_which_households_and_groups_it_is(session: Session, ward: Unit, writer: Actor) -> None:
    place = make_unit(session, parent=ward)
    draft = drafts.write(session, actor=writer, words=make_words(place, needs=[Need.DISABLED]))
    [entry] = drafts.audience_of(session, draft.id)
    entry.group_kind = GroupKind.SECTOR.value
    session.flush()

    words = make_words(place, title="Khác", needs=[Need.DISABLED])
    drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=words)

    [kept] = drafts.audience_of(session, draft.id)
    assert (kept.needs, kept.group_kind) == (["disabled"], "sector")
    assert audiences.needs_of([kept]) == [Need.DISABLED]
