"""A code for the screen: plain or with the emblem, as files and on the clipboard."""

import base64
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from adapters.codes import QrCodes
from services import ports
from services.ports import Ports
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Offered, offered

__all__ = ["offered"]
URL = "https://phuongbackan.example/q/4vk5dmx"


@pytest.fixture(autouse=True)
def _codes(promises: FakeEngine) -> None:
    nothing: Any = Nothing()
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=QrCodes(), engine=promises, tables=nothing))


def shown() -> AppTest:
    def page() -> None:
        from ui import screen_code  # noqa: PLC0415  # the page is run as a file of its own

        screen_code.section("https://phuongbackan.example/q/4vk5dmx", "4vk5dmx")

    return AppTest.from_function(page, default_timeout=30).run()


def copied(at: AppTest) -> bytes:
    (body,) = [html.proto.body for html in at.get("html") if "data-copy-png" in html.proto.body]
    return base64.b64decode(body.split('data-copy-png="')[1].split('"')[0])


def test_a_plain_code_is_offered_as_files_and_on_the_clipboard(offered: list[Offered]) -> None:
    at = shown()

    assert [(one.name, one.kind) for one in offered] == [
        ("ma-4vk5dmx-tron.png", "image/png"), ("ma-4vk5dmx-tron.svg", "image/svg+xml"),
    ]  # fmt: skip
    assert offered[0].content == copied(at) == QrCodes().png(URL)


def test_the_same_with_emblem_and_colour(offered: list[Offered]) -> None:
    at = shown()
    at.button_group(key="screen_code_4vk5dmx").set_value("bieu-tuong").run()

    assert [one.content for one in offered[-2:]] == [QrCodes().emblem_png(URL), QrCodes().emblem_svg(URL)]
    assert copied(at) == QrCodes().emblem_png(URL)
