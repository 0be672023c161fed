"""QR codes on screen."""

import streamlit as st

from services.ports import ports
from ui.words import _


@st.cache_data(show_spinner=False, max_entries=500)
def png(url: str) -> bytes:
    """The code of an address as a picture. It holds nothing but the address, so all readers share it."""
    return ports().codes.png(url)


@st.cache_data(show_spinner=False, max_entries=100)
def svg(url: str) -> bytes:
    """The same for a designer."""
    return ports().codes.svg(url)


def show(url: str, *, width: int = 200) -> None:
    """The code of an address, large enough to be scanned from the screen."""
    st.image(png(url), width=width, alt=_("Mã QR của {url}", url=url))
