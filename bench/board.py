"""`board`: one update of an open reach board while 500 residents a second open its links, beside the same with nobody there.

What is timed is what the page itself asks of the database when it redraws (SQLite): the number of the last act, the board, and
whether a forecast is due. How many statements that is must be the same in the crowd as alone.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from typing import Any

from sqlalchemy import event
from sqlmodel import Session, select

from bench import opens
from bench.servers import HOUSE
from core import db
from core.db import reading
from core.settings import settings
from models import Announcement
from services import audit, forecast, reach
from services.access import TERMINAL

RATE, CLIENTS, SECONDS, EVERY = 500, 50, 20.0, 0.2
ALONE = 40


def run() -> dict[str, Any]:
    """The 95th percentile in the crowd against alone, milliseconds."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        slugs = opens.ward(folder)
        requests = folder / "requests"
        requests.write_text("\n".join(one.hex() for one in opens.requests_for(slugs)))
        os.environ["CAUNOI_DATABASE_URL"] = f"sqlite:///{folder}/caunoi.db"
        settings.cache_clear()
        db.readers.cache_clear()
        with reading() as session:
            sent = session.exec(select(Announcement)).one()
        with opens.served("web.public:app", folder) as port:
            opens.asked(port, 1.0, requests, clients=CLIENTS)
            alone = [_update(sent) for _ in range(ALONE)]
            command = [sys.executable, "-m", "bench.openings", str(port), str(SECONDS), str(CLIENTS), str(RATE), str(requests)]
            crowd, began = [], time.perf_counter()
            with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE) as load:
                while load.poll() is None:
                    crowd.append(_update(sent))
                    time.sleep(EVERY)
                told = json.loads(load.stdout.read() if load.stdout else b"{}")
        db.readers().dispose()
    statements = {count for _, count in alone + crowd}
    if len(statements) != 1:
        raise RuntimeError(f"an update is not always as many statements: {sorted(statements)}")
    ours, baseline = (quantiles([took for took, _ in some], n=20)[-1] for some in (crowd, alone))
    return {
        "name": "board", "ours": round(ours, 1), "baseline": round(baseline, 1), "ratio": round(ours / baseline, 2), "unit": "ms",
        "n": len(crowd), "median": round(statistics.median(took for took, _ in crowd), 1), "statements": statements.pop(),
        "opens_a_second": round(told["answers"] / (time.perf_counter() - began)),
    }  # fmt: skip


def _update(sent: Announcement) -> tuple[float, int]:
    """One redraw: milliseconds, statements."""
    counted: list[object] = []

    def note(*_: object) -> None:
        counted.append(None)

    engine = db.readers()
    event.listen(engine, "before_cursor_execute", note)
    start = time.perf_counter()
    with reading() as session:
        _ask(session, sent)
    took = (time.perf_counter() - start) * 1000
    event.remove(engine, "before_cursor_execute", note)
    return took, len(counted)


def _ask(session: Session, sent: Announcement) -> None:
    audit.last_sequence(session)
    reach.board(session, actor=TERMINAL, announcement_id=sent.id)
    forecast.is_due(session, announcement=sent)


if __name__ == "__main__":
    print(json.dumps(run()))
