"""Texts that no spreadsheet takes for a formula."""

import re

# What a spreadsheet reads as the beginning of a formula (CWE-1236, OWASP "CSV Injection"), and the same signs in full width.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
TEXT_LETTERS_MAX = 32_767  # Excel takes no longer text in a cell
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # what XML 1.0 has no place for


def safe(text: str) -> str:
    """A text no spreadsheet takes for a formula: a single quote in front where it begins like one. Our import takes it off."""
    kept = _UNWRITABLE.sub("", text)
    guarded = text.startswith(FORMULA_STARTS) or kept.startswith(FORMULA_STARTS)
    return (f"'{kept}" if guarded else kept)[:TEXT_LETTERS_MAX]
