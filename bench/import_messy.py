"""import_messy: a workbook of 100,000 rows over 40 sheets, one a residential group, matched against 100,000 households.

Half the rows are households that stand, half of these known by their code and half by group, name and telephone number; a tenth
of those say something new. The other half is new and compared with its neighbours by name and address. Cells are as people
type them: two numbers with names in one cell, numbers without their zero or of before 2018, people in words; the header stands
below a title and differs between sheets, and a column is never held.

The baseline reads the same sheets with python-calamine in one piece and inserts the same 100,000 rows as new households. It
parses, checks, matches, compares, counts and audits nothing. Each side runs in a process of its own on a SQLite file, in turns,
and the best of its rounds counts. Memory is the peak of the process that imports plus the peak of the one that reads for it.

    python -m bench.import_messy                  # the benchmark
    python -m bench.import_messy ours FILE        # one side, once, on a database named by the settings
"""

import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import python_calamine
import xlsxwriter
from sqlalchemy import Table, insert
from sqlmodel import select

from adapters import chooser
from bench.apart import Told, compared, peak_mb, reader_peak_mb, told_by
from bench.import_households import household_values
from core import clock
from core.db import engine, reading, transaction
from core.fulltext import in_bulk
from models import Model, Unit, UnitKind
from services import imports
from services.access import TERMINAL
from services.demo import names
from services.import_reading import EVERY, tables
from services.ports import provide

ROUNDS = 2
SHEETS = 40
HEADERS = (
    ("TT", "Mã hộ", "Họ và tên chủ hộ", "Năm sinh", "Địa chỉ", "Số điện thoại", "Nhân khẩu"),
    ("STT", "Số hộ", "Chủ hộ", "Dân tộc", "Nơi ở", "SĐT liên hệ", "Số khẩu"),
)
PEOPLE = ("1", "2 khẩu", "ba người", "04 nhân khẩu", 5, "hai nhân khẩu", 3)


def run(n: int = 100_000) -> dict[str, Any]:
    """Seconds of ours and of the baseline, their ratio, and the peak memory of both in MB."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "households.xlsx"
        make_list(file, n)
        rounds = [(_apart("ours", file, n), _apart("baseline", file, n)) for _ in range(ROUNDS)]
    for ours, baseline in rounds:
        if (ours["rows"], ours["created"], baseline["rows"]) != (n, n // 2, n):
            raise RuntimeError(f"the two sides did not read the same rows: {ours} and {baseline}")
    return compared("import_messy", rounds, n) | {"limit": 4.0, "peak_limit_mb": 400, "alike": rounds[0][0]["alike"]}


def people(n: int) -> Iterator[list[tuple[str, str, str, int]]]:
    """Code, name, address and telephone number of the households that stand, a group at a time; the same at every call."""
    pick = random.Random(2)
    for sheet in range(SHEETS):
        first = sheet * (n // SHEETS)
        yield [
            (f"H{i:06d}", names.person(pick), f"Số {pick.randint(1, 400)}, đường Võ Nguyên Giáp", 912_000_000 + i)
            for i in range(first, first + n // SHEETS)
        ]


def make_list(file: Path, n: int) -> None:
    """The workbook."""
    pick = random.Random(1)
    with xlsxwriter.Workbook(str(file), {"constant_memory": True}) as workbook:
        for number, standing in enumerate(people(n), 1):
            sheet = workbook.add_worksheet(f"Tổ {number}")
            sheet.write(0, 0, f"DANH SÁCH HỘ GIA ĐÌNH NĂM 2026 ({len(standing)} hộ)")
            sheet.write_row(2, 0, HEADERS[number % 2])
            for place, (code, name, address, phone) in enumerate(standing):
                if place % 2:
                    code, name, phone = "", names.person(pick), 330_000_000 + phone % 10_000_000
                elif place % 4:
                    code = ""
                address = address if place % 20 else f"{address} (nhà mới)"
                cells = (place + 1, code, name, 1970 if number % 2 else "Tày", address, _phone(phone, place), PEOPLE[place % 7])
                sheet.write_row(3 + place, 0, cells)


def _phone(phone: int, place: int) -> str | int:
    match place % 6:
        case 0:
            return phone
        case 1:
            return f"0{phone}"
        case 2:
            return f"Lan 0{phone}, con trai 02093{place % 1_000_000:06d}"
        case 3:
            return f"+84 {phone}"
        case 4:
            return f"0{phone} (chồng)"
        case _:
            return f"016{phone - 300_000_000:08d}" if phone < 400_000_000 else f"0{phone}"


def _apart(side: str, file: Path, n: int) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        told_by("import_messy", folder, "ward", str(file), str(n))  # apart, so that what it took is in nobody's peak
        return told_by("import_messy", folder, side, str(file), str(n))


def one_side(side: str, file: Path, n: int) -> dict[str, Any]:
    """Make the ward with its households, or read the list one way and tell how long it took and what it needed."""
    if side == "ward":
        _make_ward(n)
        return {}
    with reading() as session:
        units = {unit.name: unit.id for unit in session.exec(select(Unit))}
    provide(chooser.live())
    start = time.perf_counter()
    told = _ours(file, units["Phường Bắc Kạn"]) if side == "ours" else _baseline(file, units)
    seconds = time.perf_counter() - start
    reader = reader_peak_mb(file, sheets=EVERY) if side == "ours" else 0
    return {"seconds": seconds, "peak_mb": peak_mb() + reader} | told


def _ours(file: Path, ward: UUID) -> dict[str, Any]:
    with transaction() as session:
        result = imports.run(session, actor=TERMINAL, unit_id=ward, sheet=tables(file))
    return {"rows": result.rows - len(result.rejected), "created": result.created, "alike": result.alike}


def _baseline(file: Path, units: dict[str, UUID]) -> dict[str, Any]:
    workbook = python_calamine.load_workbook(str(file))
    now, today = clock.now(), clock.today()
    households: list[dict[str, Any]] = []
    for name in workbook.sheet_names:
        unit_id = units[f"Tổ dân phố {name.split()[1]}"]
        cells: Iterator[list[Any]] = islice(workbook.get_sheet_by_name(name).iter_rows(), 3, None)
        for place, _code, head_name, _never, address, phone, _people in cells:
            number = 912_000_000 + len(households)
            households.append(household_values(unit_id, f"N{int(place):06d}", head_name, address, number, 1, 0, now, today))
            assert phone
    table: Table = Model.metadata.tables["household"]
    with transaction() as session:
        session.execute(insert(table), households)
    return {"rows": len(households)}


def _make_ward(n: int) -> None:
    Model.metadata.create_all(engine())
    now, today = clock.now(), clock.today()
    with transaction() as session:
        ward = Unit(code="01843", name="Phường Bắc Kạn", kind=UnitKind.COMMUNE, path="")
        ward.path = f"{ward.id}/"
        session.add(ward)
        session.flush()
        table: Table = Model.metadata.tables["household"]
        with in_bulk(session, table, "search"):
            for number, standing in enumerate(people(n), 1):
                unit = Unit(
                    code=f"01843-{number}", name=f"Tổ dân phố {number}", kind=UnitKind.RESIDENTIAL, parent_id=ward.id, path=""
                )
                unit.path = f"{ward.path}{unit.id}/"
                session.add(unit)
                session.flush()
                session.execute(
                    insert(table),
                    [
                        household_values(unit.id, code, name, address, phone, 3, 0, now, today)
                        for code, name, address, phone in standing
                    ],
                )


if __name__ == "__main__":
    print(json.dumps(one_side(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])) if len(sys.argv) > 2 else run()))
