"""Change sets: what one import, or one save of many rows, wrote, by whom; and taking it back while nothing depends on it.

A household that a change set made and nobody has touched since is removed when it is undone: it never was but for the mistake.
That is the one deletion of households there is; what has a history of its own ends, and is not deleted.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, Table, cast, delete, func, literal, select, update
from sqlmodel import Session, col, text

from core import clock
from core.bulk import BulkInsert, batches
from core.db import changed
from core.errors import Invalid
from core.i18n import N_, translate
from core.ids import new_id
from models import AuditEvent, Change, ChangeSet, ChangeSetKind, Household, Model, Unit
from services import audit, rollups
from services.access import Actor
from services.change_records import SHOWN, Earlier, Record, Touched, changes, count, created, get, listing, of_file, size
from services.household_values import require_free, search_text
from services.import_writing import ROWS_AT_A_TIME, revise

__all__ = [
    "Earlier", "Entry", "Obstacle", "Obstacles", "Record", "Touched", "begin", "changes", "count", "created", "get", "listing",
    "note", "obstacles", "of_file", "size", "undo",
]  # fmt: skip
NAMED = 3  # households named in a refusal
_TABLES = Model.metadata.tables
_HOUSEHOLD, _MEMBERSHIP, _CHANGE, _SET = (_TABLES[name] for name in ("household", "membership", "change", "changeset"))
_GROUP, _LIKENESS = _TABLES["chat_group"], _TABLES["likeness"]
_SEARCHED = ("head_name", "address", "code", "phone", "other_phones")
_WORDS = {  # why a household holds an undoing up, by the table in which something points at it
    "": N_("đã được sửa sau đó"),
    "membership": N_("đã vào hoặc ra khỏi nhóm sau đó"),
    "household": N_("đã tách hoặc nhập hộ sau đó"),
    "householdpast": N_("đã thay đổi từ một ngày sau đó"),
    "likeness": N_("đã ghép với một hộ khác"),
    "reach": N_("đã được báo tin"),
    "householdtoken": N_("đã có thẻ hộ"),
    "phonetie": N_("đã gắn với một điện thoại"),
    "joinrequest": N_("đã xin vào nhóm"),
    "proposal": N_("đã có đề nghị của tổ trưởng"),
}
_ELSE = N_("đã được dùng ở việc khác")
_NO_WEIGHT = ("membership", "likeness", "change")  # looked at in their own way


@dataclass(frozen=True)
class Obstacle:
    """A household because of which a change set cannot be undone."""

    household_id: UUID
    head_name: str
    code: str
    unit_label: str
    why: str  # to be translated
    by: str = ""  # who did what came later, where the audit tells
    at: datetime | None = None
    import_id: UUID | None = None  # a later import that changed it and stands
    import_name: str = ""  # that one's file


@dataclass(frozen=True)
class Obstacles:
    """How many there are, and the first of them."""

    total: int = 0
    first: list[Obstacle] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be noted of one household or membership that stood before; the version is the household's, after."""

    household_id: UUID
    version: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    membership_id: UUID | None = None


def begin(session: Session, *, actor: Actor, kind: ChangeSetKind, unit_id: UUID, **said: Any) -> ChangeSet:
    """A new change set, before what it writes. `said` gives its file and counts."""
    change_set = ChangeSet(kind=kind, unit_id=unit_id, user_id=actor.id, **said)
    session.add(change_set)
    session.flush()
    return change_set


def note(session: Session, change_set: ChangeSet, entries: Iterable[Entry]) -> None:
    """Keep what it changed. Every household gets one version up by a change set, however much of it changed."""
    columns = ("id", "created_at", "change_set_id", "household_id", "membership_id", "version", "before", "after")
    bulk = BulkInsert(session, _CHANGE, columns)
    encode = bulk.encode
    shared = {"created_at": encode("created_at", clock.now()), "change_set_id": encode("change_set_id", change_set.id)}
    for batch in batches(entries, ROWS_AT_A_TIME):
        bulk.write(
            [
                {
                    **shared, "id": encode("id", new_id()), "household_id": encode("household_id", one.household_id),
                    "membership_id": encode("membership_id", one.membership_id), "version": one.version,
                    "before": encode("before", _plain(one.before)), "after": encode("after", _plain(one.after)),
                }
                for one in batch
            ]
        )  # fmt: skip


def obstacles(session: Session, *, actor: Actor, change_set_id: UUID, limit: int = SHOWN) -> Obstacles:
    """Which households hold up the undoing of a change set, and why.

    Raises:
        NotAllowed, NotFound: as `get`.
    """
    change_set = get(session, actor=actor, change_set_id=change_set_id).change_set
    return _told(session, change_set, _obstacles(session, change_set, limit))


