"""Slugs as people type them from a wall."""

import re
from itertools import product

from sqlmodel import Session, col, select

from models import ShortLink

_TWINS = {"0": "0o", "o": "0o", "1": "1il", "i": "1il", "l": "1il"}
_SLUG = re.compile(r"[a-z0-9-]{1,64}\Z")
# A plain set of letters: a pattern would look at a long row of dots again from each of them.
_CLINGING = ".,;:!?)/\"'" + "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())
_MOST_TWINS = 6  # a word of more look-alike letters is tried as it stands only


def normalised(typed: str) -> str:
    """A slug as it is stored: lower case, without what clings to a word that was copied from a sentence."""
    return typed.strip(_CLINGING).lower()


def find_slug(session: Session, *, typed: str) -> ShortLink | None:
    """The link of a slug as a person typed it.

    The letters as they stand, of a slug or of a name of the ward's own, come first. Failing that, 0 and o, 1 and i and l may
    stand for each other, if that leaves exactly one link.
    """
    slug = normalised(typed)
    if not _SLUG.match(slug):
        return None
    exact = session.exec(select(ShortLink).where((col(ShortLink.slug) == slug) | (col(ShortLink.vanity) == slug))).first()
    if exact or not 0 < sum(letter in _TWINS for letter in slug) <= _MOST_TWINS:
        return exact
    readings = ["".join(letters) for letters in product(*(_TWINS.get(letter, letter) for letter in slug))]
    found = session.exec(select(ShortLink).where(col(ShortLink.slug).in_(readings)).limit(2)).all()
    return found[0] if len(found) == 1 else None
