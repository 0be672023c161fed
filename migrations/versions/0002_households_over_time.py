"""households over time"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ADDED = {
    "chat_group": {"deputy_id": "user"},
    "household": {"split_from_id": "household", "merged_into_id": "household", "change_set_id": "changeset"},
    "membership": {"change_set_id": "changeset"},
}
KINDS = ("leaders", "household", "sector", "association", "official_account", "fanpage")
CHANNELS = (
    "relay", "zalo_oa", "zalo_template", "zalo_broadcast", "zalo_group", "zns", "zalo_bot", "facebook", "sms", "email", "print",
    "loudspeaker", "door",
)  # fmt: skip


def _checks(table: str, kinds: tuple[str, ...]) -> list[sa.CheckConstraint]:
    """The checks of a table that SQLite has to copy, for Alembic does not read them from it."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    conditions = {
        "chat_group": {
            "closed_on": "closed_on IS NULL OR started_on IS NULL OR closed_on >= started_on",
            "groupkind": f"kind IN ({', '.join(map(repr, kinds))})",
            "channel": f"channel IN ({', '.join(map(repr, CHANNELS))})",
        },
        "household": {
            "people": "people BETWEEN 0 AND 99",
            "smartphones": "smartphones BETWEEN 0 AND people",
            "left_on": "left_on IS NULL OR left_on >= arrived_on",
        },
        "membership": {
            "people": "people BETWEEN 1 AND 99",
            "left_on": "left_on IS NULL OR left_on >= joined_on",
            "membershipsource": "source IN ('import', 'leader', 'self')",
        },
    }[table]
    found = conditions.items() if on_sqlite else ()
    return [sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}")) for name, condition in found]


