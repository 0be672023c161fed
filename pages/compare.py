"""Trước và sau: what a change of practice brought, beside similar groups in which nothing was changed."""

from core import clock
from core.db import reading
from services import before_after
from services.access import May
from ui import _, comparing, enter, parts, refusals

actor = enter(
    _("Trước và sau"), needs=May.STUDY_FIGURES.roles,
    lines=[_("một tổ có tổ trưởng mới, thẻ đã phát: cùng số liệu, trước và sau, cạnh tổ tương tự")],
)  # fmt: skip
asked = comparing.ask(actor, clock.today())
if asked is None:
    parts.hint(_("Chọn ngày thay đổi và những tổ, thôn đã thay đổi."))
else:
    name, unit_ids, on, days = asked
    with refusals():
        with reading() as session:
            found = before_after.of(session, actor=actor, name=name, unit_ids=unit_ids, changed_on=on, days=days)
        comparing.result(found)
