"""The second look at an emergency, asked for where its text stands until it was taken."""

import streamlit as st

from services.approvals import REASON_MAX
from ui import parts
from ui.words import _


def asked() -> str | None:
    """Ask for it, with room for what came of it; the note when it was pressed, None until then."""
    title = _("Tin hỏa tốc này cần người thứ hai xem lại")
    parts.note("waiting", title, _("Người soạn đã gửi một mình. Đọc phần “Nội dung đã gửi” ở trên rồi ghi là đã xem."))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        note = st.text_input(
            _("Ghi chú (ai đã đồng ý qua điện thoại, cần sửa gì)"), key="b_look_note", max_chars=REASON_MAX, width=420
        )
        return str(note) if st.button(_("Đã xem lại"), key="b_look", type="primary") else None
