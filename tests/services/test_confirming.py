"""A gateway that signs nothing is asked before what was reported is believed."""

from typing import Any

import pytest
from sqlmodel import Session

from core.db import reading, transaction
from jobs import work
from models import Batch, Channel, Delivery, DeliveryStatus, Unit
from services import confirming, receipts
from services.ports import Ports, provide
from services.senders import Accepted, Outcome, Rejected, Unknown
from services.told import Told
from tests.factories import NOON, make_account, make_announcement, make_delivery
from tests.fakes import FakeEngine, FakeSender, Nothing

S = DeliveryStatus


def gateway(answer: Outcome | None) -> FakeSender:
    nothing: Any = Nothing()
    made = FakeSender()
    made.looked = answer
    provide(
        Ports(
            sheets=nothing, paper=nothing, codes=nothing, engine=FakeEngine(), tables=nothing, senders={Channel.SMS: made}
        )
    )  # fmt: skip
    return made


@pytest.fixture
def row(session: Session, ward: Unit) -> Delivery:
    """A message that the gateway took, and of which somebody reports that it has arrived."""
    account = make_account(session, unit=ward, channel=Channel.SMS)
    item = make_announcement(session, unit=ward)
    batch = Batch(announcement_id=item.id, channel=Channel.SMS, ward_id=ward.id, size=1, account_id=account.id)
    session.add(batch)
    session.flush()
    row = make_delivery(
        session, unit=ward, announcement=item, channel=Channel.SMS, batch_id=batch.id, provider_message_id="s1"
    )  # fmt: skip
    report = Told(
        name="sms_report", digest="1", at=NOON, status=S.DELIVERED, delivery_key=row.id.hex, provider_message_ids=("other",),
        is_sure=False,
    )  # fmt: skip
    receipts.keep(session, provider="sms", told=[report])
    session.commit()
    return row


@pytest.mark.parametrize(
    ("answer", "after"),
    [
        (Accepted("s1"), S.DELIVERED),
        (Rejected("recipient", "5", "Không tới được máy."), S.REJECTED),
        (Rejected("config", "101", "Khóa sai."), S.SENT),
        (Unknown("Chưa xong."), S.SENT),
        (None, S.SENT),
    ],
)
def test_its_own_word_counts(session: Session, row: Delivery, answer: Outcome | None, after: DeliveryStatus) -> None:
    asked = gateway(answer).asked

    with reading() as looking:
        questions = confirming.to_ask(looking).questions
    said = confirming.ask(questions)
    with transaction() as writing:
        receipts.confirm(writing, statuses=said)
    with transaction() as writing:
        receipts.work_off(writing, again=True)

    session.rollback()
    with reading() as looking:
        assert looking.get_one(Delivery, row.id).status is after
    assert [message.provider_id for message in asked] == ["s1"], (
        "the gateway is asked by the number it gave us, not by that of the report"
    )


def test_without_a_gateway_nobody_is_asked(session: Session, row: Delivery) -> None:
    with reading() as looking:
        round_ = confirming.to_ask(looking)

    assert len(round_.questions) == 1
    assert confirming.ask(round_.questions) == {}


def test_one_round_comes_after_the_other(session: Session, row: Delivery) -> None:
    with reading() as looking:
        first = confirming.to_ask(looking)
        second = confirming.to_ask(looking, after=first.last)

    assert (first.last is not None, second.questions, second.last) == (True, [], None)


def test_the_sweep_asks_and_then_works_off(session: Session, row: Delivery) -> None:
    gateway(Accepted("s1"))

    confirmed, done = work.confirm_step(), work.receipts_step()

    session.rollback()
    with reading() as looking:
        assert looking.get_one(Delivery, row.id).status is S.DELIVERED
    assert (confirmed, done) == (1, 1)
