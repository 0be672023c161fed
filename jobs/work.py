"""What runs later: sending at its hour and in parts, reminders, the overdue mark; the sweep that misses nothing.

Each workflow is short and its steps can be run twice: the services they call look at what is already done. A process
that is killed between two steps goes on from the last finished one when it, or another under its name, starts again.
"""

import time
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from dbos import DBOS
from sqlalchemy.exc import SQLAlchemyError

from core import clock
from core.db import is_sqlite, reading, transaction
from core.errors import Refusal
from core.settings import settings
from jobs import fetching
from services import (
    attachments,
    audit_checks,
    backup_copies,
    backups,
    closed_lists,
    confirming,
    due,
    duty_patterns,
    figure_checks,
    forecast,
    inquiries,
    inquiry_failures,
    inquiry_reminders,
    opt_outs,
    print_jobs,
    receipts,
    reminders,
    reorganisations,
    retention,
    sending,
    uploads,
)
from services.ports import ports

log = structlog.get_logger()
BREATH = timedelta(milliseconds=10)  # within this process writers take turns; another may come in between
RUNS_KEPT = timedelta(days=7)  # the engine's own notes of finished work


@DBOS.step()
def send_step(announcement_id: str) -> bool:
    """Idempotent: an announcement that is not scheduled any more is left alone."""
    with transaction() as session:
        return sending.send_scheduled(session, announcement_id=UUID(announcement_id))


@DBOS.step()
def hand_over_step(announcement_id: str) -> bool:
    """Idempotent: each part is a transaction that notes it; run again, it does the next one."""
    with transaction() as session:
        return sending.go_on(session, announcement_id=UUID(announcement_id))


@DBOS.step()
def remind_step(announcement_id: str) -> int:
    """Idempotent: a leader who has this reminder does not get it again."""
    with transaction() as session:
        return reminders.remind(session, announcement_id=UUID(announcement_id))


@DBOS.step()
def remind_again_step(announcement_id: str) -> int:
    """Idempotent, as the first reminder."""
    with transaction() as session:
        return reminders.remind(session, announcement_id=UUID(announcement_id), step="remind_again")


@DBOS.step()
def escalate_step(announcement_id: str) -> int:
    """Idempotent: what is marked overdue keeps its first mark, and the deputy the first address."""
    with transaction() as session:
        return reminders.escalate(session, announcement_id=UUID(announcement_id))


@DBOS.workflow(name="send")
def send(announcement_id: str) -> None:
    """An announcement's hour has come."""
    is_sent = send_step(announcement_id)
    log.info("announcement.send", announcement_id=announcement_id, is_sent=is_sent)


@DBOS.workflow(name="hand_over")
def hand_over(announcement_id: str) -> None:
    """A large audience is handed over, part by part; between two of them others may write."""
    parts = 1
    while hand_over_step(announcement_id):
        parts += 1
        if is_sqlite(settings().database_url):
            time.sleep(BREATH.total_seconds())
    log.info("announcement.hand_over", announcement_id=announcement_id, parts=parts)


@DBOS.workflow(name="remind")
def remind(announcement_id: str) -> None:
    """Half of the time left is over."""
    reminded = remind_step(announcement_id)
    log.info("announcement.remind", announcement_id=announcement_id, reminded=reminded)


@DBOS.workflow(name="remind_again")
def remind_again(announcement_id: str) -> None:
    """Three quarters of the time are over."""
    reminded = remind_again_step(announcement_id)
    log.info("announcement.remind_again", announcement_id=announcement_id, reminded=reminded)


@DBOS.workflow(name="escalate")
def escalate(announcement_id: str) -> None:
    """The time to post is over."""
    overdue = escalate_step(announcement_id)
    log.info("announcement.escalate", announcement_id=announcement_id, overdue=overdue)


@DBOS.step()
def sweep_step() -> int:
    """Idempotent: does what is due and not done, whoever promised it and whatever became of the promise."""
    with transaction() as session:
        missed = due.announcements(session)
    done = 0
    for piece in missed:
        try:
            with transaction() as session:
                done += due.do(session, piece)
        except SQLAlchemyError:  # one that cannot be done now must not keep the others waiting
            log.exception("announcement.sweep", work=piece.work, announcement_id=str(piece.announcement_id))
    return done


