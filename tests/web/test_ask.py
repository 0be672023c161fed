"""`/ask` on a resident's phone: ask without script or account, follow it, say whether it helped."""

import pytest
from PIL import Image
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from models import Inquiry, InquiryKind, InquiryMessage, InquiryStatus, Role, Unit
from services import attachments, inquiry_answers, public_answers, reports_done
from services.shown_photos import People
from tests import papers
from tests.factories import make_actor, make_inquiry
from tests.web.day import Day, Outline, make_ward, phone

SCRIPT = "<img src=x onerror=alert(1)>\"'"
LARGEST_PAGE = 20_000


@pytest.fixture
def ward(session: Session, clock: Traveller) -> Unit:
    return make_ward(session)


def photo(size: tuple[int, int] = (40, 30)) -> bytes:
    return papers.photo(size=size)


def send(browser: TestClient, *, files: list[tuple[str, bytes]] | None = None, **fields: str) -> str:
    """Press the form; where it leads, or the page that says why not."""
    sent = [("photos", (name, content, "image/jpeg")) for name, content in files or [("", b"")]]
    answer = browser.post("/ask", data=fields, files=sent)
    return str(answer.headers.get("location", answer.text))


def test_a_question_is_sent_without_script_and_has_its_own_page(session: Session, ward: Unit) -> None:
    browser = phone()
    form = browser.get("/ask")
    led_to = send(browser, text="Mai có tiêm phòng không?", name="Lan")
    page = browser.get(led_to).text

    assert len(form.content) < LARGEST_PAGE
    assert "script" not in form.headers["content-security-policy"].partition("script-src")[0]
    assert led_to.endswith("?said=sent")
    assert "Mai có tiêm phòng không?" in page
    assert "Sẽ trả lời trước" in page
    assert session.exec(select(Inquiry)).one().from_name == "Lan"


def test_who_asked_sees_the_answer_and_says_not_yet(session: Session, ward: Unit) -> None:
    clerk = make_actor(session, unit=ward, role=Role.STAFF)
    asked = make_inquiry(session, unit=ward)
    inquiry_answers.answer(session, actor=clerk, inquiry_id=asked.id, text="Có. Xem https://ward.test/p/1.004194")
    session.commit()
    browser, here = phone(), f"/ask/{asked.token}"

    page = browser.get(here).text
    assert "Phường đã trả lời" in page
    assert '<a href="https://ward.test/p/1.004194"' in page
    browser.post(here, data={"do": "not_yet"})
    session.refresh(asked)
    assert (asked.status, asked.has_helped) == (InquiryStatus.ASSIGNED, False)
    session.commit()

    assert "Cháu mới hai tuổi" in browser.post(here, data={"text": "Cháu mới hai tuổi"}, follow_redirects=True).text
    inquiry_answers.answer(session, actor=clerk, inquiry_id=asked.id, text="Hai tuổi tiêm được.")
    session.commit()
    browser.post(here, data={"do": "helped"})
    session.refresh(asked)
    assert (asked.status, asked.has_helped) == (InquiryStatus.CLOSED, True)


def test_a_complaint_is_told_where_to_go_and_kept_nowhere(session: Session, ward: Unit, documents: None) -> None:
    before = make_inquiry(session, unit=ward, text="Mai có tiêm không?")
    session.commit()
    browser, folder = phone(), attachments.path_of("0" * 64).parent.parent
    wrong = {"text": "Tôi khiếu nại quyết định thu hồi đất"}
    bad = [("photos", ("don.jpg", photo(), "image/jpeg"))]

    said = [browser.post(path, data=wrong, files=bad).text for path in ("/ask", f"/ask/{before.token}")]

    assert ["Bộ phận tiếp công dân" in one for one in said] == [True, True]
    assert [one.text for one in session.exec(select(InquiryMessage))] == [before.text]
    assert not folder.exists() or not any(folder.iterdir())


