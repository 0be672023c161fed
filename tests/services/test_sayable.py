"""What an account of the plan would refuse in the words is known while they are written."""

from typing import Any

import pytest
from sqlmodel import Session

from core.errors import NotFound
from models import AccountState, Announcement, Channel, Role, Unit
from services import messages, plans, ports, sayable
from services.access import Actor
from services.ports import Ports
from services.sayable import Unsayable
from tests.factories import make_account, make_actor, make_household, make_unit
from tests.fakes import FakeEngine, FakeSender, Nothing

PHONE = "+84912345678"


@pytest.fixture
def ward(session: Session, promises: FakeEngine) -> Unit:
    """With one household outside any chat, which has a telephone."""
    nothing: object = Nothing()
    senders = {Channel.ZNS: FakeSender(), Channel.SMS: FakeSender(), Channel.FACEBOOK: FakeSender()}
    senders[Channel.SMS].longest = 60
    ports.provide(
        Ports(sheets=nothing, paper=nothing, codes=nothing, engine=promises, tables=nothing, senders=senders)  # type: ignore[arg-type]
    )
    ward = make_unit(session, name="Phường Bắc Kạn")
    make_household(session, unit=make_unit(session, parent=ward), phone=PHONE)
    return ward


@pytest.fixture
def writer(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF)


def found(session: Session, ward: Unit, writer: Actor, **words: Any) -> list[Unsayable]:
    said: dict[str, Any] = {"unit_id": ward.id, "title": "Họp tổ", "body": "Tối nay 19 giờ."}
    item = Announcement(**(said | words))
    plan = plans.preview(session, actor=writer, unit_ids=[ward.id])
    return sayable.found_in(session, actor=writer, announcement=item, plan=plan)


def test_a_blank_too_small_for_the_words_is_told_with_its_households(session: Session, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZNS, price=250, settings={"blanks": "noi_dung=tin:10"})

    assert found(session, ward, writer) == [Unsayable(Channel.ZNS, messages.BLANK_TOO_LONG, 1)]
    assert found(session, ward, writer, body="Tối nay.") == []


def test_a_blank_with_nothing_to_fill_it_is_told(session: Session, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZNS, price=250, settings={"blanks": "noi_dung=tin, han=han"})

    assert [one.why for one in found(session, ward, writer)] == [messages.BLANK_EMPTY]


def test_a_blank_without_a_limit_of_its_own_has_the_channels(session: Session, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.ZNS, price=250, settings={"blanks": "noi_dung=tin"})

    assert [one.why for one in found(session, ward, writer, body="Dài. " * 401)] == [messages.BLANK_TOO_LONG]


def test_an_sms_is_measured_with_its_link(session: Session, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.SMS, price=500)

    assert found(session, ward, writer, body="Ngắn.") == []
    assert found(session, ward, writer, body="Dài. " * 10) == [Unsayable(Channel.SMS, messages.TOO_LONG, 1)]


def test_an_account_that_nobody_is_told_by_or_that_rests_is_not_asked(session: Session, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.SMS, price=500, state=AccountState.PAUSED)
    make_account(session, unit=ward, channel=Channel.ZALO_OA)

    assert found(session, ward, writer, body="Dài. " * 10) == []


def test_a_post_for_everybody_is_measured_where_the_author_named_it(session: Session, ward: Unit, writer: Actor) -> None:
    make_account(session, unit=ward, channel=Channel.FACEBOOK)
    long = "Dài. " * 410

    unnamed, named = (found(session, ward, writer, body=long, plan=plan) for plan in ({}, {"channels": ["facebook"]}))

    assert (unnamed, named) == ([], [Unsayable(Channel.FACEBOOK, messages.TOO_LONG, 0)])


def test_words_of_another_ward_are_not_looked_at(session: Session, ward: Unit, writer: Actor) -> None:
    with pytest.raises(NotFound):
        found(session, make_unit(session), writer)
