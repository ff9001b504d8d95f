"""The logbook's manifest: what it does to the rest of SIMS."""

from plugins.logbook import dashboard, services
from plugins.logbook.adoption import ADOPTED
from plugins.logbook.attention import ATTENTION
from plugins.logbook.chapters import CHAPTERS
from plugins.logbook.demo import fill
from plugins.logbook.forecast import FORECAST
from plugins.logbook.imports import ENTRIES
from plugins.logbook.learning import AUTONOMY
from plugins.logbook.measures import MEASURES
from plugins.logbook.models import LogbookEntry
from plugins.logbook.permissions import PERMISSIONS
from plugins.logbook.records import ENTRY, TEMPLATE
from plugins.logbook.reports import REPORTS
from plugins.logbook.views import blueprint
from plugins.users.events import SupervisorChanged
from plugins.users.supervision import handing_over
from sims.contracts import Demo, MenuItem, Metric, Panel, Seed, Subscriber
from sims.plugin import Plugin

VIEW = "logbook.entry.view"

plugin = Plugin(
    name="logbook",
    label="Logbook",
    requires=("users", "catalogue", "rotations"),
    blueprints=(blueprint,),
    provides=(
        *ADOPTED,
        Demo(label="logbook entries", fill=fill),
        *PERMISSIONS,
        ENTRY,
        TEMPLATE,
        ENTRIES,
        *REPORTS,
        *CHAPTERS,
        *MEASURES,
        ATTENTION,
        FORECAST,
        AUTONOMY,
        MenuItem(label="Logbook", endpoint="logbook.entry_list", icon="notebook-pen",
                 permission=VIEW, order=20, phone=True),
        MenuItem(label="New entry", endpoint="logbook.entry_quick", icon="plus",
                 permission="logbook.entry.create", order=25, phone=True),
        MenuItem(label="Statistics", endpoint="logbook.statistics", icon="chart-column",
                 permission="logbook.entry.create", order=30),
        MenuItem(label="Templates", endpoint="logbook.template_list", icon="layout-template",
                 permission="logbook.template.view", order=80),
        Metric(name="logbook.returned", label="Returned to you", roles=("pg",), value=dashboard.returned, order=10),
        Metric(name="logbook.waiting", label="Waiting for review", roles=("pg",), value=dashboard.waiting, order=20),
        Metric(name="logbook.approved", label="Entries approved", roles=("pg",), value=dashboard.approved, order=30),
        Metric(name="logbook.pending", label="Waiting for review", roles=("admin",), value=dashboard.all_pending, order=10),
        Metric(name="logbook.month", label="Logged this month", roles=("admin",), value=dashboard.logged_this_month, order=20),
        Panel(slot="dashboard.actions", template="logbook/_new.html", data=lambda actor, context: {}, permission="logbook.entry.create"),
        Panel(slot="dashboard", template="logbook/_todo.html", data=dashboard.todo, permission="logbook.entry.create", order=10),
        Panel(slot="dashboard", template="logbook/_progress.html", data=dashboard.progress, permission="logbook.entry.create", order=20),
        Panel(slot="dashboard", template="logbook/_months.html", data=dashboard.months, permission="logbook.entry.create", order=30),
        Panel(slot="dashboard", template="logbook/_people.html", data=dashboard.my_pgs, permission="logbook.entry.review", order=20),
        Panel(slot="dashboard", template="logbook/_backlog.html", data=dashboard.backlog, permission="logbook.entry.reopen", order=10),
        Panel(slot="dashboard", template="logbook/_weeks.html", data=dashboard.weeks, permission="logbook.entry.reopen", order=5),
        Panel(slot="dashboard", template="logbook/_silent.html", data=dashboard.silent, permission="logbook.entry.reopen", order=20),
        Panel(slot="person", template="logbook/_person.html", data=dashboard.person, permission=VIEW, order=10),
        Subscriber(event=SupervisorChanged, handler=handing_over(LogbookEntry, "pending", "draft", "returned")),
        Seed(label="entry templates", load=services.load_templates),
    ),
)  # fmt: skip
