"""coverage_nation: the figures of the nation and of any province, and their trend of a year, beside a table added up beforehand.

Simulated: 28,000,000 households in 34 provinces, 3,321 wards and 33,210 residential units (843 a unit). No household is written:
each unit has a row on the first day and on 12 days of the year after it, on which 1 to 6 households join, 0 to 2 leave and 0 to 3
arrive, as `UnitDay` would hold them (432,000 rows); the totals of wards and provinces are what `totals.repair` makes of these.
A trend of a year is 53 points, one a week; that of the nation by day is told beside (`nation_daily_ms`), and not counted.

The baseline has a row a ward for the day asked for and a row a province and day, on the same database, read by plain SQL. At the
end 10,000 households of one ward are written with their memberships, and its counts brought in line as an import does.
"""

import random
import tempfile
import time
from contextlib import ExitStack
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text
from sqlmodel import Session

from bench.coverage import _group, _household, _in_turns, _membership, _write
from bench.postgres import cluster
from core.db import make_engine
from core.ids import new_id
from models import Group, Household, Membership, Model, Unit, UnitDay, UnitKind
from services import figures, rollups, totals
from services.access import TERMINAL

WARDS, PROVINCES, UNITS_A_WARD = 3_321, 34, 10
HOUSEHOLDS = 28_000_000
CHANGES = 12  # days of the year on which something changes in a unit
IMPORTED = 10_000
FIRST, TODAY = date(2025, 11, 24), date(2026, 11, 24)
ON = date(2026, 6, 15)  # a past day, in the middle
WEEKS = [TODAY - timedelta(weeks=number) for number in range(53)]
YEAR = [TODAY - timedelta(days=number) for number in range(365)]
ROWS_AT_A_TIME = 50_000
PLAIN = "sum(households) AS households, sum(joined) AS joined, sum(people) AS people, sum(people_joined) AS people_joined, "
PLAIN += "sum(smartphones) AS smartphones"
Ids = dict[UUID, UUID]


