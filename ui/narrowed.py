"""A list that was narrowed to nothing: said as such, with the one button that shows all of it again."""

import streamlit as st

from ui import paging, parts
from ui.words import _


def nothing(title: str, words: str, **cleared: object) -> None:
    """`cleared` says what each filter (by its key) is when it narrows nothing. Stands after the filters, hence the callback."""
    parts.empty(title, words)
    st.button(_("Xóa bộ lọc"), key="clear", icon=":material/filter_alt_off:", on_click=_clear, kwargs=cleared)


def _clear(**cleared: object) -> None:
    for key in cleared.keys() & st.session_state.keys():  # a filter that is not drawn for this reader has nothing to clear
        st.session_state[key] = cleared[key]
    paging.first()
