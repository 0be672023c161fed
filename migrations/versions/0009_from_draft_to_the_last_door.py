"""From draft to the last door: words by version, the path of each household, doors, attendance, forecasts.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channelaccount",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
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
        sa.Column(
            "state",
            sa.Enum("active", "paused", "broken", name="accountstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_channelaccount_price")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_channelaccount_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channelaccount")),
    )
    with op.batch_alter_table("channelaccount", schema=None) as batch_op:
        batch_op.create_index("uq_channelaccount_unit_id_channel", ["unit_id", "channel"], unique=True)

    op.create_table(
        "reachrules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("paths", sa.JSON(), nullable=False),
        sa.Column("budget", sa.Integer(), nullable=True),
        sa.Column("print_for", sa.JSON(), nullable=False),
        sa.Column("duty", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reachrules_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reachrules")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_reachrules_unit_id")),
    )
    op.create_table(
        "template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_template_author_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_template_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
    )
    with op.batch_alter_table("template", schema=None) as batch_op:
        batch_op.create_index("uq_template_unit_id_name", ["unit_id", "name"], unique=True)

    op.create_table(
        "announcementcomment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcementcomment_announcement_id_announcement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_announcementcomment_author_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcementcomment")),
    )
    with op.batch_alter_table("announcementcomment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_announcementcomment_announcement_id"), ["announcement_id"], unique=False)

    op.create_table(
        "announcementlook",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcementlook_announcement_id_announcement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_announcementlook_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcementlook")),
    )
    with op.batch_alter_table("announcementlook", schema=None) as batch_op:
        batch_op.create_index("uq_announcementlook_announcement_id_user_id", ["announcement_id", "user_id"], unique=True)

    op.create_table(
        "announcementversion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcement.id"],
            name=op.f("fk_announcementversion_announcement_id_announcement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_announcementversion_author_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcementversion")),
    )
    with op.batch_alter_table("announcementversion", schema=None) as batch_op:
        batch_op.create_index("uq_announcementversion_announcement_id_version", ["announcement_id", "version"], unique=True)

    op.create_table(
        "checkinpass",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_checkinpass_announcement_id_announcement"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkinpass")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_checkinpass_token_hash")),
    )
    with op.batch_alter_table("checkinpass", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checkinpass_announcement_id"), ["announcement_id"], unique=False)

    op.create_table(
        "doorlist",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_doorlist_announcement_id_announcement"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_doorlist_unit_id_unit"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_doorlist_user_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doorlist")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_doorlist_token_hash")),
    )
    with op.batch_alter_table("doorlist", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_doorlist_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index("uq_doorlist_announcement_id_unit_id", ["announcement_id", "unit_id"], unique=True)

    op.create_table(
        "forecast",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("for_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("middle", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("came", sa.Integer(), nullable=True),
        sa.CheckConstraint("low <= middle AND middle <= high AND low >= 0", name=op.f("ck_forecast_ordered")),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_forecast_announcement_id_announcement"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forecast")),
    )
    with op.batch_alter_table("forecast", schema=None) as batch_op:
        batch_op.create_index("uq_forecast_announcement_id_made_at", ["announcement_id", "made_at"], unique=True)

    op.create_table(
        "attendance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("visitor", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("has_place", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("household_id IS NOT NULL OR visitor IS NOT NULL OR name <> ''", name=op.f("ck_attendance_who")),
        sa.CheckConstraint("arrived BETWEEN 0 AND 20", name=op.f("ck_attendance_arrived")),
        sa.CheckConstraint("people BETWEEN 1 AND 20", name=op.f("ck_attendance_people")),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_attendance_announcement_id_announcement"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_group.id"], name=op.f("fk_attendance_group_id_chat_group"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_attendance_household_id_household"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attendance_household_id"), ["household_id"], unique=False)
        batch_op.create_index("uq_attendance_announcement_id_code", ["announcement_id", "code"], unique=True)
        batch_op.create_index("uq_attendance_announcement_id_household_id", ["announcement_id", "household_id"], unique=True)
        batch_op.create_index("uq_attendance_announcement_id_visitor", ["announcement_id", "visitor"], unique=True)

    op.create_table(
        "doorline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door_list_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "told", "not_home", "moved", "refused", name="dooroutcome", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("knocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("number > 0", name=op.f("ck_doorline_number")),
        sa.ForeignKeyConstraint(
            ["door_list_id"], ["doorlist.id"], name=op.f("fk_doorline_door_list_id_doorlist"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_doorline_household_id_household"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doorline")),
    )
    with op.batch_alter_table("doorline", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_doorline_household_id"), ["household_id"], unique=False)
        batch_op.create_index("uq_doorline_door_list_id_household_id", ["door_list_id", "household_id"], unique=True)
        batch_op.create_index("uq_doorline_door_list_id_number", ["door_list_id", "number"], unique=True)

    op.create_table(
        "plannedpath",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announcement_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column(
            "path",
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
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["announcement.id"], name=op.f("fk_plannedpath_announcement_id_announcement"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_group.id"], name=op.f("fk_plannedpath_group_id_chat_group"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_plannedpath_household_id_household"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plannedpath")),
    )
    with op.batch_alter_table("plannedpath", schema=None) as batch_op:
        batch_op.create_index("ix_plannedpath_announcement_id_path", ["announcement_id", "path", "group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plannedpath_household_id"), ["household_id"], unique=False)
        batch_op.create_index(
            "uq_plannedpath_announcement_id_household_id_path", ["announcement_id", "household_id", "path"], unique=True
        )

    op.create_table(
        "doorknock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("door_line_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "told", "not_home", "moved", "refused", name="dooroutcome", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("knocked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["door_line_id"], ["doorline.id"], name=op.f("fk_doorknock_door_line_id_doorline"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_doorknock_user_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doorknock")),
        sa.UniqueConstraint("key", name=op.f("uq_doorknock_key")),
    )
    with op.batch_alter_table("doorknock", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_doorknock_door_line_id"), ["door_line_id"], unique=False)

    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("follows_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("leaves_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("also_groups", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("places", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_announcement_places"), "places IS NULL OR places > 0")
        batch_op.create_foreign_key(
            batch_op.f("fk_announcement_follows_id_announcement"), "announcement", ["follows_id"], ["id"], ondelete="RESTRICT"
        )

    with op.batch_alter_table("relay", schema=None) as batch_op:
        batch_op.add_column(sa.Column("attending", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_relay_attending"), "attending IS NULL OR attending >= 0")
        batch_op.add_column(sa.Column("reminded_again", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("passed_on_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("handed_back_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("deputy_token", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("called_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("called_by_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("note", sa.String(), server_default="", nullable=False))
        batch_op.create_unique_constraint(batch_op.f("uq_relay_deputy_token"), ["deputy_token"])
        batch_op.create_foreign_key(
            batch_op.f("fk_relay_called_by_id_user"), "user", ["called_by_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("relay", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_relay_called_by_id_user"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_relay_deputy_token"), type_="unique")
        batch_op.drop_column("note")
        batch_op.drop_column("called_by_id")
        batch_op.drop_column("called_at")
        batch_op.drop_column("deputy_token")
        batch_op.drop_column("handed_back_at")
        batch_op.drop_column("passed_on_at")
        batch_op.drop_column("reminded_again")
        batch_op.drop_constraint(batch_op.f("ck_relay_attending"), type_="check")
        batch_op.drop_column("attending")

    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_announcement_follows_id_announcement"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_announcement_places"), type_="check")
        batch_op.drop_column("places")
        batch_op.drop_column("also_groups")
        batch_op.drop_column("leaves_at")
        batch_op.drop_column("follows_id")

    with op.batch_alter_table("doorknock", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_doorknock_door_line_id"))

    op.drop_table("doorknock")
    with op.batch_alter_table("plannedpath", schema=None) as batch_op:
        batch_op.drop_index("uq_plannedpath_announcement_id_household_id_path")
        batch_op.drop_index(batch_op.f("ix_plannedpath_household_id"))
        batch_op.drop_index("ix_plannedpath_announcement_id_path")

    op.drop_table("plannedpath")
    with op.batch_alter_table("doorline", schema=None) as batch_op:
        batch_op.drop_index("uq_doorline_door_list_id_number")
        batch_op.drop_index("uq_doorline_door_list_id_household_id")
        batch_op.drop_index(batch_op.f("ix_doorline_household_id"))

    op.drop_table("doorline")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index("uq_attendance_announcement_id_visitor")
        batch_op.drop_index("uq_attendance_announcement_id_household_id")
        batch_op.drop_index("uq_attendance_announcement_id_code")
        batch_op.drop_index(batch_op.f("ix_attendance_household_id"))

    op.drop_table("attendance")
    with op.batch_alter_table("forecast", schema=None) as batch_op:
        batch_op.drop_index("uq_forecast_announcement_id_made_at")

    op.drop_table("forecast")
    with op.batch_alter_table("doorlist", schema=None) as batch_op:
        batch_op.drop_index("uq_doorlist_announcement_id_unit_id")
        batch_op.drop_index(batch_op.f("ix_doorlist_unit_id"))

    op.drop_table("doorlist")
    with op.batch_alter_table("checkinpass", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checkinpass_announcement_id"))

    op.drop_table("checkinpass")
    with op.batch_alter_table("announcementversion", schema=None) as batch_op:
        batch_op.drop_index("uq_announcementversion_announcement_id_version")

    op.drop_table("announcementversion")
    with op.batch_alter_table("announcementlook", schema=None) as batch_op:
        batch_op.drop_index("uq_announcementlook_announcement_id_user_id")

    op.drop_table("announcementlook")
    with op.batch_alter_table("announcementcomment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcementcomment_announcement_id"))

    op.drop_table("announcementcomment")
    with op.batch_alter_table("template", schema=None) as batch_op:
        batch_op.drop_index("uq_template_unit_id_name")

    op.drop_table("template")
    op.drop_table("reachrules")
    with op.batch_alter_table("channelaccount", schema=None) as batch_op:
        batch_op.drop_index("uq_channelaccount_unit_id_channel")

    op.drop_table("channelaccount")
