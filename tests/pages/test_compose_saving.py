"""A draft that keeps itself while it is written, also where two write at once."""

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from models import Announcement, AnnouncementStatus, Role, Unit, User
from services import approvals, drafts
from services.access import actor_of
from services.draft_words import Words
from tests.factories import make_group, make_household, make_unit, make_user
from tests.pages.conftest import Visit, words


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_unit(session, name="Phường Bắc Kạn", valid_from=None)
    place = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu")
    make_household(session, unit=place)
    make_group(session, unit=place)
    return ward


@pytest.fixture
def writer(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF, display_name="Hà Thị Minh")


@pytest.fixture
def colleague(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF, display_name="Nông Văn Bình")


@pytest.fixture
def draft(session: Session, ward: Unit, writer: User) -> Announcement:
    return written(session, writer, ward)


def written(session: Session, user: User, ward: Unit, **of_it: str) -> Announcement:
    fields = {"title": "Tổng vệ sinh", "body": "Sáng thứ Bảy."} | of_it
    made = drafts.write(session, actor=actor_of(session, user), words=Words(unit_ids=[ward.id], **fields))  # type: ignore[arg-type]
    session.commit()
    return made


def changed_elsewhere(session: Session, user: User, draft: Announcement, ward: Unit, **fields: str) -> None:
    said = {"title": draft.title, "body": draft.body} | fields
    drafts.edit(
        session, actor=actor_of(session, user), announcement_id=draft.id, version=draft.version,
        words=Words(unit_ids=[ward.id], **said),  # type: ignore[arg-type]
    )  # fmt: skip
    session.commit()


def kept_now(session: Session, draft: Announcement) -> tuple[str, str]:
    session.refresh(draft)
    session.commit()
    return draft.title, draft.body


def test_a_field_that_is_left_is_kept_and_the_hour_is_said(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)

    at.text_input(key="c_title").set_value("Tổng vệ sinh").run()

    [made] = session.exec(select(Announcement)).all()
    assert (made.title, made.body, made.status) == ("Tổng vệ sinh", "", AnnouncementStatus.DRAFT)
    assert "Đã lưu lúc" in words(at)


def test_what_is_typed_next_goes_into_the_same_draft(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    at = visit("compose", user=writer)
    at.text_input(key="c_title").set_value("Tổng vệ sinh").run()
    at.session_state["c_saved_at"] = None  # some seconds later

    at.text_area(key="c_body").set_value("Sáng thứ Bảy.").run()

    [made] = session.exec(select(Announcement)).all()
    assert (made.title, made.body) == ("Tổng vệ sinh", "Sáng thứ Bảy.")
    assert at.text_input(key="c_title").value == "Tổng vệ sinh"


def test_what_a_browser_sends_before_it_knows_the_drafts_address_is_not_lost(
    session: Session, visit: Visit, ward: Unit, writer: User
) -> None:
    at = visit("compose", user=writer)
    at.text_input(key="c_title").set_value("Tổng vệ sinh").run()
    at.session_state["c_saved_at"] = None  # some seconds later
    at.query_params.pop("id", None)

    at.text_area(key="c_body").set_value("Sáng thứ Bảy.").run()

    [made] = session.exec(select(Announcement)).all()
    assert (made.title, made.body) == ("Tổng vệ sinh", "Sáng thứ Bảy.")
    assert at.text_area(key="c_body").value == "Sáng thứ Bảy."


def test_two_authors_of_one_draft_keep_both_their_changes(
    session: Session, visit: Visit, ward: Unit, writer: User, colleague: User, draft: Announcement
) -> None:
    at = visit("compose", user=writer, id=str(draft.id))
    changed_elsewhere(session, colleague, draft, ward, body="Sáng Chủ nhật.")

    at.text_input(key="c_title").set_value("Tổng vệ sinh sáng mai").run()

    assert kept_now(session, draft) == ("Tổng vệ sinh sáng mai", "Sáng Chủ nhật.")
    assert "vừa sửa: nội dung. Không chỗ nào bị ghi đè." in words(at)


def test_the_others_change_is_named_and_shown_when_asked_for(
    session: Session, visit: Visit, ward: Unit, writer: User, colleague: User, draft: Announcement
) -> None:
    at = visit("compose", user=writer, id=str(draft.id))
    changed_elsewhere(session, colleague, draft, ward, body="Sáng Chủ nhật.")
    at.run()
    assert "Nông Văn Bình vừa sửa: nội dung" in words(at)
    assert at.text_area(key="c_body").value == "Sáng thứ Bảy."

    at.button(key="c_show_others").click().run()

    assert at.text_area(key="c_body").value == "Sáng Chủ nhật."
    assert "vừa sửa" not in words(at)


@pytest.mark.parametrize(("pick", "title"), [("mine", "Lời của tôi"), ("theirs", "Lời của anh")])
def test_where_both_changed_a_field_its_author_chooses(
    session: Session, visit: Visit, ward: Unit, writer: User, colleague: User, draft: Announcement, pick: str, title: str
) -> None:
    at = visit("compose", user=writer, id=str(draft.id))
    changed_elsewhere(session, colleague, draft, ward, title="Lời của anh")
    at.text_input(key="c_title").set_value("Lời của tôi").run()
    assert kept_now(session, draft)[0] == "Lời của anh"
    assert "Nông Văn Bình vừa sửa cùng một chỗ với ông/bà" in words(at)
    assert "Lời của <mark>tôi</mark>" in words(at)
    assert "Lời của <mark>anh</mark>" in words(at)
    assert "(#c-clash)" in at.warning[0].value

    at.radio(key="c_pick_title").set_value(pick).run()
    at.button(key="c_settle").click().run()

    assert kept_now(session, draft)[0] == title
    assert at.text_input(key="c_title").value == title
    assert "cùng một chỗ" not in words(at)


def test_pressing_submit_over_anothers_change_asks_to_read_it_first(
    session: Session, visit: Visit, ward: Unit, writer: User, colleague: User, draft: Announcement
) -> None:
    at = visit("compose", user=writer, id=str(draft.id))
    changed_elsewhere(session, colleague, draft, ward, body="Sáng Chủ nhật.")
    at.text_input(key="c_title").set_value("Tổng vệ sinh sáng mai")

    at.button(key="c_submit").click().run()

    assert kept_now(session, draft) == ("Tổng vệ sinh sáng mai", "Sáng Chủ nhật.")
    assert draft.status is AnnouncementStatus.DRAFT
    assert "ghép với chỗ người khác vừa sửa (nội dung)" in at.success[0].value


def test_what_waits_for_approval_changes_only_by_a_press(
    session: Session, visit: Visit, writer: User, draft: Announcement
) -> None:
    approvals.submit(session, actor=actor_of(session, writer), announcement_id=draft.id)
    session.commit()
    at = visit("compose", user=writer, id=str(draft.id))

    at.text_input(key="c_title").set_value("Khác").run()

    assert kept_now(session, draft)[0] == "Tổng vệ sinh"
    assert draft.status is AnnouncementStatus.IN_REVIEW
    assert "Máy chỉ tự lưu dự thảo" in words(at)


def test_a_draft_handed_on_elsewhere_meanwhile_is_not_taken_back(
    session: Session, visit: Visit, writer: User, draft: Announcement
) -> None:
    at: AppTest = visit("compose", user=writer, id=str(draft.id))
    approvals.submit(session, actor=actor_of(session, writer), announcement_id=draft.id)
    session.commit()
    at.session_state["c_title"] = "Khác"

    at.run()

    assert kept_now(session, draft)[0] == "Tổng vệ sinh"
