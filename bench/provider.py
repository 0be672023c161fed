"""A provider for the benchmarks, in a process of its own: it speaks every channel's tongue, and counts."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bench.apart import ROOT


class Provider:
    """One that runs: its base URLs as settings, what it counted."""

    def __init__(self, urls: dict[str, str]) -> None:
        self.urls = urls
        self._control = urls["CAUNOI_SMS_BASE_URL"].rpartition("/")[0] + "/_control"

    def counts(self) -> dict[str, Any]:
        """What it took, what of it doubly."""
        return self._told("counts")

    def keys(self) -> dict[str, int]:
        """How often it took each message, by its key."""
        return self._told("keys")

    def _told(self, word: str) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(urllib.request.urlopen(f"{self._control}/{word}", timeout=60).read())
        return told


@contextmanager
def provider(**faults: object) -> Iterator[Provider]:
    """One that ends with the block."""
    command = [sys.executable, "-m", "tests.provider", "--faults", json.dumps(faults)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield Provider(json.loads(process.stdout.readline()))
        finally:
            process.terminate()
