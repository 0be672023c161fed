"""The light front door: `uvicorn web.public:app` serves residents' phones alone, without Streamlit, beside the screens."""

from starlette.applications import Starlette
from starlette.middleware import Middleware

from web import session
from web.errors import exception_handlers
from web.headers import SecurityHeaders
from web.links import FastRedirects
from web.routes import routes

app = Starlette(
    routes=[route for route in routes if route not in session.routes],
    middleware=[Middleware(FastRedirects), Middleware(SecurityHeaders)],
    exception_handlers=exception_handlers,
)
