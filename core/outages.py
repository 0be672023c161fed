"""What keeps the house from working and is nobody's mistake: the database away, a disk that is full or takes nothing."""

import errno
from collections.abc import Iterator
from enum import StrEnum

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from core.i18n import N_

RETRY_AFTER_SECONDS = 60
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_WORDS = ("disk is full", "no space left", "disk full", "could not extend file")
_CLOSED_WORDS = ("readonly database", "read-only file system", "read-only transaction")


class Outage(StrEnum):
    """What is out."""

    AWAY = "away"
    FULL = "full"
    CLOSED = "closed"

    @property
    def sentence(self) -> str:
        """For whoever meets it, to be translated."""
        return {
            "away": N_("Cơ sở dữ liệu đang tạm nghỉ. Chưa có gì được ghi; xin thử lại sau một phút."),
            "full": N_("Ổ đĩa của máy chủ đã đầy. Chưa có gì được ghi; xin báo người trông máy, rồi thử lại."),
            "closed": N_("Ổ đĩa của máy chủ không cho ghi. Chưa có gì được ghi; xin báo người trông máy, rồi thử lại."),
        }[self]


def of(error: BaseException | None) -> Outage | None:
    """Which outage an exception comes from; None where it is something else."""
    for one in _behind(error):
        number = getattr(one, "errno", None)
        words = str(one).lower()
        if number in _FULL or (isinstance(one, DBAPIError) and any(word in words for word in _FULL_WORDS)):
            return Outage.FULL
        if number == errno.EROFS or (isinstance(one, DBAPIError) and any(word in words for word in _CLOSED_WORDS)):
            return Outage.CLOSED
        if isinstance(one, OperationalError | InterfaceError | PoolTimeout):
            return Outage.AWAY
    return None


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
