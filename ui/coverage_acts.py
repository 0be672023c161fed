"""What one can do on the screen of coverage: set the targets of many places at once, and see whom to invite first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from services import first_to_invite, unit_targets
from services.access import Actor
from services.coverage_day import CoverageDay
from services.first_to_invite import Invitations
from services.household_search import HouseholdRow
from ui import coverage, folds, leave_for, parts, refusals
from ui.households import row
from ui.kept import read_once
from ui.words import _, number, share

HERE = "pages/coverage.py"
EDITOR = "cov_targets"
AT_ONCE = 5  # of those to invite


@st.fragment
def invite(actor: Actor, key: tuple[Any, ...], unit_id: UUID | None) -> None:
    """The households to invite first, a press away; why these, in one sentence. The first few at once, all on demand."""

    def read() -> Invitations:
        with reading() as session:
            return first_to_invite.first_to_invite(session, actor=actor, unit_id=unit_id)

    found = read_once("cov_invite", key, read)
    if not found.rows:
        return
    parts.section(_("{n} hộ nên mời trước", n=number(len(found.rows))), _("để nhiều tổ, thôn đạt mục tiêu nhất"))
    parts.lines(_why(found))
    first, rest = found.rows[:AT_ONCE], found.rows[AT_ONCE:]
    _listed(first, actor, key="records")
    if rest and (more := folds.opened(_("Xem cả {n} hộ", n=number(len(found.rows))), key="cov_invite")):
        with more:
            _listed(rest, actor, key="records_rest")


def _listed(rows: Sequence[HouseholdRow], actor: Actor, *, key: str) -> None:
    with st.container(gap=None, key=key):
        for one in rows:
            with row(one, actor=actor, with_unit=True):
                pass


def _why(found: Invitations) -> str:
    lacking = "; ".join(_("{place} thiếu {n}", place=goal.unit_label, n=number(goal.missing)) for goal in found.goals)
    if not found.reached:
        return _("Nếu các hộ này vào nhóm, nơi gần mục tiêu nhất tiến thêm {n} hộ ({lacking}).", n=number(len(found.rows)),
                 lacking=lacking)  # fmt: skip
    return _("Nếu các hộ này vào nhóm, {n} tổ, thôn đạt mục tiêu ({lacking}).", n=number(found.reached), lacking=lacking)


def targets(actor: Actor, seen: CoverageDay) -> None:
    """The target of each place beside its coverage, to be edited at once; one save, and the last one taken back."""
    rows = [row for row in seen.table.rows if row.unit_id]
    if not seen.unit_id or not rows:
        return
    box = folds.opened(_("Đặt mục tiêu cho từng nơi"), key="cov_set", icon=":material/flag:")
    if box is None:
        return
    with box:
        generation = st.session_state.get("cov_targets_n", 0)
        name = _("Tổ, thôn") if seen.by == "unit" else _("Xã, phường")
        columns: dict[str, list[Any]] = {
            "name": [row.unit_name for row in rows], "households": [row.households for row in rows],
            "coverage": [share(row.coverage) for row in rows],
            "target": [row.target_percent for row in rows],
        }  # fmt: skip
        edited = st.data_editor(
            columns,
            column_config={
                "name": st.column_config.TextColumn(name, disabled=True),
                "households": st.column_config.NumberColumn(_("Số hộ"), disabled=True),
                "coverage": st.column_config.TextColumn(_("Tỷ lệ"), disabled=True, alignment="right"),
                "target": st.column_config.NumberColumn(_("Mục tiêu (%)"), min_value=0, max_value=100, step=1, required=True),
            },
            hide_index=True, key=f"{EDITOR}_{seen.unit_id}_{generation}", on_change="ignore",
            alt=_("Bảng mục tiêu của từng nơi, sửa được cột cuối"),
        )  # fmt: skip
        typed = {row.unit_id: percent for row, percent in zip(rows, edited["target"], strict=True) if row.unit_id}
        with st.container(horizontal=True):
            is_saved = st.button(_("Ghi mục tiêu"), key="cov_save", type="primary")
            undone = _undo(actor, seen.unit_id)
        before = {row.unit_id: row.target_percent for row in rows if row.unit_id}
        if is_saved:
            with refusals():
                with transaction() as session:
                    changed = unit_targets.save(session, actor=actor, unit_id=seen.unit_id, targets=typed, seen=before)
                _leave(_("Đã ghi mục tiêu của {n} nơi.", n=number(changed)))
        if undone:
            with refusals():
                with transaction() as session:
                    changed = unit_targets.undo(session, actor=actor, unit_id=seen.unit_id)
                _leave(_("Đã quay lại mục tiêu trước đó của {n} nơi.", n=number(changed)))


def _undo(actor: Actor, unit_id: UUID) -> bool:
    with reading() as session:
        last = unit_targets.last_save(session, actor=actor, unit_id=unit_id)
    if last is None:
        return False
    label = _("Quay lại lần ghi vừa rồi ({n} nơi)", n=number(len(last.details["after"])))
    return st.button(label, key="cov_undo", icon=":material/undo:")


def _leave(news: str) -> None:
    """The editor starts anew: what it keeps is by position, and its rows may stand otherwise."""
    st.session_state["cov_targets_n"] = st.session_state.get("cov_targets_n", 0) + 1
    coverage.of_wards.clear()
    query = {name: st.query_params[name] for name in ("ngay", "xa", "to", "ky") if name in st.query_params}
    leave_for(HERE, news=news, **query)
