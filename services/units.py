"""Units: finding them, listing them in the order people expect, importing them, the settings of a ward."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, update
from sqlmodel import Session, col, select

from core import clock, phones
from core.bulk import batches
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.ids import new_id
from core.text import clean, natural_key, vietnamese_key
from models import Unit, UnitKind
from services import access, audit, totals, unit_lists
from services.access import Actor, May, path_range, unit_for
from services.import_rows import Rejected
from services.presence import valid_on
from services.unit_lists import UnitRow
from services.unit_search import FoundUnit as FoundUnit
from services.unit_search import find as find

CODES_AT_A_TIME = 10_000
SHOWN = 120  # letters of a wrong value that are told
PARENTS: dict[UnitKind, tuple[UnitKind | None, ...]] = {
    UnitKind.PROVINCE: (None,),
    UnitKind.COMMUNE: (UnitKind.PROVINCE, None),
    UnitKind.RESIDENTIAL: (UnitKind.COMMUNE,),
    UnitKind.ASSOCIATION: (UnitKind.COMMUNE, UnitKind.PROVINCE),
    UnitKind.OFFICE: (UnitKind.COMMUNE, UnitKind.PROVINCE),
}


@dataclass(frozen=True)
class WardSettings:
    """What a ward decides for itself, and what residents read of it."""

    target_percent: int = 90  # coverage wished for
    phone: str = ""  # as typed
    address: str = ""
    office_hours: str = ""
    allows_self_approval: bool = False


@dataclass(frozen=True)
class UnitImport:
    """What became of a list of units."""

    rows: int
    created: int
    updated: int
    unchanged: int
    rejected: list[Rejected]


@lru_cache(maxsize=20_000)
def place_key(area: str, name: str) -> tuple[Any, ...]:
    """Sort key of units: by area in the order of the alphabet, then "Tổ 2" before "Tổ 10"."""
    return vietnamese_key(area), natural_key(name), vietnamese_key(name)


def by_code(session: Session, *, actor: Actor, code: str, on: date | None = None) -> Unit:
    """The unit with a code on a day (today), or with an id; a code that lost its zeros is understood.

    Raises:
        NotFound: there is none that day, or it lies outside the actor's sight.
    """
    text = clean(code)
    try:
        return unit_for(session, actor=actor, unit_id=UUID(text))
    except ValueError:
        pass
    forms = _forms(text)
    query = select(Unit).where(col(Unit.code).in_(forms), path_range(actor.unit_path), valid_on(on or clock.today()))
    found = {unit.code: unit for unit in session.exec(query)}
    unit = next((found[form] for form in forms if form in found), None)
    if unit is None:
        raise NotFound(N_("Không có đơn vị mã {code}."), code=text)
    return unit


def children(
    session: Session, *, actor: Actor, unit_id: UUID, on: date | None = None, kind: UnitKind | None = None
) -> list[Unit]:
    """The units (of a kind) right below one that exist on a day (today), in order.

    Raises:
        NotFound: the unit lies outside the actor's sight.
    """
    unit = unit_for(session, actor=actor, unit_id=unit_id)
    query = select(Unit).where(Unit.parent_id == unit.id, valid_on(on or clock.today()))
    return _in_order(session.exec(query.where(Unit.kind == kind) if kind else query))


def residential(session: Session, *, actor: Actor, unit_id: UUID | None = None, on: date | None = None) -> list[Unit]:
    """The residential units at or below a unit (all the actor sees) that exist on a day, by area, then by number.

    Raises:
        NotFound: the unit lies outside the actor's sight.
    """
    path = unit_for(session, actor=actor, unit_id=unit_id).path if unit_id else actor.unit_path
    query = select(Unit).where(Unit.kind == UnitKind.RESIDENTIAL, path_range(path), valid_on(on or clock.today()))
    return _in_order(session.exec(query))


def commune_for(session: Session, *, actor: Actor) -> Unit:
    """The ward the actor works in: the own one, or the one above; for someone further up, the first that has units below it.

    Raises:
        NotFound: there is no ward in the actor's sight.
    """
    if actor.unit_id:
        ward = access.commune_of(session, session.get_one(Unit, actor.unit_id))
        if ward.kind is UnitKind.COMMUNE:
            return ward
    with_units = col(Unit.id).in_(select(Unit.parent_id).where(Unit.kind == UnitKind.RESIDENTIAL, valid_on(clock.today())))
    wards = select(Unit).where(Unit.kind == UnitKind.COMMUNE, path_range(actor.unit_path), valid_on(clock.today()))
    first = session.exec(wards.order_by(case((with_units, 0), else_=1), col(Unit.code)).limit(1)).first()
    if first is None:
        raise NotFound(N_("Chưa có phường, xã nào. Hãy nhập danh mục đơn vị trước."))
    return first


def change_settings(session: Session, *, actor: Actor, unit_id: UUID, values: WardSettings) -> Unit:
    """Set what a ward decides for itself.

    Raises:
        Invalid: a value cannot be right; `details["field"]` names it.
        NotAllowed: the actor is neither admin nor official.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.KEEP_WARD)
    unit = unit_for(session, actor=actor, unit_id=unit_id)
    phone = phones.read(values.phone)
    if not 0 <= values.target_percent <= 100:
        raise Invalid(N_("Mục tiêu phải từ 0 đến 100 %."), field="target_percent")
    wanted = {
        "target_percent": values.target_percent, "phone": phone, "address": clean(values.address),
        "office_hours": clean(values.office_hours), "allows_self_approval": values.allows_self_approval,
    }  # fmt: skip
    changed = [name for name, value in wanted.items() if getattr(unit, name) != value]
    if changed:
        for name in changed:
            setattr(unit, name, wanted[name])
        session.add(unit)
        told = {name: wanted[name] for name in changed if name != "phone"}
        audit.record(
            session, actor=actor, action="unit.settings_changed", subject_kind="unit", subject_id=unit.id, fields=changed, **told
        )  # fmt: skip
    return unit


