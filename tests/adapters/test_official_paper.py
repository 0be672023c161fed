"""Official papers laid beside Nghị định 30/2020/NĐ-CP, Phụ lục I: every measure is read from the PDF itself."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import Any

import pypdfium2
import pypdfium2.raw
import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from adapters.paper import TypstPaper
from adapters.paper.official import LONGEST_BODY
from core.errors import Invalid
from services.ports import PaperText
from tests.adapters.test_paper import HOSTILE, codes_on, fonts_of, picture_of, words_of

MM = 72 / 25.4
WIDE, HIGH = 210 * MM, 297 * MM
LEFT, RIGHT, TOP, BOTTOM = 30, 20, 22, 20  # within Mục I.2: 30–35, 15–20, 20–25, 20–25 mm
MOTTO, CREED = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
LONG = "Tổ trưởng tổ dân phố, trưởng thôn chuyển thông báo này vào nhóm của tổ, thôn; đến tận nhà những hộ chưa tham gia nhóm."
NOTICE = PaperText(
    kind="THÔNG BÁO", symbol="TB-UBND", parent=(), issuer=("ỦY BAN NHÂN DÂN", "PHƯỜNG BẮC KẠN"), place="Bắc Kạn",
    written_on=date(2026, 3, 5), subject="Về việc khám sàng lọc bệnh đái tháo đường miễn phí cho người từ 40 tuổi trở lên", to="",
    body=(("", LONG), ("1. Thời gian:", "7 giờ 00 phút, thứ Bảy, ngày 28 tháng 11 năm 2026."), ("", "Đề nghị bà con đến đủ./.")),
    recipients=("Các tổ dân phố, thôn;", "Lưu: VT."), signing=("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"),
    signer="Hoàng Thị Hữu", contact=("Số 1, đường Trường Chinh. Điện thoại: 0209 3 812 345",), number=5,
    issued_on=date(2026, 3, 5),
)  # fmt: skip
TWO_PAGES = replace(NOTICE, body=(("", LONG),) * 14 + (("", "Đề nghị bà con đến đủ./."),))


@dataclass(frozen=True)
class Line:
    """What stands on one line of a page, in millimetres from the upper left, and how it is set."""

    words: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    font: str


@lru_cache
def printed(paper: PaperText) -> bytes:
    return TypstPaper().official(paper)


def lines_of(pdf: bytes, *, page: int = 0) -> list[Line]:
    """Letters of one size and font that stand together on a base line. Points turned into millimetres."""
    text = pypdfium2.PdfDocument(pdf)[page].get_textpage()
    found: list[Line] = []
    raw = pypdfium2.raw
    for at in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text.raw, at))
        if not letter.strip():
            if found and letter == " ":
                found[-1] = replace(found[-1], words=found[-1].words + " ")
            continue
        left, bottom, right, top = text.get_charbox(at, loose=True)
        name = raw.ctypes.create_string_buffer(100)
        raw.FPDFText_GetFontInfo(text.raw, at, name, 100, raw.ctypes.c_int())
        box = (left / MM, right / MM, (HIGH - top) / MM, (HIGH - bottom) / MM)
        size, font = round(raw.FPDFText_GetFontSize(text.raw, at), 1), name.value.decode().split("+")[-1]
        last = found[-1] if found else None
        if last and (last.size, last.font) == (size, font) and abs(last.bottom - box[3]) < 0.3 and -1 < box[0] - last.right < 8:
            found[-1] = replace(last, words=last.words + letter, right=box[1])
        else:
            found.append(Line(letter, *box, size, font))
    return [replace(line, words=" ".join(line.words.split())) for line in found]


def line_of(pdf: bytes, words: str, *, page: int = 0) -> Line:
    found = [line for line in lines_of(pdf, page=page) if line.words == words]
    assert len(found) == 1, (words, [line.words for line in lines_of(pdf, page=page)])
    return found[0]


def rules_of(pdf: bytes) -> list[tuple[float, float, float]]:
    """Horizontal strokes of the first page: left, right, from above, in millimetres."""
    reader = PdfReader(BytesIO(pdf))
    matrices, found = [(1.0, 0.0, 0.0, 1.0, 0.0, 0.0)], []
    start, path = (0.0, 0.0), list[tuple[float, float]]()
    content = ContentStream(reader.pages[0].get_contents(), reader)
    for operands, operator in content.operations:
        a, b, c, d, e, f = matrices[-1]
        if operator == b"q":
            matrices.append(matrices[-1])
        elif operator == b"Q":
            matrices.pop()
        elif operator == b"cm":
            g, h, i, j, k, m = (float(value) for value in operands)
            matrices[-1] = (
                g * a + h * c, g * b + h * d, i * a + j * c, i * b + j * d, k * a + m * c + e, k * b + m * d + f,
            )  # fmt: skip
        elif operator in (b"m", b"l"):
            x, y = (float(value) for value in operands)
            point = (a * x + c * y + e, b * x + d * y + f)
            start, path = (point, [point]) if operator == b"m" else (start, [*path, point])
        elif operator == b"S" and len(path) == 2 and abs(path[0][1] - path[1][1]) < 0.01:
            (left, y), (right, _) = sorted(path)
            found.append((left / MM, right / MM, (HIGH - y) / MM))
    return found


def middle(line: Line) -> float:
    return (line.left + line.right) / 2


def test_the_page_is_a4_and_nothing_stands_in_its_margins() -> None:
    pdf = printed(TWO_PAGES)

    for number, page in enumerate(PdfReader(BytesIO(pdf)).pages):
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx((595.28, 841.89), abs=0.1)
        for line in lines_of(pdf, page=number):
            in_header = line.bottom < TOP and line.words == str(number + 1)
            assert line.left >= LEFT - 0.3, line
            assert line.right <= 210 - RIGHT + 0.3, line
            assert line.bottom <= 297 - BOTTOM + 0.5, line
            assert in_header or line.top >= TOP - 1.5, line


def test_no_words_of_a_title_or_body_are_read_as_markup() -> None:
    """All hostile texts at once: one is the subject too, each is a paragraph, bold at its beginning."""
    hostile = [*HOSTILE, "*đậm* _nghiêng_ **x**", "# Tổ 7 <thôn> $5 + $6$", "[đây](https://x.vn) `mã` @nhan <nhan>"]
    body = [(words, words) for words in hostile]

    text = words_of(TypstPaper().official(replace(NOTICE, subject=hostile[-2], body=body)))

    flat = "".join(text.split())
    assert flat.count("".join(hostile[-2].split())) == 3, text
    assert all(flat.count("".join(words.split())) >= 2 for words in hostile), text


def test_the_font_has_the_measures_of_the_decree_s_and_is_in_the_file() -> None:
    fonts = fonts_of(printed(NOTICE))

    assert all(fonts.values())
    assert {name.split("-")[0] for name in fonts} == {"Tinos"}


def test_box_1_motto_and_creed_stand_on_one_line_each_in_the_right_half() -> None:
    motto, creed = line_of(printed(NOTICE), MOTTO), line_of(printed(NOTICE), CREED)

    assert (motto.size, creed.size) == (13, 14)
    assert {motto.font, creed.font} == {"Tinos-Bold"}
    assert motto.right == pytest.approx(210 - RIGHT, abs=0.6)
    assert motto.left > 90
    assert middle(motto) == pytest.approx(middle(creed), abs=0.5)


def test_box_1_the_line_below_the_creed_is_as_long_as_it() -> None:
    creed = line_of(printed(NOTICE), CREED)

    assert any(
        (rule[0], rule[1]) == pytest.approx((creed.left, creed.right), abs=0.6) and 0 < rule[2] - creed.top < 10
        for rule in rules_of(printed(NOTICE))
    )  # fmt: skip


def test_box_2_the_issuer_stands_bold_over_a_line_of_a_third_to_half_its_length() -> None:
    body, ward = line_of(printed(NOTICE), "ỦY BAN NHÂN DÂN"), line_of(printed(NOTICE), "PHƯỜNG BẮC KẠN")

    assert (body.size, ward.size, body.font, ward.font) == (13, 13, "Tinos-Bold", "Tinos-Bold")
    length = ward.right - ward.left
    (rule,) = [one for one in rules_of(printed(NOTICE)) if one[1] < 100 and one[2] < 50]
    assert 1 / 3 <= (rule[1] - rule[0]) / length <= 1 / 2
    assert (rule[0] + rule[1]) / 2 == pytest.approx(middle(ward), abs=0.6)


def test_box_2_the_body_above_is_upright() -> None:
    pdf = printed(replace(NOTICE, parent=("TỈNH THÁI NGUYÊN",)))

    assert line_of(pdf, "TỈNH THÁI NGUYÊN").font == "Tinos-Regular"


def test_boxes_3_and_4_number_and_day_take_their_zeros() -> None:
    number, day = line_of(printed(NOTICE), "Số: 05/TB-UBND"), line_of(printed(NOTICE), "Bắc Kạn, ngày 05 tháng 3 năm 2026")

    assert (number.size, number.font) == (13, "Tinos-Regular")
    assert day.size in (13, 14)
    assert day.font == "Tinos-Italic"
    assert number.bottom == pytest.approx(day.bottom, abs=0.6)
    february = printed(replace(NOTICE, issued_on=date(2026, 2, 28), number=112))
    assert line_of(february, "Số: 112/TB-UBND")
    assert line_of(february, "Bắc Kạn, ngày 28 tháng 02 năm 2026")


def test_box_5_kind_and_subject_stand_bold_in_the_middle_over_a_line() -> None:
    pdf = printed(replace(NOTICE, subject="Về việc tổng vệ sinh toàn phường"))
    kind, subject = line_of(pdf, "THÔNG BÁO"), line_of(pdf, "Về việc tổng vệ sinh toàn phường")

    centre = (LEFT + 210 - RIGHT) / 2
    assert (kind.size, subject.size, kind.font, subject.font) == (14, 14, "Tinos-Bold", "Tinos-Bold")
    assert middle(kind) == pytest.approx(centre, abs=0.6)
    assert middle(subject) == pytest.approx(centre, abs=0.6)
    (rule,) = [one for one in rules_of(pdf) if 0 < one[2] - subject.bottom < 5]
    assert 1 / 3 <= (rule[1] - rule[0]) / (subject.right - subject.left) <= 1 / 2


def test_box_6_the_body_is_14_points_its_first_lines_half_an_inch_in_six_points_apart() -> None:
    body = [line for line in lines_of(printed(TWO_PAGES)) if line.size == 14 and line.font == "Tinos-Regular"]
    firsts = [line for line in body if line.words.startswith("Tổ trưởng")]

    assert all(line.left == pytest.approx(LEFT + 12.7, abs=0.4) for line in firsts)
    within = body[1].bottom - body[0].bottom
    between = firsts[1].bottom - body[body.index(firsts[1]) - 1].bottom
    assert within * MM / 14 == pytest.approx(1.22, abs=0.03)  # single: Times New Roman's own height is 1.15, one and a half 1.72
    assert (between - within) * MM == pytest.approx(6, abs=0.3)
    assert body[1].left == pytest.approx(LEFT, abs=0.4)


def test_box_6_the_grounds_of_a_paper_stand_in_italics() -> None:
    grounds = "Căn cứ Kế hoạch số 15/KH-UBND của Ủy ban nhân dân phường;"

    pdf = printed(replace(NOTICE, body=(("", grounds), ("", LONG), ("", "Đề nghị bà con đến đủ./."))))

    (line,) = [one for one in lines_of(pdf) if one.words.startswith("Căn cứ")]
    assert (line.font, line.size) == ("Tinos-Italic", 14)
    assert not [one for one in lines_of(pdf) if one.words.startswith("Tổ trưởng") and one.font != "Tinos-Regular"]


def test_boxes_7_to_9_signatory_and_recipients_stand_level_with_room_for_hand_and_seal() -> None:
    pdf = printed(NOTICE)
    on_behalf, post, signer = (line_of(pdf, words) for words in ("TM. ỦY BAN NHÂN DÂN", "PHÓ CHỦ TỊCH", "Hoàng Thị Hữu"))
    heading, filed = line_of(pdf, "Nơi nhận:"), line_of(pdf, "- Lưu: VT.")

    assert {line.font for line in (on_behalf, post, signer)} == {"Tinos-Bold"}
    assert {line.size for line in (on_behalf, post, signer)} == {14}
    assert signer.top - post.bottom >= 28
    assert middle(on_behalf) == pytest.approx(middle(signer), abs=0.6)
    assert (heading.size, heading.font, filed.size, filed.font) == (12, "Tinos-BoldItalic", 11, "Tinos-Regular")
    assert abs(heading.bottom - on_behalf.bottom) < 1.5


@pytest.mark.parametrize(("urgency", "words", "width"), [
    ("urgent", "KHẨN", 20), ("very_urgent", "THƯỢNG KHẨN", 40), ("emergency", "HỎA TỐC", 30),
])  # fmt: skip
def test_box_10_the_stamp_of_urgency_is_red_in_its_frame(urgency: str, words: str, width: int) -> None:
    pdf = printed(replace(NOTICE, urgency=urgency))
    stamp = line_of(pdf, words)
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=254 / 72).to_pil().convert("RGB")
    red = [
        (x, y) for x in range(300, 1000) for y in range(int(stamp.top * 10) - 60, int(stamp.bottom * 10) + 60)
        if (pixel := picture.getpixel((x, y)))[0] > 180 and pixel[1] < 90
    ]  # fmt: skip

    assert (stamp.size, stamp.font) == (13, "Tinos-Bold")
    assert (max(x for x, _ in red) - min(x for x, _ in red)) / 10 == pytest.approx(width, abs=0.6)
    assert (max(y for _, y in red) - min(y for _, y in red)) / 10 == pytest.approx(8, abs=0.6)


def test_box_13_the_address_stands_at_the_foot_of_the_first_page() -> None:
    address = line_of(printed(TWO_PAGES), "Số 1, đường Trường Chinh. Điện thoại: 0209 3 812 345")

    assert address.size in (11, 12)
    assert address.bottom > 297 - BOTTOM - 6
    assert any(one[2] < address.top + 1 and one[1] - one[0] > 100 for one in rules_of(printed(TWO_PAGES)))


def test_pages_are_numbered_from_the_second_in_the_middle_of_the_margin_above() -> None:
    pdf = printed(TWO_PAGES)

    assert not [line for line in lines_of(pdf) if line.words == "1"]
    number = line_of(pdf, "2", page=1)
    assert number.size in (13, 14)
    assert middle(number) == pytest.approx((LEFT + 210 - RIGHT) / 2, abs=0.6)
    assert number.bottom < TOP


def test_no_page_holds_a_signature_alone() -> None:
    for paragraphs in range(8, 15):
        pdf = printed(replace(NOTICE, body=(("", LONG),) * paragraphs + (("", "Đề nghị bà con đến đủ./."),)))
        last = lines_of(pdf, page=len(PdfReader(BytesIO(pdf)).pages) - 1)

        assert "Đề nghị bà con đến đủ./." in [line.words for line in last]


def test_a_draft_says_so_and_has_neither_number_nor_day() -> None:
    draft = replace(NOTICE, number=None, issued_on=None, draft="Dự thảo lần 2, in ngày 05/03/2026")
    words = [line.words for line in lines_of(printed(draft))]

    assert "DỰ THẢO" in words
    assert "Dự thảo lần 2, in ngày 05/03/2026" in words
    assert not [one for one in words if "05/TB" in one or "ngày 05 tháng" in one]
    assert "DỰ THẢO" not in [line.words for line in lines_of(printed(NOTICE))]


def test_nothing_but_letters_lines_and_a_code_is_drawn() -> None:
    """No seal, no signature: the file holds no picture."""
    resources: list[Any] = [page["/Resources"] for page in PdfReader(BytesIO(printed(NOTICE))).pages]

    assert not any("/XObject" in one for one in resources)


def test_the_text_can_be_read_out_letter_by_letter() -> None:
    found = "".join(line.words for line in lines_of(printed(NOTICE)))

    assert unicodedata.is_normalized("NFC", found)
    for words in (NOTICE.subject, LONG, "7 giờ 00 phút, thứ Bảy, ngày 28 tháng 11 năm 2026."):
        assert words.replace(" ", "") in found.replace(" ", "").replace("\u00a0", "")


def test_a_code_at_the_foot_is_read_back() -> None:
    pdf = printed(replace(NOTICE, url="https://phuongbackan.example/a/4vk5dmxq2"))

    assert [code.text for code in codes_on(picture_of(pdf))] == ["https://phuongbackan.example/a/4vk5dmxq2"]


def test_an_invitation_says_whom_it_is_for() -> None:
    pdf = printed(replace(NOTICE, kind="GIẤY MỜI", symbol="GM-UBND", to="Ông (bà) Nông Văn Khỏe"))

    assert line_of(pdf, "Kính gửi: Ông (bà) Nông Văn Khỏe").size in (13, 14)


@pytest.mark.parametrize("ward", ["PHƯỜNG NGUYỄN THỊ MINH KHAI", "ĐẶC KHU CÔN ĐẢO", "XÃ PHÙNG CHÍ KIÊN"])
def test_long_names_of_wards_do_not_meet_the_motto(ward: str) -> None:
    pdf = printed(replace(NOTICE, issuer=("ỦY BAN NHÂN DÂN", ward)))
    left = max(line.right for line in lines_of(pdf) if line.top < 40 and line.left < 90)

    assert left < line_of(pdf, MOTTO).left


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"issuer": ("ỦY BAN NHÂN DÂN", "PHƯỜNG PHÙNG NGUYÊN KHUYẾN TRƯƠNG THỊ MINH KHƯƠNG")}, "Tên cơ quan ban hành dài quá"),
        ({"place": "Nguyễn Thị Minh Khai, tỉnh Thái Nguyên, nước Việt Nam, Đông Nam Á"}, "Địa danh dài quá"),
        ({"subject": "x" * 90}, "Trích yếu có từ dài quá"),
        ({"subject": "Khám ☎ miễn phí"}, "ký tự không in được: ☎"),
        ({"body": (("", "x" * (LONGEST_BODY + 1)),)}, "dài quá"),
        ({"url": "https://phuongbackan.example/a/" + "x" * 200}, "mã in ra nhỏ quá"),
    ],
)
def test_what_cannot_be_set_is_refused_in_words(wrong: dict[str, object], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        TypstPaper().official(replace(NOTICE, **wrong))  # type: ignore[arg-type]
