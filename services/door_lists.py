"""The last mile for the ward: the lists of an announcement, whose they are, and what is left on each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from models import Announcement, DoorLine, DoorList, DoorOutcome, Household, How, Reach, Unit, User
from services import access, audit, door_addresses, door_numbers, drafts
from services.access import Actor, May
from services.presence import lives_here

DIGITS_SHOWN = 3  # of a telephone number, its end (docs/decisions/0020)


@dataclass(frozen=True)
class Line:
    """A household of a list, by the number it has on paper, and what came of it."""

    number: int
    household_id: UUID
    head_name: str
    address: str
    phone_end: str
    outcome: DoorOutcome | None
    knocked_at: datetime | None
    how: How | None  # how we know that it was told, at the door or otherwise
    is_open: bool  # a knock is still to come
    is_to_tell: bool  # it is printed: a knock is still to come, or another one

    @property
    def is_elsewhere(self) -> bool:
        """Whether it left the list by itself: told by another path, or gone before anybody knocked."""
        return self.outcome is not DoorOutcome.TOLD and (self.how is not None or (self.outcome is None and not self.is_open))


@dataclass(frozen=True)
class Listed:
    """One list for the ward: whose it is, by which address, how much is left."""

    id: UUID
    unit_id: UUID
    unit_label: str
    unit_code: str
    unit_path: str
    owner: str  # "" where the unit has nobody for it
    url: str  # "" where the address leads nowhere
    households: int
    still_open: int
    told: int


def sent(session: Session, *, actor: Actor, announcement_id: UUID) -> Announcement:
    """An announcement that has left, for the ward's staff.

    Raises:
        Invalid: it has not left. NotAllowed: the actor may not write. NotFound: it lies outside the actor's sight.
    """
    access.require(actor, May.WATCH)
    announcement = drafts.get(session, actor=actor, announcement_id=announcement_id)
    if announcement.sent_at is None:
        raise Invalid(N_("Thông báo chưa gửi nên chưa có danh sách gõ cửa."))
    return announcement


def make(session: Session, *, actor: Actor, announcement_id: UUID) -> int:
    """Make the lists of an announcement that left without, or number who has become due since; how many households.

    Raises:
        Invalid, NotAllowed, NotFound: as `sent`.
    """
    return door_numbers.prepare(session, announcement=sent(session, actor=actor, announcement_id=announcement_id))


def lines(session: Session, *, actor: Actor, list_id: UUID) -> list[Line]:
    """Every line of a list in the order in which one walks.

    Raises:
        Invalid, NotAllowed, NotFound: as `sent`.
    """
    listed = session.get(DoorList, list_id)
    if listed is None:
        raise NotFound(N_("Không tìm thấy danh sách gõ cửa này."))
    sent(session, actor=actor, announcement_id=listed.announcement_id)
    return lines_of(session, listed)


def widen(
    session: Session, *, actor: Actor, announcement_id: UUID, unit_ids: Sequence[UUID] = (), in_posted_groups: bool = False
) -> int:  # fmt: skip
    """Put everybody who is not known to be told on the lists, of these units or of all; how many were added.

    Households in a chat where it is posted stay out unless `in_posted_groups`: who of them has read it can only be estimated.

    Raises:
        Invalid: it is not sent. NotAllowed: the actor may not write. NotFound: it lies outside the actor's sight.
    """
    announcement = sent(session, actor=actor, announcement_id=announcement_id)
    wanted = door_numbers.untold(session, announcement_id=announcement.id, in_posted_groups=in_posted_groups)
    if unit_ids:
        wanted = wanted & col(Household.unit_id).in_(unit_ids)
    added = door_numbers.prepare(session, announcement=announcement)
    added += door_numbers.add(session, announcement, wanted)
    audit.record(
        session, actor=actor, action="door_list.widened", subject_kind="announcement", subject_id=announcement.id,
        households=added, in_posted_groups=in_posted_groups,
    )  # fmt: skip
    return added


def renew(session: Session, *, actor: Actor, list_id: UUID) -> Listed:
    """Another address in place of the one there is, for whoever is responsible now: the old one was lost, or seen by others.

    Raises:
        Invalid: the unit has nobody it could be for. NotAllowed, NotFound: as `sent`.
    """
    listed = session.get(DoorList, list_id, with_for_update=True)
    if listed is None:
        raise NotFound(N_("Không tìm thấy danh sách gõ cửa này."))
    sent(session, actor=actor, announcement_id=listed.announcement_id)
    owner_id = door_addresses.responsible(session, {listed.unit_id}).get(listed.unit_id)
    if owner_id is None:
        raise Invalid(N_("Tổ, thôn này chưa có người phụ trách nhóm để gửi đường dẫn. Xin chọn người phụ trách trước."))
    door_addresses.reissue(session, listed, owner_id)
    audit.record(
        session, actor=actor, action="door_list.renewed", subject_kind="door_list", subject_id=listed.id, owner_id=str(owner_id)
    )  # fmt: skip
    return next(one for one in of_announcement(session, actor=actor, announcement_id=listed.announcement_id) if one.id == list_id)


def lines_of(session: Session, listed: DoorList) -> list[Line]:
    """Every line of a list in the order in which one walks, for callers that have checked who asks. One query."""
    found = session.execute(
        select_columns(DoorLine, Household, col(Reach.how), still_to_knock(), still_to_tell())
        .join(DoorList, col(DoorList.id) == DoorLine.door_list_id)
        .join(Household, col(Household.id) == DoorLine.household_id)
        .outerjoin(
            Reach, (col(Reach.household_id) == Household.id) & (col(Reach.announcement_id) == listed.announcement_id)
        )
        .where(col(DoorLine.door_list_id) == listed.id)
    )  # fmt: skip
    lines = [
        Line(
            line.number, home.id, home.head_name, home.address, home.phone[-DIGITS_SHOWN:] if home.phone else "", line.outcome,
            line.knocked_at, How(how) if how else None, bool(is_open), bool(is_to_tell),
        ) for line, home, how, is_open, is_to_tell in found
    ]  # fmt: skip
    return sorted(lines, key=lambda one: door_numbers.walking(one.head_name, one.address, one.household_id))


def of_announcement(session: Session, *, actor: Actor, announcement_id: UUID) -> list[Listed]:
    """The lists of an announcement with their addresses, in the order of units. Four queries.

    Raises:
        Invalid, NotAllowed, NotFound: as `sent`.
    """
    announcement = sent(session, actor=actor, announcement_id=announcement_id)
    found = session.exec(
        select(DoorList, Unit, User)
        .join(Unit, col(Unit.id) == DoorList.unit_id)
        .outerjoin(User, col(User.id) == DoorList.user_id)
        .where(DoorList.announcement_id == announcement.id)
        .order_by(col(Unit.code))
    ).all()
    counts = _counts(session, [listed.id for listed, _, _ in found])
    heads = door_addresses.heads_of(session, {unit.id for _, unit, _ in found})
    rows = []
    for listed, unit, owner in found:
        is_good = owner is not None and owner.id in heads.get(unit.id, []) and listed.expires_at > clock.now()
        all_, still_open, told = counts.get(listed.id, (0, 0, 0))
        rows.append(
            Listed(
                listed.id, unit.id, unit.label, unit.code, unit.path, owner.display_name if owner and is_good else "",
                door_addresses.url_of(listed) if is_good else "", all_, still_open, told,
            )
        )  # fmt: skip
    return rows


def still_open(session: Session, *, list_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many doors are left on each of these lists, for callers that have checked who asks."""
    return {list_id: left for list_id, (_all, left, _told) in _counts(session, list_ids).items()}


