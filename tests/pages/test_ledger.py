"""The ledger on the announcement's page: how its messages stand, what is held back, what is decided."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from core import clock
from core.db import reading
from models import AccountState, Announcement, AnnouncementStatus, Channel, Delivery, DeliveryStatus, Group, Role, Unit, User
from services import sending
from services.unknowns import Decision
from tests.factories import (
    make_account,
    make_announcement,
    make_batch,
    make_delivery,
    make_group,
    make_household,
    make_membership,
    make_user,
)
from tests.pages.conftest import Visit, words

S = DeliveryStatus


@pytest.fixture
def item(session: Session, ward: Unit, unit: Unit) -> Announcement:
    """Sent to one chat; its messages are each test's own."""
    group: Group = make_group(session, unit=unit)
    make_membership(session, household=make_household(session, unit=unit), group=group)
    item = make_announcement(session, unit=ward)
    sending.send(session, announcement=item)
    session.commit()
    return item


def make_rows(session: Session, ward: Unit, item: Announcement, *statuses: DeliveryStatus) -> None:
    for status in statuses:
        make_delivery(session, unit=ward, announcement=item, status=status, error="Hết tiền." if status is S.REJECTED else None)


def statuses(item: Announcement) -> list[str]:
    with reading() as session:
        found = session.exec(select(Delivery).where(Delivery.announcement_id == item.id, Delivery.channel == Channel.ZNS))
        return sorted(row.status.value for row in found)


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


def test_without_messages_nothing_of_it_is_there(visit: Visit, item: Announcement, official: User) -> None:
    at = visit("announcement", user=official, id=str(item.id))

    assert "Tin gửi qua tài khoản" not in words(at)
    assert "Tạm dừng gửi" not in labels(at)


def test_it_says_how_many_and_why(visit: Visit, session: Session, ward: Unit, item: Announcement, official: User) -> None:
    make_rows(session, ward, item, S.QUEUED, S.SENT, S.READ, S.REJECTED, S.REJECTED)

    at = visit("announcement", user=official, id=str(item.id))

    assert not at.exception
    assert "1 chưa gửi; 2 đã gửi; 1 đã tới máy; 1 đã xem; 2 không gửi được" in words(at)
    assert "2 tin: Hết tiền." in words(at)


def test_what_waits_for_a_broken_account_says_what_to_do(
    visit: Visit, session: Session, ward: Unit, item: Announcement, official: User
) -> None:
    account = make_account(session, unit=ward, channel=Channel.SMS, state=AccountState.BROKEN, message="Tài khoản hết tiền.")
    make_batch(
        session, account=account, of=make_delivery(session, unit=ward, announcement=item, channel=Channel.SMS, status=S.QUEUED)
    )
    session.commit()

    shown = words(visit("announcement", user=official, id=str(item.id)))

    assert "1 tin chờ: SMS có tên người gửi" in shown
    assert "Tài khoản hết tiền." in shown
    assert "Chờ tài khoản" in shown


def test_paused_and_gone_on(visit: Visit, session: Session, ward: Unit, item: Announcement, official: User) -> None:
    make_rows(session, ward, item, S.QUEUED)

    at = visit("announcement", user=official, id=str(item.id)).button(key="l_hold").click().run()
    paused, news = labels(at), at.success[0].value
    again = at.button(key="l_hold").click().run()

    assert news.startswith("Đã tạm dừng")
    assert "Đang tạm dừng từ" in words(at) or "Gửi tiếp" in paused
    assert again.success[0].value == "Tin lại được gửi."


def test_a_decision_needs_the_number(visit: Visit, session: Session, ward: Unit, item: Announcement, official: User) -> None:
    make_rows(session, ward, item, S.UNKNOWN, S.UNKNOWN)

    at = visit("announcement", user=official, id=str(item.id))
    before = [button.key for button in at.button]
    at = at.radio(key="l_decision").set_value(Decision.FAILED).run()
    is_locked = at.button(key="l_settle").disabled
    at = at.text_input(key="l_count").set_value("2").run()
    at = at.button(key="l_settle").click().run()

    assert "l_settle" not in before
    assert is_locked
    assert at.success[0].value == "Đã ghi quyết định cho 2 tin."
    assert statuses(item) == ["rejected", "rejected"]


def test_staff_read_and_decide_nothing(visit: Visit, session: Session, ward: Unit, item: Announcement) -> None:
    make_rows(session, ward, item, S.UNKNOWN, S.QUEUED)

    at = visit("announcement", user=make_user(session, unit=ward, role=Role.STAFF), id=str(item.id))

    assert "1 tin chưa rõ đã đi hay chưa" in words(at)
    assert not {"l_hold", "l_stop", "l_settle"} & {button.key for button in at.button}
    assert not at.radio


def test_of_one_that_is_withdrawn_nothing_can_be_held_back(
    visit: Visit, session: Session, ward: Unit, item: Announcement, official: User
) -> None:
    make_rows(session, ward, item, S.QUEUED, S.SENT)
    item.status, item.expires_at = AnnouncementStatus.CANCELLED, clock.now() + timedelta(days=1)
    session.add(item)
    session.commit()

    at = visit("announcement", user=official, id=str(item.id))

    assert "Tin gửi qua tài khoản" in words(at)
    assert not {"l_hold", "l_stop"} & {button.key for button in at.button}


def test_of_several_channels_one_can_be_decided_about(
    visit: Visit, session: Session, ward: Unit, item: Announcement, official: User
) -> None:
    make_rows(session, ward, item, S.UNKNOWN)
    make_delivery(session, unit=ward, announcement=item, status=S.UNKNOWN, channel=Channel.SMS)

    at = visit("announcement", user=official, id=str(item.id))
    everyone = at.radio(key="l_decision").label
    at = at.segmented_control(key="l_channel").set_value(Channel.ZNS).run()
    at = at.radio(key="l_decision").set_value(Decision.SENT).run()
    at = at.text_input(key="l_count").set_value("1").run()
    at = at.button(key="l_settle").click().run()

    assert everyone == "Quyết định cho 2 tin này"
    assert at.success[0].value == "Đã ghi quyết định cho 1 tin."
    assert statuses(item) == ["sent"]
