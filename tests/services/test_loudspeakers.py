"""The slot book of the loudspeakers: what may be booked, moved, marked, and what must not be read any more."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select
from time_machine import Traveller

from core import clock as house_clock
from core.errors import Invalid, NotAllowed, NotFound
from models import (
    Announcement,
    AnnouncementStatus,
    AuditEvent,
    Channel,
    Delivery,
    DeliveryStatus,
    RecipientKind,
    Role,
    Unit,
    Urgency,
)  # fmt: skip
from services import loudspeakers
from services.access import Actor
from services.loudspeakers import SlotForm
from tests.factories import NOON, make_actor, make_announcement, make_unit

pytestmark = pytest.mark.usefixtures("clock")
EVENING = NOON + timedelta(hours=5, minutes=30)  # 17 giờ 30


@pytest.fixture
def said(session: Session, ward: Unit) -> Announcement:
    return make_announcement(
        session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON, expires_at=NOON + timedelta(days=3)
    )  # fmt: skip


def form(unit: Unit, at: datetime = EVENING, **more: object) -> SlotForm:
    return SlotForm(unit.id, at, **{"reader": "Hà Thị Minh"} | more)  # type: ignore[arg-type]


def ledger(session: Session) -> list[tuple[DeliveryStatus, str]]:
    return [(row.status, row.recipient_id) for row in session.exec(select(Delivery)).all()]


def test_a_reading_stands_in_the_book_with_its_words_and_in_the_ledger(
    session: Session, ward: Unit, writer: Actor, said: Announcement
) -> None:  # fmt: skip
    slot = loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward))

    today = house_clock.today()
    [row] = loudspeakers.rows(session, actor=writer, first=today, last=today)
    assert (row.slot.id, row.title, row.place, row.stand, row.slot.reader) == (
        slot.id, said.title, ward.label, "waiting", "Hà Thị Minh",
    )  # fmt: skip
    assert row.text.startswith("Phường")
    assert row.seconds <= 45
    [delivery] = session.exec(select(Delivery)).all()
    assert (delivery.channel, delivery.recipient_kind) == (Channel.LOUDSPEAKER, RecipientKind.PLACE)
    assert (delivery.status, delivery.recipient_id) == (DeliveryStatus.QUEUED, str(ward.id))


def test_marking_it_read_tells_the_ledger_and_can_be_taken_back(
    session: Session, ward: Unit, writer: Actor, said: Announcement, clock: Traveller
) -> None:  # fmt: skip
    slot = loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward))
    with pytest.raises(Invalid, match="Chưa tới giờ"):
        loudspeakers.mark_read(session, actor=writer, slot_id=slot.id)

    clock.move_to(EVENING + timedelta(minutes=2))
    for _ in range(2):
        loudspeakers.mark_read(session, actor=writer, slot_id=slot.id)
    assert ledger(session) == [(DeliveryStatus.SENT, str(ward.id))]
    row = loudspeakers.one(session, actor=writer, slot_id=slot.id)
    assert (row.stand, row.read_by) == ("read", writer.display_name)
    with pytest.raises(Invalid, match="đã đọc"):
        loudspeakers.move(session, actor=writer, slot_id=slot.id, form=form(ward, EVENING + timedelta(hours=1)))
    with pytest.raises(Invalid, match="đã đọc"):
        loudspeakers.drop(session, actor=writer, slot_id=slot.id)

    for _ in range(2):
        loudspeakers.unmark(session, actor=writer, slot_id=slot.id)
    assert ledger(session) == [(DeliveryStatus.QUEUED, str(ward.id))]
    actions = [event.action for event in session.exec(select(AuditEvent)).all()]
    assert actions == ["loudspeaker.booked", "loudspeaker.read", "loudspeaker.unread"]


def test_what_nobody_marked_is_missed(
    session: Session, ward: Unit, writer: Actor, said: Announcement, clock: Traveller
) -> None:  # fmt: skip
    slot = loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward))

    clock.move_to(EVENING + timedelta(minutes=32))

    assert loudspeakers.one(session, actor=writer, slot_id=slot.id).stand == "missed"


def test_two_are_never_read_at_once_from_one_place(
    session: Session, ward: Unit, place: Unit, writer: Actor, said: Announcement
) -> None:  # fmt: skip
    loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward, minutes=5))

    for minutes in (0, 4, -1):
        with pytest.raises(Invalid, match="17:30"):
            loudspeakers.book(
                session, actor=writer, announcement_id=said.id, form=form(ward, EVENING + timedelta(minutes=minutes), minutes=2)
            )  # fmt: skip
    loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward, EVENING + timedelta(minutes=5)))
    loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(place))
    assert len(ledger(session)) == 3


def test_a_reading_is_moved_to_another_hour_place_and_reader(
    session: Session, ward: Unit, place: Unit, writer: Actor, said: Announcement
) -> None:  # fmt: skip
    slot = loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward))

    loudspeakers.move(
        session, actor=writer, slot_id=slot.id, form=form(place, EVENING + timedelta(minutes=1), reader="Lý Văn A")
    )  # fmt: skip

    assert (slot.unit_id, slot.reader, slot.read_from) == (place.id, "Lý Văn A", EVENING + timedelta(minutes=1))
    assert ledger(session) == [(DeliveryStatus.QUEUED, str(place.id))]


def test_one_that_is_dropped_leaves_its_hour_free(session: Session, ward: Unit, writer: Actor, said: Announcement) -> None:
    slot = loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward))

    loudspeakers.drop(session, actor=writer, slot_id=slot.id)

    assert ledger(session) == [(DeliveryStatus.CANCELLED, str(ward.id))]
    with pytest.raises(NotFound):
        loudspeakers.one(session, actor=writer, slot_id=slot.id)
    loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward))


@pytest.mark.parametrize(
    ("at", "more", "field"),
    [
        (NOON - timedelta(minutes=6), {}, "read_from"),
        (NOON + timedelta(days=3), {}, "read_from"),
        (NOON + timedelta(hours=10), {}, "read_from"),  # 22 giờ
        (EVENING, {"minutes": 0}, "minutes"),
        (EVENING, {"minutes": 16}, "minutes"),
        (EVENING, {"reader": "x" * 81}, "reader"),
    ],
)
def test_an_hour_that_cannot_be_is_refused_at_its_field(
    session: Session, ward: Unit, writer: Actor, said: Announcement, at: datetime, more: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward, at, **more))

    assert refused.value.details["field"] == field
    assert ledger(session) == []


def test_an_emergency_is_read_at_night(session: Session, ward: Unit, writer: Actor) -> None:
    storm = make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON, urgency=Urgency.EMERGENCY)

    loudspeakers.book(session, actor=writer, announcement_id=storm.id, form=form(ward, NOON + timedelta(hours=10)))


@pytest.mark.parametrize(
    ("status", "says"),
    [(AnnouncementStatus.DRAFT, "chưa được duyệt"), (AnnouncementStatus.CANCELLED, "đã thu hồi")],
)
def test_what_is_not_approved_or_was_withdrawn_is_not_booked(
    session: Session, ward: Unit, writer: Actor, status: AnnouncementStatus, says: str
) -> None:
    item = make_announcement(session, unit=ward, status=status)

    with pytest.raises(Invalid, match=says):
        loudspeakers.book(session, actor=writer, announcement_id=item.id, form=form(ward))
    assert item not in loudspeakers.readable(session, actor=writer)


def test_a_booked_one_that_is_withdrawn_or_corrected_says_do_not_read(
    session: Session, ward: Unit, writer: Actor, said: Announcement, clock: Traveller
) -> None:  # fmt: skip
    slot = loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward))
    clock.move_to(EVENING)
    make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=EVENING, corrects_id=said.id)

    row = loudspeakers.one(session, actor=writer, slot_id=slot.id)

    assert (row.stand, "đính chính" in row.why_void) == ("void", True)
    with pytest.raises(Invalid, match="đính chính"):
        loudspeakers.mark_read(session, actor=writer, slot_id=slot.id)
    assert said not in loudspeakers.readable(session, actor=writer)


def test_a_leader_reads_and_marks_those_of_the_own_group_only(
    session: Session, ward: Unit, place: Unit, writer: Actor, said: Announcement, clock: Traveller
) -> None:  # fmt: skip
    mine = loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(place))
    wards = loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward))
    lead = make_actor(session, unit=place, role=Role.LEAD)
    clock.move_to(EVENING)

    today = house_clock.today()
    assert [row.slot.id for row in loudspeakers.rows(session, actor=lead, first=today, last=today)] == [mine.id]
    loudspeakers.mark_read(session, actor=lead, slot_id=mine.id)
    with pytest.raises(NotFound):
        loudspeakers.mark_read(session, actor=lead, slot_id=wards.id)
    with pytest.raises(NotAllowed):
        loudspeakers.book(session, actor=lead, announcement_id=said.id, form=form(place, EVENING + timedelta(hours=1)))


def test_another_ward_sees_none_of_it(session: Session, ward: Unit, writer: Actor, said: Announcement) -> None:
    slot = loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(ward))
    stranger = make_actor(session, unit=make_unit(session))
    today = house_clock.today()

    assert loudspeakers.rows(session, actor=stranger, first=today, last=today) == []
    for attempt in (
        lambda: loudspeakers.one(session, actor=stranger, slot_id=slot.id),
        lambda: loudspeakers.drop(session, actor=stranger, slot_id=slot.id),
        lambda: loudspeakers.book(session, actor=stranger, announcement_id=said.id, form=form(ward)),
        lambda: loudspeakers.book(session, actor=writer, announcement_id=said.id, form=form(make_unit(session))),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_days_in_the_wrong_order_or_too_many_are_refused(session: Session, writer: Actor) -> None:
    today = house_clock.today()

    for last in (today - timedelta(days=1), today + timedelta(days=31)):
        with pytest.raises(Invalid):
            loudspeakers.rows(session, actor=writer, first=today, last=last)
    viewer = make_actor(session, unit=make_unit(session), role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        loudspeakers.rows(session, actor=viewer, first=today, last=today)
