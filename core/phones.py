"""Telephone numbers of Vietnam: read as people write them, stored as E.164, shown in groups, masked by default."""

import re
import unicodedata
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from core.errors import Invalid
from core.i18n import N_

# Mobile prefixes moved from eleven digits to ten in 2018 (Ministry of Information and Communications, 15/9/2018).
_MOVED = {
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038",
    "0169": "039", "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078", "0123": "083",
    "0124": "084", "0125": "085", "0127": "081", "0129": "082", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
# As E.164 a mobile is +84, one of these and eight more digits (numbering plan since the move of 2018): for queries.
MOBILE_DIGITS, MOBILE_LENGTH = ("3", "5", "7", "8", "9"), 12
_NOISE = re.compile(r"[\s.\-()\u00a0\u2010-\u2015·_]+")
_BEFORE = {new: old for old, new in _MOVED.items()}
_NO_DIGIT = re.compile(r"\D+")
_WHOLE = re.compile(r"^(\d{8,})\.0$")  # how a spreadsheet hands over a number


def parse(text: str) -> str | None:
    """E.164 of a Vietnamese number written in any usual way, or None when it is none.

    Takes +84, 84, 0084, spaces, dots, dashes and brackets, a leading zero lost in a spreadsheet, and
    eleven-digit mobile numbers of before 2018.
    """
    digits = _NOISE.sub("", _WHOLE.sub(r"\1", text.strip()))
    if digits.startswith(("+84", "0084")):
        digits = "0" + digits.removeprefix("+84").removeprefix("0084").lstrip("0")
    if not (digits.isascii() and digits.isdigit()):
        return None
    if digits.startswith("84") and len(digits) in (11, 12):
        digits = "0" + digits[2:]
    if len(digits) == 11 and digits[:4] in _MOVED:
        digits = _MOVED[digits[:4]] + digits[4:]
    if not digits.startswith("0") and len(digits) in (9, 10):
        digits = "0" + digits
        if len(digits) == 11 and digits[:4] in _MOVED:
            digits = _MOVED[digits[:4]] + digits[4:]
    try:
        number = phonenumbers.parse(digits, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not digits.startswith("0") or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def read(text: str) -> str | None:
    """As `parse`, of a field that may stay empty: None for nothing.

    Raises:
        Invalid: what is written is no telephone number; the field is `phone`.
    """
    number = parse(text)
    if number is None and text.strip():
        raise Invalid(N_("“{phone}” không phải số điện thoại. Ví dụ đúng: 0912 345 678."), phone=text[:40], field="phone")
    return number


class Mending(StrEnum):
    """How `parse` put a number right that was not written as it is dialled today."""

    ZERO_ADDED = "zero_added"
    OLD_PREFIX = "old_prefix"


def mending(text: str, number: str) -> Mending | None:
    """What was put right to read `number` (E.164) out of a text; None where it stands there as it is dialled."""
    bare = number.removeprefix("+84")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    digits = _NO_DIGIT.sub("", text)
    if f"0{bare}" in digits or f"84{bare}" in digits:
        return None
    if bare in digits:
        return Mending.ZERO_ADDED
    old = _BEFORE.get(f"0{bare[:2]}")
    return Mending.OLD_PREFIX if old and f"{old[1:]}{bare[2:]}" in digits else None


def is_mobile(number: str) -> bool:
    """Whether an E.164 number can have Zalo or take an SMS."""
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def show(number: str | None) -> str:
    """`0912 345 678`, as people here write it; empty for none."""
    if not number:
        return ""
    digits = "0" + number.removeprefix("+84")
    return f"{digits[:4]} {digits[4:7]} {digits[7:]}"


def masked(number: str | None) -> str:
    """`0912 xxx 678`: enough to recognise, not enough to call."""
    if not number:
        return ""
    digits = "0" + number.removeprefix("+84")
    return f"{digits[:4]} xxx {digits[-3:]}"


def last_four(number: str | None) -> str:
    """What a leader is asked for at the common door; empty when the ward has no number."""
    return number[-4:] if number else ""
