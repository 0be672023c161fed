"""`inbox`: the first page of list, filter and full-text search over a million messages, beside the same over ten thousand."""

import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from bench.coverage import _write
from core import clock
from core.db import make_engine
from core.fulltext import in_bulk
from core.ids import new_id
from models import Inquiry, InquiryChannel, InquiryMessage, InquiryStatus, Model, Topic, Unit, UnitKind, Voice
from services import inquiries
from services.access import TERMINAL
from services.inquiries import Box, Filters
from services.inquiry_intake import search_of
from services.inquiry_topics import WORDS

ROWS_AT_A_TIME, A_THREAD, WAITING, TURNS = 20_000, 4, 400, 7
QUESTIONS = (
    Filters(), Filters(Box.ALL), Filters(Box.ANSWERED), Filters(Box.ALL, topic=Topic.HEALTH),
    Filters(Box.ALL, channel=InquiryChannel.SMS), Filters(Box.ALL, words="thu gom rac"), Filters(Box.ALL, words="mat dien to 13"),
    Filters(Box.ANSWERED, words="tam tru"), Filters(Box.ALL, words="khongcodau"),
)  # fmt: skip


def run(scale: int = 1_000_000) -> dict[str, Any]:
    """The sum over the questions of the median time of each, in milliseconds, at both sizes in turn."""
    with tempfile.TemporaryDirectory() as folder:
        engines = {}
        for size in (10_000, scale):
            engines[size] = make_engine(f"sqlite:///{Path(folder) / f'{size}.db'}", writes=False)
            Model.metadata.create_all(engines[size])
            with Session(engines[size]) as session:
                build(session, size)
        times: dict[int, list[list[float]]] = {size: [[] for _ in QUESTIONS] for size in engines}
        for _ in range(TURNS):
            for place, filters in enumerate(QUESTIONS):
                for size, engine in engines.items():
                    with Session(engine) as session:
                        times[size][place].append(_took(_asking(session, filters)))
        for engine in engines.values():
            engine.dispose()
    small, large = ([median(one) for one in times[size]] for size in (10_000, scale))
    slowest = max(range(len(QUESTIONS)), key=lambda place: large[place] / small[place])
    return {
        "name": "inbox", "ours": round(sum(large), 1), "baseline": round(sum(small), 1),
        "ratio": round(sum(large) / sum(small), 2), "unit": "ms", "n": scale,
        "worst": {"question": str(QUESTIONS[slowest].words or QUESTIONS[slowest].box), "ms": round(large[slowest], 1),
                  "baseline_ms": round(small[slowest], 1)},
    }  # fmt: skip


def _asking(session: Session, filters: Filters) -> Callable[[], object]:
    return lambda: (inquiries.listing(session, actor=TERMINAL, filters=filters), inquiries.counts(session, actor=TERMINAL))


def _took(look: Callable[[], object]) -> float:
    start = time.perf_counter()
    look()
    return (time.perf_counter() - start) * 1000


def build(session: Session, scale: int) -> None:
    """A ward's threads of years; as many of them wait whatever the size."""
    dice, now = random.Random(1), clock.now()
    ward = Unit(code="01843", name="Phường Bắc Kạn", kind=UnitKind.COMMUNE, path="1/")
    session.add(ward)
    session.commit()
    threads, topics, channels = scale // A_THREAD, list(Topic), list(InquiryChannel)
    words = [word for _, some in WORDS for word in some]
    with in_bulk(session, InquiryMessage.metadata.tables["inquirymessage"], "search", with_words=False):
        for start in range(0, threads, ROWS_AT_A_TIME // A_THREAD):
            rows, messages = [], []
            for n in range(start, min(threads, start + ROWS_AT_A_TIME // A_THREAD)):
                waits = n >= threads - WAITING
                at = now - timedelta(minutes=5 * (threads - n))
                asked = f"{dice.choice(words)} tổ {dice.randrange(1, 31)}, {dice.choice(words)} {dice.choice(words)} {n % 997}"
                row = _thread(ward, n, asked, at, dice.choice(topics), dice.choice(channels), waits=waits)
                rows.append(row)
                one = Inquiry(**row)
                messages += [_message(one, asked, at, turn) for turn in range(A_THREAD)]
            _write(session, Inquiry, rows)
            _write(session, InquiryMessage, messages)
    session.commit()
    session.execute(text("ANALYZE"))
    session.commit()


def _thread(
    ward: Unit, n: int, asked: str, at: Any, topic: Topic, channel: InquiryChannel, *, waits: bool
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": new_id(), "unit_id": ward.id, "token": f"t{n}", "kind": "question", "channel": channel, "from_id": str(n % 5_000),
        "from_name": "", "text": asked, "place": "", "photos": [], "language": "vi", "topic": topic,
        "status": InquiryStatus.NEW if waits else InquiryStatus.CLOSED, "due_at": at + timedelta(days=3) if waits else None,
        "asked_at": at, "last_at": at, "likeness": "", "done_note": "", "done_photos": [], "version": 1,
    }  # fmt: skip


def _message(one: Inquiry, asked: str, at: Any, turn: int) -> dict[str, Any]:
    said = asked if turn == 0 else f"Phường trả lời lần {turn}: {asked}"
    return {
        "id": new_id(), "inquiry_id": one.id, "voice": Voice.REPLY if turn % 2 else Voice.ASKED, "text": said,
        "at": at + timedelta(minutes=turn), "photos": [], "search": search_of(one, said),
    }  # fmt: skip
