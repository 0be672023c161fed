"""What leaders report after an event, on its board: who has, who has not, how many people, the photos; and asking them for it."""

from datetime import datetime
from functools import partial
from uuid import UUID

import streamlit as st

from core import clock, formats
from core.db import reading, transaction
from core.i18n import N_, translate
from models import Announcement, AnnouncementStatus
from services import attachments, leader_reports, sessions
from services.access import Actor
from services.leader_reports import ReportRow, Reports
from services.ports import Shown, ports
from ui import folds, leave_for, parts, refusals, token
from ui.kept import read_once, seen_by
from ui.parts import Column, Figure, Text
from ui.tables import XLSX
from ui.words import _, language, near, number

HEADS = (
    N_("Tổ, thôn"), N_("Nhóm"), N_("Tổ trưởng"), N_("Số người"), N_("Ghi chú"), N_("Số ảnh"), N_("Báo lúc"), N_("Báo muộn"),
)  # fmt: skip


def of(item: Announcement, *, actor: Actor) -> None:
    """All of it; where no report is asked for only the way to ask for it."""
    if item.report_by is None:
        asking(item, actor=actor)
        return

    def read() -> Reports:
        with reading() as session:
            return leader_reports.of_announcement(session, actor=actor, announcement_id=item.id)

    seen = read_once("reports", seen_by(actor, item.id), read)
    parts.section(_("Tổ trưởng báo cáo"), _("hạn {at}", at=near(item.report_by)))
    _figures(seen, item.report_by)
    _table(seen)
    if seen.photos:
        _photos(seen)
    if item.status is not AnnouncementStatus.CANCELLED:
        _enter(item, seen, actor)
        asking(item, actor=actor)
    st.download_button(
        _("Tải bảng báo cáo (Excel)"), partial(workbook, item.id, token(), language()), "bao-cao-to-truong.xlsx", XLSX,
        key="lr_xlsx", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def asking(item: Announcement, *, actor: Actor) -> None:
    """By when leaders are to report, before it leaves or after; nothing of what was withdrawn."""
    if item.status is AnnouncementStatus.CANCELLED:
        return
    due = clock.local(item.report_by) if item.report_by else None
    title = _("Đổi hạn báo cáo") if due else _("Xin tổ trưởng báo cáo sau buổi làm")
    with reading() as session:
        before = leader_reports.asked_before(session, actor=actor, announcement_id=item.id) if item.corrects_id else None
    box = folds.opened(title, expanded=before is not None, key="lr_ask", icon=":material/fact_check:")
    if box is None:
        return
    with box:
        if before is not None:
            parts.note(
                "waiting", _("Bản cũ có xin báo cáo, bản này thì chưa"),
                _("Bản cũ xin báo trước {at} và nay không nhận báo cáo nữa. Xin chọn hạn cho ngày mới.", at=near(before)),
            )  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="bottom"):
            day = st.date_input(_("Hạn báo cáo, ngày"), due.date() if due else None, key="lr_day", format="DD/MM/YYYY", width=180)
            hour = st.time_input(_("lúc"), due.time() if due else None, key="lr_hour", step=900, width=120)
            is_asked = st.button(_("Đổi hạn") if due else _("Xin báo cáo"), key="lr_ok")
            is_dropped = due is not None and st.button(_("Không xin nữa"), key="lr_drop", type="tertiary")
        parts.hint(_("Số người tham gia, một dòng ghi chú, nhiều nhất 5 ảnh. Trang của tổ trưởng có chỗ báo, bà con không thấy."))
        if not is_asked and not is_dropped:
            return
        if is_asked and not (day and hour):
            parts.note("waiting", _("Chưa đủ ngày và giờ"), _("Xin chọn cả ngày và giờ của hạn báo cáo."))
            return
        due_at = datetime.combine(day, hour, clock.zone()) if is_asked and day and hour else None
        with refusals():
            with transaction() as session:
                leader_reports.ask(session, actor=actor, announcement_id=item.id, due_at=due_at)
            _done(item, _("Đã xin tổ trưởng báo cáo trước {at}.", at=near(due_at)) if due_at else _("Đã thôi xin báo cáo."))


def _figures(seen: Reports, due_at: datetime) -> None:
    missing = len(seen.rows) - seen.reported
    is_late = missing > 0 and clock.now() > due_at
    note = (_("thiếu {n} nhóm", n=number(missing)) if missing else _("đủ cả")) if seen.rows else ""
    parts.figures(
        Figure(
            _("Đã báo cáo"), number(seen.reported), _("/ {n} nhóm", n=number(len(seen.rows))), note,
            "overdue" if is_late else None,
        ),
        Figure(_("Người tham gia"), number(seen.people), _("người"), _("cộng các nhóm; ai đi cùng hai nhóm tính hai lần")),
        Figure(_("Ảnh"), number(seen.photos)),
    )  # fmt: skip


