"""On the board of what was withdrawn: who got it by an account is told with one press, their number typed first."""

import pytest
from sqlmodel import Session, select

from core.db import reading
from models import Announcement, Batch, Channel, Delivery, DeliveryStatus, Role, Unit, User
from services import announcements, sending
from services.access import TERMINAL
from tests.factories import make_account, make_announcement, make_household, make_user
from tests.pages.conftest import Visit, words

pytestmark = pytest.mark.usefixtures("noon")
S = DeliveryStatus


@pytest.fixture
def item(session: Session, ward: Unit, unit: Unit) -> Announcement:
    """Sent to two telephones, one of which it has reached."""
    make_account(session, unit=ward, channel=Channel.SMS, price=500)
    for number in range(2):
        make_household(session, unit=unit, phone=f"+8491200000{number}")
    item = make_announcement(session, unit=ward, title="Họp tổ")
    sending.send(session, announcement=item)
    session.commit()
    return item


def reached(session: Session, item: Announcement) -> None:
    row = session.exec(select(Delivery).where(Delivery.announcement_id == item.id, Delivery.recipient_id == "+84912000000")).one()
    row.status = S.DELIVERED
    session.commit()


def withdraw(session: Session, item: Announcement) -> None:
    announcements.cancel(session, actor=TERMINAL, announcement_id=item.id)
    session.commit()


def batches_that_take_back() -> int:
    with reading() as session:
        return len(session.exec(select(Batch).where(Batch.takes_back)).all())


def test_the_question_before_a_withdrawal_says_who_has_it_on_the_phone(
    visit: Visit, session: Session, item: Announcement, official: User
) -> None:
    reached(session, item)

    at = visit("announcement", user=official, id=str(item.id)).button(key="b_stop").click().run()

    assert "1 tin đã tới người nhận (Tin nhắn SMS: 1). Thu hồi xong, trang này có nút báo" in words(at)


def test_the_number_is_typed_and_they_are_told(visit: Visit, session: Session, item: Announcement, official: User) -> None:
    reached(session, item)
    withdraw(session, item)

    at = visit("announcement", user=official, id=str(item.id))
    before = at.button(key="tb_tell").disabled
    at = at.text_input(key="tb_count").input("1").run().button(key="tb_tell").click().run()

    assert not at.exception
    assert before
    assert at.success[0].value == "Đang báo thu hồi bằng 1 tin."
    assert batches_that_take_back() == 1
    assert "Đã báo thu hồi bằng 1 tin" in words(at)
    assert "báo thu hồi, 1 tin" in words(at)


def test_staff_see_how_many_and_leave_it_to_who_approves(visit: Visit, session: Session, item: Announcement, ward: Unit) -> None:
    reached(session, item)
    withdraw(session, item)

    at = visit("announcement", user=make_user(session, unit=ward, role=Role.STAFF), id=str(item.id))

    assert "1 người còn giữ bản cũ" in words(at)
    assert "tb_tell" not in [button.key for button in at.button]


def test_without_messages_there_is_nothing_to_tell(visit: Visit, session: Session, item: Announcement, official: User) -> None:
    withdraw(session, item)

    at = visit("announcement", user=official, id=str(item.id))

    assert "Báo thu hồi bằng Zalo, SMS" not in words(at)
