"""The size of an image in pixels, beside which a thumbnail is stored."""

import sqlalchemy as sa
from alembic import op

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("core_file", sa.Column("width", sa.Integer(), nullable=True))
    op.add_column("core_file", sa.Column("height", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("core_file") as table:
        table.drop_column("height")
        table.drop_column("width")
