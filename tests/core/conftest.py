"""What the tests of the core share."""

import contextvars
import multiprocessing
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from sims import jobs
from sims.database import commit, db
from tests.core.working import PATIENCE

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def worker(app_context: Flask) -> Iterator[Callable[..., multiprocessing.process.BaseProcess]]:
    """A function that starts a worker in a process of its own."""
    started = []

    def start(**options: object) -> multiprocessing.process.BaseProcess:
        commit()
        started.append(FORK.Process(target=_work, args=(app_context,), kwargs=options))
        started[-1].start()
        return started[-1]

    yield start
    for process in started:
        if process.is_alive():
            process.kill()
        process.join(PATIENCE)


def _work(app: Flask, **options: bool) -> None:
    with app.app_context():
        db.engine.dispose(close=False)
    contextvars.Context().run(jobs.work, app, **options)
