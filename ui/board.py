"""The parts of the reach board: its figures, what to do now, the table of groups."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st
from markupsafe import Markup

from core import clock
from models import Announcement
from services.reach import Board, BoardRow
from services.relays import RelayRow
from ui import parts
from ui.parts import Column, Figure, Tone
from ui.previews import stamp_of, until
from ui.words import _, near, number, share, span


def head(seen: Board) -> None:
    """Title, stamp, state, deadline, who."""
    item = seen.announcement
    who = _(
        "Gửi {at}. Soạn: {author}. Duyệt: {approver}.",
        at=near(item.sent_at or item.created_at), author=seen.author or "–", approver=seen.approver or "–",
    )  # fmt: skip
    parts.head(
        item.title, stamp_of(item.urgency), parts.state(item.status), until(item.must_reach_by) if item.must_reach_by else "", who
    )


def figures(seen: Board, *, now: datetime) -> None:
    """Posted, known, estimated, how fast; each with what it is out of."""
    everyone = seen.households or 1
    late = seen.overdue
    if late:
        since = min(row.due_at for row in late if row.due_at)
        posted_note = _("{n} tổ quá hạn {span}", n=number(len(late)), span=span(now - since))
    else:
        posted_note = _("{n} tổ còn thời gian", n=number(seen.waiting)) if seen.waiting else _("tất cả đã đăng")
    to_ninety = "; " + _("90 %: {time}", time=span(seen.time_to_ninety)) if seen.time_to_ninety is not None else ""
    parts.figures(
        Figure(
            _("Tổ đã đăng"), number(seen.posted), _("/ {n} tổ", n=number(len(seen.rows))), posted_note,
            "overdue" if late else None,
        ),
        Figure(
            _("Biết chắc đã nhận"), number(seen.known), _("/ {n} hộ", n=number(seen.households)),
            _("{share} báo đã nhận", share=share(seen.known / everyone)), known=seen.known / everyone,
        ),
        Figure(
            _("Ước tính đã mở"), number(seen.estimated), _("/ {n} hộ", n=number(seen.households)),
            _("{share}, mở trên {n} máy", share=share(seen.estimated / everyone), n=number(seen.opens)),
            estimate=seen.estimated / everyone,
        ),
        Figure(
            _("Tới một nửa số hộ sau"), span(seen.time_to_half) if seen.time_to_half is not None else "–", "",
            f"{_('tính theo hộ biết chắc')}{to_ninety}",
        ),
    )  # fmt: skip


def things_to_do(seen: Board) -> None:
    """What brings most households closer, first."""
    parts.section(_("Việc cần làm ngay"), _("xếp theo số hộ được thêm"))
    is_begun = any(row.opened_at for row in seen.rows)
    if seen.rows and not is_begun:  # nothing reaches a leader by itself: someone copies the link into their chat
        _thing("leaders", "waiting", _("Chép đường dẫn này vào nhóm tổ trưởng"), parts.address(seen.leaders_url))
    late = seen.overdue
    if late:
        looked = sum(row.opened_at is not None for row in late)
        words = _(
            "{n} hộ. {looked} người đã mở trang nhưng chưa đăng. Số điện thoại ở bảng dưới.",
            n=number(sum(row.households for row in late)), looked=number(looked),
        )  # fmt: skip
        _thing("call", "overdue", _("Gọi {n} tổ trưởng chưa đăng", n=number(len(late))), words)
    outside = seen.paths.get("door", 0)
    if outside:
        _thing(
            "door", "waiting", _("Gõ cửa {n} hộ ngoài nhóm", n=number(outside)), _("Hộ chưa ở trong nhóm nào, tổ trưởng tới báo.")
        )
    if seen.changed_paths:
        approved, sent = seen.changed_paths
        words = _(
            "Lúc duyệt {relay} hộ qua nhóm, {door} hộ gõ cửa; lúc gửi {relay_now} và {door_now}.",
            relay=number(approved.get("relay", 0)), door=number(approved.get("door", 0)),
            relay_now=number(sent.get("relay", 0)), door_now=number(sent.get("door", 0)),
        )  # fmt: skip
        _thing("changed", "unknown", _("Kế hoạch đã khác khi gửi"), words)
    if is_begun:
        _thing("leaders", "unknown", _("Đường dẫn chung cho nhóm tổ trưởng"), parts.address(seen.leaders_url))
    _thing("general", "unknown", _("Đường dẫn của phường, không tính cho tổ nào"), parts.address(seen.general_url))


def _thing(key: str, tone: Tone, title: str, detail: str | Markup) -> None:
    """A line of the list of things to do, with nothing to press."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"act_{key}"):
        parts.item(tone, title, detail)


def groups(seen: Board, *, now: datetime) -> None:
    """One row a group, whoever needs help first."""
    parts.section(_("Từng tổ"), _("tổ cần giúp đứng trước"))
    parts.html(parts.bar_key())
    ordered = sorted(
        seen.rows, key=lambda row: (row.posted_at is not None, not row.is_overdue, row.estimated / (row.households or 1))
    )
    rows = [_row(row, sent_at=seen.announcement.sent_at or now, now=now) for row in ordered]
    heads: list[Column | str] = [
        _("Tổ và tổ trưởng"),
        _("Đăng sau"),
        Column(_("Tiến độ"), "wide"),
        Column(_("Hộ đã mở"), "num"),
        Column(_("Gọi"), "num"),
    ]
    parts.table(heads, rows, shown=9, more=_("Xem cả {n} tổ", n=number(len(rows))))


def _row(row: BoardRow, *, sent_at: datetime, now: datetime) -> tuple[str | Markup, ...]:
    count = row.households or 1
    looked = _("đã mở trang") if row.opened_at else _("chưa mở trang")
    leader = [row.leader or _("chưa có tổ trưởng"), "" if row.posted_at else looked, _("đến giờ nhắc") if row.reminded else ""]
    reached = parts.joined(
        _("{n} / {all}", n=number(row.estimated), all=number(row.households)),
        parts.small(_("{n} biết chắc", n=number(row.known))),
    )
    return (
        parts.cell(row.unit_label, ", ".join(part for part in leader if part)), _stands(row, sent_at=sent_at, now=now),
        parts.bar(row.known / count, row.estimated / count), reached, "" if row.posted_at else parts.call(row.leader_phone),
    )  # fmt: skip


def _stands(row: BoardRow, *, sent_at: datetime, now: datetime) -> Markup:
    if row.posted_at:
        is_late = row.due_at is not None and row.posted_at > row.due_at
        return parts.badge("waiting" if is_late else "arrived", span(row.posted_at - sent_at))
    if row.is_cancelled:
        return parts.badge("unknown", _("đã dừng"))
    if row.is_overdue and row.due_at:
        return parts.badge("overdue", _("quá {span}", span=span(now - row.due_at)))
    return parts.badge("waiting", _("đang chờ"))


def is_running(item: Announcement, sheets: Sequence[RelayRow]) -> bool:
    """Whether it can still be withdrawn: also when all have posted, who are then asked to take it back."""
    return item.status == "sent" and bool(sheets) and (item.expires_at is None or item.expires_at > clock.now())
