"""How tests of jobs talk to what runs in other processes."""

from collections.abc import Callable
from typing import Any

from flask import current_app
from redis import Redis

from sims import jobs
from sims.database import commit

PATIENCE = 30
"""Seconds a test waits for another process before it fails."""


def say(*words: object) -> None:
    jobs.connection().rpush("said", *words)


def listen(key: str) -> Any:
    """Wait for a word; over a connection of its own, since that of SIMS has no patience."""
    with Redis.from_url(current_app.config["REDIS_URL"]) as patient:
        return patient.blpop(key, timeout=PATIENCE)


def ask(job: Callable[..., object], *arguments: object, **options: object) -> None:
    jobs.enqueue(job, *arguments, **options)
    commit()


def said() -> list[str]:
    return [word.decode() for word in jobs.connection().lrange("said", 0, -1)]


def hear() -> str:
    """The next word a job says; fails when none comes."""
    heard = listen("said")
    assert heard, "no job said anything"
    return heard[1].decode()
