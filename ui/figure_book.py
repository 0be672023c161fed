"""The parts of the book of figures: all of them with what they are out of; one with its meaning and its days."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading
from services import figure_drawing, figure_values
from services.access import Actor
from services.figure_register import BY_NAME, FIGURES, Definition, Span
from services.figure_sources import Period
from services.figure_values import Value
from services.figure_words import out_of, period, told
from ui import asked_days, drawn, parts
from ui.parts import Column, Text
from ui.words import _, language, number

POINTS = 60  # of the line, at most
STEPS = (1, 7, 28, 91, 364)  # days of one point: weeks where days would be too many, so that each holds as many Sundays


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=50, show_spinner=False)
def of_all(key: tuple[Any, ...], _actor: Actor, unit_id: UUID | None, since: date, until: date) -> Mapping[str, Value]:  # noqa: ARG001  # kept by it
    """Every figure over a period, kept until something is done that the audit knows of."""
    with reading() as session:
        return figure_values.of_period(session, actor=_actor, unit_id=unit_id, since=since, until=until)


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=50, show_spinner=False)
def of_days(key: tuple[Any, ...], _actor: Actor, unit_id: UUID | None, name: str, until: date, span: int) -> Sequence[Value]:  # noqa: ARG001
    """One figure in steps up to a day, kept as `of_all`."""
    with reading() as session:
        return figure_values.of_periods(
            session, actor=_actor, unit_id=unit_id, names=[name], periods=steps(until, span)
        )[name]  # fmt: skip


def steps(until: date, span: int) -> list[Period]:
    """Periods of equal length that end with a day; of one day alone, the month before it."""
    days = 30 if span == 1 else span
    step = next((one for one in STEPS if days // one <= POINTS), STEPS[-1])
    ends = [until - timedelta(days=step * n) for n in range(days // step)]
    return [(end - timedelta(days=step - 1), end) for end in reversed(ends)]


def ask(today: date) -> tuple[date, int]:
    """The last day, and how many days are looked at; both in the address, which may name any number of days."""
    on = asked_days.until(_("Ngày"), today)
    usual = {"1": _("ngày này")} | asked_days.usual() | {"365": _("một năm")}
    other = st.query_params.get("ky", "")
    is_other = other.isdecimal() and len(other) < 5 and 1 <= int(other) <= figure_values.LONGEST and other not in usual
    return on, asked_days.back(usual | ({str(int(other)): _("{n} ngày", n=number(int(other)))} if is_other else {}))


def chosen() -> Definition | None:
    """The figure in the address, or none."""
    return BY_NAME.get(st.query_params.get("so", ""))


def every(found: Mapping[str, Value], *, query: Mapping[str, str]) -> None:
    """A line a figure: its value, what it is out of, what it means."""
    rows = [
        (
            parts.cell(parts.link(_(one.label), "figures", so=one.name, **query), _(one.definition)), said(found[one.name]),
            _(one.measure.label), out_of(found[one.name], one, language=language()),
        )
        for one in FIGURES
    ]  # fmt: skip
    heads: list[Column | str] = [
        _("Số liệu"), Column(_("Giá trị"), "num"), Column(_("Đơn vị"), "desk"), Column(_("Trên tổng số"), "num desk"),
    ]  # fmt: skip
    parts.table(heads, rows, fold=False)


def said(value: Value) -> Text:
    """The value, or that this reader does not see it."""
    return parts.soft(_("không hiện")) if value.is_hidden else told(value, language=language())


def what(figure: Definition, value: Value) -> None:
    """What this is: the number, its definition, what is counted, out of what, as of when."""
    of = out_of(value, figure, language=language())
    if of and figure.span is Span.SPREAD:
        of = f"{of} {_(figure.denominator)}"
    parts.figures(parts.Figure(_(figure.label), str(said(value)), "", of))
    parts.facts(
        (_("Đây là gì"), _(figure.definition)),
        (_("Đếm gì"), _(figure.numerator)),
        *([(_("Trên gì"), _(figure.denominator))] if figure.denominator else []),
        (_("Nhiều ngày"), _(figure.span.label)),
        (_("Tính từ đâu"), _(figure.source.label)),
        (_("Tính cho"), period(value.since if figure.span is not Span.STANDING else value.day, value.day, language=language())),
    )  # fmt: skip


def over_days(figure: Definition, found: Sequence[Value], *, file_name: str) -> None:
    """The figure over time under its sentence; its table and its files behind it."""
    drawn.show(figure_drawing.of(figure, found, language=language()), key="c_days", file_name=f"{file_name}-qua-thoi-gian")
