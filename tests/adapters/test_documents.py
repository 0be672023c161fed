"""What is let in as a document, and what is left of a photo."""

from io import BytesIO

import pytest
from PIL import Image

from adapters.documents import LONGEST_SIDE, SiftedDocuments
from core.errors import Invalid
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
