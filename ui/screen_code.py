"""A code for a screen, a slide or a post: plain, or with our emblem and colour; to be taken as a file or copied as a picture."""

import streamlit as st

from ui import codes, parts
from ui.words import _

PLAIN, EMBLEM = "tron", "bieu-tuong"


def section(url: str, slug: str, *, width: int = 220) -> None:
    """Show the code of an address and offer it; the choice of how it looks stays with this code."""
    names = {PLAIN: _("Trơn"), EMBLEM: _("Có biểu tượng")}
    look = st.segmented_control(
        _("Kiểu mã"), list(names), default=PLAIN, required=True, format_func=names.__getitem__, key=f"screen_code_{slug}"
    )
    png, svg = (codes.emblem_png, codes.emblem_svg) if look == EMBLEM else (codes.png, codes.svg)
    picture = png(url)
    st.image(picture, width=width, alt=_("Mã QR của {url}", url=url))
    with st.container(horizontal=True, vertical_alignment="center"):
        for kind, media, file in (("png", "image/png", picture), ("svg", "image/svg+xml", svg(url))):
            st.download_button(
                kind.upper(), file, f"ma-{slug}-{look}.{kind}", media, key=f"screen_{kind}_{slug}", on_click="ignore",
                icon=":material/download:",
            )  # fmt: skip
        parts.copy_picture(picture, words=_("Chép ảnh"), done=_("Đã chép"), failed=_("Máy này không cho chép, xin tải PNG"))
