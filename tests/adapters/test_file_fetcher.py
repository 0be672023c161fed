"""Files of providers: from public places only, bounded in size and time, by whatever way they lead there."""

from collections.abc import Iterator, Sequence

import pytest

from adapters.file_fetcher import HttpFileFetcher
from services.ports import Fetched
from tests.provider import Provider, running
from tests.provider.wire import Answer


@pytest.fixture(scope="module")
def keeper() -> Iterator[Provider]:
    with running() as provider:
        yield provider


def fetcher(provider: Provider, **limits: float) -> HttpFileFetcher:
    own = frozenset([f"http://127.0.0.1:{provider.port}"])
    return HttpFileFetcher(own=own, seconds=limits.get("seconds", 2.0), bytes_most=int(limits.get("bytes_most", 100)))


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (Answer(b"abc"), Fetched("taken", b"abc")),
        (Answer(b"a" * 101), Fetched("gone")),
        (Answer(status=404), Fetched("gone")),
        (Answer(status=429), Fetched("later")),
        (Answer(b"abcdefgh", fate="half"), Fetched("later")),
        (Answer(status=302, headers={"Location": "http://169.254.169.254/latest"}), Fetched("gone")),
        (Answer(status=302, headers={"Location": "https://127.0.0.1/"}), Fetched("gone")),
        (Answer(status=302, headers={"Location": "/files/other"}), Fetched("taken", b"other")),
        (Answer(status=302, headers={"Location": "/files/it"}), Fetched("gone")),  # round and round
    ],
)
def test_what_lies_at_an_address(keeper: Provider, answer: Answer, found: Fetched) -> None:
    keeper.desk.files |= {"it": answer, "other": Answer(b"other")}

    assert fetcher(keeper).fetch(f"http://127.0.0.1:{keeper.port}/files/it") == found


def test_who_drips_is_not_waited_for(keeper: Provider) -> None:
    keeper.desk.files["slow"] = Answer(b"a" * 90, fate="drip")

    assert fetcher(keeper, seconds=0.3).fetch(f"http://127.0.0.1:{keeper.port}/files/slow") == Fetched("later")


@pytest.mark.parametrize(
    "url", ["http://cdn.example/1.jpg", "https://inside.example/1.jpg", "https://[bad", "file:///etc/passwd"]
)
def test_only_public_places_over_https_are_asked(url: str) -> None:
    async def inside(_host: str, _port: int) -> Sequence[str]:
        return ["93.184.216.34", "10.0.0.7"]

    assert HttpFileFetcher(resolve=inside).fetch(url) == Fetched("gone")
