"""Door lists on paper: each code read back, every name whole, what does not fit refused by its unit."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from adapters.paper import TypstPaper
from adapters.paper.door_lists import ROWS_PER_PAGE
from core.errors import Invalid
from services.ports import DoorNotice, DoorRow, DoorSheet
from tests.adapters.test_official_paper import TWO_PAGES
from tests.adapters.test_paper import HOSTILE, codes_on, picture_of, words_of

URL = "https://caunoi.phuongbackan.example/door/" + "0123456789abcdef" * 2
LONG_NAME = "Nguyễn-Phạm Thị Hoàng Bảo Thiên Kim Ngọc Trâm Anh Quỳnh Như"
LONG_ADDRESS = "Số nhà 128/45/12 ngõ 8 đường Nông Văn Quang, gần trạm biến áp cũ"
NOTICE = DoorNotice(
    "Khám sàng lọc đái tháo đường miễn phí", "KHẨN", [("Khi nào", "7 giờ, Chủ nhật 08/02/2026")], "Nhịn ăn sáng.",
    "thứ Sáu 06/02/2026, 17 giờ", "Phường Bắc Kạn", "0209 3812 345", "05/02/2026, 15:40",
)  # fmt: skip


def sheet(rows: int, *, head_name: str = "Bế Thị Nghệ", address: str = "Số 12, ngõ 4", unit: str = "Tổ 13") -> DoorSheet:
    return DoorSheet(
        URL, "Đánh dấu trên điện thoại", unit, "Hà Thị Minh",
        [DoorRow(n, f"SC13-{n:03}", head_name, address, "678") for n in range(1, rows + 1)],
    )  # fmt: skip


@pytest.mark.parametrize(("rows", "pages"), [(1, 1), (ROWS_PER_PAGE, 1), (ROWS_PER_PAGE + 1, 2)])
def test_it_is_a4_across_and_each_page_gives_back_its_code(rows: int, pages: int) -> None:
    pdf, told = TypstPaper().door_lists([sheet(rows)], NOTICE)

    found = PdfReader(BytesIO(pdf)).pages
    assert (told, len(found)) == (pages, pages)
    assert [(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in found] == [(842, 595)] * pages
    assert [code.text for code in codes_on(picture_of(pdf))] == [URL]


def test_it_says_whom_to_tell_what_by_when_and_whose_it_is() -> None:
    words = words_of(TypstPaper().door_lists([sheet(2, head_name=LONG_NAME, address=LONG_ADDRESS)], NOTICE)[0])

    for expected in (
        LONG_NAME, LONG_ADDRESS, "SC13-002", "…678", "Tổ 13", "2 hộ cần báo", "Khám sàng lọc", "KHẨN", "Chủ nhật 08/02/2026",
        "thứ Sáu 06/02/2026", "Hà Thị Minh", "0209 3812 345", "Phường Bắc Kạn", "nộp lại phường hoặc hủy", "1 / 1",
    ):  # fmt: skip
        assert expected in words


def test_each_unit_begins_on_a_page_of_its_own() -> None:
    _pdf, pages = TypstPaper().door_lists([sheet(2), sheet(2, unit="Tổ 14")], NOTICE)

    assert pages == 2


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_people_are_only_words(text: str) -> None:
    """S64."""
    assert text.split()[0][:8] in words_of(TypstPaper().door_lists([sheet(1, head_name=text)], NOTICE)[0])


@pytest.mark.parametrize(
    ("wrong", "of_it"), [("Tên chủ hộ", {"head_name": "Nguyễn " * 40}), ("Địa chỉ", {"address": "Số nhà 128 " * 30})]
)
def test_what_does_not_fit_is_refused_by_its_unit(wrong: str, of_it: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=f"{wrong}.*Tổ 13"):
        TypstPaper().door_lists([sheet(1, **of_it)], NOTICE)


def test_nothing_to_print_is_refused() -> None:
    with pytest.raises(Invalid, match="không có gì để in"):
        TypstPaper().door_lists([], NOTICE)


def test_every_leader_has_the_paper_and_behind_it_the_own_list() -> None:
    paper = TypstPaper().official(TWO_PAGES)

    pdf, pages = TypstPaper().door_packets(paper, [sheet(ROWS_PER_PAGE + 1), sheet(1, unit="Tổ 14")], NOTICE)

    said = [words_of(pdf, page=page) for page in range(pages)]
    kinds = ["paper" if "Độc lập" in words else "list" if "hộ cần báo" in words else "second page" for words in said]
    assert kinds == ["paper", "second page", "list", "list", "paper", "second page", "list"]
    assert ["Tổ 13" in said[2], "2 / 2" in said[3], "Tổ 14" in said[6]] == [True] * 3
    assert [code.text for code in codes_on(picture_of(pdf, page=6))] == [URL]


def test_of_many_leaders_it_is_heard_who_is_done_before_all_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.paper.door_lists.PART_PAGES", 2)
    heard: list[int] = []
    sheets = [sheet(ROWS_PER_PAGE + 1), sheet(1, unit="Tổ 14"), sheet(1, unit="Tổ 15")]

    TypstPaper().door_packets(TypstPaper().official(TWO_PAGES), sheets, NOTICE, tell=heard.append)

    assert heard == [1, 3]
