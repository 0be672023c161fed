"""Zalo's tongues: official account, groups, ZNS, bot (channels.md §2 to §5)."""

import hashlib
import json

from tests.provider.desk import Desk, Tongue
from tests.provider.tokens import account_of
from tests.provider.wire import Answer, Request, told


def _envelope(code: str) -> Answer:
    return told({"error": int(code), "message": f"refused {code}"})


def _done(data: object) -> Answer:
    return told({"error": 0, "message": "Success", "data": data})


def _bot_envelope(code: str) -> Answer:
    return told({"ok": False, "error_code": int(code), "description": f"refused {code}"})


OA = Tongue(_envelope, busy="-200", limit="-32", quota="-211", recipient="-230", token="-216")
ARTICLE = Tongue(_envelope, busy="-200", limit="-32", night="-234", quota="-211", token="-216")
ZNS = Tongue(_envelope, busy="-100", limit="-32", night="-133", quota="-144", recipient="-118", token="-124")
BOT = Tongue(_bot_envelope, busy="500", limit="429", quota="429", recipient="403")


def _mark(*parts: object) -> str:
    """One message is the same as another where these are."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]


def openapi(desk: Desk, request: Request, path: str) -> Answer:
    """What `ZALO_OPENAPI_BASE_URL` answers."""
    token = request.headers.get("access_token", "")
    if path == "/v3.0/oa/message/cs":
        return _cs(desk, request, token)
    if path == "/v3.0/oa/message/template":
        return _template(desk, request, token)
    if path == "/v3.0/oa/group/message":
        return _group(desk, request, token)
    if path == "/v2.0/oa/message":
        return _article_sent(desk, request, token)
    return _read(desk, request, path, token)


def _cs(desk: Desk, request: Request, token: str) -> Answer:
    asked = request.asked
    user, text = str(asked.get("recipient", {}).get("user_id", "")), str(asked.get("message", {}).get("text", ""))
    if not user or not text or len(text) > 2000:
        return _envelope("-201" if not text or not user else "-210")
    return desk.message(
        request, OA, channel="zalo_oa", key=_mark("cs", user, text), account=account_of(token), token=token,
        accepted=lambda number: told(
            {"error": 0, "message": "Success", "data": {
                "message_id": f"cs{number}", "user_id": user, "quota": {"quota_type": "reply", "remain": "7", "total": "8"}}},
            X_RateLimit_Limit="4000", X_RateLimit_Remain="3999",
        ),
    )  # fmt: skip


def _template(desk: Desk, request: Request, token: str) -> Answer:
    asked = request.asked
    user = str(asked.get("user_id", ""))
    return desk.message(
        request, OA, channel="zalo_template", key=_mark("template", user, asked.get("template_id"), asked.get("template_data")),
        account=account_of(token), token=token,
        accepted=lambda number: told(
            {"error": 0, "message": "Success", "data": {
                "message_id": f"uid{number}", "user_id": user, "sent_time": "1764000000000",
                "quota": {"quota_type": "purchase_quota", "remain": 4821}}},
        ),
    )  # fmt: skip


def _group(desk: Desk, request: Request, token: str) -> Answer:
    asked = request.asked
    group, text = str(asked.get("recipient", {}).get("group_id", "")), str(asked.get("message", {}).get("text", ""))
    return desk.message(
        request, OA, channel="zalo_group", key=_mark("group", group, text), account=account_of(token), token=token,
        accepted=lambda number: _done({"message_id": f"gr{number}", "group_id": group}),
    )  # fmt: skip


def _article_sent(desk: Desk, request: Request, token: str) -> Answer:
    asked = request.asked
    if "user_id" in asked.get("recipient", {}):
        return _envelope("-240")
    elements = asked.get("message", {}).get("attachment", {}).get("payload", {}).get("elements", [{}])
    article = str(elements[0].get("attachment_id", ""))
    return desk.message(
        request, ARTICLE, channel="zalo_broadcast", key=_mark("article", article), account=account_of(token), token=token,
        accepted=lambda number: told({"error": 0, "message": "Success", "data": {"message_id": f"bc{number}"}}),
    )  # fmt: skip


READS = {
    "/v2.0/oa/getoa": {"oaid": "388613280878808645", "name": "UBND phường Bắc Kạn", "is_verified": True, "num_follower": 2512,
                       "package_name": "Nâng cao", "package_valid_through_date": "31/12/2027"},
    "/v3.0/oa/quota/message": [{"asset_id": "a1", "product_type": "cs", "quota_type": "sub_quota", "valid_through": "31/12/2027",
                                "total": 2000, "remain": 1234}],
}  # fmt: skip


def _read(desk: Desk, request: Request, path: str, token: str) -> Answer:
    refusal = _barred(desk, request, OA, token)
    if refusal is not None:
        return refusal
    if path == "/v2.0/article/create":
        return _done({"token": _mark(request.asked)})
    if path == "/v2.0/article/verify":
        return _done({"id": f"art-{request.asked.get('token', '')}"})
    return _done(READS[path]) if path in READS else _envelope("-240")


def _barred(desk: Desk, request: Request, tongue: Tongue, token: str) -> Answer | None:
    """Why a call that sends nothing gets no answer, if it gets none."""
    desk.calls.append((request.method, request.path, request.asked or dict(request.query)))
    scripted = desk.scripted(tongue)
    if scripted is not None:
        return scripted
    if not desk.tokens.is_good(token, desk.faults):
        return tongue.refused(tongue.token)
    return desk.strange(desk.faults.answer) if desk.faults.answer else None


def zns(desk: Desk, request: Request, path: str) -> Answer:
    """What `ZALO_ZNS_BASE_URL` answers."""
    token = request.headers.get("access_token", "")
    if path != "/message/template":
        return _zns_read(desk, request, path, token)
    asked = request.asked
    tracking, phone = str(asked.get("tracking_id", "")), str(asked.get("phone", ""))
    if not tracking.isalnum() or len(tracking) > 48:
        return _envelope("-132")
    if not (phone.isdigit() and phone.startswith("84") and len(phone) == 11):
        return _envelope("-108")
    return desk.message(
        request, ZNS, channel="zns", key=tracking, account=account_of(token), token=token,
        accepted=lambda number: told(
            {"error": 0, "message": "Success", "data": {
                "msg_id": f"zns{number}", "sent_time": "1764000000000", "sending_mode": "1",
                "quota": {"dailyQuota": "5000", "remainingQuota": "4999"}}},
        ),
    )  # fmt: skip


def _zns_read(desk: Desk, request: Request, path: str, token: str) -> Answer:
    refusal = _barred(desk, request, ZNS, token)
    if refusal is not None:
        return refusal
    if path == "/message/quota":
        return _done({"dailyQuota": "5000", "remainingQuota": "4321"})
    if path == "/template/info/v2":
        return _done({"templateId": request.query.get("template_id"), "listParams": [{"name": "ward_name", "maxLength": 30}]})
    return _done({"status": 1}) if path == "/message/status" else _envelope("-101")


def bot(desk: Desk, request: Request, path: str) -> Answer:
    """What `ZALO_BOT_BASE_URL` answers: `/bot<token>/<method>`."""
    token, _, method = path.removeprefix("/bot").partition("/")
    if method != "sendMessage":
        desk.calls.append((request.method, method, request.asked))  # never the token
        scripted = desk.scripted(BOT)
        if scripted is not None:
            return scripted
        if method == "getMe":
            return told({"ok": True, "result": {"id": "b1", "account_name": "bot.phuong", "account_type": "BASIC"}})
        return _bot_envelope("404")
    asked = request.asked
    return desk.message(
        request, BOT, channel="zalo_bot", key=_mark("bot", asked.get("chat_id"), asked.get("text")), account=token,
        accepted=lambda number: told({"ok": True, "result": {"message_id": f"bot{number}", "date": 1764000000000}}),
    )  # fmt: skip
