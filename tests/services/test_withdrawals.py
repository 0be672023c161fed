"""A withdrawal is told to exactly those who got the text by an account."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core.errors import Invalid, NotAllowed
from models import (
    Announcement,
    AuditEvent,
    Batch,
    Channel,
    Delivery,
    DeliveryStatus,
    OptOutCause,
    Role,
    Unit,
    Urgency,
)
from services import announcements, batches, ledger, messages, opt_outs, sending, withdrawals
from services.access import TERMINAL, Actor
from services.chunks import Marked
from services.withdrawals import ByChannel
from tests import turns
from tests.factories import make_account, make_actor, make_announcement, make_household, make_unit

S = DeliveryStatus


@pytest.fixture(autouse=True)
def _still(clock: Traveller) -> None:
    """Noon."""


@pytest.fixture
def ward(session: Session) -> Unit:
    ward = make_unit(session, name="Phường Bắc Kạn")
    make_account(session, unit=ward, channel=Channel.SMS, price=500, per_second=1000.0)
    return ward


@pytest.fixture
def chief(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.OFFICIAL)


def sent(session: Session, ward: Unit, *statuses: DeliveryStatus, urgency: Urgency = Urgency.NORMAL) -> Announcement:
    """To a telephone each; what became of each message is given."""
    place = make_unit(session, parent=ward)
    for number in range(len(statuses)):
        make_household(session, unit=place, phone=f"+8491200{number:04}")
    item = make_announcement(session, unit=ward, title="Họp tổ", urgency=urgency)
    sending.send(session, announcement=item)
    for row, status in zip(rows(session, item), statuses, strict=True):
        row.status = status
    session.commit()
    return item


def rows(session: Session, item: Announcement) -> list[Delivery]:
    found = session.exec(select(Delivery).where(Delivery.announcement_id == item.id).order_by(Delivery.recipient_id))
    return [row for row in found if ":withdrawn:" not in row.idempotency_key]


def notices(session: Session, item: Announcement) -> list[Delivery]:
    found = session.exec(select(Delivery).where(Delivery.announcement_id == item.id).order_by(Delivery.recipient_id))
    return [row for row in found if ":withdrawn:" in row.idempotency_key]


def withdraw(session: Session, item: Announcement) -> None:
    announcements.cancel(session, actor=TERMINAL, announcement_id=item.id)
    session.commit()


def test_whoever_got_it_or_may_have_is_told_and_nobody_else(session: Session, ward: Unit, chief: Actor) -> None:
    item = sent(session, ward, S.SENT, S.DELIVERED, S.READ, S.UNKNOWN, S.QUEUED, S.REJECTED, S.UNAVAILABLE)
    withdraw(session, item)

    due = withdrawals.receivers(session, actor=chief, announcement_id=item.id)
    told = withdrawals.tell(session, actor=chief, announcement_id=item.id, expected=4)

    assert due.channels == [ByChannel(Channel.SMS, 4, 4 * 500)]
    assert told == 4
    assert [row.recipient_id for row in notices(session, item)] == [f"+8491200{number:04}" for number in range(4)]
    assert {(row.status, row.cost) for row in notices(session, item)} == {(S.QUEUED, 500)}


def test_pressed_twice_it_is_told_once_and_who_was_on_the_way_follows(session: Session, ward: Unit, chief: Actor) -> None:
    item = sent(session, ward, S.SENT, S.SENDING)
    withdraw(session, item)
    withdrawals.tell(session, actor=chief, announcement_id=item.id, expected=1)

    again = withdrawals.tell(session, actor=chief, announcement_id=item.id, expected=0)
    rows(session, item)[1].status = S.SENT
    session.flush()
    late = withdrawals.tell(session, actor=chief, announcement_id=item.id, expected=1)

    assert (again, late) == (0, 1)
    assert len(notices(session, item)) == 2
    assert withdrawals.receivers(session, actor=chief, announcement_id=item.id).told == 2


def test_it_is_asked_again_where_the_number_is_another_by_now(session: Session, ward: Unit, chief: Actor) -> None:
    item = sent(session, ward, S.SENT, S.SENT)
    withdraw(session, item)

    with pytest.raises(Invalid, match="Nay có 2 tin cần gửi"):
        withdrawals.tell(session, actor=chief, announcement_id=item.id, expected=1)

    assert notices(session, item) == []


def test_only_what_was_sent_and_withdrawn_is_told_and_only_by_who_approves(session: Session, ward: Unit, chief: Actor) -> None:
    item = sent(session, ward, S.SENT)

    with pytest.raises(NotAllowed):
        withdrawals.tell(session, actor=chief, announcement_id=item.id, expected=1)
    withdraw(session, item)
    with pytest.raises(NotAllowed):
        withdrawals.tell(session, actor=make_actor(session, unit=ward), announcement_id=item.id, expected=1)

    assert notices(session, item) == []


def test_who_wants_no_messages_gets_none(session: Session, ward: Unit, chief: Actor) -> None:
    item = sent(session, ward, S.SENT, S.SENT)
    opt_outs.refuse(session, recipients=["+84912000000"], channels=opt_outs.BY_NUMBER, cause=OptOutCause.SMS)
    withdraw(session, item)

    withdrawals.tell(session, actor=chief, announcement_id=item.id, expected=1)

    assert [row.recipient_id for row in notices(session, item)] == ["+84912000001"]


def test_it_leaves_though_it_is_withdrawn_and_says_so(session: Session, ward: Unit, chief: Actor) -> None:
    item = sent(session, ward, S.SENT, S.QUEUED, urgency=Urgency.NORMAL)
    withdraw(session, item)
    withdrawals.tell(session, actor=chief, announcement_id=item.id, expected=1)
    session.commit()

    batch = session.exec(select(Batch).where(Batch.takes_back)).one()
    hold = batches.claim(session, batch_id=batch.id, attempt=1, owner="a:1", lease=timedelta(seconds=15))
    assert hold
    made = turns.turn(session, hold, settled=(), usual_rate=50.0, dedupes=False)
    said = messages.wording(
        session, announcement=item, channel=Channel.SMS, account_settings={"is_unicode": "1"}, longest=459, batch_id=batch.id
    )  # fmt: skip

    assert isinstance(made, Marked)
    assert [row.recipient for row in made.rows] == ["+84912000000"]
    assert said.text.startswith("Phường đã thu hồi thông báo “Họp tổ”. Xin bà con không làm theo bản cũ;")
    assert "/a/" in said.text.splitlines()[-1]


def test_the_ledger_tells_it_from_the_announcement_and_the_audit_knows_who(session: Session, ward: Unit, chief: Actor) -> None:
    item = sent(session, ward, S.SENT)
    withdraw(session, item)
    withdrawals.tell(session, actor=chief, announcement_id=item.id, expected=1)
    session.flush()

    lines = ledger.of_announcement(session, actor=chief, announcement_id=item.id).lines
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "announcement.withdrawal_told")).one()

    assert [(line.takes_back, line.total) for line in lines] == [(False, 1), (True, 1)]
    assert (event.actor_id, event.details["messages"]) == (chief.id, 1)


def test_a_channel_without_an_account_is_named_and_not_promised(session: Session, ward: Unit, chief: Actor) -> None:
    item = sent(session, ward, S.SENT, S.SENT)
    rows(session, item)[0].channel = Channel.ZNS
    session.commit()
    withdraw(session, item)

    due = withdrawals.receivers(session, actor=chief, announcement_id=item.id)

    assert (due.count, due.without_account) == (1, 1)


def test_a_long_title_does_not_make_it_too_long(session: Session, ward: Unit) -> None:
    item = make_announcement(session, unit=ward, title="Khám " * 32)

    said = withdrawals.as_withdrawn(item)

    assert len(said.body) < 200
    assert "Khám…”" in said.body
