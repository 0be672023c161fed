"""The bar at the lower edge in two storeys: a question or a refusal is in sight wherever the page is scrolled to."""

from collections.abc import Generator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import Refusal
from services.proofs import Unproven
from ui import parts, proving, said


def two_storeys() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Where the bar says or asks something, and under it where its buttons stand."""
    with parts.action_bar(), st.container(gap="small"):
        word = st.container(gap="small")
        buttons = st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center")
    return word, buttons


@contextmanager
def refusals_in(word: DeltaGenerator) -> Generator[None]:
    """Show a refusal in the bar, whatever field it is about."""
    try:
        yield
    except Unproven:
        proving.ask()
    except Refusal as refusal:
        word.error(said(refusal))
