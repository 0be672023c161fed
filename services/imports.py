"""Import of households from a table that people made: look first, then write everything that is right, or nothing.

The same list twice changes nothing. A list never ends a household and never takes one out of a group: what it does not say,
or leaves blank, or says no to, stays as it is.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from uuid import UUID

from sqlmodel import Session, text

from core import clock
from core.errors import Invalid
from core.i18n import N_, translate
from models import ChangeSet, ChangeSetKind, UnitKind
from services import audit, change_sets, import_likeness, import_memberships, import_writing, rollups
from services.access import WRITERS, Actor, require, unit_for
from services.change_sets import Earlier, Entry
from services.import_columns import FIELDS, HEADER_ROWS, Columns, find
from services.import_likeness import Pair
from services.import_matching import Plan, match, stored_households
from services.import_memberships import Joining, Touch
from services.import_rows import Rejected, Row, RowReader
from services.import_units import UnitFinder
from services.import_values import from_tcvn3, text_of
from services.ports import Cell, Sheet, ports

__all__ = [
    "FIELDS",
    "ImportResult",
    "Prepared",
    "Rejected",
    "mended",
    "prepare",
    "refused_csv",
    "refused_rows",
    "refused_xlsx",
    "run",
]

SAMPLE_ROWS = 20
PLACES = (UnitKind.RESIDENTIAL, UnitKind.COMMUNE, UnitKind.PROVINCE)
PROGRESS_EVERY = 1_000
OWN_HEADERS = 3  # row, column and reason, before the list's own headers
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Prepared:
    """What a list looks like before anything is read in: for a person to agree with, or to put right."""

    sheet: str
    header_row: int  # the spreadsheet's number
    columns: dict[str, str]  # field to header, as in the file
    dropped: tuple[str, ...]  # headers of what is never held
    ignored: tuple[str, ...]  # headers of what we have no place for
    headers: tuple[str, ...]  # all of them, in order: what `mapping` may name
    samples: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # number, and header to text, dropped ones left out
    others: tuple[str, ...] = ()  # the workbook's other sheets


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do."""

    rows: int  # households in the list: created + updated + unchanged + rejected
    created: int
    updated: int
    unchanged: int
    rejected: list[Rejected]
    columns: dict[str, str]
    dropped: tuple[str, ...]
    committed: bool
    joined: int = 0  # households that are now in their unit's chat group, and were not
    groups: int = 0  # chat groups made for it
    sheet: str = ""
    others: tuple[str, ...] = ()
    alike: int = 0  # pairs of households that may be one, for a person to look at
    change_set_id: UUID | None = None  # the record of it, where something was written
    earlier: Earlier | None = None  # the record of this very file, where it was imported before and that stands


def prepare(sheet: Sheet, *, mapping: Mapping[str, str] | None = None) -> Prepared:
    """Look at the first rows of a list; the rest of it is not read.

    Raises:
        Invalid: no row looks like a header, or the mapping names what is not there.
    """
    rows = iter(sheet.rows)
    first = list(islice(rows, HEADER_ROWS + SAMPLE_ROWS))
    _let_go(rows)
    columns = _columns(sheet, first, mapping)
    seen = {place: title for place, title in columns.titles.items() if title not in columns.dropped}
    samples = []
    for number, row in enumerate(first[columns.row :], columns.row + 1):
        cells = [from_tcvn3(cell) for cell in row] if columns.is_tcvn3 else row
        texts = {title: text_of(cells[place]) for place, title in seen.items() if place < len(cells)}
        if any(texts.values()):
            samples.append((number, texts))
    return Prepared(
        sheet.name, columns.row, columns.said(), columns.dropped, columns.ignored, tuple(columns.titles.values()),
        samples[:SAMPLE_ROWS], tuple(sheet.others),
    )  # fmt: skip


