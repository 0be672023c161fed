"""Writing the households of a list in bulk, inside the caller's transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Table, bindparam, update
from sqlmodel import Session

from core import clock
from core.bulk import BulkInsert, batches
from core.fulltext import in_bulk
from core.ids import new_id
from models import Household
from services.households import search_text
from services.import_matching import Plan
from services.import_rows import Row

ROWS_AT_A_TIME = 2_000
_HOUSEHOLDS: Table = Household.metadata.tables["household"]
_NEW_COLUMNS = (
    "id", "created_at", "unit_id", "code", "head_name", "address", "phone", "other_phones", "people", "smartphones", "needs",
    "arrived_on", "change_set_id", "search",
)  # fmt: skip


def write(session: Session, plan: Plan, *, change_set_id: UUID, tell: Callable[[int], None]) -> list[UUID]:
    """Write new and changed households; the ids of the new ones, in their order. `tell` hears how many are written."""
    ids = [new_id() for _ in plan.new]
    done = 0
    bulk = _NewHouseholds(session, plan, change_set_id)
    with in_bulk(session, _HOUSEHOLDS, "search"):
        for batch in batches(zip(plan.new, ids, strict=True), ROWS_AT_A_TIME):
            bulk.write(batch)
            done += len(batch)
            tell(done)
    revise(session, ((one.household_id, one.after) for one in plan.known if one.after))
    return ids


def revise(
    session: Session, changed: Iterable[tuple[UUID, Mapping[str, Any]]], tell: Callable[[int], None] | None = None
) -> None:  # fmt: skip
    """Change households, each a version up: one statement for many that change the same columns. `tell` hears of each part."""
    waiting: dict[tuple[str, ...], list[dict[str, Any]]] = {}  # by the columns that change, a part at a time, for memory
    for household_id, change in changed:
        names = tuple(sorted(change))
        rows = waiting.setdefault(names, [])
        rows.append({"its_id": household_id} | {f"new_{name}": value for name, value in change.items()})
        if len(rows) == ROWS_AT_A_TIME:
            _revise(session, names, waiting.pop(names), tell)
    for names, rows in waiting.items():
        _revise(session, names, rows, tell)


def _revise(
    session: Session, names: Iterable[str], rows: Sequence[dict[str, Any]], tell: Callable[[int], None] | None
) -> None:  # fmt: skip
    new: dict[str, Any] = {name: bindparam(f"new_{name}", type_=_HOUSEHOLDS.c[name].type) for name in names}
    new["version"] = _HOUSEHOLDS.c.version + 1
    statement = update(_HOUSEHOLDS).where(_HOUSEHOLDS.c.id == bindparam("its_id")).values(new)
    session.connection().execute(statement, rows)
    if tell:
        tell(len(rows))


class _NewHouseholds:
    """New households as the driver takes them; what many of them share is put in its form once."""

    def __init__(self, session: Session, plan: Plan, change_set_id: UUID) -> None:
        now = clock.now()
        self._bulk = BulkInsert(session, _HOUSEHOLDS, _NEW_COLUMNS)
        encode = self._bulk.encode
        self._units = {row.place.id: encode("unit_id", row.place.id) for row, _code in plan.new}
        self._shared = {
            "created_at": encode("created_at", now), "arrived_on": encode("arrived_on", clock.local(now).date()),
            "other_phones": encode("other_phones", []), "needs": encode("needs", []),
            "change_set_id": encode("change_set_id", change_set_id),
        }  # fmt: skip

    def write(self, rows: Sequence[tuple[tuple[Row, str], UUID]]) -> None:
        """Insert some."""
        self._bulk.write([self._values(row, code, household_id) for (row, code), household_id in rows])

    def _values(self, row: Row, code: str, household_id: UUID) -> dict[str, Any]:
        encode = self._bulk.encode
        phone = row.phones[0] if row.phones else None
        values = {
            **self._shared, "id": encode("id", household_id), "unit_id": self._units[row.place.id], "code": code,
            "head_name": row.name, "address": row.address, "phone": phone, "people": row.people_at_first,
            "smartphones": row.smartphones or 0, "search": search_text(row.name, row.address, code, *row.phones),
        }  # fmt: skip
        if len(row.phones) > 1:
            values["other_phones"] = encode("other_phones", list(row.phones[1:]))
        if row.needs:
            values["needs"] = encode("needs", [need for need, is_so in row.needs.items() if is_so])
        return values
