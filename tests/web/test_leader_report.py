"""A leader reports after the event from a phone without script: a number, a line, photos; and mends it."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from sqlmodel import Session, select
from starlette.testclient import TestClient
from time_machine import Traveller

from core.db import reading
from models import LeaderReport
from services import ports
from tests.factories import NOON
from tests.papers import GPS, pdf, photo
from tests.web.day import Day, Outline, make_day, phone

pytestmark = pytest.mark.usefixtures("documents")
DUE = NOON + timedelta(days=2)
LARGEST_PAGE = 20_000


@pytest.fixture
def asking(session: Session, clock: Traveller, documents: None) -> Day:  # in this order
    outside = ports.ports()
    day = make_day(session, report_by=DUE, expires_at=NOON + timedelta(days=1))
    ports.provide(outside)
    return day


def page_of(day: Day) -> str:
    return f"{day.relay_page}/report"


def send(day: Day, client: TestClient, *photos: bytes, drop: str = "", status: int = 303, **fields: str) -> str:
    files = [("photos", (f"IMG_{place}.jpg", content, "image/jpeg")) for place, content in enumerate(photos)]
    answer = client.post(
        page_of(day),
        data=fields | ({f"drop_{drop}": "1"} if drop else {}),
        files=files or [("photos", ("", b"", "application/octet-stream"))],
    )
    assert answer.status_code == status, answer.text
    return str(answer.text).replace("\xa0", " ")


def reports() -> list[LeaderReport]:
    with reading() as session:
        return list(session.exec(select(LeaderReport)))


def test_a_report_with_photos_is_kept_once_however_often_it_is_pressed(asking: Day) -> None:
    client, brought = phone(), photo(size=(1600, 1200), is_turned=True)

    for _ in range(2):
        send(asking, client, brought, people="31", line="Sạch ngõ 3")

    page = client.get(page_of(asking))
    (report,) = reports()
    assert (report.people, report.line, len(report.photos)) == (31, "Sạch ngõ 3", 1)
    assert "Đã báo phường: 31 người, 1 ảnh" in page.text.replace("\xa0", " ")
    assert len(page.content) < LARGEST_PAGE
    shown = client.get(f"{page_of(asking)}/1")
    assert shown.headers["content-type"] == "image/jpeg"
    assert GPS not in Image.open(BytesIO(shown.content)).getexif()


def test_a_photo_is_taken_away_and_another_added(asking: Day) -> None:
    client = phone()
    send(asking, client, photo(size=(80, 60)), people="31")
    first = reports()[0].photos[0]["sha256"]
    assert Outline(client.get(page_of(asking)).text).all("input", name=f"drop_{first}")

    send(asking, client, photo(size=(90, 60)), drop=first, people="33")

    (report,) = reports()
    assert (report.people, [one["sha256"] != first for one in report.photos]) == (33, [True])


def test_a_wrong_number_keeps_the_photos_for_the_next_press(asking: Day) -> None:
    client = phone()

    said = send(asking, client, photo(size=(80, 60)), status=422, people="nhiều", line="Sạch <b>ngõ</b>")
    carried = Outline(said).all("input", name="photo0")
    assert "Xin ghi một số từ 0 đến 2000" in said
    assert "Sạch &lt;b&gt;ngõ" in said
    assert reports() == []

    send(asking, client, people="9", photo0=str(carried[0]["value"]))
    assert [(one.people, len(one.photos)) for one in reports()] == [(9, 1)]


def test_what_is_no_photo_is_refused_in_a_sentence_and_six_are_too_many(asking: Day) -> None:
    client, five = phone(), [photo(size=(width, 60)) for width in range(60, 65)]

    assert "không phải PDF" in send(asking, client, pdf(), status=422, people="3")
    assert "Nhiều nhất 5 ảnh" in send(asking, client, *five, five[0], status=413, people="3")
    send(asking, client, *five, people="3")
    assert "Nhiều nhất 5 ảnh" in send(asking, client, photo(size=(90, 60)), status=422, people="3")
    assert [len(one.photos) for one in reports()] == [5]


def test_after_its_hour_a_report_is_only_read_and_a_late_one_is_warned_of(asking: Day, clock: Traveller) -> None:
    client = phone()
    clock.move_to(DUE.replace(minute=30))
    assert "báo muộn thì không sửa được" in client.get(page_of(asking)).text.replace("\xa0", " ")

    send(asking, client, people="8")
    send(asking, client, people="80")

    page = client.get(page_of(asking)).text.replace("\xa0", " ")
    assert [one.people for one in reports()] == [8]
    assert "Đã qua hạn sửa" in page
    assert "<form" not in page.split("<main")[1].split("</main")[0]


def test_the_page_is_offered_where_it_is_asked_for_even_when_the_announcement_is_over(
    session: Session, asking: Day, clock: Traveller
) -> None:
    other, client = make_day(session), phone()
    link = f'href="{page_of(asking)}"'

    assert link in client.get(asking.relay_page).text
    client.post(asking.relay_page, data={"do": "posted"})
    assert link in client.get(asking.relay_page).text
    client.post(asking.relay_page, data={"do": "undo"})
    clock.move_to(DUE)
    assert "Việc này đã qua" in client.get(asking.relay_page).text.replace("\xa0", " ")
    assert link in client.get(asking.relay_page).text
    assert "/report" not in client.get(other.relay_page).text
    assert client.get(page_of(other)).status_code == 404
    assert client.get(f"{page_of(asking)}/1").status_code == 404


def test_a_form_of_another_site_is_refused(asking: Day) -> None:
    answer = phone(origin="https://evil.example").post(page_of(asking), files=[("people", (None, "3"))])

    assert answer.status_code == 403
    assert reports() == []
