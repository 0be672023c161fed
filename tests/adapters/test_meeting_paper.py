"""Invitation slips and lists to sign, as they leave the printer."""

from dataclasses import replace

import pytest

from adapters.paper import TypstPaper
from adapters.paper.events import LINES, MOST, SLIPS
from core.errors import Invalid
from services.ports import MeetingPaper
from tests.adapters.test_paper import codes_on, picture_of, words_of

URL = "https://phuongbackan.example/a/4vk5dmxq2"
MEETING = MeetingPaper(
    "Họp tổ dân phố cuối năm", "Phường Bắc Kạn", "Tổ 7, Sông Cầu",
    [("Thời gian", "19 giờ 30 phút"), ("Địa điểm", "Nhà văn hóa Tổ 7")],
    URL, [("Nông Văn Khỏe", "Số 12"), ("Hà Thị Mẫn", ""), ("Nguyễn Phước Quý Ngữ Bảo Hưng Công", "Số 3"), ("Lý Thị Sen", "Số 4")],
)  # fmt: skip


def test_each_household_has_a_slip_with_its_name_and_the_code() -> None:
    pdf, pages = TypstPaper().invitation_slips(MEETING)

    assert pages == 2
    first, second = words_of(pdf), words_of(pdf, page=1)
    for name in ("Nông Văn Khỏe", "Hà Thị Mẫn", "Nguyễn Phước Quý Ngữ Bảo Hưng Công"):
        assert name in first
    assert "Lý Thị Sen" in second
    assert first.count("Họp tổ dân phố cuối năm") == first.count("19 giờ 30 phút") == SLIPS
    assert [code.text for code in codes_on(picture_of(pdf))] == [URL] * SLIPS


def test_the_list_has_a_line_a_household_numbered_through() -> None:
    people = [(f"Hoàng Văn {n}", f"Số {n}") for n in range(LINES + 1)]

    pdf, pages = TypstPaper().attendance_list(replace(MEETING, people=people))

    assert pages == 2
    assert "Hoàng Văn 21" in words_of(pdf)
    assert f"{LINES + 1} Hoàng Văn {LINES} Số {LINES}" in words_of(pdf, page=1)
    assert "Ký tên" in words_of(pdf, page=1)
    assert [code.text for code in codes_on(picture_of(pdf, page=1))] == [URL]


def test_a_letter_no_font_has_stands_as_a_dot_on_the_list() -> None:
    pdf, _pages = TypstPaper().attendance_list(replace(MEETING, people=[("Hà 🎉 Mẫn", "")]))

    assert "Hà · Mẫn" in words_of(pdf)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"people": []}, "Không có hộ nào"),
        ({"people": [("A", "")] * (MOST + 1)}, str(MOST)),
        ({"people": [("Nguyễn Phước Quý Ngữ " * 8, "")]}, "Tên dài quá, không vừa: Nguyễn Phước"),
        ({"people": [("Hà 🎉 Mẫn", "")]}, "ký tự không in được: 🎉"),
        ({"title": "Nội dung họp " * 30}, "Nội dung mời dài quá"),
    ],
)
def test_a_slip_that_cannot_be_printed_well_is_refused_in_words(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        TypstPaper().invitation_slips(replace(MEETING, **wrong))  # type: ignore[arg-type]