@DBOS.step()
def forecast_step() -> int:
    """Idempotent: one forecast at half time of what is under way, and the score of those whose hour has passed."""
    with transaction() as session:
        waiting, done = forecast.due(session), forecast.score_ended(session)
    for announcement_id in waiting:
        with transaction() as session:
            done += forecast.keep(session, announcement_id=announcement_id) is not None
    return done


@DBOS.step()
def receipts_step() -> int:
    """Idempotent: what providers have told and nobody has worked off; what waits for its message is looked at again."""
    done, last = 0, None
    while True:
        with transaction(counts_only=True) as session:
            round_ = receipts.work_off(session, again=True, after=last)
        done, last = done + round_.events, round_.last
        if last is None:
            return done


@DBOS.step()
def confirm_step() -> int:
    """Idempotent: gateways that sign nothing are asked whether what was reported is so."""
    done, last = 0, None
    while True:
        with transaction(counts_only=True) as session:
            round_ = confirming.to_ask(session, after=last)
        said = confirming.ask(round_.questions)
        if said:
            with transaction(counts_only=True) as session:
                receipts.confirm(session, statuses=said)
        done, last = done + len(said), round_.last
        if last is None:
            return done


@DBOS.step()
def print_again_step() -> int:
    """Idempotent: a sheet whose worker is gone is promised again under a name that tells from when it is silent."""
    with transaction() as session:
        return print_jobs.promise_again(session)


@DBOS.step()
def inquiries_step() -> int:
    """Idempotent: a thread that was reminded of, told on, or called back is not again."""
    with transaction() as session:
        return inquiry_failures.call_back(session) + inquiry_reminders.remind_and_escalate(session)


@DBOS.workflow(name="sweep")
def sweep(_scheduled: datetime, _context: object) -> None:
    """Every minute: a promise whose process died for good is kept by whoever lives; forecasts are made and scored."""
    if done := sweep_step():
        log.info("announcement.sweep", done=done)
    if done := forecast_step():
        log.info("forecast.sweep", done=done)
    if done := print_again_step():
        log.info("sheet.promised_again", sheets=done)
    if done := inquiries_step():
        log.info("inquiry.sweep", threads=done)
    if done := fetching.fetch_due_step():
        log.info("inquiry.files.sweep", settled=done)
    if confirmed := confirm_step():
        log.info("webhook.confirmed", reports=confirmed)
    if done := receipts_step():
        log.info("webhook.sweep", done=done)


@DBOS.step()
def forget_step() -> dict[str, int]:
    """Idempotent: what is too old of every kind in the table of retention; one that fails keeps no other waiting."""
    gone = {}
    for kind in retention.kinds():
        try:
            with transaction() as session:
                gone[kind] = retention.forget(session, kind=kind)
        except SQLAlchemyError:
            log.exception("retention.failed", kind=kind)
    return {kind: many for kind, many in gone.items() if many}


@DBOS.step()
def wipe_lists_step() -> int:
    """Idempotent: persons of closed lists whose last day is over."""
    with transaction() as session:
        return closed_lists.wipe_ended(session)


@DBOS.step()
def tidy_step() -> int:
    """Idempotent: finished work of the engine that nobody asks for any more, three thousand at a time."""
    before = (clock.now() - RUNS_KEPT).isoformat()
    tidied = 0
    while done := _old_runs(before):
        DBOS.delete_workflows(done)
        tidied += len(done)
    return tidied


def _old_runs(before: str) -> list[str]:
    found = DBOS.list_workflows(
        status=["SUCCESS", "ERROR", "CANCELLED"], completed_before=before, limit=3000, load_input=False, load_output=False
    )
    return [run.workflow_id for run in found]


@DBOS.step()
def tidy_words_step() -> None:
    """Idempotent: a common word is then found as fast as a rare one."""
    with transaction(counts_only=True) as session:
        inquiries.tidy_words(session)


