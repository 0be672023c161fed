"""Facebook's and the SMS gateway's tongues (channels.md §6 and §7)."""

from tests.provider.desk import Desk, Tongue
from tests.provider.wire import Answer, Request, told


def _graph_error(code: str) -> Answer:
    status = 500 if code in ("1", "2") else 400
    return told({"error": {"message": f"refused {code}", "type": "OAuthException", "code": int(code)}}, status)


def _sms_error(code: str) -> Answer:
    if code == "124":
        return told({"CodeResult": "124", "CountRegenerate": 0, "ErrorMessage": "Request exist 1", "SendStatus": "5"})
    return told({"CodeResult": code, "CountRegenerate": 0, "ErrorMessage": f"refused {code}"})


GRAPH = Tongue(_graph_error, busy="32", limit="32", token="190")
SMS = Tongue(_sms_error, recipient="99", repeat="124")
SENDS = "/MainService.svc/json/"


def graph(desk: Desk, request: Request, path: str) -> Answer:
    """What `FACEBOOK_GRAPH_BASE_URL` answers; the version in its path may be left out."""
    parts = [part for part in path.split("/") if part and not (part[0] == "v" and part[1:2].isdigit())]
    page, call = [*parts, "", ""][:2]
    if not (request.headers.get("authorization") or request.asked.get("access_token") or request.query.get("access_token")):
        return _graph_error("104")
    if request.method == "POST" and call == "feed":
        return _posted(desk, request, page)
    if request.method == "POST" and call in ("messages", "comments"):
        return _talked(desk, request, page, call)
    desk.calls.append((request.method, request.path, dict(request.query)))
    scripted = desk.scripted(GRAPH)
    if scripted is not None:
        return scripted
    if call in ("feed", "scheduled_posts"):
        return told({"data": desk.posts.get(page, [])[: int(request.query.get("limit", "25"))] if call == "feed" else []})
    return told({"id": page, "name": "Phường Bắc Kạn"})


def _posted(desk: Desk, request: Request, page: str) -> Answer:
    asked = request.asked
    text = str(asked.get("message", ""))
    before = desk.book.accepted
    answer = desk.message(
        request, GRAPH, channel="facebook", key=f"{page}:{text}", account=page,
        accepted=lambda number: told({"id": f"{page}_{number}"}),
    )  # fmt: skip
    if desk.book.accepted > before:  # also where its answer is lost
        post = {"id": f"{page}_{desk.book.accepted}", "message": text, "created_time": "2025-11-24T16:00:00+0000"}
        desk.posts.setdefault(page, []).insert(0, post)
    return answer


def _talked(desk: Desk, request: Request, to: str, call: str) -> Answer:
    """A message to one person, or a comment under theirs."""
    asked = request.asked
    recipient = asked.get("recipient", {})
    who = str(recipient.get("id", "")) if call == "messages" and isinstance(recipient, dict) else to
    if who == "closed":
        return told({"error": {"message": "outside of allowed window", "code": 10, "error_subcode": 2018278}}, 400)
    said = asked.get("message")
    text = str(said.get("text", "") if isinstance(said, dict) else said)
    name = "message_id" if call == "messages" else "id"
    return desk.message(
        request, GRAPH, channel="facebook", key=f"{who}:{text}", account=to, accepted=lambda number: told({name: f"m_{number}"})
    )


def sms(desk: Desk, request: Request, path: str) -> Answer:
    """What `SMS_BASE_URL` answers."""
    call = path.removeprefix(SENDS).rstrip("/")
    if call == "SendMultipleMessage_V4_post_json":
        asked = request.asked
        if not str(asked.get("Phone", "")).isdigit():
            return _sms_error("108")
        return desk.message(
            request, SMS, channel="sms", key=str(asked.get("RequestId", "")), account=str(asked.get("ApiKey", "")),
            accepted=lambda number: told({"CodeResult": "100", "CountRegenerate": 0, "SMSID": f"sms{number}"}),
        )  # fmt: skip
    desk.calls.append((request.method, request.path, {}))
    scripted = desk.scripted(SMS)
    if scripted is not None:
        return scripted
    if call == "GetSendStatus":
        return told({"CodeResponse": "100", "SendStatus": 5, "SendSuccess": 1, "SendFailed": 0, "TotalPrice": 850.0})
    if call == "GetBalance_json":
        return told({"Balance": 1234500, "CodeResponse": "100", "UserID": 7})
    return told({"CodeResponse": "101"})
