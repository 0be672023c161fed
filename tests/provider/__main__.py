"""`python -m tests.provider --port 9100 [--faults '{"delay_seconds": 0.005}']`: prints its base URLs as JSON, then answers."""

import argparse
import asyncio
import gc
import json

import uvloop

from tests.provider.faults import Faults
from tests.provider.server import Provider


async def serve(port: int, faults: Faults) -> None:
    """Answer until stopped."""
    provider = Provider(faults)
    await provider.open(port)
    print(json.dumps(provider.urls), flush=True)  # noqa: T201  # whoever starts it waits for this line
    gc.freeze()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--faults", type=json.loads, default={})
    told = parser.parse_args()
    uvloop.run(serve(told.port, Faults().with_(told.faults)))
