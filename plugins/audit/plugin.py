"""The manifest of audit: what it does to the rest of SIMS."""

from plugins.audit.adoption import ADOPTED
from plugins.audit.archive import reading
from plugins.audit.archive.files import folder
from plugins.audit.archive.storing import monthly
from plugins.audit.blueprint import blueprint
from plugins.audit.commands import audit
from plugins.audit.permissions import OWN, PERMISSIONS, VIEW
from plugins.audit.records import ENTRY
from plugins.audit.reports import REPORTS
from plugins.audit.telling import hear, hear_many
from plugins.audit.views import reasons
from sims.contracts import (
    Command,
    Folder,
    MenuItem,
    OlderVersions,
    Panel,
    Reasons,
    Schedule,
    Setting,
    Subscriber,
)
from sims.events import Event
from sims.plugin import Plugin

plugin = Plugin(
    name="audit",
    label="Audit",
    requires=("users",),
    blueprints=(blueprint,),
    settings={
        "AUDIT_KEY": Setting(
            "",
            "Seals the activity log. Empty: made from SECRET_KEY; one of its own outlives that.",
            secret=True,
        ),
        "AUDIT_KEEP_HISTORY_DAYS": Setting(
            730, "Days for which old history stays in the database."
        ),
        "AUDIT_ARCHIVE_DIR": Setting(
            "", "Where old history goes. Empty: `archive` in the instance folder."
        ),
        "AUDIT_ARCHIVE_ROWS": Setting(50_000, "Rows of one file of the archive.", least=1),
        "AUDIT_ARCHIVE_MONTHLY": Setting(
            False, "Whether old history is archived on the first of every month."
        ),
    },
    provides=(
        *PERMISSIONS,
        ENTRY,
        *REPORTS,
        ADOPTED,
        Reasons(of=reasons),
        Folder(name="archive", path=folder),
        OlderVersions(covers=reading.covers, read=reading.read),
        Schedule(name="audit-archive", cron="0 2 1 * *", job=monthly),
        Subscriber(event=Event, handler=hear, many=hear_many),
        Command(command=audit),
        Panel(
            slot="profile", template="audit/_own.html", data=lambda me, context: {}, permission=OWN
        ),
        MenuItem(
            label="Activity",
            endpoint="audit.entry_list",
            icon="scroll-text",
            permission=VIEW,
            order=90,
        ),
    ),
)
