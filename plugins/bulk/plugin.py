"""The manifest of bulk operations: what they do to the rest of SIMS."""

from flask import url_for

from plugins.bulk import import_views, views  # noqa: F401 - their pages are on the blueprint
from plugins.bulk.blueprint import blueprint
from plugins.bulk.demo import fill
from plugins.bulk.events import OperationEnded
from plugins.bulk.permissions import IMPORT, PERMISSIONS
from plugins.bulk.records import OPERATION, WORKFLOW
from plugins.bulk.work import WORK, forget_files
from sims.contracts import Bulk, Demo, MenuItem, Notice, Schedule, Setting
from sims.plugin import Plugin

plugin = Plugin(
    name="bulk",
    label="Bulk operations",
    requires=("users",),
    blueprints=(blueprint,),
    settings={
        "BULK_MAX_BYTES": Setting(50 * 2**20, "The largest file of an import, in bytes.", least=1),
        "BULK_ROWS": Setting(100_000, "The most rows of a file or a selection.", least=1),
        "BULK_KEEP_DAYS": Setting(
            90,
            "Days after which an imported file is deleted. What became of its rows stays known.",
            least=1,
        ),
    },
    provides=(
        *PERMISSIONS,
        OPERATION,
        WORK,
        Bulk(
            url=lambda record: url_for("bulk.choose", name=record.name),
            import_url=lambda entry: url_for("bulk.import_new", name=entry.name),
        ),
        MenuItem(
            label="Bulk", endpoint="bulk.operation_list", icon="layers", permission=IMPORT, order=85
        ),
        Notice(
            kind="bulk.ended",
            label="A bulk operation of yours has ended",
            event=OperationEnded,
            recipients=lambda event: (event.user_id,),
            subject=lambda event: f"{WORKFLOW.status(event.status).label}: {event.title}",
            body=lambda event: event.said,
            link=lambda event: f"/bulk/{event.operation_id}",
            mail="at_once",
        ),
        Schedule(name="bulk-files", cron="15 3 * * *", job=forget_files),
        Demo(label="bulk operations", fill=fill),
    ),
)
