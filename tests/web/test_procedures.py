"""`/p` and `/p/{code}`: the ward's procedures on a phone."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from starlette.testclient import TestClient

from core import formats
from models import Procedure, ProcedureLevel, Unit
from services import attachments, public_answers
from tests.factories import make_actor, make_procedure, make_unit
from tests.papers import photo
from web.public import app

LARGEST_PAGE = 20_000


@pytest.fixture
def phone(engine: Engine) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://ward.test", follow_redirects=False) as client:
        yield client


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn", code="01843", office_hours="7 giờ 30 – 11 giờ 30")


def stay(session: Session, ward: Unit, **overrides: object) -> Procedure:
    fields = {
        "code": "1.004194", "name": "Đăng ký tạm trú", "field": "Cư trú", "level": ProcedureLevel.FULL, "days": 3, "fee": 7000,
        "documents": "Tờ khai CT01\nGiấy tờ về chỗ ở", "portal_url": "https://dichvucong.gov.vn/x", "desk": "Quầy 3",
        "steps": ["Đăng nhập VNeID", "Nộp"], "events": ["moving"],
    } | overrides  # fmt: skip
    made = make_procedure(session, unit=ward, **fields)
    session.rollback()
    return made


def test_a_procedure_says_what_to_bring_how_long_how_much_and_where(phone: TestClient, session: Session, ward: Unit) -> None:
    stay(session, ward)

    answer = phone.get("/p/1.004194")

    assert answer.status_code == 200
    for words in (
        "Đăng ký tạm trú", "3 ngày làm việc", "7.000 đồng", "Quầy 3", "<li><span>Tờ khai CT01</span></li>", "Đăng nhập VNeID",
        'href="https://dichvucong.gov.vn/x"', "Mở trang dichvucong.gov.vn", "7 giờ", 'href="tel:+842093000000"', "24/11/2026",
    ):  # fmt: skip
        assert words in answer.text.replace("\u00a0", " "), words
    assert len(answer.content) < LARGEST_PAGE
    assert "<script src=" in answer.text
    assert "onclick" not in answer.text


def test_what_is_same_day_and_free_is_said_in_words(phone: TestClient, session: Session, ward: Unit) -> None:
    stay(session, ward, code="1.001193", days=0, fee=0, portal_url=None, desk="")

    text = phone.get("/p/1.001193").text

    assert "Trong ngày" in text
    assert "Không thu" in text
    assert "Nộp trực tuyến<" not in text
    assert "Bộ phận Một cửa" in text


def test_the_page_speaks_the_phones_language_and_the_texts_stay_vietnamese(
    phone: TestClient, session: Session, ward: Unit
) -> None:
    stay(session, ward)

    answer = phone.get("/p/1.004194", headers={"accept-language": "ja"})

    assert '<html lang="ja">' in answer.text
    assert '<h1 lang="vi">Đăng ký tạm trú</h1>' in answer.text
    assert "Cần chuẩn bị" not in answer.text


def test_a_page_drawn_a_moment_ago_is_served_whole_with_its_headers_and_is_seen_changed(
    phone: TestClient, session: Session, ward: Unit
) -> None:
    one = stay(session, ward, code="1.000001")
    first, again = phone.get("/p/1.000001"), phone.get("/p/1.000001")
    one.days = 9
    session.add(one)
    session.commit()

    late = phone.get("/p/1.000001")

    assert first.text == again.text
    assert dict(first.headers) | {"content-length": ""} == dict(again.headers) | {"content-length": ""}
    assert "9 ngày" in late.text.replace("\u00a0", " ")


@pytest.mark.usefixtures("documents")
def test_a_step_has_a_picture_that_tells_its_size_and_is_fetched_only_when_opened(
    phone: TestClient, session: Session, ward: Unit
) -> None:
    picture = attachments.store_photo(photo(), name="màn hình.jpg")
    stay(session, ward, pictures=[picture | {"step": 2}])

    page = phone.get("/p/1.004194").text.replace("\u00a0", " ")
    told = phone.get("/p/1.004194/2")
    again = phone.get("/p/1.004194/2", headers={"if-none-match": told.headers["etag"]})

    assert f"Xem ảnh bước 2, {formats.weight(picture['bytes'], language='vi')}".replace("\u00a0", " ") in page
    assert 'src="/p/1.004194/2" loading="lazy"' in page
    assert (told.status_code, told.headers["content-type"], len(told.content)) == (200, "image/jpeg", picture["bytes"])
    assert (again.status_code, phone.get("/p/1.004194/1").status_code) == (304, 404)


def test_the_button_to_ask_leads_to_the_form_about_this_procedure(phone: TestClient, session: Session, ward: Unit) -> None:
    stay(session, ward)

    assert 'href="/ask?tt=1.004194&amp;xa=01843"' in phone.get("/p/1.004194?xa=01843").text


def test_what_the_ward_answered_for_all_is_shown_and_found_beside_procedures(
    phone: TestClient, session: Session, ward: Unit
) -> None:
    made = public_answers.publish(
        session, actor=make_actor(session, unit=ward), question="Bao giờ thu gom rác?", answer="Thứ Ba."
    )  # fmt: skip
    session.commit()
    stay(session, ward)

    pages = [phone.get("/p", params=query).text for query in ({}, {"q": "lịch thu gom rác"}, {"q": "tạm trú"})]

    assert [f"/ask/a/{made.slug}" in page for page in pages] == [True, True, False]


def test_what_people_wrote_is_shown_as_text(phone: TestClient, session: Session, ward: Unit) -> None:
    evil = '<img src=x onerror=alert(1)>"'
    stay(
        session,
        ward,
        name=evil,
        documents=evil,
        steps=[evil],
        desk=f"{evil}\nHai",
        summary=evil,
        field=evil,
        days=None,
        days_text=evil,
    )

    for path in ("/p/1.004194", "/p", "/p?q=img", f"/p?q={evil}"):
        text = phone.get(path).text
        assert "<img src=x" not in text, path
    assert "&lt;img src=x" in phone.get("/p/1.004194").text


def test_a_retired_procedure_says_so_and_whom_to_call(phone: TestClient, session: Session, ward: Unit) -> None:
    stay(session, ward, is_active=False)

    answer = phone.get("/p/1.004194")

    assert answer.status_code == 410
    assert "không còn nhận thủ tục này" in answer.text
    assert 'href="tel:+842093000000"' in answer.text
    assert "dichvucong.gov.vn/x" not in answer.text


@pytest.mark.parametrize("code", ["1.999999", "..%2f..%2fetc", "x" * 300, "1.004194'--"])
def test_a_code_that_never_was_is_not_found(phone: TestClient, session: Session, ward: Unit, code: str) -> None:
    assert phone.get(f"/p/{code}").status_code == 404


def test_the_shelf_searches_in_everyday_words_without_marks(phone: TestClient, session: Session, ward: Unit) -> None:
    stay(session, ward, also_called=["ở trọ"])
    stay(session, ward, code="1.001193", name="Đăng ký khai sinh", field="Hộ tịch", events=["birth"])

    found, event, field, none = (
        phone.get(path).text for path in ("/p?q=o+tro", "/p?viec=birth", "/p?linhvuc=C%C6%B0+tr%C3%BA", "/p?q=kinh+khi+cau")
    )

    assert "/p/1.004194" in found
    assert "/p/1.001193" not in found
    assert "/p/1.001193" in event
    assert "/p/1.004194" not in event
    assert "/p/1.004194" in field
    assert "/p/1.001193" not in field
    assert "Không thấy thủ tục nào" in none
    assert 'href="tel:+842093000000"' in none


def test_the_shelf_begins_with_events_and_fields(phone: TestClient, session: Session, ward: Unit) -> None:
    stay(session, ward)

    text = phone.get("/p").text

    assert "Chuyển chỗ ở" in text
    assert "Sinh con" not in text
    assert "/p?linhvuc=C%C6%B0%20tr%C3%BA" in text


def test_a_shelf_of_a_whole_ward_stays_small(phone: TestClient, session: Session, ward: Unit) -> None:
    for number in range(254):
        names = {"name": f"Đăng ký việc số {number}", "field": f"Lĩnh vực {number % 30}"}
        make_procedure(session, unit=ward, code=f"2.{number:06d}", **names)
    session.rollback()

    sizes = [len(phone.get(path).content) for path in ("/p", "/p?q=viec")]

    assert max(sizes) < LARGEST_PAGE


def test_an_empty_shelf_leads_to_the_ward(phone: TestClient, session: Session, ward: Unit) -> None:
    session.rollback()

    answer = phone.get("/p")

    assert "chưa đưa thủ tục" in answer.text
    assert 'href="tel:+842093000000"' in answer.text


def test_where_two_wards_share_a_house_the_reader_says_which(phone: TestClient, session: Session, ward: Unit) -> None:
    other = make_unit(session, name="Phường Đức Xuân", code="01840")
    stay(session, ward)
    stay(session, other, desk="Quầy 9")

    first, shelf = phone.get("/p/1.004194").text, phone.get("/p").text

    assert '"/p/1.004194?xa=01840"' in first
    assert '"/p?xa=01843"' in shelf
    assert "Quầy 9" in phone.get("/p/1.004194?xa=01840").text
    assert "/p/1.004194?xa=01840" in phone.get("/p?xa=01840&q=tam+tru").text


def test_only_get_is_allowed(phone: TestClient, session: Session, ward: Unit) -> None:
    stay(session, ward)

    assert phone.post("/p/1.004194").status_code == 405
    assert phone.head("/p/1.004194").status_code == 200
