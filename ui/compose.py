"""What the composing page needs around its widgets: loading a draft into them once, and reading times out of them."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

import streamlit as st

from core import clock
from core.errors import Invalid
from core.i18n import N_
from models import Announcement, AnnouncementKind, AsksFor, Unit, Urgency
from services import drafts
from ui.words import _

KINDS = [kind for kind in AnnouncementKind if kind is not AnnouncementKind.CORRECTION]


def asked_for(name: str) -> UUID | None:
    """An id in the page's address, or None for none or for nonsense."""
    try:
        return UUID(st.query_params.get(name, ""))
    except ValueError:
        return None


def at(day: date | None, hour: time | None) -> datetime | None:
    """A day and an hour of this place as an instant; a day alone means its end."""
    if day is None:
        return None
    return datetime.combine(day, hour or time(23, 59), clock.zone())


def complete(
    must_day: date | None, must_hour: time | None, *, is_scheduled: bool, send_day: date | None, send_hour: time | None
) -> None:  # fmt: skip
    """Refuse times of which half is missing, rather than guess and send at a wrong hour.

    Raises:
        Invalid: with the field that is missing.
    """
    if is_scheduled and (send_day is None or send_hour is None):
        raise Invalid(N_("Đã bật hẹn giờ: hãy chọn cả ngày và giờ gửi."))
    if must_hour is not None and must_day is None:
        raise Invalid(N_("Hạn đến mọi hộ có giờ mà chưa có ngày. Hãy chọn ngày, hoặc bỏ giờ."))


def kept_end(draft: Announcement | None, *times: datetime | None) -> datetime | None:
    """The end a draft had, where the new times leave it possible; the form does not ask for one."""
    end = draft.expires_at if draft else None
    return end if end and all(end > one for one in times if one) and end > clock.now() else None


def unit_names(ward: Unit, places: Sequence[Unit]) -> dict[UUID, str]:
    """The whole ward first, then its groups."""
    return {ward.id: _("Cả {ward}", ward=ward.name)} | {place.id: place.label for place in places}


def load(draft: Announcement | None, unit_ids: Sequence[UUID], *, wrong: Announcement | None = None) -> None:
    """Put a draft's words into the widgets the first time it is shown; later runs keep what was typed."""
    mark = f"{draft.id if draft else ''}:{wrong.id if wrong else ''}"
    if st.session_state.get("c_loaded") == mark:
        return
    is_first = "c_loaded" not in st.session_state  # after a lost connection the browser still has what was typed
    st.session_state["c_loaded"] = mark
    source = draft or wrong
    fields: dict[str, object] = {
        "title": source.title if source else "",
        "body": source.body if source else "",
        "group_text": draft.group_text if draft else "",  # a correction needs new words for the chat
        "units": list(unit_ids),
        "urgency": source.urgency if source else Urgency.NORMAL,
        "kind": draft.kind if draft and draft.kind in KINDS else AnnouncementKind.NOTICE,
        "asks": source.asks_for if source else AsksFor.CONFIRMATION,
        "later": bool(draft and draft.send_at),
        "version": draft.version if draft else 0,
    }
    fields |= {name: source.facts.get(name, "") if source else "" for name in drafts.FACTS}
    fields |= _moment("must", draft.must_reach_by if draft else None) | _moment("send", draft.send_at if draft else None)
    for name, value in fields.items():
        if not is_first or f"c_{name}" not in st.session_state:
            st.session_state[f"c_{name}"] = value


def _moment(name: str, instant: datetime | None) -> dict[str, object]:
    here = clock.local(instant) if instant else None
    return {
        f"{name}_day": here.date() if here else None,
        f"{name}_hour": here.time().replace(second=0, microsecond=0) if here else None,
    }
