"""The manifest of certificates: what they do to the rest of SIMS."""

from plugins.certificates import dashboard
from plugins.certificates.adoption import ADOPTED
from plugins.certificates.attention import ATTENTION
from plugins.certificates.demo import fill
from plugins.certificates.imports import CERTIFICATES
from plugins.certificates.jobs import daily
from plugins.certificates.measures import MEASURES
from plugins.certificates.models import Certificate
from plugins.certificates.notices import NOTICES
from plugins.certificates.permissions import BOARD, PERMISSIONS
from plugins.certificates.records import CERTIFICATE, TYPE
from plugins.certificates.reports import CHAPTERS, REPORTS
from plugins.certificates.shipped import load_types
from plugins.certificates.views import blueprint
from plugins.users.events import SupervisorChanged
from plugins.users.supervision import handing_over
from sims.contracts import Demo, MenuItem, Metric, Panel, Schedule, Seed, Subscriber
from sims.plugin import Plugin

VIEW = "certificates.certificate.view"
OWN = "certificates.certificate.create"

plugin = Plugin(
    name="certificates",
    label="Certificates",
    requires=("users",),
    blueprints=(blueprint,),
    provides=(
        *ADOPTED,
        Demo(label="certificates", fill=fill),
        *PERMISSIONS,
        *REPORTS,
        *CHAPTERS,
        *MEASURES,
        ATTENTION,
        CERTIFICATE,
        TYPE,
        CERTIFICATES,
        MenuItem(label="Certificates", endpoint="certificates.certificate_list", icon="award",
                 permission=VIEW, order=50),
        Metric(name="certificates.own", label="Certificates", roles=("pg",), value=dashboard.own, order=50),
        Metric(name="certificates.gaps", label="Certificates lacking", roles=("supervisor",), value=dashboard.gaps, order=50),
        Metric(name="certificates.share", label="Certificates valid", roles=("admin",), value=dashboard.share, order=50),
        Panel(slot="dashboard", template="certificates/_mine.html", data=dashboard.mine, permission=OWN, order=50),
        Panel(slot="dashboard", template="certificates/_people.html", data=dashboard.my_pgs, permission=BOARD, order=50),
        Panel(slot="person", template="certificates/_person.html", data=dashboard.person, permission=VIEW, order=50),
        Schedule(name="certificates-daily", cron="30 5 * * *", job=daily),
        *NOTICES,
        Subscriber(event=SupervisorChanged, handler=handing_over(Certificate, "pending", "under_review")),
        Seed(label="types of certificates", load=load_types),
    ),
)  # fmt: skip
