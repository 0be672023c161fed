"""The ward's emblem in the middle of its codes, and their colour on a screen: looked at, changed, given back."""

from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from services import emblems, links
from services.access import Actor
from services.ports import Emblem
from ui import codes, parts, refusals
from ui.words import _


def section(ward_id: UUID, *, actor: Actor) -> str:
    """Show the emblem and take another; what has been done, in words, or "" where nothing was."""
    with reading() as session:
        own = emblems.of_ward(session, ward_id=ward_id)
    parts.section(_("Biểu tượng trong mã QR"), _("chỉ ở mã sửa lỗi cao nhất; không đưa con dấu, chữ ký vào đây"))
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="center")
    with right:
        st.image(codes.emblem_png(links.sample_url(), own), width=180, alt=_("Mã QR thử với biểu tượng"))
    with left:
        return _form(ward_id, own, actor) or _back(ward_id, own, actor)


def _form(ward_id: UUID, own: Emblem | None, actor: Actor) -> str:
    key = ward_id.hex
    with st.form(f"{key}_emblem", border=False, clear_on_submit=True):
        brought = st.file_uploader(
            _("Ảnh biểu tượng (PNG, JPEG, WebP), nên vuông"), key=f"{key}_emblem_file",
            max_upload_size=emblems.BYTES_MAX // 1_000_000,
        )  # fmt: skip
        colour = st.color_picker(
            _("Màu của mã trên màn hình"), own.colour if own else emblems.USUAL_COLOUR, key=f"{key}_emblem_colour"
        )
        if not st.form_submit_button(_("Ghi biểu tượng")):
            return ""
    with refusals():
        with transaction() as session:
            content = brought.getvalue() if brought else None
            emblems.change(session, actor=actor, unit_id=ward_id, content=content, colour=colour)
        return _("Đã ghi biểu tượng.")
    return ""


def _back(ward_id: UUID, own: Emblem | None, actor: Actor) -> str:
    if own is None or not st.button(_("Dùng lại biểu tượng có sẵn"), key=f"{ward_id.hex}_emblem_back"):
        return ""
    with refusals():
        with transaction() as session:
            emblems.remove(session, actor=actor, unit_id=ward_id)
        return _("Đã dùng lại biểu tượng có sẵn.")
    return ""
