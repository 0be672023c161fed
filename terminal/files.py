"""Files a command writes: said at once where they cannot be, and never half of one."""

from pathlib import Path

from core.errors import Invalid
from core.i18n import N_
from core.tokens import new_token


def check_folder(out: Path) -> None:
    """Before any work is done for it.

    Raises:
        Invalid: there is no such folder.
    """
    if not out.parent.is_dir():
        raise Invalid(N_("Không có thư mục {folder}."), folder=out.parent)


def write(out: Path, content: bytes) -> None:
    """The whole file or none: written beside its place, then moved there.

    Raises:
        Invalid: it cannot be written.
    """
    beside = out.with_name(f".{new_token()[:8]}.part")
    try:
        with beside.open("xb") as file:
            file.write(content)
        beside.replace(out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Invalid(N_("Không ghi được {file}: {error}."), file=out, error=error.strerror) from error
