"""What everybody may read of a ward's use of data, and the household's own switches."""

from datetime import date

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from models import AuditEvent, Consent, ConsentWay, Extra, IdentityCheck, RequestKind, Role, SubjectRequest, Unit
from services import household_messages, privacy_files, privacy_purposes
from services.privacy_files import FileForm, ProcessorForm
from services.privacy_purposes import PurposeForm
from tests.factories import make_actor, make_household, make_unit
from web.public import app

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, code="01843", name="Phường Bắc Kạn")


def phone() -> TestClient:
    return TestClient(app, base_url="http://ward.test")


def test_the_notice_says_what_for_how_long_whom_to_turn_to_and_who_else_gets_it(session: Session, ward: Unit) -> None:
    official = make_actor(session, unit=ward, role=Role.OFFICIAL)
    form = FileForm(officer="Bà Hà Thị Thu", phone="0209 3812 345", notice="Phường không bán dữ liệu.")
    privacy_files.write(session, actor=official, ward_id=ward.id, form=form)
    outside = ProcessorForm("Zalo OA", fields="tài khoản", country="sg")
    privacy_files.write_processor(session, actor=official, ward_id=ward.id, form=outside)
    session.commit()

    page = phone().get("/privacy?xa=01843").text

    for said in (
        "Bà Hà Thị Thu",
        "0209 381 2345",
        "không bán dữ liệu",
        "Zalo OA",
        "Ở nước ngoài: SG",
        "Giữ 12 tháng",
        "24/11/2026",
    ):
        assert said in page
    assert "Tài khoản cán bộ" not in page
    assert "/privacy" in phone().get("/ask?xa=01843").text


@pytest.mark.parametrize(
    ("language", "name", "fields"),
    [("en", "Publishing photos of activities", "no date of birth"), ("ja", "活動写真の公開", "生年月日と病歴は含みません")],
)
def test_what_the_house_brings_along_is_read_in_the_readers_language_a_wards_own_words_as_written(
    session: Session, ward: Unit, language: str, name: str, fields: str
) -> None:  # fmt: skip
    official = make_actor(session, unit=ward, role=Role.OFFICIAL)
    before = phone().get("/privacy?xa=01843", headers={"accept-language": language}).text
    privacy_purposes.take_usual(session, actor=official, ward_id=ward.id)
    first = privacy_purposes.listing(session, actor=official, ward_id=ward.id)[0]
    own = PurposeForm("Loa {của} phường", first.basis, fields="họ tên {0}")
    privacy_purposes.write(session, actor=official, ward_id=ward.id, form=own, purpose_id=first.id)
    session.commit()

    after = phone().get("/privacy?xa=01843", headers={"accept-language": language}).text

    for page in (before, after):
        assert name in page
        assert fields in page
        assert "Nhắn tin" not in page
    assert "Loa {của} phường" in after
    assert "họ tên {0}" in after


def test_what_somebody_asks_about_the_own_data_waits_at_the_desk_for_a_look_at_who_asks(session: Session, ward: Unit) -> None:
    said = {"kind": "erase", "name": "Nông Thị Lan", "contact": "0912 345 678", "text": "Xin xóa số của tôi."}

    silent = phone().post("/privacy?xa=01843", data=said | {"contact": " "})
    sent = [phone().post("/privacy?xa=01843", data=said).text for _ in range(2)]

    assert silent.status_code == 422
    assert "Xin ghi phường trả lời ông/bà ở đâu." in silent.text
    assert all("Phường đã nhận yêu cầu về dữ liệu" in page for page in sent)
    [request] = session.exec(select(SubjectRequest)).all()
    assert (request.kind, request.way, request.identity) == (RequestKind.ERASE, ConsentWay.PAGE, IdentityCheck.NONE)
    assert (request.household_id, request.answer_by) == (None, date(2026, 11, 26))
    [event] = session.exec(select(AuditEvent)).all()  # of the first of the two
    assert (event.action, event.subject_id, event.details) == (
        "subject_request.asked", str(request.id), {"kind": "erase", "way": "page", "due_on": "2026-12-14"},
    )  # fmt: skip
    assert not any(word in event.model_dump_json() for word in ("Lan", "0912", "Xin xóa"))


def test_a_household_turns_each_thing_on_and_off_on_its_own_page(session: Session, ward: Unit) -> None:
    home = make_household(session, unit=make_unit(session, parent=ward))
    path = household_messages.path_of(home.id)

    for press in ("surveys_no", "surveys_no", "photos_yes", "everything_no"):
        assert phone().post(path, data={"do": press}).status_code == 200

    said = session.exec(select(Consent.extra, Consent.is_given)).all()
    assert sorted(said) == [(Extra.PHOTOS, True), (Extra.SURVEYS, False)]
    assert 'value="surveys_yes"' in phone().get(path).text
