"""Many codes before they are made: what each group would get, and what a list would make, read on trial."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.db import transaction
from services import link_making, uploads
from services.access import Actor
from services.import_rows import Rejected
from services.link_making import MadeLinks, Planned
from services.ports import Sheet
from services.trials import GivenUp
from ui import parts
from ui.parts import Column
from ui.words import _, language, number

STATE = "nl_trial"
ROWS_SHOWN = 8


@dataclass(frozen=True)
class Trial:
    """What a list would make: name and place of each code, and the rows refused."""

    rows: Sequence[tuple[str, str]]
    rejected: Sequence[Rejected]


def planned(plan: Planned) -> None:
    """The codes that each group would get, and how many it has already."""
    if plan.were_there:
        parts.hint(_("{n} mã đã có từ trước.", n=number(plan.were_there)))
    if plan.pairs:
        _table([(procedure.name, unit.label) for unit, procedure in plan.pairs])


def try_sheet(actor: Actor, given: Any) -> Trial:
    """What a list would do; each file is read once. Nothing is kept.

    Raises:
        NotAllowed, Invalid: as `link_making.from_sheet`, or the file cannot be read.
    """
    known = st.session_state.get(STATE)
    if known is None or known[0] != given.file_id:
        known = (given.file_id, _tried(actor, given))
        st.session_state[STATE] = known
    trial: Trial = known[1]
    return trial


def _tried(actor: Actor, given: Any) -> Trial:
    found: list[Trial] = []
    with _sheet_of(given) as sheet, suppress(GivenUp), transaction() as session:
        result = link_making.from_sheet(session, actor=actor, sheet=sheet)
        found.append(Trial([(link.title, link.place) for link in result.made], result.rejected))
        raise GivenUp
    return found[0]


def make(actor: Actor, given: Any, *, batch: str) -> MadeLinks:
    """Make them.

    Raises:
        NotAllowed, Invalid: as `try_sheet`.
    """
    with _sheet_of(given) as sheet, transaction() as session:
        made = link_making.from_sheet(session, actor=actor, sheet=sheet, batch=batch)
    st.session_state.pop(STATE, None)
    return made


@contextmanager
def _sheet_of(given: Any) -> Iterator[Sheet]:
    given.seek(0)
    upload = uploads.keep(given, name=given.name, size=given.size)
    try:
        yield uploads.read(upload)
    finally:
        uploads.forget(upload)


def show(trial: Trial) -> None:
    """The first codes, and every row that is refused."""
    _table(trial.rows)
    rejected(trial.rejected)


def rejected(rows: Sequence[Rejected]) -> None:
    """Rows of a list that make no code, each with its reason."""
    if rows:
        parts.section(_("{n} dòng chưa đúng", n=number(len(rows))), _("số dòng như trong tệp"))
        wrong = [(number(one.row), parts.cell(one.value or "–"), one.reason(language())) for one in rows]
        more = _("Xem cả {n} dòng", n=number(len(wrong)))
        parts.table([_("Dòng"), _("Đang ghi"), Column(_("Lý do"), "wide")], wrong, shown=ROWS_SHOWN, more=more)


def _table(rows: Sequence[tuple[str, str]]) -> None:
    parts.section(_("Sẽ làm"), _("{n} mã, chưa ghi gì cả", n=number(len(rows))))
    more = _("Xem cả {n} mã", n=number(len(rows)))
    parts.table([_("Tên"), Column(_("Nơi treo"), "wide")], list(rows), shown=ROWS_SHOWN, more=more)
