"""The database itself keeps rotations of one PG apart, and what has been told of them."""

import sqlalchemy as sa
from alembic import op
from alembic.util import CommandError

revision = "rotations_0002"
down_revision = "rotations_0001"
branch_labels = None
depends_on = None

NAME = "ex_rotations_rotation_overlap"
NOT_GRANTED = ("42501", "0A000", "58P01")
"""What PostgreSQL says where a role may not make an extension, or where it is not there to be made."""
SHOWN = 10


def upgrade() -> None:
    with op.batch_alter_table("rotations_rotation") as batch:
        batch.add_column(sa.Column("start_told", sa.Date(), nullable=True))
        batch.add_column(sa.Column("end_told", sa.Date(), nullable=True))
    if op.get_context().dialect.name == "postgresql":
        _make_extension()
        if not op.get_context().as_sql:
            _refuse_overlaps()
        op.execute(
            f"ALTER TABLE rotations_rotation ADD CONSTRAINT {NAME} EXCLUDE USING gist "
            "(pg_id WITH =, daterange(start_date, end_date, '[]') WITH &&) "
            "WHERE (status IN ('planned', 'ongoing'))"
        )


def downgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE rotations_rotation DROP CONSTRAINT {NAME}")
    with op.batch_alter_table("rotations_rotation") as batch:
        batch.drop_column("end_told")
        batch.drop_column("start_told")


def _make_extension() -> None:
    """btree_gist lets one index hold a number beside a range. Raises `CommandError` with the remedy."""
    try:
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in NOT_GRANTED:
            raise
        raise CommandError(
            "This role may not make the extension btree_gist, by which PostgreSQL keeps the rotations of one PG "
            "apart. Let the database's administrator run CREATE EXTENSION btree_gist; in this database "
            "(it comes with PostgreSQL's contrib package), then run flask db upgrade again."
        ) from error


def _refuse_overlaps() -> None:
    """Name the rotations that overlap already. Raises `CommandError`: somebody has to decide which is right."""
    found = (
        op.get_bind()
        .execute(
            sa.text(
                "SELECT a.id AS first, b.id AS second, u.username, a.start_date, a.end_date, "
                "b.start_date AS other_start, b.end_date AS other_end "
                "FROM rotations_rotation a JOIN rotations_rotation b ON a.pg_id = b.pg_id AND a.id < b.id "
                "AND a.start_date <= b.end_date AND b.start_date <= a.end_date "
                "JOIN users_user u ON u.id = a.pg_id "
                "WHERE a.status IN ('planned', 'ongoing') AND b.status IN ('planned', 'ongoing') "
                "ORDER BY u.username, a.start_date, a.id LIMIT :limit"
            ),
            {"limit": SHOWN + 1},
        )
        .all()
    )
    if not found:
        return
    lines = [
        f"  {row.username}: rotation {row.first} ({row.start_date} to {row.end_date}) "
        f"and rotation {row.second} ({row.other_start} to {row.other_end})"
        for row in found[:SHOWN]
    ]
    more = ["  and others"] if len(found) > SHOWN else []
    raise CommandError(
        "Some PGs are planned in two places at once. Cancel one of each pair or change its dates, then run "
        "flask db upgrade again:\n" + "\n".join([*lines, *more])
    )
