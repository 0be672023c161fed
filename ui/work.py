"""Work of several seconds, done beside the script: a click meanwhile neither stops it nor starts it twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Generic, TypeVar

import streamlit as st

Result = TypeVar("Result")
Tell = Callable[[int, int], None]  # steps done, steps in all (0: not known yet)
LOOK_SECONDS = 0.2
_HANDS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="work")  # the others wait their turn


class Work(Generic[Result]):
    """One piece of work, kept in the visit's state until it is done.

    A script is ended at its next drawing when the visitor clicks: with a transaction open in it, all would be rolled back.
    Here the transaction is in the work's own thread, which draws nothing.
    """

    def __init__(self, do: Callable[[Tell], Result]) -> None:
        self._steps = (0, 0)
        self._promise = _HANDS.submit(do, self._tell)

    def _tell(self, done: int, of: int) -> None:
        self._steps = (done, of)

    @property
    def share(self) -> float:
        """How far it is, of 1."""
        done, of = self._steps
        return min(1.0, done / of) if of else 0.0

    def watch(self, words: str) -> None:
        """Show how far it is until it is done."""
        bar = st.progress(self.share, text=words)
        while not wait([self._promise], timeout=LOOK_SECONDS).done:
            bar.progress(self.share, text=words)
        bar.empty()

    def result(self) -> Result:
        """What came of it; what it raised is raised here."""
        return self._promise.result()
