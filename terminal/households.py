"""import-households: a ward's list from a spreadsheet, looked at or written."""

import hashlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from core.db import reading, transaction
from core.i18n import N_, translate
from core.settings import settings
from services import imports, units
from services.access import TERMINAL
from services.import_reading import tables
from services.imports import ImportResult
from terminal.habits import AsJson, answering, app, mapping_of

REFUSED = N_("Có {n} dòng chưa đúng nên chưa ghi gì cả. Sửa các dòng đó, hoặc bỏ --strict để nhập các dòng đúng.")


@app.command()
def import_households(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="XLSX, XLS, ODS or CSV, 50 MB at most.")],
    unit: Annotated[str, typer.Option(metavar="CODE", help="A ward, or one residential unit.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; write nothing.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing if any row is bad.")] = False,
    map_: Annotated[list[str] | None, typer.Option("--map", metavar="HEADER=FIELD", help="What a column is.")] = None,
    sheet: Annotated[
        str, typer.Option(metavar="NAME", help="* for all. Without it: those named as residential groups are, or the first.")
    ] = "",
    purpose: Annotated[
        str, typer.Option(metavar="NAME", help="Of the ward's record of processing. Without it: the first of the record.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Import households, and memberships where the list tells; refused rows are named with the reason."""
    mapping = mapping_of(map_ or [])
    with answering(as_json=as_json, needs_ports=True) as say:
        table = tables(file, sheet=sheet)
        with reading() if dry_run else transaction() as session:
            place = units.by_code(session, actor=TERMINAL, code=unit)
            result = imports.run(
                session, actor=TERMINAL, unit_id=place.id, sheet=table, mapping=mapping, strict=strict, dry_run=dry_run,
                file_name=file.name, file_hash=_hash(file), purpose=purpose,
            )  # fmt: skip
        refused = strict and not dry_run and not result.committed
        words = translate(REFUSED, language=settings().language).format(n=len(result.rejected))
        say(_answer(result) | ({"error": words} if refused else {}))
        if refused:
            sys.stderr.write(words + "\n")
            raise typer.Exit(1)


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _answer(result: ImportResult) -> dict[str, Any]:
    language, several = settings().language, len(result.sheets) > 1
    return {
        "rows": result.rows,
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "joined": result.joined,
        "rejected": [
            ({"sheet": one.sheet} if several else {})
            | {"row": one.row, "column": one.column, "value": one.value, "message": one.reason(language)}
            for one in result.rejected
        ],
        "repeated": [
            {
                **({"sheet": one.spot.sheet, "of_sheet": one.of.sheet} if several else {}),
                "row": one.spot.number,
                "of_row": one.of.number,
            }
            for one in result.repeats
        ],
        "remarks": [
            ({"sheet": one.sheet} if several else {})
            | {"row": one.row, "column": one.column, "value": one.value, "reading": one.reading, "why": one.why.value}
            | {"message": translate(one.why.label, language=language)}
            for one in result.remarks.first
        ],
        "columns": result.columns,
        "dropped": list(result.dropped),
        "sheet": result.sheet,
        "sheets": list(result.sheets),
        "other_sheets": list(result.others),
        "purpose": result.purpose,
        "committed": result.committed,
    }
