"""What leaves by accounts with providers: batches, receipts, refusals of receivers, loudspeakers.

Revision ID: 0012
Revises: 0011
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BEFORE = ("group", "follower", "phone", "sheet")
WITH_PAGES = (*BEFORE, "page", "mail", "place")
KINDS = "ck_delivery_recipientkind"


def upgrade() -> None:
    op.create_table(
        "optout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "relay",
                "zalo_oa",
                "zalo_template",
                "zalo_broadcast",
                "zalo_group",
                "zns",
                "zalo_bot",
                "facebook",
                "sms",
                "email",
                "print",
                "loudspeaker",
                "door",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "sms",
                "unfollowed",
                "blocked",
                "page",
                "staff",
                name="optoutcause",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_optout")),
    )
    with op.batch_alter_table("optout", schema=None) as batch_op:
        batch_op.create_index(
            "uq_optout_open",
            ["channel", "recipient"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "webhookevent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhookevent")),
        sa.UniqueConstraint("digest", name=op.f("uq_webhookevent_digest")),
    )
    with op.batch_alter_table("webhookevent", schema=None) as batch_op:
        batch_op.create_index("ix_webhookevent_done_at", ["done_at", "created_at"], unique=False)

    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "relay",
                "zalo_oa",
                "zalo_template",
                "zalo_broadcast",
                "zalo_group",
                "zns",
                "zalo_bot",
                "facebook",
                "sms",
                "email",
                "print",
                "loudspeaker",
                "door",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("ward_id", sa.Uuid(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("attempt >= 0 AND size >= 0", name=op.f("ck_batch_counts")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channelaccount.id"], name=op.f("fk_batch_account_id_channelaccount"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_batch_announcement_id_announcement"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["ward_id"], ["unit.id"], name=op.f("fk_batch_ward_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_batch_announcement_id"), ["announcement_id"], unique=False)
        batch_op.create_index("ix_batch_ended_at_lease_until", ["ended_at", "lease_until"], unique=False)

    op.create_table(
        "loudspeakerslot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=True),
        sa.Column("read_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_by_id", sa.Uuid(), nullable=True),
        sa.Column("is_dropped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_loudspeakerslot_announcement_id_announcement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_loudspeakerslot_delivery_id_delivery"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["read_by_id"], ["user.id"], name=op.f("fk_loudspeakerslot_read_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_loudspeakerslot_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loudspeakerslot")),
    )
    with op.batch_alter_table("loudspeakerslot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_loudspeakerslot_announcement_id"), ["announcement_id"], unique=False)
        batch_op.create_index("ix_loudspeakerslot_unit_id_read_from", ["unit_id", "read_from"], unique=False)

    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("channelaccount", schema=None) as batch_op:
        batch_op.add_column(sa.Column("settings", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(sa.Column("secrets", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("message", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("reserve", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("quota_left", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("quota_total", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("quota_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("per_second", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("free_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("open_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("token_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("renewing_by", sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("renewing_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))

    with delivery_with(WITH_PAGES) as batch_op:
        batch_op.add_column(
            sa.Column(
                "trouble",
                sa.Enum(
                    "backoff",
                    "later",
                    "recipient",
                    "content",
                    "config",
                    "unknown",
                    name="trouble",
                    native_enum=False,
                    create_constraint=True,
                    length=32,
                ),
                nullable=True,
            )
        )
        batch_op.add_column(sa.Column("batch_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_delivery_batch_id_status", ["batch_id", "status"], unique=False)
        batch_op.create_index("ix_delivery_provider_message_id", ["provider_message_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_delivery_batch_id_batch"), "batch", ["batch_id"], ["id"], ondelete="SET NULL")

    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bot_chat_id", sa.String(), nullable=True))

    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_training", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index(
            "ix_unit_is_training", ["path"], sqlite_where=sa.text("is_training = 1"), postgresql_where=sa.text("is_training")
        )


def downgrade() -> None:
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.drop_column("bot_chat_id")

    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_unit_is_training", sqlite_where=sa.text("is_training = 1"), postgresql_where=sa.text("is_training")
        )
        batch_op.drop_column("is_training")

    with delivery_with(BEFORE) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_batch_id_batch"), type_="foreignkey")
        batch_op.drop_index("ix_delivery_provider_message_id")
        batch_op.drop_index("ix_delivery_batch_id_status")
        batch_op.drop_column("read_at")
        batch_op.drop_column("delivered_at")
        batch_op.drop_column("batch_id")
        batch_op.drop_column("trouble")

    with op.batch_alter_table("channelaccount", schema=None) as batch_op:
        batch_op.drop_column("version")
        batch_op.drop_column("checked_at")
        batch_op.drop_column("renewing_until")
        batch_op.drop_column("renewing_by")
        batch_op.drop_column("token_until")
        batch_op.drop_column("open_until")
        batch_op.drop_column("failures")
        batch_op.drop_column("free_at")
        batch_op.drop_column("per_second")
        batch_op.drop_column("quota_at")
        batch_op.drop_column("quota_total")
        batch_op.drop_column("quota_left")
        batch_op.drop_column("reserve")
        batch_op.drop_column("message")
        batch_op.drop_column("secrets")
        batch_op.drop_column("settings")

    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.drop_column("paused_at")

    with op.batch_alter_table("loudspeakerslot", schema=None) as batch_op:
        batch_op.drop_index("ix_loudspeakerslot_unit_id_read_from")
        batch_op.drop_index(batch_op.f("ix_loudspeakerslot_announcement_id"))

    op.drop_table("loudspeakerslot")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index("ix_batch_ended_at_lease_until")
        batch_op.drop_index(batch_op.f("ix_batch_announcement_id"))
        batch_op.drop_index(batch_op.f("ix_batch_account_id"))

    op.drop_table("batch")
    with op.batch_alter_table("webhookevent", schema=None) as batch_op:
        batch_op.drop_index("ix_webhookevent_done_at")

    op.drop_table("webhookevent")
    with op.batch_alter_table("optout", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_optout_open", sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL")
        )

    op.drop_table("optout")


def delivery_with(kinds: tuple[str, ...]) -> Any:
    """The ledger, to be altered, with these kinds of receivers: on SQLite a copied table keeps its old check beside a new one."""
    condition = f"recipient_kind IN ({', '.join(repr(kind) for kind in kinds)})"
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(KINDS), "delivery", type_="check")
        op.create_check_constraint(op.f(KINDS), "delivery", condition)
        return op.batch_alter_table("delivery")
    table = sa.Table("delivery", sa.MetaData(), autoload_with=connection)
    checks = {one["name"]: one["sqltext"] for one in sa.inspect(connection).get_check_constraints("delivery")}
    for constraint in [one for one in table.constraints if isinstance(one, sa.CheckConstraint)]:
        table.constraints.remove(constraint)
    if kinds == BEFORE:
        del checks["ck_delivery_trouble"]
    for name, sqltext in {**checks, KINDS: condition}.items():
        table.append_constraint(sa.CheckConstraint(sqltext, name=op.f(name)))
    return op.batch_alter_table("delivery", copy_from=table, recreate="always")
