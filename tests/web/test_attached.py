"""A document on a phone: what the page says of it, and how it is served."""

from urllib.parse import quote

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from models import Purpose, ShortLink
from services import attachments
from tests.factories import make_announcement
from tests.papers import pdf, photo
from tests.web.day import Day, make_day, phone

pytestmark = pytest.mark.usefixtures("documents")


@pytest.fixture
def day(session: Session, clock: Traveller, documents: None) -> Day:
    kept = [attachments.store(pdf(pages=3), name="Giấy mời số 112.pdf"), attachments.store(photo(), name="Bản đồ.jpg")]
    return make_day(session, attachments=kept)


def test_the_page_names_each_document_with_what_it_costs_to_fetch(day: Day) -> None:
    page = phone().get(day.page).text

    assert f'href="{day.page}/1"' in page
    assert "Giấy mời số 112.pdf" in page
    assert "PDF, 1\u00a0KB, 3 trang" in page
    assert "Bản đồ.jpg" in page
    assert len(page.encode()) < 20_000


def test_a_document_is_served_as_what_it_is_and_can_do_nothing(day: Day) -> None:
    answer = phone().get(f"{day.page}/1")

    assert answer.content == pdf(pages=3)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f"inline; filename*=UTF-8''{quote('Giấy mời số 112.pdf')}"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-robots-tag"] == "noindex"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("held", ['"x", {tag}', "*"])
def test_a_phone_that_has_it_fetches_it_no_second_time(day: Day, held: str) -> None:
    tag = phone().get(f"{day.page}/2").headers["etag"]

    again = phone().get(f"{day.page}/2", headers={"If-None-Match": held.format(tag=tag)})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("place", ["0", "3", "99999999999"])
def test_a_document_that_is_none_is_not_found(day: Day, place: str) -> None:
    assert phone().get(f"{day.page}/{place}").status_code == 404


def test_only_what_the_public_may_read_is_served(session: Session, day: Day) -> None:
    draft = make_announcement(session, unit=day.ward, attachments=day.announcement.attachments)
    session.add(ShortLink(slug="bcdfghjkmn", purpose=Purpose.ANNOUNCEMENT, title="x", announcement_id=draft.id))
    session.commit()

    assert phone().get("/a/bcdfghjkmn/1").status_code == 404
    assert session.exec(select(ShortLink.slug).where(ShortLink.slug == "bcdfghjkmn")).one()


def test_a_document_is_only_looked_at(day: Day) -> None:
    assert phone().post(f"{day.page}/1").status_code == 405
