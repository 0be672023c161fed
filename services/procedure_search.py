"""Finding procedures in the words people use: without marks, unfinished, in any order, with a slip."""

from collections.abc import Sequence
from itertools import pairwise

from core import fulltext
from models import Procedure

# Words that stand in many wishes and tell no procedure from another; left out only where nothing is found with them.
FILLING = frozenset(
    fulltext.terms("xin làm giấy tờ thủ tục cần muốn cho của cấp hỏi về đi đăng ký như thế nào ở đâu tôi").split()
)


def matching(procedures: Sequence[Procedure], words: str) -> list[Procedure]:
    """Those that hold every word, the likeliest first; all in their order, without words.

    Where none does, words that tell nothing are left out; where none does even then, a slip in a word is forgiven.
    """
    asked = fulltext.terms(words).split()
    if not asked:
        return list(procedures)
    telling = [word for word in asked if word not in FILLING] or asked
    told = [(one, one.search.split()) for one in procedures]
    for wanted in ([[word] for word in asked], [[word] for word in telling], [[word, *fulltext.near(word)] for word in telling]):
        hits = [(one, terms) for one, terms in told if _holds(terms, wanted)]
        if hits:
            return [one for one, _terms in sorted(hits, key=lambda hit: _rank(hit[0], hit[1], wanted))]
    return []


def _holds(terms: Sequence[str], wanted: Sequence[Sequence[str]]) -> bool:
    return all(any(term.startswith(form) for term in terms for form in forms) for forms in wanted)


def _rank(one: Procedure, terms: Sequence[str], wanted: Sequence[Sequence[str]]) -> tuple[int, int, int, str]:
    """Words one after the other as they were typed, then words of the name itself, then the shorter name."""
    name = fulltext.terms(one.name).split()
    whole = sum(any(form in terms for form in forms) for forms in wanted)
    order = [
        next((place for place, term in enumerate(terms) if any(term.startswith(form) for form in forms)), 0) for forms in wanted
    ]
    in_a_row = sum(after == before + 1 for before, after in pairwise(order))
    in_name = sum(any(term.startswith(form) for term in name for form in forms) for forms in wanted)
    return -in_a_row, -(in_name + whole), len(name), one.name


def _place(terms: Sequence[str], forms: Sequence[str]) -> int:
    return next((place for place, term in enumerate(terms) if any(term.startswith(form) for form in forms)), 0)
