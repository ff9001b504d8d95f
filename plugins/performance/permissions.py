"""Who sees how SIMS performs: the programme office."""

from sims.contracts import Permission

VIEW = "performance.figures.view"

PERMISSIONS = (Permission(name=VIEW, label="See how SIMS performs", roles=("admin",)),)
