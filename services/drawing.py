"""A chart before anybody draws it: what kind it is, what it says, what stands where."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "bars", "columns", "line", "multiples", "scatter", "curves", "dots", "heat", "pairs", "ranks", "tally", "flow", "days"
]


@dataclass(frozen=True)
class Drawing:
    """One chart. `spec` is what its kind needs; each amount in it is a part of the picture, from 0 to 1, its words beside it."""

    name: str
    kind: Kind
    title: str
    sentence: str
    note: str = ""
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()  # the table behind it
    spec: Mapping[str, Any] = field(default_factory=dict)
    kinds: Sequence[str] = ()  # of the columns of the table, where their values do not tell: text, count, share, day

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw; the sentence says so."""
        return not self.rows
