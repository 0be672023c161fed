"""Who comes to an event, on its board: how many from which group, whoever telephoned, the number of places, the door."""

from functools import partial
from uuid import UUID

import streamlit as st

from core import formats
from core.db import reading, transaction
from core.i18n import N_, translate
from models import Announcement, AsksFor
from services import attendance, attendance_counts, attendance_figures, attendance_places, check_in, households, sessions
from services.access import Actor
from services.attendance_figures import Coming, EventToday, Figures, OfGroup, PartyRow
from services.check_in import MadePass
from services.household_search import Filters
from services.ports import Shown, ports
from ui import codes, folds, leave_for, parts, proving, stay, token
from ui.forms import refusals_at
from ui.kept import kept, read_once, seen_by
from ui.parts import Column, Figure
from ui.tables import XLSX
from ui.words import _, language, moment, number

MADE = "check_in_made"  # by announcement: the address, shown until the visit ends, for it cannot be had again
PAGE = "pages/announcement.py"
FOUND_MOST = 6
BY_NAME = "name"
HEADS = (N_("Mã"), N_("Tên"), N_("Tổ, nhóm"), N_("Số người"), N_("Thứ tự chờ"), N_("Đã vào"), N_("Vào lúc"))


def of(item: Announcement, *, actor: Actor) -> None:
    """All of it; nothing where nobody was asked to come."""
    if item.asks_for is not AsksFor.ATTENDANCE or item.sent_at is None:
        return
    seen = _coming(actor, item.id)
    if seen is None:
        return
    parts.section(_("Ai sẽ đến"), _("số người, không phải số nhà"))
    figures(item.id)
    if seen.is_open:
        _fold("a_enter", _("Ghi người báo qua điện thoại"), partial(_enter, item, actor))
        _fold("a_count", _("Ghi số người tổ trưởng báo"), partial(_leaders_count, item, actor))
        _fold("a_list", _("Sửa danh sách và số chỗ"), partial(_list, item, seen, actor))
    _fold("a_door", _("Cửa vào và danh sách in"), partial(_door, item, seen, actor))


@st.fragment(run_every=10)
def figures(announcement_id: UUID) -> None:
    """The numbers, drawn again every ten seconds; many who look share one drawing."""
    me = stay()
    kept("coming.figures", seen_by(me, announcement_id), lambda: _figures(_coming(me, announcement_id)))


def _figures(seen: Coming | None) -> None:
    if seen is None:
        return
    total, places = seen.total, seen.event.places
    parts.figures(
        Figure(
            _("Có chỗ"), number(total.placed), _("/ {n} chỗ", n=number(places)) if places else _("người"),
            _left(seen.event.places, total),
        ),
        Figure(_("Đang chờ"), number(total.waiting), _("người"), "", "waiting" if total.waiting else None),
        Figure(_("Đã vào"), number(total.arrived), _("/ {n} người có chỗ", n=number(total.placed))),
    )  # fmt: skip
    if seen.groups:
        counts = any(one.counted is not None for one in seen.groups)
        heads: list[Column | str] = [
            _("Từ nhóm"), Column(_("Có chỗ"), "num"), Column(_("Đang chờ"), "num"), Column(_("Đã vào"), "num"),
            *([Column(_("Tổ trưởng báo"), "num")] if counts else []),
        ]  # fmt: skip
        rows = [(one.name or _("không qua nhóm nào"), *_counts(one.figures), *_counted(one, shows=counts)) for one in seen.groups]
        parts.table(heads, rows, shown=9, more=_("Xem cả {n} nhóm", n=number(len(rows))), fold=False)
        if seen.expected > total.placed + total.waiting:
            parts.hint(
                _("Nên chuẩn bị cho khoảng {n} người: mỗi nhóm lấy số lớn hơn giữa báo trên máy và tổ trưởng báo, không cộng.",
                  n=number(seen.expected))
            )  # fmt: skip


def _coming(actor: Actor, announcement_id: UUID) -> Coming | None:
    def read() -> Coming | None:
        with reading() as session:
            return attendance_figures.coming(session, actor=actor, announcement_id=announcement_id)

    return read_once("coming", seen_by(actor, announcement_id), read)


def _counted(one: OfGroup, *, shows: bool) -> list[str]:
    return ["–" if one.counted is None else number(one.counted)] if shows else []


def _counts(of_group: Figures) -> list[str]:
    return [number(count) for count in (of_group.placed, of_group.waiting, of_group.arrived)]


def _left(places: int | None, total: Figures) -> str:
    left = max(0, (places or 0) - total.placed)
    if places is None:
        return ""
    if left and total.waiting:
        return _("còn {n} chỗ, chưa đủ cho nhà chờ đầu tiên", n=number(left))
    return _("còn {n} chỗ", n=number(left))


