"""The slot book of the loudspeakers: what is read when, where, by whom, and whether it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean
from models import (
    Announcement,
    AnnouncementStatus,
    Channel,
    Delivery,
    DeliveryStatus,
    LoudspeakerSlot,
    RecipientKind,
    Unit,
    UnitKind,
    Urgency,
)
from services import access, audit, corrections, drafts, quiet_hours, spoken, units
from services.access import Actor, May

MOST_MINUTES, MOST_READER, MOST_DAYS = 15, 80, 31
MORNING = 5  # loudspeakers begin before letters do
GRACE = timedelta(minutes=30)  # after which what was not marked counts as missed
READABLE = (AnnouncementStatus.APPROVED, AnnouncementStatus.SCHEDULED, AnnouncementStatus.SENDING, AnnouncementStatus.SENT)
BACK = timedelta(minutes=5)  # a clock that goes a little slow is no mistake

Stand = Literal["waiting", "missed", "read", "void"]


@dataclass(frozen=True)
class SlotForm:
    """When, where and by whom something is read."""

    unit_id: UUID
    read_from: datetime
    reader: str = ""
    minutes: int = 1


@dataclass(frozen=True)
class SlotRow:
    """One reading, with what is read."""

    slot: LoudspeakerSlot
    title: str
    urgency: Urgency
    place: str
    text: str  # in words, at most 45 seconds
    seconds: float
    left_out: tuple[str, ...]  # sentences that found no room
    stand: Stand
    why_void: str = ""  # why it must not be read any more, to be translated
    read_by: str = ""

    @property
    def is_due(self) -> bool:
        """Whether it can be marked as read now."""
        return self.stand in ("waiting", "missed") and self.slot.read_from <= clock.now() + GRACE


def readable(session: Session, *, actor: Actor, limit: int = 50) -> list[Announcement]:
    """What may be booked: approved or sent, still holding, the latest first.

    Raises:
        NotAllowed: the actor writes no announcements.
    """
    access.require(actor, May.BOOK_LOUDSPEAKERS)
    now = clock.now()
    wanted = (
        select(Announcement)
        .join(Unit, col(Unit.id) == col(Announcement.unit_id))
        .where(
            access.path_range(actor.unit_path), col(Announcement.status).in_(READABLE),
            col(Announcement.expires_at).is_(None) | (col(Announcement.expires_at) > now),
            col(Announcement.id).not_in(corrections.corrected()),
        )
        .order_by(col(Announcement.created_at).desc())
        .limit(limit)
    )  # fmt: skip
    return list(session.exec(wanted))


def places(session: Session, *, actor: Actor) -> list[Unit]:
    """Whose loudspeakers there are: the ward's own, and those of its residential units.

    Raises:
        NotAllowed: the actor writes no announcements.
    """
    access.require(actor, May.BOOK_LOUDSPEAKERS)
    ward = units.commune_for(session, actor=actor)
    return [ward, *units.residential(session, actor=actor, unit_id=ward.id)]


def book(session: Session, *, actor: Actor, announcement_id: UUID, form: SlotForm) -> LoudspeakerSlot:
    """Put a reading into the book, with its row in the ledger.

    Raises:
        Invalid: the announcement may not be read, or the hour, the length or the place cannot be (`details["field"]`).
        NotAllowed: the actor writes no announcements. NotFound: the announcement or the place lies outside the actor's sight.
    """
    access.require(actor, May.BOOK_LOUDSPEAKERS)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    slot = LoudspeakerSlot(announcement_id=announcement.id, unit_id=form.unit_id, read_from=form.read_from)
    _fill(session, actor, slot, announcement, form)
    now = clock.now()
    delivery = Delivery(
        announcement_id=announcement.id, channel=Channel.LOUDSPEAKER, recipient_kind=RecipientKind.PLACE,
        recipient_id=str(form.unit_id), idempotency_key=f"{announcement.id}:loudspeaker:{slot.id}", updated_at=now,
    )  # fmt: skip
    session.add(delivery)
    session.flush()
    slot.delivery_id = delivery.id
    session.add(slot)
    session.flush()
    _record(session, actor, slot, "loudspeaker.booked")
    return slot


def move(session: Session, *, actor: Actor, slot_id: UUID, form: SlotForm) -> LoudspeakerSlot:
    """Another hour, place or reader for a reading that has not been.

    Raises:
        Invalid: it was read already, or as `book`. NotAllowed, NotFound: as `book`.
    """
    access.require(actor, May.BOOK_LOUDSPEAKERS)
    slot = _slot(session, actor, slot_id)
    if slot.read_at is not None:
        raise Invalid(N_("Lượt này đã đọc rồi, không dời được. Hãy thêm lượt mới."))
    _fill(session, actor, slot, session.get_one(Announcement, slot.announcement_id), form)
    if delivery := _delivery(session, slot):
        delivery.recipient_id, delivery.updated_at = str(form.unit_id), clock.now()
        session.add(delivery)
    session.add(slot)
    session.flush()
    _record(session, actor, slot, "loudspeaker.moved")
    return slot


def drop(session: Session, *, actor: Actor, slot_id: UUID) -> None:
    """Take a reading out of the book. One that was read stays.

    Raises:
        Invalid: it was read. NotAllowed, NotFound: as `book`.
    """
    access.require(actor, May.BOOK_LOUDSPEAKERS)
    slot = _slot(session, actor, slot_id)
    if slot.read_at is not None:
        raise Invalid(N_("Lượt này đã đọc rồi. Bỏ dấu đã đọc trước."))
    if not slot.is_dropped:
        slot.is_dropped = True
        session.add(slot)
        _tell(session, slot, DeliveryStatus.CANCELLED)
        _record(session, actor, slot, "loudspeaker.dropped")


def mark_read(session: Session, *, actor: Actor, slot_id: UUID) -> LoudspeakerSlot:
    """It was read. Saying it twice is no error.

    Raises:
        Invalid: it lies ahead, or must not be read any more. NotAllowed: a viewer. NotFound: outside the actor's sight.
    """
    access.require(actor, May.READ_LOUDSPEAKERS)
    slot = _slot(session, actor, slot_id)
    if slot.read_at is not None:
        return slot
    if slot.read_from > clock.now() + GRACE:
        raise Invalid(N_("Chưa tới giờ đọc."))
    announcement = session.get_one(Announcement, slot.announcement_id)
    if (why := _why_void(session, announcement)) and slot.read_from >= clock.now() - GRACE:
        raise Invalid(why)
    slot.read_at, slot.read_by_id = clock.now(), actor.id
    session.add(slot)
    _tell(session, slot, DeliveryStatus.SENT)
    _record(session, actor, slot, "loudspeaker.read")
    return slot


def unmark(session: Session, *, actor: Actor, slot_id: UUID) -> LoudspeakerSlot:
    """It was not read after all. Saying it twice is no error.

    Raises:
        NotAllowed: a viewer. NotFound: outside the actor's sight.
    """
    access.require(actor, May.READ_LOUDSPEAKERS)
    slot = _slot(session, actor, slot_id)
    if slot.read_at is not None:
        slot.read_at = slot.read_by_id = None
        session.add(slot)
        _tell(session, slot, DeliveryStatus.QUEUED)
        _record(session, actor, slot, "loudspeaker.unread")
    return slot


def rows(session: Session, *, actor: Actor, first: date, last: date) -> list[SlotRow]:
    """The book of some days, in their order, with what is read. A fixed number of queries.

    Raises:
        Invalid: the days are in the wrong order, or too many. NotAllowed: a viewer.
    """
    access.require(actor, May.READ_LOUDSPEAKERS)
    if not timedelta() <= last - first < timedelta(days=MOST_DAYS):
        raise Invalid(N_("Chọn từ một đến {most} ngày."), most=MOST_DAYS)
    begin, end = clock.midnight(first), clock.midnight(last + timedelta(days=1))
    wanted = (
        select(LoudspeakerSlot, Announcement, Unit)
        .join(Announcement, col(Announcement.id) == col(LoudspeakerSlot.announcement_id))
        .join(Unit, col(Unit.id) == col(LoudspeakerSlot.unit_id))
        .where(
            access.path_range(actor.unit_path), col(LoudspeakerSlot.read_from) >= begin, col(LoudspeakerSlot.read_from) < end,
            col(LoudspeakerSlot.is_dropped).is_(False),
        )
        .order_by(col(LoudspeakerSlot.read_from), col(LoudspeakerSlot.id))
    )  # fmt: skip
    found = session.exec(wanted).all()
    return _told(session, found)


def one(session: Session, *, actor: Actor, slot_id: UUID) -> SlotRow:
    """One reading, for whoever reads it.

    Raises:
        NotAllowed: a viewer. NotFound: outside the actor's sight, or taken out of the book.
    """
    access.require(actor, May.READ_LOUDSPEAKERS)
    slot = _slot(session, actor, slot_id)
    announcement, unit = session.get_one(Announcement, slot.announcement_id), session.get_one(Unit, slot.unit_id)
    [row] = _told(session, [(slot, announcement, unit)])
    return row


def _told(session: Session, found: Sequence[tuple[LoudspeakerSlot, Announcement, Unit]]) -> list[SlotRow]:
    wards = {unit_id: session.get_one(Unit, unit_id) for unit_id in {item.unit_id for _, item, _ in found}}
    scripts = {item.id: spoken.script(item, ward_name=wards[item.unit_id].name) for _, item, _ in found}
    corrected = _corrected(session, [item.id for _, item, _ in found])
    names = {
        user_id: access.display_name(session, user_id=user_id) for user_id in {s.read_by_id for s, _, _ in found if s.read_by_id}
    }
    told = []
    for slot, item, unit in found:
        script, why = scripts[item.id], _why(item, is_corrected=item.id in corrected)
        told.append(
            SlotRow(
                slot, item.title, item.urgency, unit.label, script.text, script.seconds, script.left_out, _stand(slot, why),
                why, names.get(slot.read_by_id, "") if slot.read_by_id else "",
            )
        )  # fmt: skip
    return told


def _stand(slot: LoudspeakerSlot, why_void: str) -> Stand:
    if slot.read_at is not None:
        return "read"
    if why_void:
        return "void"
    return "missed" if slot.read_from + timedelta(minutes=slot.minutes) + GRACE < clock.now() else "waiting"


def _why(announcement: Announcement, *, is_corrected: bool) -> str:
    if announcement.status is AnnouncementStatus.CANCELLED:
        return N_("Thông báo này đã thu hồi, đừng đọc.")
    if is_corrected:
        return N_("Thông báo này đã có bản đính chính, đừng đọc bản cũ.")
    if announcement.has_expired(clock.now()):
        return N_("Thông báo này đã hết hiệu lực, đừng đọc.")
    return "" if announcement.status in READABLE else N_("Thông báo này chưa được duyệt, chưa đọc được.")


def _why_void(session: Session, announcement: Announcement) -> str:
    return _why(announcement, is_corrected=announcement.id in _corrected(session, [announcement.id]))


def _corrected(session: Session, ids: Sequence[UUID]) -> set[UUID]:
    if not ids:
        return set()
    return set(
        session.exec(
            select(Announcement.id).where(col(Announcement.id).in_(ids), col(Announcement.id).in_(corrections.corrected()))
        )
    )


def _fill(session: Session, actor: Actor, slot: LoudspeakerSlot, announcement: Announcement, form: SlotForm) -> None:
    if why := _why_void(session, announcement):
        raise Invalid(why, field="announcement")
    unit = access.unit_for(session, actor=actor, unit_id=form.unit_id)
    if unit.kind not in (UnitKind.COMMUNE, UnitKind.RESIDENTIAL):
        raise Invalid(N_("Loa là của phường, xã hoặc của tổ, thôn."), field="unit_id")
    reader = clean(form.reader)
    if len(reader) > MOST_READER:
        raise Invalid(N_("Tên người đọc dài quá, tối đa {most} ký tự."), most=MOST_READER, field="reader")
    if not 1 <= form.minutes <= MOST_MINUTES:
        raise Invalid(N_("Mỗi lượt đọc từ 1 đến {most} phút."), most=MOST_MINUTES, field="minutes")
    _check_hour(announcement, form)
    session.exec(select(Unit.id).where(Unit.id == unit.id).with_for_update())  # two who book one hour take turns
    _check_free(session, slot, form)
    slot.unit_id, slot.read_from, slot.reader, slot.minutes = unit.id, form.read_from, reader, form.minutes


def _check_hour(announcement: Announcement, form: SlotForm) -> None:
    if form.read_from < clock.now() - BACK:
        raise Invalid(N_("Giờ này đã qua."), field="read_from")
    if announcement.expires_at is not None and form.read_from >= announcement.expires_at:
        raise Invalid(N_("Lúc đó thông báo đã hết hiệu lực."), field="read_from")
    if announcement.urgency is not Urgency.EMERGENCY and quiet_hours.is_quiet(form.read_from, end=MORNING):
        raise Invalid(N_("Từ 21 giờ đến 5 giờ loa chỉ đọc tin hỏa tốc."), field="read_from")


def _check_free(session: Session, slot: LoudspeakerSlot, form: SlotForm) -> None:
    """Nothing else is read there meanwhile."""
    longest = timedelta(minutes=MOST_MINUTES)
    end = form.read_from + timedelta(minutes=form.minutes)
    near = select(LoudspeakerSlot).where(
        LoudspeakerSlot.unit_id == form.unit_id, LoudspeakerSlot.id != slot.id, col(LoudspeakerSlot.is_dropped).is_(False),
        LoudspeakerSlot.read_from > form.read_from - longest, LoudspeakerSlot.read_from < end,
    )  # fmt: skip
    for other in session.exec(near):
        if other.read_from + timedelta(minutes=other.minutes) > form.read_from:
            at = clock.local(other.read_from)
            raise Invalid(N_("Lúc {at} loa này đã có bản khác. Chọn giờ khác."), at=f"{at:%H:%M}", field="read_from")


def _slot(session: Session, actor: Actor, slot_id: UUID) -> LoudspeakerSlot:
    slot = session.get(LoudspeakerSlot, slot_id)
    unit = session.get(Unit, slot.unit_id) if slot else None
    if slot is None or unit is None or slot.is_dropped or not unit.path.startswith(actor.unit_path):
        raise NotFound(N_("Không tìm thấy lượt đọc này."))
    return slot


def _delivery(session: Session, slot: LoudspeakerSlot) -> Delivery | None:
    return session.get(Delivery, slot.delivery_id) if slot.delivery_id else None


def _tell(session: Session, slot: LoudspeakerSlot, status: DeliveryStatus) -> None:
    """The ledger says the same as the book."""
    if delivery := _delivery(session, slot):
        delivery.status, delivery.updated_at = status, clock.now()
        delivery.sent_at = slot.read_at
        session.add(delivery)


def _record(session: Session, actor: Actor, slot: LoudspeakerSlot, action: str) -> None:
    audit.record(
        session, actor=actor, action=action, subject_kind="announcement", subject_id=slot.announcement_id, slot=str(slot.id)
    )  # fmt: skip
