"""coverage: the figures of participation (design §4), a row a unit, and their total."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from core import clock, formats
from core.db import reading
from core.settings import settings
from services import figures, units
from services.access import TERMINAL
from services.figures import Coverage
from terminal.habits import AsJson, answering, app


class Level(StrEnum):
    """What a row stands for."""

    UNIT = "unit"
    WARD = "ward"
    PROVINCE = "province"


@app.command()
def coverage(
    unit: Annotated[str, typer.Option(metavar="CODE", help="Without it, all there are.")] = "",
    on: Annotated[datetime | None, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Without it, today.")] = None,
    by: Annotated[Level, typer.Option(help="What a row stands for.")] = Level.UNIT,
    as_json: AsJson = False,
) -> None:
    """Coverage, depth and smartphone rate on a day. A unit without households has none: null, shown as –."""
    with answering(as_json=as_json) as say, reading() as session:
        day = on.date() if on else clock.today()
        place = units.by_code(session, actor=TERMINAL, code=unit, on=day) if unit else None
        table = figures.coverage(session, actor=TERMINAL, unit_id=place.id if place else None, on=day, by=by.value)
        told = _told if as_json else _shown
        say({"on": table.on, "rows": [told(row) for row in table.rows], "total": told(table.total)})


def _told(row: Coverage) -> dict[str, Any]:
    return {
        "unit_code": row.unit_code, "unit_name": row.unit_name, "households": row.households, "joined": row.joined,
        "coverage": row.coverage, "people": row.people, "depth": row.depth, "smartphone_rate": row.smartphone_rate,
    }  # fmt: skip


def _shown(row: Coverage) -> dict[str, Any]:
    language = settings().language
    depth = "–" if row.depth is None else formats.number(row.depth, language=language, places=2)
    return _told(row) | {
        "coverage": formats.share(row.coverage, language=language), "depth": depth,
        "smartphone_rate": formats.share(row.smartphone_rate, language=language),
    }  # fmt: skip
