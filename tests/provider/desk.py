"""What happens to a message at any provider: let in or not, limited, refused, lost, taken."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.provider.book import Book
from tests.provider.faults import Faults
from tests.provider.tokens import Tokens
from tests.provider.wire import Answer, Request, told

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True)
class Tongue:
    """How one provider says what goes wrong; "" where it has no code for it."""

    refused: Callable[[str], Answer]
    busy: str = ""
    limit: str = ""
    night: str = ""
    quota: str = ""
    recipient: str = ""
    token: str = ""
    repeat: str = ""  # of a provider that takes a key once only


class Desk:
    """The provider's state."""

    def __init__(self, faults: Faults) -> None:
        self.start(faults)

    def start(self, faults: Faults) -> None:
        """Begin anew, everything forgotten."""
        self.faults = faults
        self.book = Book()
        self.tokens = Tokens(self.book)
        self.script: deque[Mapping[str, Any]] = deque()
        self.posts: dict[str, list[dict[str, Any]]] = {}  # of a page, the newest first
        self.calls: deque[tuple[str, str, dict[str, Any]]] = deque(maxlen=1000)  # method, path, what was asked
        self.files: dict[str, Answer] = {}  # what people sent, by its name under /files/
        self._spent: dict[str, int] = {}
        self._free_at: dict[str, float] = {}

    def scripted(self, tongue: Tongue) -> Answer | None:
        """What was told to happen with the next call, whatever it is."""
        if not self.script:
            return None
        step = dict(self.script.popleft())
        if step.get("pass"):
            return None
        if "code" in step:
            return replace(tongue.refused(str(step["code"])), headers=dict(step.get("headers", {})))
        return Answer(
            body=str(step.get("body", "")).encode(), status=int(step.get("status", 200)), headers=dict(step.get("headers", {})),
            media_type=step.get("media_type", "application/json"), fate=step.get("fate", "whole"),
            after_seconds=float(step.get("after_seconds", 0.0)),
        )  # fmt: skip

    def message(
        self, request: Request, tongue: Tongue, *, channel: str, key: str, account: str, accepted: Callable[[int], Answer],
        token: str | None = None,
    ) -> Answer:  # fmt: skip
        """A message of this key: the answer, after the delay that is told."""
        self.calls.append((request.method, request.path, request.asked))
        self.book.called(account)
        times = self.book.asked[key]
        self.book.asked[key] += 1
        answer = self._decided(tongue, channel, key, account, token, times, accepted)
        faults = self.faults
        wait = faults.delay_seconds + (faults.jitter_seconds and faults.jitter_seconds * faults.chance("jitter", key, times))
        return replace(answer, after_seconds=answer.after_seconds + wait) if wait else answer

    def _decided(
        self, tongue: Tongue, channel: str, key: str, account: str, token: str | None, times: int,
        accepted: Callable[[int], Answer],
    ) -> Answer:  # fmt: skip
        scripted = self.scripted(tongue)
        if scripted is not None:
            return scripted
        if token is not None and not self.tokens.is_good(token, self.faults):
            return self._no(tongue, channel, tongue.token)
        refusal = self._refusal(tongue, channel, key, account, times)
        if refusal is not None:
            return refusal
        if tongue.repeat and key in self.book.taken:
            self.book.repeats_refused += 1
            return tongue.refused(tongue.repeat)
        self._spent[account] = self._spent.get(account, 0) + 1
        self.book.take(channel, key, account)
        if self.faults.happens(self.faults.lost_rate, "lost", key, times):
            self.book.cut += 1
            return Answer(fate="cut")
        return accepted(self.book.accepted)

    def _refusal(self, tongue: Tongue, channel: str, key: str, account: str, times: int) -> Answer | None:
        """Why it is not taken, if it is not."""
        faults = self.faults
        if faults.answer:
            return self.strange(faults.answer)
        limited = self._limited(tongue, channel, account)
        if limited is not None:
            return limited
        if tongue.recipient and faults.happens(faults.refuse_rate, "refuse", key, 0):
            return self._no(tongue, channel, tongue.recipient)
        if faults.happens(faults.error_rate, "error", key, times):
            return self._error(tongue, channel, faults.chance("kind", key, times))
        return Answer(fate="cut") if faults.happens(faults.vanish_rate, "vanish", key, times) else None

    def _limited(self, tongue: Tongue, channel: str, account: str) -> Answer | None:
        """Why not now."""
        faults = self.faults
        if faults.per_second and self._is_too_fast(account):
            by_code = faults.limit_by == "code" and tongue.limit
            return self._no(tongue, channel, tongue.limit) if by_code else self._http(channel, 429)
        if faults.is_night and tongue.night:
            return self._no(tongue, channel, tongue.night)
        if faults.quota >= 0 and tongue.quota and self._spent.get(account, 0) >= faults.quota:
            return self._no(tongue, channel, tongue.quota)
        return None

    def _error(self, tongue: Tongue, channel: str, kind: float) -> Answer:
        if kind < 0.5 and tongue.busy:
            return self._no(tongue, channel, tongue.busy)
        return self._http(channel, 503 if kind < 0.75 else 429)

    def _is_too_fast(self, account: str) -> bool:
        """A bucket of one tenth of a second's messages."""
        now, gap = time.monotonic(), 1 / self.faults.per_second
        free_at = max(self._free_at.get(account, 0.0), now - 0.1)
        if free_at > now:
            return True
        self._free_at[account] = free_at + gap
        return False

    def _no(self, tongue: Tongue, channel: str, code: str) -> Answer:
        self.book.refused[f"{channel} {code}"] += 1
        return tongue.refused(code)

    def _http(self, channel: str, status: int) -> Answer:
        self.book.refused[f"{channel} HTTP {status}"] += 1
        headers = {"Retry-After": self.faults.retry_after} if self.faults.retry_after else {}
        return Answer(b"busy", status, headers, "text/plain")

    @staticmethod
    def strange(kind: str) -> Answer:
        """An answer that is none."""
        if kind == "html":
            return Answer(HTML, media_type="text/html")
        if kind == "big":
            return Answer(b'{"error": 0, "message": "' + b"x" * 10_000_000 + b'"}')
        if kind == "never":
            return Answer(fate="never")
        if kind in ("drip", "half"):
            return replace(told({"error": 0, "message": "x" * 600}), fate="drip" if kind == "drip" else "half")
        return Answer(HTML, status=int(kind), media_type="text/html")
