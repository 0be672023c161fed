"""audit-verify and recount: whether what is recorded and what is counted is still whole."""

from core.db import reading, transaction
from core.errors import Invalid
from core.i18n import N_
from services import audit, audit_checks, figure_checks, rollups
from services.access import TERMINAL
from terminal.habits import AsJson, answering, app


@app.command()
def audit_verify(as_json: AsJson = False) -> None:
    """Walk the chain of the audit; refused with the first row that was changed or is missing."""
    with answering(as_json=as_json) as say:
        with reading() as session:
            found = audit_checks.verify(session)
        if found.broken is not None:
            raise Invalid(
                N_("Nhật ký không còn nguyên: dòng {row} đã bị sửa hoặc mất. Giữ bản này, so với bản sao lưu."), row=found.broken
            )
        say({"rows": found.rows, "ok": True})


@app.command()
def recount(as_json: AsJson = False) -> None:
    """Count households and memberships of all days anew; tells in how many units the stored counts were wrong."""
    with answering(as_json=as_json) as say:
        with transaction() as session:
            wrong = rollups.repair(session)
            if wrong:  # screens that keep their figures for a while look at the last act
                audit.record(session, actor=TERMINAL, action="figures.recounted", wrong=len(wrong))
                session.flush()
                figure_checks.verify(session)  # the alarm of the night ends with what it told
        say({"wrong": len(wrong)})
