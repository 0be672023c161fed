"""Documents to attach, as people bring them: scans, photos with a position in them, and what must not get in."""

from io import BytesIO
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

GPS = 0x8825
ORIENTATION = 0x0112


def pdf(*, pages: int = 1, password: str = "", script: str = "", title: str = "") -> bytes:
    """A PDF of empty pages; of another content by its title."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    writer.add_metadata({"/Title": title})
    if script:
        action = DictionaryObject()
        action.update({NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(script)})
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def photo(kind: str = "JPEG", *, size: tuple[int, int] = (2400, 1800), is_turned: bool = False, **options: Any) -> bytes:
    """A photo as a phone takes it, with the place where it was taken."""
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[GPS] = {1: "N", 2: (22.0, 8.0, 30.0), 3: "E", 4: (105.0, 50.0, 10.0)}
    exif[0x010F] = "Máy ảnh của ai đó"
    if is_turned:
        exif[ORIENTATION] = 6
    out = BytesIO()
    image.save(out, kind, exif=exif, **options)
    return out.getvalue()
