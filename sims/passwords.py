"""Passwords: argon2id, checked in constant time, rehashed when the parameters grow."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

LONGEST = 256


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
    try:
        return hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def waste_time() -> None:
    """Take as long as a real check, so that a wrong name can't be told from a wrong password."""
    hasher().hash("no such person")


def outdated(stored: str) -> bool:
    """Whether `stored` was made with weaker parameters than today's."""
    return hasher().check_needs_rehash(stored)
