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


def named(label: str, words: Mapping[str, str], *, key: str, width: Any = "stretch", **how: Any) -> str:
    """As `always`, and the address names the first too: tomorrow another one may be the first."""
    _take(key, words, next(iter(words)))
    chosen: str = st.selectbox(label, list(words), key=key, format_func=_with(words), width=width, **how)
    _put(key, chosen, None)
    return chosen


def segments(label: str, words: Mapping[str, str], *, key: str, usual: str, **how: Any) -> str:
    """As `always`, all of them side by side; the usual one where the address names none."""
    _take(key, words, usual)
    chosen = st.segmented_control(label, list(words), required=True, key=key, format_func=_with(words), **how) or usual
    _put(key, chosen, usual)
    return chosen


def pill(label: str, words: Mapping[str, str], *, key: str, **how: Any) -> str | None:
    """As `select`, all of them side by side."""
    _take(key, words, None)
    chosen: str | None = st.pills(label, list(words), key=key, format_func=_with(words), **how)
    _put(key, chosen, None)
    return chosen


def several(
    label: str, words: Mapping[str, str], *, key: str, placeholder: str, most: int | None = None
) -> list[str]:  # fmt: skip
    """Some of some codes, divided by commas in the address; the first `most` of them."""
    _take_several(key, words, most)
    chosen = st.multiselect(
        label, list(words), key=key, format_func=_with(words), placeholder=placeholder, max_selections=most
    )  # fmt: skip
    _put(key, ",".join(chosen), "")
    return chosen


def pills(label: str, words: Mapping[str, str], *, key: str, **how: Any) -> list[str]:
    """As `several`, all of them side by side."""
    _take_several(key, words)
    chosen = st.pills(label, list(words), selection_mode="multi", key=key, format_func=_with(words), **how)
    _put(key, ",".join(chosen), "")
    return chosen


def _take_several(key: str, words: Mapping[str, str], most: int | None = None) -> None:
    told = _changed(key)
    wanted = told.split(",") if told is not None else st.session_state.get(key, [])
    if told is not None or not words.keys() >= set(wanted):
        st.session_state[key] = [one for one in dict.fromkeys(wanted) if one in words][:most]


def asked(key: str, words: Collection[str]) -> str | None:
    """What is chosen, for what stands above the choice itself; None where nothing is."""
    told = _changed(key)
    chosen = st.session_state.get(key) if told is None else told
    return chosen if chosen in words else None


def written() -> dict[str, str]:
    """The choices of this page that stand in its address."""
    return {key: told for key, told in st.session_state.get(_WRITTEN, {}).items() if told and st.query_params.get(key) == told}


def _with(words: Mapping[str, str]) -> Callable[[str], str]:
    """Two that are called the same would be one to Streamlit: their codes tell them apart."""
    twice = {one for one in words.values() if list(words.values()).count(one) > 1}
    return lambda code: f"{words[code]} ({code})" if words.get(code) in twice else words.get(code, code)


def _take(key: str, known: Collection[str], usual: str | None) -> None:
    told = _changed(key)
    if told is not None:
        st.session_state[key] = told if told in known else usual
    elif st.session_state[key] not in (*known, usual):
        st.session_state[key] = usual


def _changed(key: str) -> str | None:
    """What the address says, where that is not what a choice wrote there last, or nobody remembers that choice."""
    told = st.query_params.get(key, "")
    is_known = key in st.session_state and told == st.session_state.get(_WRITTEN, {}).get(key)
    return None if is_known else told


def _put(key: str, chosen: str | None, usual: str | None) -> None:
    told = "" if chosen is None or chosen == usual else chosen
    if told != st.query_params.get(key, ""):
        if told:
            st.query_params[key] = told
        else:
            del st.query_params[key]
    st.session_state[_WRITTEN] = st.session_state.get(_WRITTEN, {}) | {key: told}
