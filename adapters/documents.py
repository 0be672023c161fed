"""Documents that travel with an announcement: a PDF as it is, a photo made smaller and without what a camera adds to it.

What a file is, its content says, never its name. Photos leave here without position, camera and hour (EXIF).
"""

from collections.abc import Sequence
from io import BytesIO
from math import ceil, floor
from typing import Any

from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from core.errors import Invalid
from core.i18n import N_
from services.ports import Area, Document

PDF_BYTES_MAX = 10_000_000
PHOTO_BYTES_MAX = 25_000_000
PIXELS_MAX = 50_000_000
LONGEST_SIDE = 1600  # pixels: a page of text photographed whole is still read
QUALITY = 80
CELLS = 5  # colours left of an area along its longer side: too few for a face or a number
EMBLEM_SIDE, EMBLEM_LEAST = 256, 64  # pixels: 60 to an inch are too few even for a sticker
PHOTOS = ("JPEG", "PNG", "WEBP")
ACTS = ("/JavaScript", "/JS", "/Launch")  # ISO 32000-1 §12.6.4
_NO_PICTURE = N_("Biểu tượng phải là ảnh JPEG, PNG hoặc WebP.")
_UNKNOWN = N_("Tệp này không phải PDF hay ảnh (JPEG, PNG, WebP). Hãy xuất văn bản thành PDF, hoặc chụp ảnh văn bản.")


