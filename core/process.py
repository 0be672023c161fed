"""How a process that runs for long shares out its interpreter."""

import ctypes
import gc
import sys

# Seconds. One thread at a time runs Python: a busy one holds clicks, phones and senders up for a turn. With Python's own 5 ms
# clicks wait behind other clicks; with 0.5 or 1 ms a redirect loses a tenth to the change of turns, and nobody gains.
TURN = 0.003
# Allocations before a collection, and how many of them before an older generation is looked at. Python's own 700, 10, 10 walk
# what a click has just made several times a click.
THRESHOLDS = (50_000, 20, 50)
# Heaps of the C library, which gives each new thread one of eight a core: what is free in one is of no use to the others, and
# every click is a thread. With fewer than four, clicks wait for each other in the library (decision 0062).
HEAPS = 4
_ARENA_MAX = -8  # M_ARENA_MAX of glibc's malloc.h


def take_short_turns() -> None:
    """Have threads wait for each other's turns as little as pays."""
    sys.setswitchinterval(TURN)


def share_heaps() -> bool:
    """Have threads share few heaps; before there are many threads. False where the C library is another than glibc."""
    try:
        return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, HEAPS))
    except AttributeError:
        return False


def keep_what_is_loaded() -> None:
    """Put what is there, once everything is imported and started, out of the collector's sight: it lives as long as the process.

    Half a million objects walked again and again are an eighth of a busy process's work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
