"""What is shared for seconds."""

import threading
import time

import pytest

from core.briefly import Briefly


def test_it_is_made_once_while_it_is_young() -> None:
    kept, made = Briefly[int](most=10, seconds=60), iter([1, 2])

    assert [kept.of("a", lambda: next(made)) for _ in range(2)] == [(1, True), (1, False)]
    kept.forget()
    assert kept.of("a", lambda: next(made)) == (2, True)


def test_an_old_one_is_made_anew() -> None:
    kept = Briefly[int](most=10, seconds=0)

    assert kept.of("a", lambda: 1) == (1, True)
    assert kept.of("a", lambda: 2) == (2, True)


def test_those_who_ask_at_once_wait_for_the_one_who_makes_it() -> None:
    kept, begun, told = Briefly[str](most=10, seconds=60), threading.Event(), []

    def make() -> str:
        begun.set()
        time.sleep(0.05)
        return "one"

    first = threading.Thread(target=lambda: told.append(kept.of("a", make)))
    first.start()
    begun.wait()
    told.append(kept.of("a", lambda: "two"))
    first.join()

    assert sorted(told) == [("one", False), ("one", True)]


def test_what_failed_is_not_kept_and_room_is_made_when_it_is_full() -> None:
    kept = Briefly[int](most=2, seconds=60)
    with pytest.raises(ZeroDivisionError):
        kept.of("a", lambda: 1 // 0)

    for key in "abc":
        kept.of(key, lambda: 1)

    assert kept.of("a", lambda: 2) == (2, True)
    assert kept.of("c", lambda: 2) == (1, False)
