"""`make run`: one command brings everything up, one signal ends all of it, and nothing is lost in between."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from sims import serve
from sims.serve import Failure

ROOT = Path(__file__).parents[2]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind((serve.HOST, 0))
        return probe.getsockname()[1]


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """A function that runs SIMS with its data in the test's folder."""
    running: list[subprocess.Popen[str]] = []

    def run(**settings: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "sims.serve", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"SIMS_INSTANCE": str(tmp_path / "instance")} | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def ready(process: subprocess.Popen[str]) -> list[str]:
    """The lines SIMS prints once all of it answers."""
    assert process.stdout
    assert process.stderr
    lines = [process.stdout.readline().strip() for _ in ("ready", *serve.ROLES)]
    assert lines[0].startswith("ready: "), process.stderr.read()
    return lines


def people(tmp_path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(tmp_path / "instance/sims.db") as connection:
        return connection.execute("SELECT id, username FROM users_user ORDER BY id").fetchall()


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def test_one_command_runs_everything_and_a_second_run_keeps_the_data(start, port, tmp_path):
    first = start()
    lines = ready(first)
    assert lines[0] == f"ready: http://127.0.0.1:{port}"
    assert [line.partition(":")[0] for line in lines[1:]] == ["admin", "supervisor", "pg"]
    assert all(len(line.split()) == 3 for line in lines[1:])
    with urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.status == 200
    before, parts = people(tmp_path), family(first)
    assert before
    first.send_signal(signal.SIGINT)
    assert first.wait(timeout=30) == 0
    assert psutil.wait_procs(parts, timeout=5)[1] == []

    second = start()
    assert ready(second) == lines
    assert people(tmp_path) == before
    crowded = start()
    assert crowded.wait(timeout=30) == 1
    assert crowded.stderr.read().startswith(f"SIMS can't run: port {port} can't be used")

    killed = psutil.Process(second.pid).children()
    assert len(killed) == 4
    for part in killed:
        part.kill()
    back, until = [], time.monotonic() + 30
    while len(back) < 4 and time.monotonic() < until:
        psutil.wait_procs(back, timeout=0.2)
        back = [part for part in psutil.Process(second.pid).children() if part not in killed]
    assert len(back) == 4
    assert people(tmp_path) == before
    parts = family(second)
    second.kill()
    assert psutil.wait_procs(parts, timeout=20)[1] == []


def test_a_taken_port_gets_one_clear_sentence(port):
    with socket.socket() as holder:
        holder.bind((serve.HOST, port))
        holder.listen()
        with pytest.raises(Failure, match=f"port {port} can't be used"):
            serve.check_port(port)
    with pytest.raises(Failure, match="it is no port"):
        serve.check_port(70_000)


def test_an_unwritable_folder_gets_one_clear_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(Failure, match=r"can't be written .* name another with SIMS_INSTANCE"),
        serve.only_one(tmp_path / "file"),
    ):
        pass


def test_a_folder_in_use_gets_one_clear_sentence(tmp_path):
    with (
        serve.only_one(tmp_path),
        pytest.raises(Failure, match="already runs with the folder"),
        serve.only_one(tmp_path),
    ):
        pass


def test_a_redis_server_that_is_down_is_named_without_its_password(make_app):
    app = make_app(REDIS_URL="redis://:secret@127.0.0.1:1/0")
    with pytest.raises(Failure, match=r"127\.0\.0\.1:1/0 does not answer") as caught:
        serve.check_redis(app)
    assert "secret" not in str(caught.value)


def test_a_large_log_is_put_aside_before_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr(serve, "LARGEST_LOG", 3)
    log = tmp_path / "web.log"
    for text in (b"1234", b"5"):
        with serve.open_log(log) as opened:
            opened.write(text)
    assert log.read_bytes() == b"5"
    assert (tmp_path / "web.log.1").read_bytes() == b"1234"


def test_a_part_that_keeps_failing_ends_the_run_with_the_end_of_its_log(tmp_path):
    broken = serve.Part(
        "worker",
        [sys.executable, "-c", "print('no such job')"],
        tmp_path / "worker.log",
        lambda part: False,
    )
    with pytest.raises(Failure, match=r"worker ended at once\. Its log ends: no such job"):
        serve.bring_up([broken], threading.Event())
