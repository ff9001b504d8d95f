"""The pages the benchmark opens: every menu entry, and the pages people spend their day on."""

import base64
import json
from dataclasses import dataclass

import psycopg

ENTRY = "SELECT id FROM logbook_logbookentry WHERE"
MINE = f"{ENTRY} pg_id = (SELECT id FROM users_user WHERE username = 'pg') ORDER BY date DESC, id LIMIT 1"
WAITING = (
    f"{ENTRY} status = 'pending' AND supervisor_id = (SELECT id FROM users_user WHERE username = 'supervisor')"
    " ORDER BY submitted_at LIMIT 1"
)
A_PG = "SELECT id FROM users_user WHERE role = 'pg' ORDER BY id LIMIT 1"
HALF_WAY = (
    "SELECT date::text, id FROM logbook_logbookentry ORDER BY date DESC, id DESC"
    " OFFSET (SELECT count(*) / 2 FROM logbook_logbookentry) LIMIT 1"
)


CASE = "SELECT id FROM cases_clinicalcase WHERE"
MY_CASE = f"{CASE} pg_id = (SELECT id FROM users_user WHERE username = 'pg') ORDER BY id LIMIT 1"
WAITING_CASE = (
    f"{CASE} status = 'pending' AND supervisor_id = (SELECT id FROM users_user WHERE username = 'supervisor')"
    " ORDER BY submitted_at LIMIT 1"
)
A_LESSON = "SELECT library_key FROM cases_clinicalcase WHERE featured ORDER BY id LIMIT 1"

CERTIFICATE = "SELECT id FROM certificates_certificate WHERE"
MY_CERTIFICATE = (
    f"{CERTIFICATE} pg_id = (SELECT id FROM users_user WHERE username = 'pg') ORDER BY id LIMIT 1"
)
WAITING_CERTIFICATE = (
    f"{CERTIFICATE} status = 'under_review' AND supervisor_id ="
    " (SELECT id FROM users_user WHERE username = 'supervisor') ORDER BY submitted_at LIMIT 1"
)


@dataclass(frozen=True)
class Page:
    """One page as one role opens it. What `query` finds stands in the address for `{}`: an id, or the row a
    list goes on behind."""

    role: str
    name: str
    path: str
    query: str = ""

    def address(self, connection: psycopg.Connection) -> str:
        """The path, filled in from the database."""
        if not self.query:
            return self.path
        [*found] = connection.execute(self.query).fetchone() or ()
        connection.rollback()
        if len(found) == 1:
            return self.path.format(*found)
        return self.path.format(base64.urlsafe_b64encode(json.dumps(found).encode()).decode())


