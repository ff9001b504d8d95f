"""People for tests: in the session, flushed, each with names and addresses of their own."""

from itertools import count
from typing import Any

from plugins.users.models import Supervision, User
from sims.clock import today
from sims.database import db
from sims.passwords import hash_password

FIRST = ("Ayesha", "Bilal", "Chloé", "Danish", "Elif", "Farid", "Gul", "Hamza", "Inès", "Javed")
LAST = (
    "Akhtar",
    "Baig",
    "Chaudhry",
    "Durrani",
    "Evans",
    "Farooqi",
    "Gill",
    "Haider",
    "Iqbal",
    "Jamil",
)
PASSWORD = "a long enough password"

_numbers = count(1)


def make_user(role: str = "pg", supervisor: User | None = None, **given: Any) -> User:
    """Somebody of this role; a PG without a supervisor gets one, and the supervision on record."""
    number = next(_numbers)
    if role == "pg" and supervisor is None and "supervisor_id" not in given:
        supervisor = make_user("supervisor")
    defaults: dict[str, Any] = {
        "username": f"{role}{number}",
        "email": f"{role}{number}@example.com",
        "first_name": FIRST[number % len(FIRST)],
        "last_name": f"{LAST[number // len(FIRST) % len(LAST)]}-{number}",
        "role": role,
        "specialty": "" if role == "admin" else "general-surgery",
        "year": 2 if role == "pg" else None,
        "supervisor_id": supervisor.id if supervisor else None,
        "is_active": True,
        "is_archived": False,
        "must_change_password": False,
        "password_hash": hash_password(given.pop("password", PASSWORD)),
    }
    person = User(**defaults | given)
    db.session.add(person)
    db.session.flush()
    if person.role == "pg" and person.supervisor_id:
        db.session.add(
            Supervision(
                pg_id=person.id, supervisor_id=person.supervisor_id, since=today(), kind="primary"
            )
        )
        db.session.flush()
    return person