def run(  # noqa: PLR0913 (what a list needs to be read, and what it is called)
    session: Session, *, actor: Actor, unit_id: UUID, sheet: Sheet, mapping: Mapping[str, str] | None = None,
    strict: bool = False, dry_run: bool = False, progress: Callable[[int, int], None] | None = None, file_name: str = "",
    file_hash: str = "",
) -> ImportResult:  # fmt: skip
    """Read a list of the households of a unit, or of the units below it, and write what is right in it.

    Every good row is written in the caller's transaction; with `strict` none if any is bad; with `dry_run` none at all, and
    the answer tells what would have happened. `mapping` gives fields for headers we would read otherwise ("" leaves a column
    out). `progress` hears steps done and steps in all: reading and writing are half each, 0 in all is not known yet. What is
    written is kept as a change set, with the file's name and SHA-256, and can be undone (`services.change_sets`).

    Raises:
        NotAllowed, NotFound: the actor may not import, or not there.
        Invalid: the file is no list of households, or the unit has no place for households.
    """
    require(actor, *WRITERS)
    unit = unit_for(session, actor=actor, unit_id=unit_id)
    if unit.kind not in PLACES:
        raise Invalid(N_("Chỉ nhập được hộ dân cho tổ dân phố, thôn, hoặc phường, xã có các tổ đó."))
    if not dry_run and session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(4344)"))  # two imports at once could both take the next code
    today = clock.today()
    finder = UnitFinder(session, unit=unit, on=today)
    if not finder.places:
        raise Invalid(N_("{unit} chưa có tổ dân phố, thôn nào. Hãy lập danh sách tổ trước."), unit=unit.name)
    pace = _Pace(progress, sheet)
    columns, rows, rejected, reader = _read(sheet, mapping, finder, pace)
    plan = match(rows, stored_households(session, {row.place.id for row in rows}), reader=reader, on=today)
    joining = import_memberships.foresee(session, plan)
    pairs = import_likeness.foresee(session, plan, actor=actor)
    plan.living = {}
    refused = sorted([*rejected, *plan.rejected], key=lambda one: one.row)
    changed = {one.household_id for one in plan.known if one.after} | joining.changed
    stood = len(plan.known) + plan.settled
    result = ImportResult(
        rows=len(plan.new) + stood + len(refused), created=len(plan.new), updated=len(changed), unchanged=stood - len(changed),
        rejected=refused, columns=columns.said(), dropped=columns.dropped,
        committed=not dry_run and not (strict and refused), joined=len(joining.new) + len(joining.known),
        groups=len(joining.without), sheet=sheet.name, others=tuple(sheet.others), alike=len(pairs),
        earlier=change_sets.of_file(session, actor=actor, file_hash=file_hash),
    )  # fmt: skip
    if not result.committed or not (result.created or result.updated):  # the same list once more: nothing happened
        return result
    change_set = change_sets.begin(
        session, actor=actor, kind=ChangeSetKind.IMPORT, unit_id=unit_id, file_name=file_name, file_hash=file_hash,
        rows=result.rows, created=result.created, updated=result.updated, unchanged=result.unchanged, joined=result.joined,
        rejected=len(refused), alike=len(pairs),
    )  # fmt: skip
    _write(session, change_set, plan, joining, pairs, pace)
    audit.record(
        session, actor=actor, action="household.import", subject_kind="unit", subject_id=unit_id, rows=result.rows,
        created=result.created, updated=result.updated, joined=result.joined, rejected=len(refused),
        change_set_id=str(change_set.id),
    )  # fmt: skip
    return replace(result, change_set_id=change_set.id)


def refused_rows(result: ImportResult, *, language: str = "vi") -> tuple[list[str], list[list[str]]]:
    """Headers and rows of the refused: number, reason, then the cells as they stood, so that they can be mended and imported."""
    headers = list(dict.fromkeys(header for one in result.rejected for header in one.cells))
    own = [translate(title, language=language) for title in (N_("Dòng"), N_("Cột bị sai"), N_("Lý do"))]
    rows = [[str(one.row), one.column, one.reason(language), *(one.cells.get(h, "") for h in headers)] for one in result.rejected]
    return [*own, *headers], rows


def refused_csv(result: ImportResult, *, language: str = "vi") -> bytes:
    """The refused rows as CSV in UTF-8 with its mark, which Excel opens; nothing in it can be taken for a formula (CWE-1236)."""
    headers, rows = refused_rows(result, language=language)
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([_guarded(cell) for cell in row] for row in [headers, *rows])
    return file.getvalue().encode("utf-8-sig")


def refused_xlsx(result: ImportResult, *, language: str = "vi") -> bytes:
    """The same as a workbook."""
    headers, rows = refused_rows(result, language=language)
    return ports().tables.xlsx([(translate(N_("Dòng bị từ chối"), language=language), headers, rows)])


