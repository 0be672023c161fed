"""`report`: a monthly report as PDF, the official paper with its annex of twelve charts, beside the twelve charts alone.

Each by a process of its own, as in the house. The most memory any of them took is recorded beside.
"""

import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from typing import Any

from adapters.paper import TypstPaper
from adapters.paper.annex import _made, _of
from adapters.table_files import Workbooks
from models import Topic
from services import drawings, ports, report_files, report_words
from services.figure_register import NAMES
from services.period_facts import FigureLine, MonthLine, PeriodFacts, PlaceLine, SaidLine, TrendLine
from services.period_sources import NamedCount, TopicLine
from services.ports import PaperText, Ports

ROUNDS = 5
PLACES = 31


def run() -> dict[str, Any]:
    """Seconds, median of turns."""
    nothing: Any = None
    paper = TypstPaper()
    ports.provide(Ports(sheets=nothing, paper=paper, codes=nothing, engine=nothing, tables=Workbooks()))
    facts = _facts()
    charts = {"charts": [_of(one) for one in drawings.of(facts)], "title": "x"}
    ours, bare = [], []
    for _ in range(ROUNDS + 1):
        ours.append(_timed(lambda: report_files.pdf(_paper(facts), report_words.annex(facts, foot="Phường Bắc Kạn"))))
        bare.append(_timed(lambda: _made("charts_only", charts, kind="pdf")))
    seconds, baseline = statistics.median(ours[1:]), statistics.median(bare[1:])
    return {
        "name": "report", "ours": round(seconds, 2), "baseline": round(baseline, 2), "ratio": round(seconds / baseline, 2),
        "unit": "s",
        "n": len(charts["charts"]), "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }  # fmt: skip


def _timed(make: Callable[[], object]) -> float:
    start = time.perf_counter()
    make()
    return time.perf_counter() - start


def _paper(facts: PeriodFacts) -> PaperText:
    return PaperText(
        kind="BÁO CÁO", symbol="BC-UBND", parent=(), issuer=("ỦY BAN NHÂN DÂN", "PHƯỜNG BẮC KẠN"), place="Bắc Kạn",
        written_on=date(2026, 12, 1), subject=report_words.subject(facts), to="", body=report_words.body(facts),
        recipients=("Lưu: VT.",),
        signing=("TM. ỦY BAN NHÂN DÂN",), signer="", contact=(), draft="Dự thảo",
    )  # fmt: skip


def _facts() -> PeriodFacts:
    grid = [[day * hour for hour in range(24)] for day in range(7)]
    curve = [[float(10 * n), min(1.0, n / 60)] for n in range(60)]
    said = [
        SaidLine(str(n), f"Thông báo {n}", "2026-11-10", 3000, True, 1500, 1800, 30, 31, 20, False, 60, False, 900, False, curve)
        for n in range(6)
    ]
    return PeriodFacts(
        "01843", "Phường Bắc Kạn", 90, "2026-11-01", "2026-11-30", "2026-10-01", "2026-10-31",
        figures=[FigureLine(name, 0.5, 50, 100, False, 0.4, 40, 100) for name in NAMES],
        places=[
            PlaceLine(f"T{n}", f"Tổ {n}", 90, 100, 40 + n, 300, 60 + n, 150 + n, 100, 38 + n, 2, 1, 5, 6, 20, False, 30, 1, 2)
            for n in range(PLACES)
        ],
        months=[MonthLine(f"2026-{n:02}-01", 3000, 2400 + n, 20, 5, 20, 100, 200) for n in range(1, 13)],
        trends=[TrendLine(f"Tổ {n}", [0.5 + n / 100] * 12) for n in range(PLACES)], said=said,
        waits=[[float(n), 0] for n in range(180)], channels=[NamedCount("zns", 100, 30000, 95)],
        paths=[NamedCount("relay", 2700, 2000), NamedCount("door", 300, 250)], opens=grid, scans=grid,
        scan_places=[NamedCount(f"Nhà văn hóa {n}", 30 - n, 10) for n in range(20)],
        topics=[TopicLine(one.value, 30 - n, 25 - n, 20 - n, 2, 120.0 + n, False, 400.0, False) for n, one in enumerate(Topic)],
    )  # fmt: skip
