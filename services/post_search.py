"""Where a person may be given a role, found by any name the place has or had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.text import fold
from models import Unit, UnitKind
from services import accounts, unit_search
from services.access import Actor
from services.unit_search import FoundUnit


@dataclass(frozen=True)
class Post:
    """A unit where a role may be given, and the name of before by which it was found ("" its own)."""

    unit: Unit
    by: str = ""


def find(session: Session, *, actor: Actor, words: str) -> list[Post]:
    """Posts that fit a code, a name of today or one of before, the surest first; what lies in a commune found follows it.

    An old commune's own groups and villages come first of those. Each post once.

    Raises:
        NotAllowed: the actor is no admin.
    """
    posts = accounts.posts(session, actor=actor)
    found = unit_search.find(session, actor=actor, words=words, kinds=list(UnitKind))
    hits: dict[object, Post] = {}
    for hit in found:
        for post in _with_below(hit, posts):
            hits.setdefault(post.unit.id, post)
    return list(hits.values())


def _with_below(hit: FoundUnit, posts: Sequence[Unit]) -> Iterator[Post]:
    yield Post(hit.unit, hit.by)
    if hit.unit.kind is UnitKind.COMMUNE:
        below = [unit for unit in posts if unit.path.startswith(hit.unit.path) and unit.id != hit.unit.id]
        yield from map(Post, sorted(below, key=lambda unit: not _is_of(unit, hit.by)))


def _is_of(unit: Unit, old_name: str) -> bool:
    """Whether a unit belonged to an old commune of a name."""
    return bool(unit.area and old_name) and fold(old_name).endswith(fold(unit.area))
