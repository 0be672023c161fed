"""Relays: a leader, or the deputy, posts the ready text into the group's chat and says so.

The token in the address is the permission; the leader has one and the deputy, once asked, another to the same work.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from core import clock
from core.errors import NotAllowed, NotFound
from core.i18n import N_
from models import (
    LEFT,
    Announcement,
    AnnouncementStatus,
    AsksFor,
    Delivery,
    DeliveryStatus,
    Group,
    GroupKind,
    Part,
    ReachCount,
    Relay,
    Role,
    ShortLink,
    Unit,
    Urgency,
    User,
)
from services import access, audit, corrections, drafts, links, relay_addresses, training, wards
from services.access import Actor, May
from services.presence import is_closed
from services.wards import WardCard

Status = Literal["waiting", "posted", "overdue", "cancelled", "expired", "corrected", "closed"]

# What the link is for, in the ward's language like the text above it.
_LAST_LINE = {
    AsksFor.NOTHING: "Chi tiết",
    AsksFor.CONFIRMATION: "Chi tiết và báo đã nắm thông tin",
    AsksFor.ATTENDANCE: "Chi tiết và báo có đi",
}


@dataclass(frozen=True)
class RelayWork:
    """What the page of a leader, or of the deputy, shows."""

    announcement_title: str
    urgency: Urgency
    group_name: str
    unit_label: str
    unit_name: str
    part: Part  # whose page it is
    title: str  # how its reader is addressed
    leader_name: str
    leader_title: str
    deputy_name: str  # "" where nobody stands in
    deputy_title: str
    deputy_url: str  # of the deputy's own page; "" until the deputy is asked
    ward: WardCard
    text: str
    link_url: str
    announcement_url: str
    sent_at: datetime
    must_reach_by: datetime | None
    due_at: datetime | None
    posted_at: datetime | None
    posted_by: str  # "leader", "deputy", or the name of whoever entered it for them
    deleted_at: datetime | None  # since when the leader says that a withdrawn text is gone from the group
    reminded: datetime | None  # the last time
    passed_on_at: datetime | None  # since when the leader leaves it to the deputy
    handed_back_at: datetime | None  # when the deputy could not either
    escalated_at: datetime | None
    note: str  # the leader's own; "" on the deputy's page
    is_overdue: bool
    status: Status
    corrected_title: str | None
    corrected_url: str | None  # where the same leader posts the correction
    corrected_posted_at: datetime | None
    households: int
    opens: int
    asks_for: AsksFor
    known: int
    expires_at: datetime

    @property
    def is_own(self) -> bool:
        """Whether whoever reads the page said that it is posted."""
        return self.posted_by == self.part.value


@dataclass(frozen=True)
class RelayRow:
    """One relay for the ward: who, by which address, whether posted."""

    relay_id: UUID
    group: str
    unit_label: str
    leader: str
    url: str
    posted_at: datetime | None
    deleted_at: datetime | None = None
    deputy: str = ""
    deputy_url: str = ""  # once the deputy is asked


def work_for_token(session: Session, *, token: str) -> RelayWork:
    """What there is to relay.

    Raises:
        NotFound: no relay has this token.
    """
    relay = relay_addresses.by_token(session, token=token)
    part = relay_addresses.part_of(relay, token=token)
    announcement = session.get_one(Announcement, relay.announcement_id)
    group = session.get_one(Group, relay.group_id)
    unit = session.get_one(Unit, group.unit_id)
    leader = session.get(User, group.leader_id) if group.leader_id else None
    deputy = deputy_of(session, group)
    counts = session.exec(
        select(ReachCount.opens, ReachCount.known).where(
            ReachCount.announcement_id == relay.announcement_id, ReachCount.group_id == relay.group_id
        )
    ).all()
    correction = corrections.standing_for(session, announcement.id)
    instead = _instead(session, correction, group)
    url = links.public_url(session.get_one(ShortLink, relay.link_id))
    titles = {one: title_of(unit, group, part=one) for one in Part}
    ward = wards.card_of(session, unit=unit)
    return RelayWork(
        announcement_title=announcement.title, urgency=announcement.urgency, group_name=group.name, unit_label=unit.label,
        unit_name=unit.name, part=part, title=titles[part], leader_name=leader.display_name if leader else "",
        leader_title=titles[Part.LEADER], deputy_name=deputy.display_name if deputy else "", deputy_title=titles[Part.DEPUTY],
        deputy_url=relay_addresses.url_of(relay.deputy_token) if deputy and relay.deputy_token else "",
        ward=ward, text=training.marked(text_for(announcement, group=group, unit_label=unit.label, url=url), ward),
        link_url=url, announcement_url=general_url(session, announcement.id) or url,
        sent_at=announcement.sent_at or relay.created_at, must_reach_by=announcement.must_reach_by, due_at=relay.due_at,
        posted_at=relay.posted_at, posted_by=relay.posted_by,
        deleted_at=deleted_at(relay, session.get_one(Delivery, relay.delivery_id)),
        reminded=relay.reminded_again or relay.reminded, passed_on_at=relay.passed_on_at if deputy else None,
        handed_back_at=relay.handed_back_at, escalated_at=relay.escalated_at,
        note=relay.note if part is Part.LEADER else "", is_overdue=is_overdue(relay),
        status=_status(announcement, relay, group, correction), corrected_title=correction.title if correction else None,
        corrected_url=relay_addresses.url_of(relay_addresses.same_hand(instead, part)) if instead else None,
        corrected_posted_at=instead.posted_at if instead else None,
        households=relay.households, opens=sum(opens for opens, _ in counts), known=sum(known for _, known in counts),
        asks_for=announcement.asks_for, expires_at=relay.token_expires_at,
    )  # fmt: skip


def _instead(session: Session, correction: Announcement | None, group: Group) -> Relay | None:
    """The correction's relay of the same group, else of another group of the same leader."""
    if correction is None:
        return None
    is_same = col(Relay.group_id) == group.id
    is_theirs = is_same | (col(Group.leader_id) == group.leader_id) if group.leader_id else is_same
    return session.exec(
        select(Relay)
        .join(Group, col(Group.id) == Relay.group_id)
        .where(Relay.announcement_id == correction.id, is_theirs)
        .order_by(is_same.desc())
    ).first()


