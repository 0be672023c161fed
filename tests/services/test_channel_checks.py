"""Asking a provider how an account stands, and a message to oneself."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, select

from core.errors import Invalid
from models import AccountState, AuditEvent, Channel, ChannelAccount, Unit
from services import channel_accounts, channel_checks, ports, training
from services.access import TERMINAL, Actor
from services.channel_values import AccountForm
from services.senders import Accepted, AccountHealth, Rejected, Unavailable, Unknown
from tests.factories import make_account
from tests.fake_sender import FakeSender

SMS = AccountForm({"brandname": "UBND-PHUONG"}, {"api_key": "khoa", "secret_key": "mat"})


@pytest.fixture
def sender() -> FakeSender:
    sender = FakeSender()
    ports.provide(replace(ports.ports(), senders={Channel.SMS: sender, Channel.ZNS: sender, Channel.EMAIL: sender}))
    return sender


@pytest.fixture
def sms(session: Session, ward: Unit, admin: Actor) -> ChannelAccount:
    return channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=Channel.SMS, form=SMS)


def checked(session: Session, admin: Actor, account: ChannelAccount) -> ChannelAccount:
    asked = channel_checks.question(session, actor=admin, account_id=account.id)
    health = channel_checks.ask(asked)
    return channel_checks.note(session, actor=admin, account_id=account.id, opening=asked.opening, health=health)


def tried(session: Session, admin: Actor, account: ChannelAccount, to: str) -> channel_checks.Tried:
    asked = channel_checks.question(session, actor=admin, account_id=account.id)
    message = channel_checks.message_to(session, actor=admin, account_id=account.id, recipient=to)
    outcome = channel_checks.send(asked, message)
    return channel_checks.note_trial(session, actor=admin, account_id=account.id, opening=asked.opening, outcome=outcome)


def test_a_check_keeps_the_quota_and_that_it_is_well(
    session: Session, sms: ChannelAccount, admin: Actor, sender: FakeSender
) -> None:  # fmt: skip
    sms.state, sms.failures = AccountState.BROKEN, 4

    account = checked(session, admin, sms)

    assert (account.state, account.quota_left, account.quota_total) == (AccountState.ACTIVE, 480, 500)
    assert account.message == "UBND phường Bắc Kạn"
    assert (account.failures, account.checked_at is not None) == (0, True)
    assert sender.keys[0].secrets["api_key"] == "khoa"
    assert sender.sent == [], "a check sends nothing"


def test_a_check_keeps_the_pace_that_the_provider_allows_beside_the_one_a_person_set(
    session: Session, sms: ChannelAccount, admin: Actor, sender: FakeSender
) -> None:
    sms.per_second = 20.0
    sender.health = AccountHealth(is_well=True, says="", per_second=100 / 60)

    checked(session, admin, sms)
    sender.health = AccountHealth(is_well=True, says="")
    account = checked(session, admin, sms)

    assert (account.per_second, account.told_per_second) == (20.0, 100 / 60)


def test_a_check_that_fails_says_why_and_stops_the_account(
    session: Session, sms: ChannelAccount, admin: Actor, sender: FakeSender
) -> None:  # fmt: skip
    sender.health = AccountHealth(is_well=False, says="Khóa không đúng.", code="101")

    account = checked(session, admin, sms)

    assert (account.state, account.message) == (AccountState.BROKEN, "Khóa không đúng.")


def test_what_is_said_of_keys_of_before_says_nothing_of_those_of_now(
    session: Session, sms: ChannelAccount, admin: Actor, sender: FakeSender
) -> None:
    sender.health = AccountHealth(is_well=False, says="Khóa không đúng.", code="101")
    asked = channel_checks.question(session, actor=admin, account_id=sms.id)
    health = channel_checks.ask(asked)
    anew = replace(SMS, secrets={"api_key": "khoa-moi", "secret_key": "mat-moi"})
    channel_accounts.change(session, actor=admin, account_id=sms.id, version=sms.version, form=anew)
    refused = Rejected("config", "101", "Khóa không đúng.")

    channel_checks.note(session, actor=admin, account_id=sms.id, opening=asked.opening, health=health)
    channel_checks.note_trial(session, actor=admin, account_id=sms.id, opening=asked.opening, outcome=refused)

    session.refresh(sms)
    assert (sms.state, sms.message) == (AccountState.ACTIVE, "")


@pytest.mark.parametrize("state", [AccountState.ACTIVE, AccountState.BROKEN])
def test_a_provider_without_an_answer_leaves_the_account_as_it_was(
    session: Session, sms: ChannelAccount, admin: Actor, sender: FakeSender, state: AccountState
) -> None:  # fmt: skip
    sms.state = state
    sender.health = AccountHealth(is_well=False, says="Không trả lời.", is_sure=False)

    account = checked(session, admin, sms)

    assert (account.state, account.message) == (state, "Không trả lời.")


def test_a_paused_account_stays_paused_however_it_is(
    session: Session, sms: ChannelAccount, admin: Actor, sender: FakeSender
) -> None:  # fmt: skip
    channel_accounts.pause(session, actor=admin, account_id=sms.id)

    assert checked(session, admin, sms).state is AccountState.PAUSED


def test_a_message_to_oneself_says_that_it_is_a_trial_and_who_got_it_is_not_kept(
    session: Session, sms: ChannelAccount, admin: Actor, ward: Unit, sender: FakeSender
) -> None:  # fmt: skip
    sender.outcome = Accepted(quota_left=479)

    done = tried(session, admin, sms, "0912 345 678")

    assert done.is_sent
    [message] = sender.sent
    assert (message.recipient, message.text) == ("+84912345678", f"Tin thử từ Cầu Nối của {ward.name}. Không cần trả lời.")
    assert len(message.key) == 32
    assert sms.quota_left == 479
    kept = str([event.model_dump() for event in session.exec(select(AuditEvent))])
    assert "channel.tested" in kept
    assert "912345678" not in kept


def test_blanks_of_a_template_are_filled_for_the_trial(session: Session, ward: Unit, admin: Actor, sender: FakeSender) -> None:
    form = AccountForm(
        {"app_id": "123456", "oa_id": "388613", "template_id": "100001", "blanks": "ward_name=phuong, noi_dung=tin:30"},
        {"secret_key": "k", "refresh_token": "r"},
    )
    zns = channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=Channel.ZNS, form=form)

    tried(session, admin, zns, "0912345678")

    assert sender.sent[0].blanks == {"ward_name": ward.name, "noi_dung": "Đây là tin thử của phường."}


@pytest.mark.parametrize(
    ("outcome", "says", "state"),
    [
        (Rejected("recipient", "99", "Số bị chặn."), "Số bị chặn.", AccountState.ACTIVE),
        (Rejected("config", "103", "Hết tiền."), "Hết tiền.", AccountState.BROKEN),
        (Unavailable("backoff", "", "Đang bận."), "Đang bận.", AccountState.ACTIVE),
        (Unknown("đứt"), "Mất câu trả lời của nhà cung cấp", AccountState.ACTIVE),
    ],
)
def test_what_did_not_arrive_says_why(
    session: Session, sms: ChannelAccount, admin: Actor, sender: FakeSender, outcome: Any, says: str, state: AccountState
) -> None:
    sender.outcome = outcome

    done = tried(session, admin, sms, "0912345678")

    assert not done.is_sent
    assert done.says.startswith(says)
    assert sms.state is state


@pytest.mark.parametrize("wrong", ["", "12", "0209 3870 123", "abc"])
def test_a_receiver_who_cannot_be_one_is_refused(
    session: Session, sms: ChannelAccount, admin: Actor, sender: FakeSender, wrong: str
) -> None:  # fmt: skip
    with pytest.raises(Invalid) as refused:
        channel_checks.message_to(session, actor=admin, account_id=sms.id, recipient=wrong)

    assert refused.value.details["field"] == "recipient"


def test_in_training_not_even_a_trial_leaves(session: Session, sms: ChannelAccount, ward: Unit, admin: Actor) -> None:
    training.switch(session, actor=TERMINAL, unit_id=ward.id, is_on=True)

    with pytest.raises(Invalid, match="tập huấn"):
        channel_checks.message_to(session, actor=admin, account_id=sms.id, recipient="0912345678")


def test_what_everybody_sees_is_not_tried(session: Session, ward: Unit, admin: Actor) -> None:
    page = make_account(session, unit=ward, channel=Channel.FACEBOOK)

    with pytest.raises(Invalid, match="ai cũng xem được"):
        channel_checks.message_to(session, actor=admin, account_id=page.id, recipient="10002000")


def test_a_machine_without_the_adapter_says_so(session: Session, sms: ChannelAccount, admin: Actor) -> None:
    with pytest.raises(Invalid, match="chưa nối được"):
        channel_checks.ask(channel_checks.question(session, actor=admin, account_id=sms.id))


def test_a_lost_app_key_is_a_sentence(session: Session, sms: ChannelAccount, admin: Actor, sender: FakeSender) -> None:
    sms.secrets = "gAAAA-broken"
    session.flush()

    with pytest.raises(Invalid, match="Nhập lại khóa"):
        channel_checks.question(session, actor=admin, account_id=sms.id)
