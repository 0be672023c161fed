"""Faces and numbers in a picture that goes along: whoever writes draws a box round each, and it is blurred for good."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from services import attachments
from services.attachments import Attachment
from services.ports import Area
from ui import parts, refusals
from ui.chart_kit import LIGHT
from ui.words import _

WIDTH = 340  # pixels: as wide as a phone's screen lets it be
_OPEN, _FIRST = "c_covering", "c_covering_first"  # the picture that is looked at, and as it was brought
MARK = {"fill": LIGHT["red"], "fillOpacity": 0.3, "stroke": LIGHT["red"], "strokeWidth": 2}  # seen on dark and on light
SIDES = ("left", "top", "right", "bottom")


def of(document: Attachment) -> None:
    """The way to blur parts of a picture; nothing for a PDF."""
    if document.media_type == "application/pdf":
        return
    is_open = st.session_state.get(_OPEN) == document.sha256
    word = _("Xong, đóng ảnh") if is_open else _("Che mặt, số điện thoại")
    st.button(word, key=f"c_cover_{document.sha256[:12]}", on_click=_turn, args=(document.sha256, is_open))


def opened(kept: Sequence[Mapping[str, Any]]) -> None:
    """The picture that is looked at, if one is, with what can be done to it."""
    one = next((one for one in kept if one["sha256"] == st.session_state.get(_OPEN)), None)
    if one is None:
        return
    parts.hint(_("Khoanh từng khuôn mặt, số điện thoại, tên người bằng chuột hoặc ngón tay, rồi bấm che. Đã che thì không ai "
                 "khôi phục được từ ảnh đăng lên."))  # fmt: skip
    drawn = _draw(one)
    written = _by_numbers()
    with st.container(horizontal=True):
        if st.button(_("Che vùng đã khoanh"), key="c_cover_do", type="primary"):
            _cover(one, [drawn] if drawn else [written] if written else [])
        first = st.session_state.get(_FIRST)
        if first and first["sha256"] != one["sha256"]:
            st.button(_("Lấy lại ảnh ban đầu"), key="c_cover_undo", on_click=_swap, args=(one["sha256"], first))


def _draw(one: Mapping[str, Any]) -> Area | None:
    """The picture with a box to be drawn on it; the box."""
    sha256, content = one["sha256"], attachments.path_of(one["sha256"]).read_bytes()
    width, height = attachments.size_of(sha256)
    tall = round(WIDTH * height / width)
    sides = {name: {"field": name, "type": "quantitative", "axis": None, "scale": {"domain": [0, 1], "reverse": name == "y"}}
             for name in ("x", "y")}  # fmt: skip
    spec = {
        "width": WIDTH, "height": tall, "autosize": {"type": "none"}, "padding": 0, "encoding": sides, "layer": [
            {"data": {"values": [{"x": 0.5, "y": 0.5, "url": f"data:{one['media_type']};base64,{b64encode(content).decode()}"}]},
             "mark": {"type": "image", "width": WIDTH, "height": tall, "aspect": False}, "encoding": {"url": {"field": "url"}}},
            {"data": {"values": [{"x": 0.5, "y": 0.5}]}, "mark": {"type": "point", "opacity": 0},
             "params": [{"name": "area", "select": {"type": "interval", "mark": MARK}}]},
        ],
    }  # fmt: skip
    said = st.vega_lite_chart(
        spec, on_select="rerun", selection_mode="area", key=f"c_cover_on_{sha256[:12]}", width="content", theme=None
    )
    box = said.get("selection", {}).get("area", {})
    if not {"x", "y"} <= box.keys():
        return None
    return Area(min(box["x"]), min(box["y"]), max(box["x"]), max(box["y"]))


def _by_numbers() -> Area | None:
    """The same in numbers, for whoever cannot draw."""
    words = dict(zip(SIDES, (_("Từ trái"), _("Từ trên"), _("Đến phải"), _("Đến dưới")), strict=True))
    with st.expander(_("Không khoanh được? Nhập vị trí, tính bằng phần trăm của ảnh")):
        columns = st.columns(4)
        said = [
            column.number_input(words[side], 0, 100, value=0, key=f"c_cover_{side}")
            for side, column in zip(SIDES, columns, strict=True)
        ]
    return Area(*(one / 100 for one in said)) if any(said) else None


def _turn(sha256: str, is_open: bool) -> None:  # noqa: FBT001 - Streamlit hands arguments on by place
    st.session_state[_OPEN] = None if is_open else sha256
    st.session_state[_FIRST] = next(one for one in st.session_state["c_attachments"] if one["sha256"] == sha256)


def _cover(one: Mapping[str, Any], areas: Sequence[Area]) -> None:
    with refusals():
        covered = attachments.cover(one, areas)
        _swap(one["sha256"], covered)
        st.rerun()


def _swap(sha256: str, by: Mapping[str, Any]) -> None:
    """Another picture in its place; it stays open."""
    kept = st.session_state["c_attachments"]
    st.session_state["c_attachments"] = [by if one["sha256"] == sha256 else one for one in kept]
    st.session_state[_OPEN] = by["sha256"]
    for side in SIDES:
        st.session_state.pop(f"c_cover_{side}", None)
