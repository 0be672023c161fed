"""The print studio: which codes, as which sheet, how many; the first page as it will be printed; sheets of the week."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

import streamlit as st

from core.db import reading, transaction
from core.errors import Invalid, Refusal
from models import PrintStatus, Purpose
from services import link_labels, links, print_jobs, printed_codes, staff_badges
from services.access import Actor
from services.announcements import Row as AnnouncementRow
from services.links import LinkRow
from services.ports import Label, SheetHead, ports
from services.print_jobs import JobRow
from services.print_layouts import Layout
from services.printed_codes import Numbering
from services.staff_badges import Wearer
from ui import leave_for, parts, refusals, said, sentence, stay
from ui.parts import Tone
from ui.words import _, day, near, number

HERE, PDF = "pages/print_studio.py", "application/pdf"
MAKING = (PrintStatus.QUEUED, PrintStatus.PRINTING)
MOST_COPIES = link_labels.MOST
RECENT = 12  # announcements
TONES: dict[PrintStatus, Tone] = {
    PrintStatus.QUEUED: "waiting", PrintStatus.PRINTING: "waiting", PrintStatus.READY: "arrived", PrintStatus.REFUSED: "overdue",
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What is to be printed, as chosen on the page."""

    layout: Layout
    slugs: tuple[str, ...]
    copies: int
    emblem: bool
    wearers: tuple[UUID, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether there is anything to print."""
        return bool(self.slugs) and (self.layout is not Layout.BADGE or bool(self.wearers))


def wish(rows: Sequence[LinkRow], people: Sequence[Wearer]) -> Wish:
    """Ask for the sheet, the codes and how many; the sheet stands in the address."""
    layout = _layout()
    parts.hint(_("Quét được từ khoảng {n} cm.", n=number(layout.reads_from_cm)))
    named = {row.link.slug: row for row in _narrowed(rows)}
    wearers: tuple[UUID, ...] = ()
    if layout is Layout.BADGE:
        by_id = {one.id: one for one in people}
        wearers = tuple(
            st.multiselect(
                _("Người đeo thẻ"), list(by_id), format_func=lambda one: f"{by_id[one].name} ({by_id[one].unit_label})",
                key="studio_people", placeholder=_("Chọn người"),
            )
        )  # fmt: skip
        slug = st.selectbox(
            _("Mã trên thẻ dẫn tới"), list(named), index=None, format_func=lambda one: _said_of(named[one]), key="studio_code",
            placeholder=_("Chọn mã"),
        )  # fmt: skip
        slugs: tuple[str, ...] = (slug,) if slug else ()
    else:
        slugs = _codes(named)
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        copies = int(st.number_input(_("Mỗi mã mấy tờ"), 1, MOST_COPIES, 1, key="studio_copies"))
    with right:
        emblem = st.toggle(_("Biểu tượng ở giữa mã"), key="studio_emblem", help=_("Mã được vẽ ở mức sửa lỗi cao nhất."))
    return Wish(layout, slugs, copies, emblem, wearers)


def _layout() -> Layout:
    """The one in the address, else the first; a choice goes into the address."""
    names = {layout.value: layout for layout in Layout}
    asked = st.query_params.get("kho", Layout.TINY.value)
    key = f"studio_layout_{asked}"

    def remember() -> None:
        st.query_params["kho"] = st.session_state[key]

    chosen = st.selectbox(
        _("Loại tờ in"), list(names), index=list(names).index(asked) if asked in names else 0, key=key, on_change=remember,
        format_func=lambda one: _(names[one].label),
    )  # fmt: skip
    return names[chosen]


def _narrowed(rows: Sequence[LinkRow]) -> list[LinkRow]:
    purposes = [purpose for purpose in links.PRINTED if any(row.link.purpose is purpose for row in rows)]
    chosen = st.pills(
        _("Mã dùng để làm gì"), [one.value for one in purposes], selection_mode="multi", key="studio_purpose",
        format_func=lambda one: _(Purpose(one).label),
    )  # fmt: skip
    return [row for row in rows if not chosen or row.link.purpose.value in chosen]


def _codes(named: dict[str, LinkRow]) -> tuple[str, ...]:
    if st.checkbox(_("Tất cả {n} mã trên", n=number(len(named))), key="studio_all"):
        return tuple(named)
    asked = st.query_params.get("ma", "")
    chosen = st.multiselect(
        _("Mã cần in"), list(named), default=[asked] if asked in named else [], format_func=lambda one: _said_of(named[one]),
        key=f"studio_codes_{asked}", placeholder=_("Chọn mã"),
    )  # fmt: skip
    return tuple(chosen)


def _said_of(row: LinkRow) -> str:
    place = f" ({row.link.place})" if row.link.place else ""
    return f"{row.link.title or row.link.slug}{place}"


def papers(rows: Sequence[AnnouncementRow]) -> None:
    """The month's sheet for boards, and the newest announcements, each on its way to paper."""
    st.page_link("pages/bulletin.py", label=_("Bảng tin tháng"), icon=":material/calendar_month:")
    if not rows:
        return
    with st.expander(_("Thông báo, giấy mời, danh sách ký tên"), key="studio_papers", icon=":material/description:"):
        parts.lines(*[parts.link(row.announcement.title, "official_paper", id=str(row.announcement.id)) for row in rows])


def again(actor: Actor) -> None:
    """A broken sticker, ordered again by the number beneath its code."""
    with st.form("studio_again", border=False):
        typed = st.number_input(
            _("In lại tờ hỏng: số dưới mã"), min_value=1, max_value=9_999_999, value=None, key="studio_number", step=1
        )
        if st.form_submit_button(_("Tìm"), icon=":material/replay:") and typed:
            with refusals():
                with reading() as session:
                    found = printed_codes.by_number(session, actor=actor, number=int(typed))
                leave_for(HERE, ma=found.slug, kho=found.layout.value)


def _labels(actor: Actor, of: Wish, numbering: Numbering) -> tuple[list[Label], SheetHead]:
    """The labels once each; within a transaction, or a reading where numbers are only foreseen."""
    manager = transaction if numbering is printed_codes.given else reading
    with manager() as session:
        if of.layout is Layout.BADGE:
            return staff_badges.labels(session, actor=actor, user_ids=of.wearers, slug=of.slugs[0], numbering=numbering)
        return link_labels.numbered(
            session, actor=actor, layout=of.layout, slugs=of.slugs, emblem=of.emblem, numbering=numbering
        )  # fmt: skip


def preview(actor: Actor, of: Wish) -> bool:
    """The first page as the printer will print it: the same rendering, its codes read back. False: it cannot be printed."""
    try:
        labels, head = _labels(actor, of, printed_codes.foreseen)
        codes = print_jobs.check_count(labels, of.copies)
        first = tuple(label for label in labels for _copy in range(of.copies))[: of.layout.pieces]
        with st.spinner(_("Đang làm và đọc lại từng mã…")):
            picture = _drawn(first, of.layout, head)
    except Refusal as refusal:
        st.error(said(refusal))
        return False
    pages = -(-codes // of.layout.pieces)
    with st.container(border=True):  # white paper on a white page
        st.image(picture, width="stretch", alt=_("Trang đầu của tờ in"))
    parts.hint(_("Trang 1 / {pages}; cả tờ có {codes} mã.", pages=number(pages), codes=number(codes)))
    return True


@st.cache_data(show_spinner=False, max_entries=30)
def _drawn(labels: tuple[Label, ...], layout: Layout, head: SheetHead) -> bytes:
    """It holds nothing but what it is asked for, so all readers share it."""
    pdf, _pages = ports().paper.qr_sheet(labels, layout=layout, head=head)
    return ports().paper.picture(pdf)


def order(actor: Actor, of: Wish) -> None:
    """Have it made in the background.

    Raises:
        Refusal: as `print_jobs.ask`.
    """
    labels, head = _labels(actor, of, printed_codes.given)
    with transaction() as session:
        print_jobs.ask(session, actor=actor, layout=of.layout, labels=labels, head=head, copies=of.copies)


def week(announcement_id: UUID | None = None) -> None:
    """What was ordered in the last seven days, or of it an announcement's packets: how far it is, or to be taken away.

    Looked at anew every other second while something is being made.
    """
    is_making = _is_making(_ordered(stay(), announcement_id))
    st.fragment(run_every=2 if is_making else None)(_week)(announcement_id, is_making=is_making)


def _ordered(actor: Actor, announcement_id: UUID | None) -> list[JobRow]:
    with reading() as session:
        rows = print_jobs.listing(session, actor=actor)
    return [row for row in rows if announcement_id in (None, row.announcement_id)]


def _is_making(rows: Sequence[JobRow]) -> bool:
    return any(row.status in MAKING for row in rows)


def _week(announcement_id: UUID | None, *, is_making: bool) -> None:
    me = stay()
    rows = _ordered(me, announcement_id)
    if is_making and not _is_making(rows):
        st.rerun()  # looks no more
    if not rows:
        parts.hint(_("Chưa có tờ in nào trong tuần này."))
    for row in rows:
        title = parts.joined(parts.badge(TONES[row.status], _(row.status.label)), " ", _what(row))
        with parts.line(f"sheet_{row.id}", TONES[row.status], title, _detail(row)):
            if row.status is PrintStatus.READY:
                st.download_button(
                    _("Tải ({n} trang)", n=number(row.pages)), partial(_file, me, row.id), _name(row), PDF, key=f"take_{row.id}",
                    on_click="ignore", icon=":material/download:",
                )  # fmt: skip


def _file(actor: Actor, job_id: UUID) -> bytes:
    """Read when it is taken, not at every look."""
    with reading() as session:
        path = print_jobs.file_of(session, actor=actor, job_id=job_id)
    return Path(path).read_bytes()


def _what(row: JobRow) -> str:
    return _(row.layout.label) if row.layout else _("Văn bản kèm danh sách gõ cửa, mọi tổ: {title}", title=row.title)


def _name(row: JobRow) -> str:
    return f"{'to-in' if row.layout else 'go-cua'}-{row.asked_at:%Y%m%d-%H%M}.pdf"


def _detail(row: JobRow) -> str:
    who = _("{who}, {when}", who=row.asked_by, when=near(row.asked_at))
    if row.status is PrintStatus.REFUSED:
        return sentence(Invalid(row.refusal, **row.blanks))
    if row.status is PrintStatus.READY:
        until = _("giữ đến {day}", day=day(row.expires_at.date()))
        if row.layout is None:
            return _("{n} tổ, thôn, mã đã đọc lại đúng cả; {until}", n=number(row.codes), until=until) + f" · {who}"
        return _("{n} mã, đã đọc lại đúng cả; {until}", n=number(row.codes), until=until) + f" · {who}"
    if row.layout is None:
        far = _("{done} / {all} tổ, thôn", done=number(row.pages_done), all=number(row.codes))
    else:
        far = _("{done} / {all} trang", done=number(row.pages_done), all=number(row.pages))
    return f"{far} · {who}"
