"""Invented people: names from Pakistan and elsewhere, addresses that end in example.com."""

from datetime import datetime, timedelta
from typing import Any

from plugins.users.models import Supervision, User
from sims.demo import Act, Scale, progress

COUNTS = {"s": (30, 6), "m": (1200, 60), "l": (1500, 60), "xl": (13_000, 650)}
"""PGs and supervisors by size (facts.md, load sizes)."""

WOMEN = (
    "Aisha", "Amina", "Anum", "Ayesha", "Bushra", "Chloé", "Elif", "Erum", "Farah", "Fatima", "Hina", "Hira", "Inès",
    "Iqra", "Javeria", "Khadija", "Laiba", "Maham", "Mariam", "Mehwish", "Nadia", "Noor", "Priya", "Rabia", "Sadia",
    "Saira", "Sana", "Sarah", "Sidra", "Sophie", "Tooba", "Zainab", "Zara",
)  # fmt: skip
MEN = (
    "Ahmed", "Ali", "Asad", "Bilal", "Daniyal", "Fahad", "Faisal", "Ghulam", "Hamza", "Hassan", "Ibrahim", "Imran",
    "Kamran", "Luca", "Mohsin", "Nabeel", "Omar", "Osman", "Rehan", "Saad", "Salman", "Shahid", "Taimur", "Umar",
    "Usman", "Waqas", "Yasir", "Yusuf", "Zain", "Zubair",
)  # fmt: skip
LAST = (
    "Abbasi", "Afridi", "Ahmad", "Akhtar", "Alvi", "Ansari", "Aslam", "Awan", "Baig", "Bajwa", "Baloch", "Bhatti",
    "Bukhari", "Butt", "Chaudhry", "Dar", "Durrani", "Evans", "Farooqi", "Ghani", "Gill", "Gondal", "Haider",
    "Hashmi", "Hussain", "Iqbal", "Jafri", "Jamil", "Javed", "Kazmi", "Khan", "Khattak", "Khokhar", "Lodhi", "Malik",
    "Mehmood", "Memon", "Mirza", "Mughal", "Naqvi", "Niazi", "Nielsen", "O'Connor", "Qazi", "Qureshi", "Rana",
    "Raza", "Rizvi", "Saleem", "Shah", "Shaikh", "Siddiqui", "Soomro", "Tariq", "Warraich", "Yousaf", "Zaidi",
)  # fmt: skip
PLAIN = str.maketrans("éè", "ee", "'")
SURGERY, MEDICINE = "General Surgery", "Medicine"
CHANGES = (
    "The first supervisor is on study leave",
    "Moved to another unit of the department",
    "The first supervisor retired",
)


def fill(scale: Scale) -> None:
    """An office, supervisors, PGs, and who supervised them since when. People of one role share a password."""
    pgs, supervisors = COUNTS[scale.size]
    names = _names(scale, 1 + supervisors + pgs)
    hashes = {role: scale.login(role, role) for role in ("admin", "supervisor", "pg")}
    office = _person(scale, names.pop(), "admin", hashes, known=True)
    heads = [
        _person(
            scale,
            names.pop(),
            "supervisor",
            hashes,
            known=place == 0,
            specialty=MEDICINE if place % 6 == 5 else SURGERY,
        )
        for place in range(supervisors)
    ]
    lives: list[list[Act]] = [[(row["created_at"], None, row)] for row in (office, *heads)]
    supervisions: list[list[Act]] = []
    for place in progress(range(pgs), "people", pgs):
        head = heads[place % supervisors]
        pg = _person(
            scale,
            names.pop(),
            "pg",
            hashes,
            known=place == 0,
            specialty=head["specialty"],
            year=scale.rng.choices((1, 2, 3, 4, 5), (26, 24, 20, 16, 14))[0] if place else 2,
            supervisor_id=head["id"],
        )
        others = [h["id"] for h in heads if h["specialty"] == pg["specialty"] and h is not head]
        life, theirs = _supervised(scale, pg, others if place else [], office["id"])
        lives.append(life)
        supervisions += theirs
    scale.store(User, lives)
    scale.store(Supervision, supervisions)


def _names(scale: Scale, count: int) -> list[tuple[str, str]]:
    """`count` names, everybody's own as long as there are any."""
    pairs = [(first, last) for first in WOMEN + MEN for last in LAST]
    scale.rng.shuffle(pairs)
    return (pairs * (count // len(pairs) + 1))[:count]


def _person(
    scale: Scale,
    name: tuple[str, str],
    role: str,
    hashes: dict[str, str],
    *,
    known: bool,
    specialty: str = "",
    year: int | None = None,
    supervisor_id: int | None = None,
) -> dict[str, Any]:
    """Somebody who joined as long ago as their training year says; the `known` one is called as their role."""
    [number] = scale.ids(User, 1)
    first, last = name
    username = role if known else f"{first}.{last}.{number}".lower().translate(PLAIN)
    days = 365 * (year or 6) - (scale.rng.randrange(5, 60) if year else 0)
    since = scale.moment(scale.anchor - timedelta(days=days), 9)
    seen = scale.present - timedelta(hours=scale.rng.lognormvariate(3.3, 1))
    return {
        "id": number, "created_at": since, "updated_at": since, "version": 1, "created_by_id": None,
        "username": username, "email": f"{username}@example.com", "first_name": first, "last_name": last,
        "role": role, "specialty": specialty, "year": year, "supervisor_id": supervisor_id,
        "registration_number": f"{20000 + number}-P" if role != "admin" else "",
        "phone_number": f"0300 555{number % 10000:04}", "password_hash": hashes[role], "is_active": True,
        "is_archived": False, "archived_at": None, "must_change_password": False, "last_login_at": seen,
        "last_login_ip": "",
    }  # fmt: skip


def _supervised(
    scale: Scale, pg: dict[str, Any], others: list[int], office: int
) -> tuple[list[Act], list[list[Act]]]:
    """The life of a PG's row and of their supervisions: one in four changed supervisors, one in seven has two."""
    joined = pg["created_at"]
    life: list[Act] = [(joined, office, pg)]
    since, reason = joined, "First supervisor"
    lives: list[list[Act]] = []
    if others and scale.rng.random() < 0.25:
        earlier = scale.rng.choice(others)
        day = joined.date() + (scale.anchor - joined.date()) // 2
        when = scale.moment(day, 10)
        life = [
            (joined, office, {**pg, "supervisor_id": earlier}),
            (when, office, {**pg, "version": 2, "updated_at": when}),
        ]
        begun = _supervision(scale, pg, earlier, "primary", since, reason)
        lives.append(
            [(since, office, begun), (when, office, {**begun, "until": day, "updated_at": when})]
        )
        since, reason = when, scale.rng.choice(CHANGES)
    now = [_supervision(scale, pg, pg["supervisor_id"], "primary", since, reason)]
    if others and scale.rng.random() < 0.15:
        second = scale.rng.choice(others)
        now.append(_supervision(scale, pg, second, "co", since, "Second unit of the programme"))
    return life, [*lives, *([(since, office, row)] for row in now)]


def _supervision(
    scale: Scale, pg: dict[str, Any], supervisor_id: int, kind: str, since: datetime, reason: str
) -> dict[str, Any]:
    [number] = scale.ids(Supervision, 1)
    return {
        "id": number, "created_at": since, "updated_at": since, "pg_id": pg["id"], "supervisor_id": supervisor_id,
        "kind": kind, "since": since.date(), "until": None, "reason": reason,
    }  # fmt: skip
