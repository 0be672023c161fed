"""Reading the audit: who did what, when, found by person, kind, day or record, and taken away as a list."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from core import clock
from models import AuditEvent, Model, User
from services import access, audit, proofs
from services.access import Actor, May

SHOWN = 50
MOST = 20_000  # rows of one list taken away


@dataclass(frozen=True)
class Filters:
    """What is looked for; empty finds everything. Days are the ward's own, both included."""

    words: str = ""  # of the act or the record, as they are kept
    who: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Choices:
    """Names and kinds that occur."""

    people: list[str]
    kinds: list[str]


def listing(
    session: Session, *, actor: Actor, filters: Filters | None = None, skip: int = 0, size: int = SHOWN
) -> tuple[list[AuditEvent], int]:
    """What was done, the latest first, and how much there is in all.

    An admin of a ward sees what people of the ward did; only one of the topmost unit what the terminal and the nights did.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.SEE_AUDIT)
    where = [*_scope(session, actor), *_conditions(filters or Filters())]
    total = session.exec(select(func.count()).select_from(AuditEvent).where(*where)).one()
    query = select(AuditEvent).where(*where).order_by(col(AuditEvent.sequence).desc()).offset(skip).limit(size)
    return list(session.exec(query)), total


def of_record(session: Session, *, actor: Actor, kind: str, record: Model, limit: int = 50) -> list[AuditEvent]:
    """What was done to one record that the actor has been given, the latest first.

    Raises:
        NotAllowed: the actor sees figures only.
    """
    access.require(actor, May.SEE_PEOPLE)
    return audit.history(session, subject_kind=kind, subject_id=record.id, limit=limit)


def choices(session: Session, *, actor: Actor) -> Choices:
    """What the lists to choose from hold.

    Raises:
        NotAllowed: the actor is no admin.
    """
    access.require(actor, May.SEE_AUDIT)
    scope = _scope(session, actor)
    people = session.exec(select(AuditEvent.actor_name).where(*scope).distinct().order_by(AuditEvent.actor_name))
    kinds = session.exec(select(AuditEvent.subject_kind).where(*scope).distinct().order_by(AuditEvent.subject_kind))
    return Choices([one for one in people if one], [one for one in kinds if one])


def take(session: Session, *, actor: Actor, filters: Filters) -> list[AuditEvent]:
    """What the filters find, at most twenty thousand rows, the latest first. That it was taken is kept too.

    Raises:
        Unproven: the actor must show a secret again. NotAllowed: the actor is no admin.
    """
    proofs.require(actor)
    rows, total = listing(session, actor=actor, filters=filters, size=MOST)
    audit.record(session, actor=actor, action="audit.exported", rows=len(rows), found=total)
    return rows


def _scope(session: Session, actor: Actor) -> list[ColumnElement[bool]]:
    unit = access.unit_for(session, actor=actor, unit_id=actor.unit_id) if actor.unit_id else None
    if unit is None or unit.parent_id is None:
        return []
    return [col(AuditEvent.actor_id).in_(select(User.id).where(col(User.unit_id).in_(access.visible_units(actor))))]


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if words := filters.words.strip():
        places = (col(AuditEvent.action), col(AuditEvent.subject_id), col(AuditEvent.subject_kind))
        found.append(or_(*(place.contains(words, autoescape=True) for place in places)))
    if filters.who:
        found.append(col(AuditEvent.actor_name) == filters.who)
    if filters.kind:
        found.append(col(AuditEvent.subject_kind) == filters.kind)
    if filters.since:
        found.append(col(AuditEvent.created_at) >= clock.midnight(filters.since))
    if filters.until:
        found.append(col(AuditEvent.created_at) < clock.midnight(filters.until + timedelta(days=1)))
    return found
