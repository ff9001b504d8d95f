"""Who may do what with certificates."""

from sims.contracts import Permission
from sims.review import review_permissions

BOARD = "certificates.board.view"
TYPE = "certificates.type"

PERMISSIONS = (
    *review_permissions(
        "certificates.certificate", owners=("pg",), reviewers=("supervisor",), office=("admin",)
    ),
    Permission(
        name="certificates.certificate.import",
        label="Bring the certificates of PGs from a file",
        roles=("admin",),
    ),
    Permission(name=BOARD, label="See who holds which certificate", roles=("admin", "supervisor")),
    Permission(name=f"{TYPE}.view", label="See the types of certificates", roles=("admin",)),
    Permission(name=f"{TYPE}.create", label="Make types of certificates", roles=("admin",)),
    Permission(name=f"{TYPE}.edit", label="Change types of certificates", roles=("admin",)),
)
