"""Paper of an announcement: printed, handed out, and taken back, unit by unit."""

import pytest
from sqlmodel import Session, select

from core.errors import Invalid, NotAllowed, NotFound
from models import Announcement, AnnouncementStatus, AuditEvent, Channel, Delivery, DeliveryStatus, RecipientKind, Role, Unit
from services import paper_rounds
from services.access import Actor
from tests.factories import NOON, make_actor, make_announcement, make_unit

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def said(session: Session, ward: Unit) -> Announcement:
    return make_announcement(session, unit=ward, status=AnnouncementStatus.SENT, sent_at=NOON)


def sheet(session: Session, said: Announcement, unit: Unit, status: DeliveryStatus = DeliveryStatus.QUEUED) -> Delivery:
    row = Delivery(
        announcement_id=said.id, channel=Channel.PRINT, recipient_kind=RecipientKind.SHEET, recipient_id=str(unit.id),
        idempotency_key=f"{said.id}:print:{unit.id}", status=status,
    )  # fmt: skip
    session.add(row)
    session.commit()
    return row


def test_paper_goes_from_waiting_to_printed_to_handed_out_and_back(
    session: Session, ward: Unit, writer: Actor, said: Announcement
) -> None:  # fmt: skip
    nine, ten = (make_unit(session, parent=ward, name=f"Tổ {n}", short_name=f"Tổ {n}") for n in (10, 9))
    rows = [sheet(session, said, unit) for unit in (nine, ten)]
    ids = [row.id for row in rows]

    def mark(status: DeliveryStatus, *which: int) -> int:
        wanted = [ids[at] for at in which]
        return paper_rounds.mark(session, actor=writer, announcement_id=said.id, delivery_ids=wanted, status=status)

    def stands() -> list[tuple[str, str, bool, bool]]:
        listed = paper_rounds.listing(session, actor=writer, announcement_id=said.id)
        return [(one.unit_label, one.status.value, one.printed_at == NOON, one.handed_at == NOON) for one in listed]

    assert stands() == [("Tổ 9", "queued", False, False), ("Tổ 10", "queued", False, False)]
    assert mark(DeliveryStatus.SENT, 0, 1) == 2
    assert mark(DeliveryStatus.DELIVERED, 1) == 1
    assert mark(DeliveryStatus.DELIVERED, 1) == 0, "said twice is said once"
    assert stands() == [("Tổ 9", "delivered", True, True), ("Tổ 10", "sent", True, False)]
    assert mark(DeliveryStatus.QUEUED, 0, 1) == 2
    assert stands() == [("Tổ 9", "queued", False, False), ("Tổ 10", "queued", False, False)]
    told = [event.details for event in session.exec(select(AuditEvent))]
    assert told == [
        {"status": "sent", "units": 2}, {"status": "delivered", "units": 1}, {"status": "queued", "units": 2},
    ]  # fmt: skip


def test_other_steps_other_channels_and_what_was_stopped_are_refused(
    session: Session, ward: Unit, place: Unit, writer: Actor, said: Announcement
) -> None:  # fmt: skip
    row = sheet(session, said, place, DeliveryStatus.CANCELLED)

    assert paper_rounds.listing(session, actor=writer, announcement_id=said.id) == []
    for status in (DeliveryStatus.SENT, DeliveryStatus.READ):
        with pytest.raises(Invalid):
            paper_rounds.mark(session, actor=writer, announcement_id=said.id, delivery_ids=[row.id], status=status)


def test_only_whoever_writes_in_this_ward_may(session: Session, ward: Unit, place: Unit, said: Announcement) -> None:
    row = sheet(session, said, place)
    lead, stranger = make_actor(session, unit=place, role=Role.LEAD), make_actor(session, unit=make_unit(session))

    for actor, refusal in ((lead, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            paper_rounds.mark(
                session, actor=actor, announcement_id=said.id, delivery_ids=[row.id], status=DeliveryStatus.SENT
            )  # fmt: skip
