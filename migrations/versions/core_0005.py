"""Mails have an HTML form, headers of their own, and a key by which the same one is never written twice."""

import sqlalchemy as sa
from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("core_mail") as batch:
        batch.add_column(sa.Column("html", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("headers", sa.JSON(), nullable=False, server_default="{}"))
        batch.add_column(sa.Column("key", sa.String(length=120), nullable=True))
        batch.create_unique_constraint(op.f("uq_core_mail_key"), ["key"])
    with op.batch_alter_table("core_mail") as batch:
        batch.alter_column("html", server_default=None)
        batch.alter_column("headers", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("core_mail") as batch:
        batch.drop_constraint(op.f("uq_core_mail_key"), type_="unique")
        batch.drop_column("key")
        batch.drop_column("headers")
        batch.drop_column("html")
