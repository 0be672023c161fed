"""The database itself refuses to change or delete a row of the audit.

Revision ID: 0029
Revises: 0028
"""

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

REFUSE = "BEGIN SELECT RAISE(ABORT, 'auditevent is append-only'); END"
ON_SQLITE = (
    f"CREATE TRIGGER auditevent_unchanged BEFORE UPDATE ON auditevent {REFUSE}",
    f"CREATE TRIGGER auditevent_undeleted BEFORE DELETE ON auditevent {REFUSE}",
)
ON_POSTGRESQL = (
    (
        "CREATE FUNCTION auditevent_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'auditevent is append-only'; END $$"
    ),
    (
        "CREATE TRIGGER auditevent_unchanged BEFORE UPDATE OR DELETE ON auditevent FOR EACH ROW "
        "EXECUTE FUNCTION auditevent_is_kept()"
    ),
    "CREATE TRIGGER auditevent_unemptied BEFORE TRUNCATE ON auditevent FOR EACH STATEMENT EXECUTE FUNCTION auditevent_is_kept()",
)


def upgrade() -> None:
    for statement in ON_SQLITE if op.get_bind().dialect.name == "sqlite" else ON_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER auditevent_unchanged")
        op.execute("DROP TRIGGER auditevent_undeleted")
    else:
        op.execute("DROP FUNCTION auditevent_is_kept() CASCADE")
