"""The ledger's desk: what waits is written together, and what everybody wants is taken last."""

import asyncio
import threading
from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from jobs.desk import Desk, Last


class Harmless(Exception):
    """Said before anything was written."""


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    made = Desk(harmless=(Harmless,))
    made.open()
    yield made
    made.close()


def test_what_comes_last_comes_after_the_work_of_all_others(desk: Desk) -> None:
    told: list[str] = []
    is_at_work, goes_on = threading.Event(), threading.Event()

    def piece(name: str, _: Session) -> Last[str]:
        def end(_: Session) -> str:
            told.append(f"{name} ends")
            return name

        told.append(f"{name} begins")
        return Last(end)

    def hold_up(_: Session) -> str:
        is_at_work.set()
        return str(goes_on.wait(10))

    async def ask_all() -> list[str]:
        first = asyncio.ensure_future(desk.ask(hold_up))
        await asyncio.to_thread(is_at_work.wait, 10)  # meanwhile the others gather
        others = [asyncio.ensure_future(desk.ask(partial(piece, name), order=name)) for name in ("b", "a")]
        await asyncio.sleep(0)  # both have asked
        goes_on.set()
        return [await one for one in (first, *others)]

    assert asyncio.run(ask_all()) == ["True", "b", "a"]
    assert told == ["a begins", "b begins", "a ends", "b ends"]


def test_a_refusal_is_an_answer_and_the_others_stand(desk: Desk) -> None:
    def refuse(_: Session) -> Last[None]:
        raise Harmless

    async def ask() -> str:
        refused = asyncio.ensure_future(desk.ask(refuse))
        stands = await desk.ask(lambda _: "stands")
        with pytest.raises(Harmless):
            await refused
        return stands

    assert asyncio.run(ask()) == "stands"
