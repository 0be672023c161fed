"""A signing out by time takes nothing that was being typed: it is kept, and stands in its fields again after the door."""

import streamlit as st

from core.db import reading, transaction
from services import kept_forms, sessions
from services.access import Actor

# Pages on which people write for long, and the beginnings of the keys of their own words. Secrets are typed on none of them.
PAGES = {
    "compose": ("c_title", "c_body", "c_group_text"), "review": ("r_comment", "r_say"), "inquiry": ("reply_",),
    "new_inquiry": ("ask_text", "ask_name", "ask_phone", "ask_place"), "new_household": ("n_name", "n_address"),
}  # fmt: skip
CHOICES = ("_way", "_ready")  # of a list that may be another one by then
LOOKED = "kept_forms_looked"


def keep(cookie: str, page: str, address: str) -> str:
    """Called where nobody is signed in any more: what the door says of it, "kept", "idle", or "" for a stranger."""
    with transaction() as session:
        user_id = sessions.owner(session, token=cookie) if cookie else None
        if user_id is None:
            return ""
        is_kept = kept_forms.keep(session, user_id=user_id, page=address, values=_typed(page))
    return "kept" if is_kept else "idle"


def give_back(actor: Actor, page: str, address: str) -> bool:
    """Put what was kept into the fields before they are drawn; asked once a visit of a page. True where there was something."""
    if page not in PAGES or st.session_state.get(LOOKED) == address:
        return False
    st.session_state[LOOKED] = address
    with reading() as session:
        if not kept_forms.waits(session, actor=actor, page=address):
            return False
    with transaction() as session:
        values = kept_forms.take(session, actor=actor, page=address)
    for name, words in values.items():
        st.session_state[name] = words
    return bool(values)


def _typed(page: str) -> dict[str, str]:
    wanted = PAGES.get(page, ())
    return {
        str(name): words for name, words in st.session_state.items()
        if str(name).startswith(wanted or ("\0",)) and not str(name).endswith(CHOICES) and type(words) is str and words.strip()
    }  # fmt: skip