def import_units(session: Session, *, actor: Actor, rows: Iterable[Mapping[str, Any]]) -> UnitImport:
    """Create or bring up to date the units of a list: code, name, kind, parent_code; `row` is the spreadsheet's number.

    A unit is known again by its code among those that still stand. Parents may come below their children in the list. A row
    with a value that cannot be right is refused whole; all others are written. What a list leaves blank stays as it is.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.IMPORT_UNITS)
    read, rejected = _read(rows)
    total = len(read) + len(rejected)
    known = _Known(session, [code for row in read for code in (row.code, *_forms(row.parent_code))])
    tally = Counter[str]()
    for row in sorted(read, key=lambda row: unit_lists.LEVELS.index(row.kind)):
        try:
            tally[_put(session, actor, known, row)] += 1
        except Invalid as refusal:
            rejected.append(_rejected(row.row, refusal))
    session.flush()
    totals.recount(session, unit_ids=known.rehung)
    done = UnitImport(
        total, tally["created"], tally["updated"], tally["unchanged"], sorted(rejected, key=lambda each: each.row)
    )  # fmt: skip
    audit.record(
        session, actor=actor, action="unit.imported", subject_kind="unit",
        created=done.created, updated=done.updated, unchanged=done.unchanged, rejected=len(rejected),
    )  # fmt: skip
    return done


class _Known:
    """The units a list may mean: those that stand, by code; and which codes began on which day."""

    def __init__(self, session: Session, codes: Iterable[str]) -> None:
        wanted = sorted(set(codes))
        self.standing: dict[str, Unit] = {}
        self.begun: set[tuple[str, date]] = set()
        self.rehung: set[UUID] = set()  # parents of what was hung elsewhere, the old and the new
        for some in batches(wanted, CODES_AT_A_TIME):
            for unit in session.exec(select(Unit).where(col(Unit.code).in_(some))):
                if unit.valid_to is None:
                    self.standing[unit.code] = unit
                if unit.valid_from is not None:
                    self.begun.add((unit.code, unit.valid_from))


def _in_order(units: Iterable[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: place_key(unit.area, unit.label))


def _forms(code: str) -> list[str]:
    return [code, code.zfill(2), code.zfill(5)] if code.isdecimal() else [code]


def _read(rows: Iterable[Mapping[str, Any]]) -> tuple[list[UnitRow], list[Rejected]]:
    read: dict[str, UnitRow] = {}
    rejected = []
    for place, given in enumerate(rows, start=1):
        number = int(given.get("row", place))
        try:
            row = unit_lists.parse(given, number=number)
            if row.code in read:
                raise Invalid(N_("Mã này đã có ở dòng {row}."), row=read[row.code].row, field="code", value=row.code)
            read[row.code] = row
        except Invalid as refusal:
            rejected.append(_rejected(number, refusal))
    return list(read.values()), rejected


def _rejected(number: int, refusal: Invalid) -> Rejected:
    field, value = str(refusal.details["field"]), str(refusal.details["value"])
    return Rejected(number, field, value[:SHOWN], refusal.message, refusal.details)


def _put(session: Session, actor: Actor, known: _Known, row: UnitRow) -> str:
    unit = known.standing.get(row.code)
    if unit is None:
        unit = _new(actor, known, row, _parent(actor, known, row))
        session.add(unit)
        known.standing[unit.code] = unit
        return "created"
    if not unit.path.startswith(actor.unit_path):
        raise Invalid(N_("Mã này đã dùng ở nơi khác."), field="code", value=row.code)
    if unit.kind is not row.kind:
        raise Invalid(
            N_("Mã {code} đã là một đơn vị cấp khác: {name}."), code=row.code, name=unit.name, field="kind", value=row.kind
        )
    parent = _parent(actor, known, row) if row.parent_code else None
    said = {"name": row.name, "subtype": row.subtype, "short_name": row.short_name, "area": row.area}
    changed = {field: text for field, text in said.items() if text and text != getattr(unit, field)}
    for field, text in changed.items():
        setattr(unit, field, text)
    is_moved = parent is not None and parent.id != unit.parent_id
    if parent is not None and is_moved:
        _move(session, known, unit, parent)
    session.add(unit)
    return "updated" if changed or is_moved else "unchanged"


def _parent(actor: Actor, known: _Known, row: UnitRow) -> Unit | None:
    if not row.parent_code:
        return None
    forms = _forms(row.parent_code)
    units = [known.standing[form] for form in forms if form in known.standing]
    seen = [unit for unit in units if unit.path.startswith(actor.unit_path)]
    fitting = [unit for unit in seen if unit.kind in PARENTS[row.kind]]
    if not seen:
        raise Invalid(N_("Không có đơn vị cấp trên mã {code}."), code=forms[-1], field="parent_code", value=row.parent_code)
    return (fitting or seen)[0]


def _new(actor: Actor, known: _Known, row: UnitRow, parent: Unit | None) -> Unit:
    _require_fitting(actor, row, parent)
    if row.valid_from is not None and (row.code, row.valid_from) in known.begun:
        raise Invalid(N_("Mã {code} đã có rồi."), code=row.code, field="code", value=row.code)
    id_ = new_id()
    return Unit(
        id=id_, code=row.code, name=row.name, kind=row.kind, subtype=row.subtype, short_name=row.short_name, area=row.area,
        valid_from=row.valid_from, parent_id=parent.id if parent else None, path=f"{parent.path if parent else ''}{id_}/",
    )  # fmt: skip


def _require_fitting(actor: Actor, row: UnitRow, parent: Unit | None) -> None:
    if parent is None and (None not in PARENTS[row.kind] or actor.unit_path):
        raise Invalid(N_("Thiếu mã đơn vị cấp trên."), field="parent_code", value="")
    if parent is not None and parent.kind not in PARENTS[row.kind]:
        message = N_("{name} không thể là cấp trên của {unit}.")
        raise Invalid(message, name=parent.name, unit=row.name, field="parent_code", value=row.parent_code)


def _move(session: Session, known: _Known, unit: Unit, parent: Unit) -> None:
    """Hang a unit, with all below it, under another parent."""
    session.flush()
    old, new = unit.path, f"{parent.path}{unit.id}/"
    session.exec(
        update(Unit)
        .where(path_range(old))
        .values(path=literal(new) + func.substr(Unit.path, len(old) + 1))
        .execution_options(synchronize_session=False)
    )
    known.rehung |= {parent.id} | ({unit.parent_id} if unit.parent_id else set())
    unit.parent_id = parent.id
    for below in known.standing.values():
        if below.path.startswith(old):
            below.path = new + below.path[len(old) :]
