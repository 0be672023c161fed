"""QR codes on screen."""

import streamlit as st

from core.settings import settings
from services import link_targets
from services.ports import Emblem, ports
from ui import parts
from ui.words import _


@st.cache_data(show_spinner=False, max_entries=500)
def png(url: str) -> bytes:
    """The code of an address as a picture. It holds nothing but the address, so all readers share it."""
    return ports().codes.png(url)


@st.cache_data(show_spinner=False, max_entries=100)
def svg(url: str) -> bytes:
    """The same for a designer."""
    return ports().codes.svg(url)


@st.cache_data(show_spinner=False, max_entries=100)
def emblem_png(url: str, own: Emblem | None = None) -> bytes:
    """The code in the ward's colour with its emblem in the middle, else in ours."""
    return ports().codes.emblem_png(url, own=own)


@st.cache_data(show_spinner=False, max_entries=100)
def emblem_svg(url: str, own: Emblem | None = None) -> bytes:
    """The same for a designer."""
    return ports().codes.emblem_svg(url, own=own)


def show(url: str, *, width: int = 200) -> None:
    """The code of an address, large enough to be scanned from the screen."""
    st.image(png(url), width=width, alt=_("Mã QR của {url}", url=url))


def once(address: str, *, says: str, width: int = 220) -> None:
    """The code of an address that is a secret: drawn and kept nowhere."""
    st.image(ports().codes.png(address), width=width, alt=says)


def warn() -> bool:
    """Say before anything is printed that phones cannot open our address; True when that is so."""
    is_dead = link_targets.opens_only_here()
    if is_dead:
        parts.note(
            "overdue", _("Địa chỉ {url} chỉ mở được trên máy này hoặc trong mạng này", url=settings().public_url),
            _("Mã in ra bây giờ sẽ không mở được trên điện thoại của bà con. Trước khi in, người quản trị máy chủ đặt"
              " CAUNOI_PUBLIC_URL là địa chỉ thật của phường (https://…) rồi khởi động lại."),
        )  # fmt: skip
    return is_dead