PAGES = (
    Page("pg", "dashboard", "/"),
    Page("pg", "logbook", "/logbook/entries"),
    Page("pg", "logbook, filtered", "/logbook/entries?status=approved&q=appendicectomy"),
    Page("pg", "entry", "/logbook/entries/{}", MINE),
    Page("pg", "history of an entry", "/logbook/entries/{}/history", MINE),
    Page("pg", "quick entry", "/logbook/quick"),
    Page("pg", "full form", "/logbook/entries/new"),
    Page("pg", "statistics", "/logbook/statistics"),
    Page("pg", "rotations", "/rotations"),
    Page("pg", "calendar", "/rotations/calendar"),
    Page("pg", "calendar feed", "/rotations/feed"),
    Page("pg", "catalogue", "/catalogue/procedures"),
    Page("pg", "suggestions", "/catalogue/procedures/suggest?q=lap%20chole"),
    Page("pg", "reports", "/reports"),
    Page("pg", "analytics", "/analytics"),
    Page("pg", "will I make it", "/analytics/forecast"),
    Page("pg", "notifications", "/notifications"),
    Page("supervisor", "dashboard", "/"),
    Page("supervisor", "what waits longest", "/review"),
    Page("supervisor", "queue", "/logbook/entries/queue"),
    Page("supervisor", "review", "/logbook/entries/queue/{}", WAITING),
    Page("supervisor", "entry", "/logbook/entries/{}", WAITING),
    Page("supervisor", "logbook", "/logbook/entries"),
    Page("supervisor", "logbook, deep page", "/logbook/entries?after={}", HALF_WAY),
    Page("supervisor", "logbook, by title", "/logbook/entries?q=appendicectomy"),
    Page("supervisor", "their PGs", "/people/mine"),
    Page("supervisor", "rotations", "/rotations"),
    Page("supervisor", "calendar", "/rotations/calendar"),
    Page("supervisor", "notifications", "/notifications"),
    Page("admin", "dashboard", "/"),
    Page("admin", "logbook", "/logbook/entries"),
    Page("admin", "logbook, deep page", "/logbook/entries?after={}", HALF_WAY),
    Page("admin", "logbook, pending", "/logbook/entries?status=pending"),
    Page("admin", "logbook, by title", "/logbook/entries?q=appendicectomy"),
    Page("admin", "people", "/people"),
    Page("admin", "a PG", "/people/{}", A_PG),
    Page("admin", "statistics of a PG", "/logbook/statistics?pg={}", A_PG),
    Page("admin", "rotations", "/rotations"),
    Page("admin", "calendar", "/rotations/calendar"),
    Page("admin", "place PGs", "/rotations/place"),
    Page("admin", "calendar, a year", "/rotations/calendar?view=year"),
    Page("admin", "bulk operations", "/bulk"),
    Page("admin", "imports", "/bulk/imports"),
    Page("admin", "import of entries", "/bulk/imports/logbook.entry"),
    Page("admin", "jobs", "/jobs"),
    Page("admin", "preferences", "/notifications/preferences"),
    Page("admin", "calendar of a department", "/rotations/calendar?view=year&department=1"),
    Page("admin", "catalogue", "/catalogue"),
    Page("admin", "procedures", "/catalogue/procedures"),
    Page("admin", "templates", "/logbook/templates"),
    Page("pg", "cases", "/cases"),
    Page("pg", "case", "/cases/{}", MY_CASE),
    Page("pg", "form of a case", "/cases/new"),
    Page("pg", "statistics of cases", "/cases/statistics"),
    Page("pg", "teaching library", "/cases/library"),
    Page("pg", "teaching library, by word", "/cases/library?q=antibiotics"),
    Page("pg", "lesson", "/cases/library/{}", A_LESSON),
    Page("supervisor", "cases", "/cases"),
    Page("supervisor", "queue of cases", "/cases/queue"),
    Page("supervisor", "review of a case", "/cases/queue/{}", WAITING_CASE),
    Page("supervisor", "statistics of cases", "/cases/statistics"),
    Page("admin", "cases", "/cases"),
    Page("admin", "cases, by diagnosis", "/cases?q=appendicitis"),
    Page("admin", "statistics of cases", "/cases/statistics"),
    Page("admin", "statistics of a PG's cases", "/cases/statistics?pg={}", A_PG),
    Page("pg", "certificates", "/certificates"),
    Page("pg", "certificate", "/certificates/{}", MY_CERTIFICATE),
    Page("pg", "certificates needed", "/certificates/mine"),
    Page("pg", "new certificate", "/certificates/new"),
    Page("supervisor", "certificates", "/certificates"),
    Page("supervisor", "certificates waiting", "/certificates/queue"),
    Page("supervisor", "review of a certificate", "/certificates/queue/{}", WAITING_CERTIFICATE),
    Page("supervisor", "compliance", "/certificates/board"),
    Page("admin", "certificates", "/certificates"),
    Page("admin", "certificates, expiring", "/certificates?expiring=30"),
    Page("admin", "compliance", "/certificates/board"),
    Page("admin", "compliance, gaps", "/certificates/board?state=gap"),
    Page("admin", "types of certificates", "/certificates/types"),
    Page("admin", "rules", "/rules"),
    Page("admin", "performance", "/performance"),
    Page("admin", "one rule", "/rules/logbook.entry.date_not_in_future"),
    Page("admin", "size of history", "/audit/sizes"),
    Page("admin", "activity log", "/audit/activity"),
    Page("admin", "activity log, of one kind", "/audit/activity?action=review"),
    Page("pg", "what SIMS holds about oneself", "/audit/mine"),
    Page("admin", "search", "/search?q=laparoscopic+cholecystectomy"),
    Page("admin", "search, with a slip", "/search?q=apendectomy"),
    Page("admin", "suggestions while typing", "/search/suggestions?q=append"),
    Page("supervisor", "search", "/search?q=hernia"),
    Page("supervisor", "suggestions while typing", "/search/suggestions?q=herni"),
    Page("pg", "search", "/search?q=hernia"),
    Page("pg", "one's searches", "/search/history"),
)
