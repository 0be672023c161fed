"""The parts of the screen of coverage: what to look at, figures, two charts, what changed and why, by group, by need."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading
from models import GroupKind, Role
from services import coverage_day
from services.access import Actor
from services.coverage_day import CoverageDay
from services.today import is_below
from ui import asked_days, charts, coverage_tables, drawing, parts, places, tables
from ui.charts import GrowthPoint
from ui.community import hidden_words
from ui.parts import Column, Figure
from ui.words import _, day, number, share, signed

BARS_MAX = 40  # as many places as can be read under each other
SHOWN = 8


@dataclass(frozen=True)
class Asked:
    """What the reader wants to see: a place, a day, how far back."""

    unit_id: UUID | None
    on: date
    span: int
    is_wide: bool  # of a whole province


def ask(actor: Actor) -> Asked:
    """The day, the place from the province down to the residential unit, and the span; all of it in the address."""
    today = clock.today()
    spans = {str(days): _("{n} ngày", n=number(days)) for days in coverage_day.SPANS}
    with reading() as session:
        first = coverage_day.first_day(session, actor=actor)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        on = asked_days.until(_("Ngày"), today, first=first)
        place = places.ask(actor, on=on)
        span = asked_days.back(spans)
    return Asked(place.unit_id, on, span, is_wide=place.is_wide)


def load(actor: Actor, key: tuple[Any, ...], asked: Asked) -> CoverageDay:
    """What was asked for, as kept."""
    if asked.is_wide:
        return of_wards(actor, asked.unit_id, asked.on, asked.span)
    return of_ward(key, actor, asked.unit_id, asked.on, asked.span)


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=50, show_spinner=False)
def of_ward(key: tuple[Any, ...], _actor: Actor, unit_id: UUID | None, on: date, span: int) -> CoverageDay:  # noqa: ARG001  # kept by it
    """The whole screen, kept until something is done that the audit knows of."""
    with reading() as session:
        return coverage_day.of(session, actor=_actor, unit_id=unit_id, on=on, span=span)


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=50, show_spinner=False)
def of_wards(actor: Actor, unit_id: UUID | None, on: date, span: int) -> CoverageDay:
    """The same of many wards, kept for five minutes for each reader: it reads thousands of units."""
    with reading() as session:
        return coverage_day.of(session, actor=actor, unit_id=unit_id, on=on, span=span)


def figures(seen: CoverageDay) -> None:
    """Coverage, how it moved, how many places reach the target, how many people a household; each with what it is out of."""
    total, before = seen.table.total, seen.before.total
    missing = total.households - total.joined
    goal = share(total.target_percent / 100, 0)
    reaching = _("{n} / {all} xã, phường") if seen.by == "ward" else _("{n} / {all} tổ, thôn")
    net = total.joined - before.joined
    then = asked_days.over(seen.since, seen.since) | places.kept()
    parts.figures(
        Figure(
            _("Hộ trong nhóm"), share(total.coverage), "",
            _("{n} / {all} hộ, mục tiêu {goal}", n=number(total.joined), all=number(total.households), goal=goal),
            "waiting" if is_below(total) else "arrived", about="coverage",
        ),
        Figure(
            _("So với {day}", day=day(seen.since, weekday=False)), signed(net), _("hộ"),
            _("khi ấy {share}, {n} / {all} hộ", share=share(before.coverage), n=number(before.joined),
              all=number(before.households)),
            about="joined", of_what=then,
        ),
        Figure(
            _("Hộ ngoài nhóm"), number(missing), _("hộ"),
            _("{places} đạt mục tiêu", places=reaching.format(n=number(seen.reaching), all=number(len(seen.counted)))),
            about="coverage",
        ),
        Figure(
            _("Người mỗi hộ trong nhóm"), number(total.depth, 1) if total.depth else "–", _("người"),
            _("{people} người / {n} hộ", people=number(total.people_joined), n=number(total.joined)), about="depth",
        ),
        of_what=asked_days.over(seen.since + timedelta(days=1), seen.table.on) | places.kept(),
    )  # fmt: skip


def bars(seen: CoverageDay) -> None:
    """Households in a chat by place, the lowest first; a tick for a month earlier."""
    shown = drawing.places(seen.table, before=seen.before)
    goal = seen.table.total.target_percent / 100
    title = _("Hộ trong nhóm theo tổ, thôn") if seen.by == "unit" else _("Hộ trong nhóm theo xã, phường")
    note = _("vạch đứng: {day}; nét đứt: mục tiêu {goal}", day=day(seen.since, weekday=False), goal=share(goal, 0))
    if len(shown) > BARS_MAX:
        note = _("{n} nơi thấp nhất trên {all}", n=number(BARS_MAX), all=number(len(shown)))
    parts.chart(title, charts.coverage(shown, target=goal, look=parts.look(), most=BARS_MAX), note, key="c_bars")


def trend(seen: CoverageDay) -> None:
    """The share over the days looked back."""
    points = [GrowthPoint(seen.table.total.unit_name, on, row.coverage) for on, row in seen.trend if row.coverage is not None]
    note = _("{start} đến {end}", start=day(points[0].on, weekday=False), end=day(seen.on, weekday=False)) if points else ""
    parts.chart(_("Tỷ lệ hộ trong nhóm qua thời gian"), charts.growth(points, look=parts.look()), note, key="c_trend")


def changes(seen: CoverageDay, *, file_name: str) -> None:
    """What changed in a month and why: one sentence, and a table whose numbers add up."""
    told = seen.changes
    if told is None:
        return
    parts.section(_("Thay đổi so với một tháng trước"), _("từ {day}", day=day(told.since, weekday=False)))
    if told.rows is None:
        parts.hint(_("Lý do không hiện với người xem khi có lý do chỉ của dưới 5 hộ."))
        return
    if not told.rows:
        parts.hint(_("Không hộ nào vào, rời nhóm, đến hay đi trong một tháng qua."))
        return
    reasons = ", ".join(f"{_(row.reason.label)} {number(row.count)}" for row in told.rows)
    words = _(
        "Tỷ lệ từ {then} thành {now}. Số hộ theo lý do: {reasons}.", then=share(told.before.coverage),
        now=share(told.now.coverage), reasons=reasons,
    )  # fmt: skip
    parts.lines(words)
    heads: list[Column | str] = [_("Lý do"), Column(_("Số hộ"), "num"), Column(_("Trong nhóm"), "num"), Column(_("Tỷ lệ"), "num")]
    rows: list[tuple[parts.Text, ...]] = [_stand(told.since, told.before)]
    rows += [(_(row.reason.label), signed(row.households), signed(row.joined), "") for row in told.rows]
    parts.table(heads, [*rows, _stand(told.until, told.now)], fold=False)
    _take_away(coverage_tables.changes(seen), key="x_changes", file_name=f"{file_name}-thay-doi")


def _take_away(table: tables.Table, *, key: str, file_name: str) -> None:
    tables.download([table], label=_("Tải bảng này (Excel)"), key=key, file_name=file_name)


def _stand(on: date, row: Any) -> tuple[parts.Text, ...]:
    return (
        parts.cell(day(on, weekday=False)), number(row.households), number(row.joined), share(row.coverage),
    )  # fmt: skip


def by_group(seen: CoverageDay, *, opens: bool, file_name: str) -> None:
    """A row a chat of households: how many of those it is for are in it."""
    if not seen.groups:
        return
    parts.section(_("Theo nhóm"), _("hộ trong nhóm / số hộ nơi nhóm đặt"))
    rows = []
    ordered = sorted(seen.groups, key=lambda one: (one.kind is not GroupKind.HOUSEHOLD, one.share is None, one.share or 0))
    for one in ordered:
        name = parts.link(one.name, "group", id=str(one.group_id)) if opens else one.name
        count = "–" if one.joined is None else number(one.joined)
        of = _("{n} / {all} hộ", n=count, all=number(one.households)) if one.households else count
        bar = parts.bar(one.share, says=share(one.share)) if one.share is not None else ""
        rows.append((parts.cell(name, one.unit_label), _(one.kind.label), bar, parts.joined(share(one.share), parts.small(of))))
    heads: list[Column | str] = [
        _("Nhóm"), Column(_("Loại"), "desk"), Column(_("Hộ trong nhóm"), "wide"), Column(_("Trên số hộ"), "num"),
    ]  # fmt: skip
    parts.table(heads, rows, shown=SHOWN, more=_("Xem cả {n} nhóm", n=number(len(rows))))
    _take_away(coverage_tables.groups(seen), key="x_groups", file_name=f"{file_name}-theo-nhom")


def by_need(seen: CoverageDay, *, file_name: str) -> None:
    """A row a need: counts, never names."""
    if seen.needs is None:
        return
    parts.section(_("Theo hoàn cảnh cần lưu ý"), _("chỉ đếm số hộ, không nêu tên"))
    if seen.needs:
        rows = [
            (
                _(one.need.label), parts.bar(one.coverage, says=share(one.coverage)),
                _counted(one.coverage, one.joined, one.households),
            )
            for one in seen.needs
        ]  # fmt: skip
        parts.table([_("Hoàn cảnh"), Column(_("Hộ trong nhóm"), "wide"), Column(_("Trên số hộ"), "num")], rows)
        _take_away(coverage_tables.needs(seen), key="x_needs", file_name=f"{file_name}-theo-hoan-canh")
    elif not seen.needs_hidden:
        parts.hint(_("Chưa ghi hoàn cảnh của hộ nào ở đây."))
    if seen.needs_hidden:
        parts.hint(_("Hoàn cảnh của dưới 5 hộ không hiện số với người xem."))
    if seen.needs and coverage_tables.needs_are_of_today(seen):
        parts.hint(_("Số hộ và nhóm là của ngày đang xem; hoàn cảnh thì theo sổ hôm nay, vì hoàn cảnh cũ không được giữ lại."))


def _counted(rate: float | None, joined: int, households: int) -> parts.Text:
    return parts.joined(share(rate), parts.small(_("{n} / {all} hộ", n=number(joined), all=number(households))))


def nothing(seen: CoverageDay, *, actor: Actor) -> bool:
    """Whether there is nothing to see; says why, and how to begin."""
    if seen.table.total.households:
        return False
    if seen.hidden:
        parts.empty(_("Chưa có số liệu để xem"), hidden_words())
    elif actor.role is Role.VIEWER or seen.on != clock.today():
        parts.empty(_("Ngày này chưa có hộ nào"), _("Nơi không có hộ nào thì không có tỷ lệ. Xin chọn ngày khác hoặc nơi khác."))
    else:
        parts.empty(
            _("Chưa có số liệu để xem"),
            _("Khi có danh sách hộ dân, trang này cho thấy bao nhiêu hộ ở trong nhóm vào bất kỳ ngày nào, và vì sao thay đổi."),
            _("Nhập danh sách hộ"), page="pages/import_households.py",
        )  # fmt: skip
    return True