@dataclass
class _Pace:
    """Tells how far an undoing is, in rows. A household that goes back counts twice: what it is found by is made anew first."""

    tell: Callable[[int, int], None] | None
    rows: int
    done: int = 0

    def on(self, rows: int) -> None:
        """So many more are done."""
        self.done += rows
        if self.tell:
            self.tell(self.done, self.rows)


def undo(
    session: Session, *, actor: Actor, change_set_id: UUID, progress: Callable[[int, int], None] | None = None
) -> ChangeSet:  # fmt: skip
    """Take back what a change set wrote, wholly or not at all.

    Households it made are removed with their memberships, which is the one way a household is ever deleted: nothing has happened
    to them since, so nothing is lost but the mistake. Groups it made that nobody uses go too. What it changed goes back to what
    it was. The record stays, with who undid it and when. `progress` hears steps done and steps in all.

    Raises:
        NotAllowed, NotFound: as `get`.
        Invalid: it is undone already, a code is another household's by now, or something later depends on it: how many
            households, the first of them, and why.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(4344)"))  # the same as imports: they wait for each other
    change_set = get(session, actor=actor, change_set_id=change_set_id).change_set
    if change_set.undone_at is not None:
        raise Invalid(N_("Lần ghi này đã được quay lại rồi."))
    pace = _Pace(progress, _steps(session, change_set))
    pace.on(0)
    _lock(session, change_set)
    held = _obstacles(session, change_set, NAMED)
    if held.total:
        names = "; ".join(f"{one.head_name} ({translate(one.why, language=actor.language)})" for one in held.first)
        raise Invalid(
            N_("Không quay lại được: sau lần ghi này, {n} hộ đã có thay đổi khác. {names}."), n=held.total, names=names
        )  # fmt: skip
    units = _units(session, change_set)
    _put_back(session, change_set, pace)
    _remove(session, change_set, pace)
    rollups.refresh(session, unit_ids=units)
    change_set.undone_at, change_set.undone_by_id = clock.now(), actor.id
    session.add(change_set)
    audit.record(
        session, actor=actor, action="change_set.undone", subject_kind="change_set", subject_id=change_set.id,
        kind=change_set.kind.value, removed=change_set.created, changed=change_set.updated,
    )  # fmt: skip
    return change_set


def _steps(session: Session, change_set: ChangeSet) -> int:
    changed_homes = select(func.count(_CHANGE.c.household_id.distinct())).where(_CHANGE.c.change_set_id == change_set.id)
    made = [select(func.count()).where(table.c.change_set_id == change_set.id) for table in (_MEMBERSHIP, _HOUSEHOLD)]
    counts: list[int] = [session.execute(count).scalar_one() for count in (changed_homes, changed_homes, *made)]
    return sum(counts)


def _put_back(session: Session, change_set: ChangeSet, pace: _Pace) -> None:
    """Give every household and membership that stood before what it had before; a version up."""
    session.flush()
    homes: dict[UUID, dict[str, Any]] = {}
    for one in session.execute(select(_CHANGE).where(_CHANGE.c.change_set_id == change_set.id)):
        values = homes.setdefault(one.household_id, {})
        if one.membership_id is None:
            values.update(_stored(_HOUSEHOLD, one.before))
        else:
            before = _stored(_MEMBERSHIP, one.before)
            session.execute(update(_MEMBERSHIP).where(_MEMBERSHIP.c.id == one.membership_id).values(before))
    _free_codes(session, homes)
    _search_again(session, homes, pace)
    pace.on(len(homes) - pace.done)
    revise(session, homes.items(), pace.on)
    session.expire_all()


def _free_codes(session: Session, homes: Mapping[UUID, dict[str, Any]]) -> None:
    """Codes may go round: households that go back to a code or a unit give up their present codes first, for names of their own.

    Raises:
        Invalid: a code is another household's by now.
    """
    going = [household_id for household_id, values in homes.items() if values.keys() & {"code", "unit_id"}]
    if not going:
        return
    them = _HOUSEHOLD.c.id.in_(going)
    for row in session.execute(select(_HOUSEHOLD.c.id, _HOUSEHOLD.c.code).where(them)):
        homes[row.id].setdefault("code", row.code)
    session.execute(update(_HOUSEHOLD).where(them).values(code=cast(_HOUSEHOLD.c.id, String)))
    session.expire_all()
    for home in session.execute(select(Household).where(col(Household.id).in_(going))).scalars().all():
        unit = session.get_one(Unit, homes[home.id].get("unit_id", home.unit_id))
        require_free(session, home, unit, homes[home.id]["code"])


def _lock(session: Session, change_set: ChangeSet) -> None:
    """Nobody writes these households meanwhile (PostgreSQL; SQLite has one writer)."""
    mine = _HOUSEHOLD.c.id.in_(_changed_ids(change_set)) | (_HOUSEHOLD.c.change_set_id == change_set.id)
    session.execute(select(_HOUSEHOLD.c.id).where(mine).order_by(_HOUSEHOLD.c.id).with_for_update()).all()


def _made_ids(change_set: ChangeSet) -> Select[Any]:
    home = _HOUSEHOLD.alias().c  # a name of its own, so that a query over households may use it
    return select(home.id).where(home.change_set_id == change_set.id)


def _changed_ids(change_set: ChangeSet) -> Select[Any]:
    return select(_CHANGE.c.household_id).where(_CHANGE.c.change_set_id == change_set.id)


def _obstacles(session: Session, change_set: ChangeSet, limit: int) -> Obstacles:
    why: dict[UUID, str] = {}
    for query, reason in _reasons(change_set):
        for household_id in session.execute(query).scalars():
            why.setdefault(household_id, reason)
    first = sorted(why)[:limit]
    homes = select(Household, Unit).join(Unit, col(Unit.id) == col(Household.unit_id)).where(col(Household.id).in_(first))
    named = [
        Obstacle(home.id, home.head_name, home.code, unit.label, why[home.id])
        for home, unit in session.execute(homes.order_by(col(Household.id)))
    ]
    return Obstacles(len(why), named)


def _told(session: Session, change_set: ChangeSet, held: Obstacles) -> Obstacles:
    """The same, with who did what came later, and in which import."""
    ids = [one.household_id for one in held.first]
    acts = select(AuditEvent).where(
        col(AuditEvent.subject_kind) == "household", col(AuditEvent.subject_id).in_([str(id_) for id_ in ids]),
        col(AuditEvent.created_at) > change_set.created_at,
    )  # fmt: skip
    done = session.execute(acts.order_by(col(AuditEvent.sequence))).scalars()
    acted = {event.subject_id: event for event in done if "version" in event.details}
    sets = select(col(Change.household_id), ChangeSet).join(ChangeSet, col(ChangeSet.id) == col(Change.change_set_id))
    sets = sets.where(
        col(Change.household_id).in_(ids), col(ChangeSet.created_at) > change_set.created_at,
        col(ChangeSet.kind) == ChangeSetKind.IMPORT, col(ChangeSet.undone_at).is_(None),
    )  # fmt: skip
    imported = {row[0]: row[1] for row in session.execute(sets.order_by(col(ChangeSet.created_at)))}  # the latest of each
    return replace(held, first=[_with_later(one, acted.get(str(one.household_id)), imported.get(one.household_id))
                                for one in held.first])  # fmt: skip


def _with_later(one: Obstacle, event: AuditEvent | None, later: ChangeSet | None) -> Obstacle:
    if later is not None and (event is None or event.created_at < later.created_at):
        return replace(one, at=later.created_at, import_id=later.id, import_name=later.file_name)
    return replace(one, by=event.actor_name, at=event.created_at) if event is not None else one


def _reasons(change_set: ChangeSet) -> Iterable[tuple[Select[Any], str]]:
    """Queries for the households that something later depends on, and the words for it; the most telling first."""
    made = _made_ids(change_set)
    for table, column in _pointing_at(_HOUSEHOLD):
        if table.name not in _NO_WEIGHT:
            yield select(column).where(column.in_(made)), _WORDS.get(table.name, _ELSE)
    for column in (_LIKENESS.c.household_id, _LIKENESS.c.other_id):
        yield select(column).where(column.in_(made), _LIKENESS.c.is_same.is_(True)), _WORDS["likeness"]
    own = _MEMBERSHIP.c.change_set_id == change_set.id
    theirs = _MEMBERSHIP.c.household_id.in_(made) & (~own | _MEMBERSHIP.c.change_set_id.is_(None))
    had_ended = select(_CHANGE.c.membership_id).where(  # stays of days past that it took over
        _CHANGE.c.change_set_id == change_set.id, _CHANGE.c.membership_id.is_not(None)
    )
    ended = own & _MEMBERSHIP.c.left_on.is_not(None) & _MEMBERSHIP.c.id.not_in(had_ended)
    yield select(_MEMBERSHIP.c.household_id).where(theirs | ended), _WORDS["membership"]
    is_touched = _HOUSEHOLD.c.left_on.is_not(None) | (_HOUSEHOLD.c.version != 1 + _bumps(change_set))
    yield select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.change_set_id == change_set.id, is_touched), _WORDS[""]
    noted = select(_HOUSEHOLD.c.id).join(_CHANGE, _CHANGE.c.household_id == _HOUSEHOLD.c.id)
    noted = noted.where(_CHANGE.c.change_set_id == change_set.id)
    yield noted.where(_HOUSEHOLD.c.version != _CHANGE.c.version + _bumps(change_set)), _WORDS[""]
    counted = cast(_CHANGE.c.after["people"].as_string(), String) != cast(_MEMBERSHIP.c.people, String)
    recounted = noted.join(_MEMBERSHIP, _MEMBERSHIP.c.id == _CHANGE.c.membership_id)
    left = _MEMBERSHIP.c.left_on.is_not(None) & _CHANGE.c.after["left_on"].as_string().is_(None)  # not by this one
    yield recounted.where(left | counted), _WORDS["membership"]


def _bumps(change_set: ChangeSet) -> ColumnElement[int]:
    """How far later change sets that were undone again have raised a household's version: once up, once back, each."""
    later = _CHANGE.alias()
    undone = (
        select(func.count(later.c.change_set_id.distinct()))
        .join(_SET, _SET.c.id == later.c.change_set_id)
        .where(later.c.household_id == _HOUSEHOLD.c.id, _SET.c.undone_at.is_not(None), _SET.c.created_at > change_set.created_at)
    )
    return literal(2) * undone.correlate(_HOUSEHOLD).scalar_subquery()


