"""All that the page of a door list shows to whoever holds its address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session, col, select

from core import clock
from models import Announcement, AnnouncementStatus, DoorList, DoorOutcome, Group, Part, Relay, Urgency
from services import corrections, door_addresses, door_lists, progress, relay_addresses, relays, wards
from services.access import Actor
from services.door_lists import Line
from services.wards import WardCard

LONGEST_WORDS = 800  # what one can say at a door; the page stays small


@dataclass(frozen=True)
class DoorPage:
    """The page: whose it is, what to say at the door, and the households in the order of a walk."""

    key: str  # by which a phone keeps ticks of this list; no secret
    unit_label: str
    owner: str
    title: str  # how the owner is addressed
    ward: WardCard
    announcement_title: str
    announcement_url: str
    urgency: Urgency
    must_reach_by: datetime | None
    words: str  # to say at the door
    lines: list[Line]
    elsewhere: int  # households that left the list by themselves
    expires_at: datetime
    over: Literal["", "cancelled", "corrected"]
    corrected_title: str

    @property
    def told(self) -> int:
        """Told at the door."""
        return sum(line.outcome is DoorOutcome.TOLD for line in self.lines)

    @property
    def still_open(self) -> int:
        """Doors that nobody knocked at yet."""
        return sum(line.is_open for line in self.lines)


def page(session: Session, *, token: str, is_late: bool = False) -> DoorPage:
    """The page of an address. Households that another path told, or that are gone, are counted and not named.

    Raises:
        NotFound: as `door_addresses.opened`.
    """
    held = door_addresses.opened(session, token=token, is_late=is_late)
    all_, said = door_lists.lines_of(session, held.listed), held.announcement
    lines = [line for line in all_ if not line.is_elsewhere]
    correction = corrections.standing_for(session, said.id)
    is_cancelled = said.status is AnnouncementStatus.CANCELLED
    return DoorPage(
        key=held.listed.id.hex, unit_label=held.unit.label, owner=held.actor.display_name, title=relays.title_of(held.unit),
        ward=wards.card_of(session, unit=held.unit), announcement_title=said.title,
        announcement_url=relays.general_url(session, said.id), urgency=said.urgency, must_reach_by=said.must_reach_by,
        words=(said.group_text or said.body.split("\n\n")[0])[:LONGEST_WORDS],
         lines=lines, elsewhere=len(all_) - len(lines), expires_at=held.listed.expires_at,
        over="cancelled" if is_cancelled else "corrected" if correction else "",
        corrected_title=correction.title if correction else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Doors:
    """A list that still has doors, as its owner finds it from elsewhere."""

    title: str  # of the announcement
    still_open: int
    url: str


def beside_relay(session: Session, *, token: str) -> Doors | None:
    """The open doors of the unit in which a leader posts: for whoever holds the relay's address, if the list is that leader's.

    Raises:
        NotFound: no relay has this token.
    """
    relay = relay_addresses.by_token(session, token=token)
    if relay_addresses.part_of(relay, token=token) is Part.DEPUTY:
        return None
    wanted = (
        select(DoorList, Announcement.title)
        .join(Announcement, col(Announcement.id) == DoorList.announcement_id)
        .join(Relay, col(Relay.announcement_id) == DoorList.announcement_id)
        .join(Group, (col(Group.id) == Relay.group_id) & (col(Group.unit_id) == DoorList.unit_id))
        .where(Relay.id == relay.id, col(Group.leader_id) == DoorList.user_id)
    )
    return next(iter(_with_doors(session, session.exec(wanted).all())), None)


def mine(session: Session, *, actor: Actor) -> list[Doors]:
    """The lists of a signed-in leader that are under way and still have doors, the latest announcement first."""
    if actor.id is None:
        return []
    wanted = (
        select(DoorList, Announcement.title)
        .join(Announcement, col(Announcement.id) == DoorList.announcement_id)
        .where(
            DoorList.user_id == actor.id, DoorList.expires_at > clock.now(), Announcement.status == AnnouncementStatus.SENT,
            ~progress.is_corrected(),
        )
        .order_by(col(Announcement.sent_at).desc())
    )  # fmt: skip
    return _with_doors(session, session.exec(wanted).all())


def _with_doors(session: Session, found: Iterable[tuple[DoorList, str]]) -> list[Doors]:
    good = [(listed, title) for listed, title in found if door_addresses.is_good(session, listed)]
    left = door_lists.still_open(session, list_ids=[listed.id for listed, _title in good])
    return [
        Doors(title, left[listed.id], door_addresses.url_of(listed)) for listed, title in good if left.get(listed.id)
    ]  # fmt: skip
