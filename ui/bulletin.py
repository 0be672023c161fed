"""The month's sheet for a notice board: for whom, which month, what stands on it, how it looks."""

from datetime import date
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading
from core.errors import Refusal
from services import bulletins, households, units
from services.access import Actor
from services.bulletins import MOST_CODES, MOST_EVENTS
from services.ports import Bulletin, ports
from ui import addressed, parts, said
from ui.words import _

HERE, PDF = "pages/bulletin.py", "application/pdf"
MONTHS_AHEAD = 3


def wish(actor: Actor) -> tuple[UUID, date]:
    """Whose board, and which month; both stand in the address."""
    with reading() as session:
        ward, places = units.commune_for(session, actor=actor), households.places(session, actor=actor)
    listed = {ward.code: ward.id} | {unit.code: unit.id for unit in places}
    names = {ward.code: ward.name} | {unit.code: unit.label for unit in places}
    first = clock.today().replace(day=1)
    months = [first]
    while len(months) <= MONTHS_AHEAD:
        months.append(clock.month_of(months[-1])[1])
    by_name = {f"{one:%m/%Y}": one for one in months}
    left, right = st.columns(2)
    with left:
        code = addressed.always(_("Bảng tin của"), names, key="don-vi")
    with right:
        usual = 1 if clock.today().day > 20 else 0  # late in a month the next one is printed
        month = st.selectbox(_("Tháng"), list(by_name), index=usual, key="thang", bind="query-params")
    return listed[code], by_name.get(month or "", first)


def contents(actor: Actor, unit_id: UUID, month: date) -> tuple[list[str], str, list[str]]:
    """Which happenings and codes, and the clerk's own lines."""
    with reading() as session:
        known = {one.key: one for one in bulletins.happenings(session, actor=actor, unit_id=unit_id, month=month)}
        codes = dict(bulletins.usual_codes(session, actor=actor, unit_id=unit_id))
    at = f"{unit_id.hex}_{month:%Y%m}"
    keys = st.multiselect(
        _("Việc trong tháng, lấy từ thông báo đã gửi"), list(known), default=list(known)[:MOST_EVENTS], key=f"bulletin_{at}",
        format_func=lambda one: f"{known[one].day:%d/%m}: {known[one].title}", placeholder=_("Chọn việc"),
    )  # fmt: skip
    more = st.text_area(
        _("Ghi thêm, mỗi dòng một việc"), key=f"bulletin_more_{at}", height=110,
        placeholder=_("12 Họp tổ cuối năm | 19 giờ 30, nhà văn hóa"),
    )  # fmt: skip
    slugs = st.multiselect(
        _("Mã để quét"), list(codes), default=list(codes)[:MOST_CODES], key=f"bulletin_codes_{at}", max_selections=MOST_CODES,
        format_func=codes.__getitem__, placeholder=_("Chọn mã"),
    )  # fmt: skip
    return keys, more, slugs


def preview(actor: Actor, unit_id: UUID, month: date, chosen: tuple[list[str], str, list[str]]) -> None:
    """The sheet as it is printed, and the file."""
    keys, more, slugs = chosen
    try:
        with reading() as session:
            sheet = bulletins.of_month(
                session, actor=actor, unit_id=unit_id, month=month, keys=keys, more=more, slugs=slugs
            )  # fmt: skip
        with st.spinner(_("Đang làm và đọc lại từng mã…")):
            file, picture = _drawn(sheet)
    except Refusal as refusal:
        st.error(said(refusal))
        return
    with st.container(border=True):
        st.image(picture, width="stretch", alt=_("Bảng tin tháng"))
    st.download_button(
        _("Tải bảng tin (PDF, A3)"), file, f"bang-tin-{month:%Y-%m}.pdf", PDF, key="bulletin_take", type="primary",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    parts.hint(_("Máy in không có giấy A3: in khổ A4, chọn vừa trang giấy."))


@st.cache_data(show_spinner=False, max_entries=30)
def _drawn(sheet: Bulletin) -> tuple[bytes, bytes]:
    """It holds nothing but what it is asked for, so all readers share it."""
    file = ports().paper.bulletin(sheet)
    return file, ports().paper.picture(file)
