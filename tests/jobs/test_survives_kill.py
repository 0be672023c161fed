"""Promises survive `kill -9`: a real process is killed at many points of its work, another one finishes it, once."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, Engine, column, inspect, table
from sqlmodel import Session, select

from adapters.engine import DbosEngine
from core import clock
from core.db import reading
from core.settings import ROOT
from jobs import engine as durable
from models import Announcement, AnnouncementStatus, Delivery, DoorLine, Group, Household, PlannedPath, Relay, Unit, Urgency
from services import dispatch, ports, sending
from services.ports import Ports
from tests.databases import POSTGRES
from tests.factories import LONG_AGO, make_announcement, make_group, make_unit
from tests.fakes import Nothing

pytestmark = pytest.mark.process
# A point, and whether it has left and whether the time is over by then.
OUTPUT = "operation_outputs:1"  # there the engine notes that the step of sending is done
KILLS = [
    ("sent_at", "before", False, False), ("delivery:1", "before", False, False), ("relay:1", "before", False, False),
    ("sent_at", "after", True, False), (OUTPUT, "before", True, False), (OUTPUT, "after", True, False),
    ("escalated_at", "before", True, False), ("escalated_at", "after", True, True),
]  # fmt: skip
ENGINES = "dbos" if POSTGRES else None  # the schema of the engine's own tables
SECONDS = 3  # until when leaders are to post, from now
LONGER = 40  # enough for two workers to start, one after the other, before the time is over


@pytest.fixture
def announcement(session: Session, engine: Engine, request: pytest.FixtureRequest) -> Announcement:
    """Scheduled for this moment, with two leaders who have some seconds to post and never do."""
    nothing: object = Nothing()
    ports.provide(Ports(sheets=nothing, paper=nothing, codes=nothing, engine=DbosEngine(), tables=nothing))  # type: ignore[arg-type]
    durable.prepare()
    ward = make_unit(session)
    for _ in range(2):
        make_group(session, unit=make_unit(session, parent=ward))
    now = clock.now()
    made = make_announcement(
        session,
        unit=ward,
        urgency=Urgency.EMERGENCY,
        send_at=now + timedelta(seconds=0.5),
        must_reach_by=now + timedelta(seconds=getattr(request, "param", SECONDS)),
    )
    sending.schedule(session, announcement=made)
    session.commit()
    return made


@contextmanager
def worker(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real process on the test's database, ended with the block."""
    keep = ("CAUNOI_DATA_DIR", "CAUNOI_DATABASE_URL", "CAUNOI_SECRET_KEY", "PATH", "HOME")
    env = {name: os.environ[name] for name in keep if name in os.environ}
    with subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@dataclass(frozen=True)
class Death:
    """What ended the first worker, and when that was over."""

    by: int
    at: datetime


def overdue(relay: Relay) -> bool:
    """Whether it is marked, and the engine has noted that."""
    status_of: ColumnElement[str] = column("status")
    noted = select(status_of).where(column("workflow_uuid") == f"escalate:{relay.announcement_id}")
    with reading() as looking:
        status = looking.execute(noted.select_from(table("workflow_status", schema=ENGINES))).scalar()
    return relay.escalated_at is not None and status == "SUCCESS"


def reminded_again(relay: Relay) -> bool:
    return relay.reminded_again is not None


def all_are(engine: Engine, announcement: Announcement, done: Callable[[Relay], bool]) -> bool:
    with Session(engine) as session:
        relays = session.exec(select(Relay).where(Relay.announcement_id == announcement.id)).all()
        return len(relays) == 2 and all(done(relay) for relay in relays)


def killed_then_finished(
    engine: Engine, announcement: Announcement, fatal: str, moment: str, *, done: Callable[[Relay], bool] = overdue
) -> Death:
    """How the first worker ended; the second has done the rest."""
    with worker("-m", "tests.jobs.dying_worker", fatal, moment) as dying:
        death = Death(dying.wait(timeout=60), clock.now())
    with worker("manage.py", "worker", "--executor-id", "worker-0"):
        patience = threading.Event()
        for _ in range(1200):
            if all_are(engine, announcement, done):
                break
            patience.wait(0.1)
    return death


