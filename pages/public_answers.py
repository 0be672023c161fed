"""Câu trả lời chung: what everybody can read, whose it is, what is to be looked at again."""

import streamlit as st

from core import clock
from core.db import reading, transaction
from models import PublicAnswer
from services import access, public_answers
from services.access import May
from ui import _, day, enter, leave_for, number, parts, refusals
from ui.parts import Column

HERE = "pages/public_answers.py"
actor = enter(needs=May.ANSWER_INQUIRIES.roles)
now = clock.now()
with reading() as session:
    rows = public_answers.listing(session, actor=actor)
    owners = access.display_names(session, user_ids={row.owner_id for row in rows})
old = [row for row in rows if row.look_again_at <= now]
parts.head(
    _("Câu trả lời chung"), _("{n} câu trả lời", n=number(len(rows))), _("{n} cần xem lại", n=number(len(old))) if old else ""
)


def _about(row: PublicAnswer) -> str:
    return " · ".join(filter(None, (_("tin đang lan") if row.is_rumour else "", row.answer[:90])))


def _again(row: PublicAnswer) -> str:
    return _("xem lại {day}", day=day(clock.local(row.look_again_at).date(), weekday=False))


if not rows:
    parts.empty(
        _("Chưa có câu trả lời chung nào"),
        _("Trả lời xong một câu hỏi, bấm Đưa lên trang chung. Bà con tìm thấy trước khi hỏi, phường đỡ phải trả lời lại."),
        _("Mở hộp hỏi đáp"), page="pages/inbox.py",
    )  # fmt: skip
    st.stop()
heads = (_("Câu hỏi"), Column(_("Xem lại"), "wide"), Column(_("Đã giúp"), "num desk"), Column(_("Phụ trách"), "desk"))
parts.table(
    heads,
    [
        (
            parts.joined(parts.anchor(public_answers.url_of(row), row.question), parts.small(_about(row))),
            parts.badge("overdue" if row in old else "arrived", _again(row)), number(row.asked + row.shown),
            owners.get(row.owner_id) or "–",
        )
        for row in rows
    ],
    shown=20, more=_("Xem cả {n} câu trả lời", n=number(len(rows))),
)  # fmt: skip
parts.section(_("Sửa một câu trả lời"), _("sửa hay xác nhận thì có hiệu lực thêm 180 ngày"))
by_id = {row.id: row for row in rows}
chosen = by_id[st.selectbox(_("Câu trả lời"), list(by_id), key="answer", format_func=lambda id_: by_id[id_].question)]
with st.form(f"edit_{chosen.id.hex}"):
    question = st.text_input(_("Câu hỏi"), chosen.question, key=f"q_{chosen.id.hex}", max_chars=public_answers.QUESTION_MAX)
    answer = st.text_area(_("Trả lời"), chosen.answer, key=f"a_{chosen.id.hex}", height=160, max_chars=public_answers.ANSWER_MAX)
    with st.container(horizontal=True):
        saves = st.form_submit_button(_("Ghi lại"), type="primary", key="save")
        confirms = st.form_submit_button(_("Vẫn đúng"), key="confirm")
        withdraws = st.form_submit_button(_("Gỡ khỏi trang chung"), key="withdraw")
with refusals():
    if saves:
        with transaction() as session:
            public_answers.change(session, actor=actor, answer_id=chosen.id, question=question, answer=answer)
        leave_for(HERE, news=_("Đã ghi lại."))
    if confirms:
        with transaction() as session:
            public_answers.confirm(session, actor=actor, answer_id=chosen.id)
        leave_for(HERE, news=_("Đã xác nhận, xem lại sau 180 ngày."))
    if withdraws:
        with transaction() as session:
            public_answers.withdraw(session, actor=actor, answer_id=chosen.id)
        leave_for(HERE, news=_("Đã gỡ."))
