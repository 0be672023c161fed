"""Long lists on phones, cut into pages of a size that an old phone loads at once."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

from markupsafe import escape

from core.typed import number


class Home(Protocol):
    """A household of a list."""

    @property
    def head_name(self) -> str:
        """Whose it is."""

    @property
    def address(self) -> str:
        """Where."""


H = TypeVar("H", bound=Home)


def turned(homes: Iterable[H], *, room: int, each: int) -> list[list[H]]:
    """A list in pages of at most `room` bytes, at least one; a household takes `each` besides its name and address."""
    made: list[list[H]] = [[]]
    left = room
    for home in homes:
        size = each + len(escape(home.head_name + home.address).encode())
        if size > left and made[-1]:
            made.append([])
            left = room
        made[-1].append(home)
        left -= size
    return made


def asked(page: str) -> int:
    """The page an address or a form names, from 1; nonsense is the first."""
    return number(page, digits=4) or 1
