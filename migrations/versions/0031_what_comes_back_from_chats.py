"""Photos that wait with a provider, the chat a question was brought from, the way of each reply, a rumour's word in each chat.

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "awaitedfile",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["inquirymessage.id"], name=op.f("fk_awaitedfile_message_id_inquirymessage"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awaitedfile")),
    )
    op.create_index("ix_awaitedfile_message_id", "awaitedfile", ["message_id"])
    op.create_index("ix_awaitedfile_next_at", "awaitedfile", ["next_at"])
    op.create_table(
        "rumourrelay",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["publicanswer.id"], name=op.f("fk_rumourrelay_answer_id_publicanswer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_group.id"], name=op.f("fk_rumourrelay_group_id_chat_group"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rumourrelay")),
        sa.UniqueConstraint("token", name=op.f("uq_rumourrelay_token")),
    )
    op.create_index("ix_rumourrelay_group_id", "rumourrelay", ["group_id"])
    op.create_index("uq_rumourrelay_answer_id_group_id", "rumourrelay", ["answer_id", "group_id"], unique=True)
    with op.batch_alter_table("inquiry") as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_inquiry_group_id", ["group_id"])
        batch_op.create_foreign_key(
            op.f("fk_inquiry_group_id_chat_group"), "chat_group", ["group_id"], ["id"], ondelete="SET NULL"
        )
    op.add_column("inquirymessage", sa.Column("way", sa.String(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("inquirymessage", "way")
    with op.batch_alter_table("inquiry") as batch_op:
        batch_op.drop_constraint(op.f("fk_inquiry_group_id_chat_group"), type_="foreignkey")
        batch_op.drop_index("ix_inquiry_group_id")
        batch_op.drop_column("group_id")
    op.drop_table("rumourrelay")
    op.drop_table("awaitedfile")
