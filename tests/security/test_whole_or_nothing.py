"""S19: a process that is killed at any write of an import, a merge of households or of units, an approval or an erasure leaves
all of it, or nothing.

Each case runs in a child of this process, which kills itself (SIGKILL) after its first write, its second, and so on until it
comes to its end (the longest in larger steps). To add another work, write how it is arranged and done, and name it in `WORKS`.
"""

import os
import signal
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import Session

from core import db
from core.db import transaction
from models import Model, Role, Unit
from services import approvals, drafts, household_history, imports, reorganisations, subject_erasure, subject_scope
from services.access import TERMINAL
from services.ports import Cell, Sheet
from tests.factories import make_actor, make_group, make_household, make_membership, make_unit, make_words
from tests.services.reorganising import make_ward, merge, tier
from tests.services.subject_life import settle

pytestmark = [pytest.mark.usefixtures("noon"), pytest.mark.once]
WRITES = ("INSERT", "UPDATE", "DELETE")
Work = Callable[[Session], None]


def importing(session: Session) -> Work:
    ward = make_unit(session)
    place = make_unit(session, parent=ward)
    make_group(session, unit=place)
    return lambda own: _imported(own, place)


def _imported(session: Session, place: Unit) -> None:
    rows: list[list[Cell]] = [["Mã hộ", "Họ và tên chủ hộ", "Số khẩu", "Trong nhóm Zalo"], ["H1", "Hoàng Văn An", 4.0, "x"]]
    rows.append(["H2", "Nông Thị Bình", 3.0, ""])
    done = imports.run(session, actor=TERMINAL, unit_id=place.id, sheet=Sheet(name="Hộ", rows=rows))
    assert done.created == 2, done


def merging(session: Session) -> Work:
    place = make_unit(session, parent=make_unit(session))
    one, other = make_household(session, unit=place), make_household(session, unit=place)
    make_membership(session, household=one, group=make_group(session, unit=place))
    return lambda own: _merged(own, one.id, other.id)


def _merged(session: Session, one: Any, other: Any) -> None:
    household_history.merge(session, actor=TERMINAL, household_id=one, into_id=other, on=date(2026, 11, 20))


def approving(session: Session) -> Work:
    ward = make_unit(session)
    place = make_unit(session, parent=ward)
    make_household(session, unit=place)
    make_group(session, unit=place)
    writer, chief = make_actor(session, unit=ward), make_actor(session, unit=ward, role=Role.OFFICIAL)
    draft = drafts.write(session, actor=writer, words=make_words(place))
    approvals.submit(session, actor=writer, announcement_id=draft.id)
    id_, version = draft.id, draft.version
    return lambda own: _approved(own, chief, id_, version)


def _approved(session: Session, chief: Any, id_: Any, version: int) -> None:
    approvals.approve(session, actor=chief, announcement_id=id_, version=version)


def erasing(session: Session) -> Work:
    ward = make_unit(session)
    home = settle(session, unit=make_unit(session, parent=ward), ward=ward).id
    return lambda own: _erased(own, home)


def _erased(session: Session, home: Any) -> None:
    subject = subject_scope.of_household(session, actor=TERMINAL, household_id=home)
    assert subject_erasure.erase(session, actor=TERMINAL, subject=subject).erased


def uniting(session: Session) -> Work:
    ward = make_ward(session, "01843", "Phường Bắc Kạn")
    draft = merge(tier(session, ward, 4), tier(session, ward, 5))
    plan = reorganisations.plan(session, actor=TERMINAL, draft=draft).id
    confirmed = reorganisations.look(session, actor=TERMINAL, draft=draft, plan_id=plan).confirm
    return lambda own: _united(own, plan, confirmed)


def _united(session: Session, plan: Any, confirmed: int) -> None:
    reorganisations.carry_out(session, actor=TERMINAL, plan_id=plan, confirmed=confirmed)


WORKS = [importing, merging, approving, erasing, uniting]
STEPS: dict[Callable[[Session], Work], int] = {uniting: 4}  # the longest is killed at every fourth of its writes


def kept(engine: Engine) -> dict[str, list[str]]:
    """Every row of every table."""
    with engine.connect() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            for name, table in Model.metadata.tables.items()
        }


def killed_after(write: int, work: Work) -> bool:
    """Do the work in a child that dies after so many writes; whether it died. One that breaks otherwise fails the test."""
    if (child := os.fork()) == 0:
        _die_after(write, work)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the work broke by itself"
    return os.WIFSIGNALED(status)


def _die_after(write: int, work: Work) -> None:
    """In the child: never comes back."""
    code = 1
    try:
        db.engine().dispose(close=False)  # the parent's connections stay the parent's
        seen = 0

        def written(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            nonlocal seen
            seen += statement.lstrip().upper().startswith(WRITES)
            if seen == write:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(db.engine(), "after_cursor_execute", written)
        with transaction() as session:
            work(session)
        code = 0
    finally:
        os._exit(code)


@pytest.mark.parametrize("arranged", WORKS)
def test_s19_a_process_killed_at_any_write_leaves_all_or_nothing(
    session: Session, engine: Engine, arranged: Callable[[Session], Work]
) -> None:
    work = arranged(session)
    session.commit()
    before, write = kept(engine), 1

    while killed_after(write, work):
        assert kept(engine) == before, f"half a work after its write {write}"
        write += STEPS.get(arranged, 1)

    after = kept(engine)
    assert write > 5, "the work writes several times, each of which could have been its last"
    assert {name for name in after if after[name] != before[name]} >= {"auditevent"}
