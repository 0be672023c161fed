"""Leaders and deputies to telephone: one line a group, one tap to call, one to say that it is done."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from core import clock
from core.db import transaction
from services import calls
from services.access import Actor
from services.calls import Call, Calls, Person, Why
from ui import parts, refusals
from ui.parts import Text
from ui.words import _, near, number, span

SHOWN = 4


def draw(seen: Calls, *, actor: Actor, names_announcement: bool, done: Callable[[], None]) -> None:
    """The section, where there is anyone to call; `done` is what follows a press."""
    if not seen.rows:
        return
    left = sum(one.called_at is None for one in seen.rows) + seen.all - len(seen.rows)
    parts.section(_("Gọi điện"), _("{n} tổ chưa đăng, gấp nhất trước", n=number(left)) if left else _("đã gọi hết"))
    with st.container(gap=None, key="calls"):
        for one in seen.rows:
            _line(one, actor=actor, names_announcement=names_announcement, done=done)
    if seen.all > len(seen.rows):
        parts.hint(_("Còn {n} tổ nữa, xem ở trang theo dõi của từng thông báo.", n=number(seen.all - len(seen.rows))))
    if seen.duty:
        who = (parts.joined(one.name, " ", parts.call(one.phone)) for one in seen.duty)
        parts.lines(parts.joined(_("Không ai nghe máy, gọi người trực:"), " ", *_between(*who)))


def _line(one: Call, *, actor: Actor, names_announcement: bool, done: Callable[[], None]) -> None:
    title = _("{unit}: {why}", unit=one.unit_label, why=_reason(one))
    tone: parts.Tone = "arrived" if one.called_at else "overdue" if one.why in (Why.OVERDUE, Why.HANDED_BACK) else "waiting"
    with parts.line(f"call_{one.relay_id.hex}", tone, title, _detail(one, names_announcement=names_announcement)):
        label = _("Chưa gọi được") if one.called_at else _("Đã gọi")
        if st.button(label, key=f"called_{one.relay_id.hex}"):
            _say(one.relay_id, actor=actor, is_called=one.called_at is None, done=done)


def _say(relay_id: UUID, *, actor: Actor, is_called: bool, done: Callable[[], None]) -> None:
    with refusals():
        with transaction() as session:
            calls.called(session, actor=actor, relay_id=relay_id, is_called=is_called)
        done()


def _reason(one: Call) -> str:
    if one.why is Why.OVERDUE and one.due_at:
        return _("quá hạn {span}", span=span(clock.now() - one.due_at))
    return _(one.why.label)


def _detail(one: Call, *, names_announcement: bool) -> Text:
    """Whom, by which number; what the leader wrote; which address to send along; that it is done."""
    lines: list[Text] = [one.title] if names_announcement else []
    people = [_person(part, person) for part, person in ((_("Phụ trách"), one.leader), (_("Phó"), one.deputy)) if person]
    lines += people or [_("chưa có người phụ trách")]
    if one.note:
        lines.append(_("Ghi chú của tổ: {note}", note=one.note))
    if one.deputy:
        lines.append(parts.joined(_("Trang của phó:"), " ", parts.address(one.deputy.url)))
    if one.called_at:
        lines.append(_("{who} đã gọi {at}", who=one.called_by or "–", at=near(one.called_at)))
    return parts.stacked(*lines)


def _person(part: str, one: Person) -> Text:
    return parts.joined(f"{part} {one.name} ", parts.call(one.phone) or _("chưa có số"))


def _between(*pieces: Text) -> list[Text]:
    """With a comma between, where there are several."""
    return [part for piece in pieces for part in (", ", piece)][1:]
