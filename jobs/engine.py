"""Starting and stopping the durable engine in this process."""

from collections.abc import Sequence

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import Engine

from adapters.engine import APPLICATION, QUEUE, VERSION
from core.db import driver_url, engines_own
from core.settings import settings
from jobs import deliveries, printing, reporting, watching, work
from jobs.presence import Presence

ENDING = 40  # seconds: a message on its way is answered, or given up, within them
_told: list[Presence] = []  # of this process, while it works
_engines: list[Engine] = []  # of the durable engine, where it has one of ours
SWEEP, NIGHTLY, WATCH, REPORT = "0 * * * * *", "0 0 3 * * *", "0 30 5 * * *", "0 0 6 * * *"
COPIES = "0 */15 * * * *"


def prepare() -> None:
    """Create or upgrade the engine's own tables beside ours."""
    DBOS.migrate(driver_url(settings().database_url))


def start(*, executor_id: str | None = None, queues: Sequence[str] = ()) -> None:
    """Run durable work in this process from now on; what a process of the same name left unfinished goes on at once.

    `queues` names those it takes work from (all). `executor_id` must be unique among running processes (setting
    `EXECUTOR_ID`): a supervisor's stable slot names are best.
    """
    if own := engines_own(settings().database_url):
        _engines.append(own)
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_url": driver_url(settings().database_url),
        "system_database_engine": own,
        "application_version": VERSION,
        "executor_id": executor_id or settings().executor_id,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
        "use_listen_notify": False,
        "scheduler_polling_interval_sec": 5.0,
    }
    DBOS(config=config)
    deliveries.start(executor=executor_id or settings().executor_id)
    if queues:
        DBOS.listen_queues(list(queues))
    DBOS.launch()
    DBOS.register_queue(QUEUE, polling_interval_sec=0.2, worker_concurrency=4)
    printing.register()
    deliveries.register()
    zone = settings().timezone
    DBOS.apply_schedules(
        [
            {"schedule_name": "sweep", "workflow_fn": work.sweep, "schedule": SWEEP, "cron_timezone": zone},
            {"schedule_name": "nightly", "workflow_fn": work.nightly, "schedule": NIGHTLY, "cron_timezone": zone},
            {"schedule_name": "watch", "workflow_fn": watching.watch, "schedule": WATCH, "cron_timezone": zone},
            {"schedule_name": "copies", "workflow_fn": work.copy_backups, "schedule": COPIES, "cron_timezone": zone},
            {"schedule_name": "reports", "workflow_fn": reporting.report, "schedule": REPORT, "cron_timezone": zone},
        ]
    )  # fmt: skip
    _told.append(Presence(config["executor_id"] or ""))
    _told[-1].start()


def is_running() -> bool:
    """Whether this process does durable work and its tables answer."""
    try:
        DBOS.list_workflows(limit=1)
    except Exception:  # noqa: BLE001  # whatever it is, the engine is not ready
        return False
    return True


def stop() -> None:
    """Let running steps and the messages on their way end, then stop."""
    deliveries.stop_taking()
    while _told:
        _told.pop().stop()
    DBOS.destroy(workflow_completion_timeout_sec=ENDING)
    deliveries.stop()
    while _engines:
        _engines.pop().dispose()
