"""Every adapter is tested through real sockets, against the provider of tests/provider."""

from collections.abc import Iterator

import pytest

from tests.adapters.channels.desk import Desk
from tests.provider import Provider, running


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider that takes everything, until a test tells it otherwise."""
    with running() as provider:
        yield provider


@pytest.fixture
def desk(provider: Provider) -> Desk:
    """Senders that lead to it."""
    return Desk(provider)
