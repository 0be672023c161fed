"""A draft on one's own telephone, sent by an account of the ward."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core.errors import Invalid, NotAllowed, NotFound
from models import AccountState, Announcement, AuditEvent, Channel, ChannelAccount, Delivery, Role, Unit
from services import channel_accounts, ports, sending, training, trial_messages
from services.access import TERMINAL, Actor
from services.channel_values import AccountForm
from services.senders import Accepted, Rejected
from services.trial_messages import MOST_A_DAY, Letter
from tests.factories import make_account, make_actor, make_announcement, make_household, make_unit
from tests.fakes import FakeSender

OWN = "+84912345678"
SMS = AccountForm({"brandname": "UBND-PHUONG"}, {"api_key": "khoa", "secret_key": "mat"})


@pytest.fixture(autouse=True)
def _still(clock: Traveller) -> None:
    """Noon."""


@pytest.fixture
def sender() -> FakeSender:
    sender = FakeSender()
    ports.provide(replace(ports.ports(), senders={Channel.SMS: sender, Channel.ZNS: sender}))
    return sender


@pytest.fixture
def account(session: Session, ward: Unit) -> ChannelAccount:
    account = channel_accounts.connect(session, actor=TERMINAL, unit_id=ward.id, channel=Channel.SMS, form=SMS)
    account.state = AccountState.ACTIVE
    session.commit()
    return account


@pytest.fixture
def writer(session: Session, ward: Unit) -> Actor:
    return make_actor(session, unit=ward, role=Role.STAFF, phone=OWN)


@pytest.fixture
def draft(session: Session, ward: Unit, account: ChannelAccount, sender: FakeSender) -> Announcement:
    make_household(session, unit=make_unit(session, parent=ward), phone="+84978000000")
    return make_announcement(session, unit=ward, body="Sáng mai họp tổ.")


def prepared(session: Session, draft: Announcement, actor: Actor, channel: Channel = Channel.SMS) -> Letter:
    return trial_messages.prepare(session, actor=actor, announcement_id=draft.id, channel=channel)


def test_it_goes_to_the_own_telephone_only_and_says_that_it_is_a_trial(
    session: Session, draft: Announcement, writer: Actor, sender: FakeSender
) -> None:
    letter = prepared(session, draft, writer)
    done = trial_messages.note(session, letter=letter, outcome=trial_messages.send(letter))

    [message] = sender.sent
    assert (message.recipient, done.is_sent) == (OWN, True)
    assert message.text.startswith("BAN THU. Sang mai hop to.\nhttp://ward.test/t/")
    assert session.exec(select(Delivery)).all() == []


def test_it_is_in_the_audit_without_the_number(session: Session, draft: Announcement, writer: Actor) -> None:
    prepared(session, draft, writer)

    event = session.exec(select(AuditEvent).where(AuditEvent.action == "announcement.trial_sent")).one()
    assert (event.actor_id, event.subject_id, event.details) == (writer.id, str(draft.id), {"channel": "sms"})


def test_so_many_a_day_and_no_more(session: Session, draft: Announcement, writer: Actor, clock: Traveller) -> None:
    for _ in range(MOST_A_DAY):
        prepared(session, draft, writer)

    with pytest.raises(Invalid, match="Trong một ngày"):
        prepared(session, draft, writer)
    clock.shift(timedelta(days=1, minutes=1))

    assert prepared(session, draft, writer).message.recipient == OWN


def test_in_training_nothing_leaves(session: Session, draft: Announcement, writer: Actor, ward: Unit) -> None:
    training.switch(session, actor=TERMINAL, unit_id=ward.id, is_on=True)

    with pytest.raises(Invalid):
        prepared(session, draft, writer)


def test_what_is_kept_for_emergencies_is_not_spent(
    session: Session, draft: Announcement, writer: Actor, account: ChannelAccount
) -> None:
    account.quota_left, account.reserve = 3, 3
    session.flush()

    with pytest.raises(Invalid, match="hỏa tốc"):
        prepared(session, draft, writer)


def test_an_answer_that_tells_the_quota_is_kept_and_a_refusal_is_said(
    session: Session, draft: Announcement, writer: Actor, account: ChannelAccount
) -> None:
    letter = prepared(session, draft, writer)

    trial_messages.note(session, letter=letter, outcome=Accepted(quota_left=41))
    refused = trial_messages.note(session, letter=letter, outcome=Rejected("content", "1", "Không hợp lệ."))
    session.refresh(account)

    assert account.quota_left == 41
    assert (refused.is_sent, refused.says) == (False, "Không hợp lệ.")


def test_without_an_own_mobile_number_or_an_account_there_is_none(
    session: Session, draft: Announcement, ward: Unit, writer: Actor, account: ChannelAccount
) -> None:
    nobody = make_actor(session, unit=ward, phone=None)

    with pytest.raises(Invalid, match="chưa có số di động"):
        prepared(session, draft, nobody)
    with pytest.raises(Invalid, match="không có tài khoản"):
        prepared(session, draft, writer, Channel.ZNS)
    account.state = AccountState.PAUSED
    session.flush()

    assert trial_messages.channels(session, actor=writer, announcement_id=draft.id) == []


def test_a_template_holds_the_own_name(session: Session, draft: Announcement, writer: Actor, ward: Unit) -> None:
    make_account(session, unit=ward, channel=Channel.ZNS, settings={"blanks": "ten=ho_ten, tin=tin"})

    message = prepared(session, draft, writer, Channel.ZNS).message

    assert dict(message.blanks) == {"ten": writer.display_name, "tin": "Sáng mai họp tổ."}
    assert message.text == ""


def test_words_too_long_are_refused_as_they_will_be(
    session: Session, draft: Announcement, writer: Actor, sender: FakeSender
) -> None:
    sender.longest = 40

    with pytest.raises(Invalid, match="dài hơn mức"):
        prepared(session, draft, writer)


def test_what_was_sent_or_lies_elsewhere_is_not_tried(session: Session, draft: Announcement, writer: Actor) -> None:
    with pytest.raises(NotFound):
        prepared(session, draft, make_actor(session, unit=make_unit(session), phone=OWN))
    sending.send(session, announcement=draft)

    with pytest.raises(NotAllowed):
        prepared(session, draft, writer)
