"""`make fuzz`: all public routes, the API and what Streamlit answers by itself, tens of thousands of requests by chance.

Not one may end with a 5xx.
What breaks is printed with the seed and the number of the request: the same seed asks the same again.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
import traceback
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog
from starlette.routing import Route

from core.settings import settings
from tests.fuzz.asking import started

if TYPE_CHECKING:
    from tests.fuzz.story import Told
    from tests.fuzz.ward import Ward

LAST: list[str] = []  # why


def main() -> int:
    """How many requests broke something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--broken", type=int, default=1, help="stop after so many")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "CAUNOI_DATA_DIR": folder, "CAUNOI_DATABASE_URL": f"sqlite:///{folder}/caunoi.db", "CAUNOI_SECRET_KEY": "fuzz",
            "CAUNOI_PUBLIC_URL": "http://ward.test", "CAUNOI_EMBEDDED_WORKER": "false",
        }  # fmt: skip
        settings.cache_clear()
        structlog.configure(processors=[_note])
        return _run(wanted)


def _note(_logger: object, _method: str, told: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Nothing is logged; why the last answer broke is told with it."""
    if error := told.get("exc_info"):
        LAST[:] = traceback.format_exception(error if isinstance(error, BaseException) else sys.exc_info()[1])
    raise structlog.DropEvent


def _run(wanted: argparse.Namespace) -> int:
    from core.db import engine, transaction  # noqa: PLC0415 (after the settings)
    from jobs import engine as durable  # noqa: PLC0415
    from models import Model  # noqa: PLC0415
    from tests.fuzz.ward import settle  # noqa: PLC0415

    Model.metadata.create_all(engine())
    durable.prepare()
    with transaction() as session:
        ward = settle(session)
    began = time.monotonic()
    told = asyncio.run(_asked(wanted, ward))
    for n, asked, answer in told.broken:
        sys.stdout.write(f"\nseed {wanted.seed}, request {n}: {answer.status}\n{asked}\n{answer.why}\n")
    said = {
        "seed": wanted.seed, "requests": sum(told.statuses.values()), "broken": len(told.broken),
        "statuses": {str(status): n for status, n in sorted(told.statuses.items())},
        "answered_well": dict(sorted(told.well.items())), "slowest": told.slowest, "seconds": round(time.monotonic() - began),
    }  # fmt: skip
    sys.stdout.write(json.dumps(said) + "\n")
    return len(told.broken)


async def _asked(wanted: argparse.Namespace, ward: "Ward") -> "Told":
    """The whole product: our routes, Streamlit's own, the screens' addresses; but no provider."""
    from app import app  # noqa: PLC0415 (after the settings)
    from services import ports  # noqa: PLC0415
    from tests.fuzz.story import ALL, fuzz  # noqa: PLC0415
    from tests.security.test_routes import flat  # noqa: PLC0415
    from ui.menu import SCREENS  # noqa: PLC0415
    from ui.shell import FILES  # noqa: PLC0415

    async with started(app):
        ports.provide(replace(ports.ports(), senders={}))
        structlog.configure(processors=[_note])
        shown = [Route(f"/{path}", _nothing, methods=["GET"]) for path in (*list(SCREENS)[:3], *FILES)]  # screens answer alike
        streamlits = flat(app._starlette_app.routes)  # type: ignore[union-attr]
        known = list({(one.path, *(one.methods or ())): one for one in (*ALL, *streamlits, *shown)}.values())
        return await fuzz(
            ward, seed=wanted.seed, requests=wanted.requests, most_broken=wanted.broken, why=lambda: "".join(LAST), app=app,
            known=known,
        )  # fmt: skip


def _nothing(_request: object) -> None:
    """Stands for a screen, which is no route."""


if __name__ == "__main__":
    sys.exit(main())
