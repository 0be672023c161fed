"""Forms that a phone sends: only from our own pages, only of a modest size, only as plain pairs."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from core import clock
from core.errors import Refusal
from core.i18n import N_
from web.limits import Allowance, is_within
from web.origins import is_ours

LARGEST_BODY = 8 * 1024
# Many phones share one address of a mobile network, so one address may press often, but not without end (S22).
_allowance = Allowance(burst=60, per_second=3)
MOST_FIELDS = 20
TOO_MANY = N_("Có quá nhiều câu trả lời từ mạng này trong ít giây. Xin đợi một phút rồi bấm lại.")


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


class TooMany(Unacceptable):
    """Too many presses from one address."""

    status = 429


def pace(request: Request) -> None:
    """Count one press of an address on the internet. The ward's own network and proxies stand for many and are not paced.

    Raises:
        TooMany: over sixty at once, or three a second for long.
    """
    if not is_within(_allowance, request.scope, clock.now()):
        raise TooMany(TOO_MANY)


def expect_ours(request: Request) -> None:
    """Refuse what a page of somebody else sends.

    Raises:
        Foreign: with the way back.
    """
    if not is_ours(request):
        raise Foreign(N_("Câu trả lời này được gửi từ một trang khác. Xin mở lại đường dẫn của phường."))


async def form_of(request: Request, *, most_fields: int = MOST_FIELDS) -> Mapping[str, str]:
    """The fields of a form, the last of equal names.

    Raises:
        Foreign: another site's page sent it. TooLarge: over 8 KB. WrongType: no form.
    """
    expect_ours(request)
    kind = request.headers.get("content-type", "application/x-www-form-urlencoded").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise WrongType(N_("Trang này chỉ nhận câu trả lời từ mẫu có sẵn."))
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge(N_("Câu trả lời quá dài."))
    try:
        return storable(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=most_fields))
    except ValueError:
        raise TooLarge(N_("Câu trả lời quá dài.")) from None


def storable(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Fields without the sign of number zero, which PostgreSQL takes in no text; the last of equal names."""
    return {name: value.replace("\0", "") for name, value in pairs}
