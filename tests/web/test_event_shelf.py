"""Events that come at once are stored together, and each caller is answered once it is kept."""

import asyncio

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, func, select

from core.db import reading
from models import WebhookEvent
from services.told import Told
from tests.factories import NOON
from tests.web.day import writes_begun
from web.event_shelf import Shelf, shelf


def told(number: int) -> list[Told]:
    return [Told(name="follow", digest=str(number), at=NOON, recipient=str(number))]


def stored() -> int:
    with reading() as session:
        return session.exec(select(func.count()).select_from(WebhookEvent)).one()


def test_many_at_once_take_few_transactions(session: Session) -> None:
    async def all_at_once() -> None:
        await asyncio.gather(*(shelf().keep("zalo", told(number)) for number in range(300)))

    with writes_begun() as begun:
        asyncio.run(all_at_once())

    assert stored() == 300
    assert len(begun) <= 2


def test_more_than_a_transaction_takes_go_into_the_next(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.event_shelf.MOST", 100)

    async def all_at_once() -> None:
        await asyncio.gather(*(shelf().keep("zalo", told(number)) for number in range(250)))

    with writes_begun() as begun:
        asyncio.run(all_at_once())

    assert (stored(), len(begun)) == (250, 3)


def test_what_could_not_be_stored_is_told_to_each_and_the_next_is_stored(session: Session) -> None:
    async def one_after_the_other() -> list[object]:
        own = Shelf()
        WebhookEvent.metadata.tables["webhookevent"].drop(session.get_bind())
        failed = await asyncio.gather(*(own.keep("zalo", told(number)) for number in range(3)), return_exceptions=True)
        WebhookEvent.metadata.tables["webhookevent"].create(session.get_bind())
        return [*failed, await own.keep("zalo", told(9))]

    *failed, new = asyncio.run(one_after_the_other())

    assert [isinstance(one, OperationalError) or "UndefinedTable" in str(one) for one in failed] == [True] * 3
    assert (new, stored()) == (1, 1)
