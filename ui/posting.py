"""What a signed-in leader or deputy still has to post."""

from collections.abc import Sequence

import streamlit as st
from markupsafe import Markup

from core import clock
from models import Part
from services.access import Actor
from services.passing_on import Waiting
from ui import parts
from ui.previews import stamp_of
from ui.words import _, near, span


def alone(waiting: Sequence[Waiting], *, actor: Actor) -> None:
    """The screen of a deputy who leads no group: what others asked for."""
    parts.head(_("Việc nhờ đăng thay"), actor.display_name)
    with st.container(width=640):
        for one in waiting:
            work(one, names_group=True)


def work(one: Waiting, *, names_group: bool) -> None:
    """What a leader or an asked deputy still has to post: until when, in whose hands it is, and the one button."""
    relay, due = one.relay, ""
    if relay.due_at:
        is_late = relay.due_at <= clock.now()
        left = span(clock.now() - relay.due_at) if is_late else span(relay.due_at - clock.now())
        words = _("quá {span}", span=left) if is_late else _("còn {span}", span=left)
        due = parts.deadline("overdue" if is_late else "waiting", _("Đăng trước {at},", at=near(relay.due_at)), words)
    is_deputy = one.part is Part.DEPUTY
    group = one.group.name if names_group or is_deputy else ""
    with st.container(border=True, key=f"post_{relay.id.hex}"):
        parts.html(parts.joined(Markup('<div class="cn-line">'), stamp_of(one.announcement.urgency), due, Markup("</div>")))
        said = ", ".join(part for part in (group, _whose(one)) if part)
        parts.html(Markup('<p class="cn-lead">{}</p>{}').format(one.announcement.title, parts.soft(said)))
        st.link_button(
            _("Mở lời nhắn để đăng vào nhóm"), one.url, type="primary", width="stretch", icon=":material/content_copy:",
        )  # fmt: skip


def _whose(one: Waiting) -> str:
    """In whose hands the work is, where that is not plain."""
    passed = one.relay.passed_on_at
    if one.part is Part.DEPUTY:
        return _("nhờ đăng thay {at}", at=near(passed)) if passed else _("đăng thay nếu chưa ai đăng")
    return _("đã nhờ phó đăng thay {at}", at=near(passed)) if passed and one.group.deputy_id else ""
