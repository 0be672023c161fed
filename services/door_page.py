"""All that the page of a door list shows to whoever holds its address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlmodel import Session

from models import AnnouncementStatus, DoorOutcome, Urgency
from services import corrections, door_addresses, door_lists, relays, wards
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
