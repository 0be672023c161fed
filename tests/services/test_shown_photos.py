"""Photos that everybody may see: nobody in them, or only those who said yes, and while they do."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sqlmodel import Session

from core.errors import Invalid
from models import Announcement, ConsentWay, Extra, Household, Inquiry, InquiryKind, Unit
from services import approvals, attachments, consents, drafts, reports_done, shown_photos
from services.access import Actor
from services.consents import Said
from services.drafts import Words
from services.shown_photos import People
from tests.factories import make_actor, make_household, make_inquiry, make_unit
from tests.papers import pdf, photo

PHOTO = {"sha256": "a" * 64, "name": "truoc.jpg", "media_type": "image/jpeg", "bytes": 9}
AFTER = PHOTO | {"sha256": "b" * 64, "name": "sau.jpg"}


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session)


@pytest.fixture
def writer(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward)


@pytest.fixture
def home(session: Session, ward: Unit) -> Household:
    return make_household(session, unit=make_unit(session, parent=ward), code="012")


@pytest.fixture
def report(session: Session, ward: Unit) -> Inquiry:
    return make_inquiry(session, unit=ward, text="Đèn tắt", kind=InquiryKind.BROKEN, place="Ngõ 12", photos=[PHOTO])


def finished(session: Session, writer: Actor, report: Inquiry, **said: Any) -> list[str]:
    """Names of the photos that everybody sees."""
    reports_done.finish(session, actor=writer, inquiry_id=report.id, note="Đã thay bóng.", photos=[AFTER], **said)
    return seen(session, report)


def seen(session: Session, report: Inquiry) -> list[str]:
    return [one.name for one in reports_done.photo_of(session, inquiry_id=report.id)]


def say(session: Session, writer: Actor, home: Household, *, is_given: bool) -> None:
    said = Said(is_given=is_given, way=ConsentWay.DESK, said_by="Bà Lan")
    consents.write_down(session, actor=writer, household_id=home.id, extra=Extra.PHOTOS, said=said)


@pytest.mark.parametrize(
    ("said", "names"),
    [({"people": People.NOBODY}, ["truoc.jpg", "sau.jpg"]), ({"people": People.LEFT_OUT}, [])],
)
def test_photos_are_shown_where_nobody_can_be_known(
    session: Session, writer: Actor, report: Inquiry, said: dict[str, Any], names: list[str]
) -> None:
    assert finished(session, writer, report, **said) == names


@pytest.mark.parametrize(
    ("said", "why"),
    [({}, "nhận ra ai không"), ({"people": People.AGREED}, "mã hộ"), ({"people": People.AGREED, "codes": "012"}, "Hộ 012 chưa")],
)
@pytest.mark.usefixtures("home")
def test_photos_of_persons_who_said_nothing_are_refused(
    session: Session, writer: Actor, report: Inquiry, said: dict[str, Any], why: str
) -> None:
    with pytest.raises(Invalid) as refused:
        finished(session, writer, report, **said)

    assert why in refused.value.message.format(**refused.value.details)


def test_an_announcement_with_a_photo_goes_on_once_it_is_said_who_is_in_it_and_shows_it_while_they_agree(
    session: Session, writer: Actor, ward: Unit, home: Household, documents: None
) -> None:
    kept = [attachments.store(pdf(), name="Giấy mời.pdf"), attachments.store(photo(), name="Hội nghị.jpg")]

    def written(documents: Sequence[Mapping[str, Any]]) -> Announcement:
        words = Words(title="Họp tổ", body="Mời bà con.", unit_ids=[home.unit_id], attachments=documents)
        return drafts.write(session, actor=writer, words=words)

    def names(draft: Announcement) -> list[str]:
        return [one["name"] for one in shown_photos.visible(session, photos=draft.attachments)]

    unsaid = written(kept)
    with pytest.raises(Invalid, match="nhận ra ai không"):
        approvals.submit(session, actor=writer, announcement_id=unsaid.id)
    say(session, writer, home, is_given=True)
    marked = shown_photos.marked(session, actor=writer, photos=kept, people=People.AGREED, codes="012")
    draft = written(marked)
    approvals.submit(session, actor=writer, announcement_id=draft.id)

    assert names(draft) == ["Giấy mời.pdf", "Hội nghị.jpg"]
    assert shown_photos.said_of(session, actor=writer, photos=draft.attachments)[0] is People.AGREED
    say(session, writer, home, is_given=False)
    assert names(draft) == ["Giấy mời.pdf"]
    held = written(shown_photos.marked(session, actor=writer, photos=kept, people=People.LEFT_OUT))
    assert names(held) == ["Giấy mời.pdf"]


def test_photos_of_those_who_agreed_are_shown_until_they_take_it_back(
    session: Session, writer: Actor, report: Inquiry, home: Household
) -> None:
    say(session, writer, home, is_given=True)

    shown = finished(session, writer, report, people=People.AGREED, codes="012")
    say(session, writer, home, is_given=False)

    assert (shown, seen(session, report)) == (["truoc.jpg", "sau.jpg"], [])
