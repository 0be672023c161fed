"""What is let in as a document, and what is left of a photo."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops

from adapters.documents import LONGEST_SIDE, SiftedDocuments
from core.errors import Invalid
from services.ports import Area
from tests.papers import GPS, pdf, photo

sifted = SiftedDocuments().sifted


def test_a_pdf_stays_as_it_is_so_that_its_signature_holds() -> None:
    content = pdf(pages=3)

    document = sifted(content)

    assert (document.content, document.media_type, document.pages) == (content, "application/pdf", 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_leaves_small_and_without_the_place_where_it_was_taken(kind: str) -> None:
    content = photo(kind, size=(3200, 2400))

    document = sifted(content)

    with Image.open(BytesIO(document.content)) as left:
        assert max(left.size) == LONGEST_SIDE
        assert dict(left.getexif()) == {}
        assert left.getexif().get_ifd(GPS) == {}
    assert b"nh c\xe1\xbb\xa7a ai" not in document.content
    assert document.media_type in ("image/jpeg", "image/png")


def test_a_photo_of_four_megabytes_costs_a_phone_less_than_one() -> None:
    noisy = Image.effect_noise((3000, 2000), 60).convert("RGB")
    out = BytesIO()
    noisy.save(out, "JPEG", quality=92)
    assert len(out.getvalue()) > 3_000_000

    assert len(sifted(out.getvalue()).content) < 1_000_000


def test_a_photo_taken_upright_stays_upright() -> None:
    with Image.open(BytesIO(sifted(photo(size=(800, 600), is_turned=True)).content)) as left:
        assert left.size == (600, 800)


def test_what_is_transparent_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")

    with Image.open(BytesIO(sifted(out.getvalue()).content)) as left:
        assert left.convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Tệp trống"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "không phải PDF hay ảnh"),
        (b"<!doctype html><script>alert(1)</script>", "không phải PDF hay ảnh"),
        (b"PK\x03\x04" + b"\0" * 60, "không phải PDF hay ảnh"),
        (b"%PDF-1.7\nnonsense", "bị hỏng"),
        (photo()[:3000], "bị hỏng"),
        (pdf(password="secret"), "có mật khẩu"),
        (pdf(script="app.alert('!')"), "có lệnh tự chạy"),
        (b"%PDF-1.7" + b"\0" * 10_000_000, "nặng 10.0 MB"),
    ],
    ids=["empty", "svg", "html", "office", "broken pdf", "broken photo", "locked", "acting", "heavy"],
)
def test_what_is_not_let_in_is_told_in_one_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        sifted(content)


def test_a_picture_that_would_unpack_to_a_wall_is_refused_by_its_head() -> None:
    out = BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")

    with pytest.raises(Invalid):
        sifted(out.getvalue())


def writing(size: tuple[int, int] = (800, 600)) -> bytes:
    """A picture with something written in its upper left quarter: stripes of three pixels."""
    page = Image.new("L", size, 255)
    for left in range(0, size[0] // 2, 6):
        page.paste(0, (left, 0, left + 3, size[1] // 2))
    out = BytesIO()
    page.convert("RGB").save(out, "PNG")
    return out.getvalue()


def contrast(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    """Between the lightest and the darkest shade."""
    shades = [shade for shade, many in enumerate(picture.convert("L").crop(box).histogram()) if many]
    return max(shades) - min(shades)


def test_of_what_is_covered_nothing_can_be_made_out_and_the_rest_stays() -> None:
    covered = SiftedDocuments().covered(writing(), [Area(0, 0, 0.5, 0.5)])

    with Image.open(BytesIO(covered.content)) as left, Image.open(BytesIO(writing())) as before:
        shades = contrast(left, (10, 10, 390, 290))
        below = ImageChops.difference(left.convert("L").crop((0, 310, 800, 600)), before.convert("L").crop((0, 310, 800, 600)))
        assert left.size == (800, 600)
    assert shades < 30
    assert contrast(below, (0, 0, *below.size)) < 12


def test_an_area_half_outside_covers_what_is_inside_and_one_outside_covers_nothing() -> None:
    covered = SiftedDocuments().covered(writing(), [Area(-1, -1, 0.5, 0.5), Area(1.2, 1.2, 1.5, 1.5)])

    with Image.open(BytesIO(covered.content)) as left:
        assert contrast(left, (10, 10, 390, 290)) < 30


def test_a_pdf_is_covered_on_its_original() -> None:
    with pytest.raises(Invalid, match="bản gốc"):
        SiftedDocuments().covered(pdf(pages=1), [Area(0, 0, 1, 1)])
