"""Two facts, and the codes that follow from them."""

import pytest

from plugins.logbook.roles import KEY_STEPS, TRAINER, codes_of, role_of


@pytest.mark.parametrize(
    ("key_steps", "trainer", "taught", "role", "codes"),
    [
        ("watched", "scrubbed", False, "observed", "O – O 1"),
        ("assisted", "scrubbed", False, "assisted", "A FA A 2"),
        ("me", "scrubbed", False, "supervised", "S-TS SJ PS 3"),
        ("me", "theatre", False, "supervised", "S-TU SJ PS 3"),
        ("me", "elsewhere", False, "unsupervised", "P SJ PI 4"),
        ("me", "elsewhere", True, "taught", "T TA PI 4"),
        ("assisted", "theatre", True, "taught", "T TA PS 3"),
    ],
)
def test_the_codes_follow_from_the_facts(key_steps, trainer, taught, role, codes):
    assert role_of(key_steps, trainer, taught) == role
    assert " ".join(c.code for c in codes_of(key_steps, trainer, taught)) == codes


def test_the_chief_year_shows_in_acgme_only():
    junior = codes_of("me", "scrubbed", False)
    chief = codes_of("me", "scrubbed", False, chief=True)
    assert [c.system for c, d in zip(junior, chief, strict=True) if c != d] == ["acgme"]


def test_every_combination_has_a_code_in_every_system():
    for key_steps in KEY_STEPS:
        for trainer in TRAINER:
            for taught in (False, True):
                found = codes_of(key_steps, trainer, taught)
                assert [c.system for c in found] == ["uk", "acgme", "nmc", "cpsp"]
                assert all(c.code and c.meaning for c in found)


def test_who_only_watched_is_never_counted_as_teaching():
    assert role_of("watched", "scrubbed", True) == "observed"
