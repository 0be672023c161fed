"""What opens an account, as a sender uses it: an access token that is renewed once where it is stale."""

import asyncio
from collections.abc import Awaitable, Callable

from adapters.channels.answers import KEYS_MISSING, NOT_REACHED, Stale
from core.i18n import N_
from services.senders import Accepted, AccountBroken, AccountHealth, AccountKeys, NotNow, Outcome, Rejected, Unavailable, Unknown

EXPIRED = N_("Mã truy cập đã hết hạn và không tự gia hạn được. Quản trị viên của tài khoản Zalo cần kết nối lại.")
STILL_STALE = N_("Zalo không nhận cả mã truy cập vừa gia hạn, sẽ thử lại.")
NO_ANSWER = N_("Nhà cung cấp không trả lời, hoặc trả lời không đọc được. Kiểm tra địa chỉ nhà cung cấp, rồi thử lại.")


Ended = Rejected | Unavailable | Unknown


class Missing(Exception):
    """The account lacks something without which nothing leaves."""


def key(account: AccountKeys, name: str) -> str:
    """One of an account's keys, be it a secret or a setting; "" where it has none."""
    return account.secrets.get(name) or account.settings.get(name) or ""


def needed(account: AccountKeys, name: str) -> str:
    """As `key`.

    Raises:
        Missing: the account has none.
    """
    if not (value := key(account, name)):
        raise Missing
    return value


BROKEN = Rejected("config", "", KEYS_MISSING)


def ended(judgement: Outcome | Stale) -> Ended:
    """What a refusal means where keys are not renewed."""
    return BROKEN if isinstance(judgement, Stale | Accepted) else judgement


def unwell(outcome: Ended) -> AccountHealth:
    """What a question's bad end says of the account."""
    says = NO_ANSWER if isinstance(outcome, Unknown) else outcome.reason
    code = "" if isinstance(outcome, Unknown) else outcome.code
    return AccountHealth(is_well=False, says=says, code=code, is_sure=isinstance(outcome, Rejected))


class AccessToken:
    """The access token of one chunk, shared by all its messages."""

    def __init__(self, account: AccountKeys) -> None:
        self._account = account
        self._token = key(account, "access_token")
        self._renewing = asyncio.Lock()

    async def used(self, call: Callable[[str], Awaitable[Outcome | Stale]]) -> Outcome:
        """Call with the token; where the provider finds it stale, renew it and call once more."""
        try:
            token = self._token or await self._renewed("")
            said = await call(token)
            if not isinstance(said, Stale):
                return said
            again = await call(await self._renewed(token))
        except AccountBroken as broken:
            return Rejected("config", "", str(broken))
        except NotNow as busy:
            return Unavailable("backoff", "", str(busy) or NOT_REACHED)
        return Unavailable("backoff", again.code, STILL_STALE) if isinstance(again, Stale) else again

    async def _renewed(self, stale: str) -> str:
        """Another message of the chunk may have renewed it meanwhile."""
        async with self._renewing:
            if self._token == stale:
                if self._account.renew is None:
                    raise AccountBroken(EXPIRED)
                self._token = (await self._account.renew(stale))["access_token"]
        return self._token