def _counts(session: Session, list_ids: Sequence[UUID]) -> dict[UUID, tuple[int, int, int]]:
    """Of each list: its households that still count, those still to be knocked at, those told at the door."""
    is_open = still_to_knock()
    counts_still = is_open | col(DoorLine.outcome).is_not(None)
    found = session.exec(
        select(
            DoorLine.door_list_id, func.count().filter(counts_still), func.count().filter(is_open),
            func.count().filter(col(DoorLine.outcome) == DoorOutcome.TOLD),
        )
        .join(DoorList, col(DoorList.id) == DoorLine.door_list_id)
        .join(Household, col(Household.id) == DoorLine.household_id)
        .outerjoin(
            Reach, (col(Reach.household_id) == Household.id) & (col(Reach.announcement_id) == DoorList.announcement_id)
        )
        .where(col(DoorLine.door_list_id).in_(list_ids))
        .group_by(col(DoorLine.door_list_id))
    )  # fmt: skip
    return {list_id: (int(all_), int(still_open), int(told)) for list_id, all_, still_open, told in found}


def still_to_tell() -> ColumnElement[bool]:
    """Whether a line is printed: it waits for a knock, or for another one. In a query as for `still_to_knock`."""
    return still_to_knock() | ((col(DoorLine.outcome) == DoorOutcome.NOT_HOME) & col(Reach.id).is_(None))


def still_to_knock() -> ColumnElement[bool]:
    """Whether a line waits for a knock, in a query that joins DoorLine, DoorList, Household and (outer) Reach."""
    return (
        col(DoorLine.outcome).is_(None) & col(Reach.id).is_(None)
        & lives_here(clock.today()) & (col(Household.unit_id) == DoorList.unit_id)
    )  # fmt: skip
