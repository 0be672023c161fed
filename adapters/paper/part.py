"""One part of a sheet, made and read back in a process of its own: `python part.py < order.json > part.pdf`.

Typst keeps what it has laid out, so a process that lives on only grows. This module knows nothing of the house, so that
it starts at once. An order is {"template", "tags", "texts", "sheet", "items", "per_page"}; what is wrong with it comes
back as {"wrong", "items"} with exit status 3.
"""

import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pypdfium2
import typst
import zxingcpp
from PIL import ImageFont

HERE = Path(__file__).parent
REFUSED = 3
LEVEL = "Q"  # a quarter of the code may be scratched
READ_DPI = (120, 300)  # the second only for what the first could not read
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_PATH = re.compile(r'<svg width="(\d+)".*?<path d="([^"]+)"', re.DOTALL)
_REFUSAL = re.compile(r"REFUSED (\w+)((?: \d+)*)")


class Refused(Exception):
    """What is wrong, in one word, and the items it concerns."""

    def __init__(self, wrong: str, items: Sequence[int]) -> None:
        super().__init__(wrong)
        self.wrong, self.items = wrong, list(items)


def made(order: dict[str, Any]) -> bytes:
    """The PDF of one part, every code in it read back.

    Raises:
        Refused: a letter no font has, a text that does not fit, a code too fine, a code that does not read back.
    """
    items = order["items"]
    _check_letters(items, "".join(order["sheet"].get(name, "") for name in ("unit", "ward", "phone")))
    urls = list(dict.fromkeys(item["url"] for item in items))
    places = {url: at for at, url in enumerate(urls)}
    laid = [{**item, "code": places[item["url"]], "lines": _dotted(item.get("lines", []))} for item in items]
    pdf = compiled(order["template"], {**order["sheet"], "items": laid, "codes": _codes(items, urls)}, tags=order["tags"])
    lost = unread(pdf, [item["url"] for item in items], per_page=order["per_page"])
    if lost:
        raise Refused("unread", lost)
    return pdf


def compiled(template: str, sheet: dict[str, Any], *, tags: bool) -> bytes:
    """The PDF of a template and its data; only our own folder is read, no font of the system is used.

    Raises:
        Refused: as the template says.
    """
    try:
        return bytes(
            typst.compile(
                str(HERE / "templates" / f"{template}.typ"), root=str(HERE / "templates"), font_paths=[str(HERE / "fonts")],
                ignore_system_fonts=True, sys_inputs={"data": json.dumps(sheet, ensure_ascii=False)}, pdf_tags=tags,
            )
        )  # fmt: skip
    except typst.TypstError as error:
        said = _REFUSAL.search(str(error))
        if said is None:
            raise
        raise Refused(said[1], [int(n) for n in said[2].split()]) from None


def _codes(items: Sequence[dict[str, str]], urls: Sequence[str]) -> list[dict[str, Any]]:
    try:
        return [_code(url) for url in urls]
    except ValueError:  # longer than any code holds
        longest = max(range(len(items)), key=lambda at: len(items[at]["url"]))
        raise Refused("code", [longest]) from None


def _code(url: str) -> dict[str, Any]:
    """A code as one outline without its quiet zone, which the sheet leaves."""
    drawing = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVEL).to_svg(add_quiet_zones=False)
    found = _PATH.search(drawing)
    if found is None:
        raise RuntimeError("the drawing of a code has another form than expected")
    side, outline = found.groups()
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{outline}"/></svg>'
    return {"url": url, "n": int(side), "svg": svg}


def unread(pdf: bytes, urls: Sequence[str], *, per_page: int) -> list[int]:
    """The items whose page does not give back exactly the codes it should, read as a phone reads the paper."""
    document = pypdfium2.PdfDocument(pdf)
    if len(document) != -(-len(urls) // per_page):
        raise RuntimeError(f"{len(document)} pages for {len(urls)} codes")
    lost: list[int] = []
    for number, page in enumerate(document):
        first = number * per_page
        wanted = Counter(urls[first : first + per_page])
        found: Counter[str] = Counter()
        for dpi in READ_DPI:
            if found != wanted:
                found = _read(page, dpi)
        if found != wanted:
            missing = [at for at in range(first, first + wanted.total()) if found[urls[at]] < wanted[urls[at]]]
            lost += missing or [first]  # nothing missing: something reads that was never asked for
        page.close()
    return lost


def _read(page: Any, dpi: int) -> Counter[str]:
    picture = page.render(scale=dpi / 72, grayscale=True).to_pil()
    codes = zxingcpp.read_barcodes(picture, _QR, try_rotate=False, try_downscale=False, try_invert=False)
    return Counter(code.text for code in codes)


def _check_letters(items: Sequence[dict[str, str]], of_all: str) -> None:
    """A letter that no font has would leave a hole on the paper."""
    lacking = [at for at, item in enumerate(items) if not printable(_all_of(item) + of_all)]
    if lacking:
        raise Refused("letters", lacking)


def _dotted(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Lines of a list, whose words come from many hands: one odd letter must not keep the whole list from paper."""
    return [["".join(letter if printable(letter) else "·" for letter in cell) for cell in row] for row in rows]


def _all_of(item: dict[str, str]) -> str:
    return item["title"] + item["place"] + item.get("letters", "")


def printable(text: str) -> bool:
    """Whether our fonts have all of a text's letters, and it holds no sign that steers or hides others."""
    return all(unicodedata.category(letter)[0] != "C" and _has_glyph(letter) for letter in set(text))


@lru_cache(maxsize=4096)
def _has_glyph(letter: str) -> bool:
    return any(_shape(name, letter) != _shape(name, "\U0010ffff") for name in ("BeVietnamPro-Regular", "Tinos-Regular"))


@lru_cache(maxsize=4096)
def _shape(name: str, letter: str) -> tuple[bytes, float]:
    return bytes(_font(name).getmask(letter)), _font(name).getlength(letter)


@lru_cache
def _font(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(HERE / "fonts" / f"{name}.ttf"), 24, layout_engine=ImageFont.Layout.BASIC)


def main() -> int:
    """Answer the order on standard input."""
    try:
        pdf = made(json.load(sys.stdin.buffer))
    except Refused as refused:
        sys.stdout.write(json.dumps({"wrong": refused.wrong, "items": refused.items}))
        return REFUSED
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
