"""Addresses of relays, leaders' chats, askers and rumour relays are worked out of the row and the app's key; none stands here.

What was handed out before goes on opening: of it a digest is kept.

Revision ID: 0040
Revises: 0039
"""

import hashlib
import secrets
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

HELD = (
    ("relay", "token"),
    ("relay", "deputy_token"),
    ("announcement", "leaders_token"),
    ("inquiry", "token"),
    ("rumourrelay", "token"),
)
MUST_BE = "token"  # of every row; the others only where somebody was asked
ISSUES = {"relay": ("issue", "deputy_issue"), "rumourrelay": ("issue",)}
AT_ONCE = 5_000


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("PRAGMA secure_delete=ON")  # what is dropped is written over in the file as well
    for table, names in ISSUES.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="1"))
    op.add_column("relay", sa.Column("is_deputy_asked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("announcement", sa.Column("leaders_issue", sa.Integer(), nullable=True))
    for table, name in HELD:
        op.add_column(table, sa.Column(f"{name}_hash", sa.String(), nullable=True))
        _each(table, name, f"{name}_hash", lambda token: hashlib.sha256(token.encode()).hexdigest())
    _update("relay", is_deputy_asked=sa.true(), where=sa.column("deputy_token").is_not(None))
    _update("announcement", leaders_issue=1, where=sa.column("leaders_token").is_not(None))
    for table in dict(HELD):
        with op.batch_alter_table(table) as batch_op:
            for name in _of(table):
                batch_op.drop_constraint(op.f(f"uq_{table}_{name}"), type_="unique")
                batch_op.drop_column(name)
    for table, name in HELD:
        is_there = sa.text(f"{name}_hash IS NOT NULL")
        op.create_index(
            f"uq_{table}_{name}_hash", table, [f"{name}_hash"], unique=True, sqlite_where=is_there, postgresql_where=is_there
        )


def downgrade() -> None:
    """Addresses cannot be had back from digests: others take their place."""
    for table, name in HELD:
        op.drop_index(f"uq_{table}_{name}_hash", table)
        op.add_column(table, sa.Column(name, sa.String(), nullable=True))
        asked = {"deputy_token": "is_deputy_asked", "leaders_token": "leaders_issue"}.get(name, "id")
        _each(table, asked, name, lambda value: secrets.token_urlsafe(24) if value else None)
    for table in dict(HELD):
        with op.batch_alter_table(table) as batch_op:
            for name in _of(table):
                batch_op.alter_column(name, existing_type=sa.String(), nullable=name != MUST_BE)
                batch_op.create_unique_constraint(op.f(f"uq_{table}_{name}"), [name])
                batch_op.drop_column(f"{name}_hash")
            for name in ISSUES.get(table, ()):
                batch_op.drop_column(name)
    op.drop_column("relay", "is_deputy_asked")
    op.drop_column("announcement", "leaders_issue")


def _of(table: str) -> list[str]:
    return [name for other, name in HELD if other == table]


def _each(table: str, from_: str, to: str, made: Any) -> None:
    """Write one column of every row that has another, worked out of that one."""
    rows = sa.table(table, sa.column("id", sa.Uuid()), sa.column(from_), sa.column(to, sa.String()))
    change = sa.update(rows).where(rows.c.id == sa.bindparam("row")).values({to: sa.bindparam("value")})
    for part in _parts(rows, from_):
        op.get_bind().execute(change, [{"row": id_, "value": made(value)} for id_, value in part])


def _parts(rows: sa.TableClause, from_: str) -> Iterator[list[Any]]:
    """Id and value of rows that have one, so many at a time, in the order of ids."""
    wanted = sa.select(rows.c.id, rows.c[from_]).where(rows.c[from_].is_not(None)).order_by(rows.c.id).limit(AT_ONCE)
    part = op.get_bind().execute(wanted).all()
    while part:
        yield list(part)
        part = op.get_bind().execute(wanted.where(rows.c.id > part[-1][0])).all()


def _update(table: str, *, where: sa.ColumnElement[bool], **values: Any) -> None:
    op.execute(sa.update(sa.table(table, *(sa.column(name) for name in values))).where(where).values(**values))
