"""The parts of the screen for sheets on walls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from models import ShortLink
from services import link_details, links
from services.posters import Hanging
from ui import parts
from ui.parts import Column
from ui.words import _, day, near, number

ROWS_SHOWN, PHOTO_WIDTH = 20, 110


@dataclass(frozen=True)
class Filled:
    """Sheets that were hung, as the form has them; place and the one replaced are told of a single one."""

    link_ids: Sequence[UUID]
    place: str
    replaces: int | None
    batch: str


@dataclass(frozen=True)
class Asked:
    """Sheets that are to come down, and by whom."""

    poster_ids: Sequence[UUID]
    by_id: UUID | None


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
        if one.replaced_by:
            why.append(_("tờ số {n} đã thay", n=number(one.replaced_by)))
        why.append(_("{name} gỡ", name=one.down_by) if one.down_by else _("chưa giao ai"))
        with parts.line(f"po_{poster.id.hex}", "waiting", title, ", ".join(why)):
            _photo(one)
            if st.button(_("Đã gỡ"), key=f"po_down_{poster.id.hex}", icon=":material/done:"):
                ticked = one
    return ticked


def _photo(one: Hanging) -> None:
    """What the place looks like, where a photo was taken."""
    if file := link_details.photo_file(one.link):
        st.image(file.read_bytes(), width=PHOTO_WIDTH, alt=_("Ảnh nơi treo: {place}", place=one.poster.place))


def ask(rows: Sequence[Hanging], people: Mapping[UUID, str]) -> Asked | None:
    """Who takes which sheets down: those that must, unless others are chosen."""
    names = {
        one.poster.id: _("số {n}, {place}", n=number(one.poster.number), place=one.poster.place) for one in rows
    }  # fmt: skip
    due = [one.poster.id for one in rows if one.must_come_down and not one.down_by]
    with st.expander(_("Giao người gỡ"), key="po_ask_box", icon=":material/person_check:"):
        chosen = st.multiselect(
            _("Những tờ phải gỡ"), list(names), default=due, format_func=names.__getitem__, key=f"po_ask_{len(due)}",
            placeholder=_("Chọn tờ"),
        )  # fmt: skip
        by_id = st.selectbox(
            _("Người gỡ"), list(people), index=None, format_func=people.__getitem__, key="po_by", placeholder=_("Chọn người"),
        )  # fmt: skip
        if st.button(_("Giao gỡ {n} tờ", n=number(len(chosen))), key="po_ask", type="primary", disabled=not chosen):
            return Asked(chosen, by_id)
    return None


def taken_down(rows: Sequence[Hanging]) -> Hanging | None:
    """What was ticked off these days; the one whose tick is taken back just now."""
    back = None
    if rows:
        with st.expander(_("Đã gỡ trong tuần ({n})", n=number(len(rows))), key="po_done"):
            for one in rows:
                title = _("Tờ số {n}: {place}", n=number(one.poster.number), place=one.poster.place)
                at = near(one.poster.down_at) if one.poster.down_at else ""
                with parts.line(f"po_was_{one.poster.id.hex}", "arrived", title, at):
                    if st.button(_("Ghi nhầm, vẫn còn treo"), key=f"po_back_{one.poster.id.hex}", icon=":material/undo:"):
                        back = one
    return back


def form(codes: Sequence[ShortLink], *, numbers: Sequence[int], beneath: Mapping[UUID, Sequence[int]]) -> Filled | None:
    """Note sheets that were hung: many at the places of their codes, or one with the sheet whose place it took."""
    by_id = {code.id: _code(code, beneath.get(code.id, ())) for code in codes}
    if not by_id:
        return None
    with st.expander(_("Ghi tờ vừa treo"), key="po_form", icon=":material/add:"):
        chosen = st.multiselect(
            _("Mã trên tờ"), list(by_id), format_func=by_id.__getitem__, key="po_links",
            placeholder=_("Gõ tên, nơi treo hoặc số in dưới mã"),
        )  # fmt: skip
        place, replaces = "", None
        if len(chosen) == 1:
            place = st.text_input(
                _("Nơi treo"), key="po_place", max_chars=links.LONGEST_TEXT, placeholder=_("để trống thì lấy nơi treo của mã")
            )
            replaces = st.selectbox(
                _("Thay cho tờ số"), list(numbers), index=None, format_func=number, key="po_replaces",
                placeholder=_("không thay tờ nào"),
            )  # fmt: skip
        batch = st.text_input(_("Đợt in"), key="po_batch", max_chars=links.LONGEST_TEXT)
        words = _("Ghi {n} tờ", n=number(len(chosen)))
        if st.button(words, key="po_hang", type="primary", disabled=not chosen):
            return Filled(chosen, place, replaces, batch)
    return None


def _code(code: ShortLink, numbers: Sequence[int]) -> str:
    name = f"{code.title or code.slug} ({code.place or code.slug})"
    return _("{name}, số {numbers}", name=name, numbers=", ".join(map(number, numbers))) if numbers else name


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
