"""The register of breaches on a screen: the form, the clock, who is touched, what is done about it."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from uuid import UUID

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import Breach, BreachField, BreachLetter, BreachScope, Unit
from services import breach_letters, breach_scopes, breaches
from services.access import Actor
from services.breach_scopes import Touched
from services.breaches import BreachForm, BreachRow
from services.ports import PaperText
from ui import leave_for, parts, privacy, refusals
from ui.forms import refusals_at
from ui.words import _, day, near, number, span

LIST, HERE = "pages/breaches.py", "pages/breach.py"
SHOWN = 40


def standing(row: BreachRow) -> tuple[parts.Tone, str]:
    """The clock in words."""
    if row.breach.closed_at:
        return "arrived", _("đã khép lại {at}", at=near(row.breach.closed_at))
    if row.was_told_in_time is not None:
        late = "" if row.was_told_in_time else _(", quá 72 giờ")
        return "waiting", _("đã báo cơ quan chuyên trách{late}", late=late)
    if row.breach.not_told_because:
        return "waiting", _("quyết định không phải báo, có lý do")
    if row.is_late:
        return "overdue", _("quá hạn báo {span}", span=span(-row.left))
    return "overdue", _("còn {span} để báo, trước {at}", span=span(row.left), at=near(row.due_at))


def form(actor: Actor, breach: Breach | None) -> BreachForm | None:
    """What is known; None until it is handed in."""
    key = breach.id.hex if breach else "new"
    scopes = list(BreachScope)
    scope = st.selectbox(
        _("Lộ từ đâu"), scopes, index=scopes.index(breach.scope) if breach else 0, format_func=lambda one: _(one.label),
        key=f"br_scope_{key}", width=420,
    )  # fmt: skip
    with reading() as session:
        choices = breach_scopes.choices(session, actor=actor, scope=scope)
    labels = {one.id: one.label for one in choices}
    ids = list(labels)
    at = ids.index(breach.scope_id) if breach and breach.scope_id in labels else None
    with st.form(f"breach_{key}", border=False):
        which = st.selectbox(
            _("Cụ thể"),
            ids,
            index=at,
            format_func=labels.__getitem__,
            key=f"br_which_{key}_{scope}",
            placeholder=_("Chọn"),
            width=420,
        )
        title = st.text_input(_("Tên vụ việc"), breach.title if breach else "", key=f"br_title_{key}", max_chars=120)
        found_at = _moment(_("Phát hiện lúc"), breach.found_at if breach else clock.now(), f"br_found_{key}")
        since = _moment(_("Bắt đầu (nếu biết)"), breach.since if breach else None, f"br_since_{key}")
        until = _moment(_("Đến (nếu biết)"), breach.until if breach else None, f"br_until_{key}")
        fields = st.multiselect(
            _("Dữ liệu nào"), list(BreachField), default=[BreachField(one) for one in breach.fields] if breach else None,
            format_func=lambda one: _(one.label), key=f"br_fields_{key}", placeholder=_("Chọn"),
        )  # fmt: skip
        nature = st.text_area(_("Chuyện gì đã xảy ra"), breach.nature if breach else "", key=f"br_nature_{key}", height=90)
        consequences = st.text_area(
            _("Người dân có thể gặp gì"), breach.consequences if breach else "", key=f"br_then_{key}", height=90
        )
        measures = st.text_area(_("Đã làm gì"), breach.measures if breach else "", key=f"br_done_{key}", height=90)
        is_saved = st.form_submit_button(_("Ghi lại"), key=f"br_save_{key}", type="primary")
    if not is_saved:
        return None
    return BreachForm(title, scope, which or "", found_at, since, until, tuple(fields), nature, consequences, measures)


def _moment(label: str, at: datetime | None, key: str) -> datetime | None:
    """A day and an hour, of the ward's clock; None where no day is chosen."""
    here = clock.local(at) if at else None
    with st.container(horizontal=True):
        on = st.date_input(label, here.date() if here else None, key=f"{key}_day", format="DD/MM/YYYY", width=180)
        hour = st.time_input(
            _("giờ"), here.time().replace(second=0, microsecond=0) if here else time(0), key=f"{key}_hour", width=120
        )
    if not isinstance(on, date):
        return None
    said = datetime.combine(on, hour or time(0), clock.zone()).astimezone(UTC)
    return at if at and timedelta(0) <= at - said < timedelta(minutes=1) else said  # seconds nobody typed


def write(actor: Actor, ward_id: UUID, said: BreachForm, breach: Breach | None) -> None:
    """Keep what the form says, and go where the clock is."""
    with refusals_at({}):
        with transaction() as session:
            if breach:
                made = breaches.change(session, actor=actor, breach_id=breach.id, form=said, version=breach.version)
            else:
                made = breaches.open_(session, actor=actor, ward_id=ward_id, form=said)
        leave_for(HERE, news=_("Đã ghi: {n} hộ trong phạm vi này.", n=number(made.households)), id=str(made.id))


