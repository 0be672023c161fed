"""What an official plans: which units become which on a day, and by which rules a divided unit's households go where."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from core.i18n import N_
from models import Reorganisation, UnitChangeKind

KINDS = (UnitChangeKind.MERGE, UnitChangeKind.SPLIT, UnitChangeKind.TRANSFER)
By = Literal["address", "codes", "hand"]


class Fate(StrEnum):
    """What becomes of a thing that hangs on a unit that ends."""

    MOVED = "moved"
    MERGED = "merged"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {"moved": N_("chuyển theo"), "merged": N_("gộp vào"), "ended": N_("kết thúc")}[self]


@dataclass(frozen=True)
class Part:
    """What an old unit becomes: one that stands already, or a new one of this name and code."""

    name: str = ""
    code: str = ""
    unit_id: UUID | None = None


@dataclass(frozen=True)
class Rule:
    """Which households of a divided unit go to a part.

    `words` are parts of addresses, or codes ("001-120; 131"), or ids of households chosen by hand.
    """

    part: int
    by: By
    words: str


@dataclass(frozen=True)
class Decision:
    """What becomes of one thing: moved (to a part), merged into a group, or ended."""

    fate: Fate
    part: int = 0
    into: UUID | None = None


@dataclass(frozen=True)
class Draft:
    """A merge of units into one, a division of one into parts, or a transfer to another ward (`ward_id`)."""

    kind: UnitChangeKind
    effective_on: date
    old_ids: tuple[UUID, ...]
    parts: tuple[Part, ...] = ()
    ward_id: UUID | None = None
    rules: tuple[Rule, ...] = ()
    rest: int = 0  # the part of the households no rule names
    decision_no: str = ""
    note: str = ""
    decisions: Mapping[str, Decision] = field(default_factory=dict)  # by what hangs: "group:<id>"; else as by default


def steps_of(draft: Draft) -> dict[str, Any]:
    """As a plan keeps it."""
    return {
        "old": [str(id_) for id_ in draft.old_ids],
        "parts": [asdict(part) | {"unit_id": _text(part.unit_id)} for part in draft.parts],
        "ward": _text(draft.ward_id),
        "rules": [asdict(rule) for rule in draft.rules],
        "rest": draft.rest,
        "decisions": {
            key: {"fate": one.fate.value, "part": one.part, "into": _text(one.into)} for key, one in draft.decisions.items()
        },
    }


def draft_of(plan: Reorganisation) -> Draft:
    """What a plan says."""
    steps = plan.steps
    return Draft(
        kind=plan.kind, effective_on=plan.effective_on, old_ids=tuple(UUID(id_) for id_ in steps["old"]),
        parts=tuple(Part(part["name"], part["code"], _id(part["unit_id"])) for part in steps["parts"]),
        ward_id=_id(steps["ward"]), rules=tuple(Rule(**rule) for rule in steps["rules"]), rest=steps["rest"],
        decision_no=plan.decision_no, note=plan.note,
        decisions={
            key: Decision(Fate(one["fate"]), one["part"], _id(one["into"])) for key, one in steps["decisions"].items()
        },
    )  # fmt: skip


def _text(id_: UUID | None) -> str:
    return str(id_) if id_ else ""


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None
