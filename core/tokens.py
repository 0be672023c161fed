"""Secrets in addresses and cookies: made by the system's generator, stored as hashes where they open a door."""

import hashlib
import hmac
import secrets

# No 0 o 1 l i u v: a slug is read from a wall and typed on a phone.
ALPHABET = "23456789abcdefghjkmnpqrstwxyz"


def new_token() -> str:
    """192 random bits for an address or a cookie."""
    return secrets.token_urlsafe(24)


def new_slug(length: int = 7) -> str:
    """A short name without look-alike letters: 29 to the power of `length`."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def digest(token: str) -> str:
    """What the database keeps of a token (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_digest(key: str, value: str, *, digits: int = 32) -> str:
    """What the database keeps of a value that could be guessed: so many hex digits (at most 64), useless without the app key."""
    return hmac.digest(key.encode(), value.encode(), hashlib.sha256).hex()[:digits]


def same(one: str, other: str) -> bool:
    """Compare without telling by time where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
