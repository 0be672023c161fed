"""The board of what was taken back: who has it in the chat still, and how many have seen it."""

from collections.abc import Sequence

import streamlit as st

from core import clock
from models import LEFT, Announcement
from services import dispatch
from services.reach import Board, BoardRow
from services.relays import RelayRow
from services.sending import Cancelled
from ui import board, confirmed_by_count, handing, parts
from ui.parts import Column, Figure, Text
from ui.words import _, near, number


def draw(seen: Board) -> None:
    """That it was withdrawn, when and by whom; then only what is left of it."""
    posted = [row for row in seen.rows if row.posted_at]
    left = [row for row in posted if not row.deleted_at]
    _what(seen, len(posted))
    if words := handing.stopped(dispatch.how_far(seen.announcement)):
        parts.hint(words)
    if not posted:
        return
    parts.figures(
        Figure(
            _("Đã đăng trước khi thu hồi"), number(len(posted)), _("/ {n} tổ", n=number(len(seen.rows))),
            _("{n} tổ chưa đăng đã dừng", n=number(seen.unposted)) if seen.unposted else "",
        ),
        Figure(
            _("Đã báo gỡ bài"), number(seen.deleted), _("/ {n} tổ", n=number(len(posted))),
            _("chờ {n} tổ", n=number(len(left))) if left else _("không nhóm nào còn bài"), "waiting" if left else "arrived",
        ),
        Figure(
            _("Bản này đã mở trên"), number(seen.opens), _("máy"),
            _known(seen) if seen.counts_known else "",
        ),
    )  # fmt: skip
    if left:
        _to_do(seen, left)
    parts.section(_("Tổ đã đăng"), _("tổ chưa gỡ đứng trước") if left else "")
    rows = [_row(row) for row in sorted(posted, key=lambda row: (row.deleted_at is not None, -row.opens))]
    heads: list[Column | str] = [
        _("Tổ và tổ trưởng"), Column(_("Gỡ bài"), "state"), Column(_("Đã mở trên"), "num"), Column(_("Gọi"), "num"),
    ]  # fmt: skip
    parts.table(heads, rows, shown=9, more=_("Xem cả {n} tổ", n=number(len(rows))))


def _known(seen: Board) -> str:
    return _("{n} hộ biết chắc, {confirmed} tự báo", n=number(seen.known), confirmed=number(seen.confirmed))


def replaced(seen: Board) -> None:
    """Of a corrected one: who has the old text in the chat still."""
    posted = [row for row in seen.rows if row.posted_at]
    left = [row for row in posted if not row.deleted_at]
    if not posted:
        return
    parts.section(_("Bài cũ còn trong nhóm nào"), _("tổ chưa gỡ đứng trước") if left else _("không nhóm nào còn bài"))
    parts.figures(
        Figure(
            _("Đã báo gỡ bài cũ"), number(seen.deleted), _("/ {n} tổ", n=number(len(posted))),
            _("chờ {n} tổ", n=number(len(left))) if left else "", "waiting" if left else "arrived",
        )
    )  # fmt: skip
    rows = [_row(row) for row in sorted(posted, key=lambda row: (row.deleted_at is not None, -row.opens))]
    heads: list[Column | str] = [
        _("Tổ và tổ trưởng"), Column(_("Gỡ bài"), "state"), Column(_("Đã mở trên"), "num"), Column(_("Gọi"), "num"),
    ]  # fmt: skip
    parts.table(heads, rows, shown=9, more=_("Xem cả {n} tổ", n=number(len(rows))))


def _what(seen: Board, posted: int) -> None:
    taken = seen.withdrawal
    title = _("Đã thu hồi {at}, người thu hồi: {who}", at=near(taken.at), who=taken.by) if taken else _("Đã thu hồi")
    words = (
        _("Trang của bà con đã báo thu hồi. Tổ trưởng đã đăng thấy lời nhờ gỡ bài và báo lại cho bà con.")
        if posted
        else _("Chưa tổ nào đăng nên không phải gỡ bài nào. Trang của bà con đã báo thu hồi.")
    )
    parts.note("unknown", title, words)


def _to_do(seen: Board, left: Sequence[BoardRow]) -> None:
    parts.section(_("Việc cần làm ngay"))
    households = number(sum(row.households for row in left))
    board.thing(
        "call", "waiting", _("Gọi {n} tổ trưởng chưa báo gỡ bài", n=number(len(left))),
        _("{n} hộ ở các nhóm này. Số điện thoại ở bảng dưới.", n=households),
    )  # fmt: skip
    title = _("Nhắc trong nhóm tổ trưởng: mở lại đường dẫn này, gỡ bài rồi bấm “Tôi đã gỡ bài”")
    board.thing("leaders", "unknown", title, parts.address(seen.leaders_url))


def _row(row: BoardRow) -> tuple[Text, ...]:
    stands = (
        parts.badge("arrived", _("đã gỡ {at}", at=near(row.deleted_at)))
        if row.deleted_at
        else parts.badge("waiting", _("chưa báo gỡ"))
    )
    posted = _("đăng {at}", at=near(row.posted_at)) if row.posted_at else ""
    name = row.leader or _("chưa có tổ trưởng")
    leader = parts.cell(row.unit_label, f"{name}, {posted}")
    return leader, stands, _("{n} máy", n=number(row.opens)), "" if row.deleted_at else parts.call(row.leader_phone)


def named(sheet: RelayRow) -> str:
    """A group in the list of those the ward may enter something for."""
    stands = _("đã gỡ bài") if sheet.deleted_at else _("chưa báo gỡ bài")
    return f"{sheet.unit_label}: {stands}"


def is_possible(item: Announcement) -> bool:
    """Whether it can still be withdrawn: also when all have posted, who are then asked to take it back."""
    return item.status in LEFT and not item.has_expired(clock.now())


def asked(sheets: Sequence[RelayRow], *, is_sending: bool = False, also: str = "") -> bool:
    """Ask for the number of groups before taking it back; True when that was typed and pressed.

    While it is handed over nobody is made to count: each second more leaders get it. `also` is what else there is to know.
    """
    waiting = sum(row.posted_at is None for row in sheets)
    words = _(
        "{waiting} tổ chưa đăng sẽ dừng, {posted} tổ đã đăng sẽ thấy lời nhờ gỡ bài. Không lấy lại được.",
        waiting=number(waiting), posted=number(len(sheets) - waiting),
    )  # fmt: skip
    parts.hint(words)
    if also:
        parts.hint(also)
    if is_sending:
        parts.hint(_("Các tổ chưa được giao sẽ không nhận gì."))
    all_of = _("Gõ số {n}, là số tổ nhận thông báo này", n=number(len(sheets)))
    is_sure = is_sending or not sheets or confirmed_by_count(len(sheets), all_of, key="b_count")
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(_("Thôi"), key="b_stop_no"):
            forget()
            st.rerun()
        return st.button(_("Thu hồi thông báo"), key="b_stop_ok", type="primary", disabled=not is_sure)


def forget() -> None:
    """The question is closed."""
    st.session_state.pop("b_stopping", None)


def news_of(done: Cancelled) -> str:
    """What the press stopped, and what had been posted before it."""
    words = _("Đã dừng {n} tổ; {sent} tổ đã đăng từ trước.", n=number(done.cancelled), sent=number(done.already_sent))
    never = _("{n} hộ chưa được giao nên không ai nhận gì.", n=number(done.not_handed))
    return f"{words} {never}" if done.not_handed else words
