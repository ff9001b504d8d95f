"""The indexes of the migration notes, consolidated: whichever is missing is built without keeping anybody from writing.

They belong to their modules, whose revisions make them in a new database; this one is for a database that came by another
way. Run twice it changes nothing. A rollback loses nothing: it leaves them, as their modules need them. Only PostgreSQL.
"""

import sqlalchemy as sa
from alembic import op

revision = "performance_0001"
down_revision = None
branch_labels = ("performance",)
depends_on = None

INDEXES = {
    "idx_logbook_analytics": "logbook_logbookentry (created_at DESC, status, pg_id)",
    "idx_cases_analytics": "cases_clinicalcase (created_at DESC, status, pg_id)",
    "idx_certificates_analytics": "certificates_certificate (issue_date DESC, pg_id)",
    "idx_rotations_dates": "rotations_rotation (start_date, end_date, status, pg_id)",
    "idx_logbook_title_text": "logbook_logbookentry USING gin (to_tsvector('english', title))",
    "idx_cases_diagnosis_text": "cases_clinicalcase USING gin (to_tsvector('english', diagnosis))",
    "idx_users_supervisor": "users_user (supervisor_id) WHERE supervisor_id IS NOT NULL",
    "idx_notifications_unread": "notifications_notification (recipient_id, is_read, created_at DESC) WHERE is_read = FALSE",
    "idx_search_history_term_trgm": "search_searchhistory USING gin (search_term gin_trgm_ops)",
    "idx_activity_log_user_action": "audit_activitylog (user_id, action, created_at DESC)",
}


def upgrade() -> None:
    context = op.get_context()
    if context.dialect.name != "postgresql":
        return
    if (
        context.as_sql
    ):  # whoever prints SQL has no database to look at: their modules' revisions make them
        return
    there = set(sa.inspect(op.get_bind()).get_table_names())
    with context.autocommit_block():
        for name, what in INDEXES.items():
            if what.split()[0] in there:
                op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {what}")


def downgrade() -> None:
    pass
