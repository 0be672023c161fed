"""`inbox`, `inbox_pg`: the first page of list, filter and full-text search over a million messages, beside ten thousand."""

import random
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import DDL, Engine, Table, create_engine, text
from sqlmodel import Session

from bench.postgres import cluster
from core import clock
from core.db import driver_url, make_engine
from core.fulltext import in_bulk, postgresql_statement, terms, tidy
from core.ids import new_id
from models import InquiryChannel, InquiryStatus, Model, Topic, Unit, UnitKind, Voice
from services import inquiries
from services.access import TERMINAL
from services.inquiries import Box, Filters
from services.inquiry_intake import ward_term
from services.inquiry_topics import WORDS

A_THREAD, WAITING, TURNS = 4, 400, 9
_THREADS, _MESSAGES = Model.metadata.tables["inquiry"], Model.metadata.tables["inquirymessage"]
QUESTIONS = (
    Filters(), Filters(Box.ALL), Filters(Box.ANSWERED), Filters(Box.ALL, topic=Topic.HEALTH),
    Filters(Box.ALL, channel=InquiryChannel.SMS), Filters(Box.ALL, words="thu gom rac"), Filters(Box.ALL, words="mat dien to 13"),
    Filters(Box.ANSWERED, words="tam tru"), Filters(Box.ALL, words="khongcodau"),
)  # fmt: skip


def run(scale: int = 1_000_000) -> list[dict[str, Any]]:
    """The sum over the questions of the median time of each, in milliseconds, at both sizes in turn; on both databases."""
    sizes = (10_000, scale)
    with tempfile.TemporaryDirectory() as folder:
        seen = [_measured("inbox", {n: make_engine(f"sqlite:///{Path(folder) / f'{n}.db'}", writes=False) for n in sizes})]
    with cluster("shared_buffers=512MB", "synchronous_commit=off") as url:
        if url is None:
            return [*seen, {"name": "inbox_pg", "skipped": "PostgreSQL is not installed"}]
        return [*seen, _measured("inbox_pg", {n: make_engine(_database(url, f"of_{n}"), writes=False) for n in sizes})]


