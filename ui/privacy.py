"""Personal data on the screens: what waits, papers made at a press, the switches of a household."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import ConsentWay, Extra
from services import access, consents, legal_holds
from services.access import Actor, May
from services.consents import Said, Switch
from services.ports import PaperText, ports
from services.subject_requests import Waiting
from ui import leave_for, parts, refusals
from ui.tables import XLSX
from ui.words import _, beginning, day, near, number, span

PDF = "application/pdf"
WAYS = (ConsentWay.DESK, ConsentWay.CALL, ConsentWay.PAPER)  # in which a person hears it; a page writes its own


def on_today(found: Waiting, breaches: int, breach_due: datetime | None, *, now: datetime) -> None:
    """What the law's days ask for now."""
    if breaches and breach_due:
        left = breach_due - now
        words = _("Đã quá {span}.", span=span(-left)) if left < timedelta(0) else _("Còn {span}.", span=span(left))
        parts.action(
            "breaches", "overdue", _("{n} vụ lộ dữ liệu chưa báo cơ quan chuyên trách", n=number(breaches)),
            _("Hạn 72 giờ từ lúc phát hiện. {words}", words=words), _("Xem"), page="pages/breaches.py",
        )  # fmt: skip
    if found.open and found.next_on:
        late = _("{n} quá hạn. ", n=number(found.late)) if found.late else ""
        words = _("{late}Hạn gần nhất: {day}.", late=late, day=day(found.next_on))
        parts.action(
            "requests", "overdue" if found.late else "waiting", _("{n} yêu cầu về dữ liệu cá nhân", n=number(found.open)), words,
            _("Xem"), page="pages/subject_requests.py",
        )  # fmt: skip


# ---- papers


def letter(text: PaperText, *, label: str, name: str, key: str) -> None:
    """A draft of a letter as a PDF, made when the button is pressed."""
    st.download_button(
        label, partial(_letter, text), f"{name}.pdf", PDF, key=key, icon=":material/picture_as_pdf:", on_click="ignore"
    )  # fmt: skip


def ask_number(give: Callable[..., object], *, key: str, page: str, id_: UUID) -> None:
    """The number and day that the clerk's register gives a letter: kept by `give(session, number=…, issued_on=…)`."""
    parts.hint(_("Ghi số của sổ công văn đi thì thư in ra có số; không ghi thì để trống, văn thư ghi tay."))
    with st.form(f"{key}_form", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.number_input(_("Số công văn đi"), min_value=1, max_value=99_999, value=None, step=1, key=key, width=170)
        on = st.date_input(_("Ngày ban hành"), clock.today(), key=f"{key}_on", format="DD/MM/YYYY", width=170)
        is_sent = st.form_submit_button(_("Ghi số"), key=f"{key}_save")
    if is_sent:
        with refusals():
            with transaction() as session:
                give(session, number=typed or 0, issued_on=on)
            leave_for(page, news=_("Đã ghi số văn bản."), id=str(id_))


def _letter(text: PaperText) -> bytes:
    return ports().paper.official(text)


def workbook(name: str, heads: list[str], rows: list[list[str]], *, label: str, key: str, file_name: str) -> None:
    """A register as a workbook."""
    st.download_button(
        label, partial(_workbook, name, heads, rows), f"{file_name}.xlsx", XLSX, key=key, icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip


def _workbook(name: str, heads: list[str], rows: list[list[str]]) -> bytes:
    return ports().tables.xlsx([(name, heads, list(rows))])


# ---- a household


def switches(*, actor: Actor, household_id: UUID, page: str) -> None:
    """What a household says to each extra, and the form that writes down what it says now."""
    with reading() as session:
        found = consents.switches(session, actor=actor, household_id=household_id)
        hold = legal_holds.standing(session, household_ids=[household_id])
    parts.section(_("Đồng ý và từ chối"), _("từng việc một; chưa nói gì thì không phải là đồng ý"))
    for switch in found:
        parts.item(*_line(switch))
    with st.expander(_("Ghi điều hộ vừa nói"), key="cs_new"):
        _ask(actor, household_id, page)
    if hold:
        when = day(clock.local(hold.created_at).date())
        parts.note("waiting", _("Phải giữ dữ liệu hộ này"), _("Theo {document}, từ {day}.", document=hold.document, day=when))
    if access.may(actor, May.DECIDE_PRIVACY):
        _hold(actor, household_id, page, is_held=hold is not None)


def _line(switch: Switch) -> tuple[parts.Tone, str, str]:
    one = switch.consent
    tone: parts.Tone = "arrived" if switch.is_on else "unknown"
    answer = _("có") if switch.is_on else _("không")
    title = f"{beginning(_(switch.extra.label))}: {answer}"
    if one is None:
        if switch.extra in consents.NEEDS_YES:
            return tone, title, _("chưa ai nói gì")
        return tone, title, _("việc chung của phường, hộ chưa từ chối") if switch.is_on else _("hộ từ chối bằng tin nhắn")
    by = ", ".join(words for words in (one.said_by, switch.recorder and _("{name} ghi", name=switch.recorder)) if words)
    how = _("{way}, {at}, bản lời {wording}", way=_(one.way.label), at=near(one.said_at), wording=one.wording)
    return tone, title, "; ".join(words for words in (how, by, one.evidence) if words)


def _ask(actor: Actor, household_id: UUID, page: str) -> None:
    with st.form("consent", border=False):
        extra = st.selectbox(_("Việc"), list(Extra), format_func=lambda one: _(one.label), key="cs_extra", width=420)
        is_given = st.radio(
            _("Hộ nói"), [True, False], format_func=lambda one: _("Đồng ý") if one else _("Không"), index=None, key="cs_given",
            horizontal=True,
        )  # fmt: skip
        way = st.selectbox(
            _("Nói bằng cách nào"),
            WAYS,
            format_func=lambda one: _(one.label),
            key="cs_way",
            width=420,
        )
        said_by = st.text_input(_("Ai trong hộ nói"), key="cs_by", max_chars=120, width=420)
        evidence = st.text_input(_("Giấy để ở đâu, ai chứng kiến"), key="cs_where", max_chars=200, width=420)
        if st.form_submit_button(_("Ghi lại"), key="cs_save") and extra and way:
            if is_given is None:
                st.error(_("Xin chọn Đồng ý hoặc Không."))
                return
            with refusals():
                words = Said(is_given=is_given, way=way, said_by=said_by, evidence=evidence)
                with transaction() as session:
                    consents.write_down(session, actor=actor, household_id=household_id, extra=extra, said=words)
                leave_for(page, news=_("Đã ghi."), id=str(household_id))


def _hold(actor: Actor, household_id: UUID, page: str, *, is_held: bool) -> None:
    if is_held:
        if st.button(_("Hết phải giữ"), key="lh_end"):
            with refusals():
                with transaction() as session:
                    legal_holds.end(session, actor=actor, household_id=household_id)
                leave_for(page, news=_("Đã ghi."), id=str(household_id))
        return
    with st.expander(_("Có văn bản yêu cầu giữ dữ liệu hộ này"), key="lh_new"), st.form("hold", border=False):
        document = st.text_input(_("Số, ngày của văn bản"), key="lh_doc", max_chars=200, width=420)
        if st.form_submit_button(_("Giữ, không cho xóa"), key="lh_save"):
            with refusals():
                with transaction() as session:
                    legal_holds.begin(session, actor=actor, household_id=household_id, document=document)
                leave_for(page, news=_("Đã ghi: dữ liệu hộ này không xóa được cho đến khi hết phải giữ."), id=str(household_id))
