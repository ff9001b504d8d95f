"""Limits on guessing: how often a password may be wrong, how often somebody may ask for a reset mail.

Tries are counted in Redis, so that all processes count together, and in this process' memory while Redis
is down. An address is the connection's own; X-Forwarded-For counts only behind the `PROXIES` of the config.
"""

import hashlib
import math
import time
from collections.abc import Callable
from typing import TypeVar

from flask import Flask, current_app
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter, RateLimiter
from redis.exceptions import RedisError

from sims import jobs
from sims.errors import DomainError

T = TypeVar("T")


class TooMany(DomainError):
    """There were too many tries; the message says when to come back."""

    status = 429


def init_app(app: Flask) -> None:
    """Count on the Redis connection the jobs use, or in memory."""
    with app.app_context():
        pool = jobs.connection().connection_pool
    shared = RedisStorage(app.config["REDIS_URL"], connection_pool=pool, key_prefix="sims:limit")
    app.extensions["sims.throttle"] = (
        MovingWindowRateLimiter(shared),
        MovingWindowRateLimiter(MemoryStorage()),
    )


def check(setting: str, who: str) -> None:
    """Raise `TooMany` where the tries of `who` are used up; nothing is counted."""
    _ask(setting, who, lambda counter, item, key: counter.test(item, key))


def count(setting: str, who: str) -> None:
    """Count one try of `who` against the limit called `setting`. Raises `TooMany` beyond it."""
    _ask(setting, who, lambda counter, item, key: counter.hit(item, key))


def forget(setting: str, who: str) -> None:
    """Start counting afresh: the tries of `who` led to something."""

    def clear(counter: RateLimiter, item: RateLimitItem, key: str) -> bool:
        counter.clear(item, key)
        return True

    _ask(setting, who, clear)


def _ask(setting: str, who: str, act: Callable[[RateLimiter, RateLimitItem, str], bool]) -> None:
    if not current_app.config["RATELIMIT_ENABLED"]:
        return
    item = parse(current_app.config[setting])
    key = hashlib.sha256(f"{setting} {who}".encode()).hexdigest()
    if not _counted(lambda counter: act(counter, item, key)):
        reset = _counted(lambda counter: counter.get_window_stats(item, key)).reset_time
        minutes = max(1, math.ceil((reset - time.time()) / 60))
        raise TooMany(
            f"Too many tries. Wait {minutes} {'minute' if minutes == 1 else 'minutes'}, then try again."
        )


def _counted(act: Callable[[RateLimiter], T]) -> T:
    shared, own = current_app.extensions["sims.throttle"]
    try:
        return act(shared)
    except RedisError:
        return act(own)
