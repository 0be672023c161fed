"""Answers of a fan page to one person: a message in Messenger, or a comment under theirs.

Public facts of Meta's documents: Send API (`POST /{page-id}/messages` with `recipient.id`, `messaging_type` RESPONSE,
`message.text` up to 2,000 letters), and comments on a comment (`POST /{comment-id}/comments` with `message`). Code 10 with
subcode 2018278 says that the 24 hours are over, 551 that the person cannot be reached now, 100 with 2018001 that there is none.
"""

import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from adapters.channels.answers import NOTHING_SAID, TOO_LONG, Table, by_status, judged, reached
from adapters.channels.http import Answer, Client
from adapters.channels.keys import ended
from adapters.channels.other_codes import POST
from core.i18n import N_
from services.senders import COMMENT, Accepted, Message, Outcome, Rejected, Unavailable, Unknown

LONGEST = 2_000
WINDOW_CLOSED = N_("Đã hết 24 giờ fanpage được nhắn lại. Xin dùng đường khác.")
NOT_REACHED = N_("Người này không nhận tin của fanpage.")
_CLOSED, _NOBODY = {"2018278", "2534022"}, {"2018001", "1545041"}


async def answer(client: Client, *, base: str, page_id: str, headers: Mapping[str, str], message: Message) -> Outcome:
    """Send one answer; what became of it."""
    text = unicodedata.normalize("NFC", message.text).strip()
    if not text or len(text) > LONGEST:
        return Rejected("content", "", TOO_LONG if text else NOTHING_SAID)
    if message.recipient.startswith(COMMENT):
        url = f"{base}/{quote(message.recipient.removeprefix(COMMENT), safe='')}/comments"
        body: dict[str, Any] = {"message": text}
    else:
        url = f"{base}/{quote(page_id, safe='')}/messages"
        body = {"recipient": {"id": message.recipient}, "messaging_type": "RESPONSE", "message": {"text": text}}
    return _said(await reached(client.post(url, body, headers=headers)), POST)


def _said(told: Answer | Unavailable | Unknown, meanings: Table) -> Outcome:
    if not isinstance(told, Answer):
        return told
    body = told.told()
    error = body.get("error") if body else None
    if isinstance(error, dict) and isinstance(error.get("code"), int | str):
        code, sub = str(error["code"]), str(error.get("error_subcode") or "")
        if sub in _CLOSED:
            return Rejected("recipient", code, WINDOW_CLOSED)
        if code == "551" or sub in _NOBODY:
            return Rejected("recipient", code, NOT_REACHED)
        return ended(judged(meanings, code, retry_after=told.retry_after))
    number = (body or {}).get("message_id") or (body or {}).get("id")
    return Accepted(message_id=str(number), cost=0) if told.status == 200 and number else ended(by_status(told))
