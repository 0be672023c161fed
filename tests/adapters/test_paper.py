"""Sheets of codes, looked at as a printer and a phone would: by measure, by letter, by reading back."""

import json
import re
import subprocess
import sys
from collections import Counter
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageDraw
from pypdf import PdfReader

from adapters.paper import LONGEST_TEXT, MOST_PAGES, TypstPaper, part
from adapters.paper.plans import PLANS, code_rules
from core.errors import Invalid
from services.ports import Label, SheetHead
from services.print_layouts import Layout

LAYOUTS = list(Layout)
LABELS = [layout for layout in Layout if PLANS[layout].template == "labels"]
WARD = "Phường Bắc Kạn"
LONG_TITLE = "Xác nhận tình trạng hôn nhân cho công dân đang cư trú ở nước ngoài"
HOSTILE = ['#read("/etc/passwd")', "$x$ *b* _i_", "<b>in đậm</b>", "\\ `a` @nguồn ~ a -- b ...", "file:///etc/passwd", "= 'đầu'"]


def label(serial: int = 0, **overrides: str) -> Label:
    address = overrides.pop("address", f"phuongbackan.example/q/{serial:07}")
    fields = {"title": "Đăng ký tạm trú", "place": "Nhà văn hóa Tổ 7"} | overrides
    return Label(url=f"https://{address}", shown_url=address, **fields)


def printed(*labels: Label, layout: Layout = Layout.TINY, unit_name: str = WARD, emblem: bool = False) -> bytes:
    return TypstPaper().qr_sheet(labels, layout=layout, head=SheetHead(unit_name, emblem=emblem))[0]


@lru_cache
def full_page(layout: Layout) -> bytes:
    return printed(*[label(number) for number in range(layout.pieces)], layout=layout)


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

    times = PLANS[layout].times
    assert [code.text for code in in_order] == [label(number).url for number in range(layout.pieces) for _ in range(times)]


