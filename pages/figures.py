"""Sổ số liệu: what each figure is, as of when, out of what, and which rows it is made of."""

from datetime import timedelta

import streamlit as st

from core import clock
from services.access import May
from services.figure_words import period
from ui import _, enter, figure_book, figure_lines, parts, places
from ui.kept import seen_by
from ui.words import language

actor = enter(needs=May.SEE_FIGURES.roles)
figure = figure_book.chosen()
top = st.container()
with st.container(horizontal=True, vertical_alignment="bottom"):
    until, span = figure_book.ask(clock.today())
    place = places.ask(actor, on=until)
since = until - timedelta(days=span - 1)
key = seen_by(actor, place.unit_id, until, span)
found = figure_book.of_all(key, actor, place.unit_id, since, until)
name = next(iter(found.values())).unit_name
with top:
    parts.head(_(figure.label) if figure else _("Sổ số liệu"), name, period(since, until, language=language()))
kept = {key: st.query_params[key] for key in ("ngay", "ky", "xa", "to") if key in st.query_params}
if figure is None:
    figure_book.every(found, query=kept)
    st.stop()
file_name = f"so-lieu-{figure.name}-{until:%Y-%m-%d}"
left, right = st.columns(2, gap="medium")
with left:
    figure_book.what(figure, found[figure.name])
with right:
    figure_book.over_days(
        figure, figure_book.of_days(key, actor, place.unit_id, figure.name, until, span), file_name=file_name
    )  # fmt: skip
st.page_link("pages/figures.py", label=_("Tất cả số liệu"), icon=":material/arrow_back:", query_params=kept)
figure_lines.rows(key, actor, figure, unit_id=place.unit_id, since=since, until=until, file_name=file_name)
