"""Forms that say what is wrong beside the field it is wrong in."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import Refusal
from ui import said

Slots = Mapping[str, DeltaGenerator]  # by the name of the field, the place under it


@contextmanager
def refusals_at(slots: Slots) -> Generator[None]:
    """Show a refusal under the field it is about, or where the block stands."""
    try:
        yield
    except Refusal as refusal:
        place = slots.get(str(refusal.details.get("field", "")))
        (place or st).error(said(refusal))
