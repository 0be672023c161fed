"""Long lists, a page at a time; the number of the page stands in the address."""

import streamlit as st

from core.typed import number

NAME = "trang"


def asked(name: str = NAME) -> int:
    """The page wanted, from 1: as pressed, else as the address says."""
    typed = st.session_state.get(name) or st.query_params.get(name, "")
    return number(str(typed), digits=6) or 1


def first(name: str = NAME) -> None:
    """Back to page 1, when what is listed has changed."""
    st.session_state.pop(name, None)
    st.query_params.pop(name, None)


def turn(pages: int, name: str = NAME) -> None:
    """The numbers to press; nothing for a single page."""
    if pages > 1:
        with st.container(horizontal_alignment="center"):  # in a row it would show the first number only
            st.pagination(pages, max_visible_pages=5, key=name, bind="query-params")
