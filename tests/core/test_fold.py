"""The quick fold is the one the definition gives."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from core.text import fold


def defined(text: str) -> str:
    """No marks, đ as d, lower case, single spaces: letter by letter."""
    flat = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return " ".join("".join(c for c in flat if unicodedata.category(c) != "Mn").casefold().split())


@given(st.text() | st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxyàáạảãằắặẳẵầấậẩẫĐÑßſİ\u0301\u0323 \u00a0"))
def test_every_text_is_folded_as_defined(text: str) -> None:
    assert fold(text) == defined(text)
