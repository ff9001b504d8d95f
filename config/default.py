"""Every setting of the core, with its default. `SIMS_<NAME>` in the environment overrides one.

Plugins add their own (see `settings=` in each `plugin.py`). Names that are in neither are refused.
"""

# Which plugins are switched on. One that is not named here is not imported; its tables stay.
PLUGINS = (
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
)

# What the pages call this installation.
SITE_NAME = "SIMS"

# A folder with further fonts for papers (PDF), for a script that Libertinus and Amiri lack.
PDF_FONTS = ""

# Where the database is. Empty: SQLite in the instance folder.
DATABASE_URL = ""

# Where the Redis-protocol server is. Empty: the embedded one that `make run` starts in the instance folder.
REDIS_URL = ""

# Signs cookies and links. Empty: made once and kept in the instance folder (never in production).
SECRET_KEY = ""

# The hospital's local time: "not in the future" is judged by it.
TIMEZONE = "Asia/Karachi"

# How the site is reached from outside, for links in mail. Empty: taken from the request (never in production,
# where a visitor would choose it).
EXTERNAL_URL = ""

# How many reverse proxies stand in front and set X-Forwarded-For. 0: the header is not believed.
PROXIES = 0

# Cookies over HTTPS only.
SESSION_COOKIE_SECURE = False
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "sims"

# A session ends after this many hours without a request.
SESSION_HOURS = 12

# The largest request taken, in bytes. One that uploads files may bring FILES_MAX_COUNT of them on top.
MAX_CONTENT_LENGTH = 2 * 1024 * 1024

# Uploaded files: a folder, or s3://bucket/prefix with S3_ENDPOINT and the usual AWS_* variables.
# Empty: "files" in the instance folder. The largest file in bytes, and how many a record takes.
FILES_URL = ""
S3_ENDPOINT = ""
FILES_MAX_BYTES = 10 * 1024 * 1024
FILES_MAX_COUNT = 20

# Mail: "smtp", "file" (one .eml a message in the instance folder) or "console".
MAIL = "file"
MAIL_FROM = "SIMS <sims@example.com>"
SMTP_HOST = "localhost"
SMTP_PORT = 25
SMTP_USER = ""
SMTP_PASSWORD = ""
SMTP_STARTTLS = False
SMTP_TIMEOUT = 15

# Jobs: the queues a worker listens to, most urgent first, and how long one job may take (seconds).
QUEUES = ("high", "default", "low")
JOB_TIMEOUT = 600

# Seconds a job gets, after it was told that its time is up, before its process is ended.
JOB_GRACE = 10

# Seconds until a job that failed is tried again, and again; only where running it twice does no harm.
JOB_RETRIES = (10, 60, 300, 1800)

# Wrong passwords and reset mails per account. Per address, behind which a whole hospital may sit, see
# USERS_ADDRESS_LIMIT in plugins/users/plugin.py.
RATELIMIT_LOGIN = "10 per 15 minutes"
RATELIMIT_RESET = "5 per hour"
# Wrong codes at /verify, per address.
RATELIMIT_VERIFY = "60 per 15 minutes"
RATELIMIT_ENABLED = True

# Rows on one page of a list.
PAGE_SIZE = 50

# Migrations on PostgreSQL: how long one statement waits for a lock (milliseconds), and how often it is tried.
MIGRATION_LOCK_TIMEOUT = 5000
MIGRATION_TRIES = 5

# The style guide at /styleguide.
STYLEGUIDE = False

# One JSON line per request in the log.
LOG_LEVEL = "INFO"

# Long work (imports, reports): seconds a claim on it lasts without a sign of life, after how many seconds a worker
# lets other jobs have a turn, and how long one unbroken piece of it may take at most.
RUN_LEASE = 60
RUN_SLICE = 240
RUN_TIMEOUT = 3600
