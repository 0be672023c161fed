"""Which household goes to which part of a divided unit: the first rule that fits, by hand before all others."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import null, select
from sqlmodel import Session

from core.errors import Invalid
from core.i18n import N_
from core.text import clean, fold
from models import Model, UnitChangeKind
from services import presence
from services.import_values import code_key
from services.presence import lasts
from services.reorganisations.checks import Checked
from services.reorganisations.drafts import Draft, Rule

_HOME, _PAST = (Model.metadata.tables[name].c for name in ("household", "householdpast"))
_SIGNS = re.compile(r"[^\w/]+")
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
WIDEST = 10_000  # codes in one range


@dataclass(frozen=True)
class Stay:
    """A stay in a unit that ends which lasts beyond the day, and the part its household goes to (0 where there is one)."""

    household_id: UUID
    past_id: UUID | None  # None: the household's record itself
    unit_id: UUID
    code: str
    head_name: str
    address: str
    phone: str | None
    people: int
    smartphones: int
    started_on: date
    ended_on: date | None
    cause: str | None
    part: int = 0


def stays(session: Session, checked: Checked) -> list[Stay]:
    """Every stay in the old units that lasts beyond the day, sorted into parts, in the order of units and codes.

    Raises:
        Invalid: a rule means nothing, or names a household that is not there.
    """
    ids, day = [unit.id for unit in checked.ending], checked.draft.effective_on
    now = select(
        _HOME.id, null(), _HOME.unit_id, _HOME.code, _HOME.head_name, _HOME.address, _HOME.phone, _HOME.people,
        _HOME.smartphones, _HOME.arrived_on, _HOME.left_on, null(),
    ).where(_HOME.unit_id.in_(ids), lasts(_HOME.left_on, day))  # fmt: skip
    past = select(
        _PAST.household_id, _PAST.id, _PAST.unit_id, _PAST.code, _PAST.head_name, _PAST.address, null(), _PAST.people,
        _PAST.smartphones, _PAST.started_on, _PAST.ended_on, _PAST.cause,
    ).where(_PAST.unit_id.in_(ids), _PAST.ended_on > day)  # fmt: skip
    found = [Stay(*row) for query in (now, past) for row in session.execute(query)]
    order = {id_: place for place, id_ in enumerate(ids)}
    found.sort(key=lambda stay: (order[stay.unit_id], len(stay.code), stay.code, stay.household_id))
    if checked.draft.kind is not UnitChangeKind.SPLIT:
        return found
    rules = [(rule, _reads(rule)) for rule in sorted(checked.draft.rules, key=lambda rule: rule.by != "hand")]
    return [replace(stay, part=_part(stay, rules, checked.draft.rest)) for stay in found]


def unmatched(found: Sequence[Stay], rules: Sequence[Rule]) -> list[Rule]:
    """The rules that fit no household: likely a slip."""
    return [rule for rule in rules if not any(_reads(rule)(stay) for stay in found)]


def part_of(draft: Draft, *, address: str) -> int:
    """The part to which an address leads that no household has yet."""
    nobody = Stay(UUID(int=0), None, UUID(int=0), "", "", address, None, 0, 0, draft.effective_on, None, None)
    return _part(nobody, [(rule, _reads(rule)) for rule in draft.rules if rule.by == "address"], draft.rest)


def _part(stay: Stay, rules: Sequence[tuple[Rule, Callable[[Stay], bool]]], rest: int) -> int:
    return next((rule.part for rule, fits in rules if fits(stay)), rest)


def _reads(rule: Rule) -> Callable[[Stay], bool]:
    words = [clean(word) for word in re.split(r"[;,\n]+", rule.words) if word.strip()]
    if not words:
        raise Invalid(N_("Một quy tắc chia hộ còn trống."), field=f"rules_{rule.part}")
    if rule.by == "address":
        pieces = [f" {_plain(word)} " for word in words]
        return lambda stay: any(piece in f" {_plain(stay.address)} " for piece in pieces)
    if rule.by == "codes":
        codes = {code for word in words for code in _codes(word, rule)}
        return lambda stay: code_key(stay.code) in codes or _number(stay.code) in codes
    return lambda stay: str(stay.household_id) in words


def _number(code: str) -> str | None:
    """The number a code ends in: "12" of "NT02-012"."""
    found = re.search(r"\d+$", code)
    return code_key(found[0]) if found else None


def _plain(text: str) -> str:
    return _SIGNS.sub(" ", fold(text)).strip()


def _codes(word: str, rule: Rule) -> list[str]:
    if found := _RANGE.fullmatch(word):
        first, last = int(found[1]), int(found[2])
        if not first <= last < first + WIDEST:
            raise Invalid(N_("“{text}” không phải một dãy mã. Ghi như 001-120."), text=word, field=f"rules_{rule.part}")
        return [str(number) for number in range(first, last + 1)]
    return [code_key(word)]


def strangers(session: Session, checked: Checked) -> None:
    """Refuse households chosen by hand that do not live in the unit that is divided.

    Raises:
        Invalid: there is one; it may live elsewhere, or in a unit that is closed.
    """
    for rule in checked.draft.rules:
        if rule.by != "hand":
            continue
        try:
            wanted = {UUID(word.strip()) for word in rule.words.split(",") if word.strip()}
        except ValueError:
            raise Invalid(N_("Một hộ chọn bằng tay không có trong danh sách."), field=f"rules_{rule.part}") from None
        lived = presence.spells([unit.id for unit in checked.old]).subquery().c
        here = set(session.execute(select(lived.household_id).where(lived.household_id.in_(wanted))).scalars())
        if wanted - here:
            raise Invalid(
                N_("{n} hộ chọn bằng tay không ở {unit}."), n=len(wanted - here), unit=checked.old[0].label,
                field=f"rules_{rule.part}",
            )  # fmt: skip
