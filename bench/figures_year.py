"""`figures_year`: a year of all figures of a ward with 300,000 households, day by day, beside the one sum it needs at least.

A province of the bench `coverage`; the baseline is one statement: the sums of the daily counts of every unit and day of
that year, which whoever shows a year of coverage without counts of the whole must add up.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, text
from sqlmodel import Session, select

from bench.coverage import TODAY, _in_turns, build
from bench.rollup import databases
from models import Unit, UnitKind
from services import figure_values
from services.access import TERMINAL

YEAR = timedelta(days=364)


def run(scale: int = 300_000) -> list[dict[str, Any]]:
    """Milliseconds on each database, median of several looks in turns."""
    results = []
    for name, engine in databases(writes=False):
        with Session(engine) as session:
            build(session, scale)
            session.execute(text("ANALYZE"))
            session.commit()
        with Session(engine) as session, engine.connect() as connection:
            top = session.exec(select(Unit).where(Unit.kind == UnitKind.PROVINCE)).one()
            ours, baseline = _in_turns(partial(_year, session, top.id), partial(_sum, connection))
            rows = len(_year(session, top.id))
        results.append(
            {"name": "figures_year", "database": name, "ours": round(ours, 1), "baseline": round(baseline, 1),
             "ratio": round(ours / baseline, 2), "unit": "ms", "n": scale, "rows": rows}
        )  # fmt: skip
    return results


def _year(session: Session, unit_id: Any) -> list[Any]:
    return figure_values.series(session, actor=TERMINAL, unit_id=unit_id, since=TODAY - YEAR, until=TODAY)


def _sum(connection: Connection) -> list[Any]:
    sums = "SELECT day, sum(households), sum(joined), sum(people), sum(people_joined), sum(smartphones) FROM unitday"
    return list(
        connection.execute(text(f"{sums} WHERE day BETWEEN :a AND :b GROUP BY day"), {"a": TODAY - YEAR, "b": TODAY}).all()
    )
