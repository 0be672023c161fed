"""A picture that goes along with a draft: what must not be seen in it is blurred before anybody sees it."""

from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from models import Announcement, AnnouncementStatus, Role, Unit
from services import attachments
from services.shown_photos import People
from tests.factories import make_announcement, make_user
from tests.pages.conftest import Visit, words
from tests.papers import pdf, photo

pytestmark = pytest.mark.usefixtures("noon", "documents")


def composing(session: Session, visit: Visit, ward: Unit, content: bytes, name: str) -> tuple[AppTest, dict[str, Any]]:
    """The page of a draft with this document."""
    kept = attachments.store(content, name=name)
    writer = make_user(session, unit=ward, role=Role.STAFF)
    draft = make_announcement(session, unit=ward, author_id=writer.id, attachments=[kept])
    session.commit()
    return visit("compose", user=writer, id=str(draft.id)), kept


def pictures(at: AppTest) -> list[str]:
    return [one["sha256"] for one in at.session_state["c_attachments"]]


def test_an_area_given_in_numbers_is_blurred_and_can_be_taken_back(session: Session, visit: Visit, ward: Unit) -> None:
    at, kept = composing(session, visit, ward, photo(size=(400, 300)), "Tin nhắn.jpg")
    at.button(key=f"c_cover_{kept['sha256'][:12]}").click().run()
    for side, where in (("left", 10), ("top", 10), ("right", 60), ("bottom", 40)):
        at.number_input(key=f"c_cover_{side}").set_value(where)

    at.button(key="c_cover_do").click().run()

    [covered] = pictures(at)
    assert covered != kept["sha256"]
    assert attachments.path_of(covered).is_file()
    at.button(key="c_cover_undo").click().run()
    assert pictures(at) == [kept["sha256"]]


def test_without_an_area_the_page_says_what_to_do_and_the_picture_stays(session: Session, visit: Visit, ward: Unit) -> None:
    at, kept = composing(session, visit, ward, photo(size=(400, 300)), "Tin nhắn.jpg")
    at.button(key=f"c_cover_{kept['sha256'][:12]}").click().run()

    at.button(key="c_cover_do").click().run()

    assert [error.value for error in at.error] == ["Chưa có vùng nào để che. Hãy kéo chuột trên ảnh, hoặc nhập vị trí của vùng."]
    assert pictures(at) == [kept["sha256"]]


def test_a_pdf_has_nothing_to_blur(session: Session, visit: Visit, ward: Unit) -> None:
    at, kept = composing(session, visit, ward, pdf(), "Giấy mời.pdf")

    keys = {button.key for button in at.button}
    assert f"c_drop_{kept['sha256'][:12]}" in keys
    assert f"c_cover_{kept['sha256'][:12]}" not in keys


def test_a_photo_goes_no_further_until_it_is_said_whether_anybody_can_be_known_in_it(
    session: Session, visit: Visit, ward: Unit
) -> None:
    at, kept = composing(session, visit, ward, photo(size=(400, 300)), "Hội nghị.jpg")
    key = f"c_people_{kept['sha256'][:8]}"

    at.button(key="c_submit").click().run()
    assert any("nhận ra ai không" in error.value for error in at.error)
    at.radio(key=key).set_value(People.AGREED).run()
    assert "mã hộ của người trong ảnh" in words(at)
    at.radio(key=key).set_value(People.NOBODY).run()
    at.button(key="c_submit").click().run()

    session.expire_all()
    [draft] = session.exec(select(Announcement)).all()
    assert (draft.status, draft.attachments[0]["people"]) == (AnnouncementStatus.IN_REVIEW, "nobody")
