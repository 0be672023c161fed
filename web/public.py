"""The light front door: `uvicorn web.public:app` serves residents' phones alone, without Streamlit, beside the screens."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware

from core import logs, process
from web.errors import exception_handlers
from web.front import FrontDoor
from web.headers import SecurityHeaders
from web.metrics import Measured
from web.routes import routes, signing_in


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    """Put what was loaded out of the collector's sight: it lives as long as the process. No log of secret addresses."""
    logs.set_up()
    logging.getLogger("uvicorn.access").disabled = True
    process.keep_what_is_loaded()
    yield


app = FrontDoor(
    Starlette(
        routes=[route for route in routes if route not in signing_in],
        middleware=[Middleware(Measured), Middleware(SecurityHeaders)],
        exception_handlers=exception_handlers,
        lifespan=lifespan,
    )
)
