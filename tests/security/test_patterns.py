"""S05: no pattern that meets what others write takes exponentially long, whatever they write."""

import importlib
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from core.settings import ROOT
from tests.security.test_sources import FILES, calls

MANY = 40  # as good as without end
LETTERS = [*map(chr, range(0x250)), "ă", "ơ", "ạ", "Ậ", "\u0301", "中", "\u2003", "“"]
AT_ONCE = ("compile", "match", "search", "fullmatch", "sub", "subn", "split", "findall", "finditer")
LONGEST, SECONDS = 300, 30  # letters; of one processor, for all patterns together
TRIED = ["a", "A", "1", " ", ".", "-", "a ", "1 ", "a.", "A, "]
ENDS = ["", "!", "\0", "~a"]


def patterns() -> dict[str, int]:
    """Every pattern of the house with its flags: those that modules keep, and those that stand where they are used."""
    for path in FILES:
        if path.relative_to(ROOT).parts[0] not in ("pages", "terminal", "app.py", "manage.py") and path.name != "child.py":
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    rooms = tuple({path.relative_to(ROOT).parts[0] for path in FILES})
    found: dict[str, int] = {}
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in rooms:
            found |= {one.pattern: one.flags for one in _kept(vars(module).values()) if isinstance(one.pattern, str)}
    for _, call, name in calls():
        if name.startswith("re.") and name.removeprefix("re.") in AT_ONCE and hasattr(call.args[0], "value"):
            found.setdefault(str(call.args[0].value), 0)
    return found


def _kept(values: Any, depth: int = 3) -> Iterator["re.Pattern[str]"]:
    for one in values:
        if isinstance(one, re.Pattern):
            yield one
        elif depth and isinstance(one, tuple | list | set | frozenset):
            yield from _kept(one, depth - 1)
        elif depth and isinstance(one, dict):
            yield from _kept([*one.keys(), *one.values()], depth - 1)


def is_in(item: tuple[Any, Any], letter: str) -> bool:
    """Whether one item of a parsed pattern takes a letter; an item of a kind not known here takes all."""
    kind, value = item
    if kind is ops.LITERAL:
        return chr(value).lower() == letter.lower()
    if kind is ops.NOT_LITERAL:
        return chr(value) != letter
    if kind is ops.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    if kind is ops.CATEGORY:
        said = {ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_SPACE: r"\s", ops.CATEGORY_WORD: r"\w", ops.CATEGORY_NOT_DIGIT: r"\D",
                ops.CATEGORY_NOT_SPACE: r"\S", ops.CATEGORY_NOT_WORD: r"\W"}  # fmt: skip
        return re.fullmatch(said[value], letter, re.DOTALL) is not None
    if kind is ops.IN:
        is_not = value[0][0] is ops.NEGATE
        return bool(any(is_in(one, letter) for one in value if one[0] is not ops.NEGATE) != is_not)
    return True


def taken(body: Sequence[tuple[Any, Any]]) -> set[str]:
    """Letters that a repeated part may take."""
    flat = [item for item in body if item[0] not in (ops.AT, ops.ASSERT, ops.ASSERT_NOT)]
    return {letter for letter in LETTERS if any(is_in(item, letter) for item in _letters(flat))}


def _letters(body: Sequence[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    for kind, value in body:
        if kind in (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT):
            yield from _letters(value[2])
        elif kind is ops.SUBPATTERN:
            yield from _letters(value[3])
        elif kind is ops.BRANCH:
            for one in value[1]:
                yield from _letters(one)
        elif kind not in (ops.AT, ops.ASSERT, ops.ASSERT_NOT):
            yield kind, value


def nested(body: Sequence[tuple[Any, Any]], around: Sequence[tuple[Any, Any]] | None = None) -> Iterator[str]:
    """Endless repeats inside an endless repeat with nothing between two rounds that the inner one could not take as well."""
    for kind, value in body:
        if kind in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            _low, high, inner = value
            if high > MANY and around is not None and not _parted(around, taken(inner)):
                yield str(inner)[:80]
            yield from nested(inner, inner if high > MANY else around)
        elif kind is ops.SUBPATTERN:
            yield from nested(value[3], around)
        elif kind is ops.BRANCH:
            for one in value[1]:
                yield from nested(one, one if around is not None else None)


def _parted(around: Sequence[tuple[Any, Any]], letters: set[str]) -> bool:
    """Whether each round must take a letter that none of these is."""
    for kind, value in around:
        if kind is ops.SUBPATTERN and _parted(value[3], letters):
            return True
        if kind is ops.BRANCH and all(_parted(one, letters) for one in value[1]):
            return True
        must = value[2] if kind in (ops.MAX_REPEAT, ops.MIN_REPEAT) and value[0] else [(kind, value)]
        if kind not in (ops.MAX_REPEAT, ops.MIN_REPEAT) or value[0]:
            single = kind in (ops.LITERAL, ops.NOT_LITERAL, ops.IN) or kind in (ops.MAX_REPEAT, ops.MIN_REPEAT)
            if single and not taken(must) & letters:
                return True
    return False


@pytest.mark.parametrize(
    ("pattern", "is_bad"), [("(a+)+$", True), ("(?:a*,)*", False), (r"(\w+\s?)*$", True), (r"(\d+ )+", False)]
)
def test_s05_the_check_knows_a_bad_pattern(pattern: str, is_bad: bool) -> None:
    assert bool(list(nested(_parser.parse(pattern)))) is is_bad


def test_s05_no_pattern_of_the_house_repeats_within_a_repeat() -> None:
    found = patterns()

    assert len(found) > 150
    assert [(one, bad) for one, flags in found.items() for bad in nested(_parser.parse(one, flags & ~re.UNICODE))] == []


TRY_ALL = """
import re, resource, sys
from tests.security.test_patterns import ENDS, LONGEST, TRIED, patterns
for pattern, flags in patterns().items():
    print(repr(pattern), flush=True)
    for one in TRIED:
        for end in ENDS:
            re.compile(pattern, flags).search((one * LONGEST)[:LONGEST] + end)
"""


@pytest.mark.once
def test_s05_every_pattern_ends_on_three_hundred_times_one_letter() -> None:
    """Bounded by the processor's work, not by the clock: the kernel ends whoever needs more."""
    done = subprocess.run(
        [sys.executable, "-c", TRY_ALL], cwd=ROOT, check=False, capture_output=True, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS)),
    )  # fmt: skip

    assert done.returncode == 0, (done.stdout.splitlines()[-1:], done.stderr[-500:])