def test_something_broken_needs_a_place_and_keeps_photos_without_what_the_camera_adds(
    session: Session, ward: Unit, documents: None
) -> None:
    browser = phone()
    refused = send(browser, kind="broken", text="Đèn đường tắt")
    led_to = send(browser, kind="broken", text="Đèn đường tắt", place="Ngõ 12 đường Trường Chinh", files=[("IMG.jpg", photo())])

    assert 'aria-invalid="true"' in refused
    (kept,) = session.exec(select(InquiryMessage)).one().photos
    with Image.open(attachments.path_of(kept["sha256"])) as stored:
        assert not stored.getexif()
    shown = browser.get(f"{led_to.partition('?')[0]}/1")
    assert (shown.headers["content-type"], shown.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert session.exec(select(Inquiry)).one().kind is InquiryKind.BROKEN


def test_what_was_mended_is_shown_to_all_before_and_after_and_without_who_reported_it(
    session: Session, ward: Unit, documents: None
) -> None:
    send(phone(), kind="broken", text="Đèn đường tắt", place="Ngõ 12", name="Nông Thị Lan", files=[("IMG.jpg", photo())])
    report = session.exec(select(Inquiry)).one()
    reports_done.finish(
        session, actor=make_actor(session, unit=ward), inquiry_id=report.id, note="Đã thay bóng.",
        photos=[attachments.store(photo((60, 45)), name="sau.jpg")], people=People.NOBODY,
    )  # fmt: skip
    session.commit()

    page = phone().get("/ask/done").text
    photos = [phone().get(f"/ask/done/{report.id}/{place}").status_code for place in (1, 2, 3)]

    assert all(words in page for words in ("Đèn đường tắt", "Ngõ 12", "Đã thay bóng.", ">Trước<", ">Sau<"))
    assert "Nông Thị Lan" not in page
    assert photos == [200, 200, 404]


@pytest.mark.parametrize("content", [b"MZ\x90 no picture", b"<html><script>alert(1)</script></html>"])
def test_a_file_that_is_not_what_it_says_is_refused_and_the_words_stay(
    session: Session, ward: Unit, documents: None, content: bytes
) -> None:
    page = send(phone(), text="Hỏi một việc", files=[("anh.jpg", content)])

    assert "không phải PDF hay ảnh" in page
    assert ">Hỏi một việc</textarea>" in page
    assert session.exec(select(Inquiry)).all() == []


def test_too_many_photos_and_bodies_without_end_are_refused(session: Session, ward: Unit) -> None:
    many = [("photos", (f"{n}.jpg", photo(), "image/jpeg")) for n in range(4)]

    assert phone().post("/ask", data={"text": "a"}, files=many).status_code == 413
    assert phone().post("/ask", content=b"text=" + b"a" * 1_000_000,
                        headers={"content-type": "application/x-www-form-urlencoded"}).status_code == 413  # fmt: skip


def test_html_in_a_question_stays_words(session: Session, ward: Unit) -> None:
    browser = phone()
    page = browser.get(send(browser, text=SCRIPT, name=SCRIPT)).text

    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_another_sites_page_may_not_ask_in_somebodys_name(session: Session, ward: Unit) -> None:
    answer = phone().post("/ask", data={"text": "a"}, files={"photos": ("", b"")}, headers={"origin": "https://evil.example"})

    assert answer.status_code == 403


def test_an_answer_that_stands_is_offered_before_the_question_is_sent(session: Session, ward: Unit) -> None:
    clerk = make_actor(session, unit=ward, role=Role.STAFF)
    stands = public_answers.publish(
        session, actor=clerk, question="Bao giờ thu gom rác?", answer="Thứ Ba và thứ Sáu, trước 7 giờ sáng."
    )
    session.commit()
    browser = phone()

    offered = send(browser, text="cho hỏi lịch thu gom rác")
    for _ in range(2):  # once a phone and day
        enough = browser.post(f"/ask/a/{stands.slug}/enough")
    sent = send(browser, text="cho hỏi lịch thu gom rác", still="1")

    assert "Bao giờ thu gom rác?" in offered
    page = browser.get(enough.headers["location"]).text
    assert ("Thứ Ba và thứ Sáu" in page, "đã giúp được" in page) == (True, True)
    assert "Được rồi, không cần hỏi nữa" in browser.get(f"/ask/a/{stands.slug}").text
    session.refresh(stands)
    assert stands.shown == 1
    assert sent.startswith("/ask/")


def test_answers_are_offered_while_somebody_types_and_nothing_of_it_is_kept(session: Session, ward: Unit) -> None:
    clerk = make_actor(session, unit=ward, role=Role.STAFF)
    public_answers.publish(session, actor=clerk, question="Bao giờ thu gom rác?", answer="Thứ Ba và thứ Sáu.")
    make_inquiry(session, unit=ward, text="Bao giờ thu gom rác nhà ông Lý Văn Tú?")
    session.commit()
    browser = phone()
    form = browser.get("/ask")

    found = browser.post("/ask/found", data={"xa": ward.code, "text": "lịch thu gom rác nhà tôi"})

    assert [(one["question"], one["answer"]) for one in found.json()] == [("Bao giờ thu gom rác?", "Thứ Ba và thứ Sáu.")]
    assert (found.headers["cache-control"], form.headers["content-security-policy"].count("connect-src 'self'")) == (
        "no-store",
        1,
    )
    assert browser.post("/ask/found", data={"text": ""}).json() == []
    assert browser.post("/ask/found", data={"text": "rác"}, headers={"origin": "https://evil.example"}).status_code == 403
    asked = [browser.post("/ask/found", data={"text": f"thu gom rác {n}"}).status_code for n in range(20)]
    assert (asked[0], asked[-1]) == (200, 429)
    assert len(session.exec(select(Inquiry)).all()) == 1


def test_who_asks_a_lot_is_asked_a_sum_and_then_held_back(session: Session, ward: Unit) -> None:
    browser = phone()
    browser.get("/ask")
    for n in range(3):
        assert send(browser, text=f"Câu hỏi số {n}").startswith("/ask/")

    page = send(browser, text="Câu hỏi số 4")
    note = Outline(page).all("input", name="note")[0]["value"]
    assert "bằng mấy?" in page
    assert "phép cộng" in send(browser, text="Câu hỏi số 4", note=note, sum="1")
    for n in range(20):
        last = send(browser, text=f"Lại nữa {n}")
    assert "Xin đợi một lúc" in last
    assert len(session.exec(select(Inquiry)).all()) == 3


def test_a_question_from_an_announcement_knows_which(session: Session, day: Day) -> None:
    browser = phone()
    form = browser.get(f"/ask?tb={day.link.slug}").text
    send(browser, text="Có phải nhịn ăn không?", tb=day.link.slug)

    assert day.announcement.title in form
    assert session.exec(select(Inquiry)).one().announcement_id == day.announcement.id
    session.commit()  # the page notes an opening, which waits for whoever may write
    assert f'href="/ask?tb={day.link.slug}"' in browser.get(day.page).text


def test_an_answer_about_an_announcement_stands_there_for_all_who_open_it_later(session: Session, day: Day) -> None:
    before = phone().get(day.page).text
    made = public_answers.publish(
        session, actor=make_actor(session, unit=day.ward), question="Có phải nhịn ăn không?", answer="Có, từ tối hôm trước.",
        announcement_id=day.announcement.id,
    )  # fmt: skip
    session.commit()

    later = phone().get(day.page).text

    assert [f"/ask/a/{made.slug}" in page for page in (before, later)] == [False, True]
    assert "Có phải nhịn ăn không?" in later


def test_an_address_that_never_was_is_said_to_be_none(ward: Unit) -> None:
    assert phone().get("/ask/nothing-here").status_code == 404


def test_doubtful_messages_that_were_looked_into_stand_on_a_page(session: Session, ward: Unit) -> None:
    assert "Chưa có tin nào phải kiểm tra" in phone().get("/ask/rumours").text
    writer = make_actor(session, unit=ward, role=Role.STAFF)
    public_answers.publish(session, actor=writer, question="Lịch rác?", answer="Thứ Ba.")
    made = public_answers.publish(session, actor=writer, question="Mai cắt trợ cấp?", answer="SAI. Không có.", is_rumour=True)
    session.commit()

    page = phone().get("/ask/rumours").text

    assert f"/ask/a/{made.slug}" in page
    assert "Lịch rác?" not in page
    assert "Phường đã kiểm tra: SAI" in phone().get(f"/ask/a/{made.slug}").text
