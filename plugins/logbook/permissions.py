"""Who may do what in the logbook."""

from sims.contracts import Permission

EVERYBODY = ("admin", "supervisor", "pg")

PERMISSIONS = (
    Permission(name="logbook.entry.view", label="See logbook entries", roles=EVERYBODY),
    Permission(name="logbook.entry.create", label="Log an entry", roles=("pg",)),
    Permission(name="logbook.entry.edit", label="Change one's own entry", roles=("pg",)),
    Permission(name="logbook.entry.submit", label="Submit an entry for review", roles=("pg",)),
    Permission(name="logbook.entry.review", label="Review entries", roles=("supervisor",)),
    Permission(name="logbook.entry.reopen", label="Reopen an approved entry", roles=("admin",)),
    Permission(name="logbook.entry.archive", label="Archive an entry", roles=("admin",)),
    Permission(name="logbook.template.view", label="See entry templates", roles=("admin",)),
    Permission(name="logbook.template.create", label="Make entry templates", roles=("admin",)),
    Permission(name="logbook.template.edit", label="Change entry templates", roles=("admin",)),
)
