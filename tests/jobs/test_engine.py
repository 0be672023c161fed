"""The engine in one process: promises are kept once, rolled back with their transaction, and old notes are cleared away."""

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from dbos import DBOS
from pypdf import PdfReader
from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from adapters.dumps import DatabaseDumps
from adapters.engine import DbosEngine
from adapters.paper import TypstPaper
from core import clock
from core.db import reading, transaction
from core.settings import settings
from jobs import engine as durable
from jobs import work
from models import (
    AuditEvent,
    Device,
    DoorOutcome,
    JoinRequest,
    PaperKind,
    PrintStatus,
    Relay,
    Reorganisation,
    ReorganisationStatus,
    Role,
    Scan,
    UnitChangeKind,
    Urgency,
)
from services import (
    audit,
    audit_checks,
    door_knocks,
    link_labels,
    ports,
    print_jobs,
    print_packets,
    reorganisations,
    sending,
    uploads,
)
from services.access import TERMINAL
from services.ports import Ports
from services.print_layouts import Layout
from services.reorganisations import Draft, Part
from tests.factories import make_actor, make_announcement, make_group, make_household, make_link, make_unit
from tests.fakes import Nothing
from tests.services.street import knock, make_street
from tests.tampering import tamper

NOTHING: Any = Nothing()


@pytest.fixture
def running(engine: Engine, session: Session) -> Iterator[DbosEngine]:
    """The engine at work in this process."""
    durable.prepare()
    durable.start(executor_id=f"test-{uuid4()}")
    yield DbosEngine()
    session.rollback()  # whoever has looked holds SQLite's one write lock
    durable.stop()


def wait_until(is_so: Callable[[], bool]) -> bool:
    patience = threading.Event()
    return any(is_so() or patience.wait(0.1) for _ in range(200)) and is_so()


def runs(key: str) -> list[str]:
    return [run.status for run in DBOS.list_workflows(workflow_ids=[key])]


def test_a_promise_is_kept_once(session: Session, running: DbosEngine) -> None:
    ward = make_unit(session)
    make_group(session, unit=make_unit(session, parent=ward))
    announcement = make_announcement(session, unit=ward, urgency=Urgency.EMERGENCY)
    sending.send(session, announcement=announcement)
    session.commit()

    for _ in range(2):
        with transaction() as writing:
            running.promise(writing, work="remind", key="remind:once", at=clock.now(), subject_id=str(announcement.id))

    def is_reminded() -> bool:
        session.expire_all()
        found = session.exec(select(Relay.reminded)).one() is not None
        session.rollback()
        return found

    assert any(is_reminded() or threading.Event().wait(0.1) for _ in range(200))
    assert is_reminded()
    assert wait_until(lambda: runs("remind:once") == ["SUCCESS"])


def test_a_promise_of_a_transaction_that_failed_was_never_made(running: DbosEngine) -> None:
    def fail() -> None:
        with transaction() as writing:
            running.promise(writing, work="remind", key="remind:failed", at=clock.now(), subject_id=str(uuid4()))
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    assert runs("remind:failed") == []


def test_the_engine_says_that_it_is_ready(running: DbosEngine) -> None:
    assert durable.is_running()


def test_at_night_old_openings_and_old_notes_are_forgotten(session: Session, running: DbosEngine) -> None:
    link = make_link(session)
    for days in (1, 89, 91, 400):
        at = clock.now() - timedelta(days=days)
        session.add(Scan(link_id=link.id, at=at, device=Device.PHONE, visitor=str(days)))
    session.add(
        JoinRequest(
            group_id=make_group(session, unit=make_unit(session)).id, name="Chu Cúc", created_at=clock.now() - timedelta(days=61)
        )
    )
    session.commit()
    with transaction() as writing:
        running.promise(writing, work="remind", key="remind:old", at=clock.now(), subject_id=str(uuid4()))
    assert wait_until(lambda: runs("remind:old") == ["SUCCESS"])

    with time_machine.travel(clock.now() + timedelta(days=8)):
        tidied = work.tidy_step()
    forgotten = work.forget_step()

    assert (forgotten, tidied >= 1, runs("remind:old")) == ({"scans": 2, "join_requests": 1}, True, [])
    assert sorted(session.exec(select(Scan.visitor)).all()) == ["1", "89"]


def test_at_night_files_that_nobody_came_back_for_are_swept_away(running: DbosEngine) -> None:
    brought = uploads.keep(io.BytesIO(b"a"), name="dan.csv", size=1)
    with time_machine.travel(clock.now() + uploads.KEPT + timedelta(minutes=1)):
        night = DBOS.start_workflow(work.nightly, clock.now(), None)
        night.get_result()
        again = work.sweep_uploads_step()

    assert not brought.is_there
    assert again == 0


