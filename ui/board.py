"""The parts of the reach board: its figures, what to do now, the table of groups."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st
from markupsafe import Markup

from models import FACT_LABELS, Announcement, Urgency
from services.board_list import Standing
from services.foresight import Foresight
from services.reach import Board, BoardRow
from services.relays import RelayRow
from ui import behind, foresight, parts
from ui.parts import Column, Figure, Text, Tone
from ui.previews import stamp_of, until
from ui.words import _, near, number, share, span


def head(seen: Board) -> None:
    """Title, stamp, state, deadline, who; the correction, and what it corrects."""
    item = seen.announcement
    who = _(
        "Gửi {at}. Soạn: {author}. Duyệt: {approver}.",
        at=near(item.sent_at or item.created_at), author=seen.author or "–", approver=seen.approver or "–",
    )  # fmt: skip
    is_over = seen.is_withdrawn or seen.correction or seen.is_expired
    corrects = parts.joined(_("Đính chính cho:"), " ", _link(seen.corrects)) if seen.corrects else ""
    parts.head(
        item.title, stamp_of(item.urgency), _state(seen), until(item.must_reach_by) if item.must_reach_by and not is_over else "",
        who, Markup("<span>{}</span>").format(corrects) if corrects else "",
    )  # fmt: skip


def _state(seen: Board) -> Markup:
    if seen.correction and not seen.is_withdrawn:
        return parts.joined(parts.badge("waiting", _("Đã đính chính")), " ", _link(seen.correction))
    if seen.is_expired and not seen.is_withdrawn:
        return parts.badge("unknown", _("Đã hết hiệu lực"))
    return parts.state(seen.announcement.status)


def _link(item: Announcement) -> Markup:
    return parts.link(item.title, "announcement", id=str(item.id))


def words(seen: Board) -> None:
    """What was sent; open at once where someone still has to look at it."""
    item = seen.announcement
    waits = item.urgency is Urgency.EMERGENCY and item.author_id == item.approver_id and item.second_look_id is None
    with st.expander(_("Nội dung đã gửi"), expanded=waits, key="board_words"):
        if item.group_text:
            parts.facts((_("Lời trong nhóm"), parts.text(item.group_text)))
        parts.facts((_("Nội dung đầy đủ"), parts.text(item.body)), *((_(FACT_LABELS[n]), t) for n, t in item.facts.items() if t))


# Figures


def figures(seen: Board, *, now: datetime, of_what: Mapping[str, str]) -> None:
    """Posted, known, estimated, how fast; each with what it is out of. What was not asked is not counted.

    Asked what it is, a figure is the ward's of the day of sending: `of_what` is that day and place.
    """
    if not seen.counts_known:
        parts.figures(_posted(seen, now), _opened(seen, _("không hỏi lại bà con")), _estimated(seen), of_what=of_what)
        return
    to_ninety = "; " + _("90 %: {time}", time=span(seen.time_to_ninety)) if seen.time_to_ninety is not None else ""
    everyone = seen.households or 1
    parts.figures(
        _posted(seen, now),
        Figure(
            _("Biết chắc đã nhận"), number(seen.known), _("/ {n} hộ", n=number(seen.households)),
            behind.link(_known_by(seen), seen.announcement.id, Standing.KNOWN),
            known=seen.known / everyone, about="known",
        ),
        _estimated(seen),
        Figure(
            _("Tới một nửa số hộ sau"), span(seen.time_to_half) if seen.time_to_half is not None else "–", "",
            _("tính theo hộ biết chắc") + to_ninety, about="time_to_half",
        ),
        of_what=of_what,
    )  # fmt: skip


def _known_by(seen: Board) -> str:
    """Of those known, who said so themselves, and who is known otherwise: at the door, by telephone, by a phone with a card."""
    confirmed, others = number(seen.confirmed), number(seen.known - seen.confirmed)
    return _("{confirmed} hộ tự báo, {others} hộ biết qua gõ cửa, gọi điện, thẻ hộ", confirmed=confirmed, others=others)


def _posted(seen: Board, now: datetime) -> Figure:
    late = seen.overdue
    if late:
        since = min(row.due_at for row in late if row.due_at)
        note = _("{n} tổ quá hạn {span}", n=number(len(late)), span=span(now - since))
    elif seen.waiting:
        note = _("{n} tổ còn thời gian", n=number(seen.waiting))
    elif seen.unposted:
        note = _("{n} tổ không đăng", n=number(seen.unposted))
    else:
        note = _("tất cả đã đăng")
    return Figure(
        _("Tổ đã đăng"), number(seen.posted), _("/ {n} tổ", n=number(len(seen.rows))), note, "overdue" if late else None,
        about="posted",
    )  # fmt: skip


def _estimated(seen: Board) -> Figure:
    everyone = seen.households or 1
    if seen.known > seen.by_opens:
        note = _("lấy bằng số biết chắc, vì chỉ mở trên {n} máy", n=number(seen.opens))
    else:
        note = _("{share}, mở trên {n} máy", share=share(seen.estimated / everyone), n=number(seen.opens))
    return Figure(
        _("Ước tính theo số máy đã mở"), number(seen.estimated), _("/ {n} hộ", n=number(seen.households)), note,
        estimate=seen.estimated / everyone, about="estimated",
    )  # fmt: skip


def _opened(seen: Board, note: str) -> Figure:
    return Figure(_("Máy đã mở"), number(seen.opens), _("máy"), note, about="opens")


# What to do


def things_to_do(seen: Board, ahead: Foresight | None = None) -> None:
    """What brings most households closer, first; of what is over only that it is over."""
    if seen.correction:
        parts.section(_("Việc cần làm ngay"))
        parts.action(
            "correction", "waiting", _("Theo dõi bản đính chính: {title}", title=seen.correction.title),
            _("Bà con mở bản cũ thấy ngay bản này. Tổ chưa đăng bản cũ thì không đăng nữa."), _("Theo dõi"),
            page="pages/announcement.py", id=str(seen.correction.id),
        )  # fmt: skip
        return
    if seen.is_expired and seen.announcement.expires_at:
        parts.section(_("Đã xong"))
        words = _("Hết hiệu lực {at}. Không ai phải đăng hay báo thêm.", at=near(seen.announcement.expires_at))
        thing("over", "unknown", _("Không còn việc gì"), words)
        return
    parts.section(_("Việc cần làm ngay"), _("xếp theo số hộ được thêm"))
    is_begun = any(row.opened_at for row in seen.rows)
    if seen.rows and not is_begun:  # nothing reaches a leader by itself: someone copies the link into their chat
        thing("leaders", "waiting", _("Chép đường dẫn này vào nhóm tổ trưởng"), parts.address(seen.leaders_url))
    late = seen.overdue
    if late:
        looked = sum(row.opened_at is not None for row in late)
        words = _(
            "{n} hộ. {looked} người đã mở trang nhưng chưa đăng. Danh sách gọi ở ngay dưới.",
            n=number(sum(row.households for row in late)), looked=number(looked),
        )  # fmt: skip
        words = f"{words} {foresight.change(seen, ahead, 'call')}"
        thing("call", "overdue", _("Gọi {n} tổ trưởng chưa đăng", n=number(len(late))), words)
    outside = seen.paths.get("door", 0)
    if outside:
        words = _("Hộ chưa ở trong nhóm nào, tổ trưởng tới báo.")
        title = _("Gõ cửa {n} hộ ngoài nhóm", n=number(outside))
        thing("door", "waiting", title, f"{words} {foresight.change(seen, ahead, 'door')}")
    if seen.changed_paths:
        approved, sent = seen.changed_paths
        words = _(
            "Lúc duyệt {relay} hộ qua nhóm, {door} hộ gõ cửa; lúc gửi {relay_now} và {door_now}.",
            relay=number(approved.get("relay", 0)), door=number(approved.get("door", 0)),
            relay_now=number(sent.get("relay", 0)), door_now=number(sent.get("door", 0)),
        )  # fmt: skip
        thing("changed", "unknown", _("Kế hoạch đã khác khi gửi"), words)
    if is_begun:
        thing("leaders", "unknown", _("Đường dẫn chung cho nhóm tổ trưởng"), parts.address(seen.leaders_url))
    thing("general", "unknown", _("Đường dẫn của phường, không tính cho tổ nào"), parts.address(seen.general_url))


def thing(key: str, tone: Tone, title: str, detail: Text) -> None:
    """A line of the list of things to do, with nothing to press."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"act_{key}"):
        parts.item(tone, title, detail)


