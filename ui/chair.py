"""The parts of the pages of a chair's questions: which of the six, and what the figures say to it."""

import streamlit as st
from markupsafe import Markup

from services import access, chair_questions
from services.access import Actor, May
from services.chair_questions import Question
from services.figure_register import BY_NAME
from services.period_facts import PeriodFacts
from ui import asked_days, asked_what, linked, parts, places
from ui.words import _, language

KEPT = ("ngay", "ky", "xa", linked.CHOSEN)  # of the address, on the way to another question


def question_in_address() -> Question:
    """The question of this page; the first where the address names none."""
    named = st.query_params.get("hoi", "")
    return Question(named) if named in list(Question) else Question.REACHING


def choose(asked: Question) -> None:
    """The way to the questions, each a link of its own: also the one asked, for a link that is switched off is hard to read."""
    kept = {name: st.query_params[name] for name in KEPT if name in st.query_params}
    with st.container(horizontal=True, vertical_alignment="center"):
        for one in Question:
            address = {"hoi": one.value} | kept
            mark = ":material/radio_button_checked:" if one is asked else ":material/help:"
            st.page_link("pages/questions.py", label=_(one.label), query_params=address, icon=mark)


def beside(actor: Actor, asked: Question) -> None:
    """Where it is asked who needs help, or whether it gets faster: the way to what a change of practice brought."""
    if asked in (Question.HELP, Question.FASTER) and access.may(actor, May.STUDY_FIGURES):
        label = _("So trước và sau một thay đổi")
        kept = {name: st.query_params[name] for name in ("xa",) if name in st.query_params}
        st.page_link("pages/compare.py", label=label, query_params=kept, icon=":material/compare_arrows:")


def sentences(facts: PeriodFacts, asked: Question) -> None:
    """What the figures say."""
    said = chair_questions.answer(facts, asked, language=language())
    parts.lines(*said.sentences)
    of_what = asked_days.over(*facts.days) | places.kept()
    names = [asked_what.name(_(BY_NAME[name].label), name, of_what) for name in asked.figures]
    parts.hint(parts.joined(_("Các số này là gì:"), " ", Markup(" · ").join(names)))
