"""A draft on one's own phone: as it will be, marked, and leaving no trace."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, func, select
from time_machine import Traveller

from models import Announcement, AnnouncementStatus, AsksFor, Delivery, Model, Relay, Role, Scan, ShortLink, Unit
from services import attachments, drafts, trials
from services.access import Actor
from services.announcements import cancel
from services.draft_words import Words
from tests.factories import make_actor, make_household, make_membership, make_unit
from tests.papers import pdf
from tests.web.day import BODY, FACTS, GROUP_TEXT, TITLE, Outline, make_led_group, make_ward, phone

pytestmark = pytest.mark.usefixtures("documents")


@pytest.fixture
def ward(session: Session, clock: Traveller) -> Unit:
    ward = make_ward(session)
    unit, _leader, group = make_led_group(session, ward)
    make_membership(session, household=make_household(session, unit=unit), group=group)
    return ward


@pytest.fixture
def writer(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF)


@pytest.fixture
def draft(session: Session, ward: Unit, writer: Actor, documents: None) -> Announcement:
    made = drafts.write(
        session, actor=writer,
        words=Words(
            title=TITLE, body=BODY, facts=FACTS, group_text=GROUP_TEXT, unit_ids=[ward.id], asks_for=AsksFor.ATTENDANCE,
            attachments=[attachments.store(pdf(pages=2), name="Giấy mời.pdf")],
        ),
    )  # fmt: skip
    session.commit()
    return made


@pytest.fixture
def path(session: Session, draft: Announcement, writer: Actor) -> str:
    url = trials.address(session, actor=writer, announcement_id=draft.id)
    session.commit()
    return url.removeprefix("http://ward.test")


def counts(session: Session) -> dict[str, int]:
    found = {
        name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in Model.metadata.tables.items()
    }
    session.commit()
    return found


def test_the_residents_page_is_what_it_will_be_and_says_that_it_is_a_trial(path: str, draft: Announcement) -> None:
    answer = phone().get(path)

    page = answer.text
    assert answer.status_code == 200
    assert "BẢN THỬ, chưa gửi cho ai" in page
    assert {TITLE, "gửi bà con Tổ 13, Sông Cầu", "Gia đình mình mấy người đi?"} <= {
        words for words in (TITLE, "gửi bà con Tổ 13, Sông Cầu", "Gia đình mình mấy người đi?")
        if words in page.replace("\u00a0", " ")
    }  # fmt: skip
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in answer.headers
    assert f'href="{path}/1"' in page


def test_the_leaders_page_holds_the_words_to_paste_with_an_address_that_opens(path: str) -> None:
    page = phone().get(f"{path}/leader").text

    assert "BẢN THỬ, chưa gửi cho ai" in page
    assert "Bà con nhịn ăn sáng" in page
    assert f"http://ward.test{path}" in page
    assert "/a/" not in page.replace("/assets/", "")
    assert [one["href"] for one in Outline(page).all("a") if one["href"].startswith("/r/")] == []


def test_looking_and_pressing_leave_no_trace(session: Session, path: str, draft: Announcement) -> None:
    before = counts(session)
    browser = phone()

    for _ in range(2):
        browser.get(path)
        browser.get(f"{path}/leader")
    pressed = [
        browser.post(path, data={"do": "answer", "people": "2"}, headers={"origin": "http://ward.test"}),
        browser.post(f"{path}/leader", data={"do": "posted"}, headers={"origin": "http://ward.test"}),
    ]

    assert [answer.status_code for answer in pressed] == [303, 303]
    assert counts(session) == before
    session.refresh(draft)
    assert (draft.status, draft.sent_at) == (AnnouncementStatus.DRAFT, None)


def test_the_document_of_a_draft_opens_by_its_trial_only(session: Session, path: str, draft: Announcement) -> None:
    slug = session.exec(select(ShortLink.slug).where(ShortLink.announcement_id == draft.id)).one()
    session.commit()

    assert phone().get(f"{path}/1").content == pdf(pages=2)
    assert phone().get(f"/a/{slug}/1").status_code == 404


def test_the_address_is_over_after_a_day(path: str, clock: Traveller) -> None:
    clock.shift(timedelta(hours=22))
    assert phone().get(path).status_code == 200

    clock.shift(timedelta(hours=2))

    assert [phone().get(f"{path}{more}").status_code for more in ("", "/leader", "/1")] == [404, 404, 404]


@pytest.mark.parametrize("token", ["x", "WyJhIiwxXQ.c2ln", "WyJhIiwxXQ"])
def test_an_address_that_nobody_signed_opens_nothing(engine: Engine, token: str) -> None:
    assert phone().get(f"/t/{token}").status_code == 404


def test_a_dropped_draft_is_tried_out_no_more(session: Session, path: str, draft: Announcement, writer: Actor) -> None:
    cancel(session, actor=writer, announcement_id=draft.id)
    session.commit()

    assert phone().get(path).status_code == 404


def test_an_unfinished_draft_is_shown_as_far_as_it_goes(session: Session, ward: Unit, writer: Actor) -> None:
    saved = drafts.autosave(session, actor=writer, words=Words(title="Tổng vệ sinh", body="", unit_ids=[]))
    assert saved is not None
    url = trials.address(session, actor=writer, announcement_id=saved.announcement.id)
    session.commit()
    path = url.removeprefix("http://ward.test")

    assert "Tổng vệ sinh" in phone().get(path).text
    assert phone().get(f"{path}/leader").status_code == 404


def test_a_draft_of_another_ward_has_no_address(session: Session, draft: Announcement) -> None:
    stranger = make_actor(session, unit=make_unit(session), role=Role.STAFF)

    with pytest.raises(Exception, match="Không tìm thấy"):
        trials.address(session, actor=stranger, announcement_id=draft.id)
    assert session.exec(select(func.count()).select_from(Relay)).one() == 0
    assert session.exec(select(func.count()).select_from(Delivery)).one() == 0
    assert session.exec(select(func.count()).select_from(Scan)).one() == 0
