"""The parts of the screens for procedures: a line of the list, a difference with its two texts, the ward's own words."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from core.text import vietnamese_key
from models import LifeEvent, Procedure, ProcedureLevel, ProcedurePast
from services import procedures
from services.procedure_differences import PARTS, Part, Waiting
from services.procedure_imports import ProcedureImport
from services.procedures import WardWords
from ui import parts
from ui.parts import Column, Figure, Text, Tone
from ui.words import _, day, language, money, number

TONES: dict[ProcedureLevel, Tone] = {
    ProcedureLevel.FULL: "arrived", ProcedureLevel.PARTIAL: "waiting", ProcedureLevel.OFFLINE: "unknown",
}  # fmt: skip
ROWS_SHOWN, DIFFERENCES_SHOWN, REFUSED_SHOWN, LINE = 20, 5, 20, 300


def days_in_words(days: int | None, words: str) -> str:
    """How long it takes, as the list says it."""
    if days is None:
        return words.replace("\n", "; ")
    return _("{n} ngày làm việc", n=number(days)) if days else _("Trong ngày")


def fee_in_words(fee: int | None, words: str) -> str:
    """What it costs, as the list says it."""
    if fee is None:
        return words.replace("\n", "; ")
    return money(fee) if fee else _("Không thu")


def cells(one: Procedure) -> tuple[Text, ...]:
    """A line of the list."""
    name = parts.joined(parts.link(one.name, "procedure", ma=one.code), parts.small(f"{one.code} · {one.field}"))
    level = parts.badge(TONES[one.level], _(one.level.label)) if one.is_active else parts.badge("unknown", _("đã ngừng"))
    return (
        name, level, days_in_words(one.days, one.days_text) or "–", fee_in_words(one.fee, one.fee_text) or "–",
        one.desk.replace("\n", ", ") or parts.soft(_("chưa ghi")),
    )  # fmt: skip


def table(rows: Sequence[Procedure]) -> None:
    """The procedures found, each a link to its own page."""
    heads = (_("Thủ tục"), Column(_("Mức độ"), "state"), Column(_("Thời hạn"), "desk"), Column(_("Lệ phí"), "desk"),
             Column(_("Quầy"), "wide"))  # fmt: skip
    parts.table(heads, [cells(one) for one in rows], shown=ROWS_SHOWN, more=_("Xem cả {n} thủ tục", n=number(len(rows))))


def narrowed(rows: Sequence[Procedure]) -> list[Procedure]:
    """Those of a field and of an event in a life, where one is chosen."""
    fields = sorted({one.field for one in rows if one.field}, key=vietnamese_key)
    field = st.selectbox(_("Lĩnh vực"), fields, index=None, key="pr_field", width=200, placeholder=_("Tất cả"))
    have = {event for one in rows for event in one.events}
    event = st.selectbox(
        _("Việc trong đời"), [one.value for one in LifeEvent if one.value in have], index=None, format_func=_event_words,
        key="pr_event", width=200, placeholder=_("Tất cả"),
    )  # fmt: skip
    return [one for one in rows if field in (None, one.field) and (event is None or event in one.events)]


def figures(rows: Sequence[Procedure], waiting: int) -> None:
    """How far the ward's shelf is filled."""
    active = [one for one in rows if one.is_active]
    of = _("/ {n} thủ tục", n=number(len(active)))
    online = [one for one in active if one.level is not ProcedureLevel.OFFLINE]
    fields = number(len({one.field for one in active}))
    with_steps = sum(bool(one.steps) for one in online)
    parts.figures(
        Figure(_("Đang dùng"), number(len(active)), _("thủ tục"), _("{n} lĩnh vực", n=fields)),
        Figure(_("Nộp trực tuyến được"), number(len(online)), of,
               _("{n} thủ tục đã có các bước", n=number(with_steps))),
        Figure(_("Chưa ghi quầy"), number(sum(not one.desk for one in active)), of, ""),
        Figure(_("Thay đổi chờ nhận"), number(waiting), "", _("từ danh mục của tỉnh"), "waiting" if waiting else None),
    )  # fmt: skip


def _shown(part: Part, value: Any, words: str) -> str:
    if part.name == "days":
        return days_in_words(value, words) or _("(trống)")
    if part.name == "fee":
        return fee_in_words(value, words) or _("(trống)")
    if part.name == "level":
        return _(ProcedureLevel(value).label)
    return str(value or _("(trống)"))


def difference(one: Waiting) -> None:
    """What stands beside what the list has now."""
    if one.difference.is_gone:
        parts.hint(_("Danh mục mới không còn thủ tục này. Nhận thì trang của thủ tục báo đã ngừng và chỉ bà con gọi phường."))
        return
    rows = [
        (_(PARTS[part.name]).capitalize(),
         parts.stacked(parts.small(_("Đang dùng")), parts.text(_shown(part, part.before, part.before_text))),
         parts.stacked(parts.small(_("Danh mục mới")), parts.text(_shown(part, part.after, part.after_text))))
        for part in one.parts
    ]  # fmt: skip
    parts.table([_("Chỗ đổi"), Column("", "wide"), Column("", "wide")], rows)


