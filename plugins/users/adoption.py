"""People of a Django SIMS, with the passwords they have."""

from collections.abc import Mapping
from typing import Any

from plugins.users.models import ROLES, Supervision, User
from sims.adopting.old import Old, carry, chosen, stamps
from sims.clock import local
from sims.contracts import Adopted

COLUMNS = (
    "username", "email", "first_name", "last_name", "specialty", "year", "registration_number", "phone_number",
    "is_active", "is_archived", "archived_at",
)  # fmt: skip


def person(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A person. Raises `ValueError` for a role that is none of SIMS'."""
    role = "admin" if row.get("is_superuser") else row["role"]
    return {
        **dict(carry(row, *COLUMNS)),
        "role": chosen("role", role, ROLES),
        "supervisor_id": row["supervisor_id"] if role == "pg" else None,
        "password_hash": row.get("password") or "",
        "last_login_at": row.get("last_login"),
        **stamps(row),
    }


def is_taken(old: Old, number: int) -> bool:
    """Whether a person of the old database has a role that SIMS knows."""
    row = old.all("users_user").get(number)
    return row is not None and bool(row.get("is_superuser") or row["role"] in ROLES)


def supervision(row: Mapping[str, Any], old: Old) -> Mapping[str, Any] | None:
    """That the supervisor of today supervises a PG since they came."""
    if row["role"] != "pg" or not row["supervisor_id"] or row.get("is_superuser"):
        return None
    since = stamps(row)["created_at"]
    return {
        "pg_id": row["id"], "supervisor_id": row["supervisor_id"], "kind": "primary",
        "since": local(since).date(), "reason": "Adopted from the earlier system.", **stamps(row),
    }  # fmt: skip


ADOPTED = (
    Adopted(source="users_user", model=User, values=person, history="users_historicaluser"),
    Adopted(source="users_user", model=Supervision, values=supervision),
)
