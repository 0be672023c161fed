"""Finding a unit by any name it has or had: old names on paper find the new ward."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.bulk import batches
from core.text import clean, fold
from models import Unit, UnitChangeLink, UnitKind, lineage
from services import gazetteer, unit_names
from services.access import Actor, path_range
from services.presence import valid_on
from services.unit_names import Entry

AT_A_TIME = 10_000
Old = Mapping[UUID, Sequence[tuple[UUID, str, bool]]]


@dataclass(frozen=True)
class FoundUnit:
    """A unit that fits, and by which name: its own ("") or that of one it took over, wholly or partly."""

    unit: Unit
    by: str = ""
    is_partial: bool = False


def find(
    session: Session, *, actor: Actor, words: str, kinds: Sequence[UnitKind] = (UnitKind.COMMUNE,), on: date | None = None,
    limit: int = 12,
) -> list[FoundUnit]:  # fmt: skip
    """Units in sight that stand on a day (today) and fit a code, a name of today or one of before; the surest first.

    Before: of a unit it took over here, and for a commune the names until 1 July 2025 of its parts and their districts.
    What stands behind a comma says where it lies or lay: "Sông Cầu, Bắc Kạn". Marks and the kind may be missing.
    """
    day = on or clock.today()
    query = select(Unit).where(col(Unit.kind).in_(kinds), path_range(actor.unit_path), valid_on(day))
    standing = {unit.id: unit for unit in session.exec(query)}
    text = clean(words).upper()
    named = [FoundUnit(unit) for unit in standing.values() if unit.code.upper() in (text, text.zfill(5), text.zfill(2))]
    if text and named:
        return named
    hits = unit_names.matching(words, _entries(session, standing))
    return [FoundUnit(standing[hit.of], hit.said, hit.is_partial) for hit in hits[:limit]]


def _entries(session: Session, standing: Mapping[UUID, Unit]) -> Iterator[Entry[UUID]]:
    names, old = _names_above(session, standing), _taken_over(session)
    for unit in standing.values():
        title = f"{unit.label} {unit.code}"
        around = fold(" ".join([unit.area, *(names[id_] for id_ in lineage(unit.path))]))
        for name in {unit.name, unit.short_name} - {""}:
            yield Entry(unit.id, title, unit_names.parse(name), around)
        for name, is_partial in _walk(old, unit.id):
            yield Entry(
                unit.id, title, unit_names.parse(name), f"{around} {fold(name)}", name, age=1, is_partial=is_partial
            )  # fmt: skip
        if unit.kind is UnitKind.COMMUNE and unit.valid_from in (None, gazetteer.REFORM):
            for entry in gazetteer.entries().get(unit.code, ())[1:]:
                yield Entry(
                    unit.id, title, entry.name, f"{around} {entry.around}", entry.said, entry.age, entry.is_partial
                )  # fmt: skip


def _names_above(session: Session, standing: Mapping[UUID, Unit]) -> dict[UUID, str]:
    names = {id_: unit.name for id_, unit in standing.items()}
    above = sorted({id_ for unit in standing.values() for id_ in lineage(unit.path)} - names.keys())
    for some in batches(above, AT_A_TIME):
        names |= dict(session.exec(select(Unit.id, Unit.name).where(col(Unit.id).in_(some))).all())
    return names


def _taken_over(session: Session) -> Old:
    """By unit, the ones it took over: id, name, whether only a part of them."""
    found: dict[UUID, list[tuple[UUID, str, bool]]] = {}
    old = select(UnitChangeLink, Unit.name).join(Unit, col(Unit.id) == UnitChangeLink.old_unit_id)
    for link, name in session.exec(old):
        found.setdefault(link.new_unit_id, []).append((link.old_unit_id, name, link.is_partial))
    return found


def _walk(old: Old, unit_id: UUID) -> Iterator[tuple[str, bool]]:
    """The names of all it took over, and of what those had taken over."""
    seen, waiting = {unit_id}, [(unit_id, False)]
    while waiting:
        id_, was_partial = waiting.pop()
        for old_id, name, is_partial in old.get(id_, ()):
            if old_id not in seen:
                seen.add(old_id)
                waiting.append((old_id, was_partial or is_partial))
                yield name, was_partial or is_partial
