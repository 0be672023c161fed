"""Secrets of others that we must be able to say again: kept encrypted with the app key, each bound to what it belongs to.

The app key can change: put the old one into `PREVIOUS_SECRET_KEYS`, have everything sealed anew, take it out again.
"""

import base64
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.settings import settings


class Unreadable(Exception):
    """Sealed with a key that is no longer known, for another owner, or damaged."""


def seal(values: Mapping[str, str], *, owner: str) -> str:
    """The values as they may lie in a database. They open for the same owner only: a row copied onto another one is of no use."""
    return _locks(owner).encrypt(json.dumps(dict(values), ensure_ascii=False).encode()).decode()


def unseal(sealed: str, *, owner: str) -> dict[str, str]:
    """The values again; none of what was never sealed.

    Raises:
        Unreadable: neither the app key nor a previous one opens them.
    """
    if not sealed:
        return {}
    try:
        opened = _locks(owner).decrypt(sealed.encode())
    except (InvalidToken, UnicodeEncodeError):
        raise Unreadable from None  # the token is no word for a log
    return {str(name): str(value) for name, value in json.loads(opened).items()}


def is_current(sealed: str, *, owner: str) -> bool:
    """Whether today's app key alone opens them: nothing is left to seal anew."""
    try:
        _lock(settings().key, owner).decrypt(sealed.encode())
    except InvalidToken:
        return not sealed
    return True


def _locks(owner: str) -> MultiFernet:
    return MultiFernet([_lock(key, owner) for key in settings().keys])


def _lock(key: str, owner: str) -> Fernet:
    """A key of its own for each owner, derived from the app key (HKDF, RFC 5869)."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"caunoi sealed {owner}".encode()).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
