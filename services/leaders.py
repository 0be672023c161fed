"""The common link of the leaders' chat: a leader or deputy picks the own group, shows four digits, and is remembered.

Two phones that show the right digits are both remembered: they open the same work, which counts once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, select

from core import clock, phones, tokens
from core.errors import NotFound, Refusal
from core.i18n import N_
from core.text import natural_key
from models import LEFT, Announcement, Group, LeaderDevice, Part, Relay, Role, Unit, Urgency, User
from services import doors, passing_on, relay_addresses, relays, wards
from services.presence import stands
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


@dataclass(frozen=True)
class OwnWork:
    """One group's work of whoever holds a remembered phone."""

    token: str  # of the page that is this person's own
    group: str
    unit_label: str
    part: Part
    due_at: datetime | None
    posted_at: datetime | None
    is_overdue: bool


@dataclass(frozen=True)
class Known:
    """What a remembered phone leads to; `is_news` where something of it is still to be written down."""

    works: list[OwnWork]  # what is still to be posted first
    is_news: bool


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
        .where(Relay.announcement_id == announcement.id, stands(clock.today()))
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
    """Remember this phone as the leader's, or the deputy's, if the digits are the last four of the number the ward has.

    Where both have the same digits it is the leader's.

    Returns the token for the phone's cookie, or None for wrong digits: the caller commits either way, for the wrong
    try counts against the group's door.

    Raises:
        NotFound: the group is not in this announcement.
        DoorLocked: five wrong tries in fifteen minutes.
        WrongDigits: the ward has no number for either, so no digits can be right.
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
    heads = [head for head in _heads(session, group_id) if head.phone]
    if not heads:
        raise WrongDigits(N_("Phường chưa có số điện thoại của tổ trưởng tổ này. Xin gọi phường để ghi số."))
    matching = [head for head in heads if tokens.same(phones.last_four(head.phone), last_four.strip())]
    if not matching:
        doors.record_wrong_try(session, door=door)
        return None
    doors.forget_tries(session, door=door)
    device_token = tokens.new_token()
    session.add(
        LeaderDevice(
            token_hash=tokens.digest(device_token), group_id=group_id, leader_id=matching[0].id, last_seen_at=clock.now()
        )
    )  # fmt: skip
    return device_token


def known(session: Session, *, token: str, device_token: str, writes: bool = False) -> Known:
    """The works of whoever holds this phone, in all groups they lead or stand in for; none when it is unknown or revoked.

    With `writes`, that the phone was seen is noted (at most once a minute), and a deputy gets an address of the work.
    """
    announcement = _announcement(session, token)
    found = session.exec(
        select(LeaderDevice, User)
        .join(Group, col(Group.id) == LeaderDevice.group_id)
        .join(User, col(User.id) == LeaderDevice.leader_id)
        .where(
            col(User.is_active), User.role != Role.VIEWER,
            LeaderDevice.token_hash == tokens.digest(device_token), col(LeaderDevice.revoked_at).is_(None),
            or_(col(Group.leader_id) == LeaderDevice.leader_id, col(Group.deputy_id) == LeaderDevice.leader_id),
        )
    ).first()  # fmt: skip
    if found is None:
        return Known([], is_news=False)
    device, person = found
    rows = _works(session, announcement, person)
    is_news = clock.now() - device.last_seen_at >= SEEN_EVERY
    unasked = [relay for relay, group, _unit in rows if group.leader_id != person.id and not relay.is_deputy_asked]
    if writes:
        device.last_seen_at = clock.now()
        for relay in unasked:
            passing_on.ask_deputy(session, relay)
    works = [_own(*row, person=person) for row in rows if writes or row[0] not in unasked]
    return Known(sorted(works, key=lambda one: one.posted_at is not None), is_news=is_news or bool(unasked))


def _works(session: Session, announcement: Announcement, person: User) -> list[tuple[Relay, Group, Unit]]:
    found = session.exec(
        select(Relay, Group, Unit)
        .join(Group, col(Group.id) == Relay.group_id)
        .join(Unit, col(Unit.id) == Group.unit_id)
        .where(
            Relay.announcement_id == announcement.id, stands(clock.today()),
            or_(col(Group.leader_id) == person.id, col(Group.deputy_id) == person.id),
        )
        .order_by(col(Unit.code), col(Group.name))
    ).all()  # fmt: skip
    return list(found)


def _own(relay: Relay, group: Group, unit: Unit, *, person: User) -> OwnWork:
    part = Part.LEADER if group.leader_id == person.id else Part.DEPUTY
    token = relay_addresses.same_hand(relay, part)
    return OwnWork(token, group.name, unit.label, part, relay.due_at, relay.posted_at, relays.is_overdue(relay))


def forget(session: Session, *, device_token: str) -> None:
    """This phone is no longer remembered."""
    device = session.exec(select(LeaderDevice).where(LeaderDevice.token_hash == tokens.digest(device_token))).first()
    if device:
        device.revoked_at = clock.now()


def _is_open(announcement: Announcement) -> bool:
    return announcement.status in LEFT and not announcement.has_expired(clock.now())


def _heads(session: Session, group_id: UUID) -> list[User]:
    """Leader, then deputy, where they may act."""
    group = session.get_one(Group, group_id)
    found = [session.get(User, id_) for id_ in (group.leader_id, group.deputy_id) if id_]
    return [one for one in found if one and one.is_active and one.role is not Role.VIEWER]


def _announcement(session: Session, token: str) -> Announcement:
    found = relay_addresses.announcement_of(session, token=token)
    if found is None:
        raise NotFound(N_("Đường dẫn này không có, hoặc đã hết hạn."))
    return found
