"""The charts of participation as files: the drawings of a period, made of what that screen looks at."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from core.i18n import N_
from services import drawings
from services.drawing import Drawing
from services.drawing_words import Words
from services.figures import Coverage
from services.participation import EVERY_THIRD, MonthMoves, Overview
from services.period_facts import MonthLine, PeriodFacts, PlaceLine, TrendLine


def drawing(seen: Overview, name: str, *, language: str = "vi") -> Drawing:
    """One of `coverage`, `growth`, `moves` and `phones`."""
    return _KINDS[name](seen, Words(language))


def years(moves: list[MonthMoves]) -> list[MonthMoves]:
    """The same by year, each under its first day."""
    found: dict[int, MonthMoves] = {}
    for one in moves:
        first = one.month.replace(month=1)
        before = found.get(first.year, MonthMoves(first, 0, 0))
        found[first.year] = MonthMoves(first, before.joined + one.joined, before.left + one.left)
    return [*found.values()]


def by_year(seen: Overview) -> bool:
    """Whether months would be too many."""
    return len(seen.moves) > EVERY_THIRD


def _coverage(seen: Overview, w: Words) -> Drawing:
    return drawings.coverage(_facts(seen, w), w)


def _phones(seen: Overview, w: Words) -> Drawing:
    return drawings.phones(_facts(seen, w), w)


def _growth(seen: Overview, w: Words) -> Drawing:
    """One line, or a small picture an area."""
    facts = _facts(seen, w)
    return drawings.multiples(facts, w) if len(facts.trends) > 1 else drawings.months(facts, w)


def _moves(seen: Overview, w: Words) -> Drawing:
    is_long = by_year(seen)
    counts = years(seen.moves) if is_long else seen.moves
    lines = [MonthLine(one.month.isoformat(), 0, 0, one.joined, one.left, None, 0, 0) for one in counts]
    made = drawings.moves(replace(_facts(seen, w), months=lines), w)
    if not is_long:
        return made
    named = [row | {"name": f"{one.month.year}"} for row, one in zip(made.spec["rows"], counts, strict=True)]
    return replace(made, spec={**made.spec, "rows": named})


_KINDS: Mapping[str, Callable[[Overview, Words], Drawing]] = {
    "coverage": _coverage, "growth": _growth, "moves": _moves, "phones": _phones,
}  # fmt: skip


def _facts(seen: Overview, w: Words) -> PeriodFacts:
    """As much of a period as these drawings look at: places, and what stood at each day of growth."""
    total, earlier = seen.table.total, {row.unit_id: row for row in seen.before.rows}
    places = [_place(row, earlier.get(row.unit_id)) for row in seen.table.rows if row.households]
    days = sorted({day for day, _name, _row in seen.growth})
    whole = {day: row for day, name, row in seen.growth if name == total.unit_name}
    shares: dict[str, dict[object, float | None]] = {}
    for day, name, row in seen.growth:
        shares.setdefault(name, {})[day] = row.coverage
    stood = [(day, whole.get(day)) for day in days]
    return PeriodFacts(
        total.unit_code, total.unit_name, total.target_percent, seen.since.isoformat(), seen.table.on.isoformat(),
        seen.since.isoformat(), seen.since.isoformat(), figures=[],
        places=sorted(places, key=lambda one: (one.coverage or 0, one.name)),
        months=[
            MonthLine(day.isoformat(), row.households if row else 0, row.joined if row else 0, 0, 0, None, 0, 0)
            for day, row in stood
        ],
        trends=[TrendLine(_area(name, total, w), [values.get(day) for day in days]) for name, values in shares.items()],
        said=[], waits=[], channels=[], paths=[], opens=[], scans=[], scan_places=[],
    )  # fmt: skip


def _area(name: str, total: Coverage, w: Words) -> str:
    """As the screen calls it."""
    return w.say(N_("Tất cả")) if name == total.unit_name else name or w.say(N_("Nơi khác"))


def _place(row: Coverage, before: Coverage | None) -> PlaceLine:
    return PlaceLine(
        row.unit_code, row.unit_name, row.target_percent, row.households, row.joined, row.people, row.people_joined,
        row.smartphones, before.households if before else 0, before.joined if before else 0, entered=0, left=0, posted=0,
        relays=0, minutes=None, is_running=False, opens=0, doors_told=0, doors=0,
    )  # fmt: skip
