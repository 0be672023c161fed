"""Answers to what people ask leave by the ledger.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("batch") as batch_op:
        batch_op.alter_column("announcement_id", existing_type=sa.Uuid(), nullable=True)
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.add_column(sa.Column("message_id", sa.Uuid(), nullable=True))
        batch_op.alter_column("announcement_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.create_index("ix_delivery_message_id", ["message_id"])
        batch_op.create_foreign_key(
            "fk_delivery_message_id_inquirymessage", "inquirymessage", ["message_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.create_check_constraint(op.f("ck_delivery_about"), "(announcement_id IS NULL) <> (message_id IS NULL)")


def downgrade() -> None:
    op.execute("DELETE FROM delivery WHERE announcement_id IS NULL")
    op.execute("DELETE FROM batch WHERE announcement_id IS NULL")
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.drop_constraint(op.f("ck_delivery_about"), type_="check")
        batch_op.drop_constraint("fk_delivery_message_id_inquirymessage", type_="foreignkey")
        batch_op.drop_index("ix_delivery_message_id")
        batch_op.alter_column("announcement_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("message_id")
    with op.batch_alter_table("batch") as batch_op:
        batch_op.alter_column("announcement_id", existing_type=sa.Uuid(), nullable=False)
