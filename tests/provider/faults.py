"""How the provider misbehaves.

What happens to a message follows from the seed, its key and how often it was asked, in whatever order they come.
"""

from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from typing import Any, Literal


@dataclass(frozen=True)
class Faults:
    """Everything off: it takes all at once."""

    seed: int = 0
    delay_seconds: float = 0.0
    jitter_seconds: float = 0.0  # up to so much more
    error_rate: float = 0.0  # not taken, worth trying again: the provider's own code, HTTP 503 and 429 by turns
    lost_rate: float = 0.0  # taken, then the connection is cut without an answer
    vanish_rate: float = 0.0  # not taken, and cut all the same
    refuse_rate: float = 0.0  # not taken and never will be: the receiver; the same ones each time
    answer: Literal["", "html", "big", "never", "drip", "half", "500", "502", "503"] = ""  # for all; none of it is taken
    per_second: float = 0.0  # for one account; over it, refused
    limit_by: Literal["http", "code"] = "http"
    retry_after: str = "1"  # as told with 429 and 503; "" tells nothing
    is_night: bool = False
    quota: int = -1  # messages left of the day; -1: no limit
    strict_tokens: bool = False  # only the newest access token is good
    token_uses: int = 0  # after so many messages it has expired; 0: never
    token_seconds: float = 0.0  # after so long; 0: never
    lose_refreshes: int = 0  # the answers of the next so many refreshes are lost, the refresh token used up

    def with_(self, told: dict[str, Any]) -> "Faults":
        """The same, with some told anew.

        Raises:
            ValueError: a name is none of these.
        """
        strangers = set(told) - {field.name for field in fields(self)}
        if strangers:
            raise ValueError(f"no such faults: {sorted(strangers)}")
        return replace(self, **told)

    def chance(self, what: str, key: str, times: int) -> float:
        """A number from 0 to 1 that is always the same for these."""
        return int.from_bytes(blake2b(f"{self.seed}:{what}:{key}:{times}".encode(), digest_size=4).digest()) / 2**32

    def happens(self, rate: float, what: str, key: str, times: int) -> bool:
        """Whether what happens at this rate does so this time."""
        return rate > 0 and self.chance(what, key, times) < rate
