"""The last mile on screen: how the loop closes, a leader's address, ticks from paper, sheets to print."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

import streamlit as st

from core.db import reading, transaction
from models import DoorOutcome
from services import door_closing, door_knocks, door_lists, door_page, door_paper, door_shorthand
from services.access import Actor
from services.board_list import Standing
from services.door_closing import Closing
from services.door_knocks import Knock
from services.door_lists import Line, Listed
from services.ports import ports
from ui import behind, codes, parts, refusals
from ui.parts import Column, Figure, Text
from ui.words import _, near, number, plain
from ui.work import Tell, Work

PAGE = "pages/doors.py"
WORK, MADE, LAST, TURN = "doors_work", "doors_made", "doors_last", "doors_turn"
TONES: dict[DoorOutcome, parts.Tone] = {DoorOutcome.TOLD: "arrived"}


def on_board(actor: Actor, announcement_id: UUID) -> None:
    """The small part of the board: how many doors are left, and the way to them; nothing where no door is listed."""
    with reading() as session:
        if not door_lists.of_announcement(session, actor=actor, announcement_id=announcement_id):
            return
        total = door_closing.closing(session, actor=actor, announcement_id=announcement_id)[0]
    words = _(
        "Báo tại cửa {door} hộ; vắng, chuyển, từ chối {why} hộ; chưa rõ {unknown} hộ trong nhóm.",
        door=number(total.at_door), why=number(total.reasons), unknown=number(total.unknown),
    )  # fmt: skip
    title = _("{n} hộ còn phải gõ cửa", n=number(total.to_knock)) if total.to_knock else _("Đã gõ cửa hết danh sách")
    tone: parts.Tone = "waiting" if total.to_knock else "arrived"
    parts.action("doors", tone, title, words, _("Gõ cửa"), page=PAGE, id=str(announcement_id))


def on_today(waiting: int) -> None:
    """The line of the first screen; nothing where no door waits."""
    if waiting:
        parts.action(
            "doors", "waiting", _("{n} hộ còn phải gõ cửa", n=number(waiting)),
            _("Tổ trưởng đánh dấu trên điện thoại; phiếu giấy ghi ở màn hình Gõ cửa của từng thông báo."), _("Xem"),
            page="pages/announcements.py",
        )  # fmt: skip


def mine(actor: Actor) -> None:
    """A leader's own lists of what is under way, each with how many doors are left and the way to its page."""
    with reading() as session:
        found = door_page.mine(session, actor=actor)
    for place, one in enumerate(found):
        title = _("{n} hộ cần báo tận nơi", n=number(one.still_open))
        with parts.line(f"doors{place}", "waiting", title, parts.text(one.title)):
            st.link_button(_("Mở danh sách"), one.url)


def closing(rows: Sequence[Closing], listed: Sequence[Listed], announcement_id: UUID) -> None:
    """Of all units the figures, of each a line: told by path, at the door, why not, who is left."""
    total, *units = rows
    everyone = total.households or 1
    reasons = behind.link(_("vắng, chuyển đi, không nhận tin"), announcement_id, Standing.NOT_HOME)
    parts.figures(
        Figure(
            _("Đã nhận tin"), number(total.told), _("/ {n} hộ", n=number(total.households)),
            _("{n} hộ tại cửa", n=number(total.at_door)), known=total.told / everyone,
        ),
        Figure(_("Có lý do"), number(total.reasons), _("hộ"), reasons),
        Figure(
            _("Còn phải gõ cửa"), number(total.to_knock), _("hộ"), "" if total.to_knock else _("hết danh sách"),
            "waiting" if total.to_knock else "arrived",
        ),
        Figure(_("Chưa rõ"), number(total.unknown), _("hộ"), _("trong nhóm đã gửi, chưa báo nắm tin")),
    )  # fmt: skip
    owners = {one.unit_id: one.owner for one in listed}
    heads: list[Column | str] = [_("Tổ, thôn"), Column(_("Đã nhận tin"), "num"), _("Gõ cửa"), _("Chưa tới tay, vì sao")]
    worst_first = sorted(units, key=lambda one: -one.to_knock)
    table = [_row(one, owners.get(one.unit_id or UUID(int=0), "")) for one in worst_first]
    parts.table(heads, table, shown=15, more=_("Các tổ còn lại"))


def _row(one: Closing, owner: str) -> tuple[Text, ...]:
    told = parts.cell(
        _("{told} / {all} hộ", told=number(one.told), all=number(one.households)),
        _("{n} hộ tại cửa", n=number(one.at_door)) if one.at_door else "",
    )  # fmt: skip
    left = parts.badge("waiting", _("còn {n} hộ", n=number(one.to_knock))) if one.to_knock else parts.badge(
        "arrived", _("đã khép") if one.is_closed else _("hết danh sách")
    )  # fmt: skip
    why = [
        _("{n} vắng", n=number(one.not_home)) if one.not_home else "",
        _("{n} chuyển đi", n=number(one.moved)) if one.moved else "",
        _("{n} không nhận", n=number(one.refused)) if one.refused else "",
        _("{n} chưa rõ", n=number(one.unknown)) if one.unknown else "",
    ]
    words = ", ".join(filter(None, why))
    return parts.cell(one.unit_label, owner), told, left, parts.soft(words) if words else ""


