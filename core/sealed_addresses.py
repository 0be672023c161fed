"""Addresses that are a permission and are said again: a row's id and a seal that only the app's key gives.

The database holds neither the address nor the seal, so that it alone opens no page. Another issue of a row has another seal.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from core import tokens
from core.settings import settings

_ID, _SEAL = 16, 16  # bytes
LENGTH = 43  # letters: no address of before was as long


@dataclass(frozen=True)
class Address:
    """One address of a row; `before` is the digest of the one it had when addresses were still chance that was kept."""

    kind: str  # of page: what is sealed for one kind opens no other
    id: UUID
    issue: int = 1  # counts up when it is given anew
    before: str | None = None

    @property
    def token(self) -> str:
        """What stands in the address now: 128 bits that only the app's key gives, behind the id."""
        seal = bytes.fromhex(tokens.keyed_digest(settings().key, self._sealed(self.issue)))
        return base64.urlsafe_b64encode(self.id.bytes + seal).decode().rstrip("=")

    def is_now(self, token: str) -> bool:
        """Whether a text is this address as it stands: sealed by the app's key or one of before, or else its first of all."""
        return self._is(token, self.issue)

    def was(self, token: str) -> bool:
        """Whether a text is an address that this one has replaced."""
        return any(self._is(token, issue) for issue in range(1, self.issue))

    def _is(self, token: str, issue: int) -> bool:
        if id_in(token) is None:
            return issue == 1 and self.before is not None and tokens.same(tokens.digest(token), self.before)
        raw = _raw(token)
        return raw[:_ID] == self.id.bytes and is_sealed(self._sealed(issue), seal=raw[_ID:].hex())

    def _sealed(self, issue: int) -> str:
        return f"address|{self.kind}|{self.id}|{issue}"


def id_in(token: str) -> UUID | None:
    """The id that an address names; None where it is none of this form. Whether it is sealed says `Address.is_now`."""
    raw = _raw(token) if len(token) == LENGTH else b""
    is_whole = len(raw) == _ID + _SEAL and base64.urlsafe_b64encode(raw).decode().rstrip("=") == token
    return UUID(bytes=raw[:_ID]) if is_whole else None


def is_named(token: str, id_column: Any, *digests: Any) -> ColumnElement[bool]:
    """Whether a row is the one that an address names by its id, or the one that keeps the digest of an address of before.

    Whether it opens that row says `Address.is_now`.
    """
    if id_ := id_in(token):
        return col(id_column) == id_
    return or_(*(col(kept) == tokens.digest(token) for kept in digests))


def is_sealed(value: str, *, seal: str) -> bool:
    """Whether a seal of 32 hex digits is the value's, by the app's key or by one of before that is still known."""
    return any(tokens.same(seal, tokens.keyed_digest(key, value)) for key in settings().keys)


def said(value: str, *, digest: str) -> str:
    """The address that follows from a value, where its digest is kept: by the key by which that one was handed out.

    Where none of the keys still known gave it, or it is to be given anew, by the app's key.
    """
    made = [tokens.keyed_digest(key, value) for key in settings().keys]
    return next((one for one in made if tokens.digest(one) == digest), made[0])


def _raw(token: str) -> bytes:
    try:
        return base64.b64decode(f"{token}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