def general_url(session: Session, announcement_id: UUID) -> str:
    """The ward's own link to an announcement, which counts for no group; "" where there is none."""
    found = session.exec(
        select(ShortLink).where(ShortLink.announcement_id == announcement_id, col(ShortLink.group_id).is_(None))
    ).first()
    return links.public_url(found) if found else ""


def ready_text(announcement: Announcement, *, unit_label: str, url: str) -> str:
    """Exactly what a leader pastes: greeting, the lines for the group, the group's own link. In the ward's language."""
    lines = announcement.group_text or announcement.body
    corrects = f"Đính chính: {announcement.title}.\n" if announcement.corrects_id else ""
    return f"Kính gửi bà con {unit_label}.\n{corrects}{lines}\n{_LAST_LINE[announcement.asks_for]}: {url}"


def text_for(announcement: Announcement, *, group: Group, unit_label: str, url: str) -> str:
    """What is pasted into a group: the leaders' own chat gets the common link, behind which each finds the own group's text."""
    if group.kind is not GroupKind.LEADERS or not announcement.leaders_token:
        return ready_text(announcement, unit_label=unit_label, url=url)
    corrects = "Đính chính: " if announcement.corrects_id else ""
    link = relay_addresses.url_of(announcement.leaders_token)
    return f"Kính gửi các tổ trưởng, trưởng thôn.\n{corrects}{announcement.title}\nBài đăng sẵn cho nhóm của từng tổ: {link}"


def title_of(unit: Unit, group: Group | None = None, *, part: Part = Part.LEADER) -> str:
    """How the head of a residential unit, or of another group, is addressed; or who stands in for them."""
    if group is not None and group.kind is not GroupKind.HOUSEHOLD:
        return {Part.LEADER: N_("Người phụ trách"), Part.DEPUTY: N_("Phó phụ trách")}[part]
    if unit.subtype in ("to_dan_pho", "khu_pho", ""):
        return {Part.LEADER: N_("Tổ trưởng"), Part.DEPUTY: N_("Tổ phó")}[part]
    return {Part.LEADER: N_("Trưởng thôn"), Part.DEPUTY: N_("Phó trưởng thôn")}[part]


def deputy_of(session: Session, group: Group) -> User | None:
    """Who can stand in for the leader of a group; nobody whose account is closed or may only look."""
    deputy = session.get(User, group.deputy_id) if group.deputy_id else None
    return deputy if deputy and deputy.is_active and deputy.role is not Role.VIEWER else None


def is_overdue(relay: Relay) -> bool:
    """Not posted although its time has passed."""
    return relay.posted_at is None and relay.due_at is not None and relay.due_at <= clock.now()


def deleted_at(relay: Relay, delivery: Delivery) -> datetime | None:
    """Since when a posted text is said to be gone from the group again; None while it stands there, or never did."""
    return delivery.updated_at if relay.posted_at and delivery.status is DeliveryStatus.CANCELLED else None


def opened(session: Session, *, token: str) -> None:
    """A person looked at the page; the first time counts."""
    relay = relay_addresses.by_token(session, token=token)
    if relay.opened_at is None:
        relay.opened_at = clock.now()


def post(session: Session, *, token: str) -> RelayWork:
    """Leader or deputy says: it is in the group. It counts once, for whoever was first; late is late, and counts too.

    Raises:
        NotAllowed: it was withdrawn, its time is over, or the group is closed.
    """
    relay = relay_addresses.by_token(session, token=token, for_change=True)
    _post(session, relay, by=relay_addresses.part_of(relay, token=token).value)
    return work_for_token(session, token=token)


