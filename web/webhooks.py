"""What providers call: verified, stored once, answered at once; what it means is worked off after the answer.

A gateway that is answered late, or with an error, calls again; one that is answered so for hours stops calling.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.channels import webhooks as read
from core import clock, db, phones, tokens
from core.db import reading, transaction
from core.settings import settings
from models import Channel
from services import opt_outs, receipts, webhook_accounts, webhook_addresses
from services.told import BadSignature, Told
from services.webhook_accounts import Signer
from web.event_shelf import is_rush, shelf
from web.limits import may_tell, told_falsely

LARGEST_BODY = 256 * 1024
LONGEST_SMS = 2_000
# How old an event may be: as long as its provider repeats what was not answered, and a little.
OLDEST = {"zalo": timedelta(hours=3), "facebook": timedelta(days=2), "zalo_bot": timedelta(hours=3)}
A_ROUND = 50  # events worked off in one transaction: a caller may have to wait for it
BREATH_SECONDS, PATIENCE = 0.2, 300  # a rush is waited out for a minute, then the work goes on all the same
KNOWN_FOR = timedelta(seconds=10)
AHEAD = timedelta(minutes=10)  # so much a provider's clock may be fast
_NEVER_KEPT = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
log = structlog.get_logger()


class TooLarge(Exception):
    """No event is that long."""


async def zalo(request: Request) -> Response:
    """`/webhooks/zalo`: receipts, follows and unfollows of official accounts, and receipts of ZNS."""
    return await _posted(request, "zalo", _of_zalo)


async def facebook(request: Request) -> Response:
    """`/webhooks/facebook`: what happened on a page."""
    return await _posted(request, "facebook", _of_facebook)


def facebook_asks(request: Request) -> Response:
    """The question by which Facebook makes sure that the address is ours: its number is given back, and nothing else."""
    given, challenge = request.query_params.get("hub.verify_token", ""), request.query_params.get("hub.challenge", "")
    with reading() as session:
        words = [
            word for one in webhook_accounts.of_facebook(session)
            for word in (*webhook_addresses.tokens_of(one.account), one.told("verify_token")) if word
        ]  # fmt: skip
    is_known = sum(tokens.same(given, word) for word in words) > 0
    if request.query_params.get("hub.mode") != "subscribe" or not is_known or not challenge.isascii() or len(challenge) > 200:
        return _refused(403)
    return PlainTextResponse(challenge, headers=_NEVER_KEPT)


async def zalo_bot(request: Request) -> Response:
    """`/webhooks/zalo-bot/{token}`: somebody wrote to the bot."""

    def of_bot(body: bytes, headers: Mapping[str, str]) -> list[Told]:
        own = request.path_params["token"]  # told to the provider as address and secret at once
        return read.zalo_bot(body, headers, secret=_named(Channel.ZALO_BOT, own).told("secret_token") or own)

    return await _posted(request, "zalo_bot", of_bot)


async def sms(request: Request) -> Response:
    """`/webhooks/sms/{token}`: a gateway's report, or what somebody answered to a message. Nothing in it is signed."""

    def of_gateway(_body: bytes, _headers: Mapping[str, str]) -> list[Told]:
        caller = _named(Channel.SMS, request.path_params["token"])
        return _answered(request.query_params, caller) or read.sms_callback(request.query_params)

    return await _taken(request, "sms", of_gateway, b"")


async def _posted(request: Request, provider: str, said: Callable[[bytes, Mapping[str, str]], list[Told]]) -> Response:
    try:
        body = await _body(request)
    except TooLarge:
        return _refused(413)
    return await _taken(request, provider, said, body)


async def _taken(
    request: Request, provider: str, said: Callable[[bytes, Mapping[str, str]], list[Told]], body: bytes
) -> Response:  # fmt: skip
    """Verify, store, answer; then work it off."""

    def verified() -> list[Told]:
        told = said(body, request.headers)
        if provider in OLDEST and not _is_fresh(read.said_at(provider, body), OLDEST[provider]):
            raise BadSignature
        return told

    if not may_tell(request.scope, clock.now()):
        return _refused(429)
    try:
        told = verified() if provider == "zalo" and _is_known() else await run_in_threadpool(verified)
    except BadSignature:
        log.warning("webhook.refused", provider=provider)
        told_falsely(request.scope, clock.now())
        return _refused(403)
    new = await shelf().keep(provider, told) if told else 0
    return PlainTextResponse(
        "ok", headers=_NEVER_KEPT, background=BackgroundTask(work_off) if new and _is_asked_first() else None
    )


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge
    return body


