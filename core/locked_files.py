"""Files that open only with a passphrase: Fernet, a megabyte at a time, so that a large one needs no memory.

Each piece is sealed with its number and whether it is the last, so that none can be left out, put elsewhere or cut off.
"""

import base64
import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

MARK = b"CAUNOI-LOCKED-1\n"
PIECE = 1_000_000
SALT = 16


class WrongPassphrase(Exception):
    """The passphrase is another one, or the file is damaged: a cipher cannot tell which."""


def is_locked(source: BinaryIO) -> bool:
    """Whether a file begins as ours do; it is at its beginning again."""
    found = source.read(len(MARK)) == MARK
    source.seek(0)
    return found


def lock(source: BinaryIO, target: BinaryIO, *, passphrase: str) -> None:
    """Write what is read, sealed."""
    salt = os.urandom(SALT)
    seal = _fernet(passphrase, salt)
    target.write(MARK + salt)
    piece, number = source.read(PIECE), 0
    while True:
        following = source.read(PIECE)
        sealed = seal.encrypt(_head(number, is_last=not following) + piece)
        target.write(len(sealed).to_bytes(4) + sealed)
        if not following:
            return
        piece, number = following, number + 1


def unlock(source: BinaryIO, target: BinaryIO, *, passphrase: str) -> None:
    """Write what was sealed.

    Raises:
        WrongPassphrase: it does not open, or is not whole; what was written by then is to be thrown away.
    """
    if source.read(len(MARK)) != MARK:
        raise WrongPassphrase
    seal = _fernet(passphrase, source.read(SALT))
    target.writelines(_pieces(source, seal))


def _pieces(source: BinaryIO, seal: Fernet) -> Iterator[bytes]:
    number = 0
    while True:
        size = int.from_bytes(source.read(4))
        try:
            opened = seal.decrypt(source.read(size))
        except InvalidToken:
            raise WrongPassphrase from None
        is_last = opened[:9] == _head(number, is_last=True)
        if not is_last and opened[:9] != _head(number, is_last=False):
            raise WrongPassphrase
        yield opened[9:]
        if is_last:
            return
        number += 1


def _head(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(8) + bytes([is_last])


def _fernet(passphrase: str, salt: bytes) -> Fernet:
    key = Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(key))
