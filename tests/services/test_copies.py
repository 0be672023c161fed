"""An old announcement's words in a new draft."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from core import clock
from core.errors import NotAllowed, NotFound
from models import Announcement, AnnouncementKind, AnnouncementStatus, AsksFor, Role, Unit, Urgency
from services import attachments, copies, drafts, sending
from services.access import Actor
from services.draft_words import Words
from tests.factories import make_actor, make_announcement, make_unit
from tests.papers import pdf


@pytest.fixture
def old(session: Session, place: Unit, writer: Actor, documents: None) -> Announcement:
    """Sent, and over."""
    made = drafts.write(
        session, actor=writer,
        words=Words(
            title="Tổng vệ sinh 28/11", body="Sáng 28/11/2026, tại Nhà văn hóa.", group_text="Sáng mai.", unit_ids=[place.id],
            facts={"when": "Sáng 28/11", "where": "Nhà văn hóa"}, urgency=Urgency.URGENT, asks_for=AsksFor.ATTENDANCE, places=40,
            must_reach_by=clock.now() + timedelta(hours=5), attachments=[attachments.store(pdf(), name="Kế hoạch.pdf")],
        ),
    )  # fmt: skip
    sending.send(session, announcement=made)
    session.commit()
    return made


def test_a_copy_says_the_same_to_the_same_and_nothing_of_the_old_day(session: Session, old: Announcement, writer: Actor) -> None:
    made = copies.make(session, actor=writer, announcement_id=old.id)

    for name in ("title", "body", "group_text", "urgency", "asks_for", "places", "attachments", "kind"):
        assert getattr(made, name) == getattr(old, name), name
    assert made.facts == {"where": "Nhà văn hóa"}
    assert (made.must_reach_by, made.send_at, made.sent_at) == (None, None, None)
    assert made.status is AnnouncementStatus.DRAFT
    assert made.author_id == writer.id
    audiences = [[entry.unit_id for entry in drafts.audience_of(session, one.id)] for one in (old, made)]
    assert audiences[0] == audiences[1]


def test_the_copied_one_stays_as_it_is(session: Session, old: Announcement, writer: Actor) -> None:
    before = old.model_dump()

    copies.make(session, actor=writer, announcement_id=old.id)

    session.refresh(old)
    assert old.model_dump() == before


def test_places_that_are_no_more_are_left_out(session: Session, old: Announcement, place: Unit, writer: Actor) -> None:
    place.valid_to = clock.today()
    session.add(place)

    made = copies.make(session, actor=writer, announcement_id=old.id)

    assert drafts.audience_of(session, made.id) == []
    assert [flaw.place for flaw in drafts.flaws_of_draft(session, announcement=made)] == ["unit_ids"]


def test_a_copy_of_a_correction_corrects_nothing(session: Session, old: Announcement, place: Unit, writer: Actor) -> None:
    correction = drafts.write(
        session, actor=writer, words=Words(title="Đính chính", body="Lùi một ngày.", unit_ids=[place.id], corrects_id=old.id)
    )

    made = copies.make(session, actor=writer, announcement_id=correction.id)

    assert (made.kind, made.corrects_id) == (AnnouncementKind.NOTICE, None)


def test_a_document_that_is_gone_is_left_out(session: Session, old: Announcement, writer: Actor) -> None:
    attachments.path_of(old.attachments[0]["sha256"]).unlink()

    assert copies.make(session, actor=writer, announcement_id=old.id).attachments == []


def test_who_may_not_write_or_see_it_copies_nothing(session: Session, ward: Unit, old: Announcement) -> None:
    for actor, refused in (
        (make_actor(session, unit=ward, role=Role.VIEWER), NotAllowed),
        (make_actor(session, unit=make_unit(session), role=Role.STAFF), NotFound),
    ):
        with pytest.raises(refused):
            copies.make(session, actor=actor, announcement_id=old.id)
    assert session.exec(select(Announcement.id)).all() == [old.id]


def test_days_of_the_old_one_are_found_in_its_words(session: Session, ward: Unit) -> None:
    old = make_announcement(session, unit=ward, title="Tổng vệ sinh 28/11", body="Sáng 28/11/2026, mức 28/11, tỷ lệ 1/20000.")

    assert copies.days_in([old.title, old.body]) == ["28/11", "28/11/2026"]