# Group by group


def groups(seen: Board, *, now: datetime) -> None:
    """One row a group, whoever needs help first."""
    parts.section(_("Từng tổ"), _("tổ cần giúp đứng trước") if seen.overdue or seen.waiting else "")
    if seen.counts_known:
        parts.html(parts.bar_key())
    else:
        parts.hint(_("Thanh màu nhạt là ước tính theo số máy đã mở."))
    ordered = sorted(seen.rows, key=_helped_first)
    calls = bool(seen.overdue or seen.waiting)
    rows = [(*_row(row, seen, now=now), *([_call(row)] if calls else [])) for row in ordered]
    heads: list[Column | str] = [
        _("Tổ và tổ trưởng"),
        Column(_("Đăng sau"), "state"),
        Column(_("Tiến độ"), "wide"),
        Column(_("Đã mở trên"), "num"),
        *([Column(_("Gọi"), "num")] if calls else []),
    ]
    parts.table(heads, rows, shown=9, more=_("Xem cả {n} tổ", n=number(len(rows))))


def _row(row: BoardRow, seen: Board, *, now: datetime) -> tuple[Text, ...]:
    count = row.households or 1
    known = row.known / count if seen.counts_known else None
    of_all: Text = (
        _("{n} / {all} hộ biết chắc", n=number(row.known), all=number(row.households))
        if seen.counts_known
        else _("{n} hộ", n=number(row.households))
    )
    if seen.counts_known:
        of_all = behind.link(of_all, seen.announcement.id, Standing.UNTOLD, row.group_id)
    answered = parts.small(_("{n} hộ tự báo", n=number(row.confirmed))) if seen.counts_known else Markup("")
    doors = Markup("")
    if row.doors:
        doors = parts.small(_("gõ cửa {n} / {all}", n=number(row.doors_told), all=number(row.doors)))
    opened = parts.joined(_("{n} máy", n=number(row.opens)), parts.small(of_all), answered, doors)
    return _leader(row), _stands(row, seen, now=now), parts.bar(known, row.estimated / count), opened


