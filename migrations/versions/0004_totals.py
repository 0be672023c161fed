"""totals of wards and provinces by day"""

from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from core import clock

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COUNTS = ("households", "joined", "people_joined", "people", "smartphones")
UNIT = sa.table(
    "unit", sa.column("id", sa.Uuid()), sa.column("kind"), sa.column("parent_id", sa.Uuid()),
    sa.column("valid_from", sa.Date()), sa.column("valid_to", sa.Date()),
)  # fmt: skip
DAY = sa.table("unitday", sa.column("unit_id", sa.Uuid()), sa.column("day", sa.Date()), *(sa.column(name) for name in COUNTS))


def upgrade() -> None:
    table = op.create_table(
        "unittotal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("people_joined", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("smartphones", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unittotal_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unittotal")),
    )
    with op.batch_alter_table("unittotal", schema=None) as batch_op:
        batch_op.create_index("uq_unittotal_unit_id_day", ["unit_id", "day"], unique=True)
    _add_up(table)


def downgrade() -> None:
    op.drop_table("unittotal")


def _add_up(table: sa.Table) -> None:
    """What stands above the residential units, from their rows: `services.totals` keeps it from now on."""
    connection = op.get_bind()
    units = {row.id: row for row in connection.execute(sa.select(UNIT))}
    changes: dict[UUID, dict[date, list[int]]] = {}
    for unit_id, days in groupby(connection.execute(sa.select(DAY).order_by(DAY.c.unit_id, DAY.c.day)), lambda row: row.unit_id):
        holders, last = _above(units, unit_id), [0] * len(COUNTS)
        for day, counts in _within(list(days), units[unit_id].valid_from, units[unit_id].valid_to):
            for holder in holders:
                found = changes.setdefault(holder, {}).setdefault(day, [0] * len(COUNTS))
                found[:] = [sum_ + now - then for sum_, now, then in zip(found, counts, last, strict=True)]
            last = counts
    now = clock.now()
    for holder, by_day in changes.items():
        counts = [0] * len(COUNTS)
        rows = []
        for day in sorted(day for day, change in by_day.items() if any(change)):
            counts = [one + more for one, more in zip(counts, by_day[day], strict=True)]
            amounts = dict(zip(COUNTS, counts, strict=True))
            rows.append({"id": uuid4(), "created_at": now, "unit_id": holder, "day": day, **amounts})
        if rows:
            connection.execute(table.insert(), rows)


def _above(units: dict[UUID, Any], unit_id: UUID) -> list[UUID]:
    """The places above a unit that have totals; a root has its own."""
    found, one = [], unit_id
    while one is not None:
        if units[one].kind != "residential" or units[one].parent_id is None:
            found.append(one)
        one = units[one].parent_id
    return found


def _within(days: list[Any], since: date | None, until: date | None) -> list[tuple[date, list[int]]]:
    standing = {max(row.day, since) if since else row.day: [getattr(row, name) for name in COUNTS] for row in days}
    if until is not None:
        standing = {day: counts for day, counts in standing.items() if day < until}
        if standing:
            standing[until] = [0] * len(COUNTS)
    return list(standing.items())
