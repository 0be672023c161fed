"""A quiet check that a person is there, asked only where one phone or address writes a lot: a small sum, nothing outside."""

import secrets
from datetime import datetime, timedelta

from core import typed
from core.settings import settings
from core.spelled import number
from core.tokens import keyed_digest, same

GOOD_FOR = timedelta(minutes=30)


def asked(now: datetime, *, language: str) -> tuple[str, str]:
    """A sum, for readers of Vietnamese in words, and the sealed note that knows its answer."""
    one, other = secrets.randbelow(8) + 2, secrets.randbelow(8) + 2
    salt = secrets.token_hex(4)
    until = int((now + GOOD_FOR).timestamp())
    words = f"{number(one)} cộng {number(other)}" if language == "vi" else f"{one} + {other}"
    return words, f"{until}.{salt}.{_seal(until, salt, one + other)}"


def is_right(note: str, answer: str, now: datetime) -> bool:
    """Whether the answer is that of the sealed note, and the note is not old."""
    parts = note.split(".")
    until, total = typed.number(parts[0], digits=10), typed.number(answer, digits=2)
    if len(parts) != 3 or until is None or total is None:
        return False
    return now.timestamp() <= until and same(parts[2], _seal(until, parts[1], total))


def _seal(until: int, salt: str, total: int) -> str:
    return keyed_digest(settings().key, f"human|{until}|{salt}|{total}", digits=32)
