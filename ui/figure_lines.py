"""Which rows a figure is made of: the first of them on the screen, each a link to its own page; all of them in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from core.i18n import N_, translate
from models import Role
from services import figure_rows, sessions
from services.access import Actor
from services.figure_register import BY_NAME, Definition, Measure, Source
from services.figure_rows import Row, Rows
from services.figure_words import so_far
from services.ports import Shown, ports
from ui import asked_days, parts, proving, refusals, token
from ui.parts import Column, Text
from ui.tables import CSV, XLSX
from ui.words import _, day, language, number

ROWS_SHOWN = 40
COUNTED, OUT_OF = N_("Đếm được"), N_("Trên tổng số")
FILES: Mapping[str, tuple[str, str]] = {"xlsx": (N_("Tải mọi dòng (Excel)"), XLSX), "csv": (N_("Tải mọi dòng (CSV)"), CSV)}


@dataclass(frozen=True)
class Asked:
    """Which rows: of what figure, of what place, over which days."""

    name: str
    unit_id: UUID | None
    since: date
    until: date


@st.cache_data(ttl=asked_days.KEPT_SECONDS, max_entries=20, show_spinner=False)
def _rows_of(key: tuple[Any, ...], _actor: Actor, asked: Asked) -> Rows:  # noqa: ARG001  # kept by it
    with reading() as session:
        return figure_rows.of(
            session, actor=_actor, name=asked.name, unit_id=asked.unit_id, since=asked.since, until=asked.until
        )  # fmt: skip


def rows(
    key: tuple[Any, ...], actor: Actor, figure: Definition, *, unit_id: UUID | None, since: date, until: date, file_name: str
) -> None:
    """Which rows: down to the household, the announcement or the code. Kept until something is done that the audit knows of."""
    if actor.role is Role.VIEWER:
        parts.hint(_("Người xem số liệu không xem từng hộ, từng thông báo."))
        return
    asked = Asked(figure.name, unit_id, until if figure.source is Source.HOMES else since, until)
    with refusals():
        found = _rows_of(key, actor, asked)
        _draw(found, figure)
        if found.rows:
            _files(actor, asked, file_name)


def _draw(found: Rows, figure: Definition) -> None:
    parts.section(_("Những dòng nào"), _(figure.source.label))
    if not found.rows:
        parts.hint(_("Không có dòng nào trong kỳ này."))
        return
    if found.is_cut:
        parts.hint(
            _("Ở đây là {n} dòng đầu trên {all}, dòng còn thiếu đứng trước. Tệp Excel và CSV có đủ, cộng lại đúng bằng số trên.",
              n=number(len(found.rows)), all=number(found.all))
        )  # fmt: skip
    lines = [
        (
            parts.cell(_title(one), _place(one, language())), day(one.on, weekday=False) if one.on else "",
            so_far(one.numerator, _in(figure), is_running=one.is_running, language=language()),
            number(one.denominator) if one.denominator is not None else "",
        )
        for one in found.rows
    ]  # fmt: skip
    heads: list[Column | str] = [_("Dòng"), Column(_("Ngày"), "desk"), Column(_(COUNTED), "num")]
    if figure.is_ratio and figure.measure is not Measure.MINUTES:
        heads.append(Column(_(OUT_OF), "num"))
    shown = [line[: len(heads)] for line in lines]
    parts.table(heads, shown, shown=ROWS_SHOWN, more=_("Xem cả {n} dòng", n=number(len(lines))), fold=False)


def _in(figure: Definition) -> Measure:
    """In what a row is told: minutes as hours and minutes, money as money, all else as it was counted."""
    return figure.measure if figure.measure in (Measure.MINUTES, Measure.MONEY) else Measure.TIMES


def _files(actor: Actor, asked: Asked, file_name: str) -> None:
    with st.container(horizontal=True):
        for kind, (label, mime) in FILES.items():
            made = partial(file, asked, kind, token(), language())
            proving.download(actor, _(label), made, f"{file_name}-tung-dong.{kind}", mime, key=f"x_rows_{kind}")


def file(asked: Asked, kind: str, cookie: str, speaks: str) -> bytes:
    """All rows. Made outside the page's run: who asks is looked up anew, the language is handed in."""
    with transaction() as session:
        actor = sessions.asker(session, token=cookie)
        found = figure_rows.take(
            session, actor=actor, name=asked.name, unit_id=asked.unit_id, since=asked.since, until=asked.until
        )  # fmt: skip
    figure = BY_NAME[asked.name]
    is_time = figure.measure is Measure.MINUTES
    unit = translate(_in(figure).label, language=speaks)
    counted = translate(COUNTED, language=speaks)
    heads = [
        *(translate(head, language=speaks) for head in (N_("Dòng"), N_("Nơi"), N_("Ngày"))),
        f"{counted} ({unit})" if _in(figure) is not Measure.TIMES else counted,
        translate(N_("Còn đang chờ") if is_time else OUT_OF, language=speaks),
    ]
    lines = [_line(one, speaks, is_time=is_time) for one in found.rows]
    if kind == "csv":
        return ports().tables.csv(heads, lines)
    return ports().tables.xlsx([(translate(figure.label, language=speaks), heads, lines)])


def _line(one: Row, speaks: str, *, is_time: bool) -> list[Shown]:
    waits = translate(N_("còn chờ"), language=speaks) if one.is_running else ""
    words = one.title or translate(one.about, language=speaks)
    return [words, _place(one, speaks), one.on, one.numerator, waits if is_time else one.denominator]


def _title(row: Row) -> Text:
    words = row.title or _(row.about)
    return parts.link(words, row.page, **{"ma" if row.page == "link" else "id": row.id}) if row.page else words


def _place(row: Row, speaks: str) -> str:
    return row.place or (translate(row.about, language=speaks) if row.about and row.title else "")
