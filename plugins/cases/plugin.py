"""The manifest of cases: what they do to the rest of SIMS."""

from plugins.cases import dashboard, services
from plugins.cases.adoption import ADOPTED
from plugins.cases.attention import ATTENTION
from plugins.cases.demo import fill
from plugins.cases.measures import MEASURES
from plugins.cases.models import ClinicalCase
from plugins.cases.notices import NOTICES
from plugins.cases.permissions import PERMISSIONS
from plugins.cases.records import CASE, CATEGORY
from plugins.cases.reports import CHAPTERS, REPORTS
from plugins.cases.views import blueprint
from plugins.users.events import SupervisorChanged
from plugins.users.supervision import handing_over
from sims.contracts import Demo, MenuItem, Metric, Panel, Seed, Subscriber
from sims.events import Moved
from sims.plugin import Plugin

VIEW = "cases.case.view"

plugin = Plugin(
    name="cases",
    label="Clinical cases",
    requires=("users", "catalogue", "rotations"),
    blueprints=(blueprint,),
    provides=(
        *ADOPTED,
        Demo(label="clinical cases", fill=fill),
        *PERMISSIONS,
        *REPORTS,
        *CHAPTERS,
        *MEASURES,
        ATTENTION,
        CASE,
        CATEGORY,
        *NOTICES,
        MenuItem(label="Cases", endpoint="cases.case_list", icon="stethoscope", permission=VIEW, order=26),
        Metric(name="cases.approved", label="Cases approved", roles=("pg",), value=dashboard.approved, order=40),
        Metric(name="cases.waiting", label="Cases waiting", roles=("admin",), value=dashboard.waiting, order=30),
        Panel(slot="dashboard", template="cases/_todo.html", data=dashboard.todo, permission="cases.case.create", order=12),
        Panel(slot="person", template="cases/_person.html", data=dashboard.person, permission=VIEW, order=20),
        Subscriber(event=SupervisorChanged, handler=handing_over(ClinicalCase, "pending", "draft", "returned")),
        Subscriber(event=Moved, handler=services.leave_library),
        Seed(label="case categories", load=services.load_categories),
    ),
)  # fmt: skip
