"""An announcement on official paper: how it is worded, how it looks, the clerk's number, slips and lists for a meeting."""

from collections.abc import Callable, Mapping
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from core.errors import Refusal
from models import Announcement, PaperKind
from services import door_paper, households, meeting_papers, official_papers, print_jobs, print_packets
from services.access import Actor
from services.official_papers import PaperState, PaperWords
from services.ports import MeetingPaper, PaperText, ports
from ui import leave_for, parts, print_studio, refusals, said
from ui.words import _, day, number

HERE, PDF, MADE = "pages/official_paper.py", "application/pdf", "paper_made"


def words_of(item: Announcement, state: PaperState, actor: Actor) -> None:
    """Word a draft; a paper with a number stands and is only shown."""
    if state.number is not None and state.issued_on is not None:
        parts.note(
            "arrived", _("Số {number}, ngày {day}", number=str(state.number), day=day(state.issued_on)),
            _("Văn bản đã có số: nội dung không đổi nữa."),
        )  # fmt: skip
        return
    given = state.words
    with st.form("paper_words", border=False):
        subject = st.text_area(_("Trích yếu"), given.subject, key="paper_subject", height=80)
        place = st.text_input(_("Địa danh"), given.place, key="paper_place")
        to = st.text_input(_("Kính gửi"), given.to, key="paper_to") if state.kind is PaperKind.INVITATION else ""
        recipients = st.text_area(_("Nơi nhận, mỗi dòng một nơi"), "\n".join(given.recipients), key="paper_recipients")
        signing = st.text_area(_("Quyền hạn, chức vụ của người ký"), "\n".join(given.signing), key="paper_signing")
        signer = st.text_input(_("Họ tên người ký"), given.signer, key="paper_signer")
        has_code = st.checkbox(_("Mã QR của bản điện tử ở chân trang 1"), given.has_code, key="paper_code")
        if st.form_submit_button(_("Lưu nội dung"), type="primary"):
            words = PaperWords(
                subject, place, tuple(recipients.splitlines()), tuple(signing.splitlines()), signer, to, has_code
            )  # fmt: skip
            with refusals():
                with transaction() as session:
                    official_papers.word(session, actor=actor, announcement_id=item.id, kind=state.kind, words=words)
                leave_for(HERE, news=_("Đã lưu nội dung văn bản."), id=str(item.id), loai=state.kind.value)


def number_of(item: Announcement, state: PaperState, actor: Actor) -> None:
    """The clerk gives number and day; nothing else does."""
    if state.number is not None:
        return
    parts.section(_("Văn thư cấp số"), _("cấp rồi không đổi được"))
    if not state.may_be_numbered:
        parts.hint(_("Thông báo được duyệt rồi mới cấp số; bản in bây giờ mang dấu DỰ THẢO."))
        return
    with st.form("paper_number", border=False):
        typed = int(st.number_input(_("Số"), 1, 99_999, state.next_number, key="paper_no"))
        issued_on = st.date_input(_("Ngày ban hành"), clock.today(), key="paper_day", format="DD/MM/YYYY")
        if st.form_submit_button(_("Cấp số"), icon=":material/approval:"):
            with refusals():
                with transaction() as session:
                    official_papers.give_number(
                        session, actor=actor, announcement_id=item.id, kind=state.kind, number=typed, issued_on=issued_on
                    )  # fmt: skip
                leave_for(HERE, news=_("Đã cấp số {number}.", number=str(typed)), id=str(item.id), loai=state.kind.value)


def preview(text: PaperText, state: PaperState) -> None:
    """The first page as it is printed, and the file."""
    try:
        file, picture = _drawn(text)
    except Refusal as refusal:
        st.error(said(refusal))
        return
    with st.container(border=True):
        st.image(picture, width="stretch", alt=_("Trang đầu của văn bản"))
    words = _("Tải văn bản (PDF)") if state.number is not None else _("Tải bản dự thảo (PDF)")
    st.download_button(
        words, file, f"{state.kind.abbreviation.lower()}.pdf", PDF, key="paper_take", icon=":material/picture_as_pdf:",
        on_click="ignore",
    )  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=30)
