"""The households behind each number of a reach plan: a page of them to read, or all to take away. Needs are not told.

A list that would tell needs by itself (paper for some, an audience of some) opens to whoever has said what for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, func, select, true
from sqlmodel import Session, col

from core import clock
from models import Audience, Channel, Household, Need, PlannedPath, Unit, Urgency
from services import access, audit, drafts, needs, paths, plans, proofs
from services.access import Actor, May
from services.paths import Question

SIZE, MOST = 25, 20_000


@dataclass(frozen=True)
class Source:
    """Whose plan: an announcement's, as it was sent or as it stands; else that of words not yet written anywhere."""

    announcement_id: UUID | None = None
    unit_ids: tuple[UUID, ...] = ()
    channels: tuple[Channel, ...] = ()
    urgency: Urgency = Urgency.NORMAL
    text: str = ""
    needs: tuple[Need, ...] = ()
    streets: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedHousehold:
    """A household of the plan."""

    id: UUID
    unit_label: str
    code: str
    head_name: str
    address: str
    phone: str | None
    is_first: bool  # its first path; else it is told by this one as well


@dataclass(frozen=True)
class PlanPage:
    """One page of the households on a path; a page beyond the last is the last."""

    rows: list[PlannedHousehold]
    total: int
    page: int
    pages: int


def page(
    session: Session, *, actor: Actor, source: Source, path: Channel, page: int = 1, size: int = SIZE
) -> PlanPage:  # fmt: skip
    """The households told by a path, by unit and code.

    Raises:
        Invalid: the list tells needs, and nothing was said within ten minutes of what for.
        NotAllowed: the actor sees figures only. NotFound: what is asked for lies outside the actor's sight.
    """
    found = _found(session, actor, source, path)
    total = session.execute(select(func.count()).select_from(found.order_by(None).subquery())).scalar_one()
    pages = max(1, -(-total // size))
    at = min(max(page, 1), pages)
    rows = session.execute(found.offset((at - 1) * size).limit(size))
    return PlanPage([PlannedHousehold(*row) for row in rows], total, at, pages)


def needs_told(session: Session, *, actor: Actor, source: Source, path: Channel) -> tuple[Need, ...]:
    """The needs that a list of this path would tell by itself: it opens to whoever says what for. Empty for most.

    Raises:
        NotAllowed, NotFound: as `page`.
    """
    access.require(actor, May.WRITE)
    question, audience = _asked(session, actor, source)
    told = {need for entry in audience for need in entry.needs}
    if path is Channel.PRINT:
        told |= {need.value for need in question.rules.print_for} or set(Need)
    return tuple(need for need in Need if need.value in told)


def take(session: Session, *, actor: Actor, source: Source, path: Channel) -> list[PlannedHousehold]:
    """All households told by a path, at most twenty thousand, to take away; that they were taken is kept.

    Raises:
        Invalid, Unproven: the actor must show a secret again. NotAllowed, NotFound: as `page`.
    """
    proofs.require(actor)
    rows = [PlannedHousehold(*row) for row in session.execute(_found(session, actor, source, path).limit(MOST))]
    subject = ("announcement", source.announcement_id) if source.announcement_id else ("unit", actor.unit_id or "")
    audit.record(
        session, actor=actor, action="plan.exported", subject_kind=subject[0], subject_id=subject[1], path=path.value,
        households=len(rows),
    )  # fmt: skip
    return rows


def _found(session: Session, actor: Actor, source: Source, path: Channel) -> Select[Any]:
    if needs_told(session, actor=actor, source=source, path=path):
        needs.require_look(session, actor=actor)
    on = _planned(session, actor, source).subquery()
    label = func.coalesce(func.nullif(col(Unit.short_name), ""), col(Unit.name))
    columns: Sequence[Any] = (
        col(Household.id), label, col(Household.code), col(Household.head_name), col(Household.address), col(Household.phone),
        true() if path is Channel.DOOR else on.c.is_first,  # else the list would tell who needs a knock
    )  # fmt: skip
    return (
        select(*columns)
        .join(on, on.c.household_id == col(Household.id))
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .where(on.c.path == path.value, access.path_range(actor.unit_path))
        .order_by(col(Unit.code), func.length(col(Household.code)), col(Household.code), col(Household.id))
    )


def _asked(session: Session, actor: Actor, source: Source) -> tuple[Question, Sequence[Audience]]:
    if source.announcement_id is None:
        audience = plans.audience_of(
            session, actor=actor, unit_ids=source.unit_ids, needs=[need.value for need in source.needs],
            streets=source.streets,
        )  # fmt: skip
        question = paths.ask(
            session, audience=audience, day=clock.today(), channels=source.channels, urgency=source.urgency,
            segments=plans.sms_segments(source.text),
        )  # fmt: skip
        return question, audience
    announcement = drafts.get(session, actor=actor, announcement_id=source.announcement_id)
    question = plans.question_of(session, announcement=announcement)
    return question, question.audience


def _planned(session: Session, actor: Actor, source: Source) -> Select[Any]:
    """Household, path and whether it is the first: as kept when it was sent, else as it would be today."""
    if source.announcement_id:
        announcement = drafts.get(session, actor=actor, announcement_id=source.announcement_id)
        if announcement.sent_at is not None:
            kept = PlannedPath.metadata.tables["plannedpath"].c
            rows = select(kept.household_id, cast(kept.path, String).label("path"), kept.is_first)
            return rows.where(kept.announcement_id == announcement.id)
    return paths.rows(session, _asked(session, actor, source)[0])
