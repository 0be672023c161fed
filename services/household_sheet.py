"""Households edited as a sheet: many rows in one save, each checked by itself; what is refused or has changed meanwhile is told.

A save is a change set, so that the last one can be taken back. Telephone numbers stand as lists show them: one that is left as
it stands stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound, Refusal
from core.i18n import N_
from models import ChangeSet, ChangeSetKind, Household, Unit
from services import access, change_sets, household_phones, households
from services.access import Actor, May
from services.change_sets import Entry
from services.household_search import in_sight
from services.household_values import HouseholdValues, values_of
from services.household_writes import one as one_of
from services.household_writes import only
from services.presence import lasts

FIELDS = ("code", "head_name", "address", "phone", "people", "smartphones")
COUNTS = ("people", "smartphones")
SIZE = 50


@dataclass(frozen=True)
class SheetRow:
    """A household as the sheet shows it: by field what stands there, and the version it is of."""

    id: UUID
    version: int
    shown: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What it is called in a sentence."""
        return f"{self.shown['code']}, {self.shown['head_name']}"


@dataclass(frozen=True)
class SheetPage:
    """One page of the households of a residential unit, in the order of their codes."""

    unit: Unit
    rows: list[SheetRow]
    total: int
    page: int
    pages: int


@dataclass(frozen=True)
class Edit:
    """What someone typed into a row: the row as they saw it, and the fields that differ from it."""

    row: SheetRow
    typed: Mapping[str, Any]


@dataclass(frozen=True)
class Refused:
    """A row that was not written: the field it is about ("" for the whole row), and why."""

    edit: Edit
    field: str
    refusal: Refusal


@dataclass(frozen=True)
class Conflict:
    """A row that someone else has changed since it was seen: how it is now, and what they did."""

    edit: Edit
    now: SheetRow
    said: Refusal

    @property
    def fields(self) -> list[str]:
        """What is typed here and what they changed."""
        return [
            name for name in FIELDS if name in self.edit.typed or self.now.shown[name] != self.edit.row.shown[name]
        ]  # fmt: skip


@dataclass(frozen=True)
class Saved:
    """What became of a save."""

    written: int = 0
    refused: list[Refused] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)


def page(session: Session, *, actor: Actor, unit_id: UUID, page: int = 1, size: int = SIZE) -> SheetPage:
    """The households that live in a residential unit today, a page of them; a page beyond the last is the last. Three queries.

    Raises:
        NotAllowed: the actor is not of the ward's staff.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.WRITE_HOUSEHOLDS)
    unit = session.exec(select(Unit).where(Unit.id == unit_id, in_sight(actor))).first()
    if unit is None:
        raise NotFound(N_("Không tìm thấy đơn vị này."))
    here = (col(Household.unit_id) == unit.id, lasts(col(Household.left_on), clock.today()))
    total = session.exec(select(func.count()).select_from(Household).where(*here)).one()
    pages = max(1, -(-total // size))
    at = min(max(page, 1), pages)
    order = (func.length(col(Household.code)), col(Household.code))
    found = session.exec(select(Household).where(*here).order_by(*order).offset((at - 1) * size).limit(size))
    return SheetPage(unit, [row_of(actor, home) for home in found], total, at, pages)


def row_of(actor: Actor, home: Household) -> SheetRow:
    """A household as its row."""
    shown = {name: getattr(home, name) for name in FIELDS} | {"phone": household_phones.shown(actor, home.phone)}
    return SheetRow(home.id, home.version, shown)


def save(session: Session, *, actor: Actor, unit_id: UUID, edits: Sequence[Edit]) -> Saved:
    """Write what was typed, row by row: what cannot be right, or has changed meanwhile, is left and told; the rest stands.

    A code that another row of the same save gives up may be taken.

    Raises:
        NotAllowed: the actor is not of the ward's staff.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.WRITE_HOUSEHOLDS)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    waiting = [edit for edit in edits if edit.typed]
    entries: list[Entry] = []
    refused: list[Refused] = []
    conflicts: list[Conflict] = []
    while waiting:
        outcomes = [_write(session, actor, edit) for edit in waiting]
        entries += [one for one in outcomes if isinstance(one, Entry)]
        conflicts += [one for one in outcomes if isinstance(one, Conflict)]
        failed = [one for one in outcomes if isinstance(one, Refused)]
        taken = [one for one in failed if one.field == "code"]
        refused += [one for one in failed if one.field != "code"]
        if len(taken) == len(waiting):  # no code has become free
            refused += taken
            break
        waiting = [one.edit for one in taken]
    return Saved(_keep(session, actor, unit, [entry for entry in entries if entry.after]), refused, conflicts)


