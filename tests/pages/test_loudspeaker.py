"""The loudspeakers' book on screen; an announcement's paper on its board."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from core import clock as house_clock
from models import (
    Announcement,
    AnnouncementStatus,
    Channel,
    Delivery,
    DeliveryStatus,
    LoudspeakerSlot,
    RecipientKind,
    Role,
    Unit,
    User,
)
from services import access, loudspeakers, ports
from services.loudspeakers import SlotForm
from services.ports import Ports, SlotBook, SlotLine
from tests.factories import NOON, make_announcement, make_user
from tests.fakes import FakeEngine, Nothing
from tests.pages.conftest import Visit, words

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def clerk(session: Session, ward: Unit) -> User:
    return make_user(session, unit=ward, role=Role.STAFF)


@pytest.fixture
def said(session: Session, ward: Unit) -> Announcement:
    return make_announcement(
        session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON, expires_at=NOON + timedelta(days=3)
    )  # fmt: skip


def booked(session: Session, clerk: User, said: Announcement, unit: Unit, *, minutes: int = 10) -> LoudspeakerSlot:
    slot = loudspeakers.book(
        session, actor=access.actor_of(session, clerk), announcement_id=said.id,
        form=SlotForm(unit.id, house_clock.now() + timedelta(minutes=minutes), "Hà Thị Minh"),
    )  # fmt: skip
    session.commit()
    return slot


def fresh(session: Session) -> list[LoudspeakerSlot]:
    session.expire_all()
    found = list(session.exec(select(LoudspeakerSlot)).all())
    session.commit()
    return found


def test_an_empty_book_says_what_it_is_for(visit: Visit, clerk: User) -> None:
    assert "Mỗi thông báo có sẵn bản đọc 45 giây" in words(visit("loudspeaker", user=clerk))


def test_a_reading_is_added_marked_and_unmarked(session: Session, visit: Visit, clerk: User, said: Announcement) -> None:
    at = visit("loudspeaker", user=clerk, tb=str(said.id))
    at.text_input(key="new_reader").set_value("Nông Văn Thái")
    at.button(key="new_save").click().run()
    [slot] = fresh(session)
    assert (slot.reader, house_clock.local(slot.read_from).hour) == ("Nông Văn Thái", 17)

    at = visit("loudspeaker", user=clerk)
    assert "Nông Văn Thái" in words(at)
    assert f"read_{slot.id.hex}" not in [button.key for button in at.button], "it lies ahead"


def test_an_hour_that_is_taken_is_refused_under_its_field(
    session: Session, visit: Visit, clerk: User, ward: Unit, said: Announcement
) -> None:  # fmt: skip
    booked(session, clerk, said, ward, minutes=330)
    at = visit("loudspeaker", user=clerk)

    at.button(key="new_save").click().run()

    assert [error.value.replace("\\", "") for error in at.error] == ["Lúc 17:30 loa này đã có bản khác. Chọn giờ khác."]


def test_the_reader_sees_large_words_and_marks_them_as_read(
    session: Session, visit: Visit, clerk: User, ward: Unit, said: Announcement
) -> None:  # fmt: skip
    slot = booked(session, clerk, said, ward)

    at = visit("loudspeaker", user=clerk, luot=str(slot.id))
    assert "cn-spoken" in words(at)
    assert "thông báo." in words(at)
    at.button(key="s_read").click().run()
    assert fresh(session)[0].read_at is not None
    assert session.exec(select(Delivery.status)).one() is DeliveryStatus.SENT
    session.commit()
    at = visit("loudspeaker", user=clerk)
    at.button(key=f"undo_{slot.id.hex}").click().run()
    assert fresh(session)[0].read_at is None


def test_a_leader_reads_for_the_own_group_and_books_nothing(
    session: Session, visit: Visit, clerk: User, unit: Unit, ward: Unit, said: Announcement
) -> None:  # fmt: skip
    mine, wards = booked(session, clerk, said, unit), booked(session, clerk, said, ward)
    lead = make_user(session, unit=unit, role=Role.LEAD)

    at = visit("loudspeaker", user=lead)

    keys = [button.key for button in at.button]
    assert f"read_{mine.id.hex}" in keys
    assert f"read_{wards.id.hex}" not in keys
    assert "new_save" not in keys


def test_a_withdrawn_one_says_do_not_read(
    session: Session, visit: Visit, clerk: User, ward: Unit, said: Announcement
) -> None:  # fmt: skip
    slot = booked(session, clerk, said, ward)
    said.status = AnnouncementStatus.CANCELLED
    session.add(said)
    session.commit()

    at = visit("loudspeaker", user=clerk, luot=str(slot.id))

    assert "Đừng đọc bản này" in words(at)
    assert "cn-spoken" not in words(at)


def test_a_reading_is_moved_and_dropped(session: Session, visit: Visit, clerk: User, ward: Unit, said: Announcement) -> None:
    slot = booked(session, clerk, said, ward)
    at = visit("loudspeaker", user=clerk, luot=str(slot.id))
    at.text_input(key=f"{slot.id.hex}_reader").set_value("Lý Văn A")
    at.button(key=f"{slot.id.hex}_save").click().run()
    assert fresh(session)[0].reader == "Lý Văn A"

    visit("loudspeaker", user=clerk, luot=str(slot.id)).button(key="s_drop").click().run()
    assert fresh(session)[0].is_dropped


def test_the_book_is_printed(
    session: Session, visit: Visit, clerk: User, ward: Unit, said: Announcement, promises: FakeEngine
) -> None:  # fmt: skip
    class FakePaper:
        def __init__(self) -> None:
            self.asked: list[tuple[list[SlotLine], SlotBook]] = []

        def slot_book(self, lines: list[SlotLine], *, of: SlotBook) -> tuple[bytes, int]:
            self.asked.append((lines, of))
            return b"%PDF-", 1

    nothing: Any = Nothing()
    paper: Any = FakePaper()
    ports.provide(Ports(sheets=nothing, paper=paper, codes=nothing, engine=promises, tables=nothing))
    booked(session, clerk, said, ward)

    visit("loudspeaker", user=clerk).button(key="book_make").click().run()

    [(lines, above)] = paper.asked
    assert [(line.hour.replace("\xa0", " "), line.place, line.reader) for line in lines] == [
        ("12 giờ 10", "Phường Bắc Kạn", "Hà Thị Minh")
    ]
    assert (above.ward_name, above.url) == ("Phường Bắc Kạn", "http://ward.test/loudspeaker")


def test_paper_is_marked_as_printed_and_handed_out_on_the_board(
    session: Session, visit: Visit, clerk: User, unit: Unit, said: Announcement
) -> None:  # fmt: skip
    row = Delivery(
        announcement_id=said.id, channel=Channel.PRINT, recipient_kind=RecipientKind.SHEET, recipient_id=str(unit.id),
        idempotency_key="paper",
    )  # fmt: skip
    session.add(row)
    session.commit()
    at = visit("announcement", user=clerk, id=str(said.id))

    at.button(key="papers_sent").click().run()
    session.expire_all()
    assert session.exec(select(Delivery.status)).one() is DeliveryStatus.SENT
    session.commit()
    visit("announcement", user=clerk, id=str(said.id)).button(key="papers_delivered").click().run()

    session.expire_all()
    assert session.exec(select(Delivery.status)).one() is DeliveryStatus.DELIVERED