def _of_zalo(body: bytes, headers: Mapping[str, str]) -> list[Told]:
    """By whichever of the accounts it names; with another's secret it is nobody's."""
    claims = read.read(body)
    parts = [part for name in ("sender", "recipient") if isinstance(part := claims.get(name), dict)]
    ids = {str(one) for one in (claims.get("oa_id"), *(part.get("id") for part in parts)) if one}
    for one in _signers():
        if one.app_id != str(claims.get("app_id", "")) or one.oa_id not in ids:
            continue
        try:
            return read.zalo(body, headers, app_id=one.app_id, oa_id=one.oa_id, secret=one.secret)
        except BadSignature:
            continue
    raise BadSignature


_known: dict[str, tuple[int, datetime, list[Signer]]] = {}


def _is_known() -> bool:
    """Whether the secrets are at hand, so that nothing is waited for."""
    known = _known.get(settings().database_url)
    return known is not None and known[0] == db.commits() and timedelta(0) <= clock.now() - known[1] < KNOWN_FOR


def _signers() -> list[Signer]:
    """As they were ten seconds ago at most, in this process at once: opening their secrets takes longer than all else."""
    where, now, commits = settings().database_url, clock.now(), db.commits()
    if _is_known():
        return _known[where][2]
    with reading() as session:
        found = webhook_accounts.of_zalo(session)
    _known.clear()
    _known[where] = (commits, now, found)
    return found


def _of_facebook(body: bytes, headers: Mapping[str, str]) -> list[Told]:
    with reading() as session:
        secrets = {one.told("app_secret") for one in webhook_accounts.of_facebook(session)}
    for secret in sorted(secrets - {""}):
        try:
            return read.facebook(body, headers, app_secret=secret)
        except BadSignature:
            continue
    raise BadSignature


def _answered(query: Mapping[str, str], caller: webhook_accounts.Caller) -> list[Told]:
    """What somebody answered to an SMS, where the gateway passes it on: no, yes, or a question to the ward.

    No document names the parameters (channels.md §7 is silent), so the account says what its gateway calls them.
    """
    words = query.get(caller.told("answer_text_name") or "message", "").replace("\0", "").strip()[:LONGEST_SMS]
    phone = phones.parse(query.get(caller.told("answer_phone_name") or "phonenumber", ""))
    if not words or phone is None:
        return []
    name = "sms_stop" if opt_outs.means_stop(words) else "sms_back" if opt_outs.means_back(words) else "sms_text"
    now, text = clock.now(), words if name == "sms_text" else ""
    number = query.get("id") or now.isoformat(timespec="minutes") + text
    told = Told(name=name, digest=tokens.digest(f"sms:{name}:{phone}:{number}"), at=now, recipient=phone)
    if not text:
        return [told]
    return [replace(told, to=str(caller.account.id), said_id=tokens.digest(f"{phone}:{number}")[:32], text=text)]


def _named(channel: Channel, token: str) -> webhook_accounts.Caller:
    with reading() as session:
        caller = webhook_accounts.by_token(session, channel=channel, token=token)
    if caller is None:
        raise BadSignature
    return caller


def _is_fresh(at: datetime, oldest: timedelta) -> bool:
    now = clock.now()
    return now - oldest <= at <= now + AHEAD


def _refused(status: int) -> Response:
    return PlainTextResponse(
        {403: "Forbidden", 413: "Content Too Large", 429: "Too Many Requests"}[status], status, headers=_NEVER_KEPT
    )


# ---- after the answer

_working, _asked = threading.Lock(), threading.Event()


def _is_asked_first() -> bool:
    """Ask for the work; whether somebody has to begin it. Whoever is at it looks for more before leaving."""
    _asked.set()
    return not _working.locked()


def work_off() -> None:
    """Do what was stored, in this process; one at a time, and whoever comes meanwhile leaves it to that one.

    What cannot be done now, or is left by a process that dies, is done by the sweep.
    """
    _asked.set()
    while _asked.is_set() and _working.acquire(blocking=False):
        try:
            _asked.clear()
            _work_off()
        finally:
            _working.release()


def _work_off() -> None:
    is_more = True
    while is_more:
        for _ in range(PATIENCE):
            if not is_rush():
                break
            time.sleep(BREATH_SECONDS)
        try:
            with transaction(counts_only=True) as session:
                done = receipts.work_off(session, limit=A_ROUND)
        except SQLAlchemyError:
            log.exception("webhook.work_off")
            return
        is_more = done.events + done.waiting > 0


routes = [
    Route("/webhooks/zalo", zalo, methods=["POST"]),
    Route("/webhooks/facebook", facebook, methods=["POST"]),
    Route("/webhooks/facebook", facebook_asks, methods=["GET"]),
    Route("/webhooks/zalo-bot/{token}", zalo_bot, methods=["POST"]),
    Route("/webhooks/sms/{token}", sms, methods=["GET", "POST"]),
]
