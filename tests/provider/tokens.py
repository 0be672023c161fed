"""Access tokens that expire and refresh tokens good for one use, as Zalo's OAuth v4 gives them (channels.md §1).

An app's first tokens are `access-<app>-0` and `refresh-<app>-0`; each refresh gives the next number.
"""

import base64
import hashlib
import time
from collections import Counter

from tests.provider.book import Book
from tests.provider.faults import Faults
from tests.provider.wire import Answer, Request, told


def account_of(token: str) -> str:
    """Whose access token it is."""
    return token.removeprefix("access-").rsplit("-", 1)[0]


class Tokens:
    """Which tokens are good just now."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._number: Counter[str] = Counter()  # by app
        self._uses: Counter[str] = Counter()  # by access token
        self._since: dict[str, float] = {}
        self._lost = 0
        self.challenges: dict[str, str] = {}  # code -> challenge, of consents given in a browser
        self._codes: set[str] = set()  # used

    def is_good(self, token: str, faults: Faults) -> bool:
        """Whether a call with it may pass; it counts as a use."""
        if not faults.strict_tokens:
            return bool(token)
        app = account_of(token)
        if token != f"access-{app}-{self._number[app]}":
            return False
        self._uses[token] += 1
        since = self._since.setdefault(token, time.monotonic())
        is_used_up = faults.token_uses and self._uses[token] > faults.token_uses
        is_old = faults.token_seconds and time.monotonic() - since > faults.token_seconds
        return not (is_used_up or is_old)

    def exchange(self, request: Request, faults: Faults) -> Answer:
        """`POST /v4/oa/access_token`: a code or a refresh token for a new pair."""
        asked = request.asked
        if not request.headers.get("secret_key") or not asked.get("app_id"):
            return self._no(-14002, "Invalid app id")
        if asked.get("grant_type") == "authorization_code":
            return self._first(asked)
        return self._next(asked, faults)

    def _first(self, asked: dict[str, str]) -> Answer:
        code = asked.get("code", "")
        if not code or code in self._codes:
            return self._no(-14019, "Invalid authorization code")
        challenge = self.challenges.get(code)
        hashed = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        if challenge and base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() != challenge:
            return self._no(-14020, "Invalid code verifier")
        self._codes.add(code)
        return self._pair(asked["app_id"])

    def _next(self, asked: dict[str, str], faults: Faults) -> Answer:
        app = asked["app_id"]
        self._book.refreshes += 1
        if asked.get("refresh_token") != f"refresh-{app}-{self._number[app]}":
            self._book.refresh_reused += 1
            return self._no(-14014, "Invalid refresh token")
        self._number[app] += 1
        if self._lost < faults.lose_refreshes:
            self._lost += 1
            return Answer(fate="cut")
        return self._pair(app)

    def _pair(self, app: str) -> Answer:
        number = self._number[app]
        return told({"access_token": f"access-{app}-{number}", "refresh_token": f"refresh-{app}-{number}", "expires_in": "90000"})

    @staticmethod
    def _no(code: int, name: str) -> Answer:
        return told({"error": code, "error_name": name, "error_reason": name, "error_description": "", "ref_doc": ""})
