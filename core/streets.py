"""Addresses in the order in which one walks: street by street, alley by alley, house by house."""

import re

from core.text import fold, natural_key

Key = list[tuple[int, int, str]]
_HOUSE = re.compile(r"^(?:so nha|nha so|so|sn)?\.?\s*(\d[\d/]*[a-z]?)\b(?!\s*(?:to|khu)\b)[\s,.-]*")
_ALLEY = re.compile(r"\b(?:ngo|ngach|hem|kiet|nghach)\s*(\d[\d/]*[a-z]?)\b")
_KIND = re.compile(r"\b(?:duong|pho)\b\.?")
_GAPS = re.compile(r"[\s,.;–-]+")


_NUMBERED = re.compile(r"^(?:số nhà|nhà số|số|sn)?\.?\s*\d[\d/]*[a-z]?\b[\s,.–-]*", re.IGNORECASE)


def street_of(address: str) -> str:
    """What is left of an address without the number of the house in front, letter by letter: "đường Hùng Vương"."""
    rest = _NUMBERED.sub("", address).strip()
    return rest or address.strip()


def walking_key(address: str) -> tuple[Key, Key, Key]:
    """Sort key: the street's name, then its alleys (none first), then the number of the house. Marks and case do not matter.

    "Số 9, ngõ 4, Trần Hưng Đạo" comes after "Số 120, Trần Hưng Đạo" and before "Số 1, ngõ 12, Trần Hưng Đạo".
    """
    plain = fold(address)
    house = _HOUSE.match(plain)
    rest = plain[house.end() :] if house else plain
    alleys = " ".join(_ALLEY.findall(rest))
    street = _GAPS.sub(" ", _KIND.sub(" ", _ALLEY.sub(" ", rest))).strip()
    return natural_key(street), natural_key(alleys), natural_key(house[1]) if house else []