def _database(url: str, name: str) -> str:
    engine = create_engine(driver_url(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.replace("/postgres?", f"/{name}?")


def _measured(name: str, engines: dict[int, Engine]) -> dict[str, Any]:
    with ExitStack() as stack:
        for size, engine in engines.items():
            stack.callback(engine.dispose)
            Model.metadata.create_all(engine)
            with Session(engine) as session:
                build(session, size)
        times: dict[int, list[list[float]]] = {size: [[] for _ in QUESTIONS] for size in engines}
        for _ in range(TURNS):
            for place, filters in enumerate(QUESTIONS):
                for size, engine in engines.items():
                    with Session(engine) as session:
                        times[size][place].append(_took(_asking(session, filters)))
    small, large = ([median(one) for one in times[size]] for size in engines)
    each = [
        {"question": filters.words or f"{filters.box} {filters.topic or filters.channel or ''}".strip(), "ms": round(many, 1),
         "baseline_ms": round(few, 1)}
        for filters, few, many in zip(QUESTIONS, small, large, strict=True)
    ]  # fmt: skip
    return {
        "name": name, "ours": round(sum(large), 1), "baseline": round(sum(small), 1),
        "ratio": round(sum(large) / sum(small), 2), "unit": "ms", "n": max(engines), "each": each,
    }  # fmt: skip


def _asking(session: Session, filters: Filters) -> Callable[[], object]:
    return lambda: (inquiries.listing(session, actor=TERMINAL, filters=filters), inquiries.counts(session, actor=TERMINAL))


def _took(look: Callable[[], object]) -> float:
    start = time.perf_counter()
    look()
    return (time.perf_counter() - start) * 1000


def build(session: Session, scale: int) -> None:
    """A ward's threads of years; as many of them wait whatever the size. As it lies there after its first night."""
    now = clock.now()
    ward = Unit(code="01843", name="Phường Bắc Kạn", kind=UnitKind.COMMUNE, path="1/")
    session.add(ward)
    session.commit()
    always = {"created_at": now, "photos": []}
    of_thread = {
        **always, "unit_id": ward.id, "kind": "question", "from_name": "", "place": "", "language": "vi", "likeness": "",
        "done_note": "", "done_photos": [], "version": 1,
    }  # fmt: skip
    with _indexed_at_the_end(session):
        told = list(_told(scale // A_THREAD, now))
        _poured(session, _THREADS, of_thread, ({name: row[name] for name in row if name != "words"} for row in told))
        _poured(session, _MESSAGES, always, _said(told, ward_term(ward.id)))
    session.commit()
    tidy(session, _MESSAGES)
    session.commit()
    session.execute(text("ANALYZE"))
    session.commit()


@contextmanager
def _indexed_at_the_end(session: Session) -> Iterator[None]:
    """As an import does it on SQLite; on PostgreSQL for this measurement only."""
    if session.get_bind().dialect.name == "sqlite":
        with in_bulk(session, _MESSAGES, "search", with_words=False):
            yield
        return
    session.execute(text("DROP INDEX ix_inquirymessage_search_terms"))
    yield
    session.execute(DDL(postgresql_statement("inquirymessage", "search", when="at").replace("%", "%%")))  # type: ignore[no-untyped-call]


def _told(threads: int, now: datetime) -> Iterator[dict[str, Any]]:
    dice, topics, channels = random.Random(1), list(Topic), list(InquiryChannel)
    words = [word for _, some in WORDS for word in some]
    for n in range(threads):
        waits = n >= threads - WAITING
        at = now - timedelta(minutes=5 * (threads - n))
        asked = f"{dice.choice(words)} tổ {dice.randrange(1, 31)}, {dice.choice(words)} {dice.choice(words)} {n % 997}"
        yield {
            "id": new_id(), "channel": dice.choice(channels), "from_id": str(n % 5_000), "text": asked,
            "topic": dice.choice(topics), "status": InquiryStatus.NEW if waits else InquiryStatus.CLOSED,
            "due_at": at + timedelta(days=3) if waits else None, "asked_at": at, "last_at": at, "words": terms(asked),
        }  # fmt: skip


def _said(threads: Iterable[dict[str, Any]], ward: str) -> Iterator[dict[str, Any]]:
    for one in threads:
        for turn in range(A_THREAD):
            before, voice = (f"Phường trả lời lần {turn}: ", Voice.REPLY) if turn else ("", Voice.ASKED)
            found_by = f"phuong tra loi lan {turn} {one['words']}" if turn else one["words"]
            yield {
                "id": new_id(), "inquiry_id": one["id"], "voice": voice, "text": f"{before}{one['text']}",
                "at": one["asked_at"] + timedelta(minutes=turn), "search": f"{ward} {found_by}",
            }  # fmt: skip


def _poured(session: Session, table: Table, always: dict[str, Any], rows: Iterator[dict[str, Any]]) -> None:
    """Rows by the driver's own quick way; what is the same in all of them is put into the driver's form once."""
    first = next(rows)
    columns = [table.c[name] for name in (*always, *first)]
    dialect = session.get_bind().dialect
    forms: list[Callable[[Any], Any]] = [
        one.type.dialect_impl(dialect).bind_processor(dialect) or (lambda v: v) for one in columns
    ]
    known = [form(value) for form, value in zip(forms, always.values(), strict=False)]

    def formed() -> Iterator[Sequence[Any]]:
        for row in (first, *rows):
            yield [*known, *(form(value) for form, value in zip(forms[len(known) :], row.values(), strict=True))]

    cursor: Any = session.connection().connection.cursor()
    names = ", ".join(f'"{one.name}"' for one in columns)
    if dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", formed())
        return
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        for row in formed():
            copy.write_row(row)
