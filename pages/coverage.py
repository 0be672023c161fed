"""Độ phủ: how many households are in a chat, on any day, and why that changed."""

import streamlit as st

from core import clock
from services import access
from services.access import May
from ui import _, coverage, coverage_acts, coverage_tables, day, enter, parts
from ui.kept import kept, seen_by
from ui.tables import behind, download, download_csv

actor = enter(needs=May.SEE_FIGURES.roles)
top = st.container()
asked = coverage.ask(actor)
key = seen_by(actor, asked.unit_id, asked.on, asked.span)
seen = coverage.load(actor, key, asked)
is_today = asked.on == clock.today()
with top:
    parts.head(_("Độ phủ"), seen.table.total.unit_name, _("ngày {day}", day=day(asked.on)))
if coverage.nothing(seen, actor=actor):
    st.stop()
tables = coverage_tables.of(seen)
name = f"do-phu-{asked.on:%Y-%m-%d}"
kept("cov_figures", key, lambda: coverage.figures(seen))

left, right = st.columns(2, gap="medium")
with left:
    kept("cov_bars", key, lambda: coverage.bars(seen))
    behind(tables["places"], key="t_places", file_name=f"{name}-theo-noi")
with right:
    kept("cov_trend", key, lambda: coverage.trend(seen))
    behind(tables["trend"], key="t_trend", file_name=f"{name}-qua-thoi-gian")
    coverage.changes(seen, file_name=name)
left, right = st.columns(2, gap="medium")
with left:
    coverage.by_group(seen, opens=actor.role in access.WRITERS, file_name=name)
with right:
    coverage.by_need(seen, file_name=name)
if is_today and access.may(actor, May.KEEP_WARD):
    coverage_acts.targets(actor, seen)
if is_today and actor.role in access.WRITERS and not asked.is_wide:
    coverage_acts.invite(actor, key, asked.unit_id)
with st.container(horizontal=True):
    download(list(tables.values()), label=_("Tải toàn bộ số liệu (Excel)"), key="all_xlsx", file_name=name)
    download_csv(tables["places"], label=_("Tải bảng theo nơi (CSV)"), key="places_csv", file_name=f"{name}-theo-noi")
