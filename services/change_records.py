"""What change sets are told as: whose import it was, of which file, what it made and what it changed, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from core.errors import NotFound
from core.i18n import N_
from models import Change, ChangeSet, ChangeSetKind, Household, Model, Unit
from services.access import Actor, May, path_range, require, visible_units

SHOWN = 40  # records of a list, or households of a record, on one page


@dataclass(frozen=True)
class Record:
    """A change set with the names it goes by."""

    change_set: ChangeSet
    unit_label: str
    by: str  # "" is the terminal
    undone_by: str = ""


@dataclass(frozen=True)
class Earlier:
    """An import of the same file that stands."""

    change_set_id: UUID
    by: str  # "" is the terminal
    at: datetime


@dataclass(frozen=True)
class Touched:
    """A household that stood before, and what changed of it, or of its stay in a group: field to what it was and became."""

    household_id: UUID
    head_name: str
    unit_label: str
    changes: dict[str, tuple[Any, Any]]
    is_stay: bool = False


def listing(session: Session, *, actor: Actor, limit: int = SHOWN, skip: int = 0) -> list[Record]:
    """The imports into the actor's units, the latest first.

    Raises:
        NotAllowed: the actor writes no households.
    """
    return _records(session, _seen(actor).where(col(ChangeSet.kind) == ChangeSetKind.IMPORT).offset(skip).limit(limit))


def count(session: Session, *, actor: Actor) -> int:
    """How many imports `listing` has in all.

    Raises:
        NotAllowed: the actor writes no households.
    """
    require(actor, May.IMPORT_HOUSEHOLDS)
    query = select(func.count()).select_from(ChangeSet).join(Unit, col(Unit.id) == col(ChangeSet.unit_id))
    found: int = session.execute(
        query.where(path_range(actor.unit_path), col(ChangeSet.kind) == ChangeSetKind.IMPORT)
    ).scalar_one()
    return found


def get(session: Session, *, actor: Actor, change_set_id: UUID, kind: ChangeSetKind | None = None) -> Record:
    """One change set, of a kind where one is asked for.

    Raises:
        NotAllowed: the actor writes no households.
        NotFound: it does not exist, or lies outside the actor's sight.
    """
    found = _records(session, _seen(actor).where(col(ChangeSet.id) == change_set_id))
    if not found or kind not in (None, found[0].change_set.kind):
        raise NotFound(N_("Không tìm thấy lần ghi này."))
    return found[0]


def of_file(session: Session, *, actor: Actor, file_hash: str) -> Earlier | None:
    """The latest import of this very file (SHA-256) into the actor's units that has not been taken back.

    Raises:
        NotAllowed: the actor writes no households.
    """
    stands = (col(ChangeSet.kind) == ChangeSetKind.IMPORT) & col(ChangeSet.undone_at).is_(None)
    query = _seen(actor).where(stands, col(ChangeSet.file_hash) == file_hash)
    found = _records(session, query.limit(1)) if file_hash else []
    return Earlier(found[0].change_set.id, found[0].by, found[0].change_set.created_at) if found else None


def changes(session: Session, *, actor: Actor, change_set_id: UUID, limit: int = SHOWN, skip: int = 0) -> list[Touched]:
    """Households that stood before and what changed of them, those of one household beside each other; needs are not told.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    get(session, actor=actor, change_set_id=change_set_id)
    query = (
        select(Change, Household, Unit)
        .join(Household, col(Household.id) == col(Change.household_id))
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .where(col(Change.change_set_id) == change_set_id, path_range(actor.unit_path))
        .order_by(col(Change.household_id), col(Change.membership_id).is_not(None), col(Change.id))
        .offset(skip)
        .limit(limit)
    )
    return [
        Touched(
            home.id, home.head_name, unit.label,
            {name: (change.before.get(name), value) for name, value in change.after.items() if name != "needs"},
            is_stay=change.membership_id is not None,
        )
        for change, home, unit in session.execute(query)
    ]  # fmt: skip


def created(
    session: Session, *, actor: Actor, change_set_id: UUID, limit: int = SHOWN, skip: int = 0
) -> list[tuple[Household, str]]:  # fmt: skip
    """Households it made that still stand, each with its unit, by unit and code.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    get(session, actor=actor, change_set_id=change_set_id)
    query = select(Household, Unit).join(Unit, col(Unit.id) == col(Household.unit_id))
    query = query.where(col(Household.change_set_id) == change_set_id, path_range(actor.unit_path))
    order = (col(Unit.path), func.length(Household.code), col(Household.code))
    return [(home, unit.label) for home, unit in session.execute(query.order_by(*order).offset(skip).limit(limit))]


def size(session: Session, *, actor: Actor, change_set_id: UUID) -> tuple[int, int]:
    """How many `created` and how many `changes` there are in all.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    get(session, actor=actor, change_set_id=change_set_id)
    here = col(Household.unit_id).in_(visible_units(actor))
    made = select(func.count()).select_from(Household).where(col(Household.change_set_id) == change_set_id, here)
    noted = select(func.count()).select_from(Change).join(Household, col(Household.id) == col(Change.household_id))
    changed = noted.where(col(Change.change_set_id) == change_set_id, here)
    return session.execute(made).scalar_one(), session.execute(changed).scalar_one()


def _seen(actor: Actor) -> Select[Any]:
    require(actor, May.IMPORT_HOUSEHOLDS)
    by, undone_by = (Model.metadata.tables["user"].alias() for _ in range(2))
    query = select(ChangeSet, Unit, by.c.display_name, undone_by.c.display_name).join(
        Unit, col(Unit.id) == col(ChangeSet.unit_id)
    )
    query = query.outerjoin(by, by.c.id == col(ChangeSet.user_id)).outerjoin(
        undone_by, undone_by.c.id == col(ChangeSet.undone_by_id)
    )
    return query.where(path_range(actor.unit_path)).order_by(col(ChangeSet.created_at).desc(), col(ChangeSet.id).desc())


def _records(session: Session, query: Select[Any]) -> list[Record]:
    return [Record(one, unit.label, by or "", undone_by or "") for one, unit, by, undone_by in session.execute(query)]
