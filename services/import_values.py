"""What a cell of a list says: texts, counts, ticks, telephone numbers, as wards write them; or why it cannot be right."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final, NamedTuple

from core import phones
from core.errors import Invalid
from core.i18n import N_
from core.letters import TURN
from core.text import clean, fold
from services.ports import Cell

PEOPLE_MAX = 99  # more than any household; the table holds no more
NAME_MAX, CODE_MAX, ADDRESS_MAX = 120, 40, 300

# Signs that show nothing or turn the text around; NUL, which PostgreSQL cannot hold.
_ODD = re.compile("[\x00-\x1f\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff\ufffe\uffff]|  |^ | $")
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")
_GUARDED = re.compile(r"'[=+\-@\t\r＝＋－＠]")  # how exports keep a text from being taken for a formula
_FORMULA_ERROR = re.compile(r"#(?:REF!|N/A|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|SPILL!)", re.IGNORECASE)

_NOTHING = frozenset(("", "-", "--", "---", "–", "—", ".", "..", "...", "/", "\\", "?", "n/a", "na", "none", "null", "nil"))
_NO = frozenset((
    "khong", "ko", "k", "khong co", "ko co", "k co", "chua", "chua co", "khong dung", "khong su dung", "chua dung",
    "khong vao", "chua vao", "chua tham gia", "khong tham gia", "no", "n", "false", "sai", "☐", "□",
))  # fmt: skip
_YES = frozenset((
    "x", "xx", "×", "v", "co", "co roi", "roi", "da", "da co", "da vao", "da tham gia", "da vao nhom", "dang tham gia", "vao roi",
    "yes", "y", "true", "ok", "dung", "tham gia", "✓", "✔", "√", "☑", "✅", "☒", "+",
))  # fmt: skip
_WINGDINGS_TICKS = frozenset(("ü", "þ"))  # how a tick of the Wingdings typeface reads as text
_UNITS = ("khong", "mot", "hai", "ba", "bon", "nam", "sau", "bay", "tam", "chin", "muoi")
_NUMBER_WORDS: Final = (
    {word: number for number, word in enumerate(_UNITS)}
    | {f"muoi {word}": 10 + number for number, word in enumerate(_UNITS[:10]) if number}
    | {"tu": 4, "mot minh": 1, "muoi lam": 15, "hai muoi": 20}
)
_OF_WHAT = r"(?:so )?(?:nhan khau|khau|nguoi|ng|nk|thanh vien|tv|may|chiec|cai|smartphones?|people|persons?)"
_COUNT = re.compile(rf"(?:{_OF_WHAT} ?[:=]? ?)?(\d{{1,9}})(?:[.,]0+)?(?: ?{_OF_WHAT})?")
_COUNT_IN_WORDS = re.compile(rf"([a-z ]+?)(?: {_OF_WHAT})?")

# A day, the day before the month, as people write when something was done.
_DAY = re.compile(r"(?P<words>.*?)\b(?:ngay )?(\d{1,2})(?:[/.-]| thang )(\d{1,2})(?:(?:[/.-]| nam )(\d{4}|\d{2}))?")
_FIRST_SERIAL, _LAST_SERIAL = 40_909, 73_050  # 1/1/2012 to 31/12/2099 as spreadsheets count: nobody joined a chat before
_DAY_ZERO = date(1899, 12, 30)  # of spreadsheets

# National number 0 and three provinces' digits, then 0–3 for sex and century (Nghị định 137/2015/NĐ-CP, điều 7).
_PROVINCES = frozenset((
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40, 42, 44, 45, 46, 48,
    49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83, 84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
))  # fmt: skip
_TWELVE_DIGITS = re.compile(r"(?<!\d)(0\d{2})[\s.]?([0-3])(\d{2}[\s.]?\d{3}[\s.]?\d{3})(?!\d)")


def text_of(cell: Cell) -> str:
    """The text of a cell in its stored form: NFC, no invisible signs, single spaces; a whole number without its ".0"."""
    if isinstance(cell, str):
        return _text(cell)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, (date, datetime)):
        return f"{cell:%d/%m/%Y}"
    return clean(str(cell))


def _text(text: str) -> str:
    if _ODD.search(text):
        text = clean(_HIDDEN.sub("", text))
    elif not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = clean(text)
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


def name_of(cell: Cell) -> str:
    """A person's name.

    Raises:
        Invalid: no name can look like this.
    """
    text = text_of(cell)
    if text.isdecimal() or not any(map(str.isalpha, text)):
        if text in _NOTHING:
            return ""
        raise Invalid(N_("Đây không phải họ tên chủ hộ."))
    return _checked(text, NAME_MAX)


def address_of(cell: Cell) -> str:
    """An address as typed.

    Raises:
        Invalid: too long, a formula's error, or it holds a citizen's number.
    """
    text = text_of(cell)
    return "" if text in _NOTHING else _checked(text, ADDRESS_MAX)


def code_of(cell: Cell) -> str:
    """A household's code as typed.

    Raises:
        Invalid: too long, a day a spreadsheet made of it, or a citizen's number.
    """
    if isinstance(cell, (date, datetime)):
        raise Invalid(N_("Bảng tính đã đổi mã hộ này thành ngày tháng. Ghi lại mã ở dạng chữ."))
    text = text_of(cell)
    if text in _NOTHING:
        return ""
    if text.isdecimal() and is_citizen_number(text.zfill(12)):
        raise Invalid(N_("Mã hộ này giống số căn cước. Số căn cước không được lưu; hãy dùng mã hộ khác."))
    return _checked(text, CODE_MAX)


def code_key(code: str) -> str:
    """What makes two codes of one unit the same: case apart, and zeros in front, which spreadsheets lose."""
    return code.lstrip("0") or "0" if code.isdecimal() else code.casefold()


def is_citizen_number(text: str) -> bool:
    """Whether twelve digits can be a citizen's number (province, sex and century, year, six digits)."""
    found = _TWELVE_DIGITS.fullmatch(text)
    return bool(found) and int(text[:3]) in _PROVINCES


