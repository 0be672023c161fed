"""The parts of the pages of a chair's questions: for which days, three sentences, two charts that follow each other's choice."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading
from models import UnitKind
from services import chair_questions, drawings, period_facts, units
from services.access import Actor
from services.chair_questions import Question
from services.period_facts import PeriodFacts
from ui import drawn, parts
from ui.words import _, language, number

SPANS = (30, 90, 365)
KEPT_SECONDS = 300
FIRST = date(2000, 1, 1)


@st.cache_data(ttl=KEPT_SECONDS, max_entries=50, show_spinner=False)
def facts_of(key: tuple[Any, ...], _actor: Actor, unit_id: UUID | None, since: date, until: date) -> PeriodFacts:  # noqa: ARG001
    """The facts of a period, kept until something is done that the audit knows of."""
    with reading() as session:
        return period_facts.of(session, actor=_actor, unit_id=unit_id, since=since, until=until)


def ask(actor: Actor, today: date) -> tuple[UUID | None, date, date]:
    """The ward, the last day, how far back; all in the address."""
    with reading() as session:
        below = units.children(session, actor=actor, unit_id=actor.unit_id) if actor.unit_id else []
    wards = {unit.label: unit.id for unit in below if unit.kind is UnitKind.COMMUNE}
    words = {str(days): _("{n} ngày", n=number(days)) for days in SPANS}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        until = st.date_input(
            _("Đến ngày"), today, min_value=FIRST, max_value=today, key="ngay", bind="query-params", format="DD/MM/YYYY",
            width=170,
        )  # fmt: skip
        chosen = None
        if wards:
            chosen = st.selectbox(
                _("Xã, phường"), list(wards), index=None, key="xa", bind="query-params", placeholder=_("Tất cả"), width=250
            )
        span = st.segmented_control(
            _("Nhìn lại"), list(words), default="30", required=True, format_func=words.__getitem__, key="ky", bind="query-params"
        )
    return wards.get(chosen or "", actor.unit_id), until - timedelta(days=int(span or "30") - 1), until


def question_in_address() -> Question:
    """The question of this page; the first where the address names none."""
    named = st.query_params.get("hoi", "")
    return Question(named) if named in list(Question) else Question.REACHING


def choose(asked: Question) -> None:
    """The way to the other questions, each a link of its own."""
    with st.container(horizontal=True):
        for one in Question:
            st.page_link(
                "pages/questions.py",
                label=_(one.label),
                query_params=_query(one),
                icon=_mark(is_here=one is asked),
                disabled=one is asked,
            )


def _mark(*, is_here: bool) -> str:
    return ":material/radio_button_checked:" if is_here else ":material/help:"


def _query(one: Question) -> dict[str, str]:
    kept = {name: st.query_params[name] for name in ("ngay", "ky", "xa", "noi") if name in st.query_params}
    return {"hoi": one.value} | kept


def sentences(facts: PeriodFacts, asked: Question) -> None:
    """What the figures say."""
    said = chair_questions.answer(facts, asked, language=language())
    parts.lines(*said.sentences)


@st.fragment
def charts(facts: PeriodFacts, asked: Question, *, file_name: str) -> None:
    """Two charts; a place that is clicked in one stands out in the other, and in the address. Only these are drawn anew."""
    chosen = st.query_params.get("noi", "")
    pictures = drawings.of(facts, language=language(), names=asked.charts)
    clicks = []
    for column, one in zip(st.columns(2, gap="medium"), pictures, strict=True):
        with column:
            clicks.append(drawn.show(one, key=f"q_{one.name}", file_name=f"{file_name}-{one.name}", chosen=chosen, selects=True))
    clicked = next((click for click in clicks if click), "")
    if clicked and clicked != chosen:
        st.query_params["noi"] = clicked
        st.rerun(scope="fragment")
    if chosen:
        _what_is_chosen(facts, chosen)


def _what_is_chosen(facts: PeriodFacts, chosen: str) -> None:
    place = next((one for one in facts.places if one.name == chosen), None)
    if place is None:
        return
    words = drawings.Words(language())
    parts.lines(
        _("Đang chọn {name}: {n} / {all} hộ trong nhóm ({share}), kỳ trước {before}.", name=place.name, n=number(place.joined),
          all=number(place.households), share=words.share(place.coverage), before=words.share(place.coverage_before))
    )  # fmt: skip
    if st.button(_("Bỏ chọn"), key="q_none"):
        del st.query_params["noi"]
        st.rerun(scope="fragment")
