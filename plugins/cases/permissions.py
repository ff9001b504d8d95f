"""Who may do what with clinical cases."""

from sims.contracts import Permission
from sims.review import review_permissions

EVERYBODY = ("pg", "supervisor", "admin")

PERMISSIONS = (
    *review_permissions("cases.case", owners=("pg",), reviewers=("supervisor",), office=("admin",)),
    Permission(name="cases.case.consent", label="Lend one's own case for teaching", roles=("pg",)),
    Permission(name="cases.case.feature", label="Put cases into the library", roles=("admin",)),
    Permission(name="cases.library.view", label="Read the teaching library", roles=EVERYBODY),
    Permission(name="cases.category.view", label="See categories of cases", roles=("admin",)),
    Permission(name="cases.category.create", label="Make categories of cases", roles=("admin",)),
    Permission(name="cases.category.edit", label="Change categories of cases", roles=("admin",)),
)