def form(one: Procedure) -> WardWords | None:
    """The ward's own words, to be written; what was filled in when it is saved."""
    key, now = f"{one.id.hex}_{one.version}", procedures.words_of(one)
    with st.form(f"pr_{key}"):
        desk = st.text_area(_("Quầy tiếp nhận"), now.desk, key=f"pr_desk_{key}", height=76, max_chars=LINE)
        hours = st.text_input(
            _("Quầy mở lúc"), now.desk_hours, key=f"pr_hours_{key}", placeholder=_("để trống thì dùng giờ làm việc của phường")
        )
        summary = st.text_area(
            _("Dành cho ai, bằng lời dễ hiểu"), now.summary, key=f"pr_summary_{key}", height=76, max_chars=LINE * 2
        )
        steps = st.text_area(
            _("Các bước nộp trực tuyến, mỗi dòng một bước"), "\n".join(now.steps), key=f"pr_steps_{key}", height=140
        )
        url = st.text_input(
            _("Địa chỉ nộp trực tuyến"), now.portal_url, key=f"pr_url_{key}", placeholder="https://dichvucong.gov.vn/…",
            help=_("Chép nguyên từ thanh địa chỉ của trình duyệt."),
        )  # fmt: skip
        called = st.text_area(
            _("Bà con hay gọi là, mỗi dòng một cách gọi"), "\n".join(now.also_called), key=f"pr_called_{key}", height=110,
            help=_("Tìm theo các cách gọi này cũng ra thủ tục, có dấu hay không dấu."),
        )  # fmt: skip
        events = st.pills(
            _("Việc trong đời"), [event.value for event in LifeEvent], default=list(now.events), selection_mode="multi",
            format_func=_event_words, key=f"pr_events_{key}",
        )  # fmt: skip
        is_active = st.toggle(_("Phường đang nhận thủ tục này"), now.is_active, key=f"pr_active_{key}")
        is_saved = st.form_submit_button(_("Ghi lại"), type="primary", key="pr_save")
    if not is_saved:
        return None
    return WardWords(
        summary=summary, steps=tuple(steps.split("\n")), desk=desk, desk_hours=hours, events=tuple(events),
        also_called=tuple(called.split("\n")), portal_url=url, is_active=is_active,
    )  # fmt: skip


def _event_words(event: str) -> str:
    return _(LifeEvent(event).label)


def pasts(rows: Sequence[ProcedurePast], stands_since: date) -> None:
    """The texts of before with their days, folded away."""
    if not rows:
        return
    with st.expander(_("Các bản trước"), key="pr_pasts"):
        parts.hint(_("Bản đang dùng có từ {day}.", day=day(stands_since)))
        for past in rows:
            told = past.text
            parts.facts(
                (_("Từ {since} đến {until}", since=day(past.stood_since), until=day(past.stood_until)), told["name"]),
                (_("Thời hạn"), days_in_words(told["days"], told["days_text"]) or "–"),
                (_("Lệ phí"), fee_in_words(told["fee"], told["fee_text"]) or "–"),
                (_("Cần chuẩn bị"), parts.text(told["documents"] or "–")),
            )


def outcome(result: ProcedureImport) -> None:
    """What a list would do, or has done, and the rows refused."""
    of = _("/ {n} dòng", n=number(result.rows))
    gone = _("{n} thủ tục không còn trong danh mục", n=number(result.gone)) if result.gone else ""
    parts.figures(
        Figure(_("Thủ tục mới"), number(result.created), of),
        Figure(_("Có thay đổi"), number(result.updated), of, gone or _("chờ phường nhận, trang đang dùng chưa đổi")),
        Figure(_("Không đổi"), number(result.unchanged), of),
        Figure(_("Chưa đúng"), number(len(result.rejected)), of, _("không ghi, xem lý do ở dưới") if result.rejected else "",
               "overdue" if result.rejected else None),
    )  # fmt: skip
    if result.rejected:
        parts.section(_("{n} dòng chưa đúng", n=number(len(result.rejected))), _("số dòng như trong tệp"))
        rows = [(number(one.row), one.column, parts.cell(one.value or "–"), one.reason(language())) for one in result.rejected]
        heads: list[Column | str] = [_("Dòng"), _("Cột"), Column(_("Đang ghi"), "wide"), Column(_("Lý do"), "wide")]
        parts.table(heads, rows, shown=REFUSED_SHOWN, more=_("Xem {n} dòng", n=number(len(rows))))


def columns(result: ProcedureImport, labels: dict[str, str]) -> None:
    """Which column was taken for what."""
    found = [(_(labels[name]).capitalize(), title) for name, title in result.columns.items()]
    parts.facts(*found)
    missing = [_(label) for name, label in labels.items() if name not in result.columns]
    if missing:
        parts.hint(_("Tệp không có cột: {columns}. Những chỗ ấy giữ như đang có.", columns=", ".join(missing)))
