"""Charts that follow each other's choice: places that are clicked in one stand out in the others, and in the address.

Charts that name no places show the months and hours of the chosen ones alone. Only these charts are drawn anew by a click.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading
from models import UnitKind
from services import drawings, period_facts, period_focus
from services.access import Actor
from services.drawing import Drawing
from services.drawing_words import Words
from services.period_facts import PeriodFacts
from ui import addressed, asked_days, drawn, parts, places
from ui.words import _, language, number

CHOSEN = "noi"
CLICKS, TURN = "linked_clicks", "linked_turn"


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=50, show_spinner=False)
def facts_of(key: tuple[Any, ...], _actor: Actor, unit_id: UUID | None, since: date, until: date) -> PeriodFacts:  # noqa: ARG001  # kept by it
    """The facts of a period, kept until something is done that the audit knows of."""
    with reading() as session:
        return period_facts.of(session, actor=_actor, unit_id=unit_id, since=since, until=until)


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=50, show_spinner=False)
def _focused(key: tuple[Any, ...], _actor: Actor, _facts: PeriodFacts, names: Sequence[str]) -> PeriodFacts:  # noqa: ARG001
    with reading() as session:
        return period_focus.of(session, actor=_actor, facts=_facts, names=names)


def ask(actor: Actor, today: date) -> tuple[UUID | None, date, date]:
    """The ward, the first and the last day; all in the address."""
    wards = places.below(actor, actor.unit_id, UnitKind.COMMUNE)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        until = asked_days.until(_("Đến ngày"), today)
        ward = places.one_of(_("Xã, phường"), wards, key="xa") if wards else None
        span = asked_days.back(asked_days.usual())
    return ward or actor.unit_id, until - timedelta(days=span - 1), until


@st.fragment
def charts(
    actor: Actor, key: tuple[Any, ...], facts: PeriodFacts, names: Sequence[str], *, file_name: str, of_what: str = ""
) -> None:
    """The charts named, two beside each other, under what they are of and the choice of places."""
    names_of = {one.unit_code: one.name for one in facts.places}
    codes = {name: code for code, name in names_of.items()}
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if of_what:
            parts.hint(of_what)
        picked = _picked(names_of) if names_of else []
    chosen = tuple(names_of[code] for code in picked)
    seen = _focused((*key, chosen), actor, facts, chosen) if chosen else facts
    alone = [name for name in names if chosen and period_focus.shows_alone(name, chosen, actor=actor)]
    pictures = [_alone(seen, name, chosen) if name in alone else _whole(facts, name, chosen) for name in names]
    if chosen:
        _what_is_chosen(facts, chosen)
    clicks, turn = dict[str, str](), st.session_state.get(TURN, 0)
    for some, column in zip(_side_by_side(pictures), st.columns(2, gap="medium"), strict=True):
        with column:
            for one in some:
                clicks[one.name] = drawn.show(
                    one, key=f"q{turn}_{one.name}", file_name=f"{file_name}-{one.name}", chosen=chosen, selects=True
                )
    if (clicked := _newest(clicks)) in codes and clicked not in chosen and len(picked) < period_focus.MOST:
        st.query_params[CHOSEN] = ",".join([*picked, codes[clicked]])
        st.rerun(scope="fragment")


def _picked(words: Mapping[str, str]) -> list[str]:
    """Behind a button: most click in a picture, and a list of choices takes its time to draw."""
    with st.popover(_("Chọn nơi để xem riêng"), icon=":material/location_on:", key="q_places"):
        hint = _("Chọn ở đây, hoặc bấm vào nơi trong hình")
        return addressed.several(_("Nơi đang chọn"), words, key=CHOSEN, placeholder=hint, most=period_focus.MOST)


def _side_by_side(pictures: Sequence[Drawing]) -> tuple[list[Drawing], list[Drawing]]:
    """Two columns in their order, the first on the left, so that the hole beside a tall chart is as small as can be."""
    heights = [drawn.height_of(one) for one in pictures]

    def hole(sides: Sequence[int]) -> int:
        return abs(sum(height if side else -height for height, side in zip(heights, sides, strict=True)))

    best = min(((0, *rest) for rest in product((1, 0), repeat=len(pictures) - 1)), key=hole)
    left, right = ([one for one, at in zip(pictures, best, strict=True) if at == side] for side in (0, 1))
    return left, right


def _newest(clicks: Mapping[str, str]) -> str:
    """What was clicked just now: every chart goes on telling what was clicked in it last."""
    before = st.session_state.get(CLICKS, {})
    st.session_state[CLICKS] = before | clicks
    return next((click for name, click in clicks.items() if click and click != before.get(name)), "")


def _whole(facts: PeriodFacts, name: str, chosen: Sequence[str]) -> Drawing:
    made = drawings.of(facts, language=language(), names=[name])[0]
    if not chosen or made.is_empty or name in period_focus.NAMING:
        return made
    names = ", ".join(chosen)
    return replace(made, note=_("cả {place}, không riêng {name}; {note}", place=facts.unit_name, name=names, note=made.note))


def _alone(facts: PeriodFacts, name: str, chosen: Sequence[str]) -> Drawing:
    made, names = drawings.of(facts, language=language(), names=[name])[0], ", ".join(chosen)
    if len(chosen) > 1:
        names = _("{names} cộng lại", names=names)
    if name == period_focus.IN_CHATS:
        names = _("hộ trong nhóm của {names}", names=names)
    return replace(made, note=_("chỉ {name}; {note}", name=names, note=made.note) if made.note else _("chỉ {name}", name=names))


def _what_is_chosen(facts: PeriodFacts, chosen: Sequence[str]) -> None:
    words = Words(language())
    with st.container(horizontal=True, vertical_alignment="center"):
        parts.lines(
            *(
                _("Đang chọn {name}: {n} / {all} hộ trong nhóm ({share}), kỳ trước {before}.", name=place.name,
                  n=number(place.joined), all=number(place.households), share=words.share(place.coverage),
                  before=words.share(place.coverage_before))
                for place in facts.places if place.name in chosen
            )
        )  # fmt: skip
        if st.button(_("Bỏ chọn"), key="q_none", icon=":material/close:"):
            del st.query_params[CHOSEN]
            st.session_state[TURN], st.session_state[CLICKS] = st.session_state.get(TURN, 0) + 1, {}  # charts without a click
            st.rerun(scope="fragment")
