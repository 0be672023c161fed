"""Openings on their way: nothing noted is lost, whatever the database does, and nothing waits for it."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, func, select

from core.ids import new_id
from models import Device, Scan
from services.scans import Opening
from tests.factories import make_link
from web.scan_recorder import ScanRecorder


class Ledger:
    """A database that refuses `busy` times, then takes everything."""

    def __init__(self, busy: int = 0) -> None:
        self.busy = busy
        self.groups: list[list[Opening]] = []

    def write(self, openings: Sequence[Opening]) -> None:
        if self.busy:
            self.busy -= 1
            raise OperationalError("INSERT", {}, Exception("database is locked"))
        self.groups.append(list(openings))

    @property
    def visitors(self) -> list[str]:
        return [opening.visitor for group in self.groups for opening in group]


class ByHand(ScanRecorder):
    """Writes only when told to, so that a test knows when."""

    def start(self) -> None:
        """No thread."""


def noted(recorder: ScanRecorder, *visitors: str) -> None:
    for visitor in visitors:
        recorder.note(LINK, visitor, Device.PHONE)


LINK = new_id()


def test_what_is_noted_is_written_to_the_database_at_a_stop(session: Session) -> None:
    link = make_link(session)
    session.rollback()
    recorder = ScanRecorder()

    for n in range(5):
        recorder.note(link.id, f"v{n % 2}", Device.PHONE)
    recorder.stop()

    assert session.exec(select(func.count()).select_from(Scan)).one() == 5
    assert session.exec(select(func.count()).select_from(Scan).where(Scan.is_first)).one() == 2


def test_a_busy_database_loses_nothing_and_changes_no_order() -> None:
    ledger = Ledger(busy=1)
    recorder = ByHand(ledger.write)
    noted(recorder, "a", "b")

    first = recorder.flush()
    noted(recorder, "c")
    second = recorder.flush()

    assert (first, second) == (False, True)
    assert ledger.visitors == ["a", "b", "c"]


def test_a_stop_tries_again_while_the_database_is_busy() -> None:
    ledger = Ledger(busy=2)
    recorder = ByHand(ledger.write)
    noted(recorder, "a")

    recorder.stop()

    assert ledger.visitors == ["a"]


def test_notes_after_a_stop_are_written_too() -> None:
    ledger = Ledger()
    recorder = ScanRecorder(ledger.write)
    noted(recorder, "a")
    recorder.stop()

    noted(recorder, "b")
    recorder.stop()

    assert ledger.visitors == ["a", "b"]


def test_notes_are_written_in_groups_that_do_not_hold_the_database_up() -> None:
    ledger = Ledger()
    recorder = ByHand(ledger.write)
    noted(recorder, *("v" for _ in range(12_000)))

    recorder.stop()

    assert len(ledger.visitors) == 12_000
    assert max(len(group) for group in ledger.groups) <= 5_000


def test_what_is_noted_while_a_group_is_written_waits_for_the_next() -> None:
    ledger = Ledger()

    def write_while_a_crowd_comes(openings: Sequence[Opening]) -> None:
        ledger.write(openings)
        if len(ledger.visitors) < 3:
            noted(recorder, "late")

    recorder = ByHand(write_while_a_crowd_comes)
    noted(recorder, "a")

    recorder.flush()
    in_time = ledger.visitors
    recorder.stop()

    assert in_time == ["a"]
    assert ledger.visitors == ["a", "late", "late"]


def test_memory_is_bounded_when_the_database_stays_away() -> None:
    ledger = Ledger(busy=1000)
    recorder = ByHand(ledger.write, most=10)

    noted(recorder, *(str(n) for n in range(25)))
    recorder.flush()
    ledger.busy = 0
    recorder.stop()

    assert ledger.visitors == [str(n) for n in range(10)]


def test_a_bug_while_writing_keeps_the_notes_for_the_next_time() -> None:
    ledger = Ledger()
    bugs = [ZeroDivisionError()]

    def broken(openings: Sequence[Opening]) -> None:
        if bugs:
            raise bugs.pop()
        ledger.write(openings)

    recorder = ByHand(broken)
    noted(recorder, "a")

    with pytest.raises(ZeroDivisionError):
        recorder.flush()
    recorder.flush()

    assert ledger.visitors == ["a"]


@pytest.mark.process
def test_a_process_that_simply_ends_writes_what_it_noted(session: Session) -> None:
    link = make_link(session)
    session.rollback()
    program = (
        "import sys, uuid\nfrom models import Device\nfrom web.scan_recorder import recorder\n"
        "for n in range(50): recorder().note(uuid.UUID(sys.argv[1]), str(n), Device.PHONE)\n"
    )

    subprocess.run([sys.executable, "-c", program, str(link.id)], check=True, cwd=Path(__file__).parents[2], timeout=60)

    assert session.exec(select(func.count()).select_from(Scan)).one() == 50
