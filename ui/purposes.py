"""The record of processing on a screen: a form for a line of it."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from core.db import transaction
from models import LegalBasis, ProcessingPurpose
from services import privacy_purposes
from services.access import Actor
from services.privacy_purposes import LINE_MAX, MONTHS_MOST, NAME_MAX, PurposeForm
from ui import emptied, leave_for, parts
from ui.forms import refusals_at
from ui.words import _

HERE = "pages/purposes.py"


def form(actor: Actor, ward_id: UUID, one: ProcessingPurpose | None) -> None:
    """A new line, or one to change."""
    key = one.id.hex if one else "new"
    now = one or ProcessingPurpose(unit_id=ward_id, name="", basis=LegalBasis.DUTY)
    slots = {}
    with st.form(f"purpose_{key}", border=False):
        name = st.text_input(_("Mục đích"), now.name, key=f"pp_name_{key}", max_chars=NAME_MAX)
        slots["name"] = st.empty()
        bases = list(LegalBasis)
        basis = st.selectbox(
            _("Căn cứ"), bases, index=bases.index(now.basis), format_func=lambda one: _(one.label), key=f"pp_basis_{key}"
        )
        document = st.text_input(_("Văn bản: luật, quyết định, kế hoạch"), now.document, key=f"pp_doc_{key}", max_chars=LINE_MAX)
        fields = st.text_area(_("Dữ liệu nào"), now.fields, key=f"pp_fields_{key}", max_chars=LINE_MAX, height=80)
        slots["fields"] = st.empty()
        subjects = st.text_input(_("Của ai"), now.subjects, key=f"pp_subjects_{key}", max_chars=LINE_MAX)
        seen_by = st.text_input(_("Ai xem"), now.seen_by, key=f"pp_seen_{key}", max_chars=LINE_MAX)
        receivers = st.text_input(_("Chuyển cho ai ngoài phường"), now.receivers, key=f"pp_to_{key}", max_chars=LINE_MAX)
        months = st.number_input(
            _("Lưu mấy tháng (bỏ trống: khi hộ còn ở đây)"), 1, MONTHS_MOST, value=now.months, key=f"pp_months_{key}", width=320
        )
        is_sensitive = st.checkbox(_("Có dữ liệu nhạy cảm"), now.is_sensitive, key=f"pp_sensitive_{key}")
        has_children = st.checkbox(_("Có dữ liệu trẻ em"), now.has_children, key=f"pp_children_{key}")
        is_saved = st.form_submit_button(_("Ghi lại"), key=f"pp_save_{key}", type="primary")
    if is_saved:
        said = PurposeForm(
            name, basis, document, subjects, fields, seen_by, receivers, int(months) if months else None,
            is_sensitive=is_sensitive, has_children=has_children,
        )  # fmt: skip
        with refusals_at(slots):
            with transaction() as session:
                privacy_purposes.write(
                    session, actor=actor, ward_id=ward_id, form=said, purpose_id=one.id if one else None,
                    version=one.version if one else None,
                )  # fmt: skip
            if one is None:
                emptied({f"pp_{field}_new": "" for field in ("name", "doc", "fields", "subjects", "seen", "to")})
            leave_for(HERE, news=_("Đã ghi."))


def table(found: Sequence[ProcessingPurpose]) -> None:
    """The record to read."""
    _heads, lines = privacy_purposes.rows(found, language=st.session_state.get("language", "vi"))
    parts.table(
        [parts.Column(_("Mục đích"), "wide"), _("Căn cứ"), parts.Column(_("Dữ liệu"), "wide"), _("Ai xem"), _("Thời hạn lưu")],
        [
            (parts.cell(name, marks or document), basis, parts.cell(fields, subjects), parts.cell(seen_by, receivers), kept)
            for name, basis, document, subjects, fields, seen_by, receivers, kept, marks in lines
        ],
    )
