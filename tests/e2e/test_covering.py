"""A face in a picture that goes along: boxed with the mouse, blurred, and so attached."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from models import Role
from tests.e2e.conftest import Server
from tests.e2e.pace import answered, opened, settled
from tests.factories import make_unit, make_user

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module", autouse=True)
def people(server: Server) -> None:
    """A ward with somebody who writes."""
    with server.session() as session:
        make_user(session, unit=make_unit(session, name="Phường Bắc Kạn"), role=Role.STAFF, username="mai")


def striped() -> bytes:
    """A picture all of stripes."""
    page, out = Image.new("RGB", (600, 400), "white"), BytesIO()
    for left in range(0, 600, 8):
        page.paste("black", (left, 0, left + 4, 400))
    page.save(out, "PNG")
    return out.getvalue()


def shades(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    return len({shade // 64 for shade, many in enumerate(picture.convert("L").crop(box).histogram()) if many})


def test_a_box_drawn_with_the_mouse_is_blurred_and_the_rest_stays(server: Server, signed_in: Callable[..., Page]) -> None:
    page = signed_in("mai", viewport={"width": 1280, "height": 900})
    opened(page, "/compose")
    page.locator("input[type=file]").first.set_input_files(
        {"name": "Tin nhắn.png", "mimeType": "image/png", "buffer": striped()}
    )  # fmt: skip
    cover = page.get_by_role("button", name="Che mặt, số điện thoại")
    expect(cover).to_be_visible()
    settled(page)
    cover.click()
    drawing = page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").first
    expect(drawing).to_be_visible()
    settled(page)
    drawing.scroll_into_view_if_needed()
    box = drawing.bounding_box()
    assert box
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 60, steps=5)
    page.mouse.move(box["x"] + 170, box["y"] + 200, steps=5)
    with answered(page):
        page.mouse.up()

    page.get_by_role("button", name="Che vùng đã khoanh").click()

    expect(page.get_by_role("button", name="Lấy lại ảnh ban đầu")).to_be_visible()
    newest = max((server.folder / "attachments").glob("*/*"), key=lambda path: path.stat().st_mtime_ns)
    with Image.open(newest) as covered:
        assert covered.size == (600, 400)
        assert shades(covered, (30, 30, 270, 350)) == 1
        assert shades(covered, (330, 30, 570, 350)) > 1
