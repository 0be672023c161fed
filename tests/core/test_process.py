import gc
import platform
import subprocess
import sys
from collections.abc import Iterator
from typing import ClassVar

import pytest

from core import process
from core.settings import ROOT


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


# As many threads at once, each of which asks the C library for room; then how many heaps it has.
ROOM = """
import ctypes, threading
from core import process
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fdopen.restype = ctypes.c_void_p
print(process.share_heaps())
met = threading.Barrier(12)
def ask():
    met.wait()
    libc.malloc(ctypes.c_size_t(50_000))
    met.wait()
threads = [threading.Thread(target=ask) for _ in range(12)]
[one.start() for one in threads]
[one.join() for one in threads]
file = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, file)
libc.fflush(file)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="heaps are glibc's")
def test_threads_share_a_few_heaps() -> None:
    told = subprocess.run([sys.executable, "-c", ROOM], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert told.startswith("True")
    assert told.count("<heap nr=") == process.HEAPS == 4