def _has_province(found: re.Match[str]) -> bool:
    return int(found[1]) in _PROVINCES


def _checked(text: str, longest: int) -> str:
    if len(text) > longest:
        raise Invalid(N_("Dài quá {longest} chữ."), longest=longest)
    if len(text) >= 12 and _TWELVE_DIGITS.search(text) and any(map(_has_province, _TWELVE_DIGITS.finditer(text))):
        raise Invalid(N_("Có dãy 12 chữ số giống số căn cước. Số căn cước không được lưu; hãy xóa đi."))
    if text.startswith("#") and _FORMULA_ERROR.match(text):
        raise Invalid(N_("Ô này là công thức bị lỗi."))
    return text


def count_of(cell: Cell) -> int | None:
    """A number of people, 0 to 99; None where the cell says nothing. Reads "4 khẩu" and "hai nhân khẩu".

    Raises:
        Invalid: it is no such number.
    """
    if isinstance(cell, float) and cell.is_integer() and 0 <= cell <= PEOPLE_MAX:
        return int(cell)
    if isinstance(cell, bool):
        raise Invalid(N_("Đây không phải số người."))
    words = fold(unicodedata.normalize("NFKC", text_of(cell)))
    if words in _NOTHING:
        return None
    words = words.split("(")[0].removesuffix("/ho").strip(" .")
    worded = _COUNT_IN_WORDS.fullmatch(words)
    if worded and worded[1] in _NUMBER_WORDS:
        return _NUMBER_WORDS[worded[1]]
    found = _COUNT.fullmatch(words)
    if not found:
        raise Invalid(N_("Đây không phải số người."))
    number = int(found[1])
    if number > PEOPLE_MAX:
        raise Invalid(N_("Số người lớn bất thường."))
    return number


