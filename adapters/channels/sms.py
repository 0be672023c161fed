"""SMS with a brand name by eSMS (contracts/channels.md §7). Keys travel in the body: it is never logged."""

import asyncio
import unicodedata
from collections.abc import Sequence
from typing import Any

from adapters.channels.answers import NO_PHONE, NOTHING_SAID, TOO_LONG, by_status, judged, reached
from adapters.channels.http import Answer, Client
from adapters.channels.keys import BROKEN, Ended, Missing, ended, key, needed, unwell
from adapters.channels.other_codes import NOT_FINISHED, NOT_RECEIVED, SMS
from adapters.channels.zns import without_plus
from services.senders import Accepted, AccountHealth, AccountKeys, Message, Outcome, Rejected, Unavailable, Unknown

CALLS = "/MainService.svc/json"
TAKEN, TAKEN_BEFORE = "100", "124"
FINISHED, REFUSED = "5", "4"
CARE = "2"  # customer care, the only kind used here


class Sms:
    """A gateway that takes each `RequestId` once in 24 hours: what was lost may be sent again with it."""

    dedupes = True
    per_second = 50.0  # not documented
    longest = 459  # three segments

    def __init__(self, client: Client, *, base_url: str) -> None:
        self._client, self._base = client, base_url + CALLS
        self._send_to = f"{self._base}/SendMultipleMessage_V4_post_json/"

    async def send(self, account: AccountKeys, messages: Sequence[Message]) -> list[Outcome]:
        """Send each; one outcome a message, in their order."""
        return list(await asyncio.gather(*(self._one(account, message) for message in messages)))

    async def look_for(self, account: AccountKeys, message: Message) -> Outcome | None:
        """What became of a message of which we know the gateway's number: `Accepted` once the phone has it."""
        if not message.provider_id:
            return None
        try:
            query = {"RefId": message.provider_id, **_opens(account)}
        except Missing:
            return BROKEN
        told = _said(await reached(self._client.get(f"{self._base}/GetSendStatus", query)), "CodeResponse")
        if not isinstance(told, dict):
            return Unknown(told.reason)
        status = str(told.get("SendStatus"))
        if status not in (FINISHED, REFUSED):
            return Unknown(NOT_FINISHED)
        has_arrived = status == FINISHED and str(told.get("SendSuccess") or "0") != "0"
        cost = _money(told.get("TotalPrice"))
        return Accepted(message.provider_id, cost) if has_arrived else Rejected("recipient", status, NOT_RECEIVED)

    async def check(self, account: AccountKeys) -> AccountHealth:
        """What money is left."""
        try:
            told = _said(await reached(self._client.post(f"{self._base}/GetBalance_json", _opens(account))), "CodeResponse")
        except Missing:
            return unwell(BROKEN)
        if not isinstance(told, dict):
            return unwell(told)
        balance = _money(told.get("Balance"))
        return AccountHealth(is_well=True, says="" if balance is None else f"{balance:,} ₫".replace(",", "."))

    async def _one(self, account: AccountKeys, message: Message) -> Outcome:
        try:
            body = _body(account, message, longest=self.longest)
        except Missing:
            return BROKEN
        if isinstance(body, Rejected):
            return body
        told = _said(await reached(self._client.post(self._send_to, body)), "CodeResult")
        return Accepted(message_id=str(told.get("SMSID") or "")) if isinstance(told, dict) else told


def _body(account: AccountKeys, message: Message, *, longest: int) -> dict[str, str] | Rejected:
    phone, text = without_plus(message.recipient), unicodedata.normalize("NFC", message.text).strip()
    if phone is None:
        return Rejected("recipient", "", NO_PHONE)
    if not text or len(text) > longest:
        return Rejected("content", "", TOO_LONG if text else NOTHING_SAID)
    body = {
        **_opens(account), "Brandname": needed(account, "brandname"), "SmsType": CARE, "Phone": "0" + phone.removeprefix("84"),
        "Content": text, "IsUnicode": "1" if key(account, "is_unicode") == "1" else "0", "RequestId": message.key, "Sandbox": "0",
    }  # fmt: skip
    return body | ({"CallbackUrl": url} if (url := key(account, "callback_url")) else {})


def _opens(account: AccountKeys) -> dict[str, str]:
    return {"ApiKey": needed(account, "api_key"), "SecretKey": needed(account, "secret_key")}


def _said(answer: Answer | Unavailable | Unknown, names_it: str) -> dict[str, Any] | Ended:
    """What it tells where it says that all is well, else what it means."""
    if not isinstance(answer, Answer):
        return answer
    told = answer.told()
    code = told.get(names_it) if told else None
    if told is None or not isinstance(code, int | str) or isinstance(code, bool):
        return ended(by_status(answer))
    return told if str(code) in (TAKEN, TAKEN_BEFORE) else ended(judged(SMS, str(code), retry_after=answer.retry_after))


def _money(value: object) -> int | None:
    try:
        return round(float(str(value)))
    except (ValueError, OverflowError):
        return None
