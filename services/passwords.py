"""Passwords: one form, what is refused, hashes by bcrypt, one-time ones that can be read out on the phone."""

import re
import secrets
import unicodedata
from functools import cache

import bcrypt

from core.errors import Invalid
from core.i18n import N_
from core.settings import ROOT
from core.text import fold
from core.tokens import ALPHABET

ROUNDS = 12  # about 0.2 s of one core a check; what streamlit-authenticator uses too
SHORTEST = 8
LONGEST_BYTES = 72  # bcrypt reads no further
# A hash that no password gives: checked for names that do not exist, so that time tells nothing (ASVS 6.3.8).
NOBODY = "$2b$12$aPhdlITK5W0smNYSeu4vvudW35ZKnibiCw3W5GikElKo/11lsFUBi"


def normal(password: str) -> str:
    """The one form a password is hashed and compared in: NFC, without outer spaces.

    Some keyboards write ệ as one letter, some as three; the sign-in form's library takes outer spaces away.
    """
    return unicodedata.normalize("NFC", password).strip()


def fits(password: str) -> bool:
    """Whether bcrypt can take it whole."""
    return 0 < len(password.encode()) <= LONGEST_BYTES and "\0" not in password


def hash_password(password: str) -> str:
    """What the database keeps of a password. Takes 0.2 s: never inside a redraw nor while a transaction holds its lock."""
    return bcrypt.hashpw(normal(password).encode(), bcrypt.gensalt(ROUNDS)).decode()


def is_right(password: str, hashed: str) -> bool:
    """Whether a password gives this hash; takes as long for a wrong one, and for a hash that is none."""
    word = normal(password)
    try:
        return bcrypt.checkpw(word.encode() if fits(word) else b"-", hashed.encode())
    except ValueError:  # no bcrypt hash: an account without a password
        bcrypt.checkpw(b"-", NOBODY.encode())
        return False


def accepted(password: str, *, username: str = "") -> str:
    """The normal form of a new password.

    Long enough, not too long for bcrypt, not on the list of common ones (ASVS 6.2.1, 6.2.4, 6.2.9); no rules on which
    letters it has (6.2.5).

    Raises:
        Invalid: with how to choose a better one.
    """
    word = normal(password)
    if len(word) < SHORTEST:
        raise Invalid(N_("Mật khẩu cần ít nhất {n} ký tự. Nên dùng ba bốn từ ghép lại, dễ nhớ mà khó đoán."), n=SHORTEST)
    if not fits(word):
        raise Invalid(N_("Mật khẩu này quá dài. Xin bớt lại, chữ có dấu chiếm nhiều chỗ hơn chữ không dấu."))
    if _is_common(word, username):
        raise Invalid(N_("Mật khẩu này nhiều người dùng, dễ bị đoán. Xin chọn mật khẩu khác."))
    return word


def one_time() -> str:
    """A random password of 72 bits in three groups, without look-alike letters, to be read out or handed over on paper."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3))


@cache
def _common() -> frozenset[str]:
    lines = (ROOT / "data" / "common-passwords.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("# "))


def _is_common(word: str, username: str) -> bool:
    plain = word.lower()
    if plain in _common() or fold(plain).replace(" ", "") in _common() or len(set(plain)) <= 2:
        return True
    name = re.sub(r"[^a-z0-9]", "", username)
    rest = re.sub(r"[^a-z0-9]", "", fold(plain))
    # The own name, alone or with a few figures round it, is what a guesser tries second.
    return len(name) >= 4 and name in rest and len(rest) - len(name) < 5