@pytest.mark.parametrize(("fatal", "moment", "is_sent", "is_over"), KILLS)
def test_a_worker_killed_at_any_write_is_finished_by_the_next_and_nothing_is_done_twice(
    engine: Engine, announcement: Announcement, fatal: str, moment: str, *, is_sent: bool, is_over: bool
) -> None:
    death = killed_then_finished(engine, announcement, fatal, moment)

    with Session(engine) as session:
        after = session.get_one(Announcement, announcement.id)
        relays = session.exec(select(Relay)).all()
        assert death.by == -9
        assert after.status is AnnouncementStatus.SENT
        assert after.sent_at
        assert (after.sent_at < death.at) is is_sent
        assert len(session.exec(select(Delivery)).all()) == len(relays) == 2
        assert all(relay.escalated_at and relay.posted_at is None for relay in relays)
        assert len({relay.escalated_at for relay in relays}) == 1
        assert {bool(relay.escalated_at and relay.escalated_at < death.at) for relay in relays} == {is_over}


@pytest.mark.parametrize("announcement", [LONGER], indirect=True)
@pytest.mark.parametrize(("moment", "is_given"), [("before", False), ("after", True)])
def test_a_worker_killed_at_the_first_reminder_has_given_it_or_leaves_it_to_the_next(
    engine: Engine, announcement: Announcement, moment: str, *, is_given: bool
) -> None:
    death = killed_then_finished(engine, announcement, "reminded", moment, done=reminded_again)

    with Session(engine) as session:
        relays = session.exec(select(Relay)).all()
        assert death.by == -9
        assert len({relay.reminded for relay in relays}) == 1
        assert {bool(relay.reminded and relay.reminded < death.at) for relay in relays} == {is_given}
        assert len(session.exec(select(Delivery)).all()) == len(relays) == 2


@pytest.mark.parametrize("announcement", [LONGER], indirect=True)
def test_a_worker_killed_at_the_second_reminder_leaves_it_to_the_next_which_gives_it_once(
    engine: Engine, announcement: Announcement
) -> None:
    death = killed_then_finished(engine, announcement, "reminded_again", "before", done=reminded_again)

    with Session(engine) as session:
        relays = session.exec(select(Relay)).all()
        assert death.by == -9
        assert all(relay.reminded and relay.reminded_again and relay.reminded < relay.reminded_again for relay in relays)
        assert len({relay.reminded_again for relay in relays}) == 1
        assert len(session.exec(select(Delivery)).all()) == len(relays) == 2


LARGE = [("relay:1", "before"), ("doorline:3", "before"), ("doorline:5", "after")]  # of five parts


@pytest.mark.parametrize("announcement", [LONGER * 20], indirect=True)
@pytest.mark.parametrize(("fatal", "moment"), LARGE)
def test_a_worker_killed_between_or_within_parts_of_a_large_audience_leaves_the_rest_to_the_next(
    session: Session, engine: Engine, announcement: Announcement, fatal: str, moment: str
) -> None:
    ward = session.get_one(Unit, announcement.unit_id)
    places = [*session.exec(select(Group.unit_id)), *(make_unit(session, parent=ward).id for _ in range(3))]
    homes = [
        Household(unit_id=unit_id, code=str(number), head_name=str(number), people=1, arrived_on=LONG_AGO)
        for unit_id in places for number in range(dispatch.AT_ONCE // 4)
    ]  # fmt: skip
    session.add_all(homes)
    session.commit()

    death = killed_then_finished(engine, announcement, fatal, moment, done=handed_over)

    session.expire_all()
    assert death.by == -9
    assert announcement.status is AnnouncementStatus.SENT
    assert announcement.households == len(homes) > dispatch.AT_ONCE
    assert len(session.exec(select(Delivery)).all()) == len(session.exec(select(Relay)).all()) == 2
    told = session.exec(select(PlannedPath.household_id)).all()
    assert len(told) == len(set(told)) == len(homes)
    doors = session.exec(select(DoorLine.household_id)).all()
    assert len(doors) == len(set(doors)) == len(homes)


def handed_over(relay: Relay) -> bool:
    """Whether the announcement of a relay has left wholly."""
    with reading() as looking:
        return looking.get_one(Announcement, relay.announcement_id).status is AnnouncementStatus.SENT


def test_the_engines_own_tables_are_beside_ours(engine: Engine, announcement: Announcement, tmp_path: Path) -> None:
    tables = inspect(engine)

    assert tables.has_table("announcement")
    assert tables.has_table("workflow_status", schema=ENGINES)
