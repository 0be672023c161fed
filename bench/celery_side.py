"""The side of `celery` that is not ours: a task a message, sent by a kept-alive connection of its process."""

import http.client
import json
import os
import sys
from urllib.parse import urlsplit

from celery import Celery  # type: ignore[import-not-found]

from bench.bare_sender import TEXT
from core.ids import new_id

app = Celery("bench", broker=os.environ["CELERY_BROKER"])
app.conf.task_ignore_result = True
_connections: list[http.client.HTTPConnection] = []


@app.task(name="bench.send")  # type: ignore[untyped-decorator]  # or it has two names: one here, one where it is the main module
def send(number: int) -> None:
    """One message."""
    to = urlsplit(os.environ["CELERY_TO"])
    if not _connections:
        _connections.append(http.client.HTTPConnection(to.netloc))
    body = {
        "ApiKey": "bench", "SecretKey": "bench", "Brandname": "UBND", "SmsType": "2", "Phone": f"09{number:08}", "Content": TEXT,
        "IsUnicode": "0", "RequestId": new_id().hex, "Sandbox": "0",
    }  # fmt: skip
    _connections[0].request("POST", to.path, json.dumps(body), {"Content-Type": "application/json"})
    json.loads(_connections[0].getresponse().read())


if __name__ == "__main__":
    for one in range(int(sys.argv[1])):
        send.delay(one)
