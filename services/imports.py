"""Import of households from a table that people made: look first, then write everything that is right, or nothing.

The same list twice changes nothing. A list never ends a household and never takes one out of a group: what it does not say,
or leaves blank, or says no to, stays as it is.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlmodel import Session, text

from core import clock
from core.errors import Invalid
from core.i18n import N_, translate
from core.safe_text import safe
from models import ChangeSet, ChangeSetKind, UnitKind
from services import (
    audit,
    change_sets,
    import_erased,
    import_likeness,
    import_memberships,
    import_writing,
    privacy_purposes,
    rollups,
)
from services.access import Actor, May, require, unit_for
from services.change_sets import Earlier, Entry
from services.import_columns import FIELDS
from services.import_likeness import Pair
from services.import_matching import Plan, match
from services.import_memberships import Joining, Touch
from services.import_reading import Pace, Prepared, Reading, Tables, prepare
from services.import_remarks import Remarks
from services.import_repeats import Repeat
from services.import_rows import Rejected, Spot
from services.import_units import UnitFinder
from services.ports import Cell, Sheet, ports

__all__ = [
    "FIELDS",
    "ImportResult",
    "Prepared",
    "Rejected",
    "Repeat",
    "mended",
    "own_headers",
    "prepare",
    "refused_csv",
    "refused_rows",
    "refused_xlsx",
    "run",
]

PLACES = (UnitKind.RESIDENTIAL, UnitKind.COMMUNE, UnitKind.PROVINCE)


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do."""

    rows: int  # of households in the list: created + updated + unchanged + rejected
    created: int
    updated: int
    unchanged: int
    rejected: list[Rejected]
    columns: dict[str, str]
    dropped: tuple[str, ...]
    committed: bool
    joined: int = 0  # households that are now in their unit's chat group, and were not
    groups: int = 0  # chat groups made for it
    sheet: str = ""  # the first that was read
    sheets: tuple[str, ...] = ()  # all that were
    others: tuple[str, ...] = ()  # the workbook's sheets that were not
    alike: int = 0  # pairs of households that may be one, for a person to look at
    repeats: tuple[Repeat, ...] = ()  # rows of a household that another row gives too; they count as unchanged
    remarks: Remarks = field(default_factory=Remarks)  # what was read otherwise than it stands there
    change_set_id: UUID | None = None  # the record of it, where something was written
    purpose: str = ""  # of the ward's record of processing that it is for
    earlier: Earlier | None = None  # the record of this very file, where it was imported before and that stands


def run(  # noqa: PLR0913 (what a list needs to be read, and what it is called)
    session: Session, *, actor: Actor, unit_id: UUID, sheet: Tables, mapping: Mapping[str, str] | None = None,
    strict: bool = False, dry_run: bool = False, progress: Callable[[int, int], None] | None = None, file_name: str = "",
    file_hash: str = "", purpose: str = "",
) -> ImportResult:  # fmt: skip
    """Read a list of the households of a unit, or of the units below it, and write what is right in it.

    `sheet` is one sheet, or several that make one list (`import_reading.tables`): those that hold no list are named and left.
    Every good row is written in the caller's transaction; with `strict` none if any is bad; with `dry_run` none at all, and
    the answer tells what would have happened. `mapping` gives fields for headers we would read otherwise ("" leaves a column
    out). `progress` hears steps done and steps in all: reading and writing are half each, 0 in all is not known yet. What is
    written is kept as a change set, with the file's name, its SHA-256 and the purpose it is for (where none is said, the first of
    the ward's record of processing), and can be undone (`services.change_sets`).

    Raises:
        NotAllowed, NotFound: the actor may not import, or not there.
        Invalid: the file is no list of households, the unit has no place for households, or the record has no such purpose.
    """
    require(actor, May.IMPORT_HOUSEHOLDS)
    unit = unit_for(session, actor=actor, unit_id=unit_id)
    if unit.kind not in PLACES:
        raise Invalid(N_("Chỉ nhập được hộ dân cho tổ dân phố, thôn, hoặc phường, xã có các tổ đó."))
    purpose = privacy_purposes.of_list(session, actor=actor, unit_id=unit_id, said=purpose)
    if not dry_run and session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(4344)"))  # two imports at once could both take the next code
    today = clock.today()
    finder = UnitFinder(session, unit=unit, on=today)
    if not finder.places:
        raise Invalid(N_("{unit} chưa có tổ dân phố, thôn nào. Hãy lập danh sách tổ trước."), unit=unit.name)
    pace = Pace(progress)
    reading = Reading(sheet, mapping, finder, pace)
    plan = match(session, reading.rows, reader=reading, on=today)
    import_erased.refuse(session, plan, reader=reading)
    joining = import_memberships.foresee(session, plan, reader=reading)
    pairs = import_likeness.foresee(session, plan, actor=actor)
    order = {name: place for place, name in enumerate(reading.sheets)}
    refused = sorted([*reading.rejected, *plan.rejected], key=lambda one: (order[one.sheet], one.row))
    changed = {one.household_id for one in plan.known if one.after} | joining.changed
    stood = len(plan.known) + plan.settled + len(plan.repeats)
    result = ImportResult(
        rows=len(plan.new) + stood + len(refused), created=len(plan.new), updated=len(changed), unchanged=stood - len(changed),
        rejected=refused, columns=reading.columns, dropped=reading.dropped,
        committed=not dry_run and not (strict and refused), joined=len(joining.new) + len(joining.known),
        groups=len(joining.without), sheet=reading.sheets[0], sheets=reading.sheets, others=reading.others, alike=len(pairs),
        repeats=tuple(plan.repeats), remarks=reading.remarks, purpose=purpose,
        earlier=change_sets.of_file(session, actor=actor, file_hash=file_hash),
    )  # fmt: skip
    if not result.committed or not (result.created or result.updated):  # the same list once more: nothing happened
        return result
    change_set = change_sets.begin(
        session, actor=actor, kind=ChangeSetKind.IMPORT, unit_id=unit_id, file_name=file_name, file_hash=file_hash,
        rows=result.rows, created=result.created, updated=result.updated, unchanged=result.unchanged, joined=result.joined,
        rejected=len(refused), alike=len(pairs), purpose=purpose,
    )  # fmt: skip
    _write(session, change_set, plan, joining, pairs, pace)
    audit.record(
        session, actor=actor, action="household.import", subject_kind="unit", subject_id=unit_id, rows=result.rows,
        created=result.created, updated=result.updated, joined=result.joined, rejected=len(refused),
        change_set_id=str(change_set.id), purpose=purpose,
    )  # fmt: skip
    return replace(result, change_set_id=change_set.id)


