"""Closed lists: who is to be told one by one, seen by those who go there, wiped when their time is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import case, delete, func
from sqlmodel import Session, col, select

from core import clock
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.text import clean, vietnamese_key
from models import AuditEvent, ClosedList, ListedPerson, PersonOutcome, Unit
from services import access, audit
from services.access import Actor, May
from services.closed_list_reading import Read, read
from services.import_units import UnitFinder
from services.ports import Sheet

KEPT_MOST = 90  # days
MOST = 5_000  # persons of one list
TITLE_MAX = 120
SEEN, LOOK_LASTS = "closed_list.seen", timedelta(minutes=10)


@dataclass(frozen=True)
class Brought:
    """A list just taken over."""

    list_id: UUID
    read: Read


@dataclass(frozen=True)
class Summary:
    """A list in figures: for a leader, of the own unit alone."""

    id: UUID
    title: str
    kept_until: date
    is_wiped: bool
    people: int
    told: int
    settled: int  # told, or with a named reason why not


@dataclass(frozen=True)
class Line:
    """A person of a list, with the unit whose leader goes there."""

    person: ListedPerson
    unit_label: str
    unit_code: str


@dataclass(frozen=True)
class Opened:
    """A list with those of its people whom the actor is responsible for, whoever is not settled first."""

    listed: ClosedList
    lines: Sequence[Line]


def tried(session: Session, *, actor: Actor, unit_id: UUID, sheet: Sheet) -> Read:
    """What a file would bring; nothing is written.

    Raises:
        Invalid: it is no list of persons. NotAllowed: the actor is none of the staff. NotFound: the unit is out of sight.
    """
    access.require(actor, May.KEEP_LISTS)
    unit = access.unit_for(session, actor=actor, unit_id=unit_id)
    return read(sheet, units=UnitFinder(session, unit=unit, on=clock.today()))


def bring(session: Session, *, actor: Actor, unit_id: UUID, sheet: Sheet, title: str, days: int = KEPT_MOST) -> Brought:
    """Take over a list, to be kept for so many days.

    Raises:
        Invalid: it is no list of persons, has no title, is too long, or would be kept for too long.
        NotAllowed, NotFound: as `tried`.
    """
    found = tried(session, actor=actor, unit_id=unit_id, sheet=sheet)
    title = clean(title)
    if not title or len(title) > TITLE_MAX:
        raise Invalid(N_("Xin ghi tên danh sách, dài không quá {most} chữ."), most=TITLE_MAX, field="title")
    if not 1 <= days <= KEPT_MOST:
        raise Invalid(N_("Danh sách đích danh giữ từ 1 đến {most} ngày."), most=KEPT_MOST, field="days")
    if not found.people or len(found.people) > MOST:
        raise Invalid(N_("Danh sách phải có từ 1 đến {most} người."), most=MOST)
    made = ClosedList(
        unit_id=unit_id,
        title=title,
        kept_until=clock.today() + timedelta(days=days),
        author_id=actor.id,
        people=len(found.people),
    )
    session.add(made)
    session.flush()
    session.add_all(
        ListedPerson(
            closed_list_id=made.id, unit_id=one.unit_id, name=one.name, guardian=one.guardian, address=one.address,
            phones=list(one.phones),
        ) for one in found.people
    )  # fmt: skip
    session.flush()
    audit.record(
        session, actor=actor, action="closed_list.brought", subject_kind="closed_list", subject_id=made.id,
        people=made.people, kept_until=made.kept_until.isoformat(),
    )  # fmt: skip
    return Brought(made.id, found)


def all_for(session: Session, *, actor: Actor) -> list[Summary]:
    """The lists of the actor's sight, the one that ends last in front; to a leader, those with people of the own unit.

    Raises:
        NotAllowed: the actor sees figures only.
    """
    access.require(actor, May.WORK_LISTS)
    mine = access.visible_units(actor)
    counts = (
        select(
            ListedPerson.closed_list_id,
            func.count().label("people"),
            func.count(col(ListedPerson.outcome)).label("settled"),
            func.sum(case((col(ListedPerson.outcome) == PersonOutcome.TOLD, 1), else_=0)).label("told"),
        )
        .where(col(ListedPerson.unit_id).in_(mine))
        .group_by(col(ListedPerson.closed_list_id))
        .subquery()
    )
    found = session.exec(
        select(ClosedList, counts.c.people, counts.c.told, counts.c.settled)
        .outerjoin(counts, counts.c.closed_list_id == col(ClosedList.id))
        .where(col(ClosedList.unit_id).in_(mine) | counts.c.people.is_not(None))
        .order_by(col(ClosedList.kept_until).desc(), col(ClosedList.created_at).desc())
    )
    return [
        Summary(one.id, one.title, one.kept_until, one.wiped_at is not None, people or one.people, told or one.told, settled or 0)
        for one, people, told, settled in found
    ]


def get(session: Session, *, actor: Actor, list_id: UUID) -> ClosedList:
    """A list of the actor's sight.

    Raises:
        NotAllowed: the actor sees figures only. NotFound: there is none, or none of its people is in the actor's sight.
    """
    access.require(actor, May.WORK_LISTS)
    mine = access.visible_units(actor)
    has_mine = select(ListedPerson.closed_list_id).where(col(ListedPerson.unit_id).in_(mine))
    is_seen = col(ClosedList.unit_id).in_(mine) | col(ClosedList.id).in_(has_mine)
    found = session.exec(select(ClosedList).where(ClosedList.id == list_id, is_seen)).first()
    if found is None:
        raise NotFound(N_("Không có danh sách này, hoặc đã hết hạn lưu."))
    return found


def opened(session: Session, *, actor: Actor, list_id: UUID) -> Opened:
    """A list and the people of it whom the actor is responsible for. That it was looked at is kept.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    listed = get(session, actor=actor, list_id=list_id)
    found = session.exec(
        select(ListedPerson, Unit)
        .join(Unit, col(Unit.id) == ListedPerson.unit_id)
        .where(ListedPerson.closed_list_id == listed.id, access.path_range(actor.unit_path))
    ).all()
    _note_look(session, actor, listed.id)
    lines = [Line(person, unit.label, unit.code) for person, unit in found]
    lines.sort(key=lambda line: (line.person.outcome is not None, line.unit_label, vietnamese_key(line.person.name)))
    return Opened(listed, lines)


