"""Demo data of bulk operations: a file that is being checked when SIMS starts, so that its progress can be seen."""

from sims.demo import Scale


def fill(scale: Scale) -> None:
    """Nothing yet."""
