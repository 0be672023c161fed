"""Choices that stand in the address by a code that stays the same, while the reader sees words.

Streamlit's own binding puts the words there: a link then says nothing to whoever reads another language, nor once a place is
renamed. What the address does not know how to say (an old link, nonsense) is left aside.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st

_WRITTEN = "addressed"  # what stood in the address when a choice was last drawn: who goes back in the browser changes it


def select(label: str, words: Mapping[str, str], *, key: str, placeholder: str, width: Any = "stretch", **how: Any) -> str | None:
    """One of some codes by its words; None where none is chosen."""
    _take(key, words, None)
    with_words = _with(words)
    chosen = st.selectbox(
        label, list(words), index=None, key=key, format_func=with_words, placeholder=placeholder, width=width, **how
    )  # fmt: skip
    _put(key, chosen, None)
    return chosen


def always(label: str, words: Mapping[str, str], *, key: str, width: Any = "stretch", **how: Any) -> str:
    """As `select`; the first where the address names none."""
    first = next(iter(words))
    _take(key, words, first)
    chosen: str = st.selectbox(label, list(words), key=key, format_func=_with(words), width=width, **how)
    _put(key, chosen, first)
    return chosen


def segments(label: str, words: Mapping[str, str], *, key: str, usual: str) -> str:
    """As `always`, all of them side by side; the usual one where the address names none."""
    _take(key, words, usual)
    chosen = st.segmented_control(label, list(words), required=True, key=key, format_func=_with(words)) or usual
    _put(key, chosen, usual)
    return chosen


def several(label: str, words: Mapping[str, str], *, key: str, placeholder: str, most: int | None = None) -> list[str]:
    """Some of some codes, divided by commas in the address; the first `most` of them."""
    asked = _changed(key)
    wanted = asked.split(",") if asked is not None else st.session_state.get(key, [])
    if key not in st.session_state or asked is not None or not words.keys() >= set(wanted):
        st.session_state[key] = [one for one in dict.fromkeys(wanted) if one in words][:most]
    chosen = st.multiselect(
        label, list(words), key=key, format_func=_with(words), placeholder=placeholder, max_selections=most
    )  # fmt: skip
    _put(key, ",".join(chosen), "")
    return chosen


def _with(words: Mapping[str, str]) -> Callable[[str], str]:
    """Two that are called the same would be one to Streamlit: their codes tell them apart."""
    twice = {one for one in words.values() if list(words.values()).count(one) > 1}
    return lambda code: f"{words[code]} ({code})" if words.get(code) in twice else words.get(code, code)


def _take(key: str, known: Collection[str], usual: str | None) -> None:
    asked = _changed(key)
    if asked is not None:
        st.session_state[key] = asked if asked in known else usual
    elif key not in st.session_state or st.session_state[key] not in (*known, usual):
        st.session_state[key] = usual


def _changed(key: str) -> str | None:
    """What the address says, where that is not what a choice wrote there last."""
    asked = st.query_params.get(key, "")
    return asked if asked != st.session_state.get(_WRITTEN, {}).get(key) else None


def _put(key: str, chosen: str | None, usual: str | None) -> None:
    told = "" if chosen is None or chosen == usual else chosen
    if told != st.query_params.get(key, ""):
        if told:
            st.query_params[key] = told
        else:
            del st.query_params[key]
    st.session_state[_WRITTEN] = st.session_state.get(_WRITTEN, {}) | {key: told}
