"""What waits for an account leaves as soon as nothing speaks against the account any more."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from core import clock
from models import AccountState, Batch, Channel, ChannelAccount, Unit
from services import batches, channel_accounts, channel_checks, sending
from services.access import Actor
from services.channel_values import AccountForm
from services.senders import AccountHealth
from tests.factories import make_account, make_announcement, make_household, make_unit
from tests.fakes import FakeEngine

LEASE = timedelta(seconds=15)
SMS = AccountForm({"brandname": "UBND-PHUONG"}, {"api_key": "khoa", "secret_key": "mat"})
WELL = AccountHealth(is_well=True, says="")


@pytest.fixture
def account(session: Session, ward: Unit, admin: Actor) -> ChannelAccount:
    return channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=Channel.SMS, form=SMS)


@pytest.fixture
def waiting(session: Session, account: ChannelAccount, ward: Unit) -> Batch:
    """A batch that looks at its account again in five minutes."""
    place = make_unit(session, parent=ward)
    make_household(session, unit=place, phone="+84912000001")
    announcement = make_announcement(session, unit=ward, units=[place])
    sending.send(session, announcement=announcement)
    session.commit()
    batch = session.exec(select(Batch).where(Batch.announcement_id == announcement.id)).one()
    hold = batches.claim(session, batch_id=batch.id, attempt=1, owner="a:1", lease=LEASE)
    assert hold
    batches.leave(session, hold, held_until=clock.now() + timedelta(minutes=5))
    session.commit()
    return batch


def at_once(promises: FakeEngine, batch: Batch) -> int:
    """How often the batch's next attempt was promised without a time before which it is not begun."""
    return sum(run.batch_id == batch.id and run.attempt == 2 and run.at is None for run in promises.runs.values())


def test_resuming_an_account_has_its_messages_leave_at_once(
    session: Session, waiting: Batch, account: ChannelAccount, admin: Actor, promises: FakeEngine
) -> None:
    channel_accounts.pause(session, actor=admin, account_id=account.id)
    assert at_once(promises, waiting) == 0

    channel_accounts.resume(session, actor=admin, account_id=account.id)

    assert at_once(promises, waiting) == 1
    channel_accounts.resume(session, actor=admin, account_id=account.id)
    assert at_once(promises, waiting) == 1, "there was nothing to resume"


def test_saying_a_broken_account_anew_has_its_messages_leave_at_once(
    session: Session, waiting: Batch, account: ChannelAccount, admin: Actor, promises: FakeEngine
) -> None:
    account.state = AccountState.BROKEN
    session.flush()

    channel_accounts.connect(
        session, actor=admin, unit_id=account.unit_id, channel=Channel.SMS, form=AccountForm(secrets={"api_key": "moi"})
    )

    assert account.state is AccountState.ACTIVE
    assert at_once(promises, waiting) == 1


@pytest.mark.parametrize("state", [AccountState.BROKEN, AccountState.ACTIVE])
def test_a_check_that_finds_it_well_again_has_its_messages_leave_at_once(
    session: Session, waiting: Batch, account: ChannelAccount, admin: Actor, promises: FakeEngine, state: AccountState
) -> None:
    account.state, account.failures, account.open_until = state, 10, clock.now() + timedelta(minutes=9)
    session.flush()

    channel_checks.note(session, actor=admin, account_id=account.id, opening=account.opening, health=WELL)

    session.refresh(account)
    kept = session.get_one(ChannelAccount, account.id)
    assert (kept.state, kept.failures, kept.open_until) == (AccountState.ACTIVE, 0, None)
    assert at_once(promises, waiting) == 1
    channel_checks.note(session, actor=admin, account_id=account.id, opening=account.opening, health=WELL)
    assert at_once(promises, waiting) == 1, "it was well before"


def test_a_check_does_not_end_a_pause(
    session: Session, waiting: Batch, account: ChannelAccount, admin: Actor, promises: FakeEngine
) -> None:
    account.state = AccountState.PAUSED
    session.flush()

    channel_checks.note(session, actor=admin, account_id=account.id, opening=account.opening, health=WELL)

    assert (account.state, at_once(promises, waiting)) == (AccountState.PAUSED, 0)


def test_new_tokens_of_an_official_account_mend_all_its_channels_that_were_broken(
    session: Session, ward: Unit, admin: Actor
) -> None:
    oa = AccountForm({"app_id": "123456", "oa_id": "388613"}, {"secret_key": "khoa", "refresh_token": "cu"})
    holder = channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=Channel.ZALO_OA, form=oa)
    zns = channel_accounts.connect(
        session, actor=admin, unit_id=ward.id, channel=Channel.ZNS, form=AccountForm({"template_id": "100001"})
    )
    template = make_account(session, unit=ward, channel=Channel.ZALO_TEMPLATE, state=AccountState.PAUSED)
    holder.state = zns.state = AccountState.BROKEN
    session.flush()

    channel_accounts.connect(
        session, actor=admin, unit_id=ward.id, channel=Channel.ZALO_OA, form=AccountForm(secrets={"refresh_token": "moi"})
    )

    assert (holder.state, zns.state) == (AccountState.ACTIVE, AccountState.ACTIVE)
    assert template.state is AccountState.PAUSED, "somebody paused it"