def phones_count_of(cell: Cell) -> int | None:
    """How many people have a smartphone; a tick says one, a "không" none.

    Raises:
        Invalid: neither a number nor a tick.
    """
    if isinstance(cell, (str, bool)):
        ticked = _tick(text_of(cell))
        if ticked is not None:
            return int(ticked)
    return count_of(cell)


class Doubt(StrEnum):
    """What is not certain of a day in a column of ticks."""

    READ = "day_read"  # a serial number, or a year of two digits
    NO_YEAR = "no_year"


class Tick(NamedTuple):
    """What a cell of a column of ticks says: yes, no or nothing; how many; since when."""

    is_so: bool | None = None
    number: int = 0  # 0: it says none
    day: date | None = None
    doubt: Doubt | None = None


def tick_of(cell: Cell) -> Tick:
    """Whether a column of ticks says yes, no or nothing, the number that stands there, or the day: a day says yes, since then.

    Raises:
        Invalid: it is no tick.
    """
    if isinstance(cell, str) and not cell:
        return Tick()
    text = text_of(cell)
    ticked = _tick(text)
    if ticked is not None or not text:
        return Tick(ticked)
    if found := _day(cell, text):
        return found
    try:
        number = count_of(cell)
    except Invalid:
        raise Invalid(N_("Không rõ là có hay không. Ghi x nếu có, để trống nếu không.")) from None
    return Tick() if number is None else Tick(number > 0, number)


def _day(cell: Cell, text: str) -> Tick | None:
    """What a cell says that holds a day: a spreadsheet's own, its serial number, or one in words and digits.

    None if it holds none. Without a year it only says yes.
    """
    if isinstance(cell, (date, datetime)):
        return Tick(is_so=True, day=cell.date() if isinstance(cell, datetime) else cell)
    if isinstance(cell, (int, float)):
        is_serial = _FIRST_SERIAL <= cell <= _LAST_SERIAL
        return Tick(is_so=True, day=_DAY_ZERO + timedelta(days=int(cell)), doubt=Doubt.READ) if is_serial else None
    found = _DAY.fullmatch(fold(text))
    words = found["words"].strip(" .,;:") if found else ""
    if not found or (words and not _tick(words)) or re.fullmatch(r"\d+\.\d+", text):
        return None
    _, day, month, year = found.groups()
    is_short = year is not None and len(year) == 2
    try:
        read = date(2000 + int(year) if is_short else int(year or 2024), int(month), int(day))
    except ValueError:
        return None
    if not year:
        return Tick(is_so=True, doubt=Doubt.NO_YEAR)
    return Tick(is_so=True, day=read, doubt=Doubt.READ if is_short else None)


@lru_cache(maxsize=512)
def _tick(text: str) -> bool | None:
    if text.strip() in _WINGDINGS_TICKS:
        return True
    words = fold(text).strip(" .,;:!")
    return True if words in _YES else False if words in _NO else None


# -- telephone numbers -------------------------------------------------------------------------------------------------

_PARTS = re.compile(r"[/;,|&\n\r\\]|\s(?:hoặc|hoac|và|va|hay|or)\s|\s[-–]\s")
# A word or a bracket that says whose number it is; "con trai 2: 0912…" is the second son's.
_NOTE = re.compile(r"\([^()0-9]*\)|[^\W\d_]+ ?\d(?=\s*:|\s+(?:\+?84|0)\d)|[^\W\d_]+")
_NOISE = re.compile(r"[\s.\-]+")
_POWER = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_ONE_OF_SEVERAL = re.compile(r"(?:\+?84|0)(?:[\s.\-]?\d){8,10}(?!\d)")
_NO_PHONE_WORDS = _NOTHING | _NO | {"trong", "khong so", "mat", "mat may"}


def phones_of(cell: Cell) -> tuple[str, ...]:
    """The numbers of a cell, E.164: the first valid mobile in front, the others behind in their order. Empty for none.

    Words that mean none ("không có", "-", "0") are none.

    Raises:
        Invalid: there are digits, or words, that are no number.
    """
    if isinstance(cell, (bool, date)):
        raise _no_phone()
    raw = cell if isinstance(cell, str) else text_of(cell)
    number = _usual(raw) if raw else None
    return (number,) if number else _phones(raw) if raw else ()


