"""Mức độ tham gia: are we getting better."""

import streamlit as st

from core import clock
from core.db import reading
from models import UnitKind
from services import access, units
from services.access import May
from ui import _, addressed, day, enter, participation, participation_tables, parts, places
from ui.kept import kept, seen_by
from ui.tables import download

RANGES: dict[str, int | None] = {"6": 6, "12": 12, "24": 24, "2020": None}
actor = enter(needs=May.SEE_FIGURES.roles)
top = st.container()
today = clock.today()
words = {"6": _("6 tháng"), "12": _("12 tháng"), "24": _("24 tháng"), "2020": _("Từ 2020")}
with reading() as session:
    below = units.children(session, actor=actor, unit_id=actor.unit_id) if actor.unit_id else []
wards = [unit for unit in below if unit.kind is UnitKind.COMMUNE]
with st.container(horizontal=True, vertical_alignment="bottom"):
    chosen = None
    if len(wards) > 1:
        chosen = places.one_of(_("Xã, phường"), wards, key="xa", width=320)
    span = addressed.segments(_("Nhìn lại"), words, key="ky", usual="12")
months = RANGES[span]
is_by_ward = len(wards) > 1 and not chosen
scope = None if is_by_ward else chosen or next((unit.id for unit in wards), None)
key = seen_by(actor, scope, months)
seen = participation.of_wards(actor, scope, months) if is_by_ward else participation.of_ward(key, actor, scope, months)
with top:
    parts.head(
        _("Mức độ tham gia"), seen.table.total.unit_name,
        _("{range} đến {day}", range=words[span], day=day(today, weekday=False)),
    )  # fmt: skip
if not seen.table.total.households:
    parts.empty(
        _("Chưa có số liệu để xem"),
        _("Khi có danh sách hộ dân, trang này cho thấy bao nhiêu hộ ở trong nhóm của tổ, và thay đổi ra sao qua từng tháng."),
        _("Nhập danh sách hộ") if access.may(actor, May.IMPORT_HOUSEHOLDS) else "", page="pages/import_households.py",
    )  # fmt: skip
    st.stop()
kept("figures", key, lambda: participation.figures(seen))
tables = participation_tables.of(seen)
name = f"muc-do-tham-gia-{today:%Y-%m-%d}"

left, right = st.columns(2, gap="medium")
with left:
    kept("coverage", key, lambda: participation.show(seen, "coverage"))
    participation.behind(seen, "coverage", tables["coverage"], file_name=f"{name}-do-phu")
with right:
    kept("growth", key, lambda: participation.show(seen, "growth"))
    participation.behind(seen, "growth", tables["growth"], file_name=f"{name}-qua-thoi-gian")
    kept("moves", key, lambda: participation.show(seen, "moves"))
    participation.behind(seen, "moves", tables["moves"], file_name=f"{name}-vao-roi")
if is_by_ward:
    participation.ranks(actor, file_name=f"{name}-xep-hang")
left, right = st.columns([1.15, 1], gap="medium")
with left:
    kept("reached", key, lambda: participation.reached(seen, opens_board=access.may(actor, May.WATCH)))
with right:
    kept("phones", key, lambda: participation.show(seen, "phones"))
    participation.behind(seen, "phones", tables["phones"], file_name=f"{name}-dien-thoai")
with st.container(horizontal=True):
    download(list(tables.values()), label=_("Tải toàn bộ số liệu (Excel)"), key="all_xlsx", file_name=name)
    st.page_link(
        "pages/charts.py", label=_("Xem riêng từng nơi trong Biểu đồ"), query_params=places.kept(), icon=":material/monitoring:"
    )
