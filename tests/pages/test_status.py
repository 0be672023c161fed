"""The status page, as an admin sees it."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from core import clock
from models import AccountState, AnnouncementStatus, Batch, Channel, DeliveryStatus, FigureCheck, Role, Unit, User
from services import receipts, workers
from services.told import Told
from tests.factories import make_account, make_announcement, make_delivery, make_user
from tests.pages.conftest import Visit, words

S = DeliveryStatus


@pytest.fixture
def admin(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.ADMIN)


def test_with_nothing_connected_it_says_that_the_ward_works_all_the_same(visit: Visit, admin: User) -> None:
    at = visit("status", user=admin)

    assert not at.exception
    assert "Phường chưa nối tài khoản nào" in words(at)
    assert "Không có tiến trình nào đang chạy" in words(at)
    assert "Không có tin nào đang chờ" in words(at)


def test_what_waits_what_is_wrong_and_who_works(visit: Visit, session: Session, ward: Unit, admin: User) -> None:
    now = clock.now()
    item = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=now)
    batch = Batch(announcement_id=item.id, channel=Channel.ZNS, ward_id=ward.id, size=1)
    session.add(batch)
    session.flush()
    for status in (S.QUEUED, S.QUEUED, S.UNKNOWN):
        make_delivery(
            session, unit=ward, announcement=item, status=status, batch_id=batch.id, created_at=now - timedelta(minutes=20)
        )  # fmt: skip
    make_account(session, unit=ward, channel=Channel.SMS, state=AccountState.BROKEN, message="Hết tiền trong tài khoản.")
    make_account(session, unit=ward, channel=Channel.ZNS, open_until=now + timedelta(minutes=5), failures=11)
    workers.here(session, name="ward-0", host="pc", pid=3, started_at=now)
    session.commit()

    at = visit("status", user=admin)
    seen = words(at)

    assert not at.exception
    assert "lâu nhất đã chờ 20\xa0phút" in seen
    assert "2 chờ lượt; 1 chưa rõ" in seen
    assert "Hết tiền trong tài khoản." in seen
    assert "11 lần hỏng liền" in seen
    assert ("ward-0" in seen, "đang chạy" in seen) == (True, True)


def test_events_that_nobody_knows_are_shown(visit: Visit, session: Session, ward: Unit, admin: User) -> None:
    receipts.keep(session, provider="zalo", told=[Told(name="oa_call_user_new", digest="1", at=clock.now())])
    receipts.work_off(session)
    session.commit()

    assert "oa_call_user_new" in words(visit("status", user=admin))


@pytest.mark.parametrize("role", [Role.OFFICIAL, Role.STAFF, Role.VIEWER, Role.LEAD])
def test_it_is_for_admins_only(visit: Visit, session: Session, ward: Unit, role: Role) -> None:
    at = visit("status", user=make_user(session, unit=ward, role=role))

    assert "không có quyền" in at.error[0].value
    assert "Hàng chờ" not in words(at)


def test_counts_that_differ_from_the_recount_are_an_alarm_that_says_what_to_do(
    visit: Visit, session: Session, admin: User
) -> None:
    night = clock.now()
    session.add_all(
        [
            FigureCheck(subject=subject, rows=40, wrong=n, created_at=night)
            for subject, n in (("coverage", 2), ("scans", 0), ("known", 3))
        ]
    )
    session.commit()

    said = words(visit("status", user=admin))

    assert "5 số đếm sẵn khác với đếm lại" in said
    assert "Ở hộ và hộ trong nhóm, hộ biết tin. Số liệu trên màn hình có thể sai." in said
    assert "manage.py recount" in said


def test_what_recount_does_not_count_anew_is_not_said_to_be_mended_by_it(visit: Visit, session: Session, admin: User) -> None:
    session.add(FigureCheck(subject="known", rows=40, wrong=3, created_at=clock.now()))
    session.commit()

    said = words(visit("status", user=admin))

    assert "Ở hộ biết tin." in said
    assert "manage.py recount" not in said
