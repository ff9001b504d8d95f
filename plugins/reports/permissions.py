"""Who makes reports. Each report needs its own permission as well, and shows nobody more than their lists do."""

from sims.contracts import Permission

MAKE = "reports.report.make"
VIEW = "reports.run.view"
VIEW_CONFIG = "reports.config.view"
EVERYBODY = ("admin", "supervisor", "pg")

PERMISSIONS = (
    Permission(name=MAKE, label="Make, save and schedule reports", roles=EVERYBODY),
    Permission(name=VIEW, label="See reports one has made", roles=EVERYBODY),
    Permission(name=VIEW_CONFIG, label="See reports one has saved", roles=EVERYBODY),
)
