"""Passwords: argon2id, checked quickly only in tests, rehashed when the parameters grow."""

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from sims import passwords

STRONG = PasswordHasher()


def test_a_password_matches_its_own_hash_only(app_context):
    stored = passwords.hash_password("correct horse battery staple")
    assert stored.startswith("$argon2id$")
    assert passwords.matches(stored, "correct horse battery staple")
    assert not passwords.matches(stored, "Correct horse battery staple")
    assert not passwords.matches(stored, "")


def test_the_same_password_is_never_stored_twice_alike(app_context):
    assert passwords.hash_password("same") != passwords.hash_password("same")


@pytest.mark.parametrize("stored", ["", "plain", "$2b$12$abc", "$argon2id$v=19$broken", "\x00"])
def test_a_hash_that_is_none_matches_nothing(app_context, stored):
    assert not passwords.matches(stored, "")
    assert not passwords.matches(stored, stored)


def test_an_endless_password_is_not_even_tried(app_context):
    endless = "x" * (passwords.LONGEST + 1)
    assert not passwords.matches(passwords.hash_password(endless), endless)


@pytest.mark.database("sqlite")
def test_letters_of_every_language_may_be_in_a_password(app_context):
    @settings(max_examples=30)
    @given(st.text(st.characters(codec="utf-8"), max_size=60))
    def check(password: str) -> None:
        assert passwords.matches(passwords.hash_password(password), password)

    check()


def test_outside_the_tests_the_full_cost_is_paid(app_context):
    cheap = passwords.hash_password("secret")
    assert not passwords.outdated(cheap)
    app_context.config["TESTING"] = False
    assert passwords.outdated(cheap)
    stored = passwords.hash_password("secret")
    assert not passwords.outdated(stored)
    assert not STRONG.check_needs_rehash(stored)
    assert passwords.matches(cheap, "secret")


def test_a_name_nobody_has_costs_as_much_as_a_wrong_password(app_context, monkeypatch):
    """One hash either way: the time of an answer must not tell who has an account."""
    spent = []
    monkeypatch.setattr(PasswordHasher, "hash", lambda self, password: spent.append("hash") or "x")
    passwords.waste_time()
    assert spent == ["hash"]
