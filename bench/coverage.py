"""coverage: the figures of design §4 over a province, beside the same sums over one table that holds nothing else.

300,000 households in 3,000 residential units of 100 wards, their memberships over three years, on SQLite. Ours reads the
daily counts as they stood on a day; the baseline has one row a unit, added up beforehand, on the same file.
"""

import random
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, insert, text
from sqlmodel import Session

from core import clock
from core.db import make_engine
from core.ids import new_id
from models import Group, GroupKind, Household, Membership, Model, Unit, UnitKind
from services import figures, rollups
from services.access import TERMINAL

RUNS = 9
WARDS = 100
HOUSEHOLDS_A_UNIT = 100
FROM, TODAY = date(2023, 12, 1), date(2026, 11, 24)
ROWS_AT_A_TIME = 20_000
Level = Literal["unit", "ward", "province"]
LEVELS: tuple[Level, ...] = ("unit", "ward", "province")


def run(scale: int = 300_000) -> dict[str, Any]:
    """Milliseconds of ours and the baseline's, median of several looks in turns, and how many more ours needs."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'province.db'}", writes=False)
        Model.metadata.create_all(engine)
        with Session(engine) as session:
            build(session, scale)
        with Session(engine) as session, engine.connect() as connection:
            times = {by: _in_turns(partial(look, session, by), partial(sums, connection, by)) for by in LEVELS}
            agree = look(session, "unit").total.joined == sums(connection, "unit")[0][1]
        engine.dispose()
    ours, baseline = times["unit"]
    return {
        "name": "coverage", "ours": round(ours, 1), "baseline": round(baseline, 1), "ratio": round(ours / baseline, 2),
        "unit": "ms", "n": scale, "extra_ms": round(ours - baseline, 1), "agree": agree,
        "extra_ms_by_ward": round(times["ward"][0] - times["ward"][1], 1),
        "extra_ms_by_province": round(times["province"][0] - times["province"][1], 1),
    }  # fmt: skip


def look(session: Session, by: Level) -> figures.CoverageTable:
    """Coverage, depth and smartphone rate of every unit, ward or province, and of the whole."""
    return figures.coverage(session, actor=TERMINAL, on=TODAY, by=by)


def sums(connection: Connection, by: Level) -> list[Any]:
    """The same sums and rates over the table of one row a unit."""
    rates = "sum(households), sum(joined), sum(people), sum(people_joined), sum(smartphones), "
    rates += "sum(joined) * 1.0 / sum(households), sum(people_joined) * 1.0 / sum(joined), sum(smartphones) * 1.0 / sum(people)"
    names = "u.id, max(u.code), max(u.name), max(u.area), max(u.target_percent)"
    rows = connection.execute(text(f"SELECT {names}, {rates} FROM now n JOIN unit u ON u.id = n.{by} GROUP BY u.id")).all()
    return [connection.execute(text(f"SELECT {rates} FROM now")).one(), *rows]


def _in_turns(*looks: Callable[[], object]) -> list[float]:
    """The median of each, in milliseconds; they take turns, so that a noisy machine is noisy for all."""
    taken: list[list[float]] = [[] for _ in looks]
    for _ in range(RUNS + 1):
        for each, times in zip(looks, taken, strict=True):
            start = time.perf_counter()
            each()
            times.append((time.perf_counter() - start) * 1000)
    return [median(times[1:]) for times in taken]


def build(session: Session, scale: int) -> None:
    """A province with households that came, joined and left over three years; and the table of the baseline."""
    chance = random.Random(1)
    units = _units(session, max(1, scale // HOUSEHOLDS_A_UNIT))
    groups = {unit_id: new_id() for unit_id, _, _ in units}
    _write(session, Group, [_group(group_id, unit_id) for unit_id, group_id in groups.items()])
    for start in range(0, scale, ROWS_AT_A_TIME):
        numbers = range(start, min(scale, start + ROWS_AT_A_TIME))
        homes = [_household(chance, units[number % len(units)][0], number) for number in numbers]
        joined = [_membership(chance, home, groups[home["unit_id"]]) for home in homes if chance.random() < 0.9]
        _write(session, Household, homes)
        _write(session, Membership, joined)
    rollups.refresh(session, unit_ids=groups)
    session.execute(
        text(
            "CREATE TABLE now (unit CHAR(32), ward CHAR(32), province CHAR(32), households INT, joined INT, people INT,"
            " people_joined INT, smartphones INT)"
        )
    )
    rows = figures.coverage(session, actor=TERMINAL, on=TODAY).rows
    above = {unit_id: (ward_id, province_id) for unit_id, ward_id, province_id in units}
    session.execute(
        text("INSERT INTO now VALUES (:unit, :ward, :province, :households, :joined, :people, :people_joined, :smartphones)"),
        [
            {
                "unit": row.unit_id.hex, "ward": above[row.unit_id][0].hex, "province": above[row.unit_id][1].hex,
                **{name: getattr(row, name) for name in figures.SUMS},
            } for row in rows if row.unit_id
        ],
    )  # fmt: skip
    session.commit()


def _units(session: Session, count: int) -> list[tuple[UUID, UUID, UUID]]:
    province = Unit(id=new_id(), code="19", name="Tỉnh", kind=UnitKind.PROVINCE, path="")
    province.path = f"{province.id}/"
    wards = [_below(province, UnitKind.COMMUNE, f"{number:05d}", f"Phường {number}") for number in range(min(WARDS, count))]
    units = [
        _below(wards[number % len(wards)], UnitKind.RESIDENTIAL, f"{number}-R", f"Tổ {number // len(wards) + 1}")
        for number in range(count)
    ]
    session.add_all([province, *wards, *units])
    session.flush()
    return [(unit.id, wards[number % len(wards)].id, province.id) for number, unit in enumerate(units)]


def _below(parent: Unit, kind: UnitKind, code: str, name: str) -> Unit:
    id_ = new_id()
    return Unit(id=id_, code=code, name=name, kind=kind, parent_id=parent.id, path=f"{parent.path}{id_}/")


def _write(session: Session, model: type[Model], rows: list[dict[str, Any]]) -> None:
    now = clock.now()
    session.execute(insert(Model.metadata.tables[str(model.__tablename__)]), [{"created_at": now, **row} for row in rows])


def _group(group_id: UUID, unit_id: UUID) -> dict[str, Any]:
    return {"id": group_id, "name": "Bà con", "kind": GroupKind.HOUSEHOLD, "channel": "relay", "unit_id": unit_id}


def _household(chance: random.Random, unit_id: UUID, number: int) -> dict[str, Any]:
    arrived = FROM + timedelta(days=chance.randrange(700)) if chance.random() < 0.1 else FROM
    left = arrived + timedelta(days=chance.randrange(1, 1000)) if chance.random() < 0.05 else None
    people = chance.randint(1, 6)
    return {
        "id": new_id(), "unit_id": unit_id, "code": str(number), "head_name": "Nguyễn Văn An", "address": "Số 12",
        "other_phones": [], "people": people, "smartphones": chance.randint(0, people), "needs": [], "arrived_on": arrived,
        "left_on": left, "search": "nguyen van an so 12",
    }  # fmt: skip


def _membership(chance: random.Random, home: dict[str, Any], group_id: UUID) -> dict[str, Any]:
    joined = home["arrived_on"] + timedelta(days=chance.randrange(900))
    left = joined + timedelta(days=chance.randrange(1, 400)) if chance.random() < 0.1 else None
    return {
        "id": new_id(), "household_id": home["id"], "group_id": group_id, "people": min(home["people"], 2), "joined_on": joined,
        "left_on": left, "source": "leader",
    }  # fmt: skip
