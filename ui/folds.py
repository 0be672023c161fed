"""Folds: what stands closed on a screen and is drawn only when it is opened, so that a screen costs what is seen of it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def opened(title: str, *, key: str, icon: str | None = None, expanded: bool = False) -> DeltaGenerator | None:
    """The fold to draw in, None while it is closed. Opening and closing run the page, or its fragment, again."""
    box = st.expander(title, expanded, key=key, icon=icon, on_change="rerun")
    return box if box.open else None
