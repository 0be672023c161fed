"""Forms that a phone sends: only from our own pages, only of a modest size, only as plain pairs."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from core.errors import Refusal
from core.i18n import N_
from core.settings import settings

LARGEST_BODY = 8 * 1024
MOST_FIELDS = 20


class Unacceptable(Refusal):
    """A press that is not taken; `status` is the HTTP status that says why."""

    status = 400


class Foreign(Unacceptable):
    """Sent by a page of somebody else."""

    status = 403


class TooLarge(Unacceptable):
    """Larger than any form of ours."""

    status = 413


class WrongType(Unacceptable):
    """Not sent as a form."""

    status = 415


async def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form, the last of equal names.

    Raises:
        Foreign: another site's page sent it. TooLarge: over 8 KB. WrongType: no form.
    """
    if not is_ours(request):
        raise Foreign(N_("Câu trả lời này được gửi từ một trang khác. Xin mở lại đường dẫn của phường."))
    kind = request.headers.get("content-type", "application/x-www-form-urlencoded").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise WrongType(N_("Trang này chỉ nhận câu trả lời từ mẫu có sẵn."))
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge(N_("Câu trả lời quá dài."))
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise TooLarge(N_("Câu trả lời quá dài.")) from None


def is_ours(request: Request) -> bool:
    """Whether one of our own pages sent this.

    Browsers say so in Sec-Fetch-Site where the connection is safe, and in Origin otherwise (Fetch §3.1, Fetch Metadata).
    Neither comes from programs and very old phones, which carry no cookies of ours against a person's will.
    """
    if site := request.headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    host = urlsplit(origin).netloc.lower()
    return bool(host) and host in (request.headers.get("host", "").lower(), urlsplit(settings().public_url).netloc.lower())
