"""report: a ward's month as an official paper or as a workbook."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from core import clock, files
from core.db import transaction
from core.errors import Invalid
from core.i18n import N_
from models import ReportKind
from services import period_facts, report_files, reports, units
from services.access import TERMINAL
from terminal.habits import AsJson, answering, app

KINDS = (".pdf", ".xlsx")


@app.command()
def report(
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="The month, or with --quarter the first of the three.")],
    unit: Annotated[str, typer.Option(metavar="CODE", help="The ward or province.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="A .pdf or a .xlsx.")],
    quarter: Annotated[bool, typer.Option("--quarter", help="Of three months, to the province.")] = False,
    as_json: AsJson = False,
) -> None:
    """The monthly report. Of a month that is over it is kept and has its place in the book; before that it is a draft."""
    with answering(as_json=as_json, needs_ports=True) as say:
        if out.suffix.lower() not in KINDS:
            raise Invalid(N_("Tệp phải có đuôi .pdf hoặc .xlsx."))
        kind, first = ReportKind.QUARTER if quarter else ReportKind.MONTH, _first(month)
        with transaction() as session:
            place = units.by_code(session, actor=TERMINAL, code=unit)
            is_over = reports.period_of(kind, first)[1] < clock.today()
            kept = reports.make(session, actor=TERMINAL, unit_id=place.id, kind=kind, first_on=first) if is_over else None
            facts = (
                period_facts.from_json(kept.facts) if kept
                else reports.facts_of(session, actor=TERMINAL, unit_id=place.id, kind=kind, first_on=first)
            )  # fmt: skip
            paper = reports.paper_of(session, actor=TERMINAL, unit_id=place.id, facts=facts, kind=kind, report=kept)
        files.write_whole(out, report_files.xlsx(facts) if out.suffix.lower() == ".xlsx" else report_files.pdf(*paper))
        say({"file": out, "figures": {one.name: one.value for one in facts.figures}})


def _first(month: str) -> date:
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Invalid(N_("Tháng “{month}” không đọc được. Xin viết như 2026-11."), month=month[:20]) from None
