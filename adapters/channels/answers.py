"""From what a provider answers to what became of a message: the tables of contracts/channels.md, as data."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from adapters.channels.connections import Lost, NotReached
from adapters.channels.http import Answer
from core import clock
from core.i18n import N_
from services.senders import Outcome, Rejected, Unavailable, Unknown

Trouble = Literal["refresh", "backoff", "later", "recipient", "content", "config", "unknown"]


@dataclass(frozen=True)
class Meaning:
    """What one of a provider's codes means."""

    trouble: Trouble
    reason: str
    again: Literal["", "minute", "minutes", "morning"] = ""  # when it may be tried again, where the contract says so


@dataclass(frozen=True)
class Stale:
    """The access token is no longer good: nothing was taken."""

    code: str


Table = Mapping[str, Meaning]
BUSY = N_("Nhà cung cấp đang bận, sẽ thử lại.")
TOO_FAST = N_("Gửi nhanh hơn mức nhà cung cấp cho phép, sẽ thử lại.")
NOT_REACHED = N_("Không kết nối được với nhà cung cấp, sẽ thử lại.")
LOST = N_("Mất câu trả lời của nhà cung cấp: chưa biết tin đã đi hay chưa.")
UNREADABLE = N_("Câu trả lời của nhà cung cấp không đọc được: chưa biết tin đã đi hay chưa.")
WRONG_DOOR = N_("Máy chủ của nhà cung cấp không nhận yêu cầu này. Kiểm tra địa chỉ nhà cung cấp trong cài đặt của hệ thống.")
NO_PHONE = N_("Số điện thoại không nhận được tin: sai hoặc không phải số di động Việt Nam.")
NO_RECIPIENT = N_("Không rõ người nhận.")
TOO_LONG = N_("Nội dung dài hơn mức kênh này cho phép.")
NOTHING_SAID = N_("Không có nội dung để gửi.")
KEYS_MISSING = N_("Thiếu khóa của tài khoản. Kết nối lại tài khoản này.")
UNKNOWN_CODE = N_("Nhà cung cấp từ chối với một mã lỗi lạ. Xem mã lỗi và hỏi nhà cung cấp.")


def table(*rows: tuple[Trouble, str, str] | tuple[Trouble, str, str, Literal["minute", "minutes", "morning"]]) -> Table:
    """A table from rows of: class, codes parted by spaces, what is said to a person, and when it may be tried again."""
    return {code: Meaning(row[0], row[2], row[3] if len(row) == 4 else "") for row in rows for code in row[1].split()}


def judged(meanings: Table, code: str, *, retry_after: float | None = None) -> Outcome | Stale:
    """What a code means for the message. A code that no table knows stops the account: a person must look."""
    meaning = meanings.get(code) or Meaning("config", UNKNOWN_CODE)
    match meaning.trouble:
        case "refresh":
            return Stale(code)
        case "unknown":
            return Unknown(meaning.reason)
        case "backoff" | "later":
            after = retry_after if retry_after is not None else _seconds_to(meaning.again)
            return Unavailable(meaning.trouble, code, meaning.reason, after)
        case "recipient" | "content" | "config":
            return Rejected(meaning.trouble, code, meaning.reason)


def by_status(answer: Answer) -> Outcome:
    """What an answer means that is not in the provider's own words (§0, rules 2 and 3).

    The contract is silent on 3xx and 4xx without the provider's body: who answers so has looked at the request and refused
    it, and is most likely not the provider at all, but what stands at a wrong address.
    """
    code = f"HTTP {answer.status}"
    if answer.status in (429, 503):
        return Unavailable("backoff", code, BUSY if answer.status == 503 else TOO_FAST, answer.retry_after)
    if 300 <= answer.status < 500 and answer.status not in (408, 499):
        return Rejected("config", code, WRONG_DOOR)
    return Unknown(UNREADABLE if answer.status < 300 else LOST)


async def reached(asking: Awaitable[Answer]) -> Answer | Unavailable | Unknown:
    """The answer, or what its absence means."""
    try:
        return await asking
    except NotReached:
        return Unavailable("backoff", "", NOT_REACHED)
    except Lost:
        return Unknown(LOST)


def _seconds_to(when: str) -> float | None:
    now = clock.now()
    if when == "minute":  # limits of a minute end with it
        return 61.0 - now.second
    if when == "minutes":
        return 300.0
    if when == "morning":
        here = clock.local(now)
        morning = here.replace(hour=6, minute=5, second=0, microsecond=0)
        return ((morning if morning > here else morning + timedelta(days=1)) - here).total_seconds()
    return None
