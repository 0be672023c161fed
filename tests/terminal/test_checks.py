"""`manage.py audit-verify` and `recount`."""

import json
from datetime import date
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select
from time_machine import Traveller
from typer.testing import CliRunner

from models import AuditEvent, UnitDay
from services import audit, figure_checks, rollups
from services.access import TERMINAL
from terminal.habits import app
from tests.factories import make_household, make_unit
from tests.tampering import tamper

runner = CliRunner()


def answer(*words: str) -> Any:
    result = runner.invoke(app, [*words, "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_a_whole_chain_is_told_with_its_length(session: Session) -> None:
    for _ in range(3):
        audit.record(session, actor=TERMINAL, action="test")
    session.commit()

    assert answer("audit-verify") == {"rows": 3, "ok": True}


def test_an_audit_without_rows_is_whole(session: Session) -> None:
    assert answer("audit-verify") == {"rows": 0, "ok": True}


def test_the_first_broken_row_is_named_and_the_command_fails(session: Session) -> None:
    for number in range(3):
        audit.record(session, actor=TERMINAL, action="test", note=number)
    session.commit()
    tamper(session, update(AuditEvent).where(col(AuditEvent.sequence) == 2).values(details={"note": 7}))

    result = runner.invoke(app, ["audit-verify", "--json"])

    assert result.exit_code == 1
    assert "dòng 2 đã bị sửa hoặc mất" in json.loads(result.stdout)["error"]
    assert "dòng 2" in result.stderr


def test_wrong_counts_are_put_right_told_and_recorded(session: Session, clock: Traveller) -> None:
    ward = make_unit(session)
    wrong, well = make_unit(session, parent=ward), make_unit(session, parent=ward)
    for place in (wrong, well):
        make_household(session, unit=place, people=4, arrived_on=date(2026, 5, 1))
    rollups.refresh(session, unit_ids=[wrong.id, well.id])
    session.exec(select(UnitDay).where(UnitDay.unit_id == wrong.id)).one().households = 9
    session.flush()
    figure_checks.verify(session)
    session.commit()
    clock.shift(60)

    told = answer("recount")

    session.expire_all()
    assert told == {"wrong": 1}
    assert session.exec(select(UnitDay.households).order_by(col(UnitDay.id))).all() == [1, 1]
    [event] = session.exec(select(AuditEvent)).all()
    assert (event.action, event.details) == ("figures.recounted", {"wrong": 1})
    assert not any(one.wrong for one in figure_checks.latest(session, actor=TERMINAL))  # the alarm is over


def test_counts_that_are_right_stay_and_leave_no_trace(session: Session) -> None:
    unit = make_unit(session, parent=make_unit(session))
    make_household(session, unit=unit)
    rollups.refresh(session, unit_ids=[unit.id])
    session.commit()

    assert answer("recount") == {"wrong": 0}
    session.expire_all()
    assert session.exec(select(AuditEvent)).all() == []
