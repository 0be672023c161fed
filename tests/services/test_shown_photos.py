"""Photos that everybody may see: nobody in them, or only those who said yes, and while they do."""

from typing import Any

import pytest
from sqlmodel import Session

from core.errors import Invalid
from models import ConsentWay, Extra, Household, Inquiry, InquiryKind, Unit
from services import consents, reports_done
from services.access import Actor
from services.consents import Said
from services.shown_photos import People
from tests.factories import make_actor, make_household, make_inquiry, make_unit

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


def test_photos_of_those_who_agreed_are_shown_until_they_take_it_back(
    session: Session, writer: Actor, report: Inquiry, home: Household
) -> None:
    say(session, writer, home, is_given=True)

    shown = finished(session, writer, report, people=People.AGREED, codes="012")
    say(session, writer, home, is_given=False)

    assert (shown, seen(session, report)) == (["truoc.jpg", "sau.jpg"], [])
