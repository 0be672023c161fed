"""What a run of the script sends to the browser, kept as it went out and sent again.

Streamlit's own memory of drawings builds every message anew: six milliseconds for forty of them. A message says where on
the page it stands, so one that is sent again goes to the same place: the place is part of what a recording is kept by. This knows
parts of Streamlit that are not promised: tests/ui/test_replay.py holds what is sent the second time against the first.
"""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.cursor import Cursor
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner_utils.script_run_context import (
    ScriptRunContext,
    ThreadState,
    get_script_run_ctx,
    in_cached_function,
)

Place = tuple[object, ...]


@dataclass(frozen=True)
class Recording:
    """Messages in their order, and how many places of the container they take."""

    messages: tuple[ForwardMsg, ...]
    places: int


def place() -> Place | None:
    """Where the next element would stand, and in which fragment; None outside a visitor's run."""
    context, cursor = get_script_run_ctx(suppress_warning=True), _cursor()
    if context is None or cursor is None:
        return None
    state = ThreadState.get()
    return (*cursor.delta_path, state.fragment_id, state.active_script_hash)


def record(draw: Callable[[], None]) -> Recording:
    """Draw, and keep what is sent.

    Raises:
        RuntimeError: something to press was drawn; when it is sent again nobody would hear of the pressing.
    """
    context, cursor = _here()
    sent: list[ForwardMsg] = []
    send = context.enqueue

    def noted(message: ForwardMsg) -> None:
        sent.append(message)
        send(message)

    own = vars(context)
    before, guard, outer = cursor.index, in_cached_function.set(True), own.get("enqueue")
    own["enqueue"] = noted
    try:
        draw()
    finally:
        own.pop("enqueue")
        own.update({"enqueue": outer} if outer else {})
        in_cached_function.reset(guard)
    if any(message.delta.new_element.HasField("exception") for message in sent):  # Streamlit draws one beside it
        raise RuntimeError("nothing to press may stand in a drawing that is kept")
    return Recording(tuple(sent), cursor.index - before)


def play(recording: Recording) -> None:
    """Send it again, in the same place."""
    context, cursor = _here()
    for message in recording.messages:
        context.enqueue(message)
    for _ in range(recording.places):
        cursor.lock_element()


def _here() -> tuple[ScriptRunContext, Cursor]:
    context, cursor = get_script_run_ctx(), _cursor()
    if context is None or cursor is None:
        raise RuntimeError("there is no page to draw on")
    return context, cursor


def _cursor() -> Cursor | None:
    return st._main._active_dg._cursor  # noqa: SLF001  # Streamlit has no public word for it
