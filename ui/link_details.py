"""The parts of a code's screen that say what it is and where it hangs: name, place, last day, a photo of the place."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from core import clock
from core.errors import Refusal
from models import ShortLink
from services import attachments, link_details, links
from ui import parts, said
from ui.forms import PICTURES, name_file_button
from ui.words import _

WIDTH = 260


@dataclass(frozen=True)
class Described:
    """What was filled in."""

    title: str
    place: str
    last_day: date | None


@dataclass(frozen=True)
class Brought:
    """A photo that was brought; None takes the one there is away."""

    kept: dict[str, Any] | None


def describe(link: ShortLink) -> Described | None:
    """Name, place and last day, folded away; what stands there when it is saved."""
    with st.expander(_("Sửa tên, nơi treo, ngày hết hạn"), key="ld_box"):
        title = st.text_input(_("Tên in trên mã"), link.title, key="ld_title", max_chars=links.LONGEST_TEXT)
        place = st.text_input(_("Nơi treo"), link.place, key="ld_place", max_chars=links.LONGEST_TEXT)
        last_day = ask_last_day(link_details.last_day_of(link), key="ld_last")
        if st.button(_("Ghi lại"), key="ld_save"):
            return Described(title, place, last_day)
    return None


def ask_last_day(now: date | None, *, key: str) -> date | None:
    """The last day on which a code leads on; none as a rule."""
    return st.date_input(
        _("Ngày cuối còn dùng"), now, key=key, format="DD/MM/YYYY", min_value=min(now or clock.today(), clock.today()),
        help=_("Để trống thì dùng mãi. Qua ngày này, ai quét mã được chỉ gọi phường."),
    )  # fmt: skip


def photo(link: ShortLink) -> Brought | None:
    """The photo of the place with its press, or the box to bring one."""
    if file := link_details.photo_file(link):
        with st.container(border=True):
            st.image(file.read_bytes(), width=WIDTH, alt=_("Ảnh nơi treo: {place}", place=link.place or link.title))
            parts.hint(_("Chỉ cán bộ thấy ảnh này, để tìm lại đúng chỗ khi thay hoặc gỡ."))
            if st.button(_("Bỏ ảnh"), key="ld_photo_drop"):
                return Brought(None)
        return None
    with st.expander(_("Thêm ảnh nơi treo"), key="ld_photo_box"):
        name_file_button()
        given = st.file_uploader(
            _("Ảnh chụp nơi treo"), type=PICTURES, key="ld_photo", max_upload_size=attachments.BYTES_MAX // 1_000_000
        )
        if given:
            try:
                return Brought(attachments.store_photo(given.getvalue(), name=given.name))
            except Refusal as refusal:
                st.error(said(refusal))
    return None
