"""Sheets of codes, looked at as a printer and a phone would: by measure, by letter, by reading back."""

import json
import subprocess
import sys
from collections import Counter
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw
from pypdf import PdfReader

from adapters.paper import LONGEST_TEXT, MOST_PAGES, PER_PAGE, TypstPaper, part
from core.errors import Invalid
from services.ports import Label

Layout = Literal["24", "12", "8", "1"]
LAYOUTS: list[Layout] = ["24", "12", "8", "1"]
LABELS: list[Layout] = ["24", "12", "8"]
WARD = "Phường Bắc Kạn"
LONG_TITLE = "Xác nhận tình trạng hôn nhân cho công dân đang cư trú ở nước ngoài"
HOSTILE = ['#read("/etc/passwd")', "$x$ *b* _i_", "<b>in đậm</b>", "\\ `a` @nguồn ~ a -- b ...", "file:///etc/passwd", "= 'đầu'"]


def label(number: int = 0, **overrides: str) -> Label:
    address = overrides.pop("address", f"phuongbackan.example/q/{number:07}")
    fields = {"title": "Đăng ký tạm trú", "place": "Nhà văn hóa Tổ 7"} | overrides
    return Label(url=f"https://{address}", shown_url=address, **fields)


def printed(*labels: Label, layout: Layout = "24", unit_name: str = WARD) -> bytes:
    return TypstPaper().qr_sheet(labels, layout=layout, unit_name=unit_name)[0]


@lru_cache
def full_page(layout: Layout) -> bytes:
    return printed(*[label(number) for number in range(PER_PAGE[layout])], layout=layout)


def picture_of(pdf: bytes, *, page: int = 0, dpi: int = 254) -> Image.Image:
    """A page in gray; at 254 dpi ten pixels are a millimetre."""
    found: Image.Image = pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    return found


def words_of(pdf: bytes, *, page: int = 0) -> str:
    return " ".join(pypdfium2.PdfDocument(pdf)[page].get_textpage().get_text_range().split())


