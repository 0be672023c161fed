"""An account is ended: what waits is counted and stopped, secrets are wiped, the ledger and the audit stay."""

from datetime import timedelta

import pytest
from sqlalchemy import func
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import AuditEvent, Batch, Channel, ChannelAccount, Delivery, DeliveryStatus, Role, Trouble, Unit
from services import batches, channel_accounts, disconnections
from services.access import Actor
from services.batches import Hold
from services.channel_values import AccountForm
from services.chunks import Marked
from services.disconnections import Leaving
from services.senders import Accepted
from tests import turns
from tests.factories import make_actor, make_unit
from tests.services.held import three_held

SMS = AccountForm({"brandname": "UBND-PHUONG"}, {"api_key": "khoa", "secret_key": "mat"}, price=500)
OA = AccountForm({"app_id": "123456", "oa_id": "388613"}, {"secret_key": "khoa", "refresh_token": "mot-lan"})


@pytest.fixture
def account(session: Session, ward: Unit, admin: Actor) -> ChannelAccount:
    return channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=Channel.SMS, form=SMS)


@pytest.fixture
def held(session: Session, account: ChannelAccount, ward: Unit) -> Hold:
    """Three messages, of which a process has marked one."""
    return three_held(session, ward)


def rows(session: Session) -> list[tuple[str, str | None, int]]:
    session.flush()
    session.expire_all()
    found = session.exec(select(Delivery).where(Delivery.channel == Channel.SMS))
    return sorted((row.status.value, row.trouble, row.cost) for row in found)


def test_what_waits_is_counted_stopped_with_its_reason_and_what_left_stays(
    session: Session, account: ChannelAccount, held: Hold, admin: Actor
) -> None:
    first = turns.turn(session, held, settled=(), usual_rate=50.0, dedupes=False, most=1)
    assert isinstance(first, Marked)
    assert disconnections.look(session, actor=admin, account_id=account.id) == Leaving(2, 1, ())

    stopped = disconnections.disconnect(session, actor=admin, account_id=account.id, expected=2)
    session.expire_all()
    then = turns.turn(session, held, settled=[(first.rows[0], Accepted("m1"))], usual_rate=50.0, dedupes=False)
    batches.leave(session, held)

    assert stopped == 2
    assert isinstance(then, Marked)
    assert then.rows == (), "whoever holds the batch writes what it knows and sends no more"
    assert rows(session) == [("rejected", Trouble.CONFIG, 0), ("rejected", Trouble.CONFIG, 0), ("sent", None, 500)]
    why = session.exec(select(Delivery.error).where(Delivery.status == DeliveryStatus.REJECTED)).first()
    assert why == disconnections.STOPPED
    assert session.exec(select(func.count()).select_from(ChannelAccount)).one() == 0
    batch = session.exec(select(Batch)).one()
    assert batch.account_id is None
    assert batch.ended_at


def test_a_batch_in_nobodys_hands_ends_with_it(session: Session, account: ChannelAccount, held: Hold, admin: Actor) -> None:
    batches.leave(session, held)

    disconnections.disconnect(session, actor=admin, account_id=account.id, expected=3)

    session.expire_all()
    assert session.exec(select(Batch)).one().ended_at
    again = batches.claim(session, batch_id=held.batch_id, attempt=2, owner="b:1", lease=timedelta(seconds=15))
    assert again is None


def test_the_audit_says_who_ended_it_and_what_it_had_cost(
    session: Session, account: ChannelAccount, held: Hold, admin: Actor
) -> None:
    first = turns.turn(session, held, settled=(), usual_rate=50.0, dedupes=False, most=1)
    assert isinstance(first, Marked)
    turns.turn(session, held, settled=[(first.rows[0], Accepted("m1"))], usual_rate=50.0, dedupes=False, most=1)
    session.flush()

    disconnections.disconnect(session, actor=admin, account_id=account.id, expected=2)

    event = session.exec(select(AuditEvent).where(AuditEvent.action == "channel.disconnected")).one()
    assert event.actor_name == admin.display_name
    assert {name: event.details[name] for name in ("channel", "used_this_month", "cost_this_month")} == {
        "channel": "sms", "used_this_month": 1, "cost_this_month": 500,
    }  # fmt: skip
    assert "khoa" not in str(event.details)


def test_more_than_the_person_saw_is_not_stopped(session: Session, account: ChannelAccount, held: Hold, admin: Actor) -> None:
    with pytest.raises(Invalid, match="nhiều hơn số vừa xem") as refused:
        disconnections.disconnect(session, actor=admin, account_id=account.id, expected=2)

    assert refused.value.details == {"n": 3}


def test_it_can_be_connected_again(session: Session, account: ChannelAccount, ward: Unit, admin: Actor) -> None:
    disconnections.disconnect(session, actor=admin, account_id=account.id, expected=0)

    with pytest.raises(Invalid, match="Còn thiếu"):
        channel_accounts.connect(
            session, actor=admin, unit_id=ward.id, channel=Channel.SMS, form=AccountForm({"brandname": "UBND-PHUONG"})
        )
    anew = channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=Channel.SMS, form=SMS)
    assert anew.id != account.id


def test_tokens_that_others_send_by_are_not_taken_from_them(session: Session, ward: Unit, admin: Actor) -> None:
    oa = channel_accounts.connect(session, actor=admin, unit_id=ward.id, channel=Channel.ZALO_OA, form=OA)
    zns = channel_accounts.connect(
        session, actor=admin, unit_id=ward.id, channel=Channel.ZNS, form=AccountForm({"template_id": "100001"})
    )
    assert disconnections.look(session, actor=admin, account_id=oa.id).leans_on_it == (Channel.ZNS,)

    with pytest.raises(Invalid, match="Ngắt kênh đó trước"):
        disconnections.disconnect(session, actor=admin, account_id=oa.id, expected=0)
    disconnections.disconnect(session, actor=admin, account_id=zns.id, expected=0)
    disconnections.disconnect(session, actor=admin, account_id=oa.id, expected=0)

    assert session.exec(select(ChannelAccount)).all() == []


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.STAFF, Role.LEAD, Role.VIEWER])
def test_only_an_admin_may(session: Session, account: ChannelAccount, ward: Unit, role: Role) -> None:
    actor = make_actor(session, unit=ward, role=role)

    with pytest.raises(NotAllowed):
        disconnections.look(session, actor=actor, account_id=account.id)
    with pytest.raises(NotAllowed):
        disconnections.disconnect(session, actor=actor, account_id=account.id, expected=0)


def test_another_wards_account_is_not_there(session: Session, account: ChannelAccount) -> None:
    stranger = make_actor(session, unit=make_unit(session), role=Role.ADMIN)

    with pytest.raises(NotFound):
        disconnections.disconnect(session, actor=stranger, account_id=account.id, expected=0)
