"""What all pages for phones share: their files, their styles, their layout of text, their answer to a fault."""

import re

import pytest
from sqlmodel import Session
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from time_machine import Traveller

from core.errors import NotFound
from core.i18n import N_
from tests.web.day import Day, Outline, make_ward, phone
from web import pages, prose, styles
from web.files import FILES, FOLDER, address
from web.prose import Block

TEMPLATES = sorted(path.name for path in (FOLDER.parent / "templates").glob("*.html"))
SHARED = {
    "attached.html", "attendance.html", "base.html", "duty_hours.html", "icons.html", "parts.html", "relay_foot.html",
    "relay_note.html", "trial.html",
}  # fmt: skip


def test_every_page_has_a_style() -> None:
    assert set(TEMPLATES) - SHARED == set(styles.SECTIONS)


@pytest.mark.parametrize("template", sorted(styles.SECTIONS))
def test_a_page_has_rules_for_every_class_it_uses(template: str) -> None:
    source = "".join((FOLDER.parent / "templates" / name).read_text() for name in ("base.html", template))
    used = {name for found in re.findall(r'class="([\w -]+)"', source) for name in found.split()}

    ruled = set(re.findall(r"\.([a-z][\w-]*)", styles.STYLES[template].css))

    assert used - ruled == set()


def test_a_drawn_page_carries_the_rules_of_its_parts(day: Day) -> None:
    paths = (day.page, day.relay_page, f"{day.relay_page}/cannot", day.leaders_page, f"{day.leaders_page}?group={day.group.id}")

    for path in paths:
        html = phone().get(path).text
        rules = html.partition("<style>")[2].partition("</style>")[0]
        assert Outline(html).classes - set(re.findall(r"\.([a-z][\w-]*)", rules)) == set(), path


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_kept_for_a_year_under_an_address_that_names_its_version(name: str) -> None:
    answer = phone().get(address(name))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == FILES[name].content_type
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/assets/base.css", "/assets/..%2Fpages.py", "/assets/nothing.js", "/assets/"])
def test_nothing_else_is_served_as_a_file(path: str) -> None:
    assert phone().get(path).status_code == 404


def test_the_script_is_short_and_old_phones_can_read_it() -> None:
    script = FILES["phone.js"].body.decode()

    assert len(script) < 6_000
    assert not re.search(r"=>|\?\.|\?\?|\(\?<|`|\b(?:let|const|async)\b", script)


def test_a_fault_is_a_calm_page_with_a_number_and_no_word_of_its_cause(session: Session, clock: Traveller) -> None:
    class Faulty(pages.PhonePage):
        def get(self, request: object) -> None:
            raise ZeroDivisionError("a secret cause")

    answer = TestClient(Starlette(routes=[Route("/faulty", Faulty)])).get("/faulty")

    assert answer.status_code == 500
    assert re.search(r"Mã tra cứu: [2-9a-z]{8}<", answer.text)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_a_fault_of_the_database_is_a_calm_page_too() -> None:
    answer = phone().get("/a/anything2")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "Cơ sở dữ liệu đang tạm nghỉ" in answer.text


def test_what_a_sentence_is_filled_with_cannot_be_markup(session: Session, clock: Traveller) -> None:
    class Refusing(pages.PhonePage):
        def get(self, request: Request) -> Response:
            raise NotFound(N_("Không có {name}."), name="<b>{x}</b>")

    make_ward(session)

    answer = TestClient(Starlette(routes=[Route("/refusing", Refusing)])).get("/refusing")

    assert answer.status_code == 404
    assert "Không có &lt;b&gt;{x}&lt;/b&gt;." in answer.text


def test_a_code_that_is_over_says_what_was_here(session: Session, clock: Traveller) -> None:
    class Over(pages.PhonePage):
        def get(self, request: Request) -> Response:
            return pages.gone(request, was="Lịch tiêm chủng tháng 9", place="Nhà văn hóa")

    make_ward(session)

    answer = TestClient(Starlette(routes=[Route("/over", Over)])).get("/over")

    outline = Outline(answer.text)
    assert answer.status_code == 410
    assert "Lịch tiêm chủng tháng 9" in answer.text
    assert "Dán tại Nhà văn hóa." in answer.text
    assert outline.main_buttons[0]["href"] == "tel:+842093000000"


def test_a_code_that_never_was_comes_with_a_warning(session: Session, clock: Traveller) -> None:
    make_ward(session)

    answer = phone().get("/q/nothing2")

    assert answer.status_code == 404
    assert "đừng chuyển tiền" in answer.text
    assert "<strong>ward.test/q/</strong>" in answer.text


def test_paragraphs_lines_and_orders_are_told_apart() -> None:
    blocks = prose.blocks_of("Kính gửi bà con.\nMưa to.\n\n1. Rời nhà.\n2) Đến trường.\n5. Lạc số.\n\n\n3. Gọi phường.")

    assert blocks == [
        Block(lines=("Kính gửi bà con.", "Mưa to.")),
        Block(steps=("Rời nhà.", "Đến trường.")),
        Block(lines=("5. Lạc số.",)),
        Block(steps=("Gọi phường.",), first=3),
    ]


def test_the_first_words_of_day_and_place_weigh_most() -> None:
    facts = prose.facts_of({"bring": "Căn cước, thẻ", "when": "Thứ Tư, 7 giờ", "where": "Trạm Y tế\nsố 5", "who": "  "})

    assert [(fact.label, fact.weighty, fact.rest) for fact in facts] == [
        ("Khi nào", "Thứ Tư", "7 giờ"), ("Ở đâu", "Trạm Y tế", "số 5"), ("Chuẩn bị", "", "Căn cước, thẻ"),
    ]  # fmt: skip


def test_an_address_stays_whole() -> None:
    [fact] = prose.facts_of({"where": "Tổ 3, 4, 5 Phùng Chí Kiên"})

    assert (fact.weighty, fact.rest) == ("Tổ 3, 4, 5 Phùng Chí Kiên", "")


def test_a_card_says_the_facts_else_the_beginning_of_the_text() -> None:
    assert prose.summary_of({"when": "Thứ Tư", "where": "Trạm Y tế"}, "Bài") == "Thứ Tư · Trạm Y tế"
    long = prose.summary_of({}, "một hai\nba " * 40)
    assert len(long) <= 160
    assert re.fullmatch("một hai ba một .*…", long)


def test_what_is_read_aloud_begins_with_title_and_facts() -> None:
    assert prose.spoken_of("Khám bệnh", {"when": "Thứ Tư."}) == "Khám bệnh. Khi nào: Thứ Tư."