def _drawn(text: PaperText) -> tuple[bytes, bytes]:
    """It holds nothing but what it is asked for, so all readers share it."""
    file = ports().paper.official(text)
    return file, ports().paper.picture(file)


def meeting(item: Announcement, kind: PaperKind, text: PaperText, actor: Actor) -> None:
    """For one residential unit: slips by name, the list to sign, and the paper with the door list behind it."""
    with reading() as session:
        places = {unit.id: unit for unit in households.places(session, actor=actor)}
    if not places:
        return
    parts.section(_("Cho từng tổ, thôn"))
    unit_id = st.selectbox(
        _("Tổ, thôn"), list(places), format_func=lambda one: places[one].label, key="paper_unit", width=340
    )  # fmt: skip
    makes: Mapping[str, tuple[str, str, Callable[[], tuple[bytes, int]]]] = {
        "slips": (_("Giấy mời theo tên"), "giay-moi.pdf", lambda: ports().paper.invitation_slips(_of(item, actor, unit_id))),
        "list": (_("Danh sách ký tên"), "diem-danh.pdf", lambda: ports().paper.attendance_list(_of(item, actor, unit_id))),
        "doors": (
            _("Văn bản kèm danh sách gõ cửa"), "go-cua.pdf", lambda: _with_doors(item, text, actor, places[unit_id].path)
        ),
    }  # fmt: skip
    with st.container(horizontal=True):
        pressed = [
            name for name, (words, _file, _make) in makes.items()
            if st.button(words, key=f"paper_{name}", icon=":material/print:")
        ]  # fmt: skip
        if st.button(_("Văn bản kèm danh sách gõ cửa, mọi tổ"), key="paper_all_doors", icon=":material/print:"):
            _order_all(item, kind, actor)
    if pressed:
        with refusals(), st.spinner(_("Đang làm và đọc lại từng mã…")):
            words, name, make = makes[pressed[0]]
            file, pages = make()
            st.session_state[MADE] = (item.id, unit_id, words, name, file, pages)
    made = st.session_state.get(MADE)
    if made and made[:2] == (item.id, unit_id):
        st.download_button(
            _("{what}: tải {n} trang", what=made[2], n=number(made[5])), made[4], made[3], PDF, key="paper_made_take",
            type="primary", on_click="ignore", icon=":material/download:",
        )  # fmt: skip


def _of(item: Announcement, actor: Actor, unit_id: UUID) -> MeetingPaper:
    with transaction() as session:
        return meeting_papers.of_unit(session, actor=actor, announcement_id=item.id, unit_id=unit_id)


def _order_all(item: Announcement, kind: PaperKind, actor: Actor) -> None:
    """Every leader's packet, in the background."""
    with refusals():
        with transaction() as session:
            print_packets.ask(session, actor=actor, announcement_id=item.id, kind=kind)
        news = _("Đang làm cho từng tổ, thôn. Rời trang này máy vẫn làm tiếp.")
        leave_for(HERE, news=news, id=str(item.id), loai=kind.value)


def ordered(item: Announcement, actor: Actor) -> None:
    """Leaders' packets of this week: how far they are, or to be taken away; nothing where nobody has ordered any."""
    with reading() as session:
        is_any = any(row.announcement_id == item.id for row in print_jobs.listing(session, actor=actor))
    if is_any:
        parts.section(_("Bản in cho mọi tổ, thôn trong tuần"), _("giữ 7 ngày"))
        print_studio.week(item.id)


def _with_doors(item: Announcement, text: PaperText, actor: Actor, path: str) -> tuple[bytes, int]:
    """The packet of one unit's leader."""
    with transaction() as session:
        sheets, notice = door_paper.sheets(session, actor=actor, announcement_id=item.id, below=path)
    return ports().paper.door_packets(ports().paper.official(text), sheets, notice)
