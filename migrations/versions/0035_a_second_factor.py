"""A second factor, proofs of a session, a second door, what was being typed at a signing out.

Revision ID: 0035
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("is_example", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("user", sa.Column("email", sa.String(), nullable=True))
    op.add_column("user", sa.Column("subject", sa.String(), nullable=True))
    op.create_index("uq_user_email", "user", ["email"], unique=True)
    op.create_index("uq_user_subject", "user", ["subject"], unique=True)
    op.add_column("session", sa.Column("place", sa.String(), nullable=False, server_default=""))
    op.add_column("session", sa.Column("is_waiting", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("session", sa.Column("is_strong", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("session", sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("is_strong", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("ticket", sa.Column("source", sa.String(), nullable=True))
    op.create_index("uq_ticket_source", "ticket", ["source"], unique=True)
    _tables()


def _tables() -> None:
    op.create_table(
        "secondfactor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("totp", "passkey", name="factorkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("credential_id", sa.String(), nullable=True),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("is_confirmed", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_secondfactor_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secondfactor")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_secondfactor_credential_id")),
    )
    op.create_index(op.f("ix_secondfactor_user_id"), "secondfactor", ["user_id"])
    op.create_table(
        "recoverycode",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_recoverycode_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoverycode")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recoverycode_code_hash")),
    )
    op.create_index(op.f("ix_recoverycode_user_id"), "recoverycode", ["user_id"])
    op.create_table(
        "challenge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("register", "prove", name="ceremonykind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_challenge_session_id_session"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
    )
    op.create_index(op.f("ix_challenge_session_id"), "challenge", ["session_id"])
    op.create_table(
        "keptform",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_keptform_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keptform")),
    )
    op.create_index(op.f("ix_keptform_user_id"), "keptform", ["user_id"])


def downgrade() -> None:
    for table in ("keptform", "challenge", "recoverycode", "secondfactor"):
        op.drop_table(table)
    op.drop_index("uq_ticket_source", "ticket")
    op.drop_index("uq_user_subject", "user")
    op.drop_index("uq_user_email", "user")
    for table, names in (
        ("ticket", ("source", "is_strong")), ("session", ("proven_at", "is_strong", "is_waiting", "place")),
        ("user", ("subject", "email", "is_example")),
    ):  # fmt: skip
        for name in names:
            op.drop_column(table, name)