def _usual(text: str) -> str | None:
    """The usual ways to write one number, read without the library; None for everything else. Agrees with `phones.parse`."""
    digits = text if len(text) == 10 else _NOISE.sub("", text)
    if digits.startswith("+84") and len(digits) == 12:
        digits = "0" + digits[3:]
    elif digits.startswith("84") and len(digits) == 11:
        digits = "0" + digits[2:]
    elif len(digits) in (9, 10) and digits[0] != "0":
        digits = "0" + digits
    if len(digits) in (10, 11) and digits.isascii() and digits.isdecimal() and (start := _start(digits[:4], len(digits))):
        return start + digits[4:]
    return None


@lru_cache(maxsize=20_000)
def _start(prefix: str, length: int) -> str | None:
    """What becomes of the first four digits of every valid number of this length; None where that depends on more digits.

    Numbers are given out in blocks: a mobile's kind shows in its first three digits, a landline's in its area code.
    """
    starts = set()
    for next_digit in "0123456789":
        rest = (next_digit + "345678")[: length - 4]
        number = phones.parse(prefix + rest)
        starts.add(number.removesuffix(rest) if number and number.endswith(rest) else None)
    return starts.pop() if len(starts) == 1 else None


def _phones(raw: str) -> tuple[str, ...]:
    raw = unicodedata.normalize("NFKC", raw)
    text = text_of(raw).lstrip("'")
    words = fold(text).strip(" .")
    if words in _NO_PHONE_WORDS or not words.strip("0"):
        return ()
    whole = phones.parse(text)
    numbers = [whole] if whole else [number for part in _PARTS.split(raw) for number in _numbers(text_of(part))]
    if not numbers:
        raise _no_phone()
    return in_order(numbers)


def in_order(numbers: Iterable[str]) -> tuple[str, ...]:
    """Each number once, the first mobile in front."""
    unique = list(dict.fromkeys(numbers))
    first = next((number for number in unique if _is_mobile(number[:6], len(number))), None) if len(unique) > 1 else None
    return (first, *(number for number in unique if number != first)) if first else tuple(unique)


@lru_cache(maxsize=2_000)
def _is_mobile(start: str, length: int) -> bool:
    """Whether the valid numbers of a beginning (+84 and three digits) and length are mobile: they are given out in blocks."""
    return phones.is_mobile(start + "345678901"[: length - len(start)])


def _parse(text: str) -> str | None:
    return _usual(text) or phones.parse(text)


def _numbers(part: str) -> list[str]:
    """The numbers of one part of a cell, its notes left out."""
    if _POWER.search(part):
        raise _no_phone()
    bare = _NOTE.sub(" ", part).strip(" .:-()'")
    if not any(map(str.isdecimal, bare)):
        return []
    if number := _parse(bare):
        return [number]
    pieces = [piece.strip(" .:-()'") for piece in _NOTE.split(part)]
    between = [_parse(piece) for piece in pieces if any(map(str.isdecimal, piece))]
    if len(between) > 1 and all(between):
        return [number for number in between if number]
    found = [_parse(one) for one in _ONE_OF_SEVERAL.findall(bare)]
    numbers = [number for number in found if number]
    if not numbers or len(numbers) < len(found) or any(map(str.isdecimal, _ONE_OF_SEVERAL.sub("", bare))):
        raise _no_phone()
    return numbers


def _no_phone() -> Invalid:
    return Invalid(N_("Đây không phải số điện thoại Việt Nam. Sửa lại, hoặc để trống nếu không có."))


# -- letters of before Unicode -----------------------------------------------------------------------------------------


def in_unicode(cell: Cell, letters: str) -> Cell:
    """A text typed in old letters ("tcvn3", "vni") in Unicode; anything else as it is."""
    turn = TURN.get(letters)
    return turn(cell) if turn and isinstance(cell, str) else cell
