"""Tokens of Zalo's official accounts (contracts/channels.md §1). Whoever calls sees to it that nobody else does meanwhile."""

from collections.abc import Mapping

from adapters.channels.answers import KEYS_MISSING, NOT_REACHED
from adapters.channels.connections import Lost, NotReached
from adapters.channels.http import Answer, Client
from adapters.channels.keys import Missing, needed
from core.i18n import N_
from services.senders import AccountBroken, AccountKeys, NotNow, TokenPair

DAY = 90_000  # seconds an access token is good, where the answer does not say
RECONNECT = N_("Zalo không nhận refresh token nữa: đã dùng hoặc quá 3 tháng. Quản trị viên của tài khoản Zalo cần kết nối lại.")
CODE_REFUSED = N_("Zalo không nhận mã cho phép: mã chỉ dùng một lần, trong 10 phút. Lấy mã mới rồi kết nối lại.")
APP_REFUSED = N_("Zalo không nhận App ID hoặc khóa bí mật của ứng dụng. Kiểm tra lại hai giá trị này.")
_OF_THE_APP = (-14002, -14003)


class ZaloTokens:
    """Zalo's office of tokens."""

    def __init__(self, client: Client, *, base_url: str) -> None:
        self._client, self._url = client, f"{base_url}/v4/oa/access_token"

    async def first(self, account: AccountKeys, *, code: str, verifier: str) -> TokenPair:
        """The first pair, for the code of a consent given in a browser.

        Raises:
            AccountBroken: the code, or what names the app, is wrong. NotNow: nobody answers.
        """
        form = {"code": code, "grant_type": "authorization_code", "code_verifier": verifier}
        try:
            return _pair(await self._asked(account, form), refused=CODE_REFUSED)
        except (NotReached, Lost):
            raise NotNow(NOT_REACHED) from None

    async def renewed(self, account: AccountKeys) -> TokenPair:
        """The next pair. A lost answer is asked for once more; if the token was used up by it, a person must consent again.

        Raises:
            AccountBroken: a person must consent again. NotNow: nobody answers.
        """
        form = {"grant_type": "refresh_token"}
        for _ in range(2):
            try:
                token = needed(account, "refresh_token")
                return _pair(await self._asked(account, form | {"refresh_token": token}), refused=RECONNECT)
            except Lost:
                continue
            except NotReached:
                break
            except Missing:
                raise AccountBroken(RECONNECT) from None
        raise NotNow(NOT_REACHED)

    async def _asked(self, account: AccountKeys, form: Mapping[str, str]) -> Answer:
        try:
            app, key = needed(account, "app_id"), needed(account, "secret_key")
        except Missing:
            raise AccountBroken(KEYS_MISSING) from None
        return await self._client.post_form(self._url, {"app_id": app, **form}, headers={"secret_key": key})


def _pair(answer: Answer, *, refused: str) -> TokenPair:
    """Decided by whether it holds an access token, not by its code.

    Raises:
        Lost: nobody can tell.
    """
    if answer.status in (429, 503):
        raise NotNow(NOT_REACHED)
    told = answer.told()
    if told is None:
        raise Lost
    access, refresh = told.get("access_token"), told.get("refresh_token")
    if not isinstance(access, str) or not isinstance(refresh, str) or not access or not refresh:
        if "error" not in told:
            raise Lost
        raise AccountBroken(APP_REFUSED if told.get("error") in _OF_THE_APP else refused)
    lasts = str(told.get("expires_in") or "")
    return TokenPair(access, refresh, int(lasts) if lasts.isascii() and lasts.isdigit() else DAY)
