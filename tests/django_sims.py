"""The tables of the Django SIMS as Django 4.2 made them, written from the migration notes and domain.md, and a few rows."""

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

metadata = sa.MetaData()
MOMENT = datetime(2023, 3, 1, 9, 30, tzinfo=UTC)


def _table(name, *columns, stamped=True, history=""):
    """A table with an id and Django's stamps; `history` names that of simple-history beside it."""

    def fresh():
        made = [column._copy() for column in columns]
        if stamped:
            made += [
                sa.Column(each, sa.DateTime(timezone=True)) for each in ("created_at", "updated_at")
            ]
        return made

    if history:
        sa.Table(
            history,
            metadata,
            sa.Column("id", sa.BigInteger, index=True),
            *fresh(),
            sa.Column("history_id", sa.Integer, primary_key=True),
            sa.Column("history_date", sa.DateTime(timezone=True)),
            sa.Column("history_change_reason", sa.String(100)),
            sa.Column("history_type", sa.String(1)),
            sa.Column("history_user_id", sa.BigInteger),
        )
    return sa.Table(name, metadata, sa.Column("id", sa.BigInteger, primary_key=True), *fresh())


def _text(*names):
    return [sa.Column(name, sa.Text) for name in names]


def _number(*names):
    return [sa.Column(name, sa.BigInteger) for name in names]


def _when(*names):
    return [sa.Column(name, sa.DateTime(timezone=True)) for name in names]


def _day(*names):
    return [sa.Column(name, sa.Date) for name in names]


def _flag(*names):
    return [sa.Column(name, sa.Boolean) for name in names]


_table(
    "users_user", *_text("password", "username", "first_name", "last_name", "email", "role", "specialty"),
    *_text("registration_number", "phone_number"), *_when("last_login", "date_joined", "archived_at"),
    *_flag("is_superuser", "is_staff", "is_active", "is_archived"), *_number("year", "supervisor_id"),
    stamped=False, history="users_historicaluser",
)  # fmt: skip
_table(
    "rotations_hospital",
    *_text("name", "code", "address", "phone", "email", "website"),
    *_flag("is_active"),
)
_table(
    "rotations_department",
    *_text("name", "contact", "objectives"),
    *_number("hospital_id", "head_id"),
    *_flag("is_active"),
)
_table(
    "rotations_rotation", *_number("pg_id", "department_id", "hospital_id", "supervisor_id", "approved_by_id"),
    *_day("start_date", "end_date"), *_text("status", "objectives", "learning_outcomes", "requirements", "feedback", "notes"),
    *_when("approved_at"), history="rotations_historicalrotation",
)  # fmt: skip
_table("logbook_procedure", *_text("name", "category", "description"), *_number("difficulty"))
_table("logbook_diagnosis", *_text("name", "category", "icd_code"))
_table("logbook_skill", *_text("name", "category", "level"))
_table(
    "logbook_logbookentry", *_text("title", "location", "topic", "history_summary", "management", "patient_sex", "status"),
    *_text("chief_complaint", "learning_points", "supervisor_feedback"), *_day("date"),
    *_number("pg_id", "supervisor_id", "rotation_id", "patient_age", "self_score", "supervisor_score", "verified_by_id"),
    *_when("submitted_at", "reviewed_at", "verified_at"), history="logbook_historicallogbookentry",
)  # fmt: skip
_table(
    "logbook_logbookentry_procedures",
    *_number("logbookentry_id", "procedure_id"),
    *_text("role"),
    stamped=False,
)
_table("logbook_logbookentry_skills", *_number("logbookentry_id", "skill_id"), stamped=False)
_table(
    "logbook_logbookreview",
    *_number("entry_id", "reviewer_id", "overall_score"),
    *_text("outcome", "feedback"),
)
_table("cases_casecategory", *_text("name"))
_table(
    "cases_clinicalcase", *_text("title", "complexity", "diagnosis", "chief_complaint", "history", "status", "patient_sex"),
    *_number("pg_id", "supervisor_id", "category_id", "patient_age"), *_day("date_encountered"),
    *_when("submitted_at", "reviewed_at"), history="cases_historicalclinicalcase",
)  # fmt: skip
_table(
    "cases_casereview",
    *_number("case_id", "reviewer_id", "overall_score"),
    *_text("outcome", "feedback"),
)
_table(
    "certificates_certificatetype",
    *_text("name", "category"),
    *_flag("is_required"),
    *_number("validity_months"),
)
_table(
    "certificates_certificate", *_text("title", "certificate_number", "issuing_organization", "status", "description"),
    *_number("pg_id", "certificate_type_id", "verified_by_id"), *_day("issue_date", "expiry_date"), *_when("verified_at"),
    history="certificates_historicalcertificate",
)  # fmt: skip
_table(
    "certificates_certificatereview",
    *_number("certificate_id", "reviewer_id"),
    *_text("outcome", "feedback"),
)
_table(
    "notifications_notification", *_number("recipient_id", "actor_id"), *_text("verb", "title", "body", "channel"),
    *_flag("is_read"), *_when("read_at"),
)  # fmt: skip
_table(
    "notifications_notificationpreference",
    *_number("user_id"),
    *_text("kind", "email"),
    *_flag("in_app"),
)
_table(
    "reports_reportconfig", *_number("owner_id"), *_text("name", "kind", "format"), sa.Column("filters", sa.JSON),
    sa.Column("columns", sa.JSON),
)  # fmt: skip
_table(
    "reports_scheduledreport", *_number("config_id"), *_text("cron", "timezone"), *_flag("is_active"),
    *_when("last_run_at", "next_run_at"),
)  # fmt: skip
_table(
    "reports_scheduledreport_recipients", *_number("scheduledreport_id", "user_id"), stamped=False
)
_table(
    "search_searchhistory", *_number("user_id", "result_count", "duration"), *_text("search_term")
)
_table(
    "audit_activitylog", *_number("user_id", "target_id"), *_text("action", "verb", "target_type", "target_text", "ip"),
    sa.Column("metadata", sa.JSON), *_flag("is_sensitive"),
)  # fmt: skip
_table(
    "bulk_bulkoperation",
    *_text("operation"),
    sa.Column("error_details", sa.JSON),
    *_number("retry_count"),
)
_table("django_migrations", *_text("app", "name"), *_when("applied"), stamped=False)