def _pointing_at(table: Table) -> list[tuple[Table, ColumnElement[Any]]]:
    """Every column of every table that points at one: what comes to the house later is asked for too."""
    return [
        (other, foreign.parent)
        for other in Model.metadata.sorted_tables
        for foreign in other.foreign_keys
        if foreign.column.table is table
    ]


def _units(session: Session, change_set: ChangeSet) -> set[UUID]:
    mine = _HOUSEHOLD.c.id.in_(_changed_ids(change_set)) | (_HOUSEHOLD.c.change_set_id == change_set.id)
    return set(session.execute(select(_HOUSEHOLD.c.unit_id).where(mine).distinct()).scalars())


def _remove(session: Session, change_set: ChangeSet, pace: _Pace) -> None:
    """Memberships, households and unused groups that it made; the answers about these households go with them."""
    for table in (_MEMBERSHIP, _HOUSEHOLD):
        some = select(table.c.id).where(table.c.change_set_id == change_set.id).limit(ROWS_AT_A_TIME)
        while removed := changed(session, delete(table).where(table.c.id.in_(some))):
            pace.on(removed)
    ids = [UUID(group_id) for group_id in change_set.group_ids]
    if ids:
        unused = _GROUP.c.id.in_(ids) & _GROUP.c.leader_id.is_(None) & _GROUP.c.deputy_id.is_(None) & _GROUP.c.join_url.is_(None)
        used = {
            group_id
            for _table, column in _pointing_at(_GROUP)
            for group_id in session.execute(select(column).where(column.in_(ids))).scalars()
        }
        session.execute(delete(_GROUP).where(unused, _GROUP.c.id.not_in(used)))
    session.expire_all()


def _search_again(session: Session, homes: dict[UUID, dict[str, Any]], pace: _Pace) -> None:
    """Households whose name, address or number goes back are found by those again."""
    wanted = [household_id for household_id, values in homes.items() if values.keys() & set(_SEARCHED)]
    for ids in batches(wanted, ROWS_AT_A_TIME):
        query = select(_HOUSEHOLD.c.id, *[_HOUSEHOLD.c[name] for name in _SEARCHED]).where(_HOUSEHOLD.c.id.in_(ids))
        for row in session.execute(query):
            now = row._asdict() | homes[row.id]
            words = search_text(now["head_name"], now["address"], now["code"], now["phone"], *now["other_phones"])
            homes[row.id]["search"] = words
        pace.on(len(ids))


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON holds them."""
    return {
        name: str(value) if isinstance(value, UUID) else value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in values.items()
        if name != "search"
    }


def _stored(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """As the columns of a table hold them."""
    kinds: dict[type, Any] = {UUID: UUID, date: date.fromisoformat}
    return {
        name: kinds.get(table.c[name].type.python_type, _same)(value) if value is not None else None
        for name, value in values.items()
        if name in table.c
    }


def _same(value: Any) -> Any:
    return value