def undo(session: Session, *, token: str) -> RelayWork:
    """Leader or deputy pressed by mistake."""
    _undo(session, relay_addresses.by_token(session, token=token, for_change=True))
    return work_for_token(session, token=token)


def enter_for(session: Session, *, actor: Actor, relay_id: UUID, is_posted: bool) -> None:
    """The ward enters what a leader said by telephone, or a signed-in leader says it for the own group."""
    relay = session.get(Relay, relay_id, with_for_update=True)
    if relay is None:
        raise NotFound(N_("Không tìm thấy việc đăng này."))
    group = session.get_one(Group, relay.group_id)
    access.unit_for(session, actor=actor, unit_id=group.unit_id)
    access.require(actor, May.SPEAK_FOR_LEADERS, is_own=actor.id in (group.leader_id, group.deputy_id))
    if is_posted:
        _post(session, relay, by=actor.display_name)
    else:
        _undo(session, relay)
    audit.record(
        session, actor=actor, action="relay.posted" if is_posted else "relay.undo", subject_kind="relay", subject_id=relay.id
    )  # fmt: skip


_deputy = aliased(User)  # once: it costs as much as a small query


def of_announcement(session: Session, *, actor: Actor, announcement_id: UUID) -> list[RelayRow]:
    """Every relay of an announcement with its address, in the order of units."""
    access.require(actor, May.WATCH)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    found = session.exec(
        select(Relay, Delivery, Group, Unit, User.display_name, _deputy.display_name)  # type: ignore[call-overload]
        .join(Delivery, col(Delivery.id) == Relay.delivery_id)
        .join(Group, col(Group.id) == Relay.group_id)
        .join(Unit, col(Unit.id) == Group.unit_id)
        .outerjoin(User, col(User.id) == Group.leader_id)
        .outerjoin(_deputy, col(_deputy.id) == Group.deputy_id)
        .where(Relay.announcement_id == announcement.id)
        .order_by(col(Unit.code))
    ).all()
    return [
        RelayRow(
            relay.id, group.name, unit.label, leader or "", relay_addresses.url_of(relay.token), relay.posted_at,
            deleted_at(relay, delivery), second or "", relay_addresses.url_of(relay.deputy_token) if relay.deputy_token else "",
        )
        for relay, delivery, group, unit, leader, second in found
    ]  # fmt: skip


def _status(announcement: Announcement, relay: Relay, group: Group, correction: Announcement | None) -> Status:
    if announcement.status is AnnouncementStatus.CANCELLED:
        return "cancelled"
    if correction:
        return "corrected"
    if relay.posted_at:
        return "posted"
    if relay.token_expires_at <= clock.now():
        return "expired"
    if is_closed(group, clock.today()):
        return "closed"
    return "overdue" if is_overdue(relay) else "waiting"


def require_open(session: Session, relay: Relay) -> None:
    """Whether there is anything to post still.

    Raises:
        NotAllowed: it was withdrawn, its time is over, or the group is closed.
    """
    announcement = session.get_one(Announcement, relay.announcement_id)
    if announcement.status is AnnouncementStatus.CANCELLED:
        raise NotAllowed(N_("Phường đã thu hồi thông báo này. Xin đừng đăng; nếu đã đăng, xin xóa giúp."))
    if relay.token_expires_at <= clock.now():
        raise NotAllowed(N_("Thông báo đã hết hiệu lực, không cần đăng nữa."))
    expect_standing(session.get_one(Group, relay.group_id))


def expect_standing(group: Group) -> None:
    """Refuse what is for a chat that nobody reads any more.

    Raises:
        NotAllowed: it is closed.
    """
    if is_closed(group, clock.today()):
        raise NotAllowed(N_("Nhóm {name} đã đóng, không cần đăng nữa."), name=group.name)


def _post(session: Session, relay: Relay, *, by: str) -> None:
    if relay.posted_at:
        return
    require_open(session, relay)
    now = clock.now()
    relay.posted_at, relay.posted_by = now, by
    relay.opened_at = relay.opened_at or now
    _mark(session, relay, DeliveryStatus.SENT, now)


def _undo(session: Session, relay: Relay) -> None:
    announcement = session.get_one(Announcement, relay.announcement_id)
    if relay.posted_at is None or announcement.status not in LEFT:
        return
    relay.posted_at, relay.posted_by = None, ""
    _mark(session, relay, DeliveryStatus.QUEUED, None)


def _mark(session: Session, relay: Relay, status: DeliveryStatus, sent_at: datetime | None) -> None:
    delivery = session.get_one(Delivery, relay.delivery_id)
    if delivery.status is not DeliveryStatus.CANCELLED:
        delivery.status, delivery.sent_at, delivery.updated_at = status, sent_at, clock.now()
