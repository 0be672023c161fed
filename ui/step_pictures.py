"""Pictures of a procedure's steps: brought one by one on the procedure's screen, each beside the words it belongs to."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.errors import Refusal
from models import Procedure
from services import attachments, procedure_pictures
from ui import parts, said
from ui.forms import PICTURES, name_file_button
from ui.words import _, plain, weight

WIDTH = 150


@dataclass(frozen=True)
class Change:
    """A step's picture as the clerk wants it; None takes it away."""

    step: int
    picture: dict[str, Any] | None


def ask(one: Procedure) -> Change | None:
    """The steps with their pictures; what was pressed or brought just now. Nothing where no step is written."""
    if not one.steps:
        return None
    parts.section(_("Ảnh cho các bước"), _("bà con thấy dung lượng trước khi mở"))
    change = None
    for step, picture in procedure_pictures.shown(one).items():
        with st.container(horizontal=True, vertical_alignment="center", key=f"sp_line_{step}"):
            file = attachments.path_of(picture.sha256)
            if file.is_file():
                st.image(file.read_bytes(), width=WIDTH, alt=_("Ảnh bước {step}", step=step))
            parts.html(parts.cell(_("Bước {step}", step=step), weight(picture.size)), width="stretch")
            if st.button(_("Bỏ ảnh"), key=f"sp_drop_{step}"):
                change = Change(step, None)
    return change or _brought(one)


def _brought(one: Procedure) -> Change | None:
    turn = st.session_state.setdefault("sp_turn", 0)  # a box that was emptied is another box
    name_file_button()
    free = [step for step in range(1, len(one.steps) + 1) if step not in procedure_pictures.shown(one)]
    step = st.selectbox(
        _("Của bước"), range(1, len(one.steps) + 1), index=free[0] - 1 if free else 0, key=f"sp_step_{turn}",
        format_func=lambda place: f"{place}. {one.steps[place - 1]}",
    )  # fmt: skip
    file = st.file_uploader(
        _("Ảnh chụp màn hình của bước này"), type=PICTURES, key=f"sp_file_{turn}",
        max_upload_size=attachments.BYTES_MAX // 1_000_000,
        help=_("Che tên và số giấy tờ trong ảnh trước khi đưa lên. Ảnh được thu nhỏ và bỏ vị trí nơi chụp."),
    )  # fmt: skip
    if file is None or step is None:
        return None
    try:
        picture = attachments.store_photo(file.getvalue(), name=file.name)
    except Refusal as refusal:
        st.error(f"{plain(file.name)}: {said(refusal)}")
        return None
    st.session_state["sp_turn"] = turn + 1
    return Change(step, picture)