def settle(session: Session, *, actor: Actor, person_id: UUID, outcome: PersonOutcome | None) -> ListedPerson:
    """Say what came of going there; None: nobody has been there after all.

    Raises:
        NotAllowed: the actor sees figures only. NotFound: there is no such person in the actor's sight, or no more.
    """
    access.require(actor, May.WORK_LISTS)
    mine = access.visible_units(actor)
    person = session.exec(select(ListedPerson).where(ListedPerson.id == person_id, col(ListedPerson.unit_id).in_(mine))).first()
    if person is None:
        raise NotFound(N_("Không có người này trong danh sách, hoặc danh sách đã hết hạn lưu."))
    person.outcome = outcome
    person.settled_at, person.settled_by_id = (clock.now(), actor.id) if outcome else (None, None)
    session.add(person)
    audit.record(
        session, actor=actor, action="closed_list.settled", subject_kind="closed_list", subject_id=person.closed_list_id,
        outcome=outcome.value if outcome else "",
    )  # fmt: skip
    return person


def forget(session: Session, *, actor: Actor, list_id: UUID) -> int:
    """Wipe a list before its time, by the staff; how many persons were in it.

    Raises:
        NotAllowed: the actor is none of the staff. NotFound: as `get`.
    """
    access.require(actor, May.KEEP_LISTS)
    listed = get(session, actor=actor, list_id=list_id)
    gone = _wipe(session, [listed])
    audit.record(
        session, actor=actor, action="closed_list.wiped", subject_kind="closed_list", subject_id=listed.id, people=gone
    )  # fmt: skip
    return gone


def wipe_ended(session: Session) -> int:
    """Wipe the rows of lists whose last day is over; how many persons. The second time it finds nothing."""
    over = session.exec(select(ClosedList).where(ClosedList.kept_until < clock.today(), col(ClosedList.wiped_at).is_(None))).all()
    return _wipe(session, over)


def _wipe(session: Session, lists: Sequence[ClosedList]) -> int:
    gone = 0
    for listed in lists:
        own = col(ListedPerson.closed_list_id) == listed.id
        told = select(func.count()).select_from(ListedPerson).where(own, ListedPerson.outcome == PersonOutcome.TOLD)
        if listed.wiped_at is None:
            listed.told, listed.wiped_at = session.exec(told).one(), clock.now()
            session.add(listed)
        gone += int(session.exec(delete(ListedPerson).where(own)).rowcount)
    session.flush()
    return gone


def _note_look(session: Session, actor: Actor, list_id: UUID) -> None:
    """Once in ten minutes: who looks at a list has it open for a while."""
    lately = select(AuditEvent.id).where(
        AuditEvent.subject_kind == "closed_list", AuditEvent.subject_id == str(list_id), AuditEvent.action == SEEN,
        AuditEvent.actor_id == actor.id, col(AuditEvent.created_at) > clock.now() - LOOK_LASTS,
    )  # fmt: skip
    if session.exec(lately.limit(1)).first() is None:
        audit.record(session, actor=actor, action=SEEN, subject_kind="closed_list", subject_id=list_id)
