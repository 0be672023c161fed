"""Vietnamese text: one stored form, a fold for searching, orders for names and numbers."""

import re
import unicodedata

# C0 and C1 but for those that are white space.
_CONTROLS = [*range(9), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0)]
_INVISIBLE = dict.fromkeys([*_CONTROLS, 0x200B, 0x200C, 0x200D, 0xFEFF])
_LETTERS = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {"": 0, "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_DIGITS = re.compile(r"(\d+)")
# Letters of Vietnamese with every tone, for patterns: a range of code points would take both cases.
_SUNG = set("aăâeêioôơuưy")
LOWER = "".join(
    unicodedata.normalize("NFC", letter + tone) for letter in _LETTERS for tone in (_TONES if letter in _SUNG else [""])
)
UPPER = LOWER.upper()


def clean(text: str) -> str:
    """NFC, without invisible characters and controls, single spaces: the form every stored name has."""
    return " ".join(unicodedata.normalize("NFC", text).translate(_INVISIBLE).replace("\u00a0", " ").split())


def clean_lines(text: str) -> str:
    """Like `clean`, line by line: for bodies, whose line breaks mean something."""
    return "\n".join(clean(line) for line in text.replace("\r\n", "\n").split("\n")).strip()


def fold(text: str) -> str:
    """For searching only: no marks, đ as d, lower case, single spaces. Hòa and hoà, Đỗ and do meet."""
    plain = text.translate(_PLAIN)
    return " ".join((plain.lower() if plain.isascii() else _bare(text)).split())


def _bare(text: str) -> str:
    flat = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in flat if unicodedata.category(c) != "Mn").casefold()


# Letters of Latin scripts with what is left of them: three times faster than taking every text apart.
_PLAIN = {code: bare for code in (*range(0xC0, 0x370), *range(0x1E00, 0x1F00)) if (bare := _bare(chr(code))).isascii()}


def unmarked(text: str) -> str:
    """Without marks, đ as d, the case kept: `Sang mai, tai Tram Y te`. Other signs stay."""
    flat = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(c for c in flat if unicodedata.category(c) != "Mn"))


def vietnamese_key(text: str) -> tuple[list[tuple[int, int]], list[int]]:
    """Sort key of dictionaries: letters first (a ă â … d đ), then tones (none huyền hỏi ngã sắc nặng)."""
    letters: list[tuple[int, int]] = []
    tones: list[int] = []
    for character in unicodedata.normalize("NFC", text).lower():
        parts = unicodedata.normalize("NFD", character)
        tone = next((c for c in parts if c in _TONES), "")
        base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
        letters.append((1, _LETTERS[base]) if base in _LETTERS else (0, ord(base[0]) if base else 0))
        tones.append(_TONES[tone])
    return letters, tones


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Sort key in which "Tổ 2" comes before "Tổ 10"."""
    return [(0, int(part), "") if part.isdigit() else (1, 0, fold(part)) for part in _DIGITS.split(text) if part]
