"""Every name of the Django SIMS' migration notes is on a real PostgreSQL, as the notes write it."""

import pytest
import sqlalchemy as sa

from sims.database import db

INDEXES = {
    "idx_logbook_analytics": "logbook_logbookentry USING btree (created_at DESC, status, pg_id)",
    "idx_cases_analytics": "cases_clinicalcase USING btree (created_at DESC, status, pg_id)",
    "idx_certificates_analytics": "certificates_certificate USING btree (issue_date DESC, pg_id)",
    "idx_rotations_dates": "rotations_rotation USING btree (start_date, end_date, status, pg_id)",
    "idx_logbook_title_text": "logbook_logbookentry USING gin (to_tsvector('english'::regconfig, (title)::text))",
    "idx_cases_diagnosis_text": "cases_clinicalcase USING gin (to_tsvector('english'::regconfig, (diagnosis)::text))",
    "idx_users_supervisor": "users_user USING btree (supervisor_id) WHERE (supervisor_id IS NOT NULL)",
    "idx_notifications_unread": "notifications_notification USING btree (recipient_id, is_read, created_at DESC) WHERE (is_read = false)",
    "idx_search_history_term_trgm": "search_searchhistory USING gin (search_term gin_trgm_ops)",
    "idx_activity_log_user_action": "audit_activitylog USING btree (user_id, action, created_at DESC)",
}
COLUMNS = {
    "bulk_bulkoperation": {"error_details": "json", "retry_count": "integer"},
    "reports_reportconfig": {},
    "reports_scheduledreport": {
        "last_run_at": "timestamp with time zone",
        "next_run_at": "timestamp with time zone",
    },
    "notifications_notification": {"is_read": "boolean"},
    "notifications_notificationpreference": {},
    "search_searchhistory": {"search_term": "character varying"},
    "audit_activitylog": {"action": "character varying"},
    "users_user_version": {},
    "rotations_rotation_version": {},
    "logbook_logbookentry_version": {},
    "cases_clinicalcase_version": {},
    "certificates_certificate_version": {},
}

pytestmark = pytest.mark.database("postgresql")


@pytest.mark.parametrize("name", INDEXES)
def test_every_index_of_the_notes_is_as_written(app_context, name):
    query = sa.text("SELECT indexdef FROM pg_indexes WHERE indexname = :name")
    assert (
        db.session.scalar(query, {"name": name}) == f"CREATE INDEX {name} ON public.{INDEXES[name]}"
    )


@pytest.mark.parametrize("table", COLUMNS)
def test_every_table_and_column_of_the_notes_is_there(app_context, table):
    query = sa.text(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = :table"
    )
    found = dict(db.session.execute(query, {"table": table}).all())
    assert found
    assert COLUMNS[table].items() <= found.items()


def test_the_extensions_of_the_notes_are_there(app_context):
    found = set(db.session.scalars(sa.text("SELECT extname FROM pg_extension")))
    assert {"pg_trgm", "unaccent"} <= found
