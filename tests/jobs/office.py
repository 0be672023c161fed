"""An office of tokens with a memory."""

import asyncio

from services.senders import AccountKeys, NotNow, TokenPair


class Office:
    """Gives out tokens, each refresh token once."""

    def __init__(self, *failures: Exception) -> None:
        self.asked: list[str] = []
        self._failures = list(failures)

    async def first(self, account: AccountKeys, *, code: str, verifier: str) -> TokenPair:
        raise NotNow

    async def renewed(self, account: AccountKeys) -> TokenPair:
        token = account.secrets["refresh_token"]
        assert token not in self.asked, "one refresh token was used twice"
        self.asked.append(token)
        await asyncio.sleep(0.05)
        if self._failures:
            raise self._failures.pop(0)
        return TokenPair(f"access {len(self.asked)}", f"refresh {len(self.asked)}", 90_000)
