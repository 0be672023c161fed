"""search: finding households among 300,000 as people type, beside the plain index look-up of an exact name.

Two hundred seeded questions: names without marks, given name first, a slip, parts of telephone numbers, addresses. Each asks for
the first page as the screen does, with its count. On SQLite, and on PostgreSQL where it is installed.
"""

import random
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import Engine, text
from sqlmodel import Session

from bench.coverage import _units, _write
from bench.postgres import cluster
from core.db import make_engine
from core.fulltext import in_bulk
from core.ids import new_id
from core.text import fold
from models import Household, Model
from services.access import TERMINAL
from services.demo import names
from services.household_search import Filters, search
from services.household_values import search_text

QUESTIONS = 200
ROWS_AT_A_TIME = 20_000
STREETS = ("đường Trường Chinh", "đường Kon Tum", "phố Đức Xuân", "đường Hùng Vương", "thôn Nà Nàng", "thôn Bản Áng")


def run(scale: int = 300_000) -> list[dict[str, Any]]:
    """The 95th percentile of ours and of the baseline, in milliseconds, on each database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        engines = {"sqlite": make_engine(f"sqlite:///{folder / 'province.db'}", writes=False)}
        server = stack.enter_context(cluster())
        if server:
            engines["postgresql"] = make_engine(server.replace("postgresql://", "postgresql+psycopg://"), writes=False)
        results = [_measured(name, engine, scale) for name, engine in engines.items()]
        for engine in engines.values():
            engine.dispose()
    return results


def _measured(name: str, engine: Engine, scale: int) -> dict[str, Any]:
    Model.metadata.create_all(engine)
    with Session(engine) as session:
        people = build(session, scale)
    dice = random.Random(2)
    questions = [_question(dice, number, dice.choice(people)) for number in range(QUESTIONS)]
    exact = [dice.choice(people)["head_name"] for _ in range(QUESTIONS)]
    with Session(engine) as session:
        found = [search(session, actor=TERMINAL, filters=Filters(words=words, order="name")).total for words in questions]
        ours = [_took(_asking(session, words)) for words in questions]
        baseline = [_took(_looking_up(session, one)) for one in exact]
    p95, plain = _p95(ours), _p95(baseline)
    return {
        "name": "search", "database": name, "ours": round(p95, 1), "baseline": round(plain, 2), "ratio": round(p95 / plain, 1),
        "unit": "ms", "n": scale, "median_ms": round(median(ours), 1), "found_none": sum(total == 0 for total in found),
        "slowest": max(zip(ours, questions, strict=True))[1],
    }  # fmt: skip


def _asking(session: Session, words: str) -> Callable[[], object]:
    return lambda: search(session, actor=TERMINAL, filters=Filters(words=words))


def _looking_up(session: Session, name: str) -> Callable[[], object]:
    statement = text("SELECT * FROM household WHERE head_name = :name LIMIT 50").bindparams(name=name)
    return lambda: session.execute(statement).all()


def _took(look: Callable[[], object]) -> float:
    """Milliseconds, the better of two."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        look()
        times.append((time.perf_counter() - start) * 1000)
    return min(times)


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def build(session: Session, scale: int) -> list[dict[str, Any]]:
    """Households of a province, and an index over their names for the baseline; a sample of them."""
    dice = random.Random(1)
    units = _units(session, max(1, scale // 100))
    phones = names.Phones(dice)
    sample = []
    with in_bulk(session, Household.metadata.tables["household"], "search"):
        for start in range(0, scale, ROWS_AT_A_TIME):
            numbers = range(start, min(scale, start + ROWS_AT_A_TIME))
            rows = [_household(dice, units[number % len(units)][0], number, len(units), phones) for number in numbers]
            sample += rows[::100]
            _write(session, Household, rows)
    session.execute(text("CREATE INDEX plain_head_name ON household (head_name)"))
    session.commit()
    session.execute(text("ANALYZE"))
    session.commit()
    return sample


def _household(dice: random.Random, unit_id: Any, number: int, count: int, phones: names.Phones) -> dict[str, Any]:
    head, address, code = names.person(dice), names.address(dice, STREETS), f"{number // count + 1:03d}"
    phone = phones.next() if dice.random() < 0.9 else None
    return {
        "id": new_id(), "unit_id": unit_id, "code": code, "head_name": head, "address": address, "phone": phone,
        "other_phones": [], "people": 4, "smartphones": 2, "needs": [], "arrived_on": date(2024, 1, 1),
        "search": search_text(head, address, code, phone),
    }  # fmt: skip


def _question(dice: random.Random, number: int, one: dict[str, Any]) -> str:
    """What someone types who looks for a household."""
    family, *middle, given = one["head_name"].split()
    phone = "0" + (one["phone"] or "+84590123456").removeprefix("+84")
    return (
        one["head_name"],
        fold(one["head_name"]),
        fold(f"{given} {' '.join(middle)} {family}"),
        fold(f"{family} {given}"),
        f"{_slip(dice, fold(family))} {fold(' '.join(middle))} {_slip(dice, fold(given))}",
        phone,
        f"{phone[:4]} {phone[4:7]} {phone[7:]}",
        phone[-4:],
        fold(f"{one['head_name']} {one['address'].split(',')[0]}"),
        fold(f"{given} {one['address'].split(', ')[-1]}"),
    )[number % 10]


def _slip(dice: random.Random, word: str) -> str:
    place = dice.randrange(len(word))
    return dice.choice((word[:place] + word[place + 1 :], word[:place] + word[place] + word[place:])) if len(word) > 3 else word
