"""The front door: `uvicorn app:app` serves the screens, the HTTP routes beside them and the embedded worker.

The server imports this file once, for `app`. Streamlit runs it again, as `__main__`, for every visitor and every click:
what is heavy is imported by the room that needs it.
"""

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from adapters import chooser
from core import logs, process
from core.settings import settings
from jobs import engine as durable
from jobs import renewing
from services import ports
from ui import failed, left_widgets, options, scripts, second_door, shell
from ui.menu import SCREENS, visit
from ui.shell import Shell
from web import health
from web.brought import Brought
from web.errors import exception_handlers
from web.front import FrontDoor
from web.headers import SecurityHeaders
from web.metrics import Measured
from web.routes import routes
from web.unknown import Unknown

# A folder named `pages/` would be served without this file until the first visit to "/".
PagesManager.uses_pages_directory = False

# Loaded before the first visitor, to be out of the collector's sight: each click would pay 80 ms for a collection.
HEAVY = ("pandas", "pyarrow", "streamlit.elements.vega_charts", "streamlit.dataframe_util", "models")


@asynccontextmanager
async def start() -> AsyncIterator[None]:
    """What the process needs around its visitors: the outside world, durable work; given up again when it stops."""
    ports.provide(replace(chooser.live(), renewing=renewing.by_itself))
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
    process.share_heaps()
    logs.set_up()
    for name in HEAVY:
        importlib.import_module(name)
    # Addresses of leaders' and residents' pages are secrets: Streamlit turns on a log of them, we turn it off.
    logging.getLogger("uvicorn.access").disabled = True
    options.read_freely()
    left_widgets.let_go()
    second_door.prepare()
    process.take_short_turns()
    async with start():
        process.keep_what_is_loaded()
        yield


app = st.App(
    __file__,
    routes=routes,
    middleware=[
        Middleware(FrontDoor),
        Middleware(Measured),
        Middleware(SecurityHeaders, scripts=scripts.hashes()),
        Middleware(Unknown, screens=[*SCREENS, *shell.FILES, *second_door.paths()], routes=routes),
        Middleware(Brought),
        Middleware(Shell, paths=SCREENS),
    ],
    lifespan=lifespan,
    on_script_error=failed,
    exception_handlers=exception_handlers,
)


if __name__ == "__main__":
    visit()
