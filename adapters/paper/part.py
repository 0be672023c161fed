"""One part of a sheet, made and read back in a process of its own: `python part.py < order.json > part.pdf`.

Typst keeps what it has laid out, so a process that lives on only grows. This module knows nothing of the house, so that
it starts at once. An order is {"template", "tags", "sheet", "items", "per_page"} and may say in "codes" how fine its codes may be
and how often each stands on its page; what is wrong with it comes back as {"wrong", "items", "letters"} with exit status 3.
`python part.py picture PAGE DPI < sheet.pdf > page.png` draws one page of a sheet.
"""

import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pypdfium2
import typst
import zxingcpp
from PIL import ImageFont

HERE = Path(__file__).parent
REFUSED = 3
READ_DPI = 150
PICTURE_PPI = 192.0
# How the codes of a sheet are drawn where its order says nothing else: level Q, a quarter of the code may be scratched. The sides
# are those of the template, which looks itself whether its modules are wide.
RULES: dict[str, Any] = {"side": 0.0, "least": 0.0, "levels": "Q", "emblem": False, "times": 1, "spread": False}
EMBLEM = 0.22  # of the side, with its white: 5 % of the code, where level H restores 30 % of the words
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_PATH = re.compile(r'<svg width="(\d+)".*?<path d="([^"]+)"', re.DOTALL)
_REFUSAL = re.compile(r"REFUSED (\w+)((?: \d+)*)")


class Refused(Exception):
    """What is wrong, in one word, the items it concerns, and the letters that cannot be printed."""

    def __init__(self, wrong: str, items: Sequence[int], letters: str = "") -> None:
        super().__init__(wrong)
        self.wrong, self.items, self.letters = wrong, list(items), letters


def made(order: dict[str, Any]) -> bytes:
    """The PDF of one part, every code in it read back.

    Raises:
        Refused: a letter no font has, a text that does not fit, a code too fine, a code that does not read back.
    """
    items = order["items"]
    _check_letters(items, "".join(order["sheet"].get(name, "") for name in ("unit", "ward", "phone", "hours")))
    urls = list(dict.fromkeys(item["url"] for item in items))
    places = {url: at for at, url in enumerate(urls)}
    laid = [{**item, "code": places[item["url"]], "lines": _dotted(item.get("lines", []))} for item in items]
    rules = RULES | order.get("codes", {})
    drawn = _codes(items, urls, rules)
    sheet = {**order["sheet"], "items": laid, "codes": drawn}
    if sheet.get("is_dotted") and not _is_printable(sheet):
        sheet = _dotted(sheet)
    if (kind := order.get("kind", "pdf")) != "pdf":
        return compiled(order["template"], sheet, tags=False, kind=kind)
    pdf = compiled(order["template"], sheet, tags=order["tags"])
    asked = [item["url"] for item in items]
    if not asked:
        return pdf
    lost = (
        unread_anywhere(pdf, asked) if rules["spread"] else unread(pdf, asked, per_page=order["per_page"], times=rules["times"])
    )
    if lost:
        raise Refused("unread", lost)
    return pdf


def compiled(template: str, sheet: dict[str, Any], *, tags: bool, kind: Literal["pdf", "svg", "png"] = "pdf") -> bytes:
    """The PDF (SVG, PNG) of a template and its data; only our own folder is read, no font of the system is used.

    Raises:
        Refused: as the template says.
    """
    try:
        return bytes(
            typst.compile(
                str(HERE / "templates" / f"{template}.typ"), root=str(HERE / "templates"), font_paths=[str(HERE / "fonts")],
                ignore_system_fonts=True, sys_inputs={"data": json.dumps(sheet, ensure_ascii=False)}, pdf_tags=tags, format=kind,
                ppi=PICTURE_PPI if kind == "png" else None,
            )
        )  # fmt: skip
    except typst.TypstError as error:
        said = _REFUSAL.search(str(error))
        if said is None:
            raise
        raise Refused(said[1], [int(n) for n in said[2].split()]) from None


def _codes(items: Sequence[dict[str, str]], urls: Sequence[str], rules: dict[str, Any]) -> list[dict[str, Any]]:
    found = {url: code_of(url, rules) for url in urls}
    fine = [at for at, item in enumerate(items) if found[item["url"]] is None]
    if fine:
        raise Refused("code", fine)
    return [code for code in found.values() if code]


def code_of(url: str, rules: dict[str, Any]) -> dict[str, Any] | None:
    """A code of the strongest level whose modules are wide enough; None if there is none."""
    for level in rules["levels"]:
        code = _code(url, level)
        if code and rules["side"] / code["n"] >= rules["least"] - 0.001:
            return {**code, "white": white_of(code["n"]) if rules["emblem"] else 0}
    return None


