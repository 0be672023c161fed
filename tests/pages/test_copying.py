"""Taking up an old announcement from the list, the board and the page of review; documents and the trial beside a draft."""

import pytest
from sqlmodel import Session, select

from adapters.codes import QrCodes
from adapters.documents import SiftedDocuments
from models import Announcement, AnnouncementStatus, Role, Unit, User
from services import attachments, ports, sending
from services.ports import Ports
from tests.factories import make_announcement, make_group, make_household, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words
from tests.papers import pdf


@pytest.fixture
def ward(session: Session, promises: FakeEngine) -> Unit:
    nothing = Nothing()
    ports.provide(
        Ports(sheets=nothing, paper=nothing, codes=QrCodes(), engine=promises, tables=nothing, documents=SiftedDocuments())  # type: ignore[arg-type]
    )
    ward = make_unit(session, name="Phường Bắc Kạn", valid_from=None)
    place = make_unit(session, parent=ward, short_name="Tổ 13, Sông Cầu")
    make_household(session, unit=place)
    make_group(session, unit=place)
    return ward


@pytest.fixture
def writer(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


@pytest.fixture
def old(session: Session, ward: Unit, writer: User) -> Announcement:
    made = make_announcement(session, unit=ward, title="Tổng vệ sinh", body="Sáng 28/11.", author_id=writer.id)
    sending.send(session, announcement=made)
    session.commit()
    return made


@pytest.mark.parametrize("page", ["announcement", "announcements"])
def test_an_old_announcement_is_taken_up_from_board_and_list(
    session: Session, visit: Visit, writer: User, old: Announcement, page: str
) -> None:
    at = visit(page, user=writer, id=str(old.id))
    if page == "announcements":
        at.selectbox(key="a_copy").set_value(old.id).run()

    at.button(key="b_copy" if page == "announcement" else "a_copy_ok").click().run()

    made = session.exec(select(Announcement).where(Announcement.status == AnnouncementStatus.DRAFT)).one()
    assert (made.title, made.must_reach_by) == ("Tổng vệ sinh", None)


def test_a_copy_says_what_is_blank_and_which_days_are_old(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    draft = make_announcement(session, unit=ward, title="Tổng vệ sinh", body="Sáng 28/11.", must_reach_by=None)

    at = visit("compose", user=writer, id=str(draft.id), copied="1")

    assert "Xin điền lại: khi nào, hạn đến mọi hộ." in words(at)
    assert "xin xem lại: 28/11." in words(at)


def test_the_documents_of_a_draft_are_listed_with_their_size_where_it_is_read(
    session: Session, visit: Visit, ward: Unit, writer: User
) -> None:
    kept = attachments.store(pdf(pages=3), name="Giấy mời.pdf")
    draft = make_announcement(session, unit=ward, attachments=[kept])

    at = visit("review", user=writer, id=str(draft.id))

    assert "Giấy mời.pdf" in words(at)
    assert "PDF, 1\u00a0KB, 3 trang" in words(at)


def test_a_document_taken_off_the_form_is_taken_off_the_draft(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    kept = attachments.store(pdf(), name="Giấy mời.pdf")
    draft = make_announcement(session, unit=ward, attachments=[kept])
    at = visit("compose", user=writer, id=str(draft.id))

    at.button(key=f"c_drop_{kept['sha256'][:12]}").click().run()

    session.refresh(draft)
    assert draft.attachments == []
    assert "Giấy mời.pdf" not in words(at)


def test_a_draft_is_tried_out_by_a_code_and_an_address(session: Session, visit: Visit, ward: Unit, writer: User) -> None:
    draft = make_announcement(session, unit=ward)
    at = visit("compose", user=writer, id=str(draft.id))
    assert "http://ward.test/t/" not in words(at)

    at.toggle(key="c_trial").set_value(True).run()

    assert "http://ward.test/t/" in words(at)
