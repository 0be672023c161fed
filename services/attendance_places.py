"""Places at an event and the queue for them: who answers gets a place while places last, else a turn (docs/decisions/0021).

Whoever gives or takes a place has locked the event first, so that there are never more people with a place than places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid
from core.i18n import N_
from core.text import clean
from core.tokens import new_slug
from models import Announcement, AsksFor, Attendance

PEOPLE_MAX = 20
PLACES_MAX = 100_000
NAME_MAX = 40
CODE_LETTERS = 6
FOLLOWED_MOST = 10  # from an announcement to the one it repeats for whoever is missing, and on


@dataclass(frozen=True)
class Party:
    """Who comes: a household, a phone, or a name on the ward's list; and in which group it was asked."""

    household_id: UUID | None = None
    visitor: str | None = None
    name: str = ""
    group_id: UUID | None = None


# ---- the event


def event_of(session: Session, announcement: Announcement) -> Announcement:
    """The announcement that holds the places: itself, or the one it says again to whoever was missed, or corrects."""
    for _ in range(FOLLOWED_MOST):
        earlier_id = announcement.follows_id or announcement.corrects_id
        earlier = session.get(Announcement, earlier_id) if earlier_id else None
        if earlier is None or earlier.asks_for is not AsksFor.ATTENDANCE:
            break
        announcement = earlier
    return announcement


def carried_on(session: Session, *, announcement: Announcement) -> None:
    """A correction is sent: its number of places holds from now on, never fewer than people who have one."""
    event = event_of(session, announcement)
    if announcement.corrects_id is None or event.id == announcement.id or event.places == announcement.places:
        return
    event = locked(session, announcement)
    event.places = None if announcement.places is None else max(announcement.places, taken(session, event.id))
    session.add(event)
    session.flush()
    move_up(session, event=event)


def locked(session: Session, announcement: Announcement) -> Announcement:
    """The event, for this transaction alone to give places of. Ask before anything else is written in it.

    Openings and answers to other announcements go on (FOR NO KEY UPDATE); on SQLite there is one writer anyway.
    """
    event = event_of(session, announcement)
    wanted = select(Announcement).where(Announcement.id == event.id).with_for_update(key_share=True)
    return session.exec(wanted.execution_options(populate_existing=True)).one()


def taken(session: Session, event_id: UUID) -> int:
    """People with a place."""
    people = select(func.coalesce(func.sum(Attendance.people), 0))
    return int(session.exec(people.where(Attendance.announcement_id == event_id, col(Attendance.has_place))).one())


def standing(session: Session, event_id: UUID) -> tuple[int, int]:
    """People with a place, and parties that wait. One query, whatever their number."""
    people = func.sum(case((col(Attendance.has_place), col(Attendance.people)), else_=0))
    parties = func.sum(case((col(Attendance.has_place), 0), else_=1))
    placed, waiting = session.execute(columns(people, parties).where(col(Attendance.announcement_id) == event_id)).one()
    return int(placed or 0), int(waiting or 0)


def queue(session: Session, event_id: UUID) -> list[Attendance]:
    """Parties that wait, whoever asked first in front."""
    waiting = select(Attendance).where(Attendance.announcement_id == event_id, col(Attendance.has_place).is_(False))
    return list(session.exec(waiting.order_by(col(Attendance.asked_at), col(Attendance.id))))


def turn_of(session: Session, row: Attendance) -> int:
    """The number in the queue, from 1; 0 with a place."""
    if row.has_place:
        return 0
    ahead = select(func.count()).select_from(Attendance).where(
        Attendance.announcement_id == row.announcement_id, col(Attendance.has_place).is_(False),
        or_(col(Attendance.asked_at) < row.asked_at, (col(Attendance.asked_at) == row.asked_at) & (col(Attendance.id) < row.id)),
    )  # fmt: skip
    return int(session.exec(ahead).one()) + 1


# ---- who comes


def rows_of(session: Session, event_id: UUID, *, household_id: UUID | None, visitor: str | None) -> list[Attendance]:
    """What a household or a phone said, the household's row first: two where it answered before it was tied."""
    who = [col(Attendance.visitor) == visitor] if visitor else []
    who += [col(Attendance.household_id) == household_id] if household_id else []
    if not who:
        return []
    wanted = select(Attendance).where(Attendance.announcement_id == event_id, or_(*who))
    return list(session.exec(wanted.order_by(col(Attendance.household_id).is_(None))))


def answered(session: Session, *, announcement: Announcement, party: Party, people: int) -> Attendance | None:
    """So many of a party come; 0: none. Nothing where nobody was asked to come. Answering again changes the number, not the turn.

    Returns the party as it now stands, None where it does not come.

    Raises:
        Invalid: more people than places, more than are left beside those it has, or it has come in already.
    """
    if announcement.asks_for is not AsksFor.ATTENDANCE:
        return None
    event = locked(session, announcement)
    row = _only(session, event, party)
    if row is None:
        return _ask(session, event, party, people) if people else None
    recount(session, event=event, row=row, people=people)
    if not people:
        return None
    if party.household_id and row.household_id is None:
        row.household_id = party.household_id
    if (name := _name(party)) and row.household_id is None:
        row.name = name
    session.add(row)
    session.flush()
    return row