def today(events: list[EventToday]) -> None:
    """The events of this day on the first screen."""
    if not events:
        return
    parts.section(_("Buổi hôm nay"))
    for place, one in enumerate(events):
        seen = one.figures
        words = _("{placed} người có chỗ, {waiting} đang chờ, {arrived} đã vào", placed=number(seen.placed),
                  waiting=number(seen.waiting), arrived=number(seen.arrived))  # fmt: skip
        parts.action(
            f"event{place}", "arrived" if seen.arrived else "waiting", one.announcement.title, words, _("Theo dõi"),
            page=PAGE, id=str(one.announcement.id),
        )  # fmt: skip


def _fold(key: str, title: str, draw: partial[None]) -> None:
    if box := folds.opened(title, key=key):
        with box:
            draw()


def _done(item: Announcement, news: str) -> None:
    leave_for(PAGE, id=str(item.id), news=news)


# ---- whoever has no phone


def _enter(item: Announcement, actor: Actor) -> None:
    words = st.text_input(_("Tìm hộ: tên, mã hoặc số điện thoại"), key="a_words", max_chars=100)
    slots = {"name": st.empty()}
    found = _found(actor, words) if words.strip() else {}
    if not words.strip():
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Ai đi"), [*found, BY_NAME], key="a_who", width=380,
            format_func=lambda id_: _("Chỉ ghi tên “{name}”, không gắn hộ", name=words) if id_ == BY_NAME else found[id_],
        )  # fmt: skip
        people = st.number_input(_("Mấy người"), 1, attendance_places.PEOPLE_MAX, 1, key="a_people", width=130)
        slots["people"] = st.empty()
        is_sent = st.button(_("Ghi có đi"), key="a_enter_ok", type="primary")
    if is_sent:
        with refusals_at(slots):
            with transaction() as session:
                row = attendance.enter(
                    session, actor=actor, announcement_id=item.id, people=people,
                    household_id=chosen if isinstance(chosen, UUID) else None, name=words if chosen == BY_NAME else "",
                )  # fmt: skip
                turn = attendance_places.turn_of(session, row)
            said = _("đang chờ, thứ {turn}", turn=number(turn)) if turn else _("có chỗ")
            _done(item, _("Đã ghi {n} người, {said}. Mã vào cửa: {code}", n=number(people), said=said, code=row.code))


def _found(actor: Actor, words: str) -> dict[UUID | str, str]:
    with reading() as session:
        rows = households.search(session, actor=actor, filters=Filters(words=words, order="name"), size=FOUND_MOST).rows
    return {row.id: ", ".join(filter(None, (row.head_name, row.address, row.unit_label))) for row in rows}


def _leaders_count(item: Announcement, actor: Actor) -> None:
    """One number a chat, without names."""
    with reading() as session:
        groups = attendance_counts.groups_of(session, actor=actor, announcement_id=item.id)
    counted = {id_: count for id_, _name, count in groups}
    names = {id_: name for id_, name, _count in groups}
    slots = {"people": st.empty()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Nhóm"),
            list(names),
            index=None,
            format_func=names.__getitem__,
            key="a_group",
            width=380,
            placeholder=_("Chọn nhóm"),
        )
        people = st.number_input(
            _("Bao nhiêu người đi (bỏ trống: không báo)"), 0, attendance_counts.COUNT_MAX, counted[chosen] if chosen else None,
            key=f"a_group_{chosen}", width=260, disabled=chosen is None,
        )  # fmt: skip
        if st.button(_("Ghi số người"), key="a_group_ok", disabled=chosen is None) and chosen:
            with refusals_at(slots):
                with transaction() as session:
                    attendance_counts.enter(session, actor=actor, announcement_id=item.id, group_id=chosen, people=people)
                _done(item, _("Đã ghi số người của nhóm."))
    parts.hint(_("Số này để chuẩn bị, không giữ chỗ và không cộng vào số bà con báo trên máy."))


# ---- the list and the number of places