def upgrade() -> None:
    op.create_table(
        "changeset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("import", "sheet", name="changesetkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_hash", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("updated", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("joined", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("alike", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["undone_by_id"], ["user.id"], name=op.f("fk_changeset_undone_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_changeset_unit_id_unit"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_changeset_user_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changeset")),
    )
    with op.batch_alter_table("changeset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_changeset_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "reorganisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "merge",
                "split",
                "rename",
                "transfer",
                name="unitchangekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("decision_no", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned", "done", "dropped", name="reorganisationstatus", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("planned_by_id", sa.Uuid(), nullable=True),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["unitchange.id"], name=op.f("fk_reorganisation_change_id_unitchange"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["done_by_id"], ["user.id"], name=op.f("fk_reorganisation_done_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["planned_by_id"], ["user.id"], name=op.f("fk_reorganisation_planned_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reorganisation_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reorganisation")),
    )
    with op.batch_alter_table("reorganisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reorganisation_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "term",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "part", sa.Enum("leader", "deputy", name="part", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ended_on IS NULL OR ended_on >= started_on", name=op.f("ck_term_ended_on")),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"], name=op.f("fk_term_group_id_chat_group"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_term_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
    )
    with op.batch_alter_table("term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_term_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_term_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "uq_term_group_id_part_open",
            ["group_id", "part"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "ticklist",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_group.id"], name=op.f("fk_ticklist_group_id_chat_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_ticklist_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticklist")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_ticklist_token_hash")),
    )
    with op.batch_alter_table("ticklist", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticklist_group_id"), ["group_id"], unique=False)

    op.create_table(
        "householdpast",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("head_name", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("smartphones", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "changed",
                "moved",
                "split",
                "merged",
                "reorganised",
                name="pastcause",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("ended_on > started_on", name=op.f("ck_householdpast_ended_on")),
        sa.CheckConstraint("people BETWEEN 0 AND 99", name=op.f("ck_householdpast_people")),
        sa.CheckConstraint("smartphones BETWEEN 0 AND people", name=op.f("ck_householdpast_smartphones")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_householdpast_household_id_household"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_householdpast_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_householdpast")),
    )
    with op.batch_alter_table("householdpast", schema=None) as batch_op:
        batch_op.create_index(
            "ix_householdpast_unit_id_days",
            ["unit_id", "started_on", "ended_on", "people", "smartphones", "household_id"],
            unique=False,
        )
        batch_op.create_index("uq_householdpast_household_id_started_on", ["household_id", "started_on"], unique=True)

    op.create_table(
        "householdtoken",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_householdtoken_household_id_household"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_householdtoken")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_householdtoken_token_hash")),
    )
    with op.batch_alter_table("householdtoken", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_householdtoken_household_id"), ["household_id"], unique=False)

    op.create_table(
        "joinrequest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_joinrequest_answered_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_group.id"], name=op.f("fk_joinrequest_group_id_chat_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_joinrequest_household_id_household"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joinrequest")),
    )
    with op.batch_alter_table("joinrequest", schema=None) as batch_op:
        batch_op.create_index("ix_joinrequest_group_id_answered_at", ["group_id", "answered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_joinrequest_household_id"), ["household_id"], unique=False)

    op.create_table(
        "likeness",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("has_same_phone", sa.Boolean(), nullable=False),
        sa.Column("is_same", sa.Boolean(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("household_id <> other_id", name=op.f("ck_likeness_two")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_likeness_score")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_likeness_answered_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_likeness_household_id_household"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["other_id"], ["household.id"], name=op.f("fk_likeness_other_id_household"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likeness")),
    )
    with op.batch_alter_table("likeness", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_likeness_other_id"), ["other_id"], unique=False)
        batch_op.create_index("uq_likeness_household_id_other_id", ["household_id", "other_id"], unique=True)

    op.create_table(
        "phonetie",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("visitor", sa.String(), nullable=False),
        sa.Column("consent", sa.String(), nullable=False),
        sa.Column("untied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_phonetie_household_id_household"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phonetie")),
    )
    with op.batch_alter_table("phonetie", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phonetie_household_id"), ["household_id"], unique=False)
        batch_op.create_index(
            "uq_phonetie_visitor_open",
            ["visitor"],
            unique=True,
            sqlite_where=sa.text("untied_at IS NULL"),
            postgresql_where=sa.text("untied_at IS NULL"),
        )

    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("add", "change", "left", "moved", name="proposalkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("kind = 'add' OR household_id IS NOT NULL", name=op.f("ck_proposal_household")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["user.id"], name=op.f("fk_proposal_answered_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_proposal_household_id_household"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["user.id"], name=op.f("fk_proposal_proposed_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_proposal_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_household_id"), ["household_id"], unique=False)
        batch_op.create_index("ix_proposal_unit_id_answered_at", ["unit_id", "answered_at"], unique=False)

    op.create_table(
        "change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change_set_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["changeset.id"], name=op.f("fk_change_change_set_id_changeset"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_change_household_id_household"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["membership.id"], name=op.f("fk_change_membership_id_membership"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_change_set_id"), ["change_set_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_change_household_id"), ["household_id"], unique=False)

    more = (*KINDS, "unit", "internal")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_chat_group_groupkind"), "chat_group", type_="check")
        op.create_check_constraint(op.f("ck_chat_group_groupkind"), "chat_group", f"kind IN ({', '.join(map(repr, more))})")
    for table in ("chat_group", "household", "membership"):
        with op.batch_alter_table(table, table_args=_checks(table, more)) as batch_op:
            if table == "household":
                batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
            for column, target in ADDED[table].items():
                batch_op.add_column(sa.Column(column, sa.Uuid(), nullable=True))
                batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column])
                name = batch_op.f(f"fk_{table}_{column}_{target}")
                batch_op.create_foreign_key(name, target, [column], ["id"], ondelete="SET NULL")


def downgrade() -> None:
    op.execute("UPDATE chat_group SET kind = 'sector' WHERE kind IN ('unit', 'internal')")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_chat_group_groupkind"), "chat_group", type_="check")
        op.create_check_constraint(op.f("ck_chat_group_groupkind"), "chat_group", f"kind IN ({', '.join(map(repr, KINDS))})")
    for table in ("membership", "household", "chat_group"):
        with op.batch_alter_table(table, table_args=_checks(table, KINDS)) as batch_op:
            for column, target in ADDED[table].items():
                batch_op.drop_constraint(batch_op.f(f"fk_{table}_{column}_{target}"), type_="foreignkey")
                batch_op.drop_index(batch_op.f(f"ix_{table}_{column}"))
                batch_op.drop_column(column)
            if table == "household":
                batch_op.drop_column("version")

    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_household_id"))
        batch_op.drop_index(batch_op.f("ix_change_change_set_id"))

    op.drop_table("change")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index("ix_proposal_unit_id_answered_at")
        batch_op.drop_index(batch_op.f("ix_proposal_household_id"))

    op.drop_table("proposal")
    with op.batch_alter_table("phonetie", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_phonetie_visitor_open", sqlite_where=sa.text("untied_at IS NULL"), postgresql_where=sa.text("untied_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_phonetie_household_id"))

    op.drop_table("phonetie")
    with op.batch_alter_table("likeness", schema=None) as batch_op:
        batch_op.drop_index("uq_likeness_household_id_other_id")
        batch_op.drop_index(batch_op.f("ix_likeness_other_id"))

    op.drop_table("likeness")
    with op.batch_alter_table("joinrequest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_joinrequest_household_id"))
        batch_op.drop_index("ix_joinrequest_group_id_answered_at")

    op.drop_table("joinrequest")
    with op.batch_alter_table("householdtoken", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_householdtoken_household_id"))

    op.drop_table("householdtoken")
    with op.batch_alter_table("householdpast", schema=None) as batch_op:
        batch_op.drop_index("uq_householdpast_household_id_started_on")
        batch_op.drop_index("ix_householdpast_unit_id_days")

    op.drop_table("householdpast")
    with op.batch_alter_table("ticklist", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticklist_group_id"))

    op.drop_table("ticklist")
    with op.batch_alter_table("term", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_term_group_id_part_open", sqlite_where=sa.text("ended_on IS NULL"), postgresql_where=sa.text("ended_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_term_user_id"))
        batch_op.drop_index(batch_op.f("ix_term_group_id"))

    op.drop_table("term")
    with op.batch_alter_table("reorganisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reorganisation_unit_id"))

    op.drop_table("reorganisation")
    with op.batch_alter_table("changeset", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_changeset_unit_id"))

    op.drop_table("changeset")
