"""The secret links in mails: signed, good for a while, and once."""

import hashlib
import hmac

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from plugins.users.models import User
from sims.database import db


def make(person: User, purpose: str) -> str:
    """A signed token that lets its bearer choose `person`'s password; spent once that has changed."""
    return _signer(purpose).dumps([person.id, _fingerprint(person)])


def bearer(token: str) -> User | None:
    """Whose token this is; None once it is spent, too old, or tampered with, or the account is closed."""
    ages = {
        "reset": current_app.config["USERS_RESET_MINUTES"] * 60,
        "invite": current_app.config["USERS_INVITE_DAYS"] * 24 * 3600,
    }
    for purpose, age in ages.items():
        try:
            person_id, fingerprint = _signer(purpose).loads(token, max_age=age)
        except SignatureExpired:
            return None
        except BadSignature:
            continue
        person = db.session.get(User, person_id, with_for_update=True)
        fits = person and person.may_act and hmac.compare_digest(_fingerprint(person), fingerprint)
        return person if fits else None
    return None


def _signer(purpose: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=f"users.{purpose}")


def _fingerprint(person: User) -> str:
    """Changes with the password and with the address the token was mailed to."""
    return hashlib.sha256(f"{person.password_hash} {person.email}".encode()).hexdigest()[:32]
