"""Words on their way to a sheet, wherever they stand in what its template takes."""

from collections.abc import Iterator
from typing import Any

from core.text import clean


def cleaned(value: Any) -> Any:
    """The same with every text tidied, and lists in the place of tuples."""
    if isinstance(value, dict):
        return {name: cleaned(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(one) for one in value]
    return clean(value) if isinstance(value, str) else value


def letters(value: Any) -> Iterator[str]:
    """Every text in it, to be looked through for letters that cannot be printed."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from letters(one)
