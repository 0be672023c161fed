"""The parts of the screen for sheets on walls."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from models import ShortLink
from services import links
from services.posters import Hanging
from ui import parts
from ui.parts import Column
from ui.words import _, day, number

ROWS_SHOWN = 20


@dataclass(frozen=True)
class Filled:
    """A sheet that was hung, as the form has it."""

    link_id: UUID
    place: str
    replaces: int | None
    batch: str


def to_take_down(rows: Sequence[Hanging]) -> Hanging | None:
    """Each sheet that must come down, with its tick; the one that was ticked just now."""
    ticked = None
    for one in rows:
        poster = one.poster
        title = _("Tờ số {n}: {place}", n=number(poster.number), place=poster.place)
        why = [one.link.title or one.link.slug]
        if poster.down_since:
            why.append(_("phải gỡ từ {day}", day=day(poster.down_since.date(), weekday=False)))
        else:
            why.append(_("mã đã ngừng"))
        if one.down_by:
            why.append(_("{name} gỡ", name=one.down_by))
        with parts.line(f"po_{poster.id.hex}", "waiting", title, ", ".join(why)):
            if st.button(_("Đã gỡ"), key=f"po_down_{poster.id.hex}", icon=":material/done:"):
                ticked = one
    return ticked


def form(codes: Sequence[ShortLink], *, numbers: Sequence[int]) -> Filled | None:
    """Note a sheet that was hung, and the one whose place it took."""
    by_id = {code.id: f"{code.title or code.slug} ({code.place or code.slug})" for code in codes}
    if not by_id:
        return None
    with st.expander(_("Ghi tờ vừa treo"), key="po_form", icon=":material/add:"):
        link_id = st.selectbox(_("Mã"), list(by_id), format_func=by_id.__getitem__, key="po_link")
        place = st.text_input(
            _("Nơi treo"), key="po_place", max_chars=links.LONGEST_TEXT, placeholder=_("để trống thì lấy nơi treo của mã")
        )
        batch = st.text_input(_("Đợt in"), key="po_batch", max_chars=links.LONGEST_TEXT)
        replaces = st.selectbox(
            _("Thay cho tờ số"),
            list(numbers),
            index=None,
            format_func=number,
            key="po_replaces",
            placeholder=_("không thay tờ nào"),
        )
        if st.button(_("Ghi tờ này"), key="po_hang", type="primary") and link_id:
            return Filled(link_id, place, replaces, batch)
    return None


def table(rows: Sequence[Hanging]) -> None:
    """The sheets that hang, by number."""
    lines = [
        (parts.cell(parts.link(one.link.title or one.link.slug, "link", ma=one.link.slug),
                    _("tờ số {n}", n=number(one.poster.number))),
         one.poster.place, one.poster.batch or "–", day(one.poster.created_at.date(), weekday=False))
        for one in rows
    ]  # fmt: skip
    heads = (_("Mã"), _("Nơi treo"), Column(_("Đợt in"), "desk"), Column(_("Từ ngày"), "desk"))
    parts.table(heads, lines, shown=ROWS_SHOWN, more=_("Xem cả {n} tờ", n=number(len(lines))))
