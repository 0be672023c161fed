"""Forms that say what is wrong beside the field it is wrong in."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import Refusal
from services.proofs import Unproven
from ui import proving, said
from ui.words import _

Slots = Mapping[str, DeltaGenerator]  # by the name of the field, the place under it
PICTURES = ["jpg", "jpeg", "png", "webp"]  # endings of files in which a picture may be brought


@contextmanager
def refusals_at(slots: Slots) -> Generator[None]:
    """Show a refusal under the field it is about, or where the block stands."""
    try:
        yield
    except Unproven:
        proving.ask()
    except Refusal as refusal:
        place = slots.get(str(refusal.details.get("field", "")))
        (place or st).error(said(refusal))


def name_file_button() -> None:
    """What the button of a place for files says: Streamlit's own word cannot be told."""
    words = _("Chọn tệp")
    st.html(f'<style>:root {{ --choose-file: "{words}"; }}</style>')
