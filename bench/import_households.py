"""import: a list of 100,000 households in XLSX, read and written by ours, against calamine and SQLAlchemy Core on the same file.

The baseline reads the file with python-calamine in one piece and inserts the same rows, households and memberships. It looks for
no header, checks, matches, counts and audits nothing, and puts together the search text without folding it. Each side runs in a
process of its own on an empty SQLite file, in turns, and the best of its rounds counts. Memory is the peak of the process that
imports plus the peak of the one that reads the workbook for it.

    python -m bench.import_households                  # the benchmark
    python -m bench.import_households ours FILE        # one side, once, on a database named by the settings
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import python_calamine
import xlsxwriter
from sqlalchemy import Table, insert
from sqlmodel import select

from adapters.sheets import CalamineSheets
from bench.apart import Told, compared, peak_mb, reader_peak_mb, told_by
from core import clock
from core.db import engine, reading, transaction
from core.ids import new_id
from models import Group, GroupKind, Model, Unit, UnitKind
from services import imports
from services.access import TERMINAL

ROUNDS = 3
UNITS = 31
HEADERS = (
    "STT", "Mã hộ", "Họ và tên chủ hộ", "Tổ", "Địa chỉ", "Điện thoại", "Số khẩu", "Số người có điện thoại thông minh",
    "Đã vào nhóm Zalo",
)  # fmt: skip


def run(n: int = 100_000) -> dict[str, Any]:
    """Seconds of ours and of the baseline, their ratio, and the peak memory of both in MB."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "households.xlsx"
        make_list(file, n)
        rounds = [(_apart("ours", file), _apart("baseline", file)) for _ in range(ROUNDS)]
    for ours, baseline in rounds:
        if ours["households"] != n or ours["households"] != baseline["households"] or ours["joined"] != baseline["joined"]:
            raise RuntimeError(f"the two sides did not write the same rows: {ours} and {baseline}")
    return compared("import", rounds, n)


def make_list(file: Path, n: int) -> None:
    """A ward's list: a title, a blank row, the header, rows as people type them; phones are numbers without their zero."""
    pick = random.Random(1)
    families, middles, given = (
        ("Nguyễn", "Hoàng", "Nông", "Lường", "Triệu"),
        ("Văn", "Thị", "Đức"),
        ("An", "Phượng", "Dũng", "Hạnh"),
    )
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Hộ dân")
        sheet.write(0, 0, "DANH SÁCH HỘ GIA ĐÌNH PHƯỜNG BẮC KẠN")
        sheet.write_row(2, 0, HEADERS)
        for i in range(n):
            name = f"{pick.choice(families)} {pick.choice(middles)} {pick.choice(given)}"
            address = f"Số {pick.randint(1, 400)}, đường Võ Nguyên Giáp"
            cells = (i + 1, f"H{i:06d}", name, f"Tổ {i % UNITS + 1}", address, 912_000_000 + i, pick.randint(1, 7), 1)
            sheet.write_row(3 + i, 0, (*cells, "x" if i % 10 else ""))


def _apart(side: str, file: Path) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        return told_by("import_households", folder, side, str(file))


def one_side(side: str, file: Path) -> dict[str, Any]:
    """Make an empty ward, import the list one way, and tell how long it took and what it needed."""
    ward = _ward()
    start = time.perf_counter()
    households, joined = _ours(file, ward) if side == "ours" else _baseline(file)
    seconds = time.perf_counter() - start
    reader = reader_peak_mb(file, sheets="") if side == "ours" else 0
    return {"seconds": seconds, "peak_mb": peak_mb() + reader, "households": households, "joined": joined}


def _ours(file: Path, ward: UUID) -> tuple[int, int]:
    with transaction() as session:
        result = imports.run(session, actor=TERMINAL, unit_id=ward, sheet=CalamineSheets().read(file))
    return result.created, result.joined


def _baseline(file: Path) -> tuple[int, int]:
    with reading() as session:
        units = {
            f"Tổ {unit.name.split()[-1]}": unit.id for unit in session.exec(select(Unit).where(Unit.kind == UnitKind.RESIDENTIAL))
        }
    groups = {unit_id: Group(name="Bà con", kind=GroupKind.HOUSEHOLD, unit_id=unit_id) for unit_id in units.values()}
    sheet = python_calamine.load_workbook(str(file)).get_sheet_by_index(0)
    now, today = clock.now(), clock.today()
    households, memberships = [], []
    cells: Iterator[list[Any]] = iter(sheet.to_python(skip_empty_area=False)[3:])
    for _stt, code, name, unit, address, phone, people, smartphones, tick in cells:
        household = household_values(units[unit], code, name, address, int(phone), int(people), int(smartphones), now, today)
        households.append(household)
        if tick:
            memberships.append(
                {"id": new_id(), "created_at": now, "household_id": household["id"], "group_id": groups[household["unit_id"]].id,
                 "people": 1, "joined_on": today, "source": "import"}
            )  # fmt: skip
    tables: list[Table] = [Model.metadata.tables[name] for name in ("household", "membership")]
    with transaction() as session:
        session.add_all(groups.values())
        session.flush()
        session.execute(insert(tables[0]), households)
        if memberships:
            session.execute(insert(tables[1]), memberships)
    return len(households), len(memberships)


def household_values(
    unit_id: UUID, code: str, name: str, address: str, phone: int, people: int, smartphones: int, now: Any, today: date
) -> dict[str, Any]:
    """A household as the baseline inserts it."""
    return {
        "id": new_id(), "created_at": now, "unit_id": unit_id, "code": code, "head_name": name, "address": address,
        "phone": f"+84{phone}", "other_phones": [], "people": people, "smartphones": smartphones, "needs": [],
        "arrived_on": today, "search": f"{name} {address} {code} 0{phone}",
    }  # fmt: skip


def _ward() -> UUID:
    Model.metadata.create_all(engine())
    with transaction() as session:
        ward = Unit(code="01843", name="Phường Bắc Kạn", kind=UnitKind.COMMUNE, path="")
        ward.path = f"{ward.id}/"
        session.add(ward)
        session.flush()
        for number in range(1, UNITS + 1):
            unit = Unit(
                code=f"01843-{number}", name=f"Tổ dân phố {number}", kind=UnitKind.RESIDENTIAL, parent_id=ward.id, path=""
            )
            unit.path = f"{ward.path}{unit.id}/"
            session.add(unit)
    return ward.id


if __name__ == "__main__":
    print(json.dumps(one_side(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 2 else run()))
