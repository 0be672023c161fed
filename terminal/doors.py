"""door-list and told: the last mile by terminal."""

from pathlib import Path
from typing import Annotated

import typer

from core.db import transaction
from services import access, door_knocks, door_paper, units
from services.ports import ports
from terminal.files import check_folder, write
from terminal.habits import AsJson, answering, app
from terminal.named import announcement_id_of as id_of


@app.command()
def door_list(
    announcement_id: Annotated[str, typer.Argument(metavar="ID")],
    out: Annotated[Path, typer.Option(metavar="FILE.pdf", dir_okay=False)],
    unit: Annotated[str, typer.Option(metavar="CODE", help="Only this residential unit, or those below this one.")] = "",
    as_json: AsJson = False,
) -> None:
    """Print who is to be told at the door, by unit in the order of a walk, the notice beside; codes are read back."""
    with answering(as_json=as_json, needs_ports=True) as say:
        check_folder(out)
        with transaction() as session:
            place = units.by_code(session, actor=access.TERMINAL, code=unit) if unit else None
            sheets, notice = door_paper.sheets(
                session, actor=access.TERMINAL, announcement_id=id_of(announcement_id),
                below=place.path if place else "",
            )  # fmt: skip
        pdf, pages = ports().paper.door_lists(sheets, notice)
        write(out, pdf)
        say({"households": sum(len(sheet.rows) for sheet in sheets), "pages": pages})


@app.command()
def told(
    announcement_id: Annotated[str, typer.Argument(metavar="ID")],
    household: Annotated[list[str], typer.Option(metavar="CODE", help="Codes or ids; several by commas, or given again.")],
    by: Annotated[str, typer.Option(metavar="NAME", help="User name of who enters it.")],
    more: Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="Further households.")] = None,
    as_json: AsJson = False,
) -> None:
    """Enter households that were told at the door."""
    with answering(as_json=as_json) as say:
        codes = [code for word in [*household, *(more or [])] for code in word.split(",") if code.strip()]
        with transaction() as session:
            actor = access.actor_named(session, username=by)
            count = door_knocks.told(
                session, actor=actor, announcement_id=id_of(announcement_id), codes=codes
            )  # fmt: skip
        say({"told": count})
