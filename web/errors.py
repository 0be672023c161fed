"""What is answered when a route breaks: a calm sentence with the number under which the cause is in the log."""

from collections.abc import Mapping
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core import outages
from core.i18n import N_, best_language, translate
from core.settings import settings
from core.tokens import new_slug
from web.headers import security_headers


def failed(request: Request, error: Exception) -> Response:
    """Answer 500 without a word about the cause. Starlette sends this past every middleware: it brings its own headers."""
    reference = new_slug(8)
    structlog.get_logger().error("route failed", reference=reference, method=request.method, exc_info=error)
    language = best_language(request.headers.get("accept-language", ""), default=settings().language)
    outage = outages.of(error)
    if outage:
        later = {"retry-after": str(outages.RETRY_AFTER_SECONDS)}
        return PlainTextResponse(translate(outage.sentence, language=language), 503, headers=security_headers() | later)
    words = translate(
        N_("Có lỗi, việc vừa làm có thể chưa được ghi. Xin thử lại; nếu vẫn lỗi, báo mã {code}."), language=language
    )
    return PlainTextResponse(words.format(code=reference), status_code=500, headers=security_headers())


exception_handlers: Mapping[Any, Any] = {Exception: failed}