def _only(session: Session, event: Announcement, party: Party) -> Attendance | None:
    """The party's one row. Of two, the household's stays, as its answer does; the other's places go back."""
    found = rows_of(session, event.id, household_id=party.household_id, visitor=party.visitor)
    for other in found[1:]:
        if other.arrived == 0:
            give_up(session, event=event, row=other)
    return found[0] if found else None


def _ask(session: Session, event: Announcement, party: Party, people: int) -> Attendance:
    row = Attendance(
        announcement_id=event.id, household_id=party.household_id, visitor=party.visitor, group_id=party.group_id,
        name=_name(party), people=_fitting(event, people), asked_at=clock.now(), code=_new_code(session, event.id),
        has_place=event.places is None or (not _in_line(session, event) and taken(session, event.id) + people <= event.places),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _in_line(session: Session, event: Announcement) -> bool:
    return any(_can_ever(event, one) for one in queue(session, event.id))


def recount(session: Session, *, event: Announcement, row: Attendance, people: int) -> None:
    """Another number of people for a party that keeps its turn; 0: it does not come. The event is locked.

    Raises:
        Invalid: as `answered`.
    """
    if people == 0:
        give_up(session, event=event, row=row)
        return
    if people == row.people:
        return
    if row.arrived:
        raise Invalid(N_("Gia đình đã vào cửa nên không đổi được nữa. Cần sửa, xin nói với người ở cửa."))
    _fitting(event, people)
    left = None if event.places is None else event.places - taken(session, event.id)
    if row.has_place and left is not None and people - row.people > left:
        raise Invalid(
            N_("Không đủ chỗ cho {people} người, chỉ còn {left} chỗ trống. Gia đình vẫn giữ {kept} chỗ như cũ."),
            people=people, left=max(0, left), kept=row.people, field="people",
        )  # fmt: skip
    row.people = people
    session.add(row)
    session.flush()
    move_up(session, event=event)


def give_up(session: Session, *, event: Announcement, row: Attendance) -> None:
    """A party does not come; the next in the queue move up. The event is locked.

    Raises:
        Invalid: it has come in already.
    """
    if row.arrived:
        raise Invalid(N_("Gia đình đã vào cửa nên không đổi được nữa. Cần sửa, xin nói với người ở cửa."))
    session.delete(row)
    session.flush()
    move_up(session, event=event)


def move_up(session: Session, *, event: Announcement) -> Sequence[Attendance]:
    """Give free places to the queue in its order; those who moved up. The event is locked.

    The first party that does not fit whole is waited for: no smaller one passes it. One larger than all places holds up nobody.
    """
    left = None if event.places is None else event.places - taken(session, event.id)
    moved = []
    for row in queue(session, event.id):
        if not _can_ever(event, row):
            continue
        if left is not None:
            if row.people > left:
                break
            left -= row.people
        row.has_place = True
        session.add(row)
        moved.append(row)
    session.flush()
    return moved


def tied(session: Session, *, household_id: UUID, visitor: str) -> None:
    """A phone is tied to its household: what it said for itself is the household's, unless that has answered already."""
    own = select(Attendance).where(Attendance.visitor == visitor, col(Attendance.household_id).is_(None))
    for row in session.exec(own.order_by(col(Attendance.announcement_id))).all():
        event = locked(session, session.get_one(Announcement, row.announcement_id))
        home, *others = rows_of(session, event.id, household_id=household_id, visitor=visitor)
        if not others:
            home.household_id, home.name = household_id, ""
            session.add(home)
            session.flush()
        elif row.arrived == 0:
            give_up(session, event=event, row=row)


def _can_ever(event: Announcement, row: Attendance) -> bool:
    """Whether a party is not larger than all places together."""
    return event.places is None or row.people <= event.places


def _fitting(event: Announcement, people: int) -> int:
    """As many people as were asked for.

    Raises:
        Invalid: fewer than one, more than twenty, or than there are places in all.
    """
    if not 1 <= people <= PEOPLE_MAX:
        raise Invalid(N_("Số người đi phải từ 1 đến {most}."), most=PEOPLE_MAX, field="people")
    if event.places is not None and people > event.places:
        raise Invalid(N_("Cả buổi chỉ có {places} chỗ. Hãy ghi ít người hơn."), places=event.places, field="people")
    return people


def _name(party: Party) -> str:
    """A name as it was left, none for a household, which is known by its own.

    Raises:
        Invalid: it is too long.
    """
    name = "" if party.household_id else clean(party.name)
    if len(name) > NAME_MAX:
        raise Invalid(N_("Tên dài quá {most} chữ. Hãy ghi ngắn lại."), most=NAME_MAX, field="name")
    return name


def _new_code(session: Session, event_id: UUID) -> str:
    known = set(session.exec(select(Attendance.code).where(Attendance.announcement_id == event_id)))
    while (code := new_slug(CODE_LETTERS)) in known:
        pass
    return code
