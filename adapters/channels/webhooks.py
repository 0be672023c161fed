"""What providers tell us, verified and read (contracts/channels.md §2.8, §4, §5, §6, §7). Pure: no network, no database."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from core import clock
from models import DeliveryStatus
from services import bot_links
from services.told import BadSignature, Told

FILES = ("image", "photo", "file")  # what is fetched of what people send
LINKED = ("link", "fallback", "audio", "video", "gif")  # what stays where it lies
URL_MOST = 2_000


def zalo(body: bytes, headers: Mapping[str, str], *, app_id: str, oa_id: str, secret: str) -> list[Told]:
    """An event of the official account or of ZNS.

    Raises:
        BadSignature: it is not signed with this account's secret.
    """
    said = read(body)
    stamp = str(said.get("timestamp", ""))
    given = headers.get("x-zevent-signature", "").removeprefix("mac=")
    signed = [hashlib.sha256(who.encode() + body + f"{stamp}{secret}".encode()).hexdigest() for who in (app_id, oa_id)]
    if not secret or not any(hmac.compare_digest(given.encode(), one.encode()) for one in signed):
        raise BadSignature
    name, message = str(said.get("event_name", "")), _part(said, "message")
    at = _millis(message.get("delivery_time") or stamp)
    numbers = tuple(str(one) for one in _list_of(message.get("msg_ids")) or [message.get("msg_id")] if one)
    status = {"user_received_message": DeliveryStatus.DELIVERED, "user_seen_message": DeliveryStatus.READ}.get(name)
    who = str(
        said.get("user_id")
        or _part(said, "follower").get("id")
        or _part(said, "recipient" if status else "sender").get("id")
        or ""
    )
    digest = _digest("zalo", name, *(numbers or [who]), stamp)
    is_written = name.startswith("user_send_") and not name.startswith("user_send_group_")
    return [
        Told(
            name=name, digest=digest, at=at, status=status, delivery_key=str(message.get("tracking_id") or "") if status else "",
            provider_message_ids=numbers if status else (), recipient=who,
            to=str(_part(said, "recipient").get("id") or said.get("oa_id") or "") if is_written else "",
            said_id=str(message.get("msg_id") or "") if is_written else "", text=_words(message) if is_written else "",
            attached=_attached(message) if is_written else (), files=_files(message) if is_written else (),
        )
    ]  # fmt: skip


def facebook(body: bytes, headers: Mapping[str, str], *, app_secret: str) -> list[Told]:
    """What happened on a page: our own post seen in its feed.

    Raises:
        BadSignature: it is not signed with this app's secret.
    """
    given = headers.get("x-hub-signature-256", "").removeprefix("sha256=")
    signed = hmac.digest(app_secret.encode(), body, "sha256").hex()
    if not app_secret or not hmac.compare_digest(given.encode(), signed.encode()):
        raise BadSignature
    told = []
    for entry in map(_part_of, _list_of(read(body).get("entry"))):
        at = _entry_at(entry)
        page = str(entry.get("id") or "")
        told += [_messaged(page, one, at) for one in map(_part_of, _list_of(entry.get("messaging")))]
        for change in map(_part_of, _list_of(entry.get("changes"))):
            value = _part(change, "value")
            number = str(value.get("post_id") or "")
            is_ours = change.get("field") == "feed" and value.get("verb") == "add" and bool(number)
            digest = _digest("facebook", str(entry.get("id")), str(entry.get("time")), json.dumps(change, sort_keys=True))
            if value.get("item") == "comment":
                told.append(_commented(page, value, at, digest))
                continue
            told.append(
                Told(
                    name=f"{change.get('field')}.{value.get('verb')}", digest=digest, at=at,
                    status=DeliveryStatus.DELIVERED if is_ours else None, provider_message_ids=(number,) if is_ours else (),
                )
            )  # fmt: skip
    return told


def _messaged(page: str, one: dict[str, Any], at: datetime) -> Told:
    """Somebody wrote to a page, or took it back; what the page itself wrote is an echo."""
    message = _part(one, "message")
    who, number = str(_part(one, "sender").get("id") or ""), str(message.get("mid") or "")
    at = _millis(one.get("timestamp")) if one.get("timestamp") else at
    kind = "deleted" if message.get("is_deleted") else "text" if message else "other"
    name = "message.echo" if message.get("is_echo") or who == page else f"message.{kind}"
    digest = _digest("facebook", name, page, who, number or str(one.get("timestamp")))
    return Told(
        name=name, digest=digest, at=at, recipient=who, to=page, said_id=number, text=_words(message),
        attached=_attached(message), files=_files(message),
    )  # fmt: skip


def _commented(page: str, value: Mapping[str, Any], at: datetime, digest: str) -> Told:
    """Somebody wrote under a post of a page, put it right, or took it back."""
    who = _part(value, "from")
    verb, number = str(value.get("verb") or ""), str(value.get("comment_id") or "")
    name = "comment.echo" if str(who.get("id") or "") == page else f"comment.{verb}"
    photo = value.get("photo")
    return Told(
        name=name, digest=digest, at=at, recipient=str(who.get("id") or ""), to=page, said_id=number,
        text=str(value.get("message") or ""), files=tuple(filter(None, (_address({"url": photo}),))),
        from_name=str(who.get("name") or ""),
    )  # fmt: skip


def _words(message: Mapping[str, Any]) -> str:
    text = message.get("text")
    return text if isinstance(text, str) else ""


def _attached(message: Mapping[str, Any]) -> tuple[str, ...]:
    """In words what came with a message and is no photo or paper: a place by its coordinates, a link, else what kind it is."""
    found = []
    for one in map(_part_of, _list_of(message.get("attachments"))):
        payload, kind = _part(one, "payload"), str(one.get("type") or "")
        place = _part(payload, "coordinates")
        at = ", ".join(str(place[name]) for name in ("latitude", "lat", "longitude", "long") if place.get(name) is not None)
        link = _address(payload) if kind in LINKED else ""
        if not _is_file(kind, payload):
            found.append(link or at or kind)
    return tuple(filter(None, found))


def _files(message: Mapping[str, Any]) -> tuple[str, ...]:
    """Where photos and papers of a message lie: the things themselves, never their thumbnails."""
    told = [(str(one.get("type") or ""), _part(one, "payload")) for one in map(_part_of, _list_of(message.get("attachments")))]
    return tuple(_address(payload) for kind, payload in told if _is_file(kind, payload))


def _is_file(kind: str, payload: Mapping[str, Any]) -> bool:
    return kind in FILES and not payload.get("sticker_id") and bool(_address(payload))


def _address(payload: Mapping[str, Any]) -> str:
    url = payload.get("url")
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) and len(url) <= URL_MOST else ""


def sms_callback(query: Mapping[str, str]) -> list[Told]:
    """A gateway's report. It is not signed: the provider is to be asked before it is believed."""
    query = _storable(dict(query))
    finished, failed = query.get("SendStatus") == "5", query.get("SendFailed", "0") not in ("", "0")
    if not finished and query.get("SendStatus") != "4":
        return []
    is_failed = failed or not finished
    status = DeliveryStatus.REJECTED if is_failed else DeliveryStatus.DELIVERED
    number = query.get("SMSID", "")
    digest = _digest("sms", number, query.get("RequestId", ""), status.value)
    return [
        Told(
            name="sms_report", digest=digest, at=clock.now(), status=status, delivery_key=query.get("RequestId", ""),
            provider_message_ids=(number,) if number else (), is_sure=False,
        )
    ]  # fmt: skip


