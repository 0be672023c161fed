"""Whether a household wants the ward's messages, as it told somebody; and the button that writes it down."""

from uuid import UUID

from core.db import reading, transaction
from services import household_messages
from services.access import Actor
from ui import leave_for, parts, refusals
from ui.words import _, near


def of(*, actor: Actor, household_id: UUID, page: str) -> None:
    """One line; nothing for a household that nobody can write to."""
    with reading() as session:
        found = household_messages.standing(session, actor=actor, household_id=household_id)
    if not found.can_be_written_to and not found.is_out:
        return
    parts.section(_("Tin nhắn của phường"))
    if found.is_out:
        first = found.refused[0]
        words = _(
            "{how}, {at}. Phường báo hộ này qua nhóm của tổ hoặc tới tận nhà.", how=_(first.cause.label), at=near(first.since)
        )
        is_pressed = parts.action("messages", "unknown", _("Không nhận tin nhắn"), words, _("Ghi: nhận lại"))
        news = _("Đã ghi: hộ nhận lại tin nhắn.")
    else:
        ways = _("SMS, Zalo") if found.has_number and found.has_account else _("SMS, ZNS") if found.has_number else "Zalo"
        is_pressed = parts.action("messages", "arrived", _("Có nhận tin nhắn"), ways, _("Ghi: không nhận nữa"))
        news = _("Đã ghi: hộ không nhận tin nhắn nữa.")
    if is_pressed:
        with refusals():
            with transaction() as session:
                household_messages.write_down(session, actor=actor, household_id=household_id, wants_none=not found.is_out)
            leave_for(page, news=news, id=str(household_id))
