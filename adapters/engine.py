"""The durable engine as the services see it: promises kept in the caller's own transaction (DBOS)."""

from collections.abc import Sequence
from datetime import datetime

from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlmodel import Session

from core import clock
from core.db import driver_url
from core.settings import settings
from services import print_jobs
from services.ports import BatchRun

QUEUE = "announcements"
PAPER = "paper"  # long sheets wait for each other, and nothing else for them
BULK, URGENCY = "deliveries", "urgent_deliveries"  # nothing preempts: what overtakes has a queue of its own
WAITING = ("ENQUEUED", "DELAYED")
APPLICATION = "caunoi"
VERSION = "caunoi-1"  # fixed by hand: a code change must not strand promises made before it
NORMAL, URGENT = 10, 1  # a lower number runs first, none before all: always give one


class DbosEngine:
    """Promises durable work through DBOS."""

    def __init__(self) -> None:
        self._client: DBOSClient | None = None

    def promise(self, session: Session, *, work: str, key: str, at: datetime, subject_id: str) -> None:
        """Have `work` done once for `key`, not before `at`. A key promised before is left as it is."""
        options: EnqueueOptions = {
            "queue_name": PAPER if work == print_jobs.WORK else QUEUE,
            "workflow_name": work,
            "workflow_id": key,
            "app_version": VERSION,
            "priority": NORMAL,
        }
        if (delay := (at - clock.now()).total_seconds()) > 0:
            options["delay_seconds"] = delay
        self.client().enqueue_in_transaction(session, options, subject_id)

    def deliver(self, session: Session, runs: Sequence[BatchRun]) -> None:
        """Have each batch sent once for its attempt. An attempt promised before is left as it is."""
        now = clock.now()
        for run in runs:
            options: EnqueueOptions = {
                "queue_name": URGENCY if run.is_urgent else BULK,
                "workflow_name": "deliver",
                "workflow_id": _name_of(run),
                "app_version": VERSION,
                "priority": run.priority,
            }
            if run.at and (delay := (run.at - now).total_seconds()) > 0:
                options["delay_seconds"] = delay
            self.client().enqueue_in_transaction(session, options, str(run.batch_id), run.attempt)

    def unbegun(self, runs: Sequence[BatchRun]) -> list[BatchRun]:
        """Those that no queue holds any more: they were taken out, and whoever took them is gone or failed."""
        names = [_name_of(run) for run in runs]
        found = self.client().list_workflows(workflow_ids=names, status=list(WAITING), load_input=False, load_output=False)
        waiting = {one.workflow_id for one in found}
        return [run for run, name in zip(runs, names, strict=True) if name not in waiting]

    def client(self) -> DBOSClient:
        """A client of this process, connected at its first use."""
        if self._client is None:
            self._client = DBOSClient(
                system_database_url=driver_url(settings().database_url), application_name=APPLICATION,
                serializer=DBOSPortableJSONSerializer(), lazy=True,
            )  # fmt: skip
        return self._client


def _name_of(run: BatchRun) -> str:
    name = f"deliver:{run.batch_id.hex}:{run.attempt}"
    return f"{name}:{run.again}" if run.again else name