def address(one: Listed, actor: Actor) -> None:
    """The leader's page: copy, code, or another in its place."""
    if one.url:
        parts.hint(_("Trang của {name}, không cần đăng nhập. Chỉ gửi riêng cho người này.", name=one.owner))
        st.code(one.url, language=None)
        codes.show(one.url, width=160)
    else:
        parts.note("waiting", _("Chưa có người phụ trách"), _("Chọn người phụ trách nhóm của tổ, rồi bấm Đường dẫn mới."))
    if st.button(_("Đường dẫn mới"), key="doors_renew", icon=":material/refresh:"):
        with refusals():
            with transaction() as session:
                door_lists.renew(session, actor=actor, list_id=one.id)
            st.rerun()


def entry(one: Listed, lines: Sequence[Line], actor: Actor) -> None:
    """Numbers from paper, checked before anything is written; the last entry can be taken back."""
    with st.form("doors_entry", clear_on_submit=False, border=False):
        key = f"doors_text_{one.id.hex}_{st.session_state.get(TURN, 0)}"
        typed = st.text_area(
            _("Ghi theo số trên giấy"), key=key, height=90, placeholder="1-5, 8 báo; 6 vắng; 7 chuyển",
            help=_("Báo, vắng, chuyển, từ chối; bỏ là xóa điều đã ghi."),
        )  # fmt: skip
        is_sent = st.form_submit_button(_("Ghi"), type="primary", icon=":material/save:")
    if is_sent:
        with refusals():
            entries = door_shorthand.read(typed, numbers=[line.number for line in lines])
            _enter(one, {entry.number: entry.outcome for entry in entries}, lines, actor)
    last: tuple[UUID, dict[int, DoorOutcome | None]] | None = st.session_state.get(LAST)
    if last and last[0] == one.id:
        label = _("Quay lại lần ghi vừa rồi ({n} hộ)", n=number(len(last[1])))
        if st.button(label, key="doors_undo", icon=":material/undo:"):
            with refusals():
                _enter(one, last[1], (), actor)


def _enter(one: Listed, wanted: dict[int, DoorOutcome | None], lines: Sequence[Line], actor: Actor) -> None:
    knocks = [Knock(number, outcome, f"paper-{uuid4().hex}") for number, outcome in wanted.items()]
    with transaction() as session:
        door_knocks.from_paper(session, actor=actor, list_id=one.id, knocks=knocks)
    before = {line.number: line.outcome for line in lines if line.number in wanted}
    st.session_state[LAST] = (one.id, before) if before else None
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1  # an empty line for the next sheet
    st.session_state["news"] = plain(_("Đã ghi {n} hộ.", n=number(len(knocks))))
    st.rerun()


def listing(lines: Sequence[Line]) -> None:
    """The list as it stands, by the numbers of the paper."""
    rows = [
        (number(line.number), parts.cell(line.head_name, line.address), _stands(line))
        for line in sorted(lines, key=lambda line: line.number)
    ]  # fmt: skip
    parts.table([Column(_("Số"), "num"), _("Chủ hộ"), _("Kết quả")], rows, shown=25, more=_("Các hộ còn lại"))


def _stands(line: Line) -> Text:
    if line.outcome and line.knocked_at and not line.is_elsewhere:
        return parts.badge(TONES.get(line.outcome, "unknown"), f"{_(line.outcome.label)}, {near(line.knocked_at)}")
    if line.is_open:
        return parts.badge("waiting", _("chưa gõ cửa"))
    return parts.badge("arrived", _("đã biết tin")) if line.how else parts.soft(_("không còn ở đây"))


# ---- paper


@dataclass(frozen=True)
class Printed:
    """Paper that was made."""

    of: tuple[UUID, str]
    file: bytes
    households: int
    pages: int


def paper(actor: Actor, announcement_id: UUID, *, below: str) -> None:
    """The button that prints, and the file once it is there."""
    of = (announcement_id, below)
    with refusals():
        work: Work[Printed] | None = st.session_state.get(WORK)
        if work is not None:
            work.watch(_("Đang in danh sách và đọc lại từng mã"))
            del st.session_state[WORK]
            st.session_state[MADE] = work.result()
    made: Printed | None = st.session_state.get(MADE)
    if made and made.of == of:
        st.download_button(
            _("Tải danh sách ({n} hộ, {pages} trang)", n=number(made.households), pages=number(made.pages)), made.file,
            "go-cua.pdf", "application/pdf", key="doors_take", type="primary", icon=":material/print:", on_click="ignore",
        )  # fmt: skip
    elif st.button(_("Làm tờ in"), key="doors_print", icon=":material/print:"):
        st.session_state[WORK] = Work(partial(_make, actor, of))
        st.rerun()


def _make(actor: Actor, of: tuple[UUID, str], _tell: Tell) -> Printed:
    with transaction() as session:
        sheets, notice = door_paper.sheets(session, actor=actor, announcement_id=of[0], below=of[1])
    file, pages = ports().paper.door_lists(sheets, notice)
    return Printed(of, file, sum(len(sheet.rows) for sheet in sheets), pages)
