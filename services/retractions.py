"""Taking back what is already posted: what a leader posts in the group instead, and who says that the old text is gone.

A relay that was posted and whose delivery is cancelled is one whose leader deleted it; the delivery knows since when.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock
from core.errors import NotAllowed, NotFound
from core.i18n import N_
from models import Announcement, AnnouncementStatus, Delivery, DeliveryStatus, Group, Relay
from services import access, audit, corrections, relay_addresses, relays
from services.access import Actor, May
from services.relays import RelayWork


@dataclass(frozen=True)
class OldPost:
    """The text before a correction, where it was posted in the same group."""

    title: str
    posted_at: datetime
    deleted_at: datetime | None  # since when the leader says that it is gone
    path: str  # of the page where that is said


def old_post(session: Session, *, token: str) -> OldPost | None:
    """What a correction replaces in this relay's group: the newest earlier text that was posted there. None where none was.

    For the leader and the deputy alike: whoever reads it can take the old text down.

    Raises:
        NotFound: no relay has this token.
    """
    relay = relay_addresses.by_token(session, token=token)
    earlier = corrections.before(session, session.get_one(Announcement, relay.announcement_id))
    found = session.exec(
        select(Relay, Delivery, Announcement)
        .join(Delivery, col(Delivery.id) == Relay.delivery_id)
        .join(Announcement, col(Announcement.id) == Relay.announcement_id)
        .where(col(Relay.announcement_id).in_(earlier), Relay.group_id == relay.group_id, col(Relay.posted_at).is_not(None))
        .order_by(col(Announcement.sent_at).desc())
    ).first()
    if found is None:
        return None
    old, delivery, announcement = found
    posted_at = old.posted_at or delivery.created_at
    path = f"/r/{relay_addresses.same_hand(old, relay_addresses.part_of(relay, token=token))}"
    return OldPost(announcement.title, posted_at, relays.deleted_at(old, delivery), path)


def text_for(work: RelayWork) -> str:
    """The few lines to paste: withdrawn, or changed with the address where the right version is shown.

    In the ward's language, always.
    """
    greeting = f"Kính gửi bà con {work.unit_label}."
    if work.status == "corrected":
        return f"{greeting}\nThông báo “{work.announcement_title}” có chỗ đã đổi. Xin bà con xem bản đúng: {work.link_url}"
    return (
        f"{greeting}\nPhường đã thu hồi thông báo “{work.announcement_title}”. Xin bà con không làm theo bản cũ; "
        f"khi có tin mới phường sẽ báo.\nChi tiết: {work.link_url}"
    )


def say_deleted(session: Session, *, token: str, is_deleted: bool = True) -> None:
    """The leader says that a withdrawn or corrected text is gone from the group, or pressed by mistake. Twice is once.

    Raises:
        NotFound: no relay has this token. NotAllowed: it still stands, or was never posted.
    """
    _mark(session, relay_addresses.by_token(session, token=token, for_change=True), is_deleted=is_deleted)


def enter_for(session: Session, *, actor: Actor, relay_id: UUID, is_deleted: bool) -> None:
    """The ward enters what a leader said by telephone.

    Raises:
        NotFound: the relay does not exist or lies outside. NotAllowed: as `say_deleted`.
    """
    access.require(actor, May.SPEAK_FOR_LEADERS)
    relay = session.get(Relay, relay_id)
    if relay is None:
        raise NotFound(N_("Không tìm thấy việc đăng này."))
    access.unit_for(session, actor=actor, unit_id=session.get_one(Group, relay.group_id).unit_id)
    _mark(session, relay, is_deleted=is_deleted)
    audit.record(
        session, actor=actor, action="relay.deleted" if is_deleted else "relay.deleted_undo", subject_kind="relay",
        subject_id=relay.id,
    )  # fmt: skip


def _mark(session: Session, relay: Relay, *, is_deleted: bool) -> None:
    announcement = session.get_one(Announcement, relay.announcement_id)
    is_withdrawn = announcement.status is AnnouncementStatus.CANCELLED
    is_over = is_withdrawn or corrections.standing_for(session, announcement.id) is not None
    if not is_over or relay.posted_at is None:
        raise NotAllowed(N_("Chỉ ghi đã gỡ bài khi bài đã đăng, và phường đã thu hồi hoặc đính chính."))
    delivery = session.get_one(Delivery, relay.delivery_id)
    status = DeliveryStatus.CANCELLED if is_deleted else DeliveryStatus.SENT
    if delivery.status is not status:
        delivery.status, delivery.updated_at = status, clock.now()
