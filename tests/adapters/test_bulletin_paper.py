"""The month's sheet for a notice board as a PDF: its page, its codes, what does not fit."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from adapters.paper import TypstPaper
from core.errors import Invalid
from services.ports import Bulletin, BulletinCode, BulletinEvent
from tests.adapters.test_paper import codes_on, fonts_of, picture_of, words_of

EVENT = BulletinEvent("05", "thứ Bảy", "Tổng vệ sinh toàn tổ", "6 giờ, nhà văn hóa; mang chổi, xẻng")
HOST = "phuongbackan.example/q/"
CODES = [
    BulletinCode(title, "Nhận tin của phường ngay khi đăng", f"https://{HOST}{slug}", HOST + slug)
    for title, slug in (("Vào nhóm Zalo của tổ", "gc4q9f"), ("Hỏi phường", "48qbu5"), ("Báo hỏng", "xt6zrp"))
]
SHEET = Bulletin(
    "Phường Bắc Kạn", "Tổ 7 (Sông Cầu)", "Tháng 12/2026", [EVENT] * 6, CODES,
    [("96 %", "hộ trong tổ đã vào nhóm Zalo", "134 / 140 hộ")],
    [("Phường Bắc Kạn", "0209 3 812 345"), ("Công an", "113")], "30/11/2026",
)  # fmt: skip


@pytest.mark.parametrize("events", [1, 4, 9])
def test_it_is_one_a3_page_with_every_code_read_back(events: int) -> None:
    pdf = TypstPaper().bulletin(replace(SHEET, events=[EVENT] * events))

    (page,) = PdfReader(BytesIO(pdf)).pages
    assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (842, 1191)
    assert sorted(code.text for code in codes_on(picture_of(pdf, dpi=150))) == sorted(code.url for code in CODES)
    assert {name.split("-")[0] for name in fonts_of(pdf)} == {"BeVietnamPro"}
    words = words_of(pdf)
    for expected in ("Tháng 12/2026", "Tổng vệ sinh toàn tổ", "134 / 140 hộ", "113", "/q/gc4q9f"):
        assert expected in words


def test_a_board_without_codes_and_figures_is_printed() -> None:
    assert "Họp" in words_of(
        TypstPaper().bulletin(replace(SHEET, codes=[], figures=[], events=[replace(EVENT, title="Họp", detail="")]))
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"events": [EVENT, replace(EVENT, title="Việc rất dài " * 20)]}, "Việc ghi dài quá, không vừa bảng tin: Việc rất dài"),
        ({"events": [replace(EVENT, title="x" * 500)]}, "Việc ghi dài quá"),
        ({"events": [replace(EVENT, detail="mang theo sổ hộ khẩu " * 7)] * 9}, "không vừa một tờ A3"),
        ({"events": [replace(EVENT, title="Họp 🎉")]}, "ký tự không in được: 🎉"),
        ({"codes": [replace(CODES[0], title="Nhóm " * 40)]}, "Tên mã dài quá"),
        ({"codes": [replace(CODES[0], url="https://a.vn/" + "x" * 400)]}, "mã in ra nhỏ quá"),
        ({"ward_name": "Phường " * 30}, "Tên đơn vị dài quá"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        TypstPaper().bulletin(replace(SHEET, **wrong))  # type: ignore[arg-type]
