"""Who makes reports. Each report needs its own permission as well, and shows nobody more than their lists do."""

from sims.contracts import Permission

MAKE = "reports.report.make"
VIEW = "reports.run.view"
WORKLOAD = "reports.workload.make"
EVERYBODY = ("admin", "supervisor", "pg")

PERMISSIONS = (
    Permission(name=MAKE, label="Make, save and schedule reports", roles=EVERYBODY),
    Permission(
        name=WORKLOAD, label="Make reports of supervisors' workload", roles=("admin", "supervisor")
    ),
    Permission(name=VIEW, label="See reports one has made", roles=EVERYBODY),
)