def last_save(session: Session, *, actor: Actor, unit_id: UUID) -> ChangeSet | None:
    """The actor's last save of a unit's sheet that is not taken back.

    Raises:
        NotAllowed: the actor is not of the ward's staff.
        NotFound: the unit lies outside the actor's sight.
    """
    access.require(actor, May.WRITE_HOUSEHOLDS)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    mine = select(ChangeSet).where(
        ChangeSet.kind == ChangeSetKind.SHEET, ChangeSet.unit_id == unit.id, ChangeSet.user_id == actor.id,
        col(ChangeSet.undone_at).is_(None),
    )  # fmt: skip
    return session.exec(mine.order_by(col(ChangeSet.created_at).desc(), col(ChangeSet.id).desc()).limit(1)).first()


def undo(session: Session, *, actor: Actor, unit_id: UUID) -> int:
    """Take the actor's last save of a unit's sheet back, wholly or not at all; how many households went back.

    Raises:
        Invalid: there is none, a household has changed since, or a code is now another household's.
        NotAllowed: the actor is not of the ward's staff.
        NotFound: the unit lies outside the actor's sight.
    """
    last = last_save(session, actor=actor, unit_id=unit_id)
    if last is None:
        raise Invalid(N_("Không có lần ghi nào quay lại được nữa."))
    return change_sets.undo(session, actor=actor, change_set_id=last.id).updated


def _keep(session: Session, actor: Actor, unit: Unit, entries: Sequence[Entry]) -> int:
    if entries:
        kept = change_sets.begin(
            session, actor=actor, kind=ChangeSetKind.SHEET, unit_id=unit.id, rows=len(entries), updated=len(entries)
        )
        change_sets.note(session, kept, entries)
    return len(entries)


def _write(session: Session, actor: Actor, edit: Edit) -> Entry | Refused | Conflict:
    try:
        household, _unit = only(session, one_of(actor, edit.row.id))
        before = {name: getattr(household, name) for name in FIELDS}
        values = _values(household, edit.typed)
        households.change(session, actor=actor, household_id=household.id, values=values, version=edit.row.version)
    except Refusal as refusal:
        about = str(refusal.details.get("field", ""))
        return Conflict(edit, row_of(actor, household), refusal) if about == "version" else Refused(edit, about, refusal)
    after = {name: getattr(household, name) for name in FIELDS if getattr(household, name) != before[name]}
    return Entry(household.id, household.version, {name: before[name] for name in after}, after)


def _values(household: Household, typed: Mapping[str, Any]) -> HouseholdValues:
    said: dict[str, Any] = {name: str(typed[name] or "") for name in ("head_name", "address", "phone", "code") if name in typed}
    if "code" in said and not said["code"].strip():
        raise Invalid(N_("Xin ghi mã hộ."), field="code")
    said |= {name: _count(name, typed) for name in COUNTS if name in typed}
    return replace(values_of(household), **said)


def _count(name: str, typed: Mapping[str, Any]) -> int:
    value = typed[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise Invalid(N_("Xin ghi một số nguyên."), field=name)
    return int(value)
