"""What is named on the command line."""

from uuid import UUID

from core.errors import NotFound
from core.i18n import N_


def announcement_id_of(text: str) -> UUID:
    """The id of an announcement as it is typed.

    Raises:
        NotFound: it cannot be one.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(N_("Không tìm thấy thông báo này.")) from error