def own_headers(result: ImportResult, *, language: str = "vi") -> list[str]:
    """What stands before the list's own headers: the sheet, where there are several, row, column and reason."""
    titles = [N_("Trang"), N_("Dòng"), N_("Cột bị sai"), N_("Lý do")]
    return [translate(title, language=language) for title in titles[0 if len(result.sheets) > 1 else 1 :]]


def refused_rows(result: ImportResult, *, language: str = "vi") -> tuple[list[str], list[list[str]]]:
    """Headers and rows of the refused: number, reason, then the cells as they stood, so that they can be mended and imported."""
    headers = list(dict.fromkeys(header for one in result.rejected for header in one.cells))
    of_sheet = len(result.sheets) > 1
    rows = [
        [*[one.sheet][:of_sheet], str(one.row), one.column, one.reason(language), *(one.cells.get(h, "") for h in headers)]
        for one in result.rejected
    ]
    return [*own_headers(result, language=language), *headers], rows


def refused_csv(result: ImportResult, *, language: str = "vi") -> bytes:
    """The refused rows as CSV in UTF-8 with its mark, which Excel opens; nothing in it can be taken for a formula (CWE-1236)."""
    headers, rows = refused_rows(result, language=language)
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([safe(cell) for cell in row] for row in [headers, *rows])
    return file.getvalue().encode("utf-8-sig")


def refused_xlsx(result: ImportResult, *, language: str = "vi") -> bytes:
    """The same as a workbook: a sheet for each that has refused rows, under its name where there are several."""
    alone = translate(N_("Dòng bị từ chối"), language=language)
    parts = []
    for name, some in _by_sheet(result).items():
        headers, rows = refused_rows(replace(result, rejected=some, sheets=(name,)), language=language)
        parts.append((name if len(result.sheets) > 1 else alone, headers, rows))
    return ports().tables.xlsx(parts)


def mended(result: ImportResult, corrections: Mapping[Spot, Mapping[str, str]]) -> list[Sheet]:
    """Sheets of the refused rows with the cells a person put right, by place and header; rows keep their numbers.

    A row whose wrong value was left as it was stays out: a code used twice would otherwise be taken for its first user. Too large
    a count may be right, and the number of people beside it wrong.
    """
    return [_mended(result, name, some, corrections) for name, some in _by_sheet(result).items()]


def _mended(
    result: ImportResult, name: str, some: Sequence[Rejected], corrections: Mapping[Spot, Mapping[str, str]]
) -> Sheet:  # fmt: skip
    own = list(dict.fromkeys(header for one in some for header in one.cells))
    counts = {"", *(result.columns.get(name) for name in ("smartphones", "group_people", "group"))}
    rows: list[list[Cell]] = [[] for _ in range(max(one.row for one in some))]
    for one in some:
        cells = {**one.cells, **corrections.get(one.spot, {})}
        changed = {header for header, cell in cells.items() if cell != one.cells.get(header)}
        if changed & {one.column, *one.column.split(" + ")} or (changed and one.column in counts):
            rows[one.row - 1] = [cells.get(header, "") for header in own]
    first = min(one.row for one in some)
    rows[first - 2] = list(own)  # no row is refused above the second: one above it was the header
    return Sheet(name=name, rows=rows, others=[other for other in result.sheets if other != name])


def _by_sheet(result: ImportResult) -> dict[str, list[Rejected]]:
    found: dict[str, list[Rejected]] = {}
    for one in result.rejected:
        found.setdefault(one.sheet, []).append(one)
    return found


def _write(
    session: Session, change_set: ChangeSet, plan: Plan, joining: Joining, pairs: Sequence[Pair], pace: Pace
) -> None:  # fmt: skip
    ids = import_writing.write(session, plan, change_set_id=change_set.id, tell=lambda done: pace.written(done, len(plan.new)))
    touches = import_memberships.write(session, joining, plan, ids, change_set=change_set, on=clock.today())
    change_sets.note(session, change_set, _entries(plan, touches))
    import_likeness.write(session, pairs, ids)
    touched = {row.place.id for row, _code in plan.new} | {one.row.place.id for one in plan.known if one.after}
    rollups.refresh(session, unit_ids=touched | joining.unit_ids)


def _entries(plan: Plan, touches: Iterable[Touch]) -> Iterator[Entry]:
    """What is noted of the households that stood before."""
    for one in plan.known:
        if one.after:
            yield Entry(one.household_id, one.version + 1, one.before, one.after)
    for touch in touches:
        yield Entry(touch.known.household_id, touch.known.version + 1, touch.before, touch.after, touch.membership_id)
