"""What was done to a record, by whom, in words."""

from collections.abc import Sequence

import streamlit as st

from models import AuditEvent
from ui import acts, parts
from ui.words import _, near


def of(events: Sequence[AuditEvent], *, key: str) -> None:
    """Folded away until asked for; nothing where nothing was done."""
    if not events:
        return
    with st.expander(_("Ai đã ghi gì"), key=key):
        parts.lines(
            *(parts.joined(acts.named(one), ", ", one.actor_name, ", ", parts.soft(near(one.created_at))) for one in events)
        )
