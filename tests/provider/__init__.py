"""A provider of our own for tests: it speaks every contract of channels.md, misbehaves as told, and counts what it took.

In a process: `python -m tests.provider --port 9100 --faults '{"delay_seconds": 0.005, "seed": 7}'`.
In a test: `with running(Faults(...)) as provider:`; its base URLs are `provider.urls`.
Told what to do while it runs: `POST /_control/faults` (JSON, merged), `POST /_control/script`, `POST /_control/reset`.
Asked: `GET /_control/counts`, `GET /_control/keys`.
"""

from tests.provider.book import Book
from tests.provider.faults import Faults
from tests.provider.server import Provider, base_urls, running

__all__ = ["Book", "Faults", "Provider", "base_urls", "running"]