def django_hash(password, iterations=1000):
    """A password as Django 4.2 keeps it (with fewer iterations than its 600,000)."""
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), b"saltysalt", iterations)
    return f"pbkdf2_sha256${iterations}$saltysalt${base64.b64encode(key).decode()}"


def _user(number, username, role, **given):
    person = {
        "id": number, "username": username, "email": f"{username}@example.org", "first_name": username.title(),
        "last_name": "Khan", "role": role, "specialty": None if role == "admin" else "General Surgery",
        "password": django_hash(f"old password of {username}"), "date_joined": MOMENT, "is_active": True, "is_staff": False,
        "is_archived": False, "is_superuser": False, "year": 2 if role == "pg" else None,
    }  # fmt: skip
    return person | given


def fill(engine, entries=5):
    """Make the tables and a small hospital in them: one entry breaks a rule, one can't be read, one points to nobody."""
    metadata.create_all(engine)
    stamps = {"created_at": MOMENT, "updated_at": MOMENT + timedelta(days=1)}
    day = date(2023, 2, 1)
    rows = {
        "users_user": [
            _user(4, "bilal", "pg", supervisor_id=9),  # before their supervisor
            _user(7, "office", "admin"),
            _user(9, "amina", "supervisor"),
            _user(12, "ghost", "examiner"),  # a role that is none
        ],
        "rotations_hospital": [{"id": 3, "name": "Nishtar Hospital", "code": "NMH", "is_active": True}],
        "rotations_department": [{"id": 5, "name": "Surgery", "hospital_id": 3, "is_active": True}],
        "rotations_rotation": [
            {"id": 8, "pg_id": 4, "department_id": 5, "supervisor_id": 9, "start_date": day, "end_date": day + timedelta(days=60), "status": "completed"},
        ],
        "logbook_procedure": [
            {"id": 1, "name": "Appendicectomy", "category": "surgical"},
            {"id": 2, "name": "Kocherisation of nothing", "category": "odd"},
        ],
        "logbook_skill": [{"id": 6, "name": "Knot tying of old", "category": "technical", "level": "basic"}],
        "logbook_logbookentry": [
            {
                "id": 100 + number, "pg_id": 4, "supervisor_id": 9, "rotation_id": 8, "title": f"Entry {number} اردو",
                "date": day + timedelta(days=number), "status": "approved" if number else "draft", "location": "Theatre",
                "verified_by_id": 9 if number else None, "history_summary": None, "submitted_at": MOMENT if number else None,
            }
            for number in range(entries)
        ] + [
            {"id": 900, "pg_id": 4, "supervisor_id": 9, "title": "From the future", "date": date(2099, 1, 1), "status": "draft"},
            {"id": 901, "pg_id": 555, "title": "Nobody's", "date": day, "status": "draft"},
            {"id": 902, "pg_id": 4, "title": "Nonsense", "date": day, "status": "nonsense"},
        ],
        "logbook_logbookentry_procedures": [
            {"id": 1, "logbookentry_id": 100, "procedure_id": 1, "role": "assisted"},
            {"id": 2, "logbookentry_id": 101, "procedure_id": 2, "role": "performed_unsupervised"},
        ],
        "logbook_logbookentry_skills": [{"id": 1, "logbookentry_id": 101, "skill_id": 6}],
        "logbook_logbookreview": [
            {"id": 1, "entry_id": 101, "reviewer_id": 9, "outcome": "approved", "feedback": "Well done.", "overall_score": 8},
        ],
        "cases_casecategory": [{"id": 2, "name": "Acute abdomen of old"}],
        "cases_clinicalcase": [
            {"id": 30, "pg_id": 4, "supervisor_id": 9, "category_id": 2, "title": "A case", "date_encountered": day, "complexity": "complex", "status": "approved", "diagnosis": "Appendicitis"},
        ],
        "cases_casereview": [{"id": 1, "case_id": 30, "reviewer_id": 9, "outcome": "approved", "feedback": ""}],
        "certificates_certificatetype": [{"id": 1, "name": "Old course", "category": "skills", "is_required": True}],
        "certificates_certificate": [
            {"id": 77, "pg_id": 4, "certificate_type_id": 1, "title": "Course", "certificate_number": "C-1", "issuing_organization": "College", "issue_date": day, "status": "approved", "verified_by_id": 9},
        ],
        "notifications_notification": [
            {"id": 1, "recipient_id": 4, "actor_id": 9, "verb": "approved", "title": "Approved", "body": "Entry 1", "channel": "in_app", "is_read": False},
        ],
        "search_searchhistory": [{"id": 1, "user_id": 4, "search_term": "hernia", "result_count": 3, "duration": 10}],
        "notifications_notificationpreference": [
            {"id": 1, "user_id": 4, "kind": "review_approved", "email": "off", "in_app": True},
            {"id": 2, "user_id": 4, "kind": "moon_phase", "email": "off", "in_app": True},
        ],
        "reports_reportconfig": [
            {"id": 5, "owner_id": 7, "name": "Approved ones", "kind": "logbook_summary", "format": "PDF", "filters": {"status": "approved"}},
            {"id": 6, "owner_id": 7, "name": "Of yore", "kind": "moon_phases", "format": "pdf"},
        ],
        "reports_scheduledreport": [
            {"id": 2, "config_id": 5, "cron": "0 7 * * 1", "timezone": "Asia/Karachi", "is_active": True, "next_run_at": MOMENT},
            {"id": 3, "config_id": 5, "cron": "whenever", "is_active": True},
        ],
        "reports_scheduledreport_recipients": [{"id": 1, "scheduledreport_id": 2, "user_id": 9}],
        "audit_activitylog": [
            {"id": 1, "user_id": 4, "action": "login"},
            {"id": 2, "user_id": 12, "action": "update", "target_type": "logbook_logbookentry", "target_id": 101, "verb": "changed", "metadata": {"fields": ["title"]}},
            {"id": 3, "user_id": None, "action": "login_failed", "ip": "10.0.0.9"},
        ],
        "bulk_bulkoperation": [{"id": 1, "operation": "import"}],
    }  # fmt: skip
    history = []
    for number, (title, kind, who) in enumerate(
        (("First title", "+", 4), ("Second title", "~", 4), ("Entry 1 اردو", "~", 9))
    ):
        kept = next(row for row in rows["logbook_logbookentry"] if row["id"] == 101)
        history.append(
            kept | stamps | {"title": title, "status": "draft" if number < 2 else "approved", "history_id": number + 1, "history_date": MOMENT + timedelta(hours=number), "history_type": kind, "history_user_id": who}
        )  # fmt: skip
    rows["logbook_historicallogbookentry"] = history
    with engine.begin() as connection:
        for name, these in rows.items():
            table = metadata.tables[name]
            for row in these:
                more = stamps if "created_at" in table.c else {}
                connection.execute(sa.insert(table).values(more | row))
