"""Units: finding them, listing them in the order people expect, importing and creating them, the settings of a ward."""

from functools import lru_cache
from typing import Any

from core.text import natural_key, vietnamese_key


@lru_cache(maxsize=20_000)
def place_key(area: str, name: str) -> tuple[Any, ...]:
    """Sort key of units: by area in the order of the alphabet, then "Tổ 2" before "Tổ 10"."""
    return vietnamese_key(area), natural_key(name), vietnamese_key(name)