def touched(found: Sequence[Touched]) -> None:
    """Who is touched: figures by unit, then the households with masked names."""
    homes, people = len(found), sum(one.people for one in found)
    parts.section(_("Ai bị ảnh hưởng"), _("{homes} hộ, {people} người", homes=number(homes), people=number(people)))
    by_unit = Counter(one.unit_label for one in found)
    if by_unit:
        lines = [(unit, _("{n} hộ", n=number(n))) for unit, n in by_unit.items()]
        parts.table([_("Tổ, thôn"), parts.Column(_("Hộ"), "num")], lines)
    with st.expander(_("Danh sách hộ, tên viết tắt"), key="br_homes"):
        rows = [(one.code, one.masked_name, one.unit_label) for one in found[:SHOWN]]
        parts.table([_("Mã hộ"), parts.Column(_("Chủ hộ"), "wide"), _("Tổ, thôn")], rows)
        if homes > SHOWN:
            parts.hint(_("Còn {n} hộ nữa.", n=number(homes - SHOWN)))


def notices(row: BreachRow, ward: Unit, *, actor: Actor) -> None:
    """Notices to the authority as they went out, the draft of the next, that of the people; and the presses that say so."""
    breach = row.breach
    parts.section(_("Báo cơ quan chuyên trách và người dân"))
    with reading() as session:
        papers = breach_letters.to_authority(session, breach=breach, ward=ward)
        people = breach_letters.paper_for_people(session, breach=breach, ward=ward)
    if sent := [_borne(one) for one in row.letters]:
        parts.facts(*sent)
    with st.container(horizontal=True):
        for place, paper in enumerate(papers, 1):
            _paper(place, paper)
        privacy.letter(people, label=_("Thông báo gửi người dân (PDF)"), name="bao-nguoi-dan", key="br_pdf_p")
    if papers[-1].number is None:
        _next_number(breach, actor, place=len(papers))
    else:
        parts.hint(_("Thư đã có số thì giữ lời như lúc gửi. Biết thêm điều gì, ghi thêm ở dưới: thư báo bổ sung hiện ở đây."))
    if breach.closed_at:
        return
    if breach.announcement_id:
        st.page_link("pages/compose.py", label=_("Mở bản thông báo đã soạn"), query_params={"id": str(breach.announcement_id)})
    elif st.button(_("Soạn thông báo cho các tổ bị ảnh hưởng"), key="br_draft", icon=":material/edit:"):
        with refusals():
            with transaction() as session:
                made = breaches.draft_for_people(session, actor=actor, breach_id=breach.id)
            leave_for("pages/compose.py", news=_("Đã soạn. Đọc lại, sửa rồi trình duyệt."), id=str(made.id))
    _presses(row, actor)


def numbers(row: BreachRow) -> str:
    """The numbers of its notices, for a line; "" where none went out."""
    return ", ".join(f"{name[:1].lower()}{name[1:]} {said}" for name, said in map(_borne, row.letters))


def _borne(letter: BreachLetter) -> tuple[str, str]:
    name = _("Thông báo gửi cơ quan chuyên trách") if letter.place == 1 else _("Thông báo bổ sung")
    return name, _("số {n}, ngày {day}", n=str(letter.number), day=day(letter.issued_on, weekday=False))


def _paper(place: int, paper: PaperText) -> None:
    label, name = _("Thông báo gửi cơ quan chuyên trách (PDF)"), "bao-vi-pham-72-gio"
    if place > 1:
        label, name = _("Thông báo bổ sung (PDF)"), f"bao-vi-pham-bo-sung-{place - 1}"
        if paper.number is not None:
            label = _("Thông báo bổ sung số {n} (PDF)", n=str(paper.number))
    privacy.letter(paper, label=label, name=name, key=f"br_pdf_{place}")
    if paper.number is None:
        blank = replace(paper, draft="")
        privacy.letter(blank, label=_("Tải thư, để trống số và ngày (PDF)"), name=f"{name}-de-so", key=f"br_pdf_b_{place}")


def _next_number(breach: Breach, actor: Actor, *, place: int) -> None:
    if place > 1:
        parts.note("waiting", _("Có điều mới so với thông báo đã gửi"), _("Gửi thông báo bổ sung, có số riêng."))
    give = partial(breaches.give_number, actor=actor, breach_id=breach.id, place=place)
    privacy.ask_number(give, key=f"br_number_{place}", page=HERE, id_=breach.id)


def _presses(row: BreachRow, actor: Actor) -> None:
    breach = row.breach
    with st.container(horizontal=True):
        if breach.authority_told_at is None and st.button(_("Đã báo cơ quan chuyên trách"), key="br_told", type="primary"):
            _do(breaches.told_authority, actor, breach)
        if breach.people_told_at is None and st.button(_("Đã báo người dân"), key="br_people"):
            _do(breaches.told_people, actor, breach)
        if st.button(_("Khép lại vụ này"), key="br_close"):
            _do(breaches.close, actor, breach)
    if row.is_running:
        with st.expander(_("Không phải báo: ghi lý do"), key="br_no"), st.form("not_told", border=False):
            because = st.text_area(_("Lý do"), key="br_because", max_chars=4000, height=80)
            if st.form_submit_button(_("Ghi lại"), key="br_not"):
                with refusals():
                    with transaction() as session:
                        breaches.not_told(session, actor=actor, breach_id=breach.id, because=because)
                    leave_for(HERE, news=_("Đã ghi."), id=str(breach.id))


def _do(act: Callable[..., Breach], actor: Actor, breach: Breach) -> None:
    with refusals():
        with transaction() as session:
            act(session, actor=actor, breach_id=breach.id)
        leave_for(HERE, news=_("Đã ghi."), id=str(breach.id))
