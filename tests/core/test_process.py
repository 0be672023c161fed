import gc
import sys
from collections.abc import Iterator
from typing import ClassVar

import pytest

from core import process


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """The interpreter of the tests goes on as before."""
    turn, thresholds = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(turn)
    gc.set_threshold(*thresholds)


def test_what_is_loaded_is_looked_at_no_more_and_what_comes_later_is() -> None:
    loaded: list[object] = [[]]

    process.keep_what_is_loaded()
    later: list[object] = [[]]

    seen = {id(one) for one in gc.get_objects()}
    assert gc.get_freeze_count() > 10_000
    assert id(loaded) not in seen
    assert id(later) in seen
    assert gc.get_threshold() == process.THRESHOLDS > (700, 10, 10)


def test_a_cycle_made_later_is_still_taken_away() -> None:
    process.keep_what_is_loaded()

    class Ring:
        """Holds itself."""

        gone: ClassVar[list[str]] = []

        def __init__(self) -> None:
            self.me = self

        def __del__(self) -> None:
            self.gone.append("gone")

    Ring()
    gc.collect()

    assert Ring.gone == ["gone"]


def test_threads_take_short_turns() -> None:
    process.take_short_turns()

    assert sys.getswitchinterval() == pytest.approx(process.TURN)
    assert process.TURN < 0.005