def _table(seen: Reports) -> None:
    heads: list[Column | str] = [
        _("Nhóm và tổ trưởng"), Column(_("Số người"), "num"), Column(_("Ghi chú"), "wide"), Column(_("Ảnh"), "num"),
        Column(_("Báo lúc"), "state"), Column(_("Gọi"), "num"),
    ]  # fmt: skip
    parts.table(
        heads, [_line(row) for row in seen.rows], shown=9, more=_("Xem cả {n} nhóm", n=number(len(seen.rows))), fold=False
    )


def _line(row: ReportRow) -> tuple[Text, ...]:
    who = parts.joined(_named(row), parts.small(row.leader or _("chưa có tổ trưởng")))
    if row.people is None or row.reported_at is None:
        return who, "–", "", "", parts.badge("waiting", _("chưa báo")), parts.call(row.leader_phone)
    mended = parts.small(_("sửa {at}", at=near(row.mended_at))) if row.mended_at else ""
    stands = parts.badge("overdue" if row.is_late else "arrived", _("báo muộn") if row.is_late else _("đã báo"))
    return (
        who,
        number(row.people),
        row.line,
        number(len(row.photos)),
        parts.joined(stands, parts.small(near(row.reported_at)), mended),
        "",
    )


def _named(row: ReportRow) -> str:
    return f"{row.unit_label}, {row.group_name}"


def _photos(seen: Reports) -> None:
    """Those of one chat at a time: a hundred pictures at once help nobody, least of all a slow line."""
    rows = {row.group_id: row for row in seen.rows if row.photos}
    box = folds.opened(_("Xem {n} ảnh", n=number(seen.photos)), key="lr_photos", icon=":material/photo_library:")
    if box is None:
        return
    with box:
        chosen = st.selectbox(_("Của nhóm"), list(rows), format_func=lambda id_: _named(rows[id_]), key="lr_of", width=380)
        files = [attachments.path_of(one.sha256) for one in rows[chosen].photos]
        if there := [str(path) for path in files if path.is_file()]:
            st.image(there, width=220)
        parts.hint(_("Ảnh giữ 90 ngày sau hạn báo cáo. Có mặt người thì hỏi trước khi đăng lên nơi khác."))


def _enter(item: Announcement, seen: Reports, actor: Actor) -> None:
    """For a leader who telephones, or whose report has to be mended after its hour."""
    rows = {row.group_id: row for row in seen.rows}
    box = folds.opened(_("Ghi, sửa báo cáo thay tổ trưởng"), key="lr_enter", icon=":material/call:")
    if box is None:
        return
    with box:
        chosen = st.selectbox(
            _("Nhóm"), list(rows), index=None, format_func=lambda id_: _named(rows[id_]), key="lr_group",
            placeholder=_("Chọn nhóm"), width=380,
        )  # fmt: skip
        row = rows.get(chosen) if chosen else None
        people = st.number_input(
            _("Bao nhiêu người tham gia"), 0, leader_reports.PEOPLE_MAX, row.people if row else None, key=f"lr_people_{chosen}",
            width=240, disabled=row is None,
        )  # fmt: skip
        line = st.text_input(
            _("Ghi chú"),
            row.line if row else "",
            key=f"lr_line_{chosen}",
            max_chars=leader_reports.LINE_MAX,
            disabled=row is None,
        )
        if not st.button(_("Ghi báo cáo"), key="lr_enter_ok", disabled=row is None or people is None) or row is None:
            return
        with refusals():
            with transaction() as session:
                leader_reports.enter(
                    session, actor=actor, announcement_id=item.id, group_id=row.group_id, people=people or 0, line=line
                )  # fmt: skip
            _done(item, _("Đã ghi báo cáo của nhóm."))


def workbook(announcement_id: UUID, cookie: str, speaks: str) -> bytes:
    """All reports as a table with its sum. Made outside the page's run: who asks is looked up anew."""
    with reading() as session:
        actor = sessions.asker(session, token=cookie)
        seen = leader_reports.of_announcement(session, actor=actor, announcement_id=announcement_id)
    heads = [translate(head, language=speaks) for head in HEADS]
    rows = [_cells(row, speaks) for row in seen.rows]
    total: list[Shown] = [translate(N_("Tổng"), language=speaks), None, None, seen.people, None, seen.photos, None, None]
    return ports().tables.xlsx([(translate(N_("Tổ trưởng báo cáo"), language=speaks), heads, [*rows, total])])


def _cells(row: ReportRow, speaks: str) -> list[Shown]:
    at = formats.moment(row.reported_at, language=speaks) if row.reported_at else None
    late = translate(N_("muộn"), language=speaks) if row.is_late else None
    photos = len(row.photos) if row.reported_at else None
    return [row.unit_label, row.group_name, row.leader, row.people, row.line or None, photos, at, late]


def _done(item: Announcement, news: str) -> None:
    leave_for("pages/announcement.py" if item.sent_at else "pages/review.py", id=str(item.id), news=news)
