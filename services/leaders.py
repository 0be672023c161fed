"""The common link of the leaders' chat: a leader picks the own group, shows four digits, and this phone is remembered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlmodel import Session, col, select

from core import clock, phones, tokens
from core.errors import NotFound, Refusal
from core.i18n import N_
from core.text import natural_key
from models import Announcement, AnnouncementStatus, Group, LeaderDevice, Relay, Role, Unit, Urgency, User
from services import doors, wards
from services.wards import WardCard

SEEN_EVERY = timedelta(minutes=1)


class WrongDigits(Refusal):
    """The four digits are not those the ward has."""


class DoorLocked(Refusal):
    """Too many wrong tries at this group's door."""


@dataclass(frozen=True)
class Choice:
    """A group a leader may pick."""

    group_id: UUID
    label: str


@dataclass(frozen=True)
class Area:
    """Choices of one former ward, so that equal group numbers stand apart."""

    name: str
    choices: list[Choice]


@dataclass(frozen=True)
class LeadersWork:
    """What the common page shows before anyone is known."""

    announcement_title: str
    urgency: Urgency
    ward: WardCard
    areas: list[Area]
    sent_at: datetime
    must_reach_by: datetime | None
    is_open: bool


def work(session: Session, *, token: str) -> LeadersWork:
    """The page of the common link.

    Raises:
        NotFound: no announcement has this token.
    """
    announcement = _announcement(session, token)
    found = session.exec(
        select(Group.id, Group.name, Unit)
        .join(Relay, col(Relay.group_id) == Group.id)
        .join(Unit, col(Unit.id) == Group.unit_id)
        .where(Relay.announcement_id == announcement.id)
    ).all()
    ordered = sorted(found, key=lambda row: (row[2].area, natural_key(row[2].label), row[1]))
    areas = [
        Area(name, [Choice(id_, unit.label.removesuffix(f", {name}") if name else unit.label) for id_, _, unit in rows])
        for name, rows in groupby(ordered, key=lambda row: row[2].area)
    ]
    return LeadersWork(
        announcement_title=announcement.title, urgency=announcement.urgency,
        ward=wards.card_of(session, unit=session.get_one(Unit, announcement.unit_id)), areas=areas,
        sent_at=announcement.sent_at or announcement.created_at, must_reach_by=announcement.must_reach_by,
        is_open=_is_open(announcement),
    )  # fmt: skip


def enter(session: Session, *, token: str, group_id: UUID, last_four: str) -> str | None:
    """Remember this phone as the leader's, if the digits are the last four of the number the ward has for that leader.

    Returns the token for the phone's cookie, or None for wrong digits: the caller commits either way, for the wrong
    try counts against the group's door.

    Raises:
        NotFound: the group is not in this announcement.
        DoorLocked: five wrong tries in fifteen minutes.
        WrongDigits: the ward has no number for this leader, so no digits can be right.
    """
    announcement = _announcement(session, token)
    if not _is_open(announcement):
        raise NotFound(N_("Việc này đã xong. Xin mở đường dẫn mới nhất trong nhóm tổ trưởng."))
    relay = session.exec(select(Relay).where(Relay.announcement_id == announcement.id, Relay.group_id == group_id)).first()
    if relay is None:
        raise NotFound(N_("Tổ này không có trong thông báo. Hãy chọn lại."))
    door = f"leaders:{group_id}"
    if doors.is_locked(session, door=door):
        raise DoorLocked(N_("Đã thử sai nhiều lần. Xin đợi 15 phút rồi thử lại, hoặc gọi phường."))
    leader = _leader(session, group_id)
    if leader is None or not leader.phone:
        raise WrongDigits(N_("Phường chưa có số điện thoại của tổ trưởng tổ này. Xin gọi phường để ghi số."))
    if not tokens.same(phones.last_four(leader.phone), last_four.strip()):
        doors.record_wrong_try(session, door=door)
        return None
    doors.forget_tries(session, door=door)
    device_token = tokens.new_token()
    session.add(
        LeaderDevice(
            token_hash=tokens.digest(device_token), group_id=group_id, leader_id=leader.id, last_seen_at=clock.now()
        )
    )  # fmt: skip
    return device_token


def relay_token_for(session: Session, *, token: str, device_token: str) -> str | None:
    """The relay of this phone's group, or None when the phone is unknown, revoked, or its leader has changed.

    That the phone was seen is noted at most once a minute.
    """
    announcement = _announcement(session, token)
    found = session.exec(
        select(LeaderDevice, Relay.token)
        .join(Group, col(Group.id) == LeaderDevice.group_id)
        .join(Relay, col(Relay.group_id) == Group.id)
        .join(User, col(User.id) == LeaderDevice.leader_id)
        .where(
            col(User.is_active), User.role != Role.VIEWER,
            LeaderDevice.token_hash == tokens.digest(device_token), col(LeaderDevice.revoked_at).is_(None),
            Group.leader_id == LeaderDevice.leader_id, Relay.announcement_id == announcement.id,
        )
    ).first()  # fmt: skip
    if found is None:
        return None
    device, relay_token = found
    if clock.now() - device.last_seen_at >= SEEN_EVERY:
        device.last_seen_at = clock.now()
    return relay_token


def forget(session: Session, *, device_token: str) -> None:
    """This phone is no longer remembered."""
    device = session.exec(select(LeaderDevice).where(LeaderDevice.token_hash == tokens.digest(device_token))).first()
    if device:
        device.revoked_at = clock.now()


def _is_open(announcement: Announcement) -> bool:
    return announcement.status is AnnouncementStatus.SENT and not announcement.has_expired(clock.now())


def _leader(session: Session, group_id: UUID) -> User | None:
    group = session.get_one(Group, group_id)
    leader = session.get(User, group.leader_id) if group.leader_id else None
    return leader if leader and leader.is_active and leader.role is not Role.VIEWER else None


def _announcement(session: Session, token: str) -> Announcement:
    found = session.exec(select(Announcement).where(Announcement.leaders_token == token)).first()
    if found is None:
        raise NotFound(N_("Đường dẫn này không có, hoặc đã hết hạn."))
    return found
