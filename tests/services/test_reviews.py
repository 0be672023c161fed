"""What changed since the last look."""

from typing import Any

import pytest
from sqlmodel import Session

from core.errors import NotFound
from models import Announcement, Role, Unit
from services import draft_versions, drafts, reviews
from services.access import Actor
from services.drafts import Words
from services.reviews import LastLook
from tests.factories import NOON, make_actor, make_unit

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def place(session: Session, ward: Unit) -> Unit:
    return make_unit(session, parent=ward)


@pytest.fixture
def writer(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


@pytest.fixture
def chief(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


@pytest.fixture
def draft(session: Session, place: Unit, writer: Actor) -> Announcement:
    made = drafts.write(session, actor=writer, words=Words(title="Khám sàng lọc", body="Sáng mai.", unit_ids=[place.id]))
    draft_versions.keep(session, actor=writer, announcement=made)
    session.commit()
    return made


def edit(session: Session, actor: Actor, draft: Announcement, place: Unit, **changes: str) -> None:
    fields: dict[str, Any] = {"title": draft.title, "body": draft.body} | changes
    drafts.edit(
        session, actor=actor, announcement_id=draft.id, version=draft.version, words=Words(unit_ids=[place.id], **fields)
    )  # fmt: skip
    draft_versions.keep(session, actor=actor, announcement=draft)


def changed(session: Session, actor: Actor, draft: Announcement) -> list[tuple[str, object, object]]:
    since = reviews.last_look(session, actor=actor, announcement_id=draft.id)
    found = reviews.changes(session, actor=actor, announcement_id=draft.id, since=since)
    return [(one.name, one.before, one.after) for one in found.fields] if found else []


def test_who_has_read_it_sees_only_what_others_changed_since(
    session: Session, place: Unit, writer: Actor, chief: Actor, draft: Announcement
) -> None:
    never = changed(session, chief, draft)
    reviews.looked(session, actor=chief, announcement_id=draft.id, version=1)
    same = changed(session, chief, draft)
    edit(session, writer, draft, place, body="Sáng thứ Bảy.")

    assert (never, same) == ([], [])
    assert changed(session, chief, draft) == [("body", "Sáng mai.", "Sáng thứ Bảy.")]
    assert changed(session, writer, draft) == []  # the author knows


def test_an_older_look_does_not_take_the_place_of_a_newer(
    session: Session, place: Unit, writer: Actor, chief: Actor, draft: Announcement
) -> None:
    edit(session, writer, draft, place, title="Khám mắt")
    for version in (2, 1):
        reviews.looked(session, actor=chief, announcement_id=draft.id, version=version)

    assert reviews.last_look(session, actor=chief, announcement_id=draft.id) == LastLook(2, NOON)


def test_a_persons_own_edit_is_no_news_to_them(
    session: Session, place: Unit, writer: Actor, chief: Actor, draft: Announcement
) -> None:
    reviews.looked(session, actor=chief, announcement_id=draft.id, version=1)
    edit(session, chief, draft, place, title="Khám mắt")
    own = changed(session, chief, draft)
    edit(session, writer, draft, place, title="Khám tai")

    assert own == []
    assert [name for name, _, _ in changed(session, chief, draft)] == ["title"]


def test_another_ward_sees_no_looks(session: Session, draft: Announcement) -> None:
    stranger = make_actor(session, unit=make_unit(session), role=Role.OFFICIAL)

    with pytest.raises(NotFound):
        reviews.last_look(session, actor=stranger, announcement_id=draft.id)
