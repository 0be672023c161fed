"""The durable engine as the services see it: promises kept in the caller's own transaction (DBOS)."""

from datetime import datetime

from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlmodel import Session

from core import clock
from core.db import driver_url
from core.settings import settings

QUEUE = "announcements"
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
            "queue_name": QUEUE,
            "workflow_name": work,
            "workflow_id": key,
            "app_version": VERSION,
            "priority": NORMAL,
        }
        if (delay := (at - clock.now()).total_seconds()) > 0:
            options["delay_seconds"] = delay
        self.client().enqueue_in_transaction(session, options, subject_id)

    def client(self) -> DBOSClient:
        """A client of this process, connected at its first use."""
        if self._client is None:
            self._client = DBOSClient(
                system_database_url=driver_url(settings().database_url), application_name=APPLICATION,
                serializer=DBOSPortableJSONSerializer(), lazy=True,
            )  # fmt: skip
        return self._client
