"""A ward on the evening of an announcement: one residential unit with a leader, a chat, and doors to knock at."""

from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, select

from models import Announcement, DoorLine, DoorList, Group, Household, PlannedPath, Reach, ReachCount, Role, Unit, User
from services import door_addresses, door_numbers, sending
from services.access import Actor
from services.door_knocks import Knock
from tests.factories import make_actor, make_announcement, make_group, make_household, make_membership, make_unit, make_user


@dataclass
class Street:
    """Everything a test of door lists may want to name."""

    session: Session
    ward: Unit
    unit: Unit
    leader: User
    group: Group
    clerk: Actor
    announcement: Announcement
    homes: dict[str, Household] = field(default_factory=dict)  # by address

    def list(self) -> DoorList:
        """The unit's list, as it stands."""
        wanted = select(DoorList).where(DoorList.announcement_id == self.announcement.id, DoorList.unit_id == self.unit.id)
        return self.session.exec(wanted.execution_options(populate_existing=True)).one()

    @property
    def token(self) -> str:
        """The list's address. Whoever opens it elsewhere need not wait for this session."""
        listed = self.list()
        self.session.commit()
        return door_addresses.token_of(listed.id, listed.issue)

    def reached(self, address: str) -> Reach | None:
        """Whether, and how, a household is known to be told."""
        home = self.homes[address]
        wanted = select(Reach).where(Reach.announcement_id == self.announcement.id, Reach.household_id == home.id)
        return self.session.exec(wanted.execution_options(populate_existing=True)).first()

    @property
    def counted(self) -> int:
        """Known households, as the board's counters say."""
        return sum(self.session.exec(select(ReachCount.known).where(ReachCount.announcement_id == self.announcement.id)))


def make_street(
    session: Session, *addresses: str, in_chat: tuple[str, ...] = (), planned: dict[str, Any] | None = None, **of_it: Any
) -> Street:  # fmt: skip
    """A sent announcement; households at these addresses, those of `in_chat` in the unit's chat.

    `planned`: the path of each address as written when it left; else there is none.
    """
    ward = make_unit(session)
    unit = make_unit(session, parent=ward, name="Tổ dân phố 13", short_name="Tổ 13")
    leader = make_user(session, unit=unit, role=Role.LEAD, display_name="Hà Thị Minh")
    group = make_group(session, unit=unit, leader_id=leader.id)
    announcement = make_announcement(session, unit=ward, **of_it)
    street = Street(session, ward, unit, leader, group, make_actor(session, unit=ward), announcement)
    for place, address in enumerate((*addresses, *in_chat)):
        home = make_household(session, unit=unit, address=address, head_name=f"Ma Văn {place:02}", phone="+84912345678")
        street.homes[address] = home
        if address in in_chat:
            make_membership(session, household=home, group=group)
    sending.send(session, announcement=announcement)
    listed = select(DoorLine).join(DoorList).where(DoorList.announcement_id == announcement.id)
    for one in (*session.exec(listed), *session.exec(select(PlannedPath).where(PlannedPath.announcement_id == announcement.id))):
        session.delete(one)
    session.flush()
    for address, path in (planned or {}).items():
        session.add(PlannedPath(announcement_id=announcement.id, household_id=street.homes[address].id, path=path))
    session.flush()
    door_numbers.prepare(session, announcement=announcement)
    session.commit()
    return street


def knock(number: int, outcome: Any, key: str = "", at: Any = None) -> Knock:
    """A knock with a key of its own."""
    return Knock(number, outcome, key or f"key-{number}-{outcome}".replace("_", "-"), at)