def run(scale: int = HOUSEHOLDS) -> list[dict[str, Any]]:
    """Milliseconds of the slowest of four questions, ours and the baseline's, on each database; and those of an import."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engines = {"sqlite": make_engine(f"sqlite:///{folder / 'nation.db'}", writes=False)}
        if server := stack.enter_context(cluster()):
            engines["postgresql"] = make_engine(server, writes=False)
        results = [_measured(name, engine, max(PROVINCES, WARDS * scale // HOUSEHOLDS)) for name, engine in engines.items()]
        for engine in engines.values():
            engine.dispose()
    return results


def _measured(name: str, engine: Engine, wards: int) -> dict[str, Any]:
    Model.metadata.create_all(engine)
    with Session(engine) as session:
        provinces, places = build(session, wards)
        start = time.perf_counter()
        totals.repair(session)
        added_up = time.perf_counter() - start
        _add_up_beforehand(session, places)
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    with Session(engine) as session:
        largest = max(provinces, key=list(places.values()).count)
        asked = {
            "nation": (partial(_figures, session, None, "province"), partial(_plain_figures, session, None)),
            "nation_trend": (partial(_trend, session, None, WEEKS), partial(_plain_trend, session, None, WEEKS)),
            "province": (partial(_figures, session, largest, "ward"), partial(_plain_figures, session, largest)),
            "province_trend": (partial(_trend, session, largest, WEEKS), partial(_plain_trend, session, largest, WEEKS)),
        }
        by_day = (partial(_trend, session, None, YEAR), partial(_plain_trend, session, None, YEAR))
        agree = all(ours() == plain() for ours, plain in [*asked.values(), by_day])
        times = {question: _in_turns(*looks) for question, looks in asked.items()}
        daily = _in_turns(*by_day)
        imported = _import(session, places)
    ours, baseline = max(times.values())
    return {
        "name": "coverage_nation", "database": name, "ours": round(ours, 1), "baseline": round(baseline, 1),
        "ratio": round(ours / baseline, 2), "unit": "ms", "n": wards * UNITS_A_WARD, "agree": agree,
        **{f"{question}_ms": [round(one, 1) for one in both] for question, both in (times | {"nation_daily": daily}).items()},
        "import_ms": round(imported[0]), "import_plain_ms": round(imported[1]), "repair_s": round(added_up, 1),
    }  # fmt: skip


def _figures(session: Session, unit_id: UUID | None, by: Any) -> list[tuple[int, ...]]:
    table = figures.coverage(session, actor=TERMINAL, unit_id=unit_id, on=ON, by=by)
    return sorted(_amounts(row) for row in [*table.rows, table.total])


def _trend(session: Session, unit_id: UUID | None, days: list[date]) -> list[tuple[int, ...]]:
    return [_amounts(row) for _, _, row in figures.growth(session, actor=TERMINAL, unit_id=unit_id, days=days)]


def _amounts(row: Any) -> tuple[int, ...]:
    return tuple(int(getattr(row, name)) for name in figures.SUMS)


def _plain_figures(session: Session, unit_id: UUID | None) -> list[tuple[int, ...]]:
    key, where = ("ward", f"WHERE province = '{unit_id.hex}'") if unit_id else ("province", "")
    each = session.execute(text(f"SELECT {key}, {PLAIN} FROM plain_now {where} GROUP BY {key}")).all()
    return sorted(map(_amounts, [*each, session.execute(text(f"SELECT {PLAIN} FROM plain_now {where}")).one()]))


def _plain_trend(session: Session, unit_id: UUID | None, days: list[date]) -> list[tuple[int, ...]]:
    where = f"day IN ({', '.join(repr(str(day)) for day in days)})" + (f" AND province = '{unit_id.hex}'" if unit_id else "")
    return list(map(_amounts, session.execute(text(f"SELECT day, {PLAIN} FROM plain WHERE {where} GROUP BY day ORDER BY day"))))


def build(session: Session, wards: int) -> tuple[list[UUID], Ids]:
    """The tree and the counts of its residential units by day; the provinces, and the province of each ward."""
    dice = random.Random(1)
    provinces = [_unit(UnitKind.PROVINCE, f"{number:02d}", None) for number in range(PROVINCES)]
    communes = [_unit(UnitKind.COMMUNE, f"{number:05d}", provinces[number % PROVINCES]) for number in range(wards)]
    units = [_unit(UnitKind.RESIDENTIAL, f"{number:05d}-R", communes[number % wards]) for number in range(wards * UNITS_A_WARD)]
    for level in (provinces, communes, units):
        _write(session, Unit, level)
    rows: list[dict[str, Any]] = []
    for unit in units:
        rows += _year(dice, unit["id"])
        if len(rows) > ROWS_AT_A_TIME:
            _write(session, UnitDay, rows)
            rows = []
    _write(session, UnitDay, rows)
    session.commit()
    return [one["id"] for one in provinces], {one["id"]: one["parent_id"] for one in communes}


def _unit(kind: UnitKind, code: str, above: dict[str, Any] | None) -> dict[str, Any]:
    id_ = new_id()
    return {
        "id": id_, "code": code, "name": f"Đơn vị {code}", "short_name": "", "area": "", "kind": kind, "subtype": "",
        "parent_id": above["id"] if above else None, "path": f"{above['path'] if above else ''}{id_}/", "address": "",
        "office_hours": "", "target_percent": 90, "allows_self_approval": False,
    }  # fmt: skip


def _year(dice: random.Random, unit_id: UUID) -> list[dict[str, Any]]:
    homes, joined, rows = HOUSEHOLDS // (WARDS * UNITS_A_WARD), dice.randint(400, 700), []
    for day in [FIRST, *sorted(FIRST + timedelta(days=number) for number in dice.sample(range(1, 366), CHANGES))]:
        homes += dice.randint(0, 3)
        joined = min(homes, joined + dice.randint(1, 6) - dice.randint(0, 2))
        rows.append(
            {"id": new_id(), "unit_id": unit_id, "day": day, "households": homes, "joined": joined, "people": homes * 4,
             "people_joined": joined * 2, "smartphones": homes * 2}
        )  # fmt: skip
    return rows


def _add_up_beforehand(session: Session, places: Ids) -> None:
    """The tables of the baseline: a row a ward on the day asked for, a row a province and day."""
    kept = "province CHAR(32), day DATE, households INT, joined INT, people INT, people_joined INT, smartphones INT"
    session.execute(text(f"CREATE TABLE plain ({kept})"))
    session.execute(text(f"CREATE TABLE plain_now (ward CHAR(32), {kept})"))
    names = ", ".join(figures.SUMS)
    values = ", ".join(f":{name}" for name in figures.SUMS)
    above = {str(id_): ward for id_, ward in session.execute(text("SELECT id, parent_id FROM unit WHERE kind = 'residential'"))}
    for province_id in set(places.values()):
        trend = figures.growth(session, actor=TERMINAL, unit_id=province_id, days=YEAR)
        rows = [{"province": province_id.hex, "day": day, **_named(row)} for day, _, row in trend]
        session.execute(text(f"INSERT INTO plain (province, day, {names}) VALUES (:province, :day, {values})"), rows)
        table = figures.coverage(session, actor=TERMINAL, unit_id=province_id, on=ON)  # from residential units, not totals
        by_ward: dict[str, list[figures.Coverage]] = {}
        for row in table.rows:
            assert row.unit_id is not None
            ward = above.get(str(row.unit_id)) or above[row.unit_id.hex]
            by_ward.setdefault(str(getattr(ward, "hex", ward)), []).append(row)
        rows = [
            {"ward": ward, "province": province_id.hex, "day": ON,
             **{name: sum(getattr(row, name) for row in some) for name in figures.SUMS}}
            for ward, some in by_ward.items()
        ]  # fmt: skip
        session.execute(
            text(f"INSERT INTO plain_now (ward, province, day, {names}) VALUES (:ward, :province, :day, {values})"), rows
        )
    session.execute(text("CREATE INDEX plain_province ON plain (province, day)"))
    session.execute(text("CREATE INDEX plain_now_province ON plain_now (province)"))
    session.commit()


def _named(row: figures.Coverage) -> dict[str, int]:
    return {name: getattr(row, name) for name in figures.SUMS}


def _import(session: Session, places: Ids) -> tuple[float, float]:
    """Milliseconds to bring the counts of a ward and all above it in line after 10,000 households; and of counting them once."""
    dice = random.Random(2)
    found = session.execute(text("SELECT id FROM unit WHERE parent_id = :id"), {"id": _key(session, next(iter(places)))})
    units = [one if isinstance(one, UUID) else UUID(one) for one in found.scalars()]
    groups = {unit_id: new_id() for unit_id in units}
    _write(session, Group, [_group(group_id, unit_id) for unit_id, group_id in groups.items()])
    homes = [_household(dice, units[number % len(units)], number) for number in range(IMPORTED)]
    _write(session, Household, homes)
    _write(session, Membership, [_membership(dice, home, groups[home["unit_id"]]) for home in homes if dice.random() < 0.9])
    start = time.perf_counter()
    rollups.refresh(session, unit_ids=units)
    session.commit()
    ours = (time.perf_counter() - start) * 1000
    start = time.perf_counter()
    session.execute(
        text(
            "SELECT h.unit_id, count(DISTINCT h.id), count(DISTINCT m.household_id), sum(m.people) FROM household h"
            " LEFT JOIN membership m ON m.household_id = h.id WHERE h.left_on IS NULL AND m.left_on IS NULL GROUP BY h.unit_id"
        )
    ).all()
    return ours, (time.perf_counter() - start) * 1000


def _key(session: Session, id_: UUID) -> Any:
    return id_ if session.get_bind().dialect.name == "postgresql" else id_.hex