def zalo_bot(body: bytes, headers: Mapping[str, str], *, secret: str) -> list[Told]:
    """Somebody wrote to the bot.

    Raises:
        BadSignature: it does not bring the secret we gave the provider.
    """
    given = headers.get("x-bot-api-secret-token", "")
    if not secret or not hmac.compare_digest(given.encode(), secret.encode()):
        raise BadSignature
    result = _part(read(body), "result")
    message = _part(result, "message")
    name, number = str(result.get("event_name", "")), str(message.get("message_id") or "")
    who = str(_part(message, "from").get("id") or "")
    code = bot_links.code_in(str(message.get("text") or ""))
    return [
        Told(
            name=name, digest=_digest("zalo_bot", name, number or who), at=_millis(message.get("date")), recipient=who, code=code,
            chat_id=str(_part(message, "chat").get("id") or who) if code else "",
        )
    ]  # fmt: skip


def said_at(provider: str, body: bytes) -> datetime:
    """When a provider said it, by the clock of that provider: of several events the first.

    Raises:
        BadSignature: it does not say when, so it may be an old one said again.
    """
    said = read(body)
    if provider == "facebook":
        return min(_entry_at(_part_of(entry)) for entry in _list_of(said.get("entry")) or [None])
    if provider == "zalo_bot":
        return _millis(_part(_part(said, "result"), "message").get("date"))
    return _millis(said.get("timestamp"))


def _entry_at(entry: Mapping[str, Any]) -> datetime:
    """Of a page's feed the time is told in seconds, of its messages in milliseconds."""
    return _millis(entry.get("time")) if entry.get("messaging") else _millis(f"{entry.get('time')}000")


@lru_cache(maxsize=64)  # an event is looked at three times on its way
def read(body: bytes) -> dict[str, Any]:
    """The JSON object in a body, not to be changed; without signs that no database takes, which anybody may send.

    Raises:
        BadSignature: it holds none, so nobody can have signed it.
    """
    try:
        said = _storable(json.loads(body))
    except (ValueError, RecursionError):
        raise BadSignature from None
    if not isinstance(said, dict):
        raise BadSignature
    return said


def _storable(said: Any) -> Any:
    """Without NUL, and without halves of letters (a text cut within an emoji)."""
    match said:
        case str():
            return said if said.isascii() and "\0" not in said else said.replace("\0", "").encode(errors="replace").decode()
        case dict():
            return {_storable(name): _storable(value) for name, value in said.items()}
        case list():
            return [_storable(value) for value in said]
    return said


def _part(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    return _part_of(said.get(name))


def _list_of(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []


def _part_of(said: Any) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _millis(value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise BadSignature from None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
