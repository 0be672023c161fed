"""What a test's hands keep to: nothing is touched while the screen is still being drawn. Waits by what is seen, never by time."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import Error, Page, WebSocket, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

UNDRAWN = "[data-testid=stSkeleton], [data-testid=stElementContainer][data-stale=true]"
# The script has ended, all is drawn: letters, pictures, and of each table what is told to whoever cannot see it, which comes a
# little after its cells. In one question at every frame: four of them, asked again after a while, took longer than the screen.
AT_REST = """([undrawn, heads]) => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'
  && !document.querySelector(undrawn) && (heads === null || document.querySelectorAll('h1').length === heads)
  && document.fonts.status === 'loaded' && [...document.images].every(one => one.complete)
  && [...document.querySelectorAll('[data-testid=data-grid-canvas]')].every(one => one.querySelector('tr'))"""


def settled(page: Page) -> Page:
    """Wait until the screen has come to rest: its script has run to the end, and what it said is drawn, letters and all.

    A list opened, or a button pressed, before that may be drawn anew under the hand: shut again, or not pressed.
    """
    page.wait_for_function(AT_REST, arg=[UNDRAWN, None])
    return page


def opened(page: Page, address: str) -> Page:
    """Go to a screen and wait until it has come to rest."""
    page.goto(address, wait_until="commit")
    page.wait_for_function(AT_REST, arg=[UNDRAWN, 1])
    return page


def choose(page: Page, label: str, option: str = "") -> None:
    """Choose what a box offers by this name, or first. A list that a late drawing shut again is opened again."""
    settled(page)
    box = page.get_by_role("combobox", name=label)
    offered = page.get_by_role("option", name=option) if option else page.get_by_role("option").first
    box.scroll_into_view_if_needed()
    for _ in range(5):
        box.press("ArrowDown")
        with suppress(Error, AssertionError):
            name = offered.inner_text(timeout=4_000)
            offered.click(timeout=4_000)
            expect(box).to_have_value(name, timeout=4_000)
            settled(page)
            return
    raise AssertionError(f"“{label}” offers no “{option}”")


_lines: WeakKeyDictionary[Page, WebSocket] = WeakKeyDictionary()


def listen(page: Page) -> Page:
    """Keep at hand on which line a page talks with the server, from its next screen on; for `answered`."""
    page.on("websocket", lambda line: _lines.__setitem__(page, line))
    return page


def _ends_a_run(frame: Any) -> bool:
    message = ForwardMsg.FromString(frame)
    finished = message.WhichOneof("type") == "script_finished"
    return finished and bool(message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY)


@contextmanager
def answered(page: Page) -> Iterator[None]:
    """What is done in the block has reached the server, and the whole screen was drawn anew for it, when the block ends.

    For what is not seen on the screen: a drawing, for one, tells a little later what was done in it.
    """
    settled(page)
    with _lines[page].expect_event("framereceived", _ends_a_run):
        yield
    settled(page)
