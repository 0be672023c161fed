"""Planned paths are found by household or by group, never by walking all of an announcement's.

Revision ID: 0020
Revises: 0019
"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_plannedpath_group_id_announcement_id", "plannedpath", ["group_id", "announcement_id"])
    op.drop_index("ix_plannedpath_announcement_id_path", table_name="plannedpath")


def downgrade() -> None:
    op.create_index("ix_plannedpath_announcement_id_path", "plannedpath", ["announcement_id", "path", "group_id"])
    op.drop_index("ix_plannedpath_group_id_announcement_id", table_name="plannedpath")
