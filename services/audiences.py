"""How many households the audiences of many announcements have today, at one look."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, false, func, literal, or_, union_all
from sqlmodel import Session, col, select

from core import clock
from models import Announcement, Audience, Household, Need, PlannedPath, Unit
from services import access, corrections
from services.presence import lives_here


def needs_of(audience: Sequence[Audience]) -> list[Need]:
    """The needs an audience is narrowed by, which the form that edits it does not ask for."""
    return [need for need in Need if any(need.value in entry.needs for entry in audience)]


def streets_of(audience: Sequence[Audience]) -> list[str]:
    """The streets an audience is narrowed to."""
    return list(dict.fromkeys(street for entry in audience for street in entry.streets))


def sizes(session: Session, *, announcement_ids: Sequence[UUID], homes: Mapping[UUID, int]) -> dict[UUID, int]:
    """Households by announcement, for callers that have narrowed by their actor. Three queries, whatever the size.

    `homes` is today's households by residential unit, as `figures.coverage` counts them. Only where an audience is narrowed
    by needs are households themselves looked at.
    """
    found = session.exec(
        select(Audience, Unit.path)
        .join(Unit, col(Unit.id) == Audience.unit_id)
        .where(col(Audience.announcement_id).in_(announcement_ids))
    ).all()
    wanted: dict[UUID, list[tuple[Audience, str]]] = {}
    for entry, path in found:
        wanted.setdefault(entry.announcement_id, []).append((entry, path))
    whole = {
        id_: {path for _, path in parts} for id_, parts in wanted.items() if not any(entry.is_of_some for entry, _ in parts)
    }  # fmt: skip
    narrowed = {id_: parts for id_, parts in wanted.items() if id_ not in whole}
    return dict.fromkeys(announcement_ids, 0) | _whole(session, whole, homes) | _narrowed(session, narrowed)


def _whole(session: Session, wanted: Mapping[UUID, set[str]], homes: Mapping[UUID, int]) -> dict[UUID, int]:
    within = or_(*[access.path_range(path) for path in sorted(set().union(*wanted.values()))]) if wanted else None
    if within is None:
        return {}
    paths = [(path, homes[id_]) for id_, path in session.exec(select(Unit.id, Unit.path).where(within)) if id_ in homes]
    counted: dict[frozenset[str], int] = {}
    for some in map(frozenset, wanted.values()):
        if some not in counted:
            counted[some] = sum(count for path, count in paths if path.startswith(tuple(some)))
    return {id_: counted[frozenset(some)] for id_, some in wanted.items()}


def _narrowed(session: Session, wanted: Mapping[UUID, Sequence[tuple[Audience, str]]]) -> dict[UUID, int]:
    if not wanted:
        return {}
    ids, present = list(wanted), lives_here(clock.today())
    counts = [
        select(literal(place), func.count()).select_from(Household).where(or_(*(_asked(*part) for part in wanted[id_])), present)
        for place, id_ in enumerate(ids)
    ]
    return {ids[place]: int(count) for place, count in session.execute(union_all(*counts))}


def of_announcement(session: Session, *, announcement_id: UUID) -> ColumnElement[bool]:
    """Of `Household`: in the audience of an announcement, on whatever day. The caller has narrowed by its actor.

    To that of a correction belongs whoever was told what it corrects.
    """
    found = session.exec(
        select(Audience, Unit.path).join(Unit, col(Unit.id) == Audience.unit_id)
        .where(col(Audience.announcement_id) == announcement_id)
    ).all()  # fmt: skip
    had = corrections.heard_before(session, session.get_one(Announcement, announcement_id))
    return or_(was_told(had) if had else false(), *[_asked(entry, path) for entry, path in found])


def was_told(announcement_ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Of `Household`: it was to be told one of these announcements, by the paths written when they left."""
    told = select(PlannedPath.household_id).where(col(PlannedPath.announcement_id).in_(announcement_ids))
    return col(Household.id).in_(told)


def has_any(needs: Sequence[str]) -> ColumnElement[bool]:
    """Of `Household`: it has one of the needs."""
    return or_(*[cast(Household.needs, String).contains(f'"{need}"') for need in needs])


def narrowed(within: ColumnElement[bool], *, needs: Sequence[str], streets: Sequence[str]) -> ColumnElement[bool]:
    """Of `Household`: of those within, whoever has one of the needs and lives in one of the streets, where any are named."""
    found = within & has_any(needs) if needs else within
    return found & or_(*[col(Household.address).endswith(street, autoescape=True) for street in streets]) if streets else found


def _asked(entry: Audience, path: str) -> ColumnElement[bool]:
    """Households of one part of an audience, whose unit has this path."""
    within = col(Household.unit_id).in_(select(Unit.id).where(access.path_range(path)))
    return narrowed(within, needs=entry.needs, streets=entry.streets)