@DBOS.step()
def sweep_uploads_step() -> int:
    """Idempotent: files that were brought and never read, with names and telephone numbers in them."""
    return uploads.sweep()


@DBOS.step()
def sweep_attachments_step() -> int:
    """Idempotent: documents that were brought for a draft and that nothing names any more."""
    with transaction() as session:
        return attachments.sweep(session)


@DBOS.step()
def sweep_sheets_step() -> int:
    """Idempotent: printed sheets whose week is over."""
    with transaction() as session:
        return print_jobs.sweep(session)


@DBOS.step()
def clear_marks_step() -> int:
    """Idempotent: who came to an account without ever having left."""
    with transaction() as session:
        return opt_outs.clear_marks(session)


@DBOS.step()
def reorganise_step() -> int:
    """Idempotent: a plan that is done or dropped is left alone; one that can no longer be right waits for an official."""
    with transaction() as session:
        waiting = reorganisations.due(session)
    done = 0
    for plan_id in waiting:
        try:
            with transaction() as session:
                done += reorganisations.carry_out_due(session, plan_id=plan_id)
        except Refusal as refusal:
            log.warning("reorganisation.refused", plan_id=str(plan_id), reason=str(refusal))
    return done


@DBOS.step()
def check_audit_step() -> int | None:
    """Idempotent: walk the audit and write down what was found; the first row that is not whole, None if all are."""
    with reading() as session:
        found = audit_checks.verify(session)
    with transaction() as session:
        audit_checks.note(session, found)
    if found.broken is not None:
        log.error("audit.broken", row=found.broken)
    return found.broken


@DBOS.step()
def backup_step() -> str:
    """Idempotent: tonight's backup, where a folder is set; a refusal is told in the log and by `doctor`, and stops nothing."""
    try:
        file = backups.nightly()
    except Refusal as refusal:
        log.warning("backup.refused", reason=str(refusal))
        return ""
    return file.name if file else ""


@DBOS.step()
def copy_backup_step() -> int:
    """Idempotent: what lies there already is not sent again; a place that failed is left in peace for a while."""
    copied = 0
    for store in ports().stores:
        with reading() as session:
            file = backup_copies.due(session, place=store.place)
        if file is None:
            continue
        arrived = backup_copies.carry(store, file)
        with transaction() as session:
            backup_copies.note(session, arrived)
        copied += not arrived.message
        if arrived.message:
            log.warning("backup.not_copied", place=store.place, reason=arrived.message)
    return copied


@DBOS.workflow(name="copy_backups")
def copy_backups(_scheduled: datetime, _context: object) -> None:
    """Four times an hour: the newest backup to where it is not yet."""
    if copied := copy_backup_step():
        log.info("backup.copied", places=copied)


@DBOS.step()
def verify_figures_step() -> int:
    """Idempotent: it only counts, and keeps what it found; a difference is told to whoever watches the log and the monitor."""
    with transaction() as session:
        figure_checks.forget_old(session)
        found = [(one.subject, one.rows, one.wrong, one.examples) for one in figure_checks.verify(session)]
    for subject, rows, wrong, examples in found:
        if wrong:
            log.error("figures.differ", subject=subject, rows=rows, wrong=wrong, examples=examples[:5])
    return sum(wrong for _, _, wrong, _ in found)


@DBOS.step()
def duty_step() -> int:
    """Idempotent: shifts of the digital team are made once, some weeks ahead."""
    with transaction() as session:
        return duty_patterns.extend(session)


@DBOS.workflow(name="nightly")
def nightly(_scheduled: datetime, _context: object) -> None:
    """At three in the morning: what may not be kept is forgotten, what nobody needs is cleared away, units change."""
    log.info(
        "nightly", forgotten=forget_step(), listed=wipe_lists_step(), runs=tidy_step(), uploads=sweep_uploads_step(),
        attachments=sweep_attachments_step(), reorganised=reorganise_step(), marks=clear_marks_step(), sheets=sweep_sheets_step(),
        duty=duty_step(), words=tidy_words_step(), figures_wrong=verify_figures_step(), audit_broken=check_audit_step(),
        backup=backup_step(),
    )  # fmt: skip