def mended(result: ImportResult, corrections: Mapping[int, Mapping[str, str]]) -> Sheet:
    """A sheet of the refused rows with the cells a person put right, by row number and header; rows keep their numbers.

    A row whose wrong value was left as it was stays out: a code used twice would otherwise be taken for its first user. Too large
    a count may be right, and the number of people beside it wrong.
    """
    own = refused_rows(result)[0][OWN_HEADERS:]
    counts = {"", *(result.columns.get(name) for name in ("smartphones", "group_people", "group"))}
    rows: list[list[Cell]] = [[] for _ in range(max((one.row for one in result.rejected), default=0) + 1)]
    for one in result.rejected:
        cells = {**one.cells, **corrections.get(one.row, {})}
        changed = {header for header, cell in cells.items() if cell != one.cells.get(header)}
        if changed & {one.column, *one.column.split(" + ")} or (changed and one.column in counts):
            rows[one.row - 1] = [cells.get(header, "") for header in own]
    first = min((one.row for one in result.rejected), default=2)
    rows[first - 2] = list(own)  # no row is refused above the second: one above it was the header
    return Sheet(name=result.sheet, rows=rows)


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _columns(sheet: Sheet, first: Sequence[Sequence[Cell]], mapping: Mapping[str, str] | None) -> Columns:
    columns = find(first, merged=sheet.merged, mapping=mapping)
    if columns is None:
        others = ", ".join(f"“{name}”" for name in sheet.others[:10])
        if others:
            raise Invalid(
                N_("Trang “{sheet}” không có dòng tiêu đề với cột họ tên chủ hộ. Tệp còn các trang: {others}."),
                sheet=sheet.name, others=others,
            )  # fmt: skip
        raise Invalid(N_("Không thấy dòng tiêu đề có cột họ tên chủ hộ. Tệp này không phải danh sách hộ dân."))
    return columns


def _read(
    sheet: Sheet, mapping: Mapping[str, str] | None, finder: UnitFinder, pace: "_Pace"
) -> tuple[Columns, list[Row], list[Rejected], RowReader]:
    remaining = iter(sheet.rows)
    try:
        first = list(islice(remaining, HEADER_ROWS))
        columns = _columns(sheet, first, mapping)
        if "head_name" not in columns.places:
            titles = ", ".join(f"“{title}”" for title in columns.titles.values())
            raise Invalid(N_("Không thấy cột họ tên chủ hộ. Hãy chỉ rõ cột nào: {columns}."), columns=titles)
        reader = RowReader(sheet, first[: columns.row], columns, finder)
        numbered = enumerate(chain(first[columns.row :], remaining), columns.row + 1)
        rows: list[Row] = []
        rejected: list[Rejected] = []
        for found in reader.read(pace.over(numbered)):
            if isinstance(found, Row):
                rows.append(found)
            else:
                rejected.append(found)
    finally:
        _let_go(remaining)
    return columns, rows, rejected, reader


def _let_go(rows: Iterator[list[Cell]]) -> None:
    """End the reader of a file that is not read to its end."""
    close = getattr(rows, "close", None)
    if close:
        close()


def _write(
    session: Session, change_set: ChangeSet, plan: Plan, joining: Joining, pairs: Sequence[Pair], pace: "_Pace"
) -> None:  # fmt: skip
    ids = import_writing.write(session, plan, change_set_id=change_set.id, tell=pace.written)
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


class _Pace:
    """Tells how far an import is: reading is the first half, writing the second."""

    def __init__(self, tell: Callable[[int, int], None] | None, sheet: Sheet) -> None:
        self._tell = tell
        self._height = sheet.height or (len(sheet.rows) if isinstance(sheet.rows, Sequence) else 0)

    def over(self, rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterable[tuple[int, Sequence[Cell]]]:
        """The same rows, told now and then."""
        return self._told(rows) if self._tell else rows

    def written(self, rows: int) -> None:
        """So many households are written."""
        if self._tell:
            self._tell(self._height + rows, self._height * 2)

    def _told(self, rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[tuple[int, Sequence[Cell]]]:
        for number, row in rows:
            if number % PROGRESS_EVERY == 0 and self._tell:
                self._tell(number, self._height * 2)
            yield number, row
