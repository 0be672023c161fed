"""A session lets go of what a screen it has left offered; what the screen it is on offers works as before."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from streamlit.runtime.state.session_state import SessionState
from streamlit.testing.v1 import AppTest

from ui import left_widgets

LISTED: list[weakref.ref["Row"]] = []
CALLED: list[str] = []


class Row:
    """What a list offers, as large as it may be."""


def noted(row: Row) -> None:
    """It was offered."""
    LISTED.append(weakref.ref(row))


def screens() -> None:
    """Two: one offers rows; both have a field that calls."""
    import streamlit as st  # noqa: PLC0415 (a script of its own)

    from tests.ui import test_left_widgets as here  # noqa: PLC0415

    def offer() -> None:
        row = here.Row()
        here.noted(row)
        st.button("row", key="row", on_click=lambda: here.CALLED.append(type(row).__name__))

    st.text_input("words", key="words", on_change=lambda: here.CALLED.append(st.session_state["words"]))
    if st.checkbox("rows are offered", value=True, key="is_offered"):
        offer()


@pytest.fixture(autouse=True)
def _letting_go() -> Iterator[None]:
    kept = SessionState._remove_stale_widgets
    left_widgets.let_go()
    LISTED.clear()
    CALLED.clear()
    yield
    SessionState._remove_stale_widgets = kept  # type: ignore[method-assign]


def test_what_a_screen_offered_is_let_go_of_when_it_is_left() -> None:
    app = AppTest.from_function(screens).run()
    gc.collect()
    assert LISTED[-1]() is not None

    app.checkbox(key="is_offered").uncheck().run()
    gc.collect()

    assert [row() for row in LISTED] == [None] * len(LISTED)


def test_what_is_still_there_keeps_its_value_and_calls() -> None:
    app = AppTest.from_function(screens).run()

    app.text_input(key="words").input("x").run()
    app.button(key="row").click().run()
    app.checkbox(key="is_offered").uncheck().run()
    assert app.text_input(key="words").value == "x"
    app.text_input(key="words").input("y").run()

    assert CALLED == ["x", "Row", "y"]
    assert not app.exception