def _code(url: str, level: str) -> dict[str, Any] | None:
    """A code as one outline without its quiet zone, which the sheet leaves. None: longer than any code holds."""
    try:
        code = zxingcpp.create_barcode(url, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    except ValueError:
        return None
    found = _PATH.search(code.to_svg(add_quiet_zones=False))
    if found is None:
        raise RuntimeError("the drawing of a code has another form than expected")
    side, outline = found.groups()
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{outline}"/></svg>'
    return {"url": url, "n": int(side), "svg": svg, "level": level}


def white_of(n: int) -> int:
    """Modules of white in the middle of a code of `n` for an emblem: as odd as the code, so that they lie on the grid."""
    white = round(n * EMBLEM)
    return white + (white - n) % 2


def unread(pdf: bytes, urls: Sequence[str], *, per_page: int, times: int = 1) -> list[int]:
    """The items whose page does not give back exactly the codes it should, read as a phone reads the paper."""
    document = pypdfium2.PdfDocument(pdf)
    if len(document) != -(-len(urls) // per_page):
        raise RuntimeError(f"{len(document)} pages for {len(urls)} codes")
    lost: list[int] = []
    for number, page in enumerate(document):
        first = number * per_page
        of_page = urls[first : first + per_page]
        wanted = Counter({url: count * times for url, count in Counter(of_page).items()})
        found = _read(page, is_quick=True)
        if found != wanted:
            found = _read(page, is_quick=False)
        if found != wanted:
            missing = [at for at, url in enumerate(of_page, first) if found[url] < wanted[url]]
            lost += missing or [first]  # nothing missing: something reads that was never asked for
        page.close()
    return lost


def unread_anywhere(pdf: bytes, urls: Sequence[str]) -> list[int]:
    """The items that a paper of as many pages as its words need does not give back, each once, on whichever page."""
    found: Counter[str] = Counter()
    for page in pypdfium2.PdfDocument(pdf):
        found += _read(page, is_quick=False)
        page.close()
    missing = [at for at, url in enumerate(urls) if found[url] != urls.count(url)]
    return missing or [0] * (found.total() > len(urls))


def _read(page: Any, *, is_quick: bool) -> Counter[str]:
    """The codes of a page as it is printed at 150 dpi, in gray; quickly first, then with every try the reader has."""
    picture = page.render(scale=READ_DPI / 72, grayscale=True).to_pil()
    codes = zxingcpp.read_barcodes(
        picture, _QR, try_rotate=not is_quick, try_downscale=not is_quick, try_invert=False
    )  # fmt: skip
    return Counter(code.text for code in codes)


def picture(pdf: bytes, *, page: int, dpi: int) -> bytes:
    """One page of a sheet as a PNG."""
    out = BytesIO()
    pypdfium2.PdfDocument(pdf)[page].render(scale=dpi / 72).to_pil().save(out, "PNG", optimize=True)
    return out.getvalue()


def _check_letters(items: Sequence[dict[str, str]], of_all: str) -> None:
    """A letter that no font has would leave a hole on the paper."""
    lacking = [at for at, item in enumerate(items) if not printable(_all_of(item) + of_all)]
    if lacking or not printable(of_all):
        every = of_all + "".join(_all_of(item) for item in items)
        raise Refused("letters", lacking, "".join(letter for letter in dict.fromkeys(every) if not printable(letter))[:20])


def _is_printable(sheet: dict[str, Any]) -> bool:
    """Whether every letter anywhere in it is, each looked at once: mostly it is so. A control sign has a stroke in JSON."""
    whole = json.dumps(sheet, ensure_ascii=False)
    return "\\" not in whole and printable(whole)


def _dotted(value: Any) -> Any:
    """Words that come from many hands, wherever they stand in it: one odd letter must not keep the whole list from paper."""
    if isinstance(value, str):
        return value if printable(value) else "".join(letter if printable(letter) else "·" for letter in value)
    if isinstance(value, dict):
        return {name: _dotted(one) for name, one in value.items()}
    return [_dotted(one) for one in value] if isinstance(value, list) else value


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
    """Answer the order on standard input, or draw the sheet that comes there."""
    if sys.argv[1:2] == ["picture"]:
        sys.stdout.buffer.write(picture(sys.stdin.buffer.read(), page=int(sys.argv[2]), dpi=int(sys.argv[3])))
        return 0
    try:
        pdf = made(json.load(sys.stdin.buffer))
    except Refused as refused:
        sys.stdout.write(json.dumps({"wrong": refused.wrong, "items": refused.items, "letters": refused.letters}))
        return REFUSED
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