class SiftedDocuments:
    """Reads with pypdf and Pillow; both look at the file's head before anything is unpacked."""

    def sifted(self, content: bytes) -> Document:
        """The document as it may be stored.

        Raises:
            Invalid: it is of another kind, empty, too large, locked, damaged, or holds commands; in one sentence.
        """
        if not content:
            raise Invalid(N_("Tệp trống, không có nội dung nào."))
        return _pdf(content) if content[:1024].lstrip().startswith(b"%PDF-") else _photo(content)

    def size(self, content: bytes) -> tuple[int, int]:
        """Width and height of a photo that was sifted, in pixels."""
        with Image.open(BytesIO(content), formats=PHOTOS) as photo:
            return photo.size

    def covered(self, content: bytes, areas: Sequence[Area]) -> Document:
        """A photo in which these areas are blurred: of each a few colours are left, so that nothing can be worked back.

        Raises:
            Invalid: it is no photo.
        """
        if content[:1024].lstrip().startswith(b"%PDF-"):
            raise Invalid(N_("Chỉ che được trên ảnh. Với tệp PDF, hãy che trên bản gốc rồi xuất lại."))
        return _photo(content, areas)

    def emblem(self, content: bytes) -> bytes:
        """A picture as a PNG of 256 pixels square, on white.

        Raises:
            Invalid: it is no picture, or has less than 64 pixels either way; in one sentence.
        """
        if content[:1024].lstrip().startswith(b"%PDF-"):
            raise Invalid(_NO_PICTURE)
        seen, _is_drawn = _unpacked(content, unknown=_NO_PICTURE)
        if max(seen.size) < EMBLEM_LEAST:
            raise Invalid(N_("Ảnh nhỏ quá ({width} × {height} điểm), in ra không rõ. Xin chọn ảnh từ {least} điểm trở lên."),
                          width=seen.width, height=seen.height, least=EMBLEM_LEAST)  # fmt: skip
        seen.thumbnail((EMBLEM_SIDE, EMBLEM_SIDE), Image.Resampling.LANCZOS)
        square = Image.new("RGB", (EMBLEM_SIDE, EMBLEM_SIDE), "white")
        square.paste(seen, ((EMBLEM_SIDE - seen.width) // 2, (EMBLEM_SIDE - seen.height) // 2))
        return _saved(square.quantize(64), "PNG", optimize=True)


def _pdf(content: bytes) -> Document:
    if len(content) > PDF_BYTES_MAX:
        raise Invalid(
            N_("Tệp PDF nặng {size} MB, nhiều nhất {most} MB. Hãy quét lại ở mức 150 điểm (dpi), đen trắng."),
            size=round(len(content) / 1_000_000, 1), most=PDF_BYTES_MAX // 1_000_000,
        )  # fmt: skip
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise Invalid(N_("Tệp PDF có mật khẩu nên bà con không mở được. Hãy bỏ mật khẩu rồi đưa lên lại."))
        pages, is_acting = len(reader.pages), _acts(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise Invalid(N_("Tệp PDF bị hỏng, không đọc được. Hãy xuất lại từ văn bản gốc.")) from error
    if not pages:
        raise Invalid(N_("Tệp PDF không có trang nào."))
    if is_acting:
        raise Invalid(N_("Tệp PDF có lệnh tự chạy bên trong. Hãy in lại ra PDF rồi đưa lên bản đó."))
    return Document(content, "application/pdf", pages)


def _acts(reader: PdfReader) -> bool:
    """Whether opening it, or turning to one of its pages, would run something."""
    root: Any = reader.trailer["/Root"]
    names: Any = root.get("/Names", {})
    if "/JavaScript" in getattr(names, "get_object", lambda: names)():
        return True
    holders: list[Any] = [root, *reader.pages]
    return any(_is_act(holder.get(name)) for holder in holders for name in ("/OpenAction", "/AA"))


def _is_act(action: Any) -> bool:
    found = action.get_object() if hasattr(action, "get_object") else action
    if not isinstance(found, dict):
        return False
    if any(name in found for name in ("/JS", "/Launch")) or found.get("/S") in ACTS:
        return True
    return any(_is_act(one) for name, one in found.items() if name != "/D")


def _photo(content: bytes, areas: Sequence[Area] = ()) -> Document:
    small, is_drawn = _unpacked(content, unknown=_UNKNOWN)
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    for area in areas:
        _cover(small, area)
    made = [Document(_saved(small, "JPEG", quality=QUALITY, progressive=True, optimize=True), "image/jpeg", None)]
    if is_drawn:  # a drawing or a screen's picture is often smaller as it was, and always sharper
        made.append(Document(_saved(small, "PNG", optimize=True), "image/png", None))
    return min(made, key=lambda one: len(one.content))


def _unpacked(content: bytes, *, unknown: str) -> tuple[Image.Image, bool]:
    """The picture upright and on white, and whether it was a PNG."""
    if len(content) > PHOTO_BYTES_MAX:
        raise Invalid(N_("Ảnh nặng hơn {most} MB. Hãy chụp lại ở cỡ nhỏ hơn."), most=PHOTO_BYTES_MAX // 1_000_000)
    try:
        with Image.open(BytesIO(content), formats=PHOTOS) as photo:
            if photo.width * photo.height > PIXELS_MAX:
                raise Invalid(N_("Ảnh to quá ({width} × {height} điểm). Hãy thu nhỏ rồi đưa lên lại."),
                              width=photo.width, height=photo.height)  # fmt: skip
            is_drawn = photo.format == "PNG"
            photo.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is unpacked no larger than it is needed
            return _on_white(ImageOps.exif_transpose(photo)), is_drawn
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise Invalid(unknown) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise Invalid(N_("Ảnh bị hỏng, không mở được. Hãy chụp lại hoặc gửi lại tệp gốc.")) from error


def _cover(photo: Image.Image, area: Area) -> None:
    """Whole pixels, outwards; what lies outside the picture is nothing."""
    left, top = floor(area.left * photo.width), floor(area.top * photo.height)
    box = (
        max(left, 0),
        max(top, 0),
        min(ceil(area.right * photo.width), photo.width),
        min(ceil(area.bottom * photo.height), photo.height),
    )
    size = box[2] - box[0], box[3] - box[1]
    if min(size) < 1:
        return
    cell = max(size) / CELLS
    few = photo.crop(box).resize((max(1, round(size[0] / cell)), max(1, round(size[1] / cell))), Image.Resampling.BOX)
    photo.paste(few.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(cell / 3)), box[:2])


def _on_white(photo: Image.Image) -> Image.Image:
    """In plain colours, what was transparent on white; nothing else of the file is taken along."""
    if photo.mode in ("RGBA", "LA", "PA") or "transparency" in photo.info:
        seen = photo.convert("RGBA")
        page = Image.new("RGB", seen.size, "white")
        page.paste(seen, mask=seen.getchannel("A"))
        return page
    page = Image.new("RGB", photo.size)
    page.paste(photo.convert("RGB"))
    return page


def _saved(photo: Image.Image, kind: str, **options: Any) -> bytes:
    out = BytesIO()
    photo.save(out, kind, **options)
    return out.getvalue()
