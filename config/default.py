"""Every setting of the core: its default and what it means. `SIMS_<NAME>` in the environment overrides one.

Plugins declare their own (`settings=` in each `plugin.py`). Names that nobody declares are refused. `flask settings` says what
is in force and where it comes from.
"""

from sims.contracts import Setting

PLUGINS = Setting(
    (
        "users",
        "catalogue",
        "rotations",
        "logbook",
        "cases",
        "certificates",
        "notifications",
        "bulk",
        "reports",
        "analytics",
        "search",
        "audit",
        "validation",
        "performance",
    ),
    "Which modules are switched on. One that is not named here is not imported; its tables stay.",
)
SITE_NAME = Setting("SIMS", "What the pages call this installation.")
TIMEZONE = Setting(
    "Asia/Karachi", "The hospital's local time: “not in the future” is judged by it."
)
PAGE_SIZE = Setting(50, "Rows on one page of a list.", least=1)
PDF_FONTS = Setting(
    "", "A folder with further fonts for papers (PDF), for a script that Libertinus and Amiri lack."
)
STYLEGUIDE = Setting(False, "The style guide at /styleguide, with every component in every state.")

DATABASE_URL = Setting(
    "", "Where the database is. Empty: SQLite in the instance folder.", secret=True
)
REPLICA_URL = Setting(
    "",
    "A PostgreSQL replica from which reports and analytics read. Empty: there is none.",
    secret=True,
)
REPLICA_WAIT = Setting(
    1000,
    "Milliseconds to wait for a replica that lacks what was just committed; then the primary is read.",
)
REDIS_URL = Setting(
    "",
    "Where the Redis-protocol server is. Empty: the one that `make run` starts in the instance folder.",
    secret=True,
)
SECRET_KEY = Setting(
    "",
    "Signs cookies and links. Empty: made once and kept in the instance folder (never in production).",
    secret=True,
)
EXTERNAL_URL = Setting(
    "",
    "How the site is reached from outside, for links in mail. Empty: taken from the request (never in production, "
    "where a visitor would choose it).",
)
PROXIES = Setting(
    0,
    "How many reverse proxies stand in front and set X-Forwarded-For. 0: the header is not believed.",
)

SESSION_COOKIE_SECURE = Setting(False, "Cookies over HTTPS only.")
SESSION_COOKIE_SAMESITE = Setting(
    "Lax", "With which links from elsewhere the cookie comes along.", choices=("Lax", "Strict")
)
SESSION_COOKIE_NAME = Setting("sims", "The name of the cookie.")
SESSION_HOURS = Setting(12, "A session ends after this many hours without a request.", least=1)

MAX_CONTENT_LENGTH = Setting(
    2 * 1024 * 1024,
    "The largest request taken, in bytes. One that uploads files may bring FILES_MAX_COUNT of them on top.",
    least=1024,
)
FILES_URL = Setting(
    "",
    "Uploaded files: a folder, or s3://bucket/prefix with S3_ENDPOINT and the usual AWS_* variables. Empty: `files` in "
    "the instance folder.",
)
S3_ENDPOINT = Setting("", "The address of the object store, where it is not Amazon's.")
FILES_MAX_BYTES = Setting(10 * 1024 * 1024, "The largest uploaded file, in bytes.", least=1)
FILES_MAX_COUNT = Setting(20, "How many files a record takes.", least=1)

MAIL = Setting(
    "file",
    "Mail: `smtp`, `file` (one .eml a message in the instance folder) or `console`.",
    choices=("smtp", "file", "console"),
)
MAIL_FROM = Setting("SIMS <sims@example.com>", "Whom mails are from.")
SMTP_HOST = Setting("localhost", "The mail server.")
SMTP_PORT = Setting(25, "Its port.", least=1)
SMTP_USER = Setting("", "Who signs in there; empty: nobody does.")
SMTP_PASSWORD = Setting("", "With which password.", secret=True)
SMTP_STARTTLS = Setting(False, "Whether mail is sent encrypted (STARTTLS).")
SMTP_TIMEOUT = Setting(15, "Seconds until the mail server is given up.", least=1)

QUEUES = Setting(
    ("high", "default", "low"), "The queues a worker listens to, the most urgent first."
)
JOB_TIMEOUT = Setting(600, "How long one job may take, in seconds.", least=1)
JOB_GRACE = Setting(
    10,
    "Seconds a job gets, after it was told that its time is up, before its process is ended.",
)
JOB_RETRIES = Setting(
    (10, 60, 300, 1800),
    "Seconds until a job that failed is tried again, and again; only where running it twice does no harm.",
)
RUN_LEASE = Setting(
    60,
    "Long work (imports, reports): seconds a claim on it lasts without a sign of life.",
    least=1,
)
RUN_SLICE = Setting(240, "After how many seconds of long work other jobs have a turn.", least=1)
RUN_TIMEOUT = Setting(
    3600, "How long one unbroken piece of long work may take, in seconds.", least=1
)

RATELIMIT_ENABLED = Setting(True, "Whether limits of wrong passwords and the like hold.")
RATELIMIT_LOGIN = Setting(
    "10 per 15 minutes",
    "Wrong passwords per account. Per address, behind which a whole hospital may sit: USERS_ADDRESS_LIMIT.",
)
RATELIMIT_RESET = Setting("5 per hour", "Reset mails per account.")
RATELIMIT_VERIFY = Setting("60 per 15 minutes", "Wrong codes at /verify, per address.")

MIGRATION_LOCK_TIMEOUT = Setting(
    5000,
    "Migrations on PostgreSQL: how long one statement waits for a lock, in milliseconds.",
    least=1,
)
MIGRATION_STATEMENT_TIMEOUT = Setting(
    0, "How long one statement of a migration may take, in milliseconds. 0: as long as it needs."
)
MIGRATION_TRIES = Setting(5, "How often a migration that met a lock is tried.", least=1)

BACKUP_DIR = Setting("", "Where backups go. Empty: `backups` in the instance folder.")
BACKUP_KEEP = Setting(14, "How many backups are kept; 0: all.")
BACKUP_KEY = Setting(
    "", "Encrypts backups. Keep it elsewhere: without it they can't be read.", secret=True
)
BACKUP_NIGHTLY = Setting(False, "Whether a worker makes a backup every midnight.")
POSTGRESQL_BIN = Setting(
    "", "The folder of pg_dump and pg_restore, where they are not on the path."
)

LOG_LEVEL = Setting(
    "INFO",
    "What is logged; at INFO one JSON line per request.",
    choices=("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
)
