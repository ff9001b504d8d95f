"""Who may do what with evaluations. Which rows of it, the workflow and the queries say."""

from sims.contracts import Permission

EVERYBODY = ("admin", "supervisor", "pg")

PERMISSIONS = (
    Permission(name="rotations.evaluation.view", label="See evaluations", roles=EVERYBODY),
    Permission(name="rotations.evaluation.create", label="Write evaluations", roles=EVERYBODY),
    Permission(
        name="rotations.evaluation.edit", label="Change one's own evaluations", roles=EVERYBODY
    ),
    Permission(
        name="rotations.evaluation.review", label="Review evaluations", roles=("supervisor",)
    ),
    Permission(name="rotations.evaluation.approve", label="Approve evaluations", roles=("admin",)),
)
