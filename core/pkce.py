"""Proof that whoever changes a code for tokens is who asked for it (PKCE, RFC 7636)."""

import base64
import hashlib
import secrets
import string

_SIGNS = string.ascii_letters + string.digits
VERIFIER_LENGTH = 43


def verifier() -> str:
    """A new verifier (RFC 7636 §4.1): 43 letters and digits nobody can guess."""
    return "".join(secrets.choice(_SIGNS) for _ in range(VERIFIER_LENGTH))


def challenge(of: str) -> str:
    """What is shown beforehand of a verifier: it can be checked against it, and not turned back into it."""
    return base64.urlsafe_b64encode(hashlib.sha256(of.encode()).digest()).rstrip(b"=").decode()
