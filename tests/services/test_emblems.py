"""A ward's own emblem: drawn anew from what is brought, in a colour that a camera can read, for its own codes only."""

import base64
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from sqlmodel import Session, select

from adapters.codes import QrCodes
from adapters.documents import EMBLEM_SIDE, SiftedDocuments
from core.errors import Invalid, NotFound, Refusal
from models import AuditEvent, Role, Unit
from services import emblems, link_labels, ports
from services.access import Actor, actor_of
from services.ports import Emblem, Ports
from services.print_layouts import Layout
from tests.factories import make_link, make_unit, make_user
from tests.fakes import FakeEngine, Nothing
from tests.papers import GPS, photo

COLOUR = "#7a1f1f"
URL = "https://phuongbackan.example/q/4vk5dmx"


@pytest.fixture(autouse=True)
def _live(promises: FakeEngine) -> None:
    nothing: object = Nothing()
    ports.provide(
        Ports(sheets=nothing, paper=nothing, codes=QrCodes(), engine=promises, tables=nothing, documents=SiftedDocuments())  # type: ignore[arg-type]
    )


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, name="Phường Bắc Kạn")


@pytest.fixture
def chair(session: Session, ward: Unit) -> Actor:
    return actor_of(session, make_user(session, unit=ward, role=Role.OFFICIAL))


def drawing(size: tuple[int, int] = (300, 300), colour: str = "#c00020") -> bytes:
    out = BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG")
    return out.getvalue()


def test_what_is_brought_is_drawn_anew_small_square_and_without_its_place(session: Session, ward: Unit, chair: Actor) -> None:
    emblems.change(session, actor=chair, unit_id=ward.id, content=photo(size=(900, 600)), colour=COLOUR.upper())

    own = emblems.of_ward(session, ward_id=ward.id)
    assert own is not None
    kept = Image.open(BytesIO(own.png))
    assert (kept.format, kept.size, own.colour) == ("PNG", (EMBLEM_SIDE, EMBLEM_SIDE), COLOUR)
    assert GPS not in kept.getexif()
    assert [event.action for event in session.exec(select(AuditEvent))] == ["emblem.changed"]


def test_only_the_colour_can_be_changed_and_all_be_given_back(session: Session, ward: Unit, chair: Actor) -> None:
    first = emblems.change(session, actor=chair, unit_id=ward.id, content=drawing(), colour=COLOUR)

    second = emblems.change(session, actor=chair, unit_id=ward.id, content=None, colour="#004488")

    assert (second.png, second.colour) == (first.png, "#004488")
    emblems.remove(session, actor=chair, unit_id=ward.id)
    emblems.remove(session, actor=chair, unit_id=ward.id)
    assert emblems.of_ward(session, ward_id=ward.id) is None


def test_a_code_on_a_screen_bears_it_in_the_ward_s_colour_and_is_read(session: Session, ward: Unit, chair: Actor) -> None:
    own = emblems.change(session, actor=chair, unit_id=ward.id, content=drawing(), colour=COLOUR)

    picture = Image.open(BytesIO(QrCodes().emblem_png(URL, own=own))).convert("RGB")

    middle, side = picture.getpixel((picture.width // 2, picture.height // 2)), picture.width
    assert middle == pytest.approx((0xC0, 0x00, 0x20), abs=2)
    assert picture.getpixel((side * 9 // 90, side * 8 // 45)) == (0x7A, 0x1F, 0x1F)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [URL]
    assert base64.b64encode(own.png) in QrCodes().emblem_svg(URL, own=own)


def test_an_emblem_that_is_a_code_itself_is_refused() -> None:
    code = Image.open(BytesIO(QrCodes().png("https://a.vn"))).convert("RGB").resize((256, 256))
    out = BytesIO()
    code.save(out, "PNG")
    huge = Emblem(out.getvalue(), COLOUR)

    with pytest.raises(Invalid, match="không đọc được"):
        QrCodes().emblem_png(URL, own=huge)


def test_a_sheet_takes_it_from_the_ward_of_its_codes_only_where_an_emblem_is_asked_for(
    session: Session, ward: Unit, chair: Actor
) -> None:
    own = emblems.change(session, actor=chair, unit_id=ward.id, content=drawing(), colour=COLOUR)
    slug = make_link(session, unit_id=ward.id).slug

    heads = [
        link_labels.numbered(session, actor=chair, layout=Layout.TINY, slugs=[slug], emblem=emblem)[1] for emblem in (True, False)
    ]  # fmt: skip

    assert [head.own_emblem for head in heads] == [base64.b64encode(own.png).decode(), ""]
    assert emblems.of_unit(session, unit_id=make_unit(session).id) is None


@pytest.mark.parametrize(
    ("content", "colour", "sentence"),
    [
        (None, COLOUR, "chọn ảnh"),
        (b"<svg onload='alert(1)'/>", COLOUR, "phải là ảnh"),
        (b"%PDF-1.7", COLOUR, "phải là ảnh"),
        (drawing((20, 20)), COLOUR, "Ảnh nhỏ quá"),
        (drawing(), "#ffd9d9", "nhạt quá"),
        (drawing(), "red; x", "Màu phải ghi"),
        (b"\xff" * (emblems.BYTES_MAX + 1), COLOUR, "nặng hơn 5 MB"),
    ],
)
def test_what_cannot_be_an_emblem_is_said(
    session: Session, ward: Unit, chair: Actor, content: bytes | None, colour: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        emblems.change(session, actor=chair, unit_id=ward.id, content=content, colour=colour)

    assert emblems.of_ward(session, ward_id=ward.id) is None


@pytest.mark.parametrize("role", [Role.STAFF, Role.LEAD, Role.VIEWER])
def test_only_those_who_approve_change_it(session: Session, ward: Unit, role: Role) -> None:
    actor = actor_of(session, make_user(session, unit=ward, role=role))

    for act in (
        lambda: emblems.change(session, actor=actor, unit_id=ward.id, content=drawing(), colour=COLOUR),
        lambda: emblems.remove(session, actor=actor, unit_id=ward.id),
    ):
        with pytest.raises(Refusal):
            act()


def test_another_ward_s_is_not_found(session: Session, chair: Actor) -> None:
    with pytest.raises(NotFound):
        emblems.change(session, actor=chair, unit_id=make_unit(session).id, content=drawing(), colour=COLOUR)