def codes_on(picture: Image.Image) -> list[Any]:
    return list(zxingcpp.read_barcodes(picture, zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)))


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Names of the fonts of all pages, and whether the file carries them."""
    found = {}
    for page in PdfReader(BytesIO(pdf)).pages:
        for reference in page["/Resources"].get("/Font", {}).values():  # type: ignore[attr-defined]
            outer = reference.get_object()
            inner = outer["/DescendantFonts"][0].get_object()
            found[outer["/BaseFont"].split("+")[-1]] = "/FontFile2" in inner["/FontDescriptor"].get_object()
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_full_page_gives_back_every_code_in_reading_order(layout: Layout) -> None:
    codes = codes_on(picture_of(full_page(layout)))

    in_order = sorted(codes, key=lambda code: (round(code.position.top_left.y, -2), code.position.top_left.x))

    assert [code.text for code in in_order] == [label(number).url for number in range(PER_PAGE[layout])]


@pytest.mark.parametrize(
    ("layout", "codes", "pages"), [("24", 1, 1), ("24", 24, 1), ("24", 25, 2), ("12", 13, 2), ("8", 8, 1), ("1", 3, 3)]
)
def test_pages_are_as_many_as_needed_and_a4(layout: Layout, codes: int, pages: int) -> None:
    pdf, told = TypstPaper().qr_sheet([label(number) for number in range(codes)], layout=layout, unit_name=WARD)

    sizes = [(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in PdfReader(BytesIO(pdf)).pages]
    assert (told, sizes) == (pages, [(595, 842)] * pages)


def test_24_labels_lie_on_the_grid_of_the_pre_cut_sheet() -> None:
    codes = codes_on(picture_of(full_page("24")))

    corners = {code.text: code.position.top_left for code in codes}
    for number in range(24):
        at = corners[label(number).url]
        row, column = divmod(number, 3)
        assert at.x / 10 == pytest.approx(column * 70 + 6, abs=0.4)
        assert at.y / 10 == pytest.approx(0.5 + row * 37 + 6, abs=0.4)


@pytest.mark.parametrize(("layout", "side_mm"), [("24", 25), ("12", 35), ("8", 36), ("1", 110)])
def test_a_code_has_its_size_and_four_modules_of_white_round_it(layout: Layout, side_mm: int) -> None:
    picture = picture_of(full_page(layout))
    for code in codes_on(picture):
        corner, across = code.position.top_left, code.position.bottom_right
        assert (across.x - corner.x) / 10 == pytest.approx(side_mm, abs=0.4)

        white = 4 * (across.x - corner.x) / 29 - 3  # version 3: 29 modules a side
        around = picture.crop((int(corner.x - white), int(corner.y - white), int(across.x + white), int(across.y + white)))
        margin = int(white) - 3
        ImageDraw.Draw(around).rectangle((margin, margin, around.width - margin, around.height - margin), fill=255)
        assert around.convert("1").getcolors() == [(around.width * around.height, 255)]


@pytest.mark.parametrize("layout", LABELS)
def test_nothing_is_printed_where_a_laser_cannot(layout: Layout) -> None:
    picture = picture_of(full_page(layout))

    left, right = picture.crop((0, 0, 54, picture.height)), picture.crop((picture.width - 54, 0, picture.width, picture.height))

    assert left.getextrema() == right.getextrema() == (255, 255)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_our_own_fonts_are_in_the_file_and_no_other(layout: Layout) -> None:
    fonts = fonts_of(full_page(layout))

    assert fonts
    assert all(fonts.values())
    assert {name.split("-")[0] for name in fonts} == {"BeVietnamPro"}


def test_the_fonts_travel_with_their_licences() -> None:
    folder = Path(part.__file__).parent / "fonts"

    families = {path.name.split("-")[0] for path in folder.glob("*.ttf")}

    assert families == {"BeVietnamPro", "Tinos"}
    assert all("SIL OPEN FONT LICENSE" in (folder / f"{name}-LICENSE.txt").read_text().upper() for name in families)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_title_place_unit_and_typed_address_stand_beside_the_code(layout: Layout) -> None:
    words = words_of(full_page(layout))

    for expected in ("Đăng ký tạm trú", "Nhà văn hóa Tổ 7", WARD, "/q/0000000"):
        assert expected in words


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_write_is_printed_as_it_stands(layout: Layout, hostile: str) -> None:
    words = words_of(printed(label(title=hostile, place=hostile), layout=layout, unit_name=hostile))

    assert words.count(hostile) == 3


def test_the_file_tells_the_ward_and_nobody_s_name_or_hour() -> None:
    about = PdfReader(BytesIO(printed(label()))).metadata

    assert about is not None
    assert set(about) == {"/Title", "/Creator"}
    assert (about.title, (about.creator or "").split()[0]) == ("Mã QR · Phường Bắc Kạn", "Typst")
    assert printed(label()) == printed(label())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_long_title_is_set_smaller_and_printed_whole(layout: Layout) -> None:
    title = LONG_TITLE if layout != "24" else "Trợ cấp xã hội hằng tháng cho người cao tuổi"

    assert title in words_of(printed(label(title=title), layout=layout))


def test_a_number_stays_on_the_line_of_its_word() -> None:
    pdf = printed(label(title="Bà con Tổ 10, Sông Cầu", place="Nhà văn hóa Tổ 10, Sông Cầu"))

    lines = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range().replace("\u00a0", " ").splitlines()

    assert [line.strip() for line in lines[1:5]] == ["Bà con Tổ 10,", "Sông Cầu", "Nhà văn hóa", "Tổ 10, Sông Cầu"]


@pytest.mark.parametrize("layout", LABELS)
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": f"{LONG_TITLE}, {LONG_TITLE}, {LONG_TITLE}"}, r"^Tên dài quá.*Xác nhận tình trạng.*/q/0000001"),
        ({"title": "x" * 60}, r"^Tên dài quá.*\(phuongbackan.example/q/0000001\)"),
        ({"title": "x" * (LONGEST_TEXT + 1)}, r"^Tên dài quá.*\(phuongbackan.example/q/0000001\)"),
        ({"place": f"{LONG_TITLE}, {LONG_TITLE}"}, r"^Nơi treo dài quá.*Đăng ký tạm trú \(phuongbackan.example/q/0000001\)"),
        ({"title": "Gọi ☎ 0209 3 812 345"}, r"^Có ký tự không in được: Gọi ☎.*0000001"),
        ({"address": "x" * 60 + ".example/q/1"}, r"^Địa chỉ dài quá, không vừa.*xxx"),
        ({"address": "phuongbackan.example/q/" + "x" * 300}, r"^Địa chỉ dài quá, mã in ra nhỏ quá.*xxx"),
        ({"address": "phuongbackan.example/q/" + "x" * 9000}, r"^Địa chỉ dài quá, mã in ra nhỏ quá.*xxx"),
    ],
)  # fmt: skip
def test_a_label_that_cannot_be_printed_well_is_refused_by_name(layout: Layout, wrong: dict[str, str], sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refusal:
        printed(label(0), label(1, **wrong), layout=layout)

    assert "0000000" not in str(refusal.value)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_unit_name_that_has_no_room_is_refused(layout: Layout) -> None:
    with pytest.raises(Invalid, match="Tên đơn vị dài quá"):
        printed(label(), layout=layout, unit_name=f"{LONG_TITLE} {LONG_TITLE} {LONG_TITLE} {LONG_TITLE}")


def test_many_refused_labels_are_named_up_to_three() -> None:
    with pytest.raises(Invalid, match=r"0000000\); .*0000001\); .*0000002\) \(\+2\)\."):
        printed(*[label(number, title="☎") for number in range(5)])


def test_no_labels_and_too_many_pages_are_refused() -> None:
    with pytest.raises(Invalid, match="Không có mã nào"):
        printed()
    with pytest.raises(Invalid, match=str(MOST_PAGES)):
        printed(*[label()] * (MOST_PAGES + 1), layout="1")


def test_copies_of_one_label_fill_a_page() -> None:
    codes = codes_on(picture_of(printed(*[label()] * 24)))

    assert Counter(code.text for code in codes) == {label().url: 24}


def test_a_label_without_place_or_unit_leaves_their_room_to_the_title() -> None:
    title = "Xác nhận tình trạng hôn nhân của công dân đang sống ở nước ngoài"
    with pytest.raises(Invalid, match="Tên dài quá"):
        printed(label(title=title, place="Bộ phận Một cửa, quầy 2, tầng 1"))

    assert words_of(printed(label(title=title, place=""), unit_name="")) == f"{title} phuongbackan.example /q/0000000"


def test_large_sheets_are_made_in_parts_and_joined_in_order() -> None:
    pdf, pages = TypstPaper().qr_sheet([label(number) for number in range(101)], layout="1", unit_name=WARD)

    assert (pages, len(PdfReader(BytesIO(pdf)).pages)) == (101, 101)
    assert [words_of(pdf, page=page).split("/q/")[1][:7] for page in (0, 99, 100)] == ["0000000", "0000099", "0000100"]


def test_a_refused_label_of_a_later_part_is_named_rightly() -> None:
    with pytest.raises(Invalid, match="0000101"):
        printed(*[label(number) for number in range(101)], label(101, title="x" * 60), layout="1")


def test_the_calling_process_loads_nothing_that_lays_out_pages() -> None:
    program = (
        "import sys; from adapters.paper import TypstPaper; from services.ports import Label;"
        "TypstPaper().qr_sheet([Label('https://a.vn/q/b', 'T', '', 'a.vn/q/b')], layout='8', unit_name='');"
        "print(sorted({'typst', 'zxingcpp', 'pypdfium2', 'numpy'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


class TestAPart:
    """The same work inside this process."""

    def order(self, *labels: Label, per_page: int = 24) -> dict[str, Any]:
        items = []
        for one in labels:
            host, _, rest = one.shown_url.partition("/")
            items.append({"url": one.url, "title": one.title, "place": one.place, "host": host, "rest": f"/{rest}"})
        sheet = {"layout": "24", "unit": WARD, "title": "Mã QR"}
        return {"template": "labels", "tags": False, "sheet": sheet, "items": items, "per_page": per_page}

    def test_is_made_and_read_back(self) -> None:
        assert len(codes_on(picture_of(part.made(self.order(label(1), label(2)))))) == 2

    def test_a_code_that_reads_otherwise_than_asked_is_found(self) -> None:
        pdf = printed(label(0), label(1))

        assert part.unread(pdf, [label(0).url, label(1).url], per_page=24) == []
        assert part.unread(pdf, [label(0).url, label(7).url], per_page=24) == [1]
        assert part.unread(pdf, [label(1).url, label(1).url], per_page=24) == [0, 1]
        assert part.unread(pdf, [label(1).url], per_page=24) == [0]

    def test_another_number_of_pages_than_expected_is_a_bug(self) -> None:
        with pytest.raises(RuntimeError, match="1 pages for 2 codes"):
            part.unread(printed(label(0)), [label(0).url, label(1).url], per_page=1)

    @pytest.mark.parametrize(
        ("wrong", "word"),
        [({"title": "☎"}, "letters"), ({"title": "x" * 60}, "title"), ({"address": f"a.vn/q/{'x' * 9000}"}, "code")],
    )
    def test_says_in_a_word_what_is_wrong(self, wrong: dict[str, str], word: str) -> None:
        with pytest.raises(part.Refused, match=word) as refusal:
            part.made(self.order(label(0), label(1, **wrong)))

        assert refusal.value.items == [1]

    def test_answers_a_program_with_the_file_or_with_what_is_wrong(self) -> None:
        program = [sys.executable, "-I", str(part.__file__)]

        good = subprocess.run(program, input=json.dumps(self.order(label())).encode(), capture_output=True, check=True)
        bad = subprocess.run(program, input=json.dumps(self.order(label(title="☎"))).encode(), capture_output=True, check=False)

        assert good.stdout.startswith(b"%PDF-")
        assert (bad.returncode, json.loads(bad.stdout)) == (part.REFUSED, {"wrong": "letters", "items": [0]})


@pytest.mark.parametrize("text", ["Ủy ban nhân dân phường", "ẵ ơ ư ữ ỵ Đ đ", "“Số 1” – 2…", "→ Ω"])
def test_vietnamese_and_the_signs_of_clerks_can_be_printed(text: str) -> None:
    assert part.printable(text)


@pytest.mark.parametrize("text", ["☎", "日本", "🎉", "a\u202eb", "\u0000"])
def test_what_our_fonts_lack_is_known(text: str) -> None:
    assert not part.printable(text)
