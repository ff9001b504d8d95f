"""The manifest of people: what they do to the rest of SIMS."""

from plugins.users import account, dashboard, signin, views  # noqa: F401 - their pages are on the blueprint
from plugins.users.access import ACCESS
from plugins.users.adoption import ADOPTED
from plugins.users.blueprint import blueprint
from plugins.users.bulk_acts import ACTS
from plugins.users.commands import users
from plugins.users.demo import fill
from plugins.users.imports import PEOPLE
from plugins.users.notices import NOTICES
from plugins.users.permissions import PERMISSIONS
from plugins.users.records import USER
from plugins.users.reports import CHAPTERS, REPORTS
from sims.contracts import Command, Demo, MenuItem, Metric, Panel, Setting
from sims.plugin import Plugin

plugin = Plugin(
    name="users",
    label="People",
    blueprints=(blueprint,),
    init_app=signin.init_app,
    settings={
        "USERS_SPECIALTIES": Setting((
            "Anaesthesia", "Emergency Medicine", "General Surgery", "Gynaecology and Obstetrics",
            "Internal Medicine", "Orthopaedic Surgery", "Paediatrics", "Pathology", "Psychiatry",
            "Radiology", "Urology",
        ), "Specialties offered where one is typed; any other is fine too."),
        "USERS_RESET_MINUTES": Setting(30, "How long the link of a reset mail works.", least=1),
        "USERS_INVITE_DAYS": Setting(7, "How long the link of the first mail to somebody new works.", least=1),
        "USERS_ADDRESS_LIMIT": Setting(
            "100 per 15 minutes",
            "Wrong passwords and reset mails from one address; a whole hospital may stand behind it.",
        ),
    },
    provides=(
        *ADOPTED,
        Demo(label="people", fill=fill),
        ACCESS,
        USER,
        *PERMISSIONS,
        *REPORTS,
        *CHAPTERS,
        *NOTICES,
        PEOPLE,
        *ACTS,
        MenuItem(label="People", endpoint="users.user_list", icon="users",
                 permission="users.user.create", order=40, phone=True),
        MenuItem(label="My PGs", endpoint="users.mine", icon="users",
                 permission="users.user.supervise", order=40, phone=True),
        Metric(name="users.pgs", label="PGs", roles=("admin",), value=dashboard.pgs, order=30),
        Panel(slot="dashboard.lead", template="users/_lead.html", data=dashboard.lead,
              permission="users.user.view"),
        Command(command=users),
    ),
)  # fmt: skip
