"""The front door: `uvicorn app:app` serves the screens, the HTTP routes beside them and the embedded worker.

The server imports this file once, for `app`. Streamlit runs it again, as `__main__`, for every visitor and every click:
what is heavy is imported by the room that needs it.
"""

import asyncio
import gc
import importlib
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import PurePath

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from adapters import chooser
from core import logs
from core.i18n import N_
from core.settings import settings
from jobs import engine as durable
from models import Role
from services import access, ports
from services.access import Actor
from ui import _, begin, failed, parts, plain, scripts, streamlits
from ui.shell import Shell
from web import health
from web.errors import exception_handlers
from web.headers import SecurityHeaders
from web.links import FastRedirects
from web.metrics import Measured
from web.routes import routes
from web.unknown import Unknown

# A folder named `pages/` would be served without this file until the first visit to "/".
PagesManager.uses_pages_directory = False

EVERYONE = tuple(Role)
OWN = "own"  # the section with the reader's own name


@dataclass(frozen=True)
class Room:
    """A screen: its file, its name in the menu, the section it stands in, who has it in the menu.

    Rooms without roles are opened from another screen. The menu only shows; the page and the services refuse.
    """

    file: str
    title: str
    section: str = ""
    roles: Sequence[Role] = ()

    @property
    def path(self) -> str:
        """Its address."""
        return PurePath(self.file).stem


ROOMS = (
    Room("pages/home.py", N_("Trang đầu")),
    Room("pages/today.py", N_("Hôm nay"), "", access.WRITERS),
    Room("pages/my_group.py", N_("Tổ của tôi"), "", (Role.LEAD,)),
    Room("pages/announcements.py", N_("Thông báo"), "", (*access.WRITERS, Role.VIEWER)),
    Room("pages/compose.py", N_("Soạn thông báo"), "", access.WRITERS),
    Room("pages/announcement.py", N_("Bảng theo dõi")),
    Room("pages/behind.py", N_("Hộ đằng sau con số")),
    Room("pages/wall.py", N_("Màn hình văn phòng")),
    Room("pages/story.py", N_("Tổng kết thông báo")),
    Room("pages/doors.py", N_("Gõ cửa")),
    Room("pages/review.py", N_("Xem và duyệt")),
    Room("pages/groups.py", N_("Nhóm và tổ dân phố"), N_("Cộng đồng"), (*access.WRITERS, Role.VIEWER)),
    Room("pages/group.py", N_("Nhóm")),
    Room("pages/new_group.py", N_("Lập nhóm")),
    Room("pages/cascade.py", N_("Sơ đồ truyền tin")),
    Room("pages/households.py", N_("Hộ dân"), N_("Cộng đồng"), access.SEES_PEOPLE),
    Room("pages/household.py", N_("Hộ dân")),
    Room("pages/import_households.py", N_("Nhập danh sách hộ")),
    Room("pages/imports.py", N_("Những lần nhập danh sách")),
    Room("pages/alike.py", N_("Có thể trùng nhau")),
    Room("pages/new_household.py", N_("Thêm hộ")),
    Room("pages/household_sheet.py", N_("Sửa nhanh")),
    Room("pages/proposals.py", N_("Đề nghị của tổ trưởng")),
    Room("pages/household_cards.py", N_("Thẻ hộ gia đình")),
    Room("pages/links.py", N_("Mã QR"), "", access.WRITERS),
    Room("pages/link.py", N_("Mã QR")),
    Room("pages/new_link.py", N_("Làm mã")),
    Room("pages/participation.py", N_("Mức độ tham gia"), N_("Số liệu"), (*access.WRITERS, Role.VIEWER)),
    Room("pages/coverage.py", N_("Độ phủ"), N_("Số liệu"), (*access.WRITERS, Role.VIEWER)),
    Room("pages/people.py", N_("Người dùng"), N_("Quản trị"), (Role.ADMIN,)),
    Room("pages/ward.py", N_("Phường"), N_("Quản trị"), access.APPROVERS),
    Room("pages/reorganise.py", N_("Sắp xếp tổ, thôn, phường")),
    Room("pages/new_person.py", N_("Thêm người dùng")),
    Room("pages/person.py", N_("Người dùng")),
    Room("pages/account.py", N_("Tài khoản của tôi"), OWN, EVERYONE),
    Room("pages/sign_in.py", N_("Đăng nhập")),
    Room("pages/new_password.py", N_("Đặt mật khẩu")),
)
# The first screen's address is "/": Streamlit knows no page under its name, and would say so.
SCREENS = [room.path for room in ROOMS if room.path != "home"]
# Loaded before the first visitor and put out of the collector's sight, or each click would pay 80 ms for a collection.
HEAVY = ("pandas", "pyarrow", "streamlit.elements.vega_charts", "streamlit.dataframe_util", "models")


@asynccontextmanager
async def start() -> AsyncIterator[None]:
    """What the process needs around its visitors: the outside world, durable work; given up again when it stops."""
    ports.provide(chooser.live())
    if settings().embedded_worker:
        await asyncio.to_thread(durable.start)  # it refuses to start on a loop
        health.watch("engine", durable.is_running)
    try:
        yield
    finally:
        if settings().embedded_worker:
            await asyncio.to_thread(durable.stop)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm up, start, serve, stop."""
    logs.set_up()
    for name in HEAVY:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    # Addresses of leaders' and residents' pages are secrets: Streamlit turns on a log of them, we turn it off.
    logging.getLogger("uvicorn.access").disabled = True
    sys.setswitchinterval(0.001)  # one busy script holds the others up for 1 ms at a time, not 5
    async with start():
        yield


app = st.App(
    __file__,
    routes=routes,
    middleware=[
        Middleware(FastRedirects),
        Middleware(Measured),
        Middleware(SecurityHeaders, scripts=scripts.hashes()),
        Middleware(Unknown, screens=[*SCREENS, streamlits.PATH], routes=routes),
        Middleware(Shell, paths=SCREENS),
    ],
    lifespan=lifespan,
    on_script_error=failed,
    exception_handlers=exception_handlers,
)


def menu(actor: Actor | None) -> dict[str, list[st.Page]]:
    """Every room by section. All are known, so that a link to any opens; the menu shows those of the reader's role."""
    sections: dict[str, list[st.Page]] = {"": []}
    for room in ROOMS:
        is_shown = actor is not None and not actor.must_change_password and actor.role in room.roles
        section = plain(actor.display_name) if actor and room.section == OWN else _(room.section)
        sections.setdefault(section if is_shown and room.section else "", []).append(
            st.Page(
                room.file, title=_(room.title), url_path=room.path, default=room.path == "home",
                visibility="visible" if is_shown else "hidden",
            )
        )  # fmt: skip
    return sections


def main() -> None:
    """One visit or click."""
    actor = begin()
    st.set_page_config(page_icon="static/icon.svg", layout="wide")
    st.logo("static/logo.svg", size="large")
    shown = st.navigation(menu(actor), position="top" if actor and not actor.must_change_password else "hidden")
    st.set_page_config(page_title=f"{shown.title} · Cầu Nối")
    st.session_state["here"] = shown.url_path or "home"
    parts.style()
    shown.run()


if __name__ == "__main__":
    main()
