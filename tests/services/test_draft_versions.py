"""Versions of a draft's words: kept while one types, joined where two write, compared with what somebody has read."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller, travel

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.ids import new_id
from models import (
    Announcement,
    AnnouncementLook,
    AnnouncementStatus,
    AnnouncementVersion,
    AsksFor,
    AuditEvent,
    GroupKind,
    Role,
    ShortLink,
    Unit,
    Urgency,
)
from services import approvals, draft_versions, drafts
from services.access import Actor
from services.draft_versions import Clash, Clashing, Difference
from services.draft_words import kept
from tests.factories import NOON, make_actor, make_announcement, make_group, make_unit, make_words


@pytest.fixture
def colleague(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF)


def versions(session: Session) -> list[tuple[int, str]]:
    found = session.exec(select(AnnouncementVersion).order_by(AnnouncementVersion.version))  # type: ignore[arg-type]
    return [(row.version, row.words["title"]) for row in found]


def test_two_authors_changing_different_fields_lose_nothing(
    session: Session, place: Unit, writer: Actor, colleague: Actor
) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    drafts.edit(
        session, actor=writer, announcement_id=draft.id, version=1, words=make_words(place, title="Tổng vệ sinh sáng mai")
    )

    saved = drafts.save(
        session, actor=colleague, announcement_id=draft.id, version=1,
        words=make_words(place, body="Sáng Chủ nhật.", facts={"where": "Nhà văn hóa"}),
    )  # fmt: skip

    assert (draft.title, draft.body, draft.facts) == ("Tổng vệ sinh sáng mai", "Sáng Chủ nhật.", {"where": "Nhà văn hóa"})
    assert saved.others == ("title",)
    assert draft.version == 3


def test_a_field_that_both_changed_is_given_back_with_both_texts_and_nothing_is_written(
    session: Session, place: Unit, writer: Actor, colleague: Actor
) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=make_words(place, title="Lời của tôi"))

    with pytest.raises(Clashing) as refused:
        drafts.edit(
            session,
            actor=colleague,
            announcement_id=draft.id,
            version=1,
            words=make_words(place, title="Lời của chị", body="Khác."),
        )

    assert refused.value.clashes == (Clash("title", mine="Lời của chị", theirs="Lời của tôi"),)
    assert (draft.title, draft.body, draft.version) == ("Lời của tôi", "Sáng thứ Bảy.", 2)


def test_both_typing_the_same_is_no_clash(session: Session, place: Unit, writer: Actor, colleague: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=make_words(place, title="Như nhau"))

    drafts.edit(session, actor=colleague, announcement_id=draft.id, version=1, words=make_words(place, title="Như nhau"))

    assert draft.title == "Như nhau"


def test_changes_that_are_right_alone_are_refused_where_they_contradict_together(
    session: Session, place: Unit, writer: Actor, colleague: Actor
) -> None:
    later = clock.now() + timedelta(days=2)
    draft = drafts.write(session, actor=writer, words=make_words(place, must_reach_by=later))
    soon = make_words(place, must_reach_by=clock.now() + timedelta(hours=2))
    drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=soon)

    with pytest.raises(Invalid, match="Hạn đến mọi hộ phải sau lúc gửi"):
        drafts.edit(
            session, actor=colleague, announcement_id=draft.id, version=1,
            words=make_words(place, must_reach_by=later, send_at=clock.now() + timedelta(days=1)),
        )  # fmt: skip


def test_without_a_known_beginning_every_difference_is_asked_about(session: Session, ward: Unit, writer: Actor) -> None:
    draft = make_announcement(session, unit=ward, version=4)

    with pytest.raises(Clashing) as refused:
        drafts.edit(session, actor=writer, announcement_id=draft.id, version=2, words=make_words(ward))

    assert {"title", "body"} <= {clash.name for clash in refused.value.clashes}


def test_an_unfinished_draft_is_kept_but_not_handed_on(session: Session, ward: Unit, writer: Actor) -> None:
    saved = drafts.autosave(session, actor=writer, words=make_words(title="Tổng vệ", body=""))

    assert saved is not None
    assert (saved.announcement.title, saved.announcement.unit_id) == ("Tổng vệ", ward.id)
    with pytest.raises(Invalid, match="Chưa có “Nội dung”"):
        approvals.submit(session, actor=writer, announcement_id=saved.announcement.id)
    assert saved.announcement.status is AnnouncementStatus.DRAFT


def test_nothing_typed_makes_no_draft(session: Session, ward: Unit, writer: Actor) -> None:
    assert drafts.autosave(session, actor=writer, words=make_words(ward, title=" ", body="")) is None
    assert session.exec(select(Announcement)).all() == []


def test_a_screen_that_is_asked_twice_at_once_begins_one_draft(session: Session, place: Unit, writer: Actor) -> None:
    sheet = new_id()

    drafts.autosave(session, actor=writer, words=make_words(place, title="Tổng vệ"), draft_id=sheet, base={})
    drafts.autosave(session, actor=writer, words=make_words(place, title="Tổng vệ sinh"), draft_id=sheet, base={})
    made = drafts.write(session, actor=writer, words=make_words(place, title="Tổng vệ sinh sáng mai"), draft_id=sheet)

    assert session.exec(select(Announcement)).all() == [made]
    assert (made.id, made.title) == (sheet, "Tổng vệ sinh sáng mai")


def test_keeping_again_what_has_not_changed_writes_nothing(session: Session, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    base = draft_versions.words_of(draft, drafts.audience_of(session, draft.id))
    events = len(session.exec(select(AuditEvent)).all())

    saved = drafts.autosave(session, actor=writer, announcement_id=draft.id, base=base, words=make_words(place))

    assert saved is not None
    assert (saved.is_written, draft.version, versions(session)) == (False, 1, [(1, "Tổng vệ sinh")])
    assert len(session.exec(select(AuditEvent)).all()) == events


def test_what_one_author_types_in_one_sitting_is_one_version(session: Session, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))

    for title in ("Tổng vệ sinh s", "Tổng vệ sinh sáng", "Tổng vệ sinh sáng mai"):
        base = draft_versions.words_of(draft, drafts.audience_of(session, draft.id))
        drafts.autosave(session, actor=writer, announcement_id=draft.id, base=base, words=make_words(place, title=title))

    assert versions(session) == [(4, "Tổng vệ sinh sáng mai")]
    assert draft.version == 4


def test_a_version_that_somebody_has_read_stays(session: Session, place: Unit, writer: Actor, colleague: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    assert colleague.id is not None
    session.add(AnnouncementLook(announcement_id=draft.id, user_id=colleague.id, version=1, seen_at=clock.now()))
    base = draft_versions.words_of(draft, drafts.audience_of(session, draft.id))

    drafts.autosave(session, actor=writer, announcement_id=draft.id, base=base, words=make_words(place, title="Khác"))

    assert versions(session) == [(1, "Tổng vệ sinh"), (2, "Khác")]
    assert draft_versions.differences(session, announcement_id=draft.id, since_version=1) == [
        Difference("title", "Tổng vệ sinh", "Khác")
    ]


def test_another_sitting_is_another_version(session: Session, place: Unit, writer: Actor) -> None:
    with travel(NOON, tick=False) as now:
        assert isinstance(now, Traveller)
        draft = drafts.write(session, actor=writer, words=make_words(place))
        now.shift(timedelta(minutes=11))
        base = draft_versions.words_of(draft, drafts.audience_of(session, draft.id))
        drafts.autosave(session, actor=writer, announcement_id=draft.id, base=base, words=make_words(place, title="Khác"))

        assert versions(session) == [(1, "Tổng vệ sinh"), (2, "Khác")]


def test_who_changed_a_word_while_typing_has_written_it_too(
    session: Session, place: Unit, writer: Actor, colleague: Actor
) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    base = draft_versions.words_of(draft, drafts.audience_of(session, draft.id))

    drafts.autosave(session, actor=colleague, announcement_id=draft.id, base=base, words=make_words(place, title="Khác"))

    assert approvals.has_written(session, actor=colleague, announcement=draft)


def test_one_screen_that_has_not_shown_the_others_change_does_not_undo_it(
    session: Session, place: Unit, writer: Actor, colleague: Actor
) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    shown = draft_versions.words_of(draft, drafts.audience_of(session, draft.id))
    drafts.autosave(
        session, actor=colleague, announcement_id=draft.id, base=shown, words=make_words(place, body="Sáng Chủ nhật.")
    )

    for title in ("Lần một", "Lần hai"):
        mine = make_words(place, title=title)
        drafts.autosave(session, actor=writer, announcement_id=draft.id, base=shown, words=mine)
        shown = shown | kept(mine)

    assert (draft.title, draft.body) == ("Lần hai", "Sáng Chủ nhật.")


def test_what_waits_for_approval_is_not_taken_back_by_typing(session: Session, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    base = draft_versions.words_of(draft, drafts.audience_of(session, draft.id))
    approvals.submit(session, actor=writer, announcement_id=draft.id)

    with pytest.raises(NotAllowed):
        drafts.autosave(session, actor=writer, announcement_id=draft.id, base=base, words=make_words(place, title="Khác"))

    assert (draft.status, draft.title) == (AnnouncementStatus.IN_REVIEW, "Tổng vệ sinh")


def test_a_draft_of_another_ward_is_not_kept(session: Session, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    stranger = make_actor(session, unit=make_unit(session), role=Role.STAFF)

    with pytest.raises(NotFound):
        drafts.autosave(session, actor=stranger, announcement_id=draft.id, base={}, words=make_words())


def test_fields_the_form_does_not_ask_for_stay(session: Session, place: Unit, writer: Actor) -> None:
    group = make_group(session, unit=place, name="Hội Phụ nữ", kind=GroupKind.ASSOCIATION)
    asks = {"asks_for": AsksFor.ATTENDANCE}
    draft = drafts.write(session, actor=writer, words=make_words(place, also_groups=[group.id], places=40, **asks))

    drafts.edit(
        session, actor=writer, announcement_id=draft.id, version=1, words=make_words(place, urgency=Urgency.URGENT, **asks)
    )
    assert (draft.also_groups, draft.places) == ([str(group.id)], 40)

    drafts.edit(
        session, actor=writer, announcement_id=draft.id, version=2, words=make_words(place, also_groups=(), places=0, **asks)
    )
    assert (draft.also_groups, draft.places) == ([], None)


def test_a_group_of_another_ward_is_not_found(session: Session, place: Unit, writer: Actor) -> None:
    stranger = make_group(session, unit=make_unit(session, parent=make_unit(session)))

    with pytest.raises(NotFound):
        drafts.write(session, actor=writer, words=make_words(place, also_groups=[stranger.id]))


def test_new_times_move_an_end_that_the_form_left_alone(session: Session, place: Unit, writer: Actor) -> None:
    draft = drafts.write(session, actor=writer, words=make_words(place))
    far = clock.now() + timedelta(days=30)

    drafts.edit(session, actor=writer, announcement_id=draft.id, version=1, words=make_words(place, must_reach_by=far))

    assert draft.expires_at is not None
    assert draft.expires_at > far


def test_the_links_of_a_draft_go_by_its_title_of_today(session: Session, ward: Unit, writer: Actor) -> None:
    saved = drafts.autosave(session, actor=writer, words=make_words(title="Tổng", body=""))
    assert saved is not None

    drafts.autosave(
        session,
        actor=writer,
        announcement_id=saved.announcement.id,
        base=saved.words,
        words=make_words(title="Tổng vệ sinh", body=""),
    )

    assert session.exec(select(ShortLink.title)).one() == "Tổng vệ sinh"
