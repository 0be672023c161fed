"""Numbers as people write them into a form on the phone."""


def number(text: str, *, digits: int) -> int | None:
    """A number of at most so many digits, 0 to 9 and nothing else; None where it is none."""
    written = text.strip()
    return int(written) if written.isascii() and written.isdigit() and len(written) <= digits else None
