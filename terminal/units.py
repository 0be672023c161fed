"""import-units: provinces, wards, residential groups and other bodies from a table."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from core.db import reading, transaction
from core.settings import settings
from services import unit_lists, units
from services.access import TERMINAL
from services.import_rows import Rejected
from services.ports import ports
from services.unit_lists import UnitTable
from terminal.habits import AsJson, answering, app


@app.command()
def import_units(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="XLSX, XLS, ODS or CSV: code, name, kind, parent_code.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; write nothing.")] = False,
    only: Annotated[
        str, typer.Option("--only", metavar="CODE", help="One ward of the table with its province; a name of before will do.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Create or bring up to date the units of a table; refused rows are named with the reason."""
    with answering(as_json=as_json, needs_ports=True) as say:
        table = unit_lists.read(ports().sheets.read(file))
        if only:
            table = unit_lists.only(table, words=only)
        with reading() if dry_run else transaction() as session:
            done = units.import_units(session, actor=TERMINAL, rows=table.rows)
        say(
            {
                "rows": done.rows,
                "created": done.created,
                "updated": done.updated,
                "unchanged": done.unchanged,
                "rejected": [_told(refused, table) for refused in done.rejected],
                "columns": table.columns,
                "committed": not dry_run,
            }
        )


def _told(refused: Rejected, table: UnitTable) -> dict[str, Any]:
    named = replace(refused, column=table.columns.get(refused.column, refused.column))
    return {"row": named.row, "column": named.column, "value": named.value, "message": named.reason(settings().language)}