def _list(item: Announcement, seen: Coming, actor: Actor) -> None:
    slots = {"places": st.empty()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        places = st.number_input(
            _("Số chỗ (bỏ trống: không hạn)"), min_value=1, max_value=attendance_places.PLACES_MAX, step=1,
            value=seen.event.places, key="a_places", width=240,
        )  # fmt: skip
        if st.button(_("Đổi số chỗ"), key="a_places_ok"):
            with refusals_at(slots):
                with transaction() as session:
                    moved = attendance.change_places(session, actor=actor, announcement_id=item.id, places=places)
                _done(item, _("Đã đổi số chỗ, {n} người đang chờ được chỗ.", n=number(moved)) if moved else _("Đã đổi số chỗ."))
    with reading() as session:
        rows = {row.id: row for row in attendance_figures.parties(session, actor=actor, announcement_id=item.id)}
    if not rows:
        parts.hint(_("Chưa ai báo có đi."))
        return
    slots = {"people": st.empty()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Người đã báo"), list(rows), index=None, key="a_row", width=380, placeholder=_("Chọn theo tên hoặc mã"),
            format_func=lambda id_: _named(rows[id_]),
        )  # fmt: skip
        people = st.number_input(
            _("Mấy người (0: không đi nữa)"), 0, attendance_places.PEOPLE_MAX, rows[chosen].people if chosen else 1,
            key=f"a_count_{chosen}", width=200, disabled=chosen is None,
        )  # fmt: skip
        if st.button(_("Ghi lại"), key="a_change", disabled=chosen is None) and chosen:
            with refusals_at(slots):
                with transaction() as session:
                    attendance.change(session, actor=actor, attendance_id=chosen, people=people)
                _done(item, _("Đã ghi."))


def _named(row: PartyRow) -> str:
    stands = _("đã vào") if row.arrived else _("chờ, thứ {turn}", turn=number(row.turn)) if row.turn else _("có chỗ")
    who = row.name or _("Máy không ghi tên")
    return ", ".join(filter(None, (who, row.place, _("{n} người", n=number(row.people)), stands, row.code)))


# ---- the door


def _door(item: Announcement, seen: Coming, actor: Actor) -> None:
    made: dict[UUID, MadePass] = st.session_state.setdefault(MADE, {})
    with st.container(horizontal=True):
        if seen.is_open and st.button(_("Đường dẫn cho người ở cửa"), key="a_pass", icon=":material/qr_code_scanner:"):
            with refusals_at({}), transaction() as session:
                made[item.id] = check_in.make(session, actor=actor, announcement_id=item.id)
        with reading() as session:
            is_out = check_in.open_count(session, actor=actor, announcement_id=item.id)
        if is_out and st.button(_("Thu hồi {n} đường dẫn đã gửi", n=number(is_out)), key="a_revoke", type="tertiary"):
            with transaction() as session:
                check_in.revoke_all(session, actor=actor, announcement_id=item.id)
            made.pop(item.id, None)
            _done(item, _("Đã thu hồi đường dẫn vào cửa."))
    if item.id in made:
        parts.note(
            "arrived", _("Đường dẫn cho người ở cửa"),
            _("Dùng đến {moment}, không cần đăng nhập. Chỉ hiện lần này: sao chép gửi qua Zalo, hoặc quét mã bằng điện thoại.",
              moment=moment(made[item.id].expires_at)),
        )  # fmt: skip
        st.code(made[item.id].url, language=None)
        codes.show(made[item.id].url, width=180)
    if not seen.groups:
        return
    with st.container(horizontal=True):
        st.download_button(
            _("Danh sách ở cửa để in (PDF)"), partial(_paper, item.id, token()), "danh-sach-vao-cua.pdf", "application/pdf",
            key="a_pdf", icon=":material/print:", on_click="ignore",
        )  # fmt: skip
        made_file = partial(_workbook, item.id, token(), language())
        proving.download(actor, _("Tải danh sách (Excel)"), made_file, "ai-se-den.xlsx", XLSX, key="a_xlsx")
    parts.hint(_("Tờ in ghi tên tắt. Bảng Excel ghi tên đầy đủ, mỗi lần tải được ghi vào nhật ký."))


def _paper(announcement_id: UUID, cookie: str) -> bytes:
    """Made outside the page's run: who asks is looked up anew."""
    actor = _asker(cookie)
    with transaction() as session:
        lines, sheet = check_in.sheet(session, actor=actor, announcement_id=announcement_id)
    return ports().paper.guest_list(lines, of=sheet)[0]


def _workbook(announcement_id: UUID, cookie: str, speaks: str) -> bytes:
    actor = _asker(cookie)
    with transaction() as session:
        rows = attendance_figures.take(session, actor=actor, announcement_id=announcement_id)
    heads = [translate(head, language=speaks) for head in HEADS]
    return ports().tables.xlsx([(translate(N_("Ai sẽ đến"), language=speaks), heads, [_cells(row, speaks) for row in rows])])


def _cells(row: PartyRow, speaks: str) -> list[Shown]:
    at = formats.moment(row.arrived_at, language=speaks) if row.arrived_at else None
    return [row.code, row.name, row.place, row.people, row.turn or None, row.arrived, at]


def _asker(cookie: str) -> Actor:
    with reading() as session:
        return sessions.asker(session, token=cookie)
