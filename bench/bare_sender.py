"""The baseline of `fanout`: a bare aiohttp loop that sends the same messages and records nothing.

    python -m bench.bare_sender URL MESSAGES

Prints its seconds as JSON. The same loop (uvloop), the same body, the best number of workers of those tried.
"""

import asyncio
import json
import sys
import time

import aiohttp
import uvloop

from core.ids import new_id

WORKERS = 200
TEXT = "Sang mai, tu 7 gio, tai Tram Y te. Mang theo the bao hiem.\nhttp://localhost:8501/a/xxxxxxxxxxxx"


async def send(url: str, messages: int) -> float:
    """Seconds for all of them."""
    numbers = iter(range(messages))

    async def work(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            body = {
                "ApiKey": "bench", "SecretKey": "bench", "Brandname": "UBND", "SmsType": "2", "Phone": f"09{number:08}",
                "Content": TEXT, "IsUnicode": "0", "RequestId": new_id().hex, "Sandbox": "0",
            }  # fmt: skip
            async with session.post(url, json=body) as answer:
                told = await answer.json()
                assert told["CodeResult"] == "100"

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=WORKERS)) as session:
        began = time.perf_counter()
        await asyncio.gather(*(work(session) for _ in range(WORKERS)))
        return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps({"seconds": uvloop.run(send(sys.argv[1], int(sys.argv[2])))}))
