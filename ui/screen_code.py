"""A code for a screen, a slide or a post: plain, or with emblem and colour; to be taken as a file or copied as a picture."""

import base64

import streamlit as st
from markupsafe import Markup

from services.ports import Emblem
from ui import codes
from ui.scripts import COPY
from ui.words import _

PLAIN, EMBLEM = "tron", "bieu-tuong"
PRESS = Markup(
    '<div class="cn"><button type="button" class="cn-copy" data-copy-png="{}" data-done="{}" data-failed="{}">{}</button></div>'
)


def section(url: str, slug: str, *, own: Emblem | None = None, width: int = 220) -> None:
    """Show the code of an address and offer it; the choice of how it looks stays with this code."""
    names = {PLAIN: _("Trơn"), EMBLEM: _("Có biểu tượng")}
    look = st.segmented_control(
        _("Kiểu mã"), list(names), default=PLAIN, required=True, format_func=names.__getitem__, key=f"screen_code_{slug}"
    )
    if look == EMBLEM:
        picture, drawing = codes.emblem_png(url, own), codes.emblem_svg(url, own)
    else:
        picture, drawing = codes.png(url), codes.svg(url)
    st.image(picture, width=width, alt=_("Mã QR của {url}", url=url))
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        for kind, media, file in (("png", "image/png", picture), ("svg", "image/svg+xml", drawing)):
            st.download_button(
                kind.upper(), file, f"ma-{slug}-{look}.{kind}", media, key=f"screen_{kind}_{slug}", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
        _copy(picture)


def _copy(png: bytes) -> None:
    """A press that puts the picture on the clipboard, and says whether it could."""
    filled = PRESS.format(
        base64.b64encode(png).decode(), _("Đã chép"), _("Máy này không cho chép, xin tải PNG"), _("Chép ảnh")
    )  # fmt: skip
    st.html(f"{filled}<script>{COPY}</script>", width="content", unsafe_allow_javascript=True)