def _call(row: BoardRow) -> Text:
    return "" if row.posted_at or row.is_cancelled else parts.call(row.leader_phone)


def _helped_first(row: BoardRow) -> tuple[bool, bool, bool, float]:
    """Where something is still to be done, then where least is reached; last where nothing was and nothing will be."""
    return row.is_cancelled, row.posted_at is not None, not row.is_overdue, row.estimated / (row.households or 1)


def named(sheet: RelayRow) -> str:
    """A group in the list of those the ward may enter something for."""
    stands = _("đã đăng") if sheet.posted_at else _("chưa đăng")
    return f"{sheet.unit_label}: {stands}"


def _leader(row: BoardRow) -> Markup:
    looked = _("đã mở trang") if row.opened_at else _("chưa mở trang")
    told = [row.leader or _("chưa có tổ trưởng"), "" if row.posted_at else looked, _("đến giờ nhắc") if row.reminded else ""]
    return parts.cell(row.unit_label, ", ".join(part for part in told if part))


def _stands(row: BoardRow, seen: Board, *, now: datetime) -> Markup:
    if row.posted_at:
        is_late = row.due_at is not None and row.posted_at > row.due_at
        took = span(row.posted_at - (seen.announcement.sent_at or now))
        return parts.joined(parts.badge("waiting" if is_late else "arrived", took), parts.small(_said_by(row)))
    if row.is_cancelled:
        return parts.badge("unknown", _("không đăng nữa") if seen.correction else _("không đăng"))
    if row.is_overdue and row.due_at:
        return parts.badge("overdue", _("quá {span}", span=span(now - row.due_at)))
    due = parts.small(_("hạn {hour}", hour=near(row.due_at))) if row.due_at else ""
    return parts.joined(parts.badge("waiting", _("đang chờ")), due)


def _said_by(row: BoardRow) -> str:
    """Who said that it is posted: the leader on the phone, or the ward for a leader who called."""
    if row.posted_by == "deputy":
        return _("phó báo")
    return _("tổ trưởng tự báo") if row.posted_by in ("leader", row.leader) else _("{who} ghi thay", who=row.posted_by)
