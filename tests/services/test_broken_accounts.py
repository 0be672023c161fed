"""Who is told that a provider no longer lets an account in."""

from typing import Any

import pytest
from sqlmodel import Session

from core.errors import NotAllowed
from models import AccountState, Channel, Role, Unit, UnitKind
from services import broken_accounts, today
from tests.factories import make_account, make_actor, make_batch, make_delivery, make_unit

BROKEN: dict[str, Any] = {"state": AccountState.BROKEN, "message": "Token không còn dùng được."}


@pytest.fixture
def ward(session: Session) -> Unit:
    return make_unit(session, parent=make_unit(session, kind=UnitKind.PROVINCE))


def test_whoever_sends_by_it_is_told_and_whoever_keeps_it_may_mend_it(session: Session, ward: Unit) -> None:
    account = make_account(session, unit=ward, channel=Channel.ZNS, **BROKEN)
    make_account(session, unit=ward, channel=Channel.SMS)
    waiting = make_delivery(session, unit=ward, status="unavailable")
    make_batch(session, account=account, of=waiting)

    [of_admin] = broken_accounts.of(session, actor=make_actor(session, unit=ward, role=Role.ADMIN))
    [of_staff] = broken_accounts.of(session, actor=make_actor(session, unit=ward, role=Role.STAFF))

    assert (of_admin.account_id, of_admin.channel, of_admin.why) == (account.id, Channel.ZNS, BROKEN["message"])
    assert (of_admin.waiting, of_staff.waiting) == (1, 1)
    assert (of_admin.may_mend, of_staff.may_mend) == (True, False)


def test_an_account_of_the_province_is_told_to_its_wards_and_mended_there(session: Session, ward: Unit) -> None:
    province = session.get_one(Unit, ward.parent_id)
    make_account(session, unit=province, channel=Channel.ZNS, **BROKEN)

    [seen] = broken_accounts.of(session, actor=make_actor(session, unit=ward, role=Role.ADMIN))
    [own] = broken_accounts.of(session, actor=make_actor(session, unit=province, role=Role.ADMIN))

    assert (seen.may_mend, own.may_mend) == (False, True)


def test_another_wards_account_is_nobodys_business(session: Session, ward: Unit) -> None:
    make_account(session, unit=make_unit(session), channel=Channel.ZNS, **BROKEN)

    assert broken_accounts.of(session, actor=make_actor(session, unit=ward, role=Role.ADMIN)) == []
    with pytest.raises(NotAllowed):
        broken_accounts.of(session, actor=make_actor(session, unit=ward, role=Role.VIEWER))


def test_it_is_one_of_the_things_that_wait_today(session: Session, ward: Unit) -> None:
    actor = make_actor(session, unit=ward, role=Role.OFFICIAL)
    before = today.of(session, actor=actor).things

    make_account(session, unit=ward, channel=Channel.ZNS, **BROKEN)

    seen = today.of(session, actor=actor)
    assert seen.things == before + 1
    assert [one.why for one in seen.broken_accounts] == [BROKEN["message"]]
