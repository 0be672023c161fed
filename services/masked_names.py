"""A name as it may stand on a page that a stranger could find."""


def masked(head_name: str) -> str:
    """`Nguyễn V. A.`: enough to know one's own household, not enough to learn another's."""
    first, *rest = head_name.split() or [""]
    return " ".join([first, *(f"{word[0]}." for word in rest)])
