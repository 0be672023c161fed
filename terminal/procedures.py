"""import-procedures and procedures: the province's list read in, and what the ward has, looked up in people's words."""

from pathlib import Path
from typing import Annotated, Any

import typer

from core.db import reading, transaction
from core.settings import settings
from models import Procedure
from services import procedure_imports, units
from services import procedures as shelf
from services.access import TERMINAL
from services.ports import ports
from services.procedure_imports import ProcedureImport
from terminal.habits import AsJson, answering, app, mapping_of


@app.command()
def import_procedures(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="XLSX, XLS, ODS or CSV, 50 MB at most.")],
    unit: Annotated[str, typer.Option(metavar="CODE", help="The ward; without it the only one there is.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; write nothing.")] = False,
    whole: Annotated[bool, typer.Option("--whole", help="The list is all there is: what it lacks is told as gone.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Take differences over at once; old texts keep their days.")] = False,
    map_: Annotated[list[str] | None, typer.Option("--map", metavar="HEADER=FIELD", help="What a column is.")] = None,
    sheet: Annotated[str, typer.Option(metavar="NAME", help="Without it the first that holds anything.")] = "",
    as_json: AsJson = False,
) -> None:
    """Import procedures. What the list says otherwise than before waits on the screen; refused rows are named."""
    mapping = mapping_of(map_ or [])
    with answering(as_json=as_json, needs_ports=True) as say:
        table = ports().sheets.read(file, sheet=sheet or None)
        with reading() if dry_run else transaction() as session:
            place = units.by_code(session, actor=TERMINAL, code=unit) if unit else units.commune_for(session, actor=TERMINAL)
            result = procedure_imports.run(
                session, actor=TERMINAL, unit_id=place.id, sheet=table, mapping=mapping, is_whole=whole, accepts=accept,
                dry_run=dry_run, file_name=file.name,
            )  # fmt: skip
        say(_answer(result))


@app.command()
def procedures(
    search: Annotated[str, typer.Option(metavar="WORDS", help="As people say it, with marks or without.")] = "",
    unit: Annotated[str, typer.Option(metavar="CODE", help="A ward or a unit above wards.")] = "",
    as_json: AsJson = False,
) -> None:
    """Procedures that are in use; those found by words, the likeliest first."""
    with answering(as_json=as_json) as say, reading() as session:
        place = units.by_code(session, actor=TERMINAL, code=unit) if unit else None
        rows = shelf.listing(session, actor=TERMINAL, unit_id=place.id if place else None, words=search, is_active=True)
        say([_told(one) for one in rows])


def _told(one: Procedure) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "field": one.field,
        "level": one.level,
        "days": one.days,
        "fee": one.fee,
        "url": shelf.public_url(one),
        "days_text": one.days_text,
        "fee_text": one.fee_text,
        "portal_url": one.portal_url,
    }


def _answer(result: ProcedureImport) -> dict[str, Any]:
    return {
        "rows": result.rows,
        "created": result.created,
        "updated": result.updated,
        "unchanged": result.unchanged,
        "gone": result.gone,
        "rejected": [
            {"row": one.row, "column": one.column, "value": one.value, "message": one.reason(settings().language)}
            for one in result.rejected
        ],
        "columns": dict(result.columns),
        "committed": result.committed,
    }
