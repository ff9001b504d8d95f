"""Invented people: names from Pakistan and elsewhere, addresses that end in example.com."""

from datetime import timedelta
from typing import Any

from plugins.users.models import Supervision, User
from sims.demo import Scale, moment, progress

COUNTS = {"s": (30, 6), "m": (1200, 60), "l": (1500, 60)}
"""PGs and supervisors by size (facts.md, load sizes)."""

FIRST = [
    "Ahmed",
    "Aisha",
    "Ali",
    "Amina",
    "Anum",
    "Asad",
    "Ayesha",
    "Bilal",
    "Chloé",
    "Daniyal",
    "Elif",
    "Erum",
    "Fahad",
    "Farah",
    "Fatima",
    "Faisal",
    "Ghulam",
    "Hamza",
    "Hina",
    "Hira",
    "Hassan",
    "Ibrahim",
    "Imran",
    "Iqra",
    "Javeria",
    "Kamran",
    "Khadija",
    "Laiba",
    "Luca",
    "Maham",
    "Mariam",
    "Mehwish",
    "Mohsin",
    "Nadia",
    "Noor",
    "Omar",
    "Osman",
    "Priya",
    "Rabia",
    "Rehan",
    "Saad",
    "Sadia",
    "Saira",
    "Salman",
    "Sana",
    "Sarah",
    "Shahid",
    "Sidra",
    "Sophie",
    "Taimur",
    "Umar",
    "Usman",
    "Waqas",
    "Yasir",
    "Yusuf",
    "Zain",
    "Zainab",
    "Zara",
]
LAST = [
    "Abbasi",
    "Afridi",
    "Ahmad",
    "Akhtar",
    "Alvi",
    "Ansari",
    "Aslam",
    "Awan",
    "Baig",
    "Bajwa",
    "Baloch",
    "Bhatti",
    "Bukhari",
    "Butt",
    "Chaudhry",
    "Dar",
    "Durrani",
    "Evans",
    "Farooqi",
    "Ghani",
    "Gill",
    "Gondal",
    "Haider",
    "Hashmi",
    "Hussain",
    "Iqbal",
    "Jafri",
    "Jamil",
    "Javed",
    "Kazmi",
    "Khan",
    "Khattak",
    "Khokhar",
    "Lodhi",
    "Malik",
    "Mehmood",
    "Memon",
    "Mirza",
    "Mughal",
    "Naqvi",
    "Niazi",
    "Nielsen",
    "Qazi",
    "Qureshi",
    "Rana",
    "Raza",
    "Rizvi",
    "Saleem",
    "Shah",
    "Shaikh",
    "Siddiqui",
    "Soomro",
    "Tariq",
    "Warraich",
    "Yousaf",
    "Zaidi",
]
SURGERY, MEDICINE = "General Surgery", "Medicine"


def fill(scale: Scale) -> None:
    """An office, supervisors, PGs with supervisors, and since when they supervise them."""
    pgs, supervisors = COUNTS[scale.size]
    taken: set[tuple[str, str]] = set()
    rows = [_person(scale, "admin", "", None, None, "admin", taken)]
    heads = [
        _person(
            scale,
            "supervisor",
            MEDICINE if place % 6 == 5 else SURGERY,
            None,
            None,
            "supervisor" if place == 0 else "",
            taken,
        )
        for place in range(supervisors)
    ]
    surgeons = [head for head in heads if head["specialty"] == SURGERY]
    trainees = []
    for place in progress(range(pgs), "people", pgs):
        head = surgeons[0] if place == 0 else heads[place % supervisors]
        year = 2 if place == 0 else scale.rng.choices((1, 2, 3, 4, 5), (26, 24, 20, 16, 14))[0]
        trainees.append(
            _person(
                scale, "pg", head["specialty"], year, head["id"], "pg" if place == 0 else "", taken
            )
        )
    rows += heads + trainees
    scale.insert(User, rows)
    made = scale.transactions([(row["created_at"], None) for row in rows])
    scale.history(User, rows, made)
    _supervise(scale, trainees)


def _person(
    scale: Scale,
    role: str,
    specialty: str,
    year: int | None,
    supervisor_id: int | None,
    login: str,
    taken: set[tuple[str, str]],
) -> dict[str, Any]:
    first, last = _name(scale, taken)
    [number] = scale.ids(User, 1)
    username = login or f"{first}.{last}.{number}".lower().replace("é", "e")
    since = moment(scale.anchor - timedelta(days=365 * (year or 2)), 6)
    return {
        "id": number,
        "created_at": since,
        "updated_at": since,
        "version": 1,
        "created_by_id": None,
        "username": username,
        "email": f"{username}@example.com",
        "first_name": first,
        "last_name": last,
        "role": role,
        "specialty": specialty,
        "year": year,
        "supervisor_id": supervisor_id,
        "registration_number": f"PMC-{20000 + number}" if role != "admin" else "",
        "phone_number": f"0300{1000000 + number * 37 % 9000000}",
        "password_hash": scale.login(role, login) if login else scale.shared_hash,
        "is_active": True,
        "is_archived": False,
        "archived_at": None,
        "must_change_password": False,
        "last_login_at": None,
        "last_login_ip": "",
    }


def _name(scale: Scale, taken: set[tuple[str, str]]) -> tuple[str, str]:
    """A name nobody has yet, as long as there are any."""
    for _ in range(50):
        name = (scale.rng.choice(FIRST), scale.rng.choice(LAST))
        if name not in taken:
            break
    taken.add(name)
    return name


def _supervise(scale: Scale, trainees: list[dict[str, Any]]) -> None:
    rows = []
    for number, pg in zip(scale.ids(Supervision, len(trainees)), trainees, strict=True):
        rows.append(
            {
                "id": number,
                "created_at": pg["created_at"],
                "updated_at": pg["created_at"],
                "pg_id": pg["id"],
                "supervisor_id": pg["supervisor_id"],
                "kind": "primary",
                "since": pg["created_at"].date(),
                "until": None,
                "reason": "First supervisor",
            }
        )
    scale.insert(Supervision, rows)
    scale.history(
        Supervision, rows, scale.transactions([(row["created_at"], None) for row in rows])
    )
