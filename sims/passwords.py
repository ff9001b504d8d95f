"""Passwords: argon2id, checked in constant time, rehashed when the parameters grow."""

import base64
import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

LONGEST = 256

DJANGOS = "pbkdf2_sha256$"
"""How hashes begin that came from a Django SIMS: they work, and are made anew at the first login."""


def hasher() -> PasswordHasher:
    """The hasher of this application: the library's defaults (RFC 9106), cheap ones in tests."""
    if current_app.testing:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash of `password`, with its parameters and salt inside."""
    return hasher().hash(password)


def matches(stored: str, password: str) -> bool:
    """Whether `password` is the one behind `stored`. An empty or foreign hash matches nothing."""
    if len(password) > LONGEST:
        return False
    if stored.startswith(DJANGOS):
        return _is_djangos(stored, password)
    try:
        return hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def waste_time() -> None:
    """Take as long as a real check, so that a wrong name can't be told from a wrong password."""
    hasher().hash("no such person")


def outdated(stored: str) -> bool:
    """Whether `stored` was made with weaker parameters than today's."""
    return stored.startswith(DJANGOS) or hasher().check_needs_rehash(stored)


def _is_djangos(stored: str, password: str) -> bool:
    """Whether `password` is behind a hash of Django's default hasher: algorithm$iterations$salt$base64 of the key."""
    try:
        _, iterations, salt, kept = stored.split("$")
        found = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), int(iterations))
    except (ValueError, OverflowError):
        return False
    return hmac.compare_digest(base64.b64encode(found).decode(), kept)
