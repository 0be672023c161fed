"""figures: any figure of the register as a series, a row a day."""

from datetime import datetime
from typing import Annotated, Any

import typer

from core import clock
from core.db import reading
from core.i18n import translate
from core.settings import settings
from services import figure_register, figure_values, units
from services.access import TERMINAL
from services.figure_register import BY_NAME
from services.figure_values import Value
from terminal.habits import AsJson, answering, app


def _day(name: str, words: str) -> Any:
    return typer.Option(name, metavar="D", formats=["%Y-%m-%d"], help=words)


@app.command()
def figures(
    unit: Annotated[str, typer.Option(metavar="CODE", help="Without it, all there are.")] = "",
    since: Annotated[datetime | None, _day("--from", "Without it, the last day.")] = None,
    until: Annotated[datetime | None, _day("--to", "Without it, today.")] = None,
    name: Annotated[list[str] | None, typer.Option(metavar="N", help="Which ones; none for all.")] = None,
    whats: Annotated[bool, typer.Option("--define", help="Tell what each figure is; no numbers.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Any figure as a series, a row a day; with --define what each is."""
    with answering(as_json=as_json, needs_database=not whats) as say:
        if whats:
            say([_definition(one) for one in name or figure_register.NAMES])
            return
        last = until.date() if until else clock.today()
        with reading() as session:
            place = units.by_code(session, actor=TERMINAL, code=unit, on=last) if unit else None
            found = figure_values.series(
                session, actor=TERMINAL, unit_id=place.id if place else None, names=name or (),
                since=since.date() if since else last, until=last,
            )  # fmt: skip
        say([_told(one) for one in found])


def _told(one: Value) -> dict[str, Any]:
    return {
        "name": one.name, "unit_code": one.unit_code, "day": one.day,
        "value": figure_values.rounded(one, BY_NAME[one.name].measure),
        "numerator": one.numerator, "denominator": one.denominator,
    }  # fmt: skip


def _definition(name: str) -> dict[str, Any]:
    one = figure_register.defined(name)
    words = {
        "label": one.label, "unit": one.measure.label, "definition": one.definition, "numerator": one.numerator,
        "denominator": one.denominator, "over_days": one.span.label, "rows": one.source.label,
    }  # fmt: skip
    return {"name": one.name} | {
        key: translate(text, language=settings().language) if text else "" for key, text in words.items()
    }
