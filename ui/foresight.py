"""What lies ahead, on the board: the forecast in words, and what would raise it most, each with its button."""

from uuid import UUID

import streamlit as st

from core.db import reading
from core.i18n import N_
from models import Announcement, Channel
from services import foresight
from services.access import Actor
from services.foresight import Foresight, Raise
from services.reach import Board
from ui import parts
from ui.words import _, money, near, number, share

MINUTES = 10  # the past does not change meanwhile, and a forecast is kept as often
PATHS = {Channel.SMS: N_("SMS"), Channel.ZNS: N_("ZNS")}


def of(actor: Actor, seen: Board) -> Foresight:
    """What lies ahead of an announcement the actor has the board of; worked out once in ten minutes for all who look."""
    return _worked_out(str(seen.announcement.id), seen.posted, actor.unit_path, actor)


@st.cache_data(ttl=60 * MINUTES, max_entries=300, show_spinner=False)
def _worked_out(announcement_id: str, posted: int, sight: str, _actor: Actor) -> Foresight:  # noqa: ARG001  # what it is kept by
    with reading() as session:
        return foresight.of(session, actor=_actor, announcement_id=UUID(announcement_id))


def line(seen: Board, ahead: Foresight) -> None:
    """The forecast in one sentence, and how earlier ones have done."""
    said = ahead.expected
    if said is None or ahead.deadline is None or seen.correction or seen.is_withdrawn:
        return
    everyone = seen.households or 1
    words = _(
        "Đến {at}: khoảng {low} đến {high} hộ.", at=near(ahead.deadline), low=number(said.low), high=number(said.high)
    )  # fmt: skip
    if not ahead.is_of_known:
        words += " " + _("Tính theo số máy đã mở.")
    if ahead.score.of:
        words += " " + _("Dự báo trước đây đúng trong khoảng {n}/10 lần.", n=number(ahead.score.in_ten))
    with parts.line("forecast", "unknown", _("Dự báo {share} số hộ", share=share(said.middle / everyone, 0)), words):
        pass


def change(seen: Board, ahead: Foresight | None, kind: str) -> str:
    """What one thing to do would change, in words; nothing where that is not known."""
    one = next((one for one in ahead.raises if one.kind == kind), None) if ahead else None
    if one is None or ahead is None or ahead.expected is None:
        return ""
    before, everyone = ahead.expected.middle, seen.households or 1
    return _(
        "{before} → {after} số hộ, thêm khoảng {n} hộ.", before=share(before / everyone, 0),
        after=share(min(1.0, (before + one.gain) / everyone), 0), n=number(one.gain),
    )  # fmt: skip


def asked(seen: Board, ahead: Foresight, *, follow_ups: list[Announcement]) -> Raise | None:
    """The paid way to raise the share, with what it costs and changes, and the follow-ups there are; it, where pressed."""
    one = next((one for one in ahead.raises if one.kind == "message"), None)
    if one is None and not follow_ups:
        return None
    pressed = None
    parts.section(_("Báo lại cho hộ chưa nhận"), _("hộ không ở nhóm đã đăng, và chưa ai báo"))
    if one is not None:
        path = _(PATHS[one.channel or Channel.SMS])
        title = _("{path} tới {n} hộ, {cost}", path=path, n=number(one.count), cost=money(one.cost))
        with parts.line("raise_message", "waiting", title, change(seen, ahead, "message")):
            if st.button(_("Soạn bản báo lại"), key="raise_message_b"):
                pressed = one
    for made in follow_ups:
        page = "pages/announcement.py" if made.sent_at else "pages/review.py"
        when = near(made.sent_at or made.created_at)
        parts.action(
            f"follow_{made.id}", "unknown", _("Bản báo lại"), f"{_(made.status.label)}, {when}", _("Mở"), page=page,
            id=str(made.id),
        )  # fmt: skip
    return pressed
