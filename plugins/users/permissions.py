"""Who may do what with people."""

from sims.contracts import Permission

PERMISSIONS = (
    Permission(name="users.user.view", label="See people", roles=("admin", "supervisor", "pg")),
    Permission(name="users.user.create", label="Add people", roles=("admin",)),
    Permission(name="users.user.edit", label="Change people", roles=("admin",)),
    Permission(name="users.user.manage", label="Archive, assign, reset", roles=("admin",)),
    Permission(name="users.user.supervise", label="See one's own PGs", roles=("supervisor",)),
)