def test_at_night_the_record_is_walked_and_a_backup_lies_where_it_belongs(
    session: Session, running: DbosEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAUNOI_BACKUP_DIR", str(tmp_path))
    settings.cache_clear()
    ports.provide(replace(ports.ports(), dumps=DatabaseDumps()))
    admin = make_actor(session, unit=make_unit(session), role=Role.ADMIN)
    for number in range(3):
        audit.record(session, actor=admin, action="unit.changed", subject_kind="unit", subject_id=str(number))
    session.commit()
    tamper(session, update(AuditEvent).where(col(AuditEvent.sequence) == 2).values(subject_id="forged"))

    DBOS.start_workflow(work.nightly, clock.now(), None).get_result()

    with reading() as looking:
        verdict = audit_checks.verdict(looking, actor=admin)
    assert verdict is not None
    assert verdict.broken == 2
    assert [one.suffix for one in tmp_path.iterdir()] == [".backup"]


def test_at_night_units_change_whose_day_has_come_and_what_cannot_be_waits(session: Session, running: DbosEngine) -> None:
    ward = make_unit(session)
    four, five, six, seven = (make_unit(session, parent=ward) for _ in range(4))
    day = clock.today() + timedelta(days=1)
    for one, other, code in ((four, five, "A"), (six, seven, "B")):
        made = (Part("Tổ dân phố mới", code),)
        draft = Draft(UnitChangeKind.MERGE, day, (one.id, other.id), made)
        reorganisations.plan(session, actor=TERMINAL, draft=draft)
    six.valid_to = day  # ended by other means meanwhile
    session.commit()

    before = work.reorganise_step()
    with time_machine.travel(clock.now() + timedelta(days=1)):
        DBOS.start_workflow(work.nightly, clock.now(), None).get_result()
        again = work.reorganise_step()

    session.expire_all()
    states = session.exec(select(Reorganisation.status).order_by(col(Reorganisation.created_at))).all()
    assert (before, again, four.valid_to, seven.valid_to) == (0, 0, day, None)
    assert states == [ReorganisationStatus.DONE, ReorganisationStatus.PLANNED]


def test_an_ordered_sheet_is_made_told_page_by_page_and_kept(session: Session, running: DbosEngine) -> None:
    ports.provide(Ports(sheets=NOTHING, paper=TypstPaper(), codes=NOTHING, engine=running, tables=NOTHING))
    ward = make_unit(session)
    actor = make_actor(session, unit=ward)
    link = make_link(session, unit_id=ward.id, slug="aaaa", title="Đăng ký tạm trú")
    with transaction() as writing:
        labels, head = link_labels.numbered(writing, actor=actor, layout=Layout.TINY, slugs=[link.slug])
        job = print_jobs.ask(writing, actor=actor, layout=Layout.TINY, labels=labels, head=head, copies=25)
        bad = [replace(labels[0], title="☎")]
        refused = print_jobs.ask(writing, actor=actor, layout=Layout.TINY, labels=bad, head=head)

    assert wait_until(lambda: runs(f"print_sheet:{refused.id}") == ["SUCCESS"])  # one at a time, in their order

    with reading() as looking:
        rows = {row.id: row for row in print_jobs.listing(looking, actor=actor)}
        file = print_jobs.file_of(looking, actor=actor, job_id=job.id).read_bytes()
    assert (rows[job.id].status, rows[job.id].pages_done) == (PrintStatus.READY, 2)
    assert len(PdfReader(io.BytesIO(file)).pages) == 2
    assert rows[refused.id].status is PrintStatus.REFUSED
    assert "không in được" in rows[refused.id].refusal


def test_all_leaders_packets_are_made_told_by_leader_and_kept(session: Session, running: DbosEngine) -> None:
    street = make_street(session, "Số 1", "Số 2")
    make_household(session, unit=make_unit(session, parent=street.ward))
    session.commit()
    ports.provide(Ports(sheets=NOTHING, paper=TypstPaper(), codes=NOTHING, engine=running, tables=NOTHING))
    ask: Any = {"actor": street.clerk, "announcement_id": street.announcement.id, "kind": PaperKind.NOTICE}
    with transaction() as writing:
        job_id = print_packets.ask(writing, **ask).id

    assert wait_until(lambda: runs(f"print_sheet:{job_id}") == ["SUCCESS"])

    with reading() as looking:
        (row,) = print_jobs.listing(looking, actor=street.clerk)
        file = print_jobs.file_of(looking, actor=street.clerk, job_id=job_id).read_bytes()
    assert (row.status, row.codes, row.pages) == (PrintStatus.READY, 2, 4)
    assert len(PdfReader(io.BytesIO(file)).pages) == 4


def test_packets_for_which_nobody_is_left_are_refused_with_the_reason(session: Session, running: DbosEngine) -> None:
    street = make_street(session, "Số 1")
    listed_id = street.list().id
    session.commit()
    ports.provide(Ports(sheets=NOTHING, paper=TypstPaper(), codes=NOTHING, engine=running, tables=NOTHING))
    with transaction() as writing:
        job = print_packets.ask(
            writing, actor=street.clerk, announcement_id=street.announcement.id, kind=PaperKind.NOTICE
        )  # fmt: skip
        job_id = job.id
        door_knocks.from_paper(writing, actor=street.clerk, list_id=listed_id, knocks=[knock(1, DoorOutcome.TOLD)])

    assert wait_until(lambda: runs(f"print_sheet:{job_id}") == ["SUCCESS"])

    with reading() as looking:
        (row,) = print_jobs.listing(looking, actor=street.clerk)
    assert (row.status, row.refusal) == (PrintStatus.REFUSED, "Không còn hộ nào phải báo tận nơi, không có gì để in.")
