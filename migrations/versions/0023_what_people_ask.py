"""What people ask, and what is said to them.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

REMOVE = "INSERT INTO inquirymessage_fts (inquirymessage_fts, rowid, search) VALUES ('delete', old.rowid, old.search);"
ADD = "INSERT INTO inquirymessage_fts (rowid, search) VALUES (new.rowid, new.search);"
IS_ALONE = "WHEN NOT EXISTS (SELECT 1 FROM inquirymessage_fts_bulk)"
IS_INDEXED = "old.rowid <= coalesce((SELECT since FROM inquirymessage_fts_bulk), 9223372036854775807)"
IS_CHANGED = f"WHEN old.search <> new.search AND {IS_INDEXED}"
OPTIONS = "content = 'inquirymessage', tokenize = 'ascii', detail = 'none', columnsize = 0, prefix = '2 3 4 5'"
ON_SQLITE = (
    f"CREATE VIRTUAL TABLE inquirymessage_fts USING fts5 (search, {OPTIONS})",
    "CREATE TABLE inquirymessage_fts_bulk (since INTEGER NOT NULL)",
    f"CREATE TRIGGER inquirymessage_fts_added AFTER INSERT ON inquirymessage {IS_ALONE} BEGIN {ADD} END",
    f"CREATE TRIGGER inquirymessage_fts_removed AFTER DELETE ON inquirymessage WHEN {IS_INDEXED} BEGIN {REMOVE} END",
    f"CREATE TRIGGER inquirymessage_fts_changed AFTER UPDATE OF search ON inquirymessage {IS_CHANGED} BEGIN {REMOVE} {ADD} END",
)
ON_POSTGRESQL = (
    "CREATE INDEX ix_inquirymessage_search_terms ON inquirymessage USING gin (array_to_tsvector(string_to_array(search, ' ')))",
)


def upgrade() -> None:
    op.create_table(
        "inquiryrules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("urgent_hours", sa.Integer(), nullable=False),
        sa.Column("procedure_days", sa.Integer(), nullable=False),
        sa.Column("other_days", sa.Integer(), nullable=False),
        sa.Column("opens", sa.String(), nullable=False),
        sa.Column("free_days", sa.JSON(), nullable=False),
        sa.Column("work_days", sa.JSON(), nullable=False),
        sa.Column("duty", sa.JSON(), nullable=False),
        sa.Column("blocked_words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_inquiryrules_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiryrules")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_inquiryrules_unit_id")),
    )
    op.create_table(
        "inquiryblock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "form",
                "zalo",
                "facebook",
                "comment",
                "sms",
                "phone",
                "desk",
                "leader",
                name="inquirychannel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_inquiryblock_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_inquiryblock_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiryblock")),
    )
    with op.batch_alter_table("inquiryblock", schema=None) as batch_op:
        batch_op.create_index("ix_inquiryblock_unit_id_channel_from_id", ["unit_id", "channel", "from_id"], unique=False)

    op.create_table(
        "inquiry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("place_unit_id", sa.Uuid(), nullable=True),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "question", "broken", "rumour", "thanks", name="inquirykind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "form",
                "zalo",
                "facebook",
                "comment",
                "sms",
                "phone",
                "desk",
                "leader",
                name="inquirychannel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("from_id", sa.String(), nullable=False),
        sa.Column("from_name", sa.String(), nullable=False),
        sa.Column("from_phone", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "urgent",
                "procedure",
                "utilities",
                "environment",
                "security",
                "support",
                "health",
                "other",
                name="topic",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("procedure_id", sa.Uuid(), nullable=True),
        sa.Column("announcement_id", sa.Uuid(), nullable=True),
        sa.Column("same_as_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "assigned",
                "answered",
                "closed",
                "spam",
                name="inquirystatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_answer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("has_helped", sa.Boolean(), nullable=True),
        sa.Column("likeness", sa.String(), nullable=False),
        sa.Column("done_note", sa.String(), nullable=False),
        sa.Column("done_photos", sa.JSON(), nullable=False),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_inquiry_version")),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_inquiry_announcement_id_announcement"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["assignee_id"], ["user.id"], name=op.f("fk_inquiry_assignee_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["place_unit_id"], ["unit.id"], name=op.f("fk_inquiry_place_unit_id_unit"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_inquiry_procedure_id_procedure"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["same_as_id"], ["inquiry.id"], name=op.f("fk_inquiry_same_as_id_inquiry"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_inquiry_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry")),
        sa.UniqueConstraint("token", name=op.f("uq_inquiry_token")),
    )
    with op.batch_alter_table("inquiry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_inquiry_announcement_id"), ["announcement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiry_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiry_place_unit_id"), ["place_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_inquiry_same_as_id"), ["same_as_id"], unique=False)
        batch_op.create_index("ix_inquiry_thread", ["unit_id", "channel", "from_id"], unique=False)
        batch_op.create_index("ix_inquiry_unit_id_last_at", ["unit_id", "last_at"], unique=False)
        batch_op.create_index("ix_inquiry_unit_id_likeness", ["unit_id", "likeness"], unique=False)
        batch_op.create_index("ix_inquiry_unit_id_public_at", ["unit_id", "public_at"], unique=False)
        batch_op.create_index("ix_inquiry_unit_id_due_at", ["unit_id", "due_at"], unique=False)
        batch_op.create_index("ix_inquiry_unit_id_status_last_at", ["unit_id", "status", "last_at"], unique=False)
        batch_op.create_index(
            "ix_inquiry_waits", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )  # fmt: skip

    op.create_table(
        "inquirylook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_inquirylook_inquiry_id_inquiry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_inquirylook_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquirylook")),
    )
    with op.batch_alter_table("inquirylook", schema=None) as batch_op:
        batch_op.create_index("uq_inquirylook_inquiry_id_user_id", ["inquiry_id", "user_id"], unique=True)

    op.create_table(
        "inquirymessage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column(
            "voice",
            sa.Enum("asked", "reply", "note", name="voice", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("search", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_inquirymessage_author_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_inquirymessage_inquiry_id_inquiry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquirymessage")),
    )
    with op.batch_alter_table("inquirymessage", schema=None) as batch_op:
        batch_op.create_index("ix_inquirymessage_inquiry_id_at", ["inquiry_id", "at"], unique=False)
        batch_op.create_index(
            "uq_inquirymessage_provider_id",
            ["provider_id"],
            unique=True,
            sqlite_where=sa.text("provider_id IS NOT NULL"),
            postgresql_where=sa.text("provider_id IS NOT NULL"),
        )

    op.create_table(
        "publicanswer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("inquiry_id", sa.Uuid(), nullable=True),
        sa.Column("announcement_id", sa.Uuid(), nullable=True),
        sa.Column("procedure_id", sa.Uuid(), nullable=True),
        sa.Column("is_rumour", sa.Boolean(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_again_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_publicanswer_announcement_id_announcement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["inquiry_id"], ["inquiry.id"], name=op.f("fk_publicanswer_inquiry_id_inquiry"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_publicanswer_owner_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["procedure_id"], ["procedure.id"], name=op.f("fk_publicanswer_procedure_id_procedure"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_publicanswer_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicanswer")),
        sa.UniqueConstraint("slug", name=op.f("uq_publicanswer_slug")),
    )
    with op.batch_alter_table("publicanswer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publicanswer_announcement_id"), ["announcement_id"], unique=False)
        batch_op.create_index("ix_publicanswer_unit_id_withdrawn_at", ["unit_id", "withdrawn_at"], unique=False)

    for statement in ON_SQLITE if op.get_bind().dialect.name == "sqlite" else ON_POSTGRESQL:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE inquirymessage_fts")
        op.execute("DROP TABLE inquirymessage_fts_bulk")
    for name in ("publicanswer", "inquirymessage", "inquirylook", "inquiry", "inquiryblock", "inquiryrules"):
        op.drop_table(name)
