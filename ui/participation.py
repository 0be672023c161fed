"""The parts of the screen of participation: figures, four charts, the latest announcements.

Charts are built anew at every run: 1 to 2 ms each, where looking one up by its rows in a cache takes 1.5 to 6.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading
from services import participation, participation_drawings, ward_ranks
from services.access import Actor
from services.drawing import Drawing
from services.participation import Overview, Reached
from services.ward_ranks import Ranked
from ui import asked_days, charts, drawing, drawn, parts, places
from ui.chart_kit import Chart
from ui.charts import GrowthPoint, Move
from ui.participation_tables import label
from ui.parts import Column, Figure
from ui.tables import Table
from ui.words import _, day, language, near, number, share, signed

BARS_MAX = 40  # as many places as can be read under each other
SHOWN = 6
Shown = tuple[str, Chart, str]  # title, chart, note


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=50, show_spinner=False)
def of_wards(actor: Actor, unit_id: UUID | None, months: int | None) -> Overview:
    """The overview of many wards, kept for five minutes for each reader: it reads thousands of units."""
    with reading() as session:
        return participation.overview(session, actor=actor, unit_id=unit_id, months=months)


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=50, show_spinner=False)
def of_ward(key: tuple[Any, ...], _actor: Actor, unit_id: UUID | None, months: int | None) -> Overview:  # noqa: ARG001  # kept by it
    """The overview of one ward, kept until something is done that the audit knows of."""
    with reading() as session:
        return participation.overview(session, actor=_actor, unit_id=unit_id, months=months)


def figures(seen: Overview) -> None:
    """Coverage, what moved, smartphones, what is known to have arrived; each with what it is out of."""
    total, before = seen.table.total, seen.before.total
    joined, left = sum(one.joined for one in seen.moves), sum(one.left for one in seen.moves)
    net = joined - left
    known, estimated, sent = (seen.told[name].value for name in participation.TOLD)
    parts.figures(
        Figure(
            _("Hộ trong nhóm"), share(total.coverage), "",
            _("{n} / {all} hộ, đầu kỳ {then}", n=number(total.joined), all=number(total.households), then=share(before.coverage)),
            about="coverage",
        ),
        Figure(
            _("Thêm trong kỳ"), signed(net), _("hộ"),
            _("{joined} lượt vào nhóm, {left} lượt rời nhóm", joined=number(joined), left=number(left)), about="entered",
        ),
        Figure(
            _("Điện thoại thông minh"), share(total.smartphone_rate, 0), _("người"),
            _("{n} / {all} người", n=number(total.smartphones), all=number(total.people)), about="smartphone_rate",
        ),
        Figure(
            _("Biết chắc đã nhận"), share(known), _("số hộ"),
            _("ước tính {share}, {n} thông báo trong kỳ", share=share(estimated), n=number(sent))
            if sent else _("chưa gửi thông báo nào trong kỳ"), about="known",
        ),
        of_what=asked_days.over(*seen.days) | places.kept(),
    )  # fmt: skip


def _coverage(seen: Overview) -> Shown:
    """Households in a chat by place, the lowest first."""
    rows = drawing.places(seen.table, before=seen.before)
    goal = seen.table.total.target_percent / 100
    title = _("Hộ trong nhóm theo tổ, thôn") if seen.by == "unit" else _("Hộ trong nhóm theo xã, phường")
    note = _("nét đứt: mục tiêu {goal}", goal=share(goal, 0))
    if any(one.before is not None for one in rows):
        note = _("vạch đứng: {day}; nét đứt: mục tiêu {goal}", day=day(seen.since, weekday=False), goal=share(goal, 0))
    if len(rows) > BARS_MAX:
        note = _("{n} nơi thấp nhất trên {all}", n=number(BARS_MAX), all=number(len(rows)))
    return title, charts.coverage(rows, target=goal, look=parts.look(), most=BARS_MAX), note


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=50, show_spinner=False)
def _ranks(actor: Actor) -> list[Ranked]:
    with reading() as session:
        return ward_ranks.of(session, actor=actor)


def ranks(actor: Actor, *, file_name: str) -> None:
    """Ward against ward with intervals, so that a small one is not called best or worst by chance."""
    rows = _ranks(actor)
    drawn.show(ward_ranks.drawing(rows, language=language()), key="c_ranks", file_name=file_name)


def _growth(seen: Overview) -> Shown:
    """The share over time, the whole first, then former wards."""
    points = [GrowthPoint(label(seen, name), on, row.coverage) for on, name, row in seen.growth if row.coverage is not None]
    note = _("theo xã, phường cũ") if len({point.area for point in points}) > 1 else ""
    made = charts.growth(points, look=parts.look(), columns=3)
    return _("Tỷ lệ hộ trong nhóm qua thời gian"), made, note


def _moves(seen: Overview) -> Shown:
    """Joined above, left below the line; by year where months would be too many."""
    is_long = participation_drawings.by_year(seen)
    counts = participation_drawings.years(seen.moves) if is_long else seen.moves
    note = _("lượt hộ mỗi năm, số trên cột là hiệu số") if is_long else _("lượt hộ mỗi tháng, số trên cột là hiệu số")
    made = charts.moves(
        [Move(one.month, one.joined, one.left) for one in counts], look=parts.look(), by="year" if is_long else "month"
    )
    return _("Vào nhóm và rời nhóm"), made, note


def _phones(seen: Overview) -> Shown:
    """Where people have smartphones and are not in the chat, nobody asked them yet."""
    rows = drawing.places(seen.table)
    made = charts.phones_against_coverage(rows, look=parts.look())
    return _("Hộ trong nhóm so với điện thoại thông minh"), made, _("mỗi chấm một nơi; tam giác đỏ: nhiều máy, ít hộ vào nhóm")


CHARTS: dict[str, Callable[[Overview], Shown]] = {
    "coverage": _coverage, "growth": _growth, "moves": _moves, "phones": _phones,
}  # fmt: skip


def show(seen: Overview, name: str) -> None:
    """One of the charts, under the sentence that says what it shows."""
    title, made, note = CHARTS[name](seen)
    parts.section(title, note, made.alt)
    st.vega_lite_chart(made.spec, theme=None, width="stretch", alt=made.alt, key=f"c_{name}")


def behind(seen: Overview, name: str, table: Table, *, file_name: str) -> None:
    """The rows behind one of the charts and its files, the pictures in the same words."""

    def made() -> Drawing:
        title, chart, note = CHARTS[name](seen)
        drawing = participation_drawings.drawing(seen, name, language=language())
        return replace(drawing, title=title, sentence=chart.alt, note=note)

    drawn.behind(table, made, key=f"t_{name}", box=f"t_{name}", file_name=file_name)


def reached(seen: Overview, *, opens_board: bool) -> None:
    """The latest announcements: how much is known, how much estimated, how fast leaders posted."""
    parts.section(_("Thông báo gần đây tới được bao nhiêu"), _("{n} thông báo gần nhất trong kỳ", n=number(len(seen.reached))))
    if not seen.reached:
        parts.hint(_("Chưa gửi thông báo nào trong kỳ này."))
        return
    rows = []
    for one in seen.reached:
        title = parts.link(one.title, "announcement", id=str(one.announcement_id)) if opens_board else one.title
        known, estimated = _of(one.known, one), _of(one.estimated, one)
        of = _("{n} / {all} hộ", n=number(one.known), all=number(one.households))
        counts = parts.joined(share(known, 0), parts.small(of)) if one.asks or one.known else parts.soft(_("không hỏi lại"))
        posted = parts.joined(_pace(one), parts.small(_("{n} / {all} tổ", n=number(one.posted), all=number(one.groups))))
        rows.append((parts.cell(title, near(one.sent_at)), parts.bar(known, estimated), counts, posted))
    heads: list[Column | str] = [
        _("Thông báo"), Column(_("Đã nhận"), "wide"), Column(_("Biết chắc"), "num"), Column(_("Tổ đăng sau"), "num"),
    ]  # fmt: skip
    parts.table(heads, rows, shown=SHOWN, more=_("Xem cả {n} thông báo", n=number(len(rows))))
    parts.html(parts.bar_key())


def _of(households: int, one: Reached) -> float | None:
    return households / one.households if one.households else None


def _pace(one: Reached) -> str:
    if one.minutes is None:
        return "–"
    return _("hơn {n} phút", n=number(one.minutes)) if one.is_running else _("{n} phút", n=number(one.minutes))