@pytest.mark.parametrize(
    ("layout", "codes", "pages"),
    [
        (Layout.TINY, 1, 1),
        (Layout.TINY, 24, 1),
        (Layout.TINY, 25, 2),
        (Layout.SMALL, 13, 2),
        (Layout.L7160, 22, 2),
        (Layout.TENT, 3, 3),
    ],
)
def test_pages_are_as_many_as_needed_and_a4(layout: Layout, codes: int, pages: int) -> None:
    pdf, told = TypstPaper().qr_sheet([label(number) for number in range(codes)], layout=layout, head=SheetHead(WARD))

    sizes = [(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in PdfReader(BytesIO(pdf)).pages]
    assert (told, sizes) == (pages, [(595, 842)] * pages)


def test_24_labels_lie_on_the_grid_of_the_pre_cut_sheet() -> None:
    codes = codes_on(picture_of(full_page(Layout.TINY)))

    corners = {code.text: code.position.top_left for code in codes}
    for number in range(24):
        at = corners[label(number).url]
        row, column = divmod(number, 3)
        assert at.x / 10 == pytest.approx(column * 70 + 6, abs=0.4)
        assert at.y / 10 == pytest.approx(0.5 + row * 37 + 6, abs=0.4)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("emblem", [False, True])
def test_a_code_has_its_size_and_four_modules_of_white_round_it(layout: Layout, emblem: bool) -> None:
    picture = picture_of(printed(*[label(number) for number in range(layout.pieces)], layout=layout, emblem=emblem))
    level = "H" if emblem else PLANS[layout].levels[0]
    modules = {"M": 29, "Q": 33, "H": 37}[level]  # 38 letters: versions 3, 4 and 5 (ISO/IEC 18004, table 7)
    for code in codes_on(picture):
        corners = [getattr(code.position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")]
        (left, right), (top, bottom) = [(min(values), max(values)) for values in zip(*[(c.x, c.y) for c in corners], strict=True)]
        assert (right - left) / 10 == pytest.approx(PLANS[layout].code * PLANS[layout].scale, abs=0.5)
        assert code.ec_level == level

        white = 4 * (right - left) / modules - 3
        around = picture.crop((int(left - white), int(top - white), int(right + white), int(bottom + white)))
        margin = int(white) - 3
        ImageDraw.Draw(around).rectangle((margin, margin, around.width - margin, around.height - margin), fill=255)
        assert around.convert("1").getcolors() == [(around.width * around.height, 255)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_printed_where_a_laser_cannot(layout: Layout) -> None:
    picture = picture_of(full_page(layout))

    left, right = picture.crop((0, 0, 50, picture.height)), picture.crop((picture.width - 50, 0, picture.width, picture.height))

    assert left.getextrema() == right.getextrema() == (255, 255)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_number_for_a_new_print_stands_beneath_each_code(layout: Layout) -> None:
    pdf = printed(*[label(number, number=str(4100 + number)) for number in range(layout.pieces)], layout=layout)

    words = words_of(pdf)

    assert [f"Số {4100 + number}" in words for number in range(layout.pieces)] == [True] * layout.pieces


def test_the_sign_of_a_door_says_when_it_is_open_and_whom_to_call() -> None:
    head = SheetHead(WARD, hours="Thứ Hai – thứ Sáu: 7:30 – 11:30", phone="0209 3 812 345")

    words = words_of(TypstPaper().qr_sheet([label(title="Hộ tịch")], layout=Layout.DOOR, head=head)[0])

    assert "Hộ tịch" in words
    assert "Thứ Hai – thứ Sáu: 7:30 – 11:30" in words
    assert "0209 3 812 345" in words


@pytest.mark.parametrize(
    ("layout", "size"), [(Layout.POSTER_A3, (842, 1191)), (Layout.DOOR, (842, 595)), (Layout.TENT, (595, 842))]
)
def test_posters_signs_and_tents_have_their_paper(layout: Layout, size: tuple[int, int]) -> None:
    box = PdfReader(BytesIO(full_page(layout))).pages[0].mediabox

    assert (round(float(box.width)), round(float(box.height))) == size


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_code_too_fine_for_its_reading_distance_is_refused(layout: Layout) -> None:
    """A version that the sheet's side divides into modules too narrow to be told apart from there."""
    rules = code_rules(layout, emblem=False)
    widest = int(rules["side"] / rules["least"])

    fits = next(n for n in range(20, 3000) if part.code_of("https://a.vn/" + "x" * n, rules) is None)

    assert part.code_of("https://a.vn/" + "x" * (fits - 1), rules)["n"] <= widest  # type: ignore[index]
    with pytest.raises(Invalid, match="mã in ra nhỏ quá"):
        printed(label(address="a.vn/" + "x" * fits), layout=layout)


@pytest.mark.parametrize("name", ["ink", "teal", "soft"])
def test_every_colour_of_letters_stands_out_in_colour_and_in_gray(name: str) -> None:
    """WCAG 2.2 §1.4.3: 4.5 to 1. Contrast is reckoned from luminance, which is what a mono printer prints."""
    kit = (Path(part.__file__).parent / "templates" / "kit.typ").read_text()
    found = re.search(rf'#let {name} = rgb\("#([0-9a-f]{{6}})"\)', kit)
    assert found is not None
    channels = [int(found[1][at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    assert 1.05 / (luminance + 0.05) >= 4.5


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

    assert words.count(hostile) == 3 * PLANS[layout].times


def test_the_file_tells_the_ward_and_nobody_s_name_or_hour() -> None:
    about = PdfReader(BytesIO(printed(label()))).metadata

    assert about is not None
    assert set(about) == {"/Title", "/Creator"}
    assert (about.title, (about.creator or "").split()[0]) == ("Mã QR · Phường Bắc Kạn", "Typst")
    assert printed(label()) == printed(label())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_long_title_is_set_smaller_and_printed_whole(layout: Layout) -> None:
    title = LONG_TITLE if layout is not Layout.TINY else "Trợ cấp xã hội hằng tháng cho người cao tuổi"

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
        ({"title": "Gọi ☎ 0209 3 812 345 🎉"}, r"^Có ký tự không in được \(☎🎉\): Gọi ☎.*0000001"),
        ({"address": "x" * 40 + ".example/q/1"}, r"^Địa chỉ dài quá, không vừa.*xxx"),
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
        printed(*[label()] * (MOST_PAGES + 1), layout=Layout.POSTER)


def test_copies_of_one_label_fill_a_page() -> None:
    codes = codes_on(picture_of(printed(*[label()] * 24)))

    assert Counter(code.text for code in codes) == {label().url: 24}


def test_a_label_without_place_or_unit_leaves_their_room_to_the_title() -> None:
    title = "Xác nhận tình trạng hôn nhân của công dân đang sống ở nước ngoài"
    with pytest.raises(Invalid, match="Tên dài quá"):
        printed(label(title=title, place="Bộ phận Một cửa, quầy 2, tầng 1"))

    assert words_of(printed(label(title=title, place=""), unit_name="")) == f"{title} phuongbackan.example /q/0000000"


def test_large_sheets_are_made_in_even_parts_and_joined_in_order() -> None:
    heard: list[int] = []
    labels = [label(number) for number in range(101)]

    pdf, pages = TypstPaper().qr_sheet(labels, layout=Layout.POSTER, head=SheetHead(WARD), tell=heard.append)

    assert (pages, heard, len(PdfReader(BytesIO(pdf)).pages)) == (101, [51, 101], 101)
    assert [words_of(pdf, page=page).split("/q/")[1][:7] for page in (0, 99, 100)] == ["0000000", "0000099", "0000100"]


def test_a_refused_label_of_a_later_part_is_named_rightly() -> None:
    with pytest.raises(Invalid, match="0000101"):
        printed(*[label(number) for number in range(101)], label(101, title="x" * 60), layout=Layout.POSTER)


def test_the_calling_process_loads_nothing_that_lays_out_pages() -> None:
    program = (
        "import sys; from adapters.paper import TypstPaper; from services.ports import Label, SheetHead;"
        "from services.print_layouts import Layout;"
        "TypstPaper().qr_sheet([Label('https://a.vn/q/b', 'T', '', 'a.vn/q/b')], layout=Layout.LARGE, head=SheetHead(''));"
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
            items.append({"url": one.url, "title": one.title, "place": one.place, "host": host, "rest": f"/{rest}", "number": ""})
        sheet = {"plan": PLANS[Layout.TINY].for_template(), "unit": WARD, "title": "Mã QR"}
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
        assert (bad.returncode, json.loads(bad.stdout)) == (
            part.REFUSED, {"wrong": "letters", "items": [0], "letters": "☎"},
        )  # fmt: skip


@pytest.mark.parametrize("text", ["Ủy ban nhân dân phường", "ẵ ơ ư ữ ỵ Đ đ", "“Số 1” – 2…", "→ Ω"])
def test_vietnamese_and_the_signs_of_clerks_can_be_printed(text: str) -> None:
    assert part.printable(text)


@pytest.mark.parametrize("text", ["☎", "日本", "🎉", "a\u202eb", "\u0000"])
def test_what_our_fonts_lack_is_known(text: str) -> None:
    assert not part.printable(text)
