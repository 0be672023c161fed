"""Numbers as people write them into a form."""

from core.errors import Invalid
from core.i18n import N_


def number(text: str, *, digits: int) -> int | None:
    """A number of at most so many digits, 0 to 9 and nothing else; None where it is none."""
    written = text.strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) <= digits else None


def counted(text: str, *, most: int, least: int = 0, field: str = "people") -> int:
    """A number from `least` to `most`.

    Raises:
        Invalid: nothing is written, other letters than 0 to 9, or a number beyond these; one sentence for all, at the field.
    """
    many = number(text, digits=len(str(most)))
    if many is None or not least <= many <= most:
        refusal = N_("Xin ghi một số từ {least} đến {most}, chỉ gồm các chữ số 0 đến 9 viết liền.")
        raise Invalid(refusal, least=least, most=most, field=field)
    return many
