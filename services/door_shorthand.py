"""What a clerk types from a sheet of paper: "1-5, 8 báo; 6 vắng; 7 chuyển"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Invalid
from core.i18n import N_
from core.text import fold
from models import DoorOutcome

MOST = 1_000
WORDS = {
    DoorOutcome.TOLD: ("bao", "da bao", "roi", "x", "b"),
    DoorOutcome.NOT_HOME: ("vang", "vang nha", "v"),
    DoorOutcome.MOVED: ("chuyen", "da chuyen", "chuyen di", "da chuyen di", "c"),
    DoorOutcome.REFUSED: ("tu choi", "khong nhan", "khong nhan tin", "t"),
    None: ("bo", "xoa", "chua"),
}  # fmt: skip
_MEANS = {word: outcome for outcome, words in WORDS.items() for word in words}
_NUMBERS = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")


@dataclass(frozen=True)
class Entry:
    """One number and what was found there; None: nothing any more."""

    number: int
    outcome: DoorOutcome | None


def read(text: str, *, numbers: Sequence[int]) -> list[Entry]:
    """The entries of a line of numbers, ranges and words, parts parted by semicolons or new lines. Marks and case do not matter.

    A range takes the numbers that the list has; one named by itself must be there.

    Raises:
        Invalid: nothing typed, a part without a word or with an unknown one, a number that the list lacks or that has two
            different outcomes; the message names it.
    """
    there, found = set(numbers), dict[int, DoorOutcome | None]()
    for part in filter(None, map(str.strip, re.split(r"[;\n]", text))):
        outcome = _outcome(part)
        for number in _numbers(part, there):
            if found.setdefault(number, outcome) is not outcome:
                raise Invalid(N_("Số {number} ghi hai lần khác nhau."), number=number, field="text")
    if not found:
        raise Invalid(N_("Xin ghi số trên giấy và kết quả, ví dụ: 1-5, 8 báo; 6 vắng."), field="text")
    return [Entry(number, outcome) for number, outcome in found.items()]


def _outcome(part: str) -> DoorOutcome | None:
    word = fold(re.sub(r"[\d\s,.:–-]+", " ", part)).strip()
    if not word:
        raise Invalid(N_("Sau “{part}” xin ghi báo, vắng, chuyển hoặc từ chối."), part=part, field="text")
    if word not in _MEANS:
        raise Invalid(N_("Không hiểu “{part}”. Xin ghi báo, vắng, chuyển hoặc từ chối."), part=part, field="text")
    return _MEANS[word]


def _numbers(part: str, there: set[int]) -> list[int]:
    found: list[int] = []
    for first, last in _NUMBERS.findall(part):
        low, high = int(first[:9]), int((last or first)[:9])
        if high < low or high - low > MOST:
            raise Invalid(N_("Khoảng {low}-{high} không đúng."), low=low, high=high, field="text")
        some = [number for number in range(low, high + 1) if number in there]
        missing = low if low not in there else high if high not in there else None
        if missing is not None:
            raise Invalid(N_("Danh sách không có số {number}."), number=missing, field="text")
        found += some
    if not found:
        raise Invalid(N_("“{part}” chưa có số nào."), part=part, field="text")
    return found
